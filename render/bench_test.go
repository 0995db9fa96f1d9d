package render

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"benchsite/collect/artifact"
)

// BenchmarkSite renders a thousand load tests in two languages, HTML and
// Markdown, with their charts: into an empty folder, and again with nothing
// changed. -benchtime=3x is enough.
func BenchmarkSite(b *testing.B) {
	store := artifact.Open(b.TempDir())
	for i := range 1000 {
		run := loadRun([]string{"BF16", "FP8", "NVFP4"}[i%3], 300+float64(i))
		run.Artifact.StartedAt = fmt.Sprintf("2025-%02d-%02d", 1+i%12, 1+i/12%28)
		if _, err := store.Put(run); err != nil {
			b.Fatal(err)
		}
	}
	site := func(out string) Result {
		r, err := Site(context.Background(), Options{Store: store, Config: testConfig(), Out: out, Version: "v1"})
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	b.Run("empty folder", func(b *testing.B) {
		dir := b.TempDir()
		for i := 0; b.Loop(); i++ {
			site(filepath.Join(dir, fmt.Sprint(i)))
		}
	})
	b.Run("nothing changed", func(b *testing.B) {
		out := filepath.Join(b.TempDir(), "site")
		site(out)
		for b.Loop() {
			if r := site(out); r.Written != 0 {
				b.Fatalf("%d files written", r.Written)
			}
		}
	})
}

package render

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/synthetic"
)

// A site that is rendered on and on, with everything that may happen to its
// input and its output, is at every step the site that a first render without
// any cache makes.
func TestWarmIsCold(t *testing.T) {
	artifacts, out := t.TempDir(), filepath.Join(t.TempDir(), "site")
	if err := synthetic.Write(artifacts, synthetic.Options{N: 18, Records: true}); err != nil {
		t.Fatal(err)
	}
	store := artifact.Open(artifacts)
	ids, err := store.List()
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(artifacts, filepath.FromSlash(name)) }
	load := ids[slices.IndexFunc(ids, func(id string) bool { return strings.Contains(id, "c8-n128") })]
	eval := ids[slices.IndexFunc(ids, func(id string) bool { return strings.Contains(id, "gsm-synthetic") })]
	config := testConfig()
	config.BaseURL = "https://example.org/b/"
	report := `title = { zh = "报告", en = "Report" }` + "\n[[runs]]\nalias = \"a\"\nrun = \"" + load + "\"\n"

	steps := []struct {
		what string
		do   func()
	}{
		{"first", func() {}},
		{"nothing", func() {}},
		{"a run is added", func() {
			if err := synthetic.Write(artifacts, synthetic.Options{From: 18, N: 1, Records: true}); err != nil {
				t.Fatal(err)
			}
		}},
		{"a run of a known protocol is added", func() {
			a, _, err := store.Read(load)
			if err != nil {
				t.Fatal(err)
			}
			a.Attachments, a.StartedAt = nil, "2026-01-02T03:04:05Z"
			put(t, store, artifact.Bundle{Artifact: a, Slug: "again"})
		}},
		{"an evaluation is scored again", func() {
			a, _, err := store.Read(eval)
			if err != nil {
				t.Fatal(err)
			}
			records, err := store.EvalRecords(a)
			if err != nil {
				t.Fatal(err)
			}
			a.DerivedFrom = []artifact.DerivedFrom{{ID: eval, SHA256: strings.Repeat("00", 32), How: artifact.HowRescore}}
			a.Source.Mode, a.Attachments = artifact.ModeRescored, nil
			a.Eval.Tasks[0].Scorer.Name = "number"
			put(t, store, artifact.Bundle{Artifact: a, Eval: records, Slug: "number"})
		}},
		{"a run is withdrawn", func() {
			writeTest(t, file("withdrawn.toml"), fmt.Sprintf("[[withdrawn]]\nid = %q\ndate = \"2026-12-30\"\nreason = { zh = \"时钟有误。\", en = \"The clock was wrong.\" }\n", load))
		}},
		{"it is not withdrawn after all", func() { os.Remove(file("withdrawn.toml")) }},
		{"a report is written", func() { writeTest(t, file("reports/r/report.toml"), report) }},
		{"it gets a body", func() {
			writeTest(t, file("reports/r/en.md"), "It made {{value \"a\" \"load.throughput.output_tokens_per_s\"}}.\n")
		}},
		{"the body is edited", func() {
			writeTest(t, file("reports/r/en.md"), "It made {{value \"a\" \"load.throughput.output_tokens_per_s\"}}!\n")
		}},
		{"the body is broken", func() { writeTest(t, file("reports/r/en.md"), "{{value \"b\" \"load\"}}\n") }},
		{"the report goes", func() { os.RemoveAll(file("reports")) }},
		{"an artifact is damaged", func() { writeTest(t, file("2025-01-01/x.00000000.json"), "{") }},
		{"records are changed", func() {
			if err := os.WriteFile(file(eval+".samples.jsonl.gz"), []byte("no gzip"), 0o666); err != nil {
				t.Fatal(err)
			}
		}},
		{"a run is removed", func() { os.Remove(file(ids[3] + ".json")) }},
		{"the site has another name", func() { config.Title = dataset.Text{"zh": "新名", "en": "New name"} }},
		{"the languages change places", func() { config.Languages = []string{"en", "zh"} }},
		{"one language is left", func() { config.Languages = []string{"en"} }},
		{"labels tell subjects apart", func() { config.Labels = []string{"data"} }},
		{"a page is changed by hand", func() { writeTest(t, filepath.Join(out, "en", "runs", "index.html"), "mine") }},
		{"a picture is gone", func() {
			found, _ := filepath.Glob(filepath.Join(out, "en", "runs", "*", "*", "*.svg"))
			if len(found) == 0 {
				t.Fatal("no picture to remove")
			}
			os.Remove(found[0])
		}},
		{"the caches are damaged", func() {
			for name, text := range tree(t, store.StateDir()) {
				writeTest(t, filepath.Join(store.StateDir(), name), text[:len(text)/2]+"x"+text[len(text)/2+1:])
			}
		}},
		{"the caches are cut short", func() {
			for name, text := range tree(t, store.StateDir()) {
				writeTest(t, filepath.Join(store.StateDir(), name), text[:len(text)-7])
			}
		}},
		{"the caches are gone", func() { os.RemoveAll(store.StateDir()) }},
	}
	if testing.Short() {
		steps = steps[:5]
	}
	for _, step := range steps {
		step.do()
		render := func(s *artifact.Store, out string) Result {
			r, err := Site(context.Background(), Options{Store: s, Config: config, Out: out, Version: "v1"})
			if err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			return r
		}
		warm := render(store, out)
		// Without a state folder that can be made nothing is remembered.
		bare := t.TempDir()
		if err := os.CopyFS(bare, noState{os.DirFS(artifacts)}); err != nil {
			t.Fatal(err)
		}
		fresh := filepath.Join(t.TempDir(), "site")
		cold := render(artifact.Open(bare), fresh)
		if warm.Pages != cold.Pages || fmt.Sprint(warm.Problems) != fmt.Sprint(cold.Problems) {
			t.Errorf("%s: %d pages with problems %v, cold %d with %v", step.what, warm.Pages, warm.Problems, cold.Pages, cold.Problems)
		}
		if step.what == "nothing" && warm.Written+warm.Removed > 0 {
			t.Errorf("nothing changed, and %d files were written, %d removed", warm.Written, warm.Removed)
		}
		a, b := tree(t, out), tree(t, fresh)
		for name := range b {
			if a[name] != b[name] {
				t.Errorf("%s: %s differs from a first render", step.what, name)
			}
		}
		if len(a) != len(b) {
			t.Errorf("%s: %d files, a first render makes %d", step.what, len(a), len(b))
		}
		os.RemoveAll(fresh)
	}
}

// noState is the artifacts folder without its caches.
type noState struct{ fs.FS }

func (n noState) Open(name string) (fs.File, error) { return n.FS.Open(name) }

func (n noState) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(n.FS, name)
	return slices.DeleteFunc(entries, func(d fs.DirEntry) bool { return d.Name() == ".state" }), err
}

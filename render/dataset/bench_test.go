package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"benchsite/collect/artifact"
)

// synthetic writes n artifacts, load tests and evaluations in turn, without
// their records. The files are written plainly: a store syncs each of them,
// which is right for measurements and slow for a fixture.
func synthetic(tb testing.TB, n int) *artifact.Store {
	tb.Helper()
	dir := tb.TempDir()
	for i := range n {
		day := fmt.Sprintf("2026-%02d-%02d", 1+i/28%12, 1+i%28)
		a := loadRun([]string{"BF16", "FP8", "NVFP4"}[i%3], 1, day, 300+float64(i%90))
		a.Protocol.Parameters["concurrency"] = 1 << (i % 8)
		if i%2 == 1 {
			a = evalRun([]string{"BF16", "FP8", "NVFP4"}[i%3], fmt.Sprintf("suite-%d", i%5), "exact", "++++-+-+").Artifact
			a.StartedAt = day
		}
		a.Schema, a.ID = artifact.Schema, fmt.Sprintf("%s/run.%08x", day, i)
		a.Subject.Name = artifact.SubjectName(a.Subject)
		a.Subject.Labels, a.Source.Set = map[string]string{}, map[string]string{}
		a.DerivedFrom, a.Attachments, a.Protocol.Unknown, a.Source.Files =
			[]artifact.DerivedFrom{}, []artifact.Attachment{}, []string{}, []artifact.SourceFile{}
		id, err := artifact.ProtocolID(a.Protocol.Parameters)
		if err != nil {
			tb.Fatal(err)
		}
		a.Protocol.ID = id
		data, err := a.Encode()
		if err != nil {
			tb.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(a.ID)+".json")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return artifact.Open(dir)
}

func TestLoadOfManyIsWhole(t *testing.T) {
	s, err := Load(synthetic(t, 120), DefaultConfig())
	if err != nil || len(s.Runs) != 120 || len(s.Problems) != 0 {
		t.Fatalf("%d runs, problems %v, error %v", len(s.Runs), s.Problems, err)
	}
	if len(s.Subjects) != 3 || len(s.Series) == 0 {
		t.Errorf("%d subjects, %d sweeps", len(s.Subjects), len(s.Series))
	}
}

// BenchmarkLoad1000 reads a thousand artifacts of about 4 kB.
func BenchmarkLoad1000(b *testing.B) {
	store := synthetic(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		s, err := Load(store, DefaultConfig())
		if err != nil || len(s.Runs) != 1000 {
			b.Fatal(len(s.Problems), err)
		}
	}
}

// BenchmarkTopics1000 composes the findings of a thousand artifacts.
func BenchmarkTopics1000(b *testing.B) {
	s, err := Load(synthetic(b, 1000), DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(s.Topics()) == 0 {
			b.Fatal("no topics")
		}
	}
}

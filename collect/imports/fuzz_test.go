package imports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"benchsite/collect/artifact"
)

// fuzzReader feeds a reader with bytes that begin as its own fixtures. Whatever
// they are: no panic; a refusal is one of ours; a run that is accepted can be
// stored, and no record is lost or invented.
func fuzzReader(f *testing.F, r Reader, folder string) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"", "{}", "[]", "null", `{"results": {"": {}}, "versions": {"": []}}`, `{"ok": 1e400, "concurrency": -0}`} {
		f.Add([]byte(s))
	}
	st := artifact.Open(f.TempDir())
	f.Fuzz(func(t *testing.T, data []byte) {
		in := Input{FS: fstest.MapFS{"in.json": {Data: data}}, Name: "in.json"}
		if h, err := in.head(); err == nil {
			r.Sniff(h)
		}
		drafts, err := r.Read(in)
		if err != nil {
			var refusal *Refusal
			var form *unknownForm
			if !errors.As(err, &refusal) && !errors.As(err, &form) {
				t.Fatalf("refused with %T: %v", err, err)
			}
			return
		}
		for _, d := range drafts {
			checkDraft(t, st, d)
		}
	})
}

func checkDraft(t *testing.T, st *artifact.Store, d Draft) {
	a := d.Artifact
	if a.StartedAt == "" {
		a.StartedAt = "2025-01-02"
	}
	if a.Subject.Model == "" {
		a.Subject.Model = "m"
	}
	if _, err := st.Name(artifact.Bundle{Artifact: a, Load: d.Load, Eval: d.Eval, Slug: d.Slug}); err != nil {
		t.Fatalf("accepted and cannot be stored: %v", err)
	}
	if a.Eval == nil || len(d.Eval) == 0 {
		return
	}
	var asked int64
	for _, task := range a.Eval.Tasks {
		if task.Dataset.Items != nil && len(task.Groups) == 0 || len(a.Eval.Tasks) == 1 {
			asked += *task.Dataset.Items
		}
	}
	if asked != int64(len(d.Eval)) {
		t.Fatalf("%d items asked, %d records", asked, len(d.Eval))
	}
}

func FuzzBenchOpenAI(f *testing.F) { fuzzReader(f, benchOpenAI, "bench_openai") }
func FuzzEvalOpenAI(f *testing.F)  { fuzzReader(f, evalOpenAI, "eval_openai") }
func FuzzLMEval(f *testing.F)      { fuzzReader(f, lmEval, "lm_eval") }

func FuzzLMEvalSamples(f *testing.F) {
	results, err := os.ReadFile(filepath.Join("testdata", "lm_eval", stamped))
	if err != nil {
		f.Fatal(err)
	}
	const name = "samples_sums_2025-01-02T03-05-00.000001.jsonl"
	seed, err := os.ReadFile(filepath.Join("testdata", "lm_eval", name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"doc_id": 0, "resps": [[["-1.5", "False"], ["-2", "True"]]], "exact_match": NaN}`))
	st := artifact.Open(f.TempDir())
	f.Fuzz(func(t *testing.T, data []byte) {
		in := Input{FS: fstest.MapFS{stamped: {Data: results}, name: {Data: data}}, Name: stamped}
		drafts, err := lmEval.Read(in)
		var refusal *Refusal
		if err != nil {
			if !errors.As(err, &refusal) || errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("refused with %T: %v", err, err)
			}
			return
		}
		checkDraft(t, st, drafts[0])
	})
}

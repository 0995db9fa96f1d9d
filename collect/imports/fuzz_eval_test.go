package imports

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"benchsite/collect/artifact"
)

// fuzzEval feeds a reader of evaluations with bytes that begin as its own
// fixtures. Whatever they are: a refusal is one of ours and names the file; what
// is accepted can be stored, says the same when it is read again, and keeps its
// own counts (see [checkEval]).
func fuzzEval(f *testing.F, r Reader, folder string, more ...string) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.*"))
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
	for _, s := range append(more, "", "{}", "[]", "null", "[1e308, 1e308]", "{\"results\": {\"\": {\"\": NaN}}}") {
		f.Add([]byte(s))
	}
	st := artifact.Open(f.TempDir())
	f.Fuzz(func(t *testing.T, data []byte) {
		const name = "in.json"
		in := Input{FS: fstest.MapFS{name: {Data: data}}, Name: name}
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
			if refusal != nil && refusal.File != name {
				t.Fatalf("the refusal names %q: %v", refusal.File, err)
			}
			return
		}
		again, err := r.Read(in)
		if err != nil || len(again) != len(drafts) || len(drafts) == 0 {
			t.Fatalf("read again: %d runs, then %d, %v", len(drafts), len(again), err)
		}
		for i, d := range drafts {
			checkEval(t, d)
			if !bytes.Equal(stored1(t, st, d), stored1(t, st, again[i])) {
				t.Fatal("the same file says something else when it is read again")
			}
		}
	})
}

// stored1 is a draft as the store would write it.
func stored1(t *testing.T, st *artifact.Store, d Draft) []byte {
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
	data, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkEval holds an evaluation to its own counts: tasks have different names,
// one metric at most is primary and has a value when any has one, outcomes are
// those of the records and never more than them, and every record belongs to a
// task and is there once.
func checkEval(t *testing.T, d Draft) {
	e := d.Artifact.Eval
	if e == nil || len(e.Tasks) == 0 {
		t.Fatal("no task")
	}
	tasks := map[string]int64{}
	for _, task := range e.Tasks {
		if _, twice := tasks[task.Task]; twice {
			t.Fatalf("task %q is there twice", task.Task)
		}
		tasks[task.Task] = 0
	}
	type place struct {
		task, item string
		repeat     int64
	}
	seen := map[place]bool{}
	for _, r := range d.Eval {
		if _, known := tasks[r.Task]; !known {
			t.Fatalf("a record of %q, which is no task", r.Task)
		}
		tasks[r.Task]++
		at := place{r.Task, r.Item, r.Repeat}
		if seen[at] {
			t.Fatalf("record %+v is there twice", at)
		}
		seen[at] = true
	}
	for _, task := range e.Tasks {
		primaries, values := 0, 0
		for _, m := range task.Metrics {
			if m.Value != nil {
				values++
			}
			if m.Primary {
				primaries++
				if m.Value == nil && values > 0 {
					t.Fatalf("%s: the primary metric %s has no value", task.Task, m.Metric)
				}
			}
			if m.N != nil && *m.N < 0 {
				t.Fatalf("%s: n is %d", task.Task, *m.N)
			}
		}
		if primaries > 1 || primaries == 0 && values > 0 {
			t.Fatalf("%s: %d primary metrics among %d values", task.Task, primaries, values)
		}
		o := task.Outcomes
		if o == nil {
			continue
		}
		total, known := int64(0), true
		for _, n := range []*int64{o.Correct, o.Wrong, o.Unparsed, o.Truncated, o.Error} {
			if n == nil {
				known = false
				continue
			}
			if *n < 0 {
				t.Fatalf("%s: outcomes %+v", task.Task, o)
			}
			total += *n
		}
		if records := tasks[task.Task]; records > 0 && (total > records || known && total != records) {
			t.Fatalf("%s: outcomes of %d, records of %d", task.Task, total, records)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, z := range zipCases() {
		f.Add(z.data)
	}
	fuzzEval(f, inspectLog, "inspect")
}

func FuzzEvalscopeReport(f *testing.F) { fuzzEval(f, evalscopeReport, "evalscope_report") }
func FuzzLightEval(f *testing.F)       { fuzzEval(f, lightEval, "lighteval") }
func FuzzNemoSkills(f *testing.F)      { fuzzEval(f, nemoSkills, "nemo_skills") }
func FuzzEvalPlus(f *testing.F)        { fuzzEval(f, evalPlus, "evalplus") }
func FuzzBigCode(f *testing.F)         { fuzzEval(f, bigCode, "bigcode") }
func FuzzSimpleEvals(f *testing.F)     { fuzzEval(f, simpleEvals, "simple_evals") }
func FuzzLiveCodeBench(f *testing.F)   { fuzzEval(f, liveCodeBench, "livecodebench") }
func FuzzLiveBench(f *testing.F)       { fuzzEval(f, liveBench, "livebench") }
func FuzzNemoEvaluator(f *testing.F) {
	fuzzEval(f, nemoEvaluator, "nemo_evaluator", "a: &a [1, 1]\nb: &b [*a, *a]\nresults: {tasks: {t: {metrics: {m: {scores: {s: {value: *b}}}}}}}")
}
func FuzzPass1(f *testing.F)      { fuzzEval(f, pass1, "eval_codegen_pass1") }
func FuzzPerplexity(f *testing.F) { fuzzEval(f, perplexity, "perplexity") }
func FuzzLMEvalRun(f *testing.F)  { fuzzEval(f, lmEval, "lm_eval") }

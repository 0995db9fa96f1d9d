package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"benchsite/collect/artifact"
)

// fixture is a store in a temporary folder that tests fill run by run.
type fixture struct {
	t     *testing.T
	dir   string
	store *artifact.Store
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	return &fixture{t: t, dir: dir, store: artifact.Open(dir)}
}

// put stores a run and returns its id.
func (f *fixture) put(b artifact.Bundle) string {
	f.t.Helper()
	r, err := f.store.Put(b)
	if err != nil {
		f.t.Fatal(err)
	}
	return r.ID
}

func (f *fixture) load() *Set {
	f.t.Helper()
	s, err := Load(f.store, DefaultConfig())
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// clean is load that takes no problems.
func (f *fixture) clean() *Set {
	f.t.Helper()
	s := f.load()
	for _, p := range s.Problems {
		f.t.Errorf("problem: %+v", p)
	}
	return s
}

func (f *fixture) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func subject(precision string, tp int64) artifact.Subject {
	return artifact.Subject{
		BaseModel: ptr("Acme/Small-1B"), Model: "Acme/Small-1B", Precision: ptr(precision), Engine: ptr("vLLM"), EngineVersion: ptr("0.13.0"),
		Parallel: artifact.Parallel{TP: ptr(tp)}, Accelerator: ptr("Board X, MIG 4g.96gb"), AcceleratorCount: ptr(tp),
	}
}

// loadRun is a streamed closed-loop test without any trap: enough distinct
// requests, a known environment, natural output lengths.
func loadRun(precision string, tp int64, day string, throughput float64) *artifact.Artifact {
	second := 8.0 * 322 / throughput
	dist := func(scale float64) *artifact.Distribution {
		return &artifact.Distribution{
			N: ptr(int64(200)), Mean: ptr(second * scale), Min: ptr(second * scale * 0.9), Max: ptr(second * scale * 1.2),
			P50: ptr(second * scale), P90: ptr(second * scale * 1.1), P95: ptr(second * scale * 1.15), P99: ptr(second * scale * 1.19),
			Method: ptr("linear"),
		}
	}
	return &artifact.Artifact{
		Kind: artifact.KindLoad, Name: "c16-n200", Status: artifact.StatusComplete, StartedAt: day, Subject: subject(precision, tp),
		Protocol: artifact.Protocol{Parameters: map[string]any{
			"concurrency": 16, "max_tokens": 256, "temperature": 0, "workload": "synthetic",
		}},
		Environment: artifact.Environment{
			Host: map[string]string{"cpu": "EPYC"}, Driver: ptr("580.1"), CUDA: ptr("13.0"),
			Server: &artifact.Server{Args: map[string]any{"max_model_len": 4096, "host": "127.0.0.1"}, MaxNumSeqs: ptr(int64(32))},
		},
		Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Load: &artifact.Load{
			Requests:      artifact.Requests{Offered: ptr(int64(200)), Completed: ptr(int64(200)), Failed: ptr(int64(0))},
			DurationS:     ptr(100.0),
			Tokens:        artifact.LoadTokens{Prompt: ptr(int64(22000)), Output: ptr(int64(40000))},
			Throughput:    artifact.Throughput{RequestsPerS: ptr(throughput / 200), OutputTokensPerS: ptr(throughput)},
			Latency:       artifact.Latency{TTFT: dist(0.1), TPOT: dist(0.005), E2E: dist(1)},
			FinishReasons: map[string]int64{"stop": 150, "length": 50},
		},
	}
}

func bundle(a *artifact.Artifact) artifact.Bundle { return artifact.Bundle{Artifact: a} }

// evalRun is an evaluation whose items carry the verdicts given as a string:
// + correct, - wrong, u unparsed, t truncated. Item i of every such run has the
// same hash.
func evalRun(precision, task, scorer, verdicts string) artifact.Bundle {
	var counts = map[artifact.Outcome]int64{}
	var records []artifact.EvalRecord
	for i, v := range verdicts {
		o := map[rune]artifact.Outcome{
			'+': artifact.OutcomeCorrect, '-': artifact.OutcomeWrong, 'u': artifact.OutcomeUnparsed, 't': artifact.OutcomeTruncated,
		}[v]
		counts[o]++
		out := "The answer, after some working, is 42."
		if o != artifact.OutcomeCorrect {
			out = fmt.Sprintf("The answer, after some working of %s, is 41.", precision)
		}
		records = append(records, artifact.EvalRecord{
			Task: task, Item: fmt.Sprintf("%03d", i), ItemHash: ptr(fmt.Sprintf("hash-%d", i)), Outcome: &o, Expected: ptr("42"),
			Extracted: ptr(out[len(out)-3 : len(out)-1]), Output: &out,
		})
	}
	n := int64(len(verdicts))
	a := &artifact.Artifact{
		Kind: artifact.KindEval, Name: task, Status: artifact.StatusComplete, StartedAt: "2025-12-23", Subject: subject(precision, 1),
		Protocol: artifact.Protocol{Parameters: map[string]any{
			"task": task, "max_tokens": 256, "temperature": 0, "scorer": scorer + " v1", "thinking": false,
		}},
		Environment: loadRun(precision, 1, "2025-12-23", 100).Environment,
		Source:      artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Eval: &artifact.Eval{Tasks: []artifact.Task{{
			Task: task, Status: artifact.TaskDone, Dataset: artifact.Dataset{Items: &n, Of: ptr(int64(500))},
			Scorer: &artifact.Scorer{Name: scorer, Version: "1"}, Repeats: ptr(int64(1)),
			Metrics: []artifact.Metric{{
				Metric: "accuracy", Value: ptr(float64(counts[artifact.OutcomeCorrect]) / float64(n)), N: &n, Better: ptr("higher"), Primary: true,
			}},
			Outcomes: &artifact.Outcomes{
				Correct: ptr(counts[artifact.OutcomeCorrect]), Wrong: ptr(counts[artifact.OutcomeWrong]),
				Unparsed: ptr(counts[artifact.OutcomeUnparsed]), Truncated: ptr(counts[artifact.OutcomeTruncated]), Error: ptr(int64(0)),
			},
		}}},
	}
	return artifact.Bundle{Artifact: a, Eval: records, Slug: task}
}

// rescored derives a child of a stored run with another scorer and verdicts.
func (f *fixture) rescored(parent string, scorer, verdicts string) artifact.Bundle {
	f.t.Helper()
	p, raw, err := f.store.Read(parent)
	if err != nil {
		f.t.Fatal(err)
	}
	b := evalRun(*p.Subject.Precision, p.Eval.Tasks[0].Task, scorer, verdicts)
	b.Artifact.Source = artifact.Source{Tool: p.Source.Tool, Mode: artifact.ModeRescored}
	b.Artifact.DerivedFrom = []artifact.DerivedFrom{{ID: parent, SHA256: artifact.SHA256(raw), How: artifact.HowRescore}}
	return b
}

func codes(notices []Notice) []string {
	var out []string
	for _, n := range notices {
		out = append(out, n.Code)
	}
	return out
}

func notice(notices []Notice, code string) *Notice {
	i := slices.IndexFunc(notices, func(n Notice) bool { return n.Code == code })
	if i < 0 {
		return nil
	}
	return &notices[i]
}

// decoded reads an artifact that has not been stored yet: it has no id.
func decoded(t *testing.T, data []byte) *artifact.Artifact {
	t.Helper()
	a := new(artifact.Artifact)
	if err := json.Unmarshal(data, a); err != nil {
		t.Fatal(err)
	}
	return a
}

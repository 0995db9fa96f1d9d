package render

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

func num(v float64) *float64 { return &v }
func count(n int64) *int64   { return &n }
func word(s string) *string  { return &s }

// loadRun is a load test with everything a page can show.
func loadRun(precision string, output float64) artifact.Bundle {
	e2e := &artifact.Distribution{
		N: count(64), Mean: num(6.745), Min: num(6.663), Max: num(6.797), P50: num(6.758), P90: num(6.77), P95: num(6.795), P99: num(6.796), Method: word("exclusive"),
	}
	a := &artifact.Artifact{
		Kind: artifact.KindLoad, Name: "c16-n64", Status: artifact.StatusComplete, StartedAt: "2025-12-22T10:00:00Z", DurationS: num(30),
		Subject: artifact.Subject{
			BaseModel: word("Qwen/Qwen3-32B"), Model: "Qwen/Qwen3-32B-" + precision, Precision: word(precision), Engine: word("vllm"), EngineVersion: word("0.13.0"),
			Accelerator: word("RTX Pro 6000 Blackwell, MIG 4g.96gb"), AcceleratorCount: count(1), Parallel: artifact.Parallel{TP: count(1)},
		},
		Protocol: artifact.Protocol{Parameters: map[string]any{
			"concurrency": 16.0, "max_tokens": 256.0, "temperature": 0.0, "streaming": false, "workload": "one-prompt", "prompts": "identical",
		}, Unknown: []string{"seed"}},
		Environment: artifact.Environment{
			Host:   map[string]string{"instance": "NC256"},
			Server: &artifact.Server{Args: map[string]any{"max_num_seqs": 32.0}, WeightsGiB: num(19.4), KVCacheTokens: count(284992)},
		},
		Source: artifact.Source{Tool: "bench_openai.py", Mode: artifact.ModeImported, Files: []artifact.SourceFile{{Name: "bench.json", SHA256: strings.Repeat("ab", 32)}}},
		Load: &artifact.Load{
			Requests: artifact.Requests{Offered: count(64), Completed: count(62), Failed: count(2), ByError: map[string]int64{"timeout": 2}}, DurationS: num(27.02),
			Tokens:        artifact.LoadTokens{Prompt: count(6820), Output: count(15872)},
			Throughput:    artifact.Throughput{RequestsPerS: num(2.37), OutputTokensPerS: num(output), PromptTokensPerS: num(260.59), TotalTokensPerS: num(867.06)},
			Latency:       artifact.Latency{E2E: e2e},
			FinishReasons: map[string]int64{"length": 62},
			Timeline:      &artifact.Timeline{StepS: num(1), Running: []float64{16, 16, 8}, OutputTokensPerS: []float64{500, 600, 300}},
			ServerMetrics: &artifact.ServerMetrics{PrefixCacheHitRate: num(.859), Samples: []artifact.ServerSample{
				{Time: "12-22 16:02:07", Running: num(16), OutputTokensPerS: num(546.2)}, {Time: "12-22 16:02:17", Running: num(0), OutputTokensPerS: num(487.3)},
			}},
		},
	}
	a.Subject.Name = artifact.SubjectName(a.Subject)
	return artifact.Bundle{Artifact: a, Slug: "c16-n64", ServerLog: []byte("INFO started\n")}
}

// evalRun is an evaluation of ten items of which the first k are right.
func evalRun(precision string, k int) artifact.Bundle {
	b := loadRun(precision, 1)
	a := b.Artifact
	a.Kind, a.Name, a.StartedAt, a.Load = artifact.KindEval, "math", "2025-12-24", nil
	a.Environment = artifact.Environment{}
	a.Protocol = artifact.Protocol{Parameters: map[string]any{"task": "math", "max_tokens": 256.0, "scorer": "lm-eval v1"}}
	a.Source.Tool = "lm-evaluation-harness"
	a.Eval = &artifact.Eval{Tasks: []artifact.Task{
		{
			Task: "math", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "lm-eval", Version: "1"}, NShot: count(0),
			Dataset:  artifact.Dataset{Name: word("MATH"), Items: count(10), Of: count(500)},
			Metrics:  []artifact.Metric{{Metric: "accuracy", Value: num(float64(k) / 10), N: count(10), Better: word("higher"), Primary: true}},
			Outcomes: &artifact.Outcomes{Correct: count(int64(k)), Wrong: count(int64(10 - k)), Unparsed: count(0), Truncated: nil, Error: count(0)},
			Groups:   []artifact.Group{{Name: "algebra", N: count(10), Correct: count(int64(k)), Value: num(float64(k) / 10)}},
		},
	}}
	b = artifact.Bundle{Artifact: a, Slug: "math"}
	for i := range 10 {
		outcome, got := artifact.OutcomeWrong, "8"
		if i < k {
			outcome, got = artifact.OutcomeCorrect, "7"
		}
		b.Eval = append(b.Eval, artifact.EvalRecord{
			Task: "math", Item: fmt.Sprint(i), ItemHash: word(fmt.Sprintf("%064d", i)), Outcome: &outcome, Extracted: word(got), Expected: word("7"), Output: word(got),
		})
	}
	return b
}

// emptyRun knows as little as an artifact may.
func emptyRun(kind artifact.Kind) artifact.Bundle {
	a := &artifact.Artifact{
		Kind: kind, Name: "x", Status: artifact.StatusInterrupted, StartedAt: "2024-02-29",
		Subject: artifact.Subject{Name: "m-" + string(kind), Model: "m-" + string(kind)}, Source: artifact.Source{Tool: "t", Mode: artifact.ModeImported},
		Protocol: artifact.Protocol{Parameters: map[string]any{}},
	}
	switch kind {
	case artifact.KindLoad:
		a.Load = &artifact.Load{}
	case artifact.KindEval:
		a.Eval = &artifact.Eval{Tasks: []artifact.Task{{Task: "hle", Status: artifact.TaskNotRun, Reason: word("gated")}}}
	}
	return artifact.Bundle{Artifact: a, Slug: "x"}
}

func put(t *testing.T, store *artifact.Store, b artifact.Bundle) string {
	t.Helper()
	r, err := store.Put(b)
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// testStore has one of everything: three subjects, both kinds, a rescored run,
// a withdrawn one, simulated ones, nearly empty ones, and an unreadable file.
func testStore(t *testing.T) *artifact.Store {
	t.Helper()
	dir := t.TempDir()
	store := artifact.Open(dir)
	put(t, store, loadRun("BF16", 322.09))
	put(t, store, loadRun("FP8", 381.87))
	put(t, store, loadRun("NVFP4", 606.47))
	put(t, store, evalRun("BF16", 7))
	parent := put(t, store, evalRun("NVFP4", 6))
	child := evalRun("NVFP4", 8)
	child.Slug = "math-boxed"
	child.Artifact.Source.Mode = artifact.ModeRescored
	child.Artifact.Protocol.Parameters["scorer"] = "boxed v1"
	child.Artifact.Eval.Tasks[0].Scorer = &artifact.Scorer{Name: "boxed", Version: "1"}
	child.Artifact.DerivedFrom = []artifact.DerivedFrom{{ID: parent, SHA256: strings.Repeat("00", 32), How: artifact.HowRescore}}
	put(t, store, child)
	simulated := loadRun("FP8", 99)
	simulated.Artifact.Simulated = true
	put(t, store, simulated)
	withdrawn := loadRun("FP8", 5)
	withdrawn.Artifact.StartedAt = "2025-11-01"
	id := put(t, store, withdrawn)
	for _, kind := range []artifact.Kind{artifact.KindLoad, artifact.KindEval, artifact.KindSubject} {
		put(t, store, emptyRun(kind))
	}
	writeTest(t, filepath.Join(dir, "withdrawn.toml"), fmt.Sprintf(
		"[[withdrawn]]\nid = %q\ndate = \"2025-12-30\"\nreason = { zh = \"时钟有误。\", en = \"The clock was wrong.\" }\n", id))
	writeTest(t, filepath.Join(dir, "2025-12-22", "broken.00000000.json"), `{"schema": 1, "kind": "lo`)
	return store
}

func writeTest(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func testConfig() dataset.Config {
	c := dataset.DefaultConfig()
	c.Title = dataset.Text{"zh": "测试站点", "en": "Test site"}
	return c
}

// renderTo renders the store into a new folder.
func renderTo(t *testing.T, store *artifact.Store, c dataset.Config) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "site")
	if _, err := Site(context.Background(), Options{Store: store, Config: c, Out: out, Version: "v1"}); err != nil {
		t.Fatal(err)
	}
	return out
}

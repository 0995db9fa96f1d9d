package imports

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/collect/eval"
)

// shared finds real result files. They are not part of the repository: tests
// over them are skipped without them.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("BENCHSITE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root, "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIP: real result files are not here (%s); set BENCHSITE_SHARED", filepath.Join(parts...))
	}
	return path
}

// importAll imports files that must all be accepted, and returns their
// artifacts in the order of the files.
func importAll(t *testing.T, st *artifact.Store, o Options, paths ...string) (out []*artifact.Artifact) {
	t.Helper()
	o.Store = st
	results, err := Import(context.Background(), o, paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.State != Imported {
			t.Fatalf("%s: %s %s", r.Path, r.State, r.Reason)
		}
		a, _, err := st.Read(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func TestRecordedLoad(t *testing.T) {
	vl := shared(t, "recorded", "2025-12-22", "qwen2.5-vl-72b")
	q := shared(t, "recorded", "2025-12-22", "qwen3-32b")
	st := artifact.Open(t.TempDir())
	files := []string{
		filepath.Join(vl, "bench_1gpu_c16_r64_mt256.json"), filepath.Join(vl, "bench_2gpu_c16_r64_mt256.json"),
		filepath.Join(q, "bench_nvfp4_1gpu_c16_r64_mt256.json"), filepath.Join(q, "bench_fp8_1gpu_c16_r64_mt256.json"), filepath.Join(q, "bench_bf16_1gpu_c16_r64_mt256.json"),
	}
	want := []string{"260.3688", "348.0055", "606.4682", "381.8702", "322.0868"}
	for i, a := range importAll(t, st, Options{Date: "2025-12-22"}, files...) {
		if got := fmt.Sprintf("%.4f", *a.Load.Throughput.OutputTokensPerS); got != want[i] {
			t.Errorf("%s: %s tokens/s, want %s", files[i], got, want[i])
		}
		if a.Name != "c16-n64" || a.StartedAt != "2025-12-22" || *a.Load.Requests.Completed != 64 || *a.Load.Latency.E2E.Method != "exclusive" ||
			a.Load.Latency.TTFT != nil || a.Load.FinishReasons != nil || *a.Load.Tokens.Output != 64*256 ||
			a.Protocol.Parameters["concurrency"] != 16.0 || a.Protocol.Parameters["streaming"] != false {
			t.Errorf("%s: %+v %+v", files[i], a.Load, a.Protocol)
		}
	}
}

func TestRecordedLoadWithLog(t *testing.T) {
	q := shared(t, "recorded", "2025-12-22", "qwen3-32b")
	for _, name := range []string{"bf16", "fp8", "nvfp4"} {
		st := artifact.Open(t.TempDir())
		a := importAll(t, st, Options{Date: "2025-12-22", ServerLog: filepath.Join(q, "vllm_"+name+".log")},
			filepath.Join(q, "bench_"+name+"_1gpu_c16_r64_mt256.json"))[0]
		hit := *a.Load.ServerMetrics.PrefixCacheHitRate
		if hit < 0.8589 || hit > 0.8591 || *a.Subject.EngineVersion != "0.13.0" || *a.Subject.Parallel.TP != 1 || len(a.Source.Files) != 2 {
			t.Errorf("%s: %v %+v", name, hit, a.Subject)
		}
		log, err := st.Attachment(a, artifact.AttachServerLog)
		if err != nil || len(log) < 10_000 || strings.Contains(string(log), "\x1b") {
			t.Errorf("%s: log of %d bytes, %v", name, len(log), err)
		}
	}
	st := artifact.Open(t.TempDir())
	results, err := Import(context.Background(), Options{Store: st, Date: "2025-12-22", ServerLog: filepath.Join(q, "vllm_fp8.log")},
		[]string{filepath.Join(q, "bench_bf16_1gpu_c16_r64_mt256.json")}, nil)
	if err != nil || results[0].State != Refused || !strings.Contains(results[0].Reason, "Qwen/Qwen3-32B-FP8") {
		t.Errorf("a foreign log was taken: %+v %v", results, err)
	}
}

func TestRecordedAnswersAreScoredAgain(t *testing.T) {
	dir := shared(t, "recorded", "2025-12-23", "qwen3-32b-answers")
	st := artifact.Open(t.TempDir())
	published := importAll(t, st, Options{Date: "2025-12-23", Set: map[string]string{"base_model": "Qwen/Qwen3-32B"}},
		filepath.Join(dir, "acc_bf16.json"), filepath.Join(dir, "acc_fp8.json"), filepath.Join(dir, "acc_nvfp4.json"))
	want := map[string][3]int64{"legacy-2025": {35, 35, 34}, "decidable": {39, 38, 38}, "decidable-lenient": {40, 39, 40}}
	for i, a := range published {
		if *a.Eval.Tasks[0].Outcomes.Correct != want["legacy-2025"][i] || *a.Eval.Tasks[0].Outcomes.Truncated != 0 {
			t.Errorf("%s: %+v", a.Subject.Model, *a.Eval.Tasks[0].Outcomes.Correct)
		}
		if a.Protocol.ID != published[0].Protocol.ID {
			t.Error("the three files are of one protocol")
		}
		for name, counts := range want {
			s, _ := eval.ScorerByName(name)
			b, changes, err := eval.Rescore(st, a, s)
			if err != nil {
				t.Fatal(err)
			}
			if got := *b.Artifact.Eval.Tasks[0].Outcomes.Correct; got != counts[i] {
				t.Errorf("%s by %s: %d, want %d", a.Subject.Model, s, got, counts[i])
			}
			if name == "legacy-2025" && len(changes) > 0 {
				t.Errorf("the published rule changes %+v", changes)
			}
			if _, err := st.Put(b); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRecordedMathsAreScoredAgain(t *testing.T) {
	dir := shared(t, "recorded", "2025-12-24", "lm-eval-answer-only")
	st := artifact.Open(t.TempDir())
	boxed, _ := eval.ScorerByName("boxed")
	for i, precision := range []string{"bf16", "fp8", "nvfp4"} {
		maths, err := filepath.Glob(filepath.Join(dir, "lmeval_"+precision+"_hendrycks*.json"))
		if err != nil || len(maths) != 1 {
			t.Fatal(maths, err)
		}
		aime, _ := filepath.Glob(filepath.Join(dir, "lmeval_"+precision+"_aime*.json"))
		// The file has its own date: --date is for those that have none.
		a := importAll(t, st, Options{Date: "1999-01-01"}, maths[0], aime[0])
		m := a[0]
		if got := *m.Eval.Tasks[0].Outcomes.Correct; got != []int64{27, 25, 28}[i] {
			t.Errorf("%s: %d right as recorded", precision, got)
		}
		b, changes, err := eval.Rescore(st, m, boxed)
		if err != nil {
			t.Fatal(err)
		}
		var items []string
		for _, c := range changes {
			items = append(items, c.Item)
		}
		wantItems := [][]string{{"7", "14", "51"}, {"51", "69"}, {"14", "19", "35"}}[i]
		if got := *b.Artifact.Eval.Tasks[0].Outcomes.Correct; got != []int64{30, 27, 31}[i] || !slices.Equal(items, wantItems) {
			t.Errorf("%s: %d right when boxed, changed %v", precision, got, items)
		}
		if got := *a[1].Eval.Tasks[0].Outcomes.Correct; got != 0 {
			t.Errorf("%s: %d right on AIME", precision, got)
		}
		s, e, task := m.Subject, m.Environment, m.Eval.Tasks[0]
		if !strings.HasPrefix(m.StartedAt, "2025-12-24T00:5") || *s.Engine != "vllm" || s.EngineVersion != nil || *s.Parallel.TP != 2 || *s.MaxModelLen != 4096 ||
			!*e.Server.EnforceEager || *e.Server.MaxNumSeqs != 8 || *e.Driver != "580.105.08" || *e.CUDA != "12.8" || len(e.Accelerators) != 2 ||
			*e.Accelerators[1].MIG != "4g.96gb" || e.Host["numa_nodes"] != "4" || e.Host["cores"] != "128" || e.Host["kernel"] != "6.8.0-1044-azure" {
			t.Errorf("%s: %+v %+v", precision, s, e)
		}
		if *task.Metrics[0].N != 100 || *task.Dataset.Of != 500 || task.Outcomes.Truncated != nil || *task.Version != "1.0" ||
			m.Protocol.Parameters["thinking"] != false || m.Protocol.Parameters["max_tokens"] != 256.0 || m.Protocol.Parameters["system_sha256"] == nil {
			t.Errorf("%s: %+v %+v", precision, task, m.Protocol)
		}
		records, err := st.EvalRecords(m)
		if err != nil || len(records) != 100 || records[7].ItemHash == nil || records[7].PromptHash == nil || records[7].FinishReason != nil {
			t.Errorf("%s: %d records, %v", precision, len(records), err)
		}
	}
}

// TestNoQuestionIsCopied looks for the questions themselves in what is stored.
func TestNoQuestionIsCopied(t *testing.T) {
	dir := shared(t, "recorded", "2025-12-24", "lm-eval-answer-only")
	files, _ := filepath.Glob(filepath.Join(dir, "lmeval_bf16_hendrycks*.json"))
	root := t.TempDir()
	st := artifact.Open(root)
	a := importAll(t, st, Options{}, files...)[0]
	samples, err := st.Attachment(a, artifact.AttachSamples)
	if err != nil {
		t.Fatal(err)
	}
	_, raw, err := st.Read(a.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Convert the point", "in rectangular coordinates", "<|im_start|>", `"problem"`} {
		if strings.Contains(string(samples), part) || strings.Contains(string(raw), part) {
			t.Errorf("%q is stored", part)
		}
	}
}

func TestRealFilesOfEveryAge(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "samples", "eval", "lm-eval"), "*.json"))
	for _, f := range files {
		st := artifact.Open(t.TempDir())
		a := importAll(t, st, Options{Date: "2024-01-01", Set: map[string]string{"model": "acme/tiny"}}, f)[0]
		n := 0
		for _, task := range a.Eval.Tasks {
			for _, m := range task.Metrics {
				if m.Value != nil {
					n++
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no metric was read", f)
		}
	}
}

// TestThinkingRunsAreTruncated reads the two runs whose every reply was cut
// inside its thoughts. Their names are restored as the tool wrote them: only the
// stamp pairs the two files.
func TestThinkingRunsAreTruncated(t *testing.T) {
	const stamp = "2025-12-24T04-24-28.522904"
	dir := t.TempDir()
	for from, to := range map[string]string{
		"v0.4.9.2-qwen3-32b_bf16_aime24_think.json": "results_" + stamp + ".json",
		"v0.4.9.2-samples_bf16_aime24_think.jsonl":  "samples_aime24_" + stamp + ".jsonl",
	} {
		data, err := os.ReadFile(shared(t, "samples", "eval", "lm-eval", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a := importAll(t, artifact.Open(t.TempDir()), Options{}, filepath.Join(dir, "results_"+stamp+".json"))[0]
	o := a.Eval.Tasks[0].Outcomes
	equal(t, "truncated", o.Truncated, 30)
	equal(t, "correct", o.Correct, 0)
	equal(t, "wrong", o.Wrong, 0)
	if a.Protocol.Parameters["thinking"] != true || a.Protocol.Parameters["max_tokens"] != 1024.0 {
		t.Errorf("%+v", a.Protocol)
	}
}

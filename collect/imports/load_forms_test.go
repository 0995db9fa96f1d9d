package imports

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// loadForms imports a fixture and returns its runs in the order of the file.
func loadForms(t *testing.T, o Options, path ...string) []*artifact.Artifact {
	t.Helper()
	st := artifact.Open(t.TempDir())
	o.Store = st
	results, err := Import(context.Background(), o, []string{filepath.Join(append([]string{"testdata"}, path...)...)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []*artifact.Artifact
	for _, r := range results {
		if r.State != Imported {
			t.Fatalf("%+v", r)
		}
		a, raw, err := st.Read(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"sk-1234567890", "secret question"} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s: holds %q", path, secret)
			}
		}
		out = append(out, a)
	}
	return out
}

func about(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, show(got), want)
	}
}

// says compares what a protocol knows.
func says(t *testing.T, a *artifact.Artifact, want map[string]any) {
	t.Helper()
	for k, v := range want {
		got := a.Protocol.Parameters[k]
		if n, ok := got.(json.Number); ok {
			f, _ := n.Float64()
			got = f
		}
		if got != v {
			t.Errorf("%s is %v (%T), want %v", k, got, got, v)
		}
	}
}

func TestVLLMServeFlat(t *testing.T) {
	a := loadForms(t, Options{}, "vllm_serve", "flat.json")[0]
	l := a.Load
	equal(t, "offered", l.Requests.Offered, 10)
	equal(t, "failed, which the file leaves out", l.Requests.Failed, 2)
	equal(t, "prompt tokens", l.Tokens.Prompt, 80)
	about(t, "requests/s", l.Throughput.RequestsPerS, 2)
	about(t, "prompt tokens/s", l.Throughput.PromptTokensPerS, 20)
	about(t, "ttft p50", l.Latency.TTFT.P50, 0.09)
	about(t, "tpot p99", l.Latency.TPOT.P99, 0.012)
	about(t, "the tool's ITL is our ICL", l.Latency.ICL.P50, 0.038)
	unknown(t, "ITL", l.Latency.ITL)
	about(t, "e2e p99", l.Latency.E2E.P99, 0.4)
	equal(t, "ttft n", l.Latency.TTFT.N, 8)
	unknown(t, "tpot n", l.Latency.TPOT.N)
	about(t, "bundled tokens", l.TokensPerChunk, 4)
	about(t, "goodput under its odd key", l.Goodput.RequestsPerS, 1.5)
	says(t, a, map[string]any{"arrival": "closed", "concurrency": 2.0, "definitions": "vllm-bench", "input_tokens": 10.0, "output_tokens": 20.0})
	if a.StartedAt != "2025-01-02" || *a.Source.LocalTime != "20250102-030405" || a.Name != "c2-n10" || a.Subject.Engine != nil {
		t.Errorf("%s %s %s", a.StartedAt, *a.Source.LocalTime, a.Name)
	}
	if a.Source.Extra["note"] != "office" || a.Source.Extra["p99.9_e2el_ms"] == nil || a.Source.Extra[breaksKey] != nil || a.Source.Extra[differencesKey] == nil {
		t.Errorf("%v", a.Source.Extra)
	}
	if !slices.Contains(a.Protocol.Unknown, "max_tokens") || slices.Contains(a.Protocol.Unknown, "concurrency") {
		t.Errorf("%v", a.Protocol.Unknown)
	}
}

func TestVLLMServeWhereAllFailed(t *testing.T) {
	a := loadForms(t, Options{}, "vllm_serve", "failed.json")[0]
	l := a.Load
	for name, d := range map[string]*artifact.Distribution{"ttft": l.Latency.TTFT, "tpot": l.Latency.TPOT, "icl": l.Latency.ICL, "e2e": l.Latency.E2E} {
		unknown(t, name, d)
	}
	unknown(t, "requests/s", l.Throughput.RequestsPerS)
	zero, _ := a.Source.Extra[zeroKey].([]any)
	if a.Status != artifact.StatusFailed || len(zero) != 3 || a.Protocol.Parameters["arrival"] != "burst" {
		t.Errorf("%s %v %v", a.Status, zero, a.Protocol.Parameters)
	}
}

func TestVLLMServeAppended(t *testing.T) {
	runs := loadForms(t, Options{}, "vllm_serve", "appended.json")
	if len(runs) != 2 {
		t.Fatal(len(runs))
	}
	says(t, runs[0], map[string]any{"arrival": "gamma", "burstiness": 0.5, "rate": 2.5, "max_in_flight": 8.0, "input_tokens_about": 16.0, "output_tokens_about": 16.0})
	says(t, runs[1], map[string]any{"arrival": "poisson", "rate": 5.0})
	breaks, _ := runs[1].Source.Extra[breaksKey].([]any)
	if len(breaks) != 1 || breaks[0].(map[string]any)["figure"] != "requests_per_s" || runs[0].Source.Extra[breaksKey] != nil {
		t.Errorf("%v", breaks)
	}
	about(t, "what the file says stands", runs[1].Load.Throughput.RequestsPerS, 4.5)
	unknown(t, "NaN", runs[1].Load.Latency.TTFT.P50)
	unknown(t, "Infinity", runs[1].Load.Latency.TTFT.P99)
	if runs[0].Source.Extra["torn"] != true || runs[1].Source.Extra[partKey] != "2" {
		t.Errorf("%v", runs[1].Source.Extra)
	}
}

func TestVLLMServeDetailed(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{}, "testdata/vllm_serve/detailed.json")[0]
	about(t, "p90 from the values", a.Load.Latency.TTFT.P90, 0.19)
	about(t, "p99 from the summary", a.Load.Latency.TTFT.P99, 0.199)
	equal(t, "tpot n", a.Load.Latency.TPOT.N, 2)
	equal(t, "gaps", a.Load.Latency.ICL.N, 3)
	about(t, "e2e from the values", a.Load.Latency.E2E.Max, 0.24)
	about(t, "tokens in a chunk", a.Load.TokensPerChunk, 2)
	records, err := st.LoadRecords(a)
	if err != nil || len(records) != 3 {
		t.Fatal(len(records), err)
	}
	about(t, "sent", records[1].SentS, 0.25)
	about(t, "first", records[1].FirstS, 0.45)
	about(t, "last", records[1].LastS, 0.49)
	equal(t, "chunks", records[0].Chunks, 3)
	equal(t, "message", records[2].Message, "Traceback: connection reset")
	unknown(t, "first token of a failure", records[2].FirstS)
	if a.Source.Extra[breaksKey] != nil || a.Source.Extra["ttfts"] != nil {
		t.Errorf("%v", a.Source.Extra)
	}
}

func TestVLLMServeForks(t *testing.T) {
	a := loadForms(t, Options{}, "vllm_serve", "seconds.json")[0]
	about(t, "seconds stay", a.Load.Latency.TTFT.P99, 0.75)
	about(t, "e2e", a.Load.Latency.E2E.P50, 1.5)
	if a.Subject.Model != "acme/tiny-7b" || *a.Subject.ModelRevision != "0123456789abcdef" {
		t.Errorf("%+v", a.Subject)
	}
	a = loadForms(t, Options{}, "vllm_serve", "wrapped.json")[0]
	about(t, "ms become seconds", a.Load.Latency.ICL.P50, 0.095)
	about(t, "power", a.Load.Power.MeanW, 3400.5)
	equal(t, "tp", a.Subject.Parallel.TP, 8)
	equal(t, "engine", a.Subject.Engine, "SGLang")
	equal(t, "precision", a.Subject.Precision, "FP4")
	equal(t, "accelerators", a.Subject.AcceleratorCount, 8)
	says(t, a, map[string]any{"concurrency": 16.0, "input_tokens": 1024.0, "output_tokens": 512.0})
	if a.StartedAt != "2025-01-02T03:04:05Z" || a.Source.Extra["image"] != "acme/serve:1" {
		t.Errorf("%s %v", a.StartedAt, a.Source.Extra)
	}
	a = loadForms(t, Options{}, "vllm_serve", "rust.json")[0]
	about(t, "steady requests/s", a.Load.Steady.RequestsPerS, 2)
	about(t, "steady tokens/s", a.Load.Steady.OutputTokensPerS, 40)
	about(t, "steady end", a.Load.Steady.EndS, 9)
	equal(t, "max model len", a.Subject.MaxModelLen, 4096)
	a = loadForms(t, Options{}, "vllm_serve", "turns.json")[0]
	says(t, a, map[string]any{"concurrency": 2.0, "turns": 3.0, "think_time_s": 0.5, "workload": "multi-turn"})
	equal(t, "offered", a.Load.Requests.Offered, 12)
}

func TestVLLMSweep(t *testing.T) {
	runs := loadForms(t, Options{}, "vllm_serve", "summary.json")
	if len(runs) != 2 || *runs[0].Environment.Server.MaxNumSeqs != 4 || runs[1].Environment.Server.Args["block_size"] == nil || runs[0].Source.Extra["block_size"] != nil {
		t.Fatalf("%+v", runs[0].Environment.Server)
	}
	says(t, runs[0], map[string]any{"concurrency": 2.0})
	says(t, runs[1], map[string]any{"concurrency": 4.0})
}

func TestVLLMOffline(t *testing.T) {
	o := Options{Date: "2025-01-02", Set: map[string]string{"model": "acme/tiny-7b"}}
	a := loadForms(t, o, "vllm_offline", "throughput.json")[0]
	about(t, "tokens/s", a.Load.Throughput.TotalTokensPerS, 100)
	unknown(t, "output tokens/s", a.Load.Throughput.OutputTokensPerS)
	a = loadForms(t, o, "vllm_offline", "latency.json")[0]
	about(t, "p95 from the values", a.Load.Latency.E2E.P95, 2.9)
	about(t, "p99", a.Load.Latency.E2E.P99, 2.98)
	says(t, a, map[string]any{"arrival": "offline", "definitions": "vllm-latency"})
	refused(t, Options{Date: "2025-01-02"}, "testdata/vllm_offline/throughput.json", "does not name the model; add --set model=NAME")
}

func TestSGLang(t *testing.T) {
	runs := loadForms(t, Options{Date: "2025-01-02"}, "sglang", "two.jsonl")
	native, oai := runs[0], runs[1]
	about(t, "a native ITL is one", native.Load.Latency.ITL.P50, 0.008)
	about(t, "its maximum", native.Load.Latency.ITL.Max, 0.03)
	unknown(t, "native ICL", native.Load.Latency.ICL)
	about(t, "another backend's is a chunk gap", oai.Load.Latency.ICL.P50, 0.039)
	unknown(t, "ITL", oai.Load.Latency.ITL)
	about(t, "bundled", oai.Load.TokensPerChunk, 4)
	unknown(t, "offered", native.Load.Requests.Offered)
	equal(t, "engine version", native.Subject.EngineVersion, "0.5.5")
	equal(t, "tp", native.Subject.Parallel.TP, 2)
	equal(t, "prefix cache", native.Environment.Server.PrefixCaching, true)
	says(t, native, map[string]any{"arrival": "closed", "concurrency": 4.0, "workload": "random", "input_tokens": 64.0, "random_range_ratio": 0.5})
	says(t, oai, map[string]any{"arrival": "poisson", "rate": 4.0, "workload": "sharegpt"})
}

func TestGuideLLM(t *testing.T) {
	for _, name := range []string{"first.json", "second.json", "third.json"} {
		for _, a := range loadForms(t, Options{}, "guidellm", name) {
			about(t, name+" tpot is its inter-token latency", a.Load.Latency.TPOT.P50, 0.047)
			about(t, name+" ttft", a.Load.Latency.TTFT.P99, 0.12)
			about(t, name+" requests/s", a.Load.Throughput.RequestsPerS, 2)
			about(t, name+" output tokens/s", a.Load.Throughput.OutputTokensPerS, 40)
			kept, _ := a.Source.Extra["time_per_output_token_ms"].(map[string]any)
			if kept["mean"] == nil {
				t.Errorf("%s: %v", name, a.Source.Extra)
			}
			unknown(t, name+" ITL", a.Load.Latency.ITL)
		}
	}
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{}, "testdata/guidellm/first.json")[0]
	breaks, _ := a.Source.Extra[breaksKey].([]any)
	if a.StartedAt != "2025-01-02T03:04:05Z" || len(breaks) != 1 || a.Protocol.Parameters["arrival"] != "constant" || a.Source.Extra["incomplete"] == nil {
		t.Errorf("%s %v %v", a.StartedAt, breaks, a.Protocol.Parameters)
	}
	records, err := st.LoadRecords(a)
	if err != nil || len(records) != 5 {
		t.Fatal(len(records), err)
	}
	about(t, "sent", records[1].SentS, 1)
	about(t, "first", records[1].FirstS, 1.25)
	equal(t, "error", records[4].Error, "unknown")
	sweep := loadForms(t, Options{}, "guidellm", "second.json")
	says(t, sweep[0], map[string]any{"concurrency": 1.0})
	says(t, sweep[1], map[string]any{"concurrency": 4.0})
}

func TestAIPerf(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{}, "testdata/aiperf/profile_export_aiperf.json")[0]
	l := a.Load
	about(t, "its inter-token latency is our TPOT", l.Latency.TPOT.P99, 0.012)
	about(t, "inter-chunk latency is our ICL", l.Latency.ICL.P50, 0.019)
	unknown(t, "ITL", l.Latency.ITL)
	about(t, "tokens in a chunk", l.TokensPerChunk, 2)
	equal(t, "offered", l.Requests.Offered, 5)
	about(t, "goodput", l.Goodput.Share, 0.6)
	about(t, "power", l.Power.MeanW, 150.5)
	equal(t, "accelerator", a.Subject.Accelerator, "NVIDIA Tiny")
	says(t, a, map[string]any{"concurrency": 2.0, "ignore_eos": true, "temperature": 0.5, "input_tokens": 20.0, "streaming": true})
	if a.StartedAt != "2025-01-02T03:04:05Z" || len(a.Source.Files) != 2 || l.Requests.ByError["ClientOSError"] != 1 || a.Source.Command[4] != "--concurrency" {
		t.Errorf("%s %v %v %v", a.StartedAt, a.Source.Files, l.Requests.ByError, a.Source.Command)
	}
	records, err := st.LoadRecords(a)
	if err != nil || len(records) != 5 {
		t.Fatal(len(records), err)
	}
	about(t, "sent", records[1].SentS, 0.1)
	about(t, "first", records[1].FirstS, 0.2)
	about(t, "last", records[1].LastS, 0.6)
	refused(t, Options{}, "testdata/aiperf/profile_export.jsonl", "is read with profile_export_aiperf.json")

	mean := loadForms(t, Options{Date: "2025-01-02", Set: map[string]string{"model": "m"}}, "aiperf", "profile_export_aiperf_aggregate.json")[0]
	about(t, "mean of p99", mean.Load.Latency.TTFT.P99, 0.06)
	says(t, mean, map[string]any{"definitions": "aiperf-aggregate", "runs": 3.0})
}

func TestGenAIPerf(t *testing.T) {
	o := Options{Date: "2025-01-02"}
	a := loadForms(t, o, "genai_perf", "streamed.json")[0]
	about(t, "tpot", a.Load.Latency.TPOT.P50, 0.009)
	says(t, a, map[string]any{"arrival": "poisson", "rate": 3.0, "input_tokens": 20.0, "ignore_eos": true})
	a = loadForms(t, o, "genai_perf", "whole.json")[0]
	unknown(t, "first token of what was not streamed", a.Load.Latency.TTFT)
	says(t, a, map[string]any{"streaming": false, "concurrency": 8.0})
}

func TestInferencePerf(t *testing.T) {
	o := Options{Date: "2025-01-02", Set: map[string]string{"model": "m"}}
	a := loadForms(t, o, "inference_perf", "stage_0_lifecycle_metrics.json")[0]
	about(t, "tpot", a.Load.Latency.TPOT.P50, 0.04)
	about(t, "dispatch lag", a.Load.Client.DispatchLag.Min, -0.0001)
	unknown(t, "ITL", a.Load.Latency.ITL)
	unknown(t, "ICL", a.Load.Latency.ICL)
	says(t, a, map[string]any{"rate": 2.5, "definitions": "inference-perf"})
	if a.Source.Extra["inter_token_latency"] == nil || a.Load.Requests.ByError["500 - Internal Server Error"] != 1 || a.Source.Extra[breaksKey] != nil {
		t.Errorf("%v", a.Source.Extra)
	}
	a = loadForms(t, o, "inference_perf", "summary_lifecycle_metrics.json")[0]
	breaks, _ := a.Source.Extra[breaksKey].([]any)
	if len(breaks) != 1 || a.Protocol.Parameters["stages"] != "all" {
		t.Errorf("%v %v", breaks, a.Protocol.Parameters)
	}
	a = loadForms(t, o, "inference_perf", "per_request_lifecycle_metrics.json")[0]
	about(t, "ttft", a.Load.Latency.TTFT.P50, 0.1)
	about(t, "tpot", a.Load.Latency.TPOT.P50, 0.1)
	equal(t, "failed", a.Load.Requests.Failed, 1)
}

func TestEvalScopePerf(t *testing.T) {
	a := loadForms(t, Options{Date: "2025-01-02"}, "evalscope_perf", "benchmark_summary.json")[0]
	about(t, "ms become seconds", a.Load.Latency.TTFT.Mean, 0.1)
	about(t, "p99 of the file beside", a.Load.Latency.TTFT.P99, 0.15)
	about(t, "seconds stay", a.Load.Latency.E2E.P50, 1.8)
	about(t, "its ITL is a chunk gap", a.Load.Latency.ICL.Mean, 0.04)
	unknown(t, "ITL", a.Load.Latency.ITL)
	equal(t, "method", a.Load.Latency.TTFT.Method, "step")
	says(t, a, map[string]any{"arrival": "closed", "concurrency": 4.0, "max_tokens": 50.0, "ignore_eos": true, "workload": "random", "input_tokens": 100.0})
	if len(a.Source.Files) != 3 || a.Subject.Model != "acme/tiny-7b" || a.Source.Extra[breaksKey] != nil {
		t.Errorf("%v %v", a.Source.Files, a.Source.Extra)
	}
	a = loadForms(t, Options{Date: "2025-01-02", Set: map[string]string{"model": "m"}}, "evalscope_perf", "seconds.json")[0]
	about(t, "ttft", a.Load.Latency.TTFT.Mean, 0.1)
	about(t, "tokens in a chunk", a.Load.TokensPerChunk, 2)
}

func TestLLMPerf(t *testing.T) {
	a := loadForms(t, Options{}, "llmperf", "summary.json")[0]
	about(t, "requests/s", a.Load.Throughput.RequestsPerS, 0.4)
	about(t, "duration", a.Load.DurationS, 20)
	unknown(t, "TPOT", a.Load.Latency.TPOT)
	unknown(t, "ITL", a.Load.Latency.ITL)
	if a.StartedAt != "2025-01-02T03:04:05Z" || a.Load.Requests.ByError["-100"] != 1 || a.Load.Requests.ByError["429"] != 1 || a.Source.Extra["inter_token_latency_s"] == nil || a.Source.Extra[breaksKey] != nil {
		t.Errorf("%s %v %v", a.StartedAt, a.Load.Requests.ByError, a.Source.Extra)
	}
	if runs := loadForms(t, Options{}, "llmperf", "collected.json"); len(runs) != 2 || runs[1].Source.Extra[partKey] != "4" {
		t.Errorf("%v", runs)
	}
	a = loadForms(t, Options{Date: "2025-01-02", Set: map[string]string{"model": "m"}}, "llmperf", "individual.json")[0]
	about(t, "ttft", a.Load.Latency.TTFT.P50, 0.2)
	equal(t, "completed", a.Load.Requests.Completed, 3)
}

func TestBothMissingAreSaidAtOnce(t *testing.T) {
	refused(t, Options{}, "testdata/vllm_offline/throughput.json", "does not say when the run was, nor does it name the model; add --date 2025-12-22 --set model=NAME")
}

package server

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vllm.log"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReadLog(t *testing.T) {
	f, err := ReadLog(bytes.NewReader(fixture(t)))
	if err != nil {
		t.Fatal(err)
	}
	a := &artifact.Artifact{Kind: artifact.KindLoad, Load: &artifact.Load{}, Subject: artifact.Subject{Model: "acme/tiny-7b"}}
	f.Apply(a)
	check := func(what string, got, want any) {
		t.Helper()
		if p := reflect.ValueOf(got); p.Kind() == reflect.Pointer {
			if p.IsNil() {
				t.Errorf("%s is not known, want %v", what, want)
				return
			}
			got = p.Elem().Interface()
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	s, e, m := a.Subject, a.Environment.Server, a.Load.ServerMetrics
	check("engine", s.Engine, "vllm")
	check("engine_version", s.EngineVersion, "0.13.0")
	check("quantization", s.Quantization, "fp8")
	check("kv_cache_dtype", s.KVCacheDtype, "auto")
	check("max_model_len", s.MaxModelLen, int64(4096))
	check("tp", s.Parallel.TP, int64(2))
	check("weights", e.WeightsGiB, 3.5040)
	check("kv tokens", e.KVCacheTokens, int64(123456))
	check("max_num_seqs", e.MaxNumSeqs, int64(32))
	check("attention", e.AttentionBackend, "FLASH_ATTN")
	check("eager", e.EnforceEager, true)
	check("prefix caching", e.PrefixCaching, true)
	if e.Speculative != nil {
		t.Errorf("speculative is %s, want unknown", *e.Speculative)
	}
	check("args", e.Args["hf_overrides"], map[string]any{"rope": map[string]any{"factor": 2.0}})
	check("a call among the args", e.Args["compilation_config"], "CompilationConfig(level=3, sizes=[1, 2])")
	check("quotes in quotes", e.Args["chat_template"], "it's {{ a }}")
	check("rest", a.Source.Extra["server_log"], map[string]any{
		"started": "01-05 23:59:58", "dtype": "bfloat16", "kv_cache_gib": 20.25, "chunked_prefill": true, "seed": int64(0)})
	check("hit rate", m.PrefixCacheHitRate, 0.859)
	check("running", m.RunningMax, 16.0)
	check("waiting", m.WaitingMax, 3.0)
	check("usage", m.KVCacheUsageMax, 0.032)
	check("samples", len(m.Samples), 2)
	check("time", m.Samples[0].Time, "01-06 00:00:30")
	check("output", m.Samples[0].OutputTokensPerS, 320.0)
	if !f.Serves("acme/tiny-7b") || !f.Serves("tiny") || f.Serves("acme/big-70b") {
		t.Errorf("serves %v", f.Models)
	}
}

func TestApplyFillsOnlyWhatIsUnknown(t *testing.T) {
	f, err := ReadLog(bytes.NewReader(fixture(t)))
	if err != nil {
		t.Fatal(err)
	}
	a := &artifact.Artifact{Subject: artifact.Subject{MaxModelLen: artifact.Ptr(int64(1)), Engine: artifact.Ptr("sglang")}}
	f.Apply(a)
	if *a.Subject.MaxModelLen != 1 || *a.Subject.Engine != "sglang" || a.Load != nil {
		t.Errorf("known fields were overwritten: %+v", a.Subject)
	}
	a.Environment.Server.Args["x"] = 1
	if _, leaked := f.Args["x"]; leaked {
		t.Error("two runs share one map")
	}
}

func TestLastStartCounts(t *testing.T) {
	again := strings.ReplaceAll(string(fixture(t)), "0.13.0", "0.14.1")
	again = strings.ReplaceAll(again, "85.9%", "10.0%")
	f, err := ReadLog(strings.NewReader(string(fixture(t)) + again))
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != "0.14.1" || len(f.Samples) != 2 {
		t.Errorf("version %s, %d samples", f.Version, len(f.Samples))
	}
}

func TestNotALog(t *testing.T) {
	for _, text := range []string{"", "{}", "INFO:     Application startup complete.\n", strings.Repeat("\x00", 1<<21)} {
		if _, err := ReadLog(strings.NewReader(text)); !errors.Is(err, ErrNotALog) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestLongLogIsThinned(t *testing.T) {
	line := "INFO 01-06 00:00:30 Engine 000: Avg prompt throughput: 1.0 tokens/s, Avg generation throughput: 2.0 tokens/s, Running: 5 reqs\n"
	f, err := ReadLog(strings.NewReader(strings.Repeat(line, 5000)))
	if err != nil {
		t.Fatal(err)
	}
	if m := f.metrics(); len(m.Samples) > maxSamples || len(m.Samples) < maxSamples/2 || *m.RunningMax != 5 || m.WaitingMax != nil {
		t.Errorf("%d samples", len(m.Samples))
	}
}

func TestRecordedLogs(t *testing.T) {
	root := os.Getenv("BENCHSITE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, "data", "recorded", "2025-12-22", "qwen3-32b")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("SKIP: the recorded results are not here; set BENCHSITE_SHARED")
	}
	for name, want := range map[string]struct {
		weights float64
		tokens  int64
		quant   string
		samples int
	}{
		"bf16":  {61.0347, 114624, "", 6},
		"fp8":   {32.0418, 232912, "fp8", 5},
		"nvfp4": {19.4193, 284992, "compressed-tensors", 3},
	} {
		data, err := os.ReadFile(filepath.Join(dir, "vllm_"+name+".log"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := ReadLog(bytes.NewReader(data))
		if err != nil {
			t.Fatal(name, err)
		}
		a := &artifact.Artifact{Load: &artifact.Load{}}
		f.Apply(a)
		quant := ""
		if a.Subject.Quantization != nil {
			quant = *a.Subject.Quantization
		}
		e, m := a.Environment.Server, a.Load.ServerMetrics
		if *a.Subject.EngineVersion != "0.13.0" || *e.WeightsGiB != want.weights || *e.KVCacheTokens != want.tokens || quant != want.quant ||
			*e.MaxNumSeqs != 32 || *e.AttentionBackend != "TRITON_ATTN" || *e.EnforceEager || !*e.PrefixCaching ||
			e.Args["gpu_memory_utilization"] != 0.95 {
			t.Errorf("%s: %+v", name, e)
		}
		if hit := *m.PrefixCacheHitRate; hit < 0.8589 || hit > 0.8591 || len(m.Samples) != want.samples || *m.RunningMax != 16 {
			t.Errorf("%s: hit rate %v, %d samples", name, hit, len(m.Samples))
		}
		if bytes.Contains(StripANSI(data), []byte{0x1b}) {
			t.Errorf("%s: colour codes are left", name)
		}
	}
}

func FuzzReadLog(f *testing.F) {
	f.Add(fixture(f))
	f.Add([]byte("non-default args: {'a': [1, (2, {'b'}), 'c\\'"))
	f.Add([]byte("INFO 01-01 00:00:00 x\nGPU KV cache size: 9,,, tokens"))
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, err := ReadLog(bytes.NewReader(data))
		if err != nil {
			return
		}
		a := &artifact.Artifact{Load: &artifact.Load{}}
		facts.Apply(a)
		if _, err := a.Encode(); err != nil {
			t.Fatalf("what the log says cannot be stored: %v", err)
		}
		if n := len(bytes.Split(data, []byte("\n"))); len(facts.Samples) > n {
			t.Fatalf("%d samples of %d lines", len(facts.Samples), n)
		}
	})
}

func FuzzLiterals(f *testing.F) {
	for _, s := range []string{`{'a': 1, 'b': [True, None, 'x\n'], 3: {1, 2}, 'c': Foo(x=1, y='}')}`, "{", "{'a'", "{'a': <b: (1, 2)>}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseDict(s)
		parseKeywords(s)
	})
}

package artifact

import "testing"

func TestProtocolIDIgnoresDefaultsAndUnknowns(t *testing.T) {
	id := func(p map[string]any) string {
		s, err := ProtocolID(p)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	base := id(map[string]any{"concurrency": 16, "max_tokens": 256, "workload": "synthetic"})
	for name, same := range map[string]map[string]any{
		"defaults": {"concurrency": 16, "max_tokens": 256, "workload": "synthetic", "arrival": "closed", "streaming": true, "prompts": "distinct", "definitions": "benchsite/1"},
		"null":     {"concurrency": 16, "max_tokens": 256, "workload": "synthetic", "seed": nil},
		"float":    {"concurrency": 16.0, "max_tokens": 2.56e2, "workload": "synthetic"},
	} {
		if got := id(same); got != base {
			t.Errorf("%s: %s, want %s", name, got, base)
		}
	}
	if got := id(map[string]any{"concurrency": 16, "max_tokens": 256, "workload": "synthetic", "streaming": false}); got == base {
		t.Error("streaming off has the id of streaming on")
	}
	// Frozen: the id of a published run must never change.
	if base != "p97e0c54800" {
		t.Errorf("id is %s", base)
	}
}

func TestSubjectNames(t *testing.T) {
	for _, c := range []struct {
		model, precision string
		tp               int64
		want             string
	}{
		{"Qwen/Qwen3-32B", "BF16", 1, "Qwen3-32B BF16"},
		{"RedHatAI/Qwen3-32B-NVFP4", "NVFP4", 2, "Qwen3-32B-NVFP4 tp2"},
		{"RedHatAI/Qwen2.5-VL-72B-Instruct-FP8-dynamic", "FP8", 0, "Qwen2.5-VL-72B-Instruct-FP8-dynamic"},
		{"/data/models/mine/", "", 0, "mine"},
	} {
		s := Subject{Model: c.model, Parallel: Parallel{TP: &c.tp}}
		if c.precision != "" {
			s.Precision = &c.precision
		}
		if got := SubjectName(s); got != c.want {
			t.Errorf("%s: %q, want %q", c.model, got, c.want)
		}
	}
}

func TestSubjectKeyLeavesOutNameVersionAndLabels(t *testing.T) {
	a := Subject{Model: "m", Engine: Ptr("vllm"), EngineVersion: Ptr("0.13.0"), Name: "x", Labels: map[string]string{"k": "v"}}
	b := Subject{Model: "m", Engine: Ptr("vllm"), EngineVersion: Ptr("0.14.0"), Name: "y"}
	if a.Key() != b.Key() {
		t.Error("name, engine_version or labels changed the key")
	}
	b.Precision = Ptr("FP8")
	if a.Key() == b.Key() {
		t.Error("null equals FP8")
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{"Qwen3-32B (BF16)": "qwen3-32b-bf16", "压测": "run", "../../etc/passwd": "etc-passwd", "--a__b--": "a-b"} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Slug(string(make([]byte, 500)), "x"); got != "x" {
		t.Errorf("%q", got)
	}
}

package imports

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"benchsite/collect/artifact"
)

// fuzzLoad feeds a reader of load tests with bytes that begin as its own
// fixtures, and cut and doubled. Whatever they are: no panic; a refusal is one of
// ours; a run that is accepted passes the strict form of an artifact, names its
// definitions, and holds no figure that cannot be.
func fuzzLoad(f *testing.F, r Reader, folder string) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json*"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
		f.Add(append(append([]byte("["), data...), ']'))
	}
	for _, s := range []string{"", "{}", "[]", "null", "[[]]", `{"metrics": []}`, `{"completed": 1e400}`, `{"benchmarks": [[], {}, {"metrics": null}]}`, `{"metadata": {"request_start_ns": 1}, "metrics": {}}`} {
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
			checkLoad(t, st, d)
		}
	})
}

func checkLoad(t *testing.T, st *artifact.Store, d Draft) {
	a := d.Artifact
	if a.StartedAt == "" {
		a.StartedAt = "2025-01-02"
	}
	if a.Subject.Model == "" {
		a.Subject.Model = "m"
	}
	if a.Protocol.Parameters["definitions"] == nil {
		t.Fatal("names no definitions")
	}
	l := a.Load
	for _, v := range []*float64{l.DurationS, l.Throughput.RequestsPerS, l.Throughput.OutputTokensPerS, l.TokensPerChunk} {
		if v != nil && (*v < 0 || math.IsNaN(*v) || math.IsInf(*v, 0)) {
			t.Fatalf("a figure is %v", *v)
		}
	}
	for _, d := range []*artifact.Distribution{l.Latency.TTFT, l.Latency.TPOT, l.Latency.ICL, l.Latency.ITL, l.Latency.E2E} {
		if d != nil && d.Mean != nil && d.P50 != nil && *d.Mean == 0 && *d.P50 == 0 && (d.Max == nil || *d.Max == 0) {
			t.Fatalf("a latency of nothing but 0: %+v", *d)
		}
		if d != nil && (d.Mean != nil && *d.Mean < 0 || d.Min != nil && *d.Min < 0 || d.P99 != nil && *d.P99 < 0) {
			t.Fatalf("a latency below 0: %+v", *d)
		}
	}
	id, err := st.Name(artifact.Bundle{Artifact: a, Load: d.Load, Slug: d.Slug})
	if err != nil {
		t.Fatalf("accepted and cannot be stored: %v", err)
	}
	if err := strict(a, id); err != nil {
		t.Fatalf("accepted and breaks the form of an artifact: %v", err)
	}
}

// strict decodes the run as the store would write it, without a disk: fuzzing
// would spend its time waiting for it.
func strict(a *artifact.Artifact, id string) error {
	a.Schema, a.ID, a.Attachments, a.DerivedFrom = artifact.Schema, id, []artifact.Attachment{}, []artifact.DerivedFrom{}
	a.Source.Files, a.Source.Set, a.Subject.Labels = []artifact.SourceFile{}, map[string]string{}, map[string]string{}
	if a.Protocol.Unknown == nil {
		a.Protocol.Unknown = []string{}
	}
	if a.Subject.Name == "" {
		a.Subject.Name = artifact.SubjectName(a.Subject)
	}
	var err error
	if a.Protocol.ID, err = artifact.ProtocolID(a.Protocol.Parameters); err != nil {
		return err
	}
	data, err := a.Encode()
	if err != nil {
		return err
	}
	_, err = artifact.Decode("in.json", data)
	return err
}

func FuzzVLLMServe(f *testing.F)      { fuzzLoad(f, vllmServe, "vllm_serve") }
func FuzzVLLMThroughput(f *testing.F) { fuzzLoad(f, vllmThroughput, "vllm_offline") }
func FuzzVLLMLatency(f *testing.F)    { fuzzLoad(f, vllmLatency, "vllm_offline") }
func FuzzSGLang(f *testing.F)         { fuzzLoad(f, sglangServing, "sglang") }
func FuzzGuideLLM(f *testing.F)       { fuzzLoad(f, guideLLM, "guidellm") }
func FuzzAIPerf(f *testing.F)         { fuzzLoad(f, aiPerf, "aiperf") }
func FuzzGenAIPerf(f *testing.F)      { fuzzLoad(f, genAIPerf, "genai_perf") }
func FuzzInferencePerf(f *testing.F)  { fuzzLoad(f, inferencePerf, "inference_perf") }
func FuzzEvalScopePerf(f *testing.F)  { fuzzLoad(f, evalScopePerf, "evalscope_perf") }
func FuzzLLMPerf(f *testing.F)        { fuzzLoad(f, llmPerf, "llmperf") }

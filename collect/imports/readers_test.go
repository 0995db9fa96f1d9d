package imports

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

const stamped = "results_2025-01-02T03-05-00.000001.json"

func equal[T comparable](t *testing.T, what string, got *T, want T) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is unknown, want %v", what, want)
	} else if *got != want {
		t.Errorf("%s is %v, want %v", what, *got, want)
	}
}

func unknown[T any](t *testing.T, what string, got *T) {
	t.Helper()
	if got != nil {
		t.Errorf("%s is %v, want unknown", what, *got)
	}
}

func TestBenchOpenAI(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{Date: "2025-01-02"}, "testdata/bench_openai/four.json")[0]
	l := a.Load
	equal(t, "offered", l.Requests.Offered, 4)
	equal(t, "completed", l.Requests.Completed, 4)
	equal(t, "failed", l.Requests.Failed, 0)
	equal(t, "duration", l.DurationS, 2)
	equal(t, "prompt tokens", l.Tokens.Prompt, 22)
	equal(t, "output tokens", l.Tokens.Output, 40)
	equal(t, "requests/s", l.Throughput.RequestsPerS, 2)
	equal(t, "output tokens/s", l.Throughput.OutputTokensPerS, 20)
	equal(t, "total tokens/s", l.Throughput.TotalTokensPerS, 31)
	equal(t, "p50", l.Latency.E2E.P50, 0.9)
	equal(t, "p95", l.Latency.E2E.P95, 1.05)
	equal(t, "n", l.Latency.E2E.N, 4)
	equal(t, "method", l.Latency.E2E.Method, "exclusive")
	unknown(t, "p99", l.Latency.E2E.P99)
	unknown(t, "ttft", l.Latency.TTFT)
	unknown(t, "precision", a.Subject.Precision)
	if a.Name != "c2-n4" || l.FinishReasons != nil {
		t.Errorf("name %s, finish reasons %v", a.Name, l.FinishReasons)
	}
	want := map[string]any{"arrival": "closed", "concurrency": 2.0, "definitions": "bench_openai.py", "max_tokens": 10.0, "prompts": "identical", "streaming": false, "temperature": 0.0, "workload": "one-prompt"}
	for k, v := range want {
		if a.Protocol.Parameters[k] != v {
			t.Errorf("%s is %v, want %v", k, a.Protocol.Parameters[k], v)
		}
	}
	if len(a.Protocol.Parameters) != len(want) || !slices.Contains(a.Protocol.Unknown, "seed") || slices.Contains(a.Protocol.Unknown, "streaming") {
		t.Errorf("protocol %v, unknown %v", a.Protocol.Parameters, a.Protocol.Unknown)
	}
}

func TestBenchOpenAIWhereAllFailed(t *testing.T) {
	a := importAll(t, artifact.Open(t.TempDir()), Options{Date: "2025-01-02"}, "testdata/bench_openai/failed.json")[0]
	unknown(t, "latency", a.Load.Latency.E2E)
	unknown(t, "throughput", a.Load.Throughput.OutputTokensPerS)
	unknown(t, "tokens", a.Load.Tokens.Output)
	equal(t, "failed", a.Load.Requests.Failed, 4)
	if a.Status != artifact.StatusFailed || a.Load.Requests.ByError != nil {
		t.Errorf("status %s, errors %v", a.Status, a.Load.Requests.ByError)
	}
}

func TestEvalOpenAI(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{Date: "2025-01-02"}, "testdata/eval_openai/five.json")[0]
	task := a.Eval.Tasks[0]
	equal(t, "correct", task.Outcomes.Correct, 2)
	equal(t, "wrong", task.Outcomes.Wrong, 1)
	equal(t, "truncated", task.Outcomes.Truncated, 1)
	equal(t, "error", task.Outcomes.Error, 1)
	equal(t, "accuracy", task.Metrics[0].Value, 0.4)
	equal(t, "n", task.Metrics[0].N, 5)
	unknown(t, "a sum with a missing item", a.Eval.Tokens)
	if *task.Scorer != (artifact.Scorer{Name: "legacy-2025", Version: "1"}) || task.Task != "accuracy-suite-v1" || len(task.Groups) != 3 {
		t.Errorf("%+v", task)
	}
	records, err := st.EvalRecords(a)
	if err != nil || len(records) != 5 {
		t.Fatal(len(records), err)
	}
	r := records[1]
	equal(t, "extracted", r.Extracted, "6")
	equal(t, "expected", r.Expected, "1236")
	equal(t, "output", r.Output, "1236")
	equal(t, "detail", r.Detail, "number_mismatch(got=6.0,exp=123.0)")
	equal(t, "latency", r.LatencyS, 0.2)
	equal(t, "hash", r.ItemHash, artifact.SHA256([]byte(`["002","number","1236"]`)))
	unknown(t, "reasoning", records[0].Reasoning)
	unknown(t, "finish reason", r.FinishReason)
	equal(t, "whole output", records[0].Output, "<think>\n\n</think>\n\n7")
}

func TestLMEval(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{Date: "1999-01-01"}, filepath.Join("testdata", "lm_eval", stamped))[0]
	if a.StartedAt != "2025-01-02T03:03:04Z" || a.Name != "sums" || len(a.Source.Files) != 2 {
		t.Errorf("started %s, name %s, files %v", a.StartedAt, a.Name, a.Source.Files)
	}
	equal(t, "duration", a.DurationS, 7.5)
	task := a.Eval.Tasks[0]
	equal(t, "version", task.Version, "3.0")
	equal(t, "shots", task.NShot, 5)
	equal(t, "items", task.Dataset.Items, 4)
	equal(t, "of", task.Dataset.Of, 10)
	if len(task.Metrics) != 2 || !task.Metrics[0].Primary || task.Metrics[1].Primary {
		t.Fatalf("%+v", task.Metrics)
	}
	equal(t, "filter", task.Metrics[0].Filter, "strict-match")
	equal(t, "value", task.Metrics[0].Value, 0.25)
	unknown(t, "stderr N/A", task.Metrics[0].Stderr)
	equal(t, "stderr", task.Metrics[1].Stderr, 0.2886751345948129)
	equal(t, "better", task.Metrics[0].Better, "higher")
	equal(t, "correct", task.Outcomes.Correct, 1)
	equal(t, "unparsed", task.Outcomes.Unparsed, 2)
	equal(t, "truncated", task.Outcomes.Truncated, 1)
	unknown(t, "errors", task.Outcomes.Error)

	s, e := a.Subject, a.Environment
	equal(t, "engine", s.Engine, "vllm")
	equal(t, "engine version", s.EngineVersion, "0.13.0")
	equal(t, "tp", s.Parallel.TP, 2)
	equal(t, "context", s.MaxModelLen, 2048)
	equal(t, "eager", e.Server.EnforceEager, false)
	equal(t, "max_num_seqs", e.Server.MaxNumSeqs, 8)
	if e.Server.Args["hf_overrides"] != `{"a":1,"b":2}` || e.Server.Args["gpu_memory_utilization"] != 0.9 {
		t.Errorf("args %v", e.Server.Args)
	}
	equal(t, "driver", e.Driver, "999.10.05")
	equal(t, "cuda", e.CUDA, "12.8")
	if len(e.Accelerators) != 3 || *e.Accelerators[1].MIG != "1g.24gb" || *e.Accelerators[1].Index != 0 || *e.Accelerators[1].MemoryGB != 24 || e.Accelerators[2].MIG != nil {
		t.Errorf("accelerators %+v", e.Accelerators)
	}
	host := map[string]string{"os": "Debian GNU/Linux 12 (x86_64)", "kernel": "6.1.0-18-amd64", "cpu": "ACME CPU", "threads": "16", "sockets": "2", "cores": "8", "numa_nodes": "2"}
	for k, v := range host {
		if e.Host[k] != v {
			t.Errorf("host %s is %q, want %q", k, e.Host[k], v)
		}
	}
	p := a.Protocol.Parameters
	for k, v := range map[string]any{"task": "sums", "version": "3.0", "dataset": "acme/sums", "limit": 4.0, "n_shot": 5.0, "temperature": 0.6, "top_p": 0.95, "max_tokens": 64.0,
		"thinking": true, "filter": "strict-match", "scorer": "lm-eval v3.0", "system_sha256": artifact.SHA256([]byte("Answer with a number only.")),
		"items_sha256": artifact.SHA256([]byte("d0\nd1\nd2\nd3"))} {
		if p[k] != v {
			t.Errorf("%s is %v, want %v", k, p[k], v)
		}
	}
	if a.Source.Extra["system_instruction"] != "Answer with a number only." || a.Source.Extra["chat_template"] != nil {
		t.Errorf("extra %v", a.Source.Extra)
	}
}

func TestLMEvalSamples(t *testing.T) {
	st := artifact.Open(t.TempDir())
	a := importAll(t, st, Options{}, filepath.Join("testdata", "lm_eval", stamped))[0]
	records, err := st.EvalRecords(a)
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, want := range []artifact.Outcome{"correct", "unparsed", "truncated", "unparsed"} {
		equal(t, "outcome", records[i].Outcome, want)
	}
	equal(t, "extracted", records[0].Extracted, "0")
	unknown(t, "extracted", records[1].Extracted)
	equal(t, "output", records[1].Output, "it is 1")
	equal(t, "hash", records[1].ItemHash, "d1")
	equal(t, "prompt hash", records[1].PromptHash, "p1")
	equal(t, "the other filter", records[1].Detail, "flexible-extract: 1")
	raw, _ := st.Attachment(a, artifact.AttachSamples)
	if strings.Contains(string(raw), "SECRET") {
		t.Error("a question is stored")
	}
}

func TestLMEvalPlain(t *testing.T) {
	a := importAll(t, artifact.Open(t.TempDir()), Options{Date: "2022-12-29"}, "testdata/lm_eval/plain.json")[0]
	if len(a.Eval.Tasks) != 2 || a.Name != "lamb+arc" || a.Subject.Model != "acme/old-1b" {
		t.Fatalf("%+v", a.Eval.Tasks)
	}
	ppl := a.Eval.Tasks[0].Metrics[0]
	equal(t, "ppl", ppl.Value, 9.5)
	equal(t, "stderr", ppl.Stderr, 0.2)
	equal(t, "better", ppl.Better, "lower")
	unknown(t, "filter", ppl.Filter)
	unknown(t, "n", ppl.N)
	tasks, ok := a.Protocol.Parameters["tasks"].(map[string]any)
	if !ok || len(tasks) != 2 || !slices.Contains(a.Protocol.Unknown, "dataset") {
		t.Errorf("protocol %+v", a.Protocol)
	}
}

func TestLMEvalGroupBehindAnAPI(t *testing.T) {
	a := importAll(t, artifact.Open(t.TempDir()), Options{}, "testdata/lm_eval/group.json")[0]
	if len(a.Eval.Tasks) != 3 || a.Name != "quiz" {
		t.Fatalf("%s: %d tasks", a.Name, len(a.Eval.Tasks))
	}
	group := a.Eval.Tasks[0] // it stands for the run, wherever the file has it
	equal(t, "n", group.Metrics[0].N, 6)
	equal(t, "value", group.Metrics[0].Value, 5.0/6)
	if len(group.Groups) != 2 || *group.Groups[0].N != 3 || *group.Groups[1].Value != 1 {
		t.Errorf("members %+v", group.Groups)
	}
	unknown(t, "NaN", a.Eval.Tasks[2].Metrics[0].Stderr)
	// The environment is the client's: the model ran elsewhere.
	unknown(t, "engine", a.Subject.Engine)
	if a.Environment.Host != nil || a.Environment.Accelerators != nil || a.Environment.Client["cpu"] != "ACME CPU" {
		t.Errorf("environment %+v", a.Environment)
	}
}

func TestRefusals(t *testing.T) {
	good, err := os.ReadFile("testdata/bench_openai/four.json")
	if err != nil {
		t.Fatal(err)
	}
	bench := string(good)
	for name, c := range map[string]struct{ text, want string }{
		"truncated":   {bench[:300], "is not valid JSON at byte 300: the file ends in the middle"},
		"comma":       {strings.Replace(bench, `"ok": 4,`, `"ok": 4,,`, 1), "is not valid JSON at byte 196:"},
		"after nan":   {strings.Replace(bench, `"qps": 2.0,`, `"qps": NaN, }`, 1), "is not valid JSON at byte 249:"},
		"text":        {strings.Replace(bench, `"p50": 0.9`, `"p50": "fast"`, 1), "latency_s.p50: expected a number, found text"},
		"object":      {strings.Replace(bench, `{"prompt_tps": 11.0, "decode_tps": 20.0, "ms_per_output_token": 95.0}`, `[1]`, 1), "derived: expected an object, found a list"},
		"half":        {strings.Replace(bench, `"requests": 4`, `"requests": 4.5`, 1), "requests: expected a count, found 4.5"},
		"no ok":       {strings.Replace(bench, `"ok": 4,`, ``, 1), "ok: is missing"},
		"negative":    {strings.Replace(bench, `"p50": 0.9`, `"p50": -0.9`, 1), "latency_s.p50: expected a number that is not negative, found -0.9"},
		"blank model": {strings.Replace(bench, `"acme/tiny-7b"`, `"  "`, 1), "--set model=NAME"},
		"no model":    {strings.Replace(bench, `"acme/tiny-7b"`, `null`, 1), "--set model=NAME"},
		"empty":       {"", "is empty"},
		"spaces":      {" \n ", "is empty"},
		"unknown":     {`{"a": 1}`, "no reader knows"},
		"list":        {`[1, 2]`, "no reader knows"},
		"prose":       {"hello", "is not JSON"},
		"broken":      {`{"a": `, "is not valid JSON at byte 6"},
		"deep":        {strings.Repeat(`[`, 100000), "nests deeper"},
		"artifact":    {`{"schema": 1, "kind": "load", "subject": {}, "protocol": {}}`, "artifact of benchsite"},
		"other tool":  {`{"results": {"x": {"score": 1}}}`, "not of lm-evaluation-harness"},
		"no tasks":    {`{"results": {}, "versions": {}}`, "results: holds no task"},
		"wrong row":   {`{"results": {"x": 3}, "versions": {}}`, "results.x: expected an object, found a number"},
		"wrong value": {`{"results": {"x": {"acc": "high"}}, "versions": {}}`, "results.x.acc: expected a number, found text"},
		"count":       {`{"endpoint": "", "count": 3, "items": []}`, "count: differs"},
		"item":        {`{"endpoint": "", "count": 1, "items": [{"id": "1", "type": "exact", "expected": "a", "output": "b"}]}`, "items[0].ok: is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "in.json")
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			refused(t, Options{Date: "2025-01-02"}, path, c.want)
		})
	}
	t.Run("date", func(t *testing.T) {
		refused(t, Options{}, "testdata/bench_openai/four.json", "add --date")
	})
	t.Run("missing", func(t *testing.T) {
		refused(t, Options{}, filepath.Join(t.TempDir(), "none.json"), "none.json: no such file")
	})
	t.Run("folder", func(t *testing.T) {
		refused(t, Options{}, t.TempDir(), "is a folder; add --recursive")
	})
	t.Run("samples", func(t *testing.T) {
		refused(t, Options{}, "testdata/lm_eval/samples_sums_2025-01-02T03-05-00.000001.jsonl", "give the results file")
	})
	t.Run("zeros", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "zeros.json")
		if err := os.WriteFile(path, make([]byte, 50<<20), 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{Date: "2025-01-02"}, path, "NUL byte")
	})
}

// refused imports one file that must be refused with one line, and checks that
// nothing was written.
func refused(t *testing.T, o Options, path, want string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "artifacts")
	o.Store = artifact.Open(dir)
	results, err := Import(context.Background(), o, []string{path}, nil)
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	r := results[0]
	if r.State != Refused || !strings.Contains(r.Reason, want) || strings.Contains(r.Reason, "\n") || !strings.HasPrefix(r.Reason, filepath.Base(path)+":") {
		t.Errorf("%s: %q, want %q", r.State, r.Reason, want)
	}
	if ExitCode(results) != 2 {
		t.Errorf("exit code %d", ExitCode(results))
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("something was written")
	}
}

// A pipe that nobody writes to never ends, a device gives zeros for ever.
func TestWhatIsNoRegularFileIsRefused(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("SKIP: no devices here")
	}
	refused(t, Options{Date: "2025-01-02"}, "/dev/zero", "is no regular file")
	_, err := Import(context.Background(), Options{Store: artifact.Open(t.TempDir()), Date: "2025-01-02", ServerLog: "/dev/zero"}, []string{four}, nil)
	var usage *UsageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v", err)
	}
}

func TestBrokenSamplesAreRefused(t *testing.T) {
	results, err := os.ReadFile(filepath.Join("testdata", "lm_eval", stamped))
	if err != nil {
		t.Fatal(err)
	}
	samples, err := os.ReadFile(filepath.Join("testdata", "lm_eval", "samples_sums_2025-01-02T03-05-00.000001.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(samples), "\n")
	for want, text := range map[string]string{
		"jsonl:2: is not valid JSON": lines[0] + "{\"doc_id\": 1,,}\n" + lines[1],
		"holds 2 items":              lines[0] + lines[1] + "{\"doc_id\": 1,", // torn: what is missing is said
		"jsonl:1: doc_id":            "{}\n",
		"holds 1 items":              lines[0],
		"jsonl:1: filter":            `{"doc_id": 1, "filter": 3}`,
	} {
		dir := t.TempDir()
		for name, data := range map[string][]byte{stamped: results, "samples_sums_2025-01-02T03-05-00.000001.jsonl": []byte(text)} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Import(context.Background(), Options{Store: artifact.Open(t.TempDir())}, []string{filepath.Join(dir, stamped)}, nil)
		if err != nil || got[0].State != Refused || !strings.Contains(got[0].Reason, want) {
			t.Errorf("%s: %+v %v", want, got, err)
		}
	}
}

func TestEncodingsOfText(t *testing.T) {
	good, err := os.ReadFile("testdata/bench_openai/four.json")
	if err != nil {
		t.Fatal(err)
	}
	utf16 := []byte{0xFF, 0xFE}
	for _, b := range good {
		utf16 = append(utf16, b, 0)
	}
	for name, data := range map[string][]byte{"bom.json": append([]byte{0xEF, 0xBB, 0xBF}, good...), "utf16.json": utf16} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		a := importAll(t, artifact.Open(t.TempDir()), Options{Date: "2025-01-02"}, path)[0]
		equal(t, name, a.Load.Requests.Offered, 4)
	}
}

func TestBareWords(t *testing.T) {
	n, err := parse("", []byte(`{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN \" Infinity", "NaN": 1}`))
	if err != nil {
		t.Fatal(err)
	}
	if b := n.at("b").items; b[0].known() || b[0].scalar != "Infinity" || b[1].scalar != "-Infinity" || n.at("a").known() {
		t.Errorf("%v", n.plain())
	}
	if *n.at("c").text() != `NaN " Infinity` || *n.at("NaN").count() != 1 {
		t.Errorf("%v", n.plain())
	}
}

// Python prints a function with the place where it lies in memory: the same
// prompt has another text in every run.
func TestPromptHashKnowsNoMemory(t *testing.T) {
	hash := func(at string) string {
		n, err := parse("", []byte(`{"doc_to_text": "functools.partial(<function f at `+at+`>, answer=False)", "description": "d"}`))
		if err != nil {
			t.Fatal(err)
		}
		return *promptForm(n)
	}
	if hash("0x7a01885ae8e0") != hash("0x72e114a32ca0") {
		t.Error("the same prompt has two hashes")
	}
}

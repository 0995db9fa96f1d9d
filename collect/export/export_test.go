package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"benchsite/collect/artifact"
	"benchsite/collect/imports"
)

func ptr[T any](v T) *T { return &v }

// loadRun is a load test with figures that are no round milliseconds.
func loadRun(parameters map[string]any) artifact.Bundle {
	third := func(f float64) *artifact.Distribution {
		return &artifact.Distribution{
			N: ptr(int64(7)), Mean: ptr(f / 3), Std: ptr(f / 7), Min: ptr(f / 11), Max: ptr(f * 1.1), P50: ptr(f / 3.1), P90: ptr(f / 1.7), P95: ptr(f / 1.3), P99: ptr(f), Method: ptr("linear"),
		}
	}
	a := &artifact.Artifact{
		Kind: artifact.KindLoad, Name: "c4-n8", Status: artifact.StatusComplete, StartedAt: "2025-12-22T16:03:24Z",
		Subject: artifact.Subject{Model: "acme/tiny", Precision: ptr("=BF16")}, Protocol: artifact.Protocol{Parameters: parameters},
		Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Load: &artifact.Load{
			Requests: artifact.Requests{Offered: ptr(int64(8)), Completed: ptr(int64(7)), Failed: ptr(int64(1))}, DurationS: ptr(3.7),
			Tokens:     artifact.LoadTokens{Prompt: ptr(int64(700)), Output: ptr(int64(1400))},
			Throughput: artifact.Throughput{RequestsPerS: ptr(7 / 3.7), PromptTokensPerS: ptr(700 / 3.7), OutputTokensPerS: ptr(1400 / 3.7), TotalTokensPerS: ptr(2100 / 3.7)},
			Latency:    artifact.Latency{TTFT: third(0.1), TPOT: third(0.017), ICL: third(0.019), E2E: third(3.3)},
		},
	}
	return artifact.Bundle{Artifact: a, Load: []artifact.LoadRecord{
		{RequestID: "a", SentS: ptr(0.5), FirstS: ptr(0.6), LastS: ptr(1.6), OutputTokens: ptr(int64(11)), FinishReason: ptr("stop")},
		{RequestID: "+b", SentS: ptr(0.5), Error: ptr("timeout")},
	}}
}

func evalRun() artifact.Bundle {
	a := &artifact.Artifact{
		Kind: artifact.KindEval, Name: "sums", Status: artifact.StatusComplete, StartedAt: "2025-12-24",
		Subject:  artifact.Subject{Model: "acme/tiny", Engine: ptr("vllm"), EngineVersion: ptr("0.13.0"), Parallel: artifact.Parallel{TP: ptr(int64(2))}},
		Protocol: artifact.Protocol{Parameters: map[string]any{"temperature": 0.6, "max_tokens": 512.0, "thinking": false, "limit": 2.0}},
		Source:   artifact.Source{Tool: "lm-evaluation-harness", ToolVersion: ptr("0.4.9"), Mode: artifact.ModeImported},
		Eval: &artifact.Eval{Tasks: []artifact.Task{{
			Task: "sums", Version: ptr("3.0"), Status: artifact.TaskDone, NShot: ptr(int64(5)), Scorer: &artifact.Scorer{Name: "lm-eval", Version: "3.0"},
			Dataset:  artifact.Dataset{Name: ptr("acme/sums"), Split: ptr("test"), Items: ptr(int64(2)), Of: ptr(int64(100))},
			Outcomes: &artifact.Outcomes{Correct: ptr(int64(1)), Wrong: ptr(int64(1))},
			Metrics: []artifact.Metric{
				{Metric: "exact_match", Filter: ptr("strict"), Value: ptr(0.5), Stderr: ptr(0.5), N: ptr(int64(2)), Better: ptr("higher"), Primary: true},
				{Metric: "ppl", Value: ptr(9.5), Better: ptr("lower")},
				{Metric: "chars", Value: ptr(12.0)},
				{Metric: "missing", Better: ptr("higher")},
			},
		}}},
	}
	return artifact.Bundle{Artifact: a, Eval: []artifact.EvalRecord{
		{Task: "sums", Item: "1", Outcome: ptr(artifact.OutcomeCorrect), Extracted: ptr("=1+1"), Output: ptr("it is\n\"2\", surely")},
		{Task: "sums", Item: "2", Outcome: ptr(artifact.OutcomeWrong), Extracted: ptr("@sum"), Output: ptr("-3")},
	}}
}

func stored(t *testing.T, bundles ...artifact.Bundle) (*artifact.Store, []*artifact.Artifact) {
	t.Helper()
	s := artifact.Open(t.TempDir())
	var runs []*artifact.Artifact
	for _, b := range bundles {
		r, err := s.Put(b)
		if err != nil {
			t.Fatal(err)
		}
		a, _, err := s.Read(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, a)
	}
	return s, runs
}

// sameTime allows the last bit: a few seconds have no number of milliseconds
// whose thousandth they are.
func sameTime(a, b float64) bool { return math.Abs(a-b) <= math.Abs(math.Nextafter(a, math.Inf(1))-a) }

// TestVLLMBenchComesBack: what is exported and imported again has the same
// numbers.
func TestVLLMBenchComesBack(t *testing.T) {
	for name, parameters := range map[string]map[string]any{
		"closed":   {"arrival": "closed", "concurrency": 4.0},
		"poisson":  {"arrival": "poisson", "rate": 2.5},
		"constant": {"arrival": "constant", "rate": 2.5, "max_in_flight": 16.0},
		"gamma":    {"arrival": "gamma", "rate": 2.5, "burstiness": 0.3},
	} {
		t.Run(name, func(t *testing.T) {
			_, runs := stored(t, loadRun(parameters))
			r, err := ToFiles(VLLMBench, runs)
			if err != nil || len(r.Files) != 1 {
				t.Fatal(r, err)
			}
			path := filepath.Join(t.TempDir(), r.Files[0].Name)
			if err := os.WriteFile(path, r.Files[0].Data, 0o644); err != nil {
				t.Fatal(err)
			}
			back := artifact.Open(t.TempDir())
			results, err := imports.Import(context.Background(), imports.Options{Store: back}, []string{path}, nil)
			if err != nil || len(results) != 1 || results[0].State != imports.Imported || results[0].Tool != "vllm bench serve" {
				t.Fatalf("%+v %v", results, err)
			}
			b, _, err := back.Read(results[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			was, is := runs[0].Load, b.Load
			if !reflect.DeepEqual(was.Requests, is.Requests) && *was.Requests.Failed != *is.Requests.Failed || !reflect.DeepEqual(was.DurationS, is.DurationS) ||
				!reflect.DeepEqual(was.Tokens, is.Tokens) || *was.Throughput.OutputTokensPerS != *is.Throughput.OutputTokensPerS ||
				*was.Throughput.RequestsPerS != *is.Throughput.RequestsPerS || *was.Throughput.TotalTokensPerS != *is.Throughput.TotalTokensPerS {
				t.Errorf("%+v came back as %+v", was, is)
			}
			for _, m := range latencies {
				a, b := m.of(&was.Latency), m.of(&is.Latency)
				if (a == nil) != (b == nil) {
					t.Errorf("%s: %v came back as %v", m.name, a, b)
					continue
				}
				for _, f := range figures {
					if a != nil && (f.of(b) == nil || !sameTime(*f.of(a), *f.of(b))) {
						t.Errorf("%s %s: %v came back as %v", m.name, f.name, *f.of(a), f.of(b))
					}
				}
			}
			if b.StartedAt != "2025-12-22" || b.Subject.Model != "acme/tiny" {
				t.Errorf("%s %s", b.StartedAt, b.Subject.Model)
			}
			for k, v := range parameters {
				if b.Protocol.Parameters[k] != v {
					t.Errorf("%s was %v and is %v", k, v, b.Protocol.Parameters[k])
				}
			}
			if b.Source.Extra["identity_breaks"] != nil {
				t.Errorf("the identities do not hold: %v", b.Source.Extra["identity_breaks"])
			}
		})
	}
}

func TestMillisComeBack(t *testing.T) {
	misses := 0
	for i := range 200_000 {
		s := math.Exp(float64(i%4000)/300-9) / (1 + float64(i)/7)
		if back := millis(s) * 1e-3; back != s {
			misses++
			if !sameTime(s, back) {
				t.Fatalf("%v came back as %v", s, back)
			}
		}
	}
	if misses > 100_000 {
		t.Errorf("%d of 200000 times are off by the last bit", misses)
	}
	if got := millis(1.9); got != 1900 {
		t.Errorf("1.9 s is %v ms", got)
	}
}

// TestAllThatIsPublished exports every run of the repository in every form.
func TestAllThatIsPublished(t *testing.T) {
	s := artifact.Open("../../artifacts")
	runs, err := s.Find("simulated=false")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Format{CSV, Parquet} {
		for _, table := range Tables() {
			var b bytes.Buffer
			r, err := ToTable(&b, s, f, table, runs)
			if err != nil || r.Rows == 0 && table != Requests {
				t.Errorf("%s %s: %+v %v", f, table, r, err)
			}
		}
	}
	for _, f := range []Format{VLLMBench, EveryEvalEver} {
		if r, err := ToFiles(f, runs); err != nil || r.Written+len(r.Left) != len(runs) {
			t.Errorf("%s: %+v %v", f, r, err)
		}
	}
}

func read(t *testing.T, f Format, table Table, bundles ...artifact.Bundle) (rows []map[string]string, r *Result) {
	t.Helper()
	s, runs := stored(t, bundles...)
	var b bytes.Buffer
	r, err := ToTable(&b, s, f, table, runs)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows, r
}

func TestCSV(t *testing.T) {
	rows, r := read(t, CSV, Runs, loadRun(map[string]any{"concurrency": 4.0}), evalRun())
	if len(rows) != 2 || r.Written != 2 || r.Rows != 2 {
		t.Fatal(rows, r)
	}
	load, eval := rows[0], rows[1]
	for name, want := range map[string]string{
		"precision": "'=BF16", // a formula is none
		"tp":        "", "score": "", "concurrency": "4", "ttft_s_p99": "0.1", "e2e_s_n": "7", "itl_s_mean": "", "simulated": "false", "started_at": "2025-12-22T16:03:24Z",
	} {
		if load[name] != want {
			t.Errorf("%s is %q, want %q", name, load[name], want)
		}
	}
	for name, want := range map[string]string{"task": "sums", "metric": "exact_match", "filter": "strict", "score": "0.5", "score_n": "2", "tp": "2", "requests_per_s": "", "tool_version": "0.4.9"} {
		if eval[name] != want {
			t.Errorf("%s is %q, want %q", name, eval[name], want)
		}
	}
	rows, _ = read(t, CSV, Items, evalRun())
	if len(rows) != 2 || rows[0]["extracted"] != "'=1+1" || rows[0]["output"] != "it is\n\"2\", surely" || rows[1]["extracted"] != "'@sum" || rows[1]["output"] != "'-3" || rows[0]["outcome"] != "correct" || rows[0]["latency_s"] != "" {
		t.Errorf("%v", rows)
	}
	rows, _ = read(t, CSV, Requests, loadRun(nil))
	if len(rows) != 2 || rows[0]["e2e_s"] != "1.1" || rows[0]["tpot_s"] != "0.1" || rows[1]["request_id"] != "'+b" || rows[1]["ttft_s"] != "" || rows[1]["error"] != "timeout" {
		t.Errorf("%v", rows)
	}
	rows, r = read(t, CSV, Metrics, evalRun(), loadRun(nil))
	if len(rows) != 4 || rows[1]["metric"] != "ppl" || rows[1]["better"] != "lower" || rows[3]["value"] != "" || rows[0]["truncated"] != "" || rows[0]["of"] != "100" {
		t.Errorf("%v", rows)
	}
	if r.Written != 1 || len(r.Left) != 1 || r.Left[0].Why != "is no evaluation" {
		t.Errorf("%+v", r)
	}
}

func TestParquet(t *testing.T) {
	s, runs := stored(t, loadRun(map[string]any{"concurrency": 4.0}), evalRun())
	var b bytes.Buffer
	if _, err := ToTable(&b, s, Parquet, Runs, runs); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range file.Schema().Columns() {
		names = append(names, c[0])
	}
	columns := runColumns()
	for i, c := range columns {
		if names[i] != c.name {
			t.Fatalf("column %d is %s, want %s", i, names[i], c.name)
		}
	}
	type row struct {
		Run         string   `parquet:"run,optional"`
		Precision   *string  `parquet:"precision,optional"`
		TP          *int64   `parquet:"tp,optional"`
		Score       *float64 `parquet:"score,optional"`
		Concurrency *float64 `parquet:"concurrency,optional"`
		Simulated   *bool    `parquet:"simulated,optional"`
	}
	got, err := parquet.Read[row](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if got[0].Run != runs[0].ID || *got[0].Precision != "=BF16" || got[0].TP != nil || *got[0].Concurrency != 4 || got[0].Score != nil ||
		*got[1].TP != 2 || *got[1].Score != 0.5 || got[1].Precision != nil || *got[1].Simulated {
		t.Errorf("%+v", got)
	}
}

// TestEveryEvalEver holds the record to what the schema requires.
func TestEveryEvalEver(t *testing.T) {
	_, runs := stored(t, evalRun(), loadRun(nil))
	r, err := ToFiles(EveryEvalEver, runs)
	if err != nil || r.Written != 1 || len(r.Left) != 1 || len(r.Files) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	if !slices.Contains(r.Lost, "metrics of which it is not known whether higher is better") {
		t.Errorf("lost: %v", r.Lost)
	}
	var rec map[string]any
	if err := json.Unmarshal(r.Files[0].Data, &rec); err != nil {
		t.Fatal(err)
	}
	need := func(m map[string]any, names ...string) {
		t.Helper()
		for _, n := range names {
			if m[n] == nil {
				t.Errorf("%s is required and not there", n)
			}
		}
	}
	need(rec, "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "model_info", "eval_library", "evaluation_results")
	known := []string{"schema_version", "evaluation_id", "evaluation_timestamp", "retrieved_timestamp", "source_metadata", "eval_library", "model_info", "evaluation_results", "detailed_evaluation_results"}
	for k := range rec {
		if !slices.Contains(known, k) {
			t.Errorf("%s is no field of the schema", k)
		}
	}
	need(rec["source_metadata"].(map[string]any), "source_type", "source_organization_name", "evaluator_relationship")
	need(rec["model_info"].(map[string]any), "name", "id")
	need(rec["eval_library"].(map[string]any), "name", "version")
	scores := rec["evaluation_results"].([]any)
	if len(scores) != 2 {
		t.Fatalf("%d results, want those with a value and a direction", len(scores))
	}
	first := scores[0].(map[string]any)
	need(first, "evaluation_name", "source_data", "metric_config", "score_details")
	config, details := first["metric_config"].(map[string]any), first["score_details"].(map[string]any)
	need(config, "lower_is_better", "min_score", "max_score")
	if details["score"] != 0.5 || details["uncertainty"].(map[string]any)["standard_error"].(map[string]any)["value"] != 0.5 || details["uncertainty"].(map[string]any)["num_samples"] != 2.0 {
		t.Errorf("%v", details)
	}
	for k, v := range details["details"].(map[string]any) {
		if _, ok := v.(string); !ok {
			t.Errorf("details.%s is no text", k)
		}
	}
	if args := first["generation_config"].(map[string]any)["generation_args"].(map[string]any); args["max_tokens"] != 512.0 || args["temperature"] != 0.6 || args["reasoning"] != false || len(args) != 3 {
		t.Errorf("%v", args)
	}
	if second := scores[1].(map[string]any)["metric_config"].(map[string]any); second["lower_is_better"] != true || second["score_type"] != nil {
		t.Errorf("a perplexity has no bounds: %v", second)
	}
	again, err := ToFiles(EveryEvalEver, runs)
	if err != nil || !bytes.Equal(again.Files[0].Data, r.Files[0].Data) || strings.Contains(string(r.Files[0].Data), "surely") {
		t.Error("an export made twice differs, or holds replies", err)
	}
}

func TestNames(t *testing.T) {
	if _, err := ParseFormat("xlsx"); err == nil || !strings.Contains(err.Error(), "vllm-bench, csv, parquet, every-eval-ever") {
		t.Error(err)
	}
	if _, err := ParseTable("rows"); err == nil || !strings.Contains(err.Error(), "runs, metrics, requests, items") {
		t.Error(err)
	}
}

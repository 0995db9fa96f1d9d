package imports

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

const four = "testdata/bench_openai/four.json"

// one imports a single file.
func one(t *testing.T, o Options, path string) Result {
	t.Helper()
	results, err := Import(context.Background(), o, []string{path}, nil)
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	return results[0]
}

func TestSameImportIsRecognised(t *testing.T) {
	st := artifact.Open(t.TempDir())
	o := Options{Store: st, Date: "2025-01-02", Set: map[string]string{"precision": "FP8", "label.host": "10.1.2.3"}}
	first := one(t, o, four)
	if again := one(t, o, four); first.State != Imported || again.State != Exists || again.ID != first.ID {
		t.Errorf("%+v, then %+v", first, again)
	}
	o.Again = true // asks for a correction, and there is none
	if again := one(t, o, four); again.State != Exists || again.ID != first.ID {
		t.Errorf("%+v", again)
	}
	if ids, _ := st.List(); len(ids) != 1 {
		t.Errorf("%v", ids)
	}
}

func TestCorrection(t *testing.T) {
	st := artifact.Open(t.TempDir())
	o := Options{Store: st, Date: "2025-01-02", Set: map[string]string{"precision": "FP8"}}
	first := one(t, o, four)
	o.Set = map[string]string{"precision": "BF16"}
	if r := one(t, o, four); r.State != Refused || !strings.Contains(r.Reason, "--set precision; to correct it, add --again") {
		t.Fatalf("%+v", r)
	}
	o.Again = true
	second := one(t, o, four)
	if second.State != Imported || second.Replaces != first.ID {
		t.Fatalf("%+v", second)
	}
	a, _, err := st.Read(second.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, raw, _ := st.Read(first.ID)
	if len(a.DerivedFrom) != 1 || a.DerivedFrom[0] != (artifact.DerivedFrom{ID: first.ID, SHA256: artifact.SHA256(raw), How: artifact.HowReimport}) {
		t.Errorf("%+v", a.DerivedFrom)
	}
	if r := one(t, o, four); r.State != Exists || r.ID != second.ID {
		t.Errorf("the correction itself: %+v", r)
	}
	o.ServerLog = filepath.Join("..", "server", "testdata", "vllm.log")
	if third := one(t, o, four); third.State != Imported || third.Replaces != second.ID {
		t.Errorf("a correction of the correction: %+v", third)
	}
	o.Date = "2025-01-03"
	if r := one(t, Options{Store: st, Date: o.Date, Set: o.Set, ServerLog: o.ServerLog}, four); r.State != Refused || !strings.Contains(r.Reason, "other --date") {
		t.Errorf("another date: %+v", r)
	}
}

func TestServerLog(t *testing.T) {
	st := artifact.Open(t.TempDir())
	o := Options{Store: st, Date: "2025-01-02", ServerLog: filepath.Join("..", "server", "testdata", "vllm.log"),
		Set: map[string]string{"server.max_num_seqs": "64", "server.args.extra": "[1]", "engine_version": "0.13.0+local", "label.site": "x"}}
	r := one(t, o, four)
	a, _, err := st.Read(r.ID)
	if err != nil {
		t.Fatal(r.Reason, err)
	}
	equal(t, "tp", a.Subject.Parallel.TP, 2)
	equal(t, "--set wins over the log", a.Environment.Server.MaxNumSeqs, 64)
	equal(t, "engine version", a.Subject.EngineVersion, "0.13.0+local")
	equal(t, "hit rate", a.Load.ServerMetrics.PrefixCacheHitRate, 0.859)
	if a.Source.Set["server.max_num_seqs"] != "64" || a.Subject.Labels["site"] != "x" || a.Environment.Server.Args["model"] != "acme/tiny-7b" {
		t.Errorf("%+v", a.Source.Set)
	}
	o.Store = artifact.Open(t.TempDir())
	other := filepath.Join(t.TempDir(), "other.json")
	data, _ := os.ReadFile(four)
	if err := os.WriteFile(other, []byte(strings.Replace(string(data), "tiny-7b", "big-70b", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := one(t, o, other); r.State != Refused || !strings.Contains(r.Reason, "the server log is of acme/tiny-7b") {
		t.Errorf("%+v", r)
	}
}

func TestFolder(t *testing.T) {
	st := artifact.Open(t.TempDir())
	var seen []string
	results, err := Import(context.Background(), Options{Store: st, Date: "2025-01-02", Recursive: true}, []string{"testdata/bench_openai", "testdata/eval_openai", "testdata/lm_eval"},
		func(r Result) { seen = append(seen, r.Path) })
	if err != nil || len(seen) != len(results) {
		t.Fatal(err, len(seen), len(results))
	}
	states := map[State]int{}
	for _, r := range results {
		states[r.State]++
		if strings.Contains(r.Path, "samples_") && (r.State != Left || !strings.Contains(r.Reason, "was read with "+stamped)) {
			t.Errorf("%+v", r)
		}
	}
	if states[Imported] != 8 || states[Refused] != 0 || ExitCode(results) != 0 {
		t.Errorf("%v", states)
	}
	none, err := Import(context.Background(), Options{Store: st, Recursive: true}, []string{t.TempDir()}, nil)
	if err != nil || ExitCode(none) != 2 {
		t.Errorf("an empty folder: %v %v", none, err)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "artifacts")
	o := Options{Store: artifact.Open(dir), Date: "2025-01-02", DryRun: true}
	r := one(t, o, four)
	if _, err := os.Stat(dir); !os.IsNotExist(err) || r.State != Planned {
		t.Errorf("%+v, %v", r, err)
	}
	o.DryRun = false
	if done := one(t, o, four); done.ID != r.ID {
		t.Errorf("planned %s, imported %s", r.ID, done.ID)
	}
}

func TestSomeRefused(t *testing.T) {
	results, err := Import(context.Background(), Options{Store: artifact.Open(t.TempDir()), Date: "2025-01-02"}, []string{"nowhere.json", four}, nil)
	if err != nil || ExitCode(results) != 3 {
		t.Errorf("%v %v", results, err)
	}
}

func TestFormatByName(t *testing.T) {
	o := Options{Store: artifact.Open(t.TempDir()), Date: "2025-01-02", Format: "lm_eval"}
	if r := one(t, o, four); r.State != Refused || r.Tool != "lm-evaluation-harness" {
		t.Errorf("%+v", r)
	}
	o.Format = "bench_openai"
	if r := one(t, o, four); r.State != Imported {
		t.Errorf("%+v", r)
	}
}

func TestWrongCalls(t *testing.T) {
	for want, o := range map[string]Options{
		"no such field (did you mean precision?)": {Set: map[string]string{"precison": "FP8"}},
		"(did you mean parallel.tp?)":             {Set: map[string]string{"tp": "2"}},
		"(did you mean server.max_num_seqs?)":     {Set: map[string]string{"max_num_seq": "2"}},
		"parallel.tp: \"two\" is not a count":     {Set: map[string]string{"parallel.tp": "two"}},
		"has no value":                            {Set: map[string]string{"precision": ""}},
		"label.: no such field":                   {Set: map[string]string{"label.": "x"}},
		"is neither a day":                        {Date: "22.12.2025"},
		"unknown format \"lm_evl\" (did you mean": {Format: "lm_evl"},
		"the server log cannot be read":           {ServerLog: "nowhere.log"},
		"four.json: not a vLLM server log":        {ServerLog: four},
	} {
		o.Store = artifact.Open(t.TempDir())
		_, err := Import(context.Background(), o, []string{four}, nil)
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	for want, pairs := range map[string][]string{"not key=value": {"precision"}, "given twice": {"precision=a", "precision=b"}} {
		if _, err := ParseSet(pairs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", pairs, err)
		}
	}
	set, err := ParseSet([]string{"label.note=a=b", "server.enforce_eager=true", "accelerator_memory_gb=96", "server.command=vllm serve x"})
	if err != nil || set["label.note"] != "a=b" {
		t.Errorf("%v %v", set, err)
	}
}

func TestDateWithZone(t *testing.T) {
	r := one(t, Options{Store: artifact.Open(t.TempDir()), Date: "2025-01-02T01:00:00+02:00"}, four)
	if !strings.HasPrefix(r.ID, "2025-01-01/") {
		t.Errorf("%+v", r)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Import(ctx, Options{Store: artifact.Open(t.TempDir()), Date: "2025-01-02"}, []string{four}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestSetTakesEverySubjectField compares the keys with the artifact's own field
// names, so that a field added there is added here.
func TestSetTakesEverySubjectField(t *testing.T) {
	a := &artifact.Artifact{Subject: artifact.Subject{Model: "x"}, Environment: artifact.Environment{Server: &artifact.Server{}}}
	n, err := encoded(a)
	if err != nil {
		t.Fatal(err)
	}
	keys := strings.Join(SetKeys(), " ") + " "
	var want []string
	for _, k := range n.at("subject").keys {
		switch k {
		case "labels":
			want = append(want, "label.X")
		case "parallel":
			for _, p := range n.at("subject", k).keys {
				want = append(want, "parallel."+p)
			}
		default:
			want = append(want, k)
		}
	}
	for _, k := range n.at("environment", "server").keys {
		if k == "args" || k == "env" {
			k += ".X"
		}
		want = append(want, "server."+k)
	}
	for _, k := range want {
		if !strings.Contains(keys, k+" ") {
			t.Errorf("--set does not take %s", k)
		}
	}
	if len(want) != len(SetKeys()) {
		t.Errorf("--set takes %d keys, the artifact has %d fields", len(SetKeys()), len(want))
	}
}

func encoded(a *artifact.Artifact) (*node, error) {
	data, err := a.Encode()
	if err != nil {
		return nil, err
	}
	return parse("", data)
}

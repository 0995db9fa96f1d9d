package collect_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/load"
	"benchsite/collect/simulate"
)

func subject(name, url string) collect.Subject { return collect.Subject{Name: name, Endpoint: url} }

func test(name string, n int, concurrency ...int) collect.Load {
	return collect.Load{Name: name, Concurrency: concurrency, Requests: n, MaxTokens: 12}
}

func plan(t *testing.T, c collect.Config) collect.Plan {
	t.Helper()
	if faults := c.Validate(); len(faults) > 0 {
		t.Fatal(faults)
	}
	p, err := collect.NewPlan(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(t *testing.T, p collect.Plan, store *artifact.Store, o collect.RunOptions) (collect.Outcome, []collect.Event) {
	t.Helper()
	var events []collect.Event
	out, err := collect.Run(context.Background(), p, store, func(e collect.Event) { events = append(events, e) }, o)
	if err != nil {
		t.Fatal(err)
	}
	return out, events
}

func kinds(events []collect.Event) (list []collect.EventKind) {
	for _, e := range events {
		if e.Kind != collect.EventTick {
			list = append(list, e.Kind)
		}
	}
	return list
}

// TestSimulated: the order of the profiles, marks, and that a second run
// collects nothing.
func TestSimulated(t *testing.T) {
	c := collect.Config{Subjects: []collect.Subject{subject("x", "simulate:bf16?clock=8"), subject("y", "simulate:fp8?clock=8"), subject("z", "simulate:nvfp4?clock=8")},
		Loads: []collect.Load{test("sweep", 12, 4)}}
	precision := "BF16"
	c.Subjects[0].Precision = &precision
	store := artifact.Open(t.TempDir())
	out, events := run(t, plan(t, c), store, collect.RunOptions{Command: []string{"benchsite", "collect"}, Version: "v1"})
	if out.ExitCode() != 0 || len(out.Results) != 3 {
		t.Fatalf("exit %d, %+v", out.ExitCode(), out.Results)
	}
	for _, r := range out.Results {
		a := r.Artifact
		if !a.Simulated || !strings.HasPrefix(r.ID, "simulated/") || a.Status != artifact.StatusComplete || a.Name != "sweep" || a.Environment.Server == nil ||
			a.Environment.Host["os"] == "" || a.Environment.Client["version"] != "v1" || *a.Subject.Engine != endpoint.Simulated || a.Source.Extra["profile"] == nil {
			t.Fatalf("%+v", a)
		}
	}
	// The profiles differ by a quarter and more, but a busy machine can stall one
	// of them for longer: a faster one must be faster in one of a few tries.
	speeds := func() (v []float64) {
		for _, r := range out.Results {
			v = append(v, *r.Artifact.Load.Throughput.OutputTokensPerS)
		}
		return v
	}
	first := speeds()
	for try := 1; !slices.IsSorted(speeds()); try++ {
		if try == 6 {
			t.Fatalf("tokens/s from the slowest profile to the fastest: %v, and in no try in order: %v", first, speeds())
		}
		time.Sleep(2 * time.Millisecond) // started_at counts milliseconds
		out, events = run(t, plan(t, c), artifact.Open(t.TempDir()), collect.RunOptions{})
	}
	if a := out.Results[0].Artifact; a.Subject.Name != "simulated-32b-bf16" {
		t.Errorf("name %q", a.Subject.Name)
	}
	if k := kinds(events); len(k) != 6 || k[0] != collect.EventStart || k[1] != collect.EventDone {
		t.Errorf("events %v", k)
	}
	out, events = run(t, plan(t, c), store, collect.RunOptions{})
	if k := kinds(events); out.ExitCode() != 0 || len(k) != 3 || k[0] != collect.EventSkip || events[0].ID == "" {
		t.Errorf("a second run: %v", k)
	}
	out, _ = run(t, plan(t, c), store, collect.RunOptions{Again: true, Only: []string{"y"}})
	if len(out.Results) != 1 || out.Results[0].Skipped || out.Results[0].Point.Subject.Name != "y" {
		t.Errorf("again, only y: %+v", out.Results)
	}
}

// TestSimulatedByURL: a simulated endpoint that was started by hand and is
// reached by its URL must not pass for a real server.
func TestSimulatedByURL(t *testing.T) {
	p, err := simulate.Lookup("nvfp4")
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulate.Start("127.0.0.1:0", p, simulate.Options{Clock: 50})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := collect.Config{Subjects: []collect.Subject{subject("x", s.URL())}, Loads: []collect.Load{test("l", 2, 1)}}
	out, _ := run(t, plan(t, c), artifact.Open(t.TempDir()), collect.RunOptions{})
	if a := out.Results[0].Artifact; a == nil || !a.Simulated || !strings.HasPrefix(a.ID, "simulated/") {
		t.Errorf("%+v", out.Results[0])
	}
}

func TestMeasuredAgain(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(3, 0, 0))
	c := collect.Config{Subjects: []collect.Subject{subject("real", s.URL)}, Loads: []collect.Load{test("l", 4, 2)}}
	c.Loads[0].SLO.TTFT = collect.Duration(time.Minute)
	store := artifact.Open(t.TempDir())
	for range 2 {
		out, _ := run(t, plan(t, c), store, collect.RunOptions{})
		if out.ExitCode() != 0 || out.Results[0].Skipped || out.Results[0].Artifact.Simulated || *out.Results[0].Artifact.Load.Goodput.Share != 1 {
			t.Fatalf("%+v", out.Results)
		}
		time.Sleep(2 * time.Millisecond) // started_at counts milliseconds
	}
	ids, err := store.List()
	if err != nil || len(ids) != 2 {
		t.Errorf("%v %v", ids, err)
	}
	prompts := map[any]bool{}
	for _, in := range s.Received() {
		prompts[in.Body["messages"].([]any)[0].(map[string]any)["content"]] = true
	}
	if len(prompts) != len(s.Received()) {
		t.Errorf("%d prompts in %d requests: a second run must not repeat them", len(prompts), len(s.Received()))
	}
}

// TestExitCodes: which failures end in which code, and what is kept.
func TestExitCodes(t *testing.T) {
	good := endpointtest.New(t, endpointtest.Good(3, 0, 0))
	cut := endpointtest.New(t, func(w *endpointtest.Wire) { w.Stream(); w.Data(endpointtest.Text("a")); w.Close() })
	some := endpointtest.New(t, endpointtest.Good(1, 0, 0), endpointtest.Good(1, 0, 0), func(w *endpointtest.Wire) { w.JSON(500, `{}`) }, endpointtest.Good(1, 0, 0))
	locked := endpointtest.New(t)
	locked.Get["/v1/models"] = endpointtest.Page{Status: 401, Type: "application/json", Body: "{}"}
	closed := "http://127.0.0.1:1"
	for _, c := range []struct {
		name      string
		urls      []string
		share     float64
		code, ids int
	}{
		{"good", []string{good.URL}, 0, 0, 1},
		{"closed", []string{closed}, 0, 1, 0},
		{"locked", []string{locked.URL}, 0, 2, 0},
		{"locked and closed", []string{locked.URL, closed}, 0, 1, 0},
		{"good and closed", []string{good.URL, closed}, 0, 3, 1},
		{"all cut", []string{cut.URL}, 0, 1, 1},
		{"some failed", []string{some.URL}, 0, 3, 1},
		{"some failed, allowed", []string{some.URL}, 0.5, 0, 1},
	} {
		var cfg collect.Config
		for i, u := range c.urls {
			cfg.Subjects = append(cfg.Subjects, subject(string(rune('a'+i)), u))
		}
		l := test("l", 6, 1)
		cfg.Loads = []collect.Load{l}
		store := artifact.Open(t.TempDir())
		if c.name == "some failed, allowed" {
			some = endpointtest.New(t, endpointtest.Good(1, 0, 0), endpointtest.Good(1, 0, 0), func(w *endpointtest.Wire) { w.JSON(500, `{}`) }, endpointtest.Good(1, 0, 0))
			cfg.Subjects[0].Endpoint = some.URL
		}
		out, events := run(t, plan(t, cfg), store, collect.RunOptions{MaxErrorShare: c.share})
		if c.name == "all cut" && !slices.ContainsFunc(events, func(e collect.Event) bool {
			return e.Kind == collect.EventNote && strings.Contains(e.Note, "6 of 6 requests failed with stream-cut: the connection was lost")
		}) {
			t.Errorf("%s: no word of what happened in %v", c.name, events)
		}
		ids, _ := store.List()
		if out.ExitCode() != c.code || len(ids) != c.ids {
			t.Errorf("%s: exit %d with %d artifacts, want %d with %d", c.name, out.ExitCode(), len(ids), c.code, c.ids)
		}
		if left, _ := filepath.Glob(filepath.Join(store.StateDir(), "journal", "*")); len(left) != 0 {
			t.Errorf("%s: journals left: %v", c.name, left)
		}
	}
}

func TestKeyFromEnvironment(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(1, 0, 0))
	sub := subject("a", s.URL)
	sub.KeyEnv = "MY_KEY"
	p := plan(t, collect.Config{Subjects: []collect.Subject{sub}, Loads: []collect.Load{test("l", 1, 1)}})
	out, _ := run(t, p, artifact.Open(t.TempDir()), collect.RunOptions{})
	if out.ExitCode() != 2 || !strings.Contains(out.Results[0].Err.Error(), "MY_KEY") {
		t.Errorf("%d %v", out.ExitCode(), out.Results[0].Err)
	}
	dir := t.TempDir()
	out, _ = run(t, p, artifact.Open(dir), collect.RunOptions{Getenv: func(string) string { return "sekrit-value" }})
	if out.ExitCode() != 0 || s.Received()[0].Header.Get("Authorization") != "Bearer sekrit-value" {
		t.Errorf("%d", out.ExitCode())
	}
	_ = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			if b, _ := os.ReadFile(path); strings.Contains(string(b), "sekrit") {
				t.Errorf("%s holds the key", path)
			}
		}
		return nil
	})
}

// TestInterruptAndResume: what was measured is kept, the rest is left out, and
// --resume does only the rest.
func TestInterruptAndResume(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(2, 20*time.Millisecond, 0))
	c := collect.Config{Subjects: []collect.Subject{subject("a", s.URL)}, Loads: []collect.Load{test("one", 3, 1), test("two", 60, 1), test("three", 3, 1)}}
	p := plan(t, c)
	store := artifact.Open(t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	out, err := collect.Run(ctx, p, store, func(e collect.Event) {
		if e.Index == 1 && e.Kind == collect.EventTick && e.Snapshot.Phase == load.PhaseMeasure && e.Snapshot.Done > 2 {
			cancel()
		}
	}, collect.RunOptions{})
	if err != nil || out.ExitCode() != 130 || len(out.Results) != 2 || out.Results[1].Artifact.Status != artifact.StatusInterrupted {
		t.Fatalf("%v %d %+v", err, out.ExitCode(), out.Results)
	}
	out, _ = run(t, p, store, collect.RunOptions{Resume: true, Only: nil})
	if len(out.Results) != 3 || !out.Results[0].Skipped || out.Results[1].Skipped || out.Results[2].Skipped || out.ExitCode() != 0 {
		t.Fatalf("resumed: %+v", out.Results)
	}
	out, _ = run(t, p, store, collect.RunOptions{Resume: true, Only: []string{"one"}})
	if out.Results[0].Skipped {
		t.Error("a finished plan was resumed")
	}
}

func TestAdjust(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(1, 0, 0))
	p, err := collect.SinglePlan(collect.Subject{Endpoint: s.URL}, collect.Load{Concurrency: []int{2}, Requests: 2})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := run(t, p, artifact.Open(t.TempDir()), collect.RunOptions{Set: map[string]string{"precision": "FP8"},
		Adjust: func(a *artifact.Artifact) error { a.Subject.Precision = artifact.Ptr("FP8"); return nil }})
	a := out.Results[0].Artifact
	if a == nil || *a.Subject.Precision != "FP8" || a.Source.Set["precision"] != "FP8" || a.Name != "c2-n2" || a.Subject.Name != "m FP8" || !strings.Contains(a.ID, "m-fp8-c2-n2") {
		t.Fatalf("%+v", a)
	}
	out, _ = run(t, p, artifact.Open(t.TempDir()), collect.RunOptions{Adjust: func(*artifact.Artifact) error { return errors.New("no") }})
	if out.Results[0].Err == nil {
		t.Error("a failed adjustment was passed over")
	}
	if !slices.Equal(p.Names(), nil) {
		t.Errorf("names %v", p.Names())
	}
}

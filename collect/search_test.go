package collect_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
)

// TestExamples: every example of a configuration is without fault, and its plan
// counts what it says.
func TestExamples(t *testing.T) {
	for name, want := range map[string]struct {
		points, requests int
		open             bool
		first            string
	}{
		"precisions.toml":    {105, 67200, false, "precisions, bf16, c=1, repeat 1 of 5"},
		"poisson.toml":       {30, 27666, false, "poisson, server, poisson 0.5/s, repeat 1 of 3"},
		"slo-search.toml":    {1, 9000, false, "capacity, server, search from 0.5 to 32/s"},
		"shared-prefix.toml": {6, 2400, false, "shared-prefix, server, c=1"},
		"multi-turn.toml":    {3, 0, true, "chat, server, c=1"},
		"images.toml":        {6, 768, false, "one-picture, vl, c=1"},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		p := plan(t, decode(t, string(text)))
		n, open := p.Requests()
		if len(p.Points) != want.points || n != want.requests || open != want.open || p.Points[0].String() != want.first {
			t.Errorf("%s: %d points, %d requests, %v, first %s", name, len(p.Points), n, open, p.Points[0])
		}
		if d, firm := p.Estimate(); d < time.Minute || d > 12*time.Hour || firm && strings.HasPrefix(name, "precisions") {
			t.Errorf("%s: about %v, firm %v", name, d, firm)
		}
		keys := map[string]bool{}
		for _, point := range p.Points {
			keys[point.Key()] = true
		}
		if len(keys) != len(p.Points) {
			t.Errorf("%s: %d keys for %d points", name, len(keys), len(p.Points))
		}
	}
	all, err := filepath.Glob("testdata/examples/*")
	if err != nil || len(all) != 6 {
		t.Errorf("%d examples, 6 are tested", len(all))
	}
}

func TestEstimate(t *testing.T) {
	sim := subject("s", "simulate:bf16?clock=10")
	l := test("l", 40, 4) // 40 requests by 4 of 12 tokens of about 42 ms, ten times as fast
	d, firm := plan(t, collect.Config{Subjects: []collect.Subject{sim}, Loads: []collect.Load{l}}).Estimate()
	if !firm || d < 400*time.Millisecond || d > 1500*time.Millisecond {
		t.Errorf("simulated: %v %v", d, firm)
	}
	l.Concurrency, l.Rate, l.Requests, l.Duration = nil, []float64{2}, 0, collect.Duration(time.Minute)
	d, firm = plan(t, collect.Config{Subjects: []collect.Subject{subject("r", "http://127.0.0.1:1")}, Loads: []collect.Load{l}}).Estimate()
	if !firm || d < time.Minute || d > 65*time.Second {
		t.Errorf("a minute at a rate: %v %v", d, firm)
	}
}

// TestOpenPoints: rates become points with their own schedule and protocol.
func TestOpenPoints(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(2, 10*time.Millisecond, 5*time.Millisecond))
	l := collect.Load{Name: "open", Rate: []float64{50, 100}, Arrival: "gamma", Burstiness: 0.5, Requests: 20, Warmup: artifact.Ptr(2), Repeats: 2,
		SLO: collect.SLO{TTFT: collect.Duration(time.Minute)}}
	out, _ := run(t, plan(t, collect.Config{Subjects: []collect.Subject{subject("a", s.URL)}, Loads: []collect.Load{l}}), artifact.Open(t.TempDir()), collect.RunOptions{})
	if out.ExitCode() != 0 || len(out.Results) != 4 {
		t.Fatalf("%d %+v", out.ExitCode(), out.Results)
	}
	seeds := map[any]bool{}
	for i, r := range out.Results {
		p := r.Artifact.Protocol.Parameters
		if p["arrival"] != "gamma" || p["burstiness"] != 0.5 || p["rate"] != []float64{50, 100, 50, 100}[i] || p["concurrency"] != nil || r.Artifact.Load.Latency.TTFTScheduled == nil {
			t.Errorf("%v", p)
		}
		seeds[r.Artifact.Source.Extra["arrival_seed"]] = true
	}
	if len(seeds) != 2 {
		t.Errorf("%d schedules for two repeats", len(seeds))
	}
	if out.Results[0].Artifact.Protocol.ID != out.Results[2].Artifact.Protocol.ID || out.Results[0].Artifact.Protocol.ID == out.Results[1].Artifact.Protocol.ID {
		t.Error("repeats and rates are mixed up in the protocol")
	}
}

// TestTraceFile: a trace decides when, what and how long.
func TestTrace(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(2, 5*time.Millisecond, 0))
	l := collect.Load{Name: "replay", Arrival: "trace", Speed: 2, Workload: collect.Workload{Kind: "trace", File: "load/testdata/trace.jsonl"}, Warmup: artifact.Ptr(0)}
	p := plan(t, collect.Config{Subjects: []collect.Subject{subject("a", s.URL)}, Loads: []collect.Load{l}})
	if n, open := p.Requests(); n != 5 || open || p.Points[0].String() != "replay, a, trace" {
		t.Errorf("%d %v %s", n, open, p.Points[0])
	}
	out, _ := run(t, p, artifact.Open(t.TempDir()), collect.RunOptions{})
	a := out.Results[0].Artifact
	if a == nil || *a.Load.Requests.Completed != 5 || a.Protocol.Parameters["speed"] != 2.0 || a.Source.Files[0].Name != "trace.jsonl" {
		t.Fatalf("%+v", out.Results[0])
	}
}

// TestKnee: the last point of a sweep tells where its curve bends.
func TestKnee(t *testing.T) {
	t.Parallel()
	c := collect.Config{Subjects: []collect.Subject{subject("s", "simulate:bf16?clock=10&max_num_seqs=4")}, Loads: []collect.Load{test("sweep", 24, 1, 2, 4, 8, 16)}}
	store := artifact.Open(t.TempDir())
	out, events := run(t, plan(t, c), store, collect.RunOptions{})
	for i, r := range out.Results {
		k, ok := r.Artifact.Source.Extra["knee"].(map[string]any)
		if ok != (i == 4) || ok && (k["level"] != 4.0 || k["from"] != 2.0 || k["to"] != 8.0) {
			t.Errorf("%s: %v", r.Point, k)
		}
	}
	if !slices.ContainsFunc(events, func(e collect.Event) bool {
		return e.Kind == collect.EventFound && strings.Contains(e.Note, "beyond 4 in flight")
	}) {
		t.Error("the knee was not said")
	}
}

// TestFind: the searches of two subjects go on side by side, each answer lies
// in the last artifact of its subject, and a second run repeats nothing.
func TestFind(t *testing.T) {
	t.Parallel()
	l := collect.Load{Name: "capacity", Find: &collect.Find{Low: 25, High: 2000, Points: 3}, Arrival: "constant", Requests: 40, MaxTokens: 8, Repeats: 2,
		Warmup: artifact.Ptr(4), SLO: collect.SLO{E2E: collect.Duration(400 * time.Millisecond)}, SLOShare: 0.8}
	c := collect.Config{Subjects: []collect.Subject{subject("narrow", "simulate:bf16?clock=20&max_num_seqs=1"), subject("wide", "simulate:bf16?clock=20&max_num_seqs=16")}, Loads: []collect.Load{l}}
	store := artifact.Open(t.TempDir())
	out, events := run(t, plan(t, c), store, collect.RunOptions{})
	if out.ExitCode() != 0 {
		t.Fatalf("exit %d", out.ExitCode())
	}
	held := func() bool { // on a busy machine the client stalls and the lowest rate fails
		return !slices.ContainsFunc(events, func(e collect.Event) bool {
			return e.Kind == collect.EventFound && strings.Contains(e.Note, "not even")
		})
	}
	for try := 1; try < 4 && !held(); try++ {
		store = artifact.Open(t.TempDir())
		out, events = run(t, plan(t, c), store, collect.RunOptions{})
	}
	if first := out.Results[:4]; first[0].Point.Subject.Name != "narrow" || first[1].Point.Subject.Name != "wide" || first[2].Point.Subject.Name != "narrow" || first[0].Point.Rate != 25 || first[2].Point.Repeat != 2 {
		t.Errorf("the subjects do not alternate: %v %v %v", first[0].Point, first[1].Point, first[2].Point)
	}
	found := map[string]map[string]any{}
	for _, r := range out.Results {
		if f, ok := r.Artifact.Source.Extra["find"].(map[string]any); ok {
			if found[r.Point.Subject.Name] != nil {
				t.Error("two answers of one search")
			}
			found[r.Point.Subject.Name] = f
		}
		if r.Artifact.Protocol.Parameters["rate"] != r.Point.Rate || r.Artifact.Load.Goodput == nil {
			t.Errorf("%v", r.Artifact.Protocol.Parameters)
		}
	}
	narrow, ok1 := found["narrow"]["rate"].(float64)
	wide, ok2 := found["wide"]["rate"].(float64)
	if !ok1 || !ok2 || narrow >= wide || found["narrow"]["to"] == nil {
		t.Errorf("narrow %v, wide %v", found["narrow"], found["wide"])
	}
	var said []string
	for _, e := range events {
		if e.Kind == collect.EventFound {
			said = append(said, e.Note)
		}
		if e.Index >= e.Total {
			t.Errorf("point %d of %d", e.Index, e.Total)
		}
	}
	if len(said) != 2 || !strings.Contains(said[0]+said[1], "is the highest rate that keeps the SLO for 80 % of the requests") {
		t.Errorf("%q", said)
	}
	again, events := run(t, plan(t, c), store, collect.RunOptions{})
	if slices.ContainsFunc(again.Results, func(r collect.Result) bool { return !r.Skipped }) || len(again.Results) != len(out.Results) {
		t.Errorf("a second run measured again: %d of %d", len(again.Results), len(out.Results))
	}
	if !slices.ContainsFunc(events, func(e collect.Event) bool { return e.Kind == collect.EventFound }) {
		t.Error("a second run does not say what was found")
	}
	// A subject that cannot be reached ends its own search alone.
	c.Subjects[0].Endpoint = "http://127.0.0.1:1"
	out, _ = run(t, plan(t, c), store, collect.RunOptions{})
	if out.ExitCode() != 3 || out.Results[0].Err == nil || !strings.Contains(out.Results[0].Err.Error(), "the search ended at 25 req/s") {
		t.Errorf("exit %d, %v", out.ExitCode(), out.Results[0].Err)
	}
}

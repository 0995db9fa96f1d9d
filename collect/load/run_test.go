package load

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/journal"
)

func point(n, c int) Spec {
	return Spec{Model: "m", Concurrency: c, Requests: n, MaxTokens: 8, Workload: Synthetic{Seed: 1, InputTokens: 40}}
}

func setting(t testing.TB, s *endpointtest.Server, c int) Setting {
	t.Helper()
	client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Concurrency: c, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return Setting{Client: client, JournalDir: filepath.Join(t.TempDir(), "journal"),
		Base: artifact.Artifact{Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured}}}
}

func TestClosedLoop(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(4, 30*time.Millisecond, 5*time.Millisecond))
	spec := point(24, 4)
	spec.Warmup = 4
	set := setting(t, s, 4)
	var phases []Phase
	set.Progress = func(p Snapshot) { phases = append(phases, p.Phase) }
	r, err := Run(context.Background(), spec, set)
	if err != nil || r.Warning != nil {
		t.Fatal(err, r.Warning)
	}
	a := r.Bundle.Artifact
	if a.Status != artifact.StatusComplete || *a.Load.Requests.Offered != 24 || *a.Load.Requests.Completed != 24 || len(r.Bundle.Load) != 24 {
		t.Fatalf("%s %+v, %d records", a.Status, a.Load.Requests, len(r.Bundle.Load))
	}
	in := s.Received()
	if len(in) != 28 || s.Peak() != 4 || s.Conns() > 6 {
		t.Errorf("%d requests, at most %d in flight, %d connections", len(in), s.Peak(), s.Conns())
	}
	prompts, ids := map[string]bool{}, map[string]bool{}
	for _, r := range in {
		prompts[r.Body["messages"].([]any)[0].(map[string]any)["content"].(string)] = true
		ids[r.Header.Get("X-Request-Id")] = true
	}
	if len(prompts) != 28 || len(ids) != 28 {
		t.Errorf("%d prompts and %d ids for 28 requests", len(prompts), len(ids))
	}
	if w := a.Source.Extra["warmup"].(map[string]any); w["requests"] != 4 || a.Source.Extra["requests"] != 24 {
		t.Errorf("extra %v", a.Source.Extra)
	}
	if *a.Load.Latency.TTFT.Min < 0.030 || *a.Load.Latency.TTFT.P50 > 0.2 || *a.Load.Tokens.Output != 96 || a.Load.Latency.ITL == nil {
		t.Errorf("ttft %+v, tokens %+v", a.Load.Latency.TTFT, a.Load.Tokens)
	}
	if a.Load.Steady == nil || a.Load.Client.DispatchLag == nil || a.Load.Client.Bound == nil {
		t.Errorf("steady %v, client %+v", a.Load.Steady, a.Load.Client)
	}
	if a.Source.Extra["connections_opened"] != 0 || a.Source.Extra["resent"] != 0 {
		t.Errorf("the warm-up left connections to open: %v", a.Source.Extra)
	}
	if a.Environment.Client["protocol"] != "HTTP/1.1" {
		t.Errorf("client %v", a.Environment.Client)
	}
	for _, rec := range r.Bundle.Load {
		if rec.ChunkS != nil || rec.RequestID == "" || *rec.SentS < 0 || *rec.ScheduledS > *rec.SentS {
			t.Fatalf("record %+v", rec)
		}
	}
	if len(phases) == 0 || phases[len(phases)-1] != PhaseMeasure {
		t.Errorf("phases %v", phases)
	}
	store := artifact.Open(t.TempDir())
	receipt, err := store.Put(r.Bundle)
	if err != nil {
		t.Fatal(err)
	}
	back, _, err := store.Read(receipt.ID)
	if err != nil || back.Protocol.ID == "" || back.Name != "c4-n24" {
		t.Fatalf("%v %+v", err, back)
	}
	if recs, err := store.LoadRecords(back); err != nil || len(recs) != 24 {
		t.Errorf("%d records back, %v", len(recs), err)
	}
	if err := r.Journal.Remove(); err != nil {
		t.Error(err)
	}
}

// TestExactlyN: with answers long enough, N are in flight all the time.
func TestExactlyN(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(5, 20*time.Millisecond, 20*time.Millisecond))
	spec := point(0, 6)
	spec.Duration = 500 * time.Millisecond
	r, err := Run(context.Background(), spec, setting(t, s, 6))
	if err != nil {
		t.Fatal(err)
	}
	l := r.Bundle.Artifact.Load
	if s.Peak() != 6 || *l.Requests.Offered%6 != 0 && *l.Requests.Offered < 12 {
		t.Errorf("peak %d, offered %d", s.Peak(), *l.Requests.Offered)
	}
	if share := (*l.Steady.EndS - *l.Steady.StartS) / *l.DurationS; share < 0.6 {
		t.Errorf("only %.0f %% of the run had the full load", 100*share)
	}
	if r.Bundle.Artifact.Status != artifact.StatusComplete || r.Bundle.Slug != "c6-1s" {
		t.Errorf("%s %s", r.Bundle.Artifact.Status, r.Bundle.Slug)
	}
}

func TestFailuresAreClassed(t *testing.T) {
	good := endpointtest.Good(2, 0, 0)
	s := endpointtest.New(t, good,
		func(w *endpointtest.Wire) { w.JSON(500, `{"error":{"message":"key sk-abc"}}`) },
		func(w *endpointtest.Wire) { w.Stream(); w.Data(endpointtest.Text("a")); w.Close() },
		func(w *endpointtest.Wire) {
			w.Stream()
			w.Data(endpointtest.Text("a"))
			w.Data(`{"error":{"message":"boom"}}`)
			w.End()
		},
		good)
	r, err := Run(context.Background(), point(8, 1), setting(t, s, 1))
	if err != nil {
		t.Fatal(err)
	}
	q := r.Bundle.Artifact.Load.Requests
	if *q.Completed != 5 || q.ByError["http-500"] != 1 || q.ByError["stream-cut"] != 1 || q.ByError["error-object"] != 1 {
		t.Errorf("%+v", q)
	}
	if examples := r.Bundle.Artifact.Source.Extra["error_examples"].(map[string]any); len(examples) != 3 || !strings.Contains(examples["error-object"].(string), "boom") {
		t.Errorf("examples %v", examples)
	}
	if *r.Bundle.Artifact.Load.Latency.E2E.N != 5 {
		t.Error("failed requests are in the latencies")
	}
}

func TestAllFail(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(503, `{}`) })
	spec := point(300, 2)
	spec.Warmup = 2
	r, err := Run(context.Background(), spec, setting(t, s, 2))
	if err != nil {
		t.Fatal(err)
	}
	a := r.Bundle.Artifact
	if a.Status != artifact.StatusFailed || !strings.Contains(*a.StatusReason, "http-503") || *a.Load.Requests.Offered > 60 {
		t.Errorf("%s %v, %d offered", a.Status, *a.StatusReason, *a.Load.Requests.Offered)
	}
	if _, err := artifact.Open(t.TempDir()).Put(r.Bundle); err != nil {
		t.Error(err)
	}
}

// TestRefused: a server that lists models to all but answers chats only with a
// key has taken no load, so there is no artifact and no journal.
func TestRefused(t *testing.T) {
	for _, warmup := range []int{0, 2} {
		s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(401, `{"error":{"message":"key?"}}`) })
		spec := point(4, 2)
		spec.Warmup = warmup
		set := setting(t, s, 2)
		_, err := Run(context.Background(), spec, set)
		var e *endpoint.Error
		if !errors.As(err, &e) || !e.Unsent() {
			t.Errorf("warm-up %d: %v", warmup, err)
		}
		if left, _ := os.ReadDir(set.JournalDir); len(left) != 0 {
			t.Errorf("warm-up %d: a journal was left", warmup)
		}
	}
}

// TestInterrupted: the first interruption lets requests in flight end and
// keeps all that was measured.
func TestInterrupted(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(4, 50*time.Millisecond, 20*time.Millisecond))
	ctx, cancel := context.WithCancel(context.Background())
	set := setting(t, s, 4)
	var phases []Phase
	set.Progress = func(p Snapshot) {
		if phases = append(phases, p.Phase); p.Phase == PhaseMeasure && p.Done >= 4 {
			cancel()
		}
	}
	r, err := Run(ctx, point(1000, 4), set)
	if err != nil {
		t.Fatal(err)
	}
	a := r.Bundle.Artifact
	if !slices.Contains(phases, PhaseDrain) {
		t.Errorf("phases %v", phases)
	}
	if a.Status != artifact.StatusInterrupted || *a.Load.Requests.Failed != 0 || *a.Load.Requests.Completed < 4 || *a.StatusReason != "interrupted" {
		t.Errorf("%s %v %+v", a.Status, *a.StatusReason, a.Load.Requests)
	}
	// A drain that takes too long cuts what is left.
	s = endpointtest.New(t, endpointtest.Good(2, 8*time.Second, 0))
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	spec := point(1000, 2)
	spec.Drain = 100 * time.Millisecond
	began := time.Now()
	r, err = Run(ctx, spec, setting(t, s, 2))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 6*time.Second || r.Bundle.Artifact.Load.Requests.ByError["canceled"] != 2 {
		t.Errorf("took %v, %+v", took, r.Bundle.Artifact.Load.Requests)
	}
}

func TestRetryAfter(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(429, `{}`, "Retry-After: 0.2") }, endpointtest.Good(1, 0, 0))
	r, err := Run(context.Background(), point(2, 1), setting(t, s, 1))
	if err != nil {
		t.Fatal(err)
	}
	in := s.Received()
	if gap := in[1].At.Sub(in[0].At); gap < 200*time.Millisecond || r.Bundle.Artifact.Load.Requests.ByError["http-429"] != 1 {
		t.Errorf("the next request came after %v", gap)
	}
}

// TestRecover: a journal of a killed process becomes an interrupted artifact;
// one that is being written is left alone; a broken one is reported and kept.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	base := &artifact.Artifact{Schema: 1, Kind: artifact.KindLoad, Name: "sweep", Status: artifact.StatusComplete, StartedAt: "2026-01-02T03:04:05Z",
		Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Protocol: artifact.Protocol{Parameters: map[string]any{"concurrency": 2}}}
	j, err := journal.Create(filepath.Join(dir, "killed.jsonl"), head{Journal: 1, Slug: "c2-n8", shape: shape{Concurrency: 2}, Artifact: base})
	if err != nil {
		t.Fatal(err)
	}
	j.AppendJSON(at(0, 4, 0.1, 0.2, 0.3, 0.4))
	j.AppendJSON(failed(0, 1, "timeout"))
	store := artifact.Open(t.TempDir())
	if got := Recover(dir, store); len(got) != 0 {
		t.Fatalf("a journal in use was recovered: %+v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "killed.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"record":{"request_id":"cut off by the cra`)
	f.Close()
	for name, text := range map[string]string{"broken.jsonl": "not a plan\n", "empty.jsonl": `{"journal":1,"artifact":{"schema":1}}` + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := Recover(dir, store)
	if len(got) != 3 || got[0].Err == nil || got[1].ID != "" || got[1].Err != nil || got[2].Err != nil {
		t.Fatalf("%+v", got)
	}
	a, _, err := store.Read(got[2].ID)
	if err != nil || a.Status != artifact.StatusInterrupted || *a.Load.Requests.Completed != 1 || a.Load.Requests.ByError["timeout"] != 1 || *a.Load.Latency.TTFT.P50 != 0.1 {
		t.Fatalf("%v %+v", err, a)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 || filepath.Base(left[0]) != "broken.jsonl" {
		t.Errorf("left: %v", left)
	}
}

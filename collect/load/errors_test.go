package load

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/journal"
)

// TestEachKindOfAnswer puts one odd answer among good ones and holds what the
// artifact makes of it: its class when it failed, its figures when it did not.
func TestEachKindOfAnswer(t *testing.T) {
	type wire = endpointtest.Wire
	text, stop := endpointtest.Text, endpointtest.Chunk(map[string]any{}, "stop")
	delta := func(k string, v any) string { return endpointtest.Chunk(map[string]any{k: v}, "") }
	events := func(list ...string) endpointtest.Reply {
		return func(w *wire) {
			w.Stream()
			for _, e := range list {
				w.Data(e)
			}
			w.End()
		}
	}
	raw := func(s string) endpointtest.Reply { return func(w *wire) { w.Stream(); w.Raw(s); w.End() } }
	lines := func(end string, list ...string) (s string) {
		for _, e := range list {
			s += "data: " + e + end + end
		}
		return s
	}
	hundred := func() (list []string) {
		for range 100 {
			list = append(list, text("w "))
		}
		return append(list, stop, endpointtest.Usage(7, 100), "[DONE]")
	}()
	han := lines("\n", text("一"), stop, endpointtest.Usage(7, 1), "[DONE]")
	cut := strings.Index(han, "一") + 1
	for name, c := range map[string]struct {
		reply  endpointtest.Reply
		class  string // "" = a good answer
		chunks int64
		output int64 // 0 = not known
	}{
		"reset before headers":    {func(w *wire) { w.Reset() }, "reset", 0, 0},
		"reset after headers":     {func(w *wire) { w.Stream(); w.Sleep(20 * time.Millisecond); w.Reset() }, "stream-cut", 0, 0},
		"reset in mid-stream":     {func(w *wire) { w.Stream(); w.Data(text("a")); w.Sleep(20 * time.Millisecond); w.Reset() }, "stream-cut", 1, 0},
		"closed in mid-stream":    {func(w *wire) { w.Stream(); w.Data(text("a")); w.Close() }, "stream-cut", 1, 0},
		"429 with Retry-After":    {func(w *wire) { w.JSON(429, `{"error":{"message":"slow down"}}`, "Retry-After: 0.1") }, "http-429", 0, 0},
		"500":                     {func(w *wire) { w.JSON(500, `{"detail":"engine died"}`) }, "http-500", 0, 0},
		"slower than the limit":   {func(w *wire) { w.Stream(); w.Data(text("a")); w.Sleep(2400 * time.Millisecond); w.Close() }, "timeout", 1, 0},
		"error object in a 200":   {events(text("a"), `{"error":{"message":"out of KV cache"}}`, "[DONE]"), "error-object", 1, 0},
		"no end":                  {events(text("a")), "stream-no-end", 1, 0},
		"no token":                {events(delta("content", ""), stop, "[DONE]"), "no-token", 0, 0},
		"slow drip":               {func(w *wire) { drip(w, lines("\n", text("a"), text("b"), stop, endpointtest.Usage(7, 2), "[DONE]")) }, "", 2, 2},
		"chunk split in a letter": {func(w *wire) { w.Stream(); w.Raw(han[:cut]); w.Sleep(20 * time.Millisecond); w.Raw(han[cut:]); w.End() }, "", 1, 1},
		"100 events in one read":  {raw(lines("\n", hundred...)), "", 100, 100},
		"comments":                {raw(": ping\n\n" + lines("\n", text("a")) + ":\n\n: keep-alive\n\n" + lines("\n", stop, endpointtest.Usage(7, 1), "[DONE]")), "", 1, 1},
		"CRLF":                    {raw(lines("\r\n", text("a"), text("b"), stop, endpointtest.Usage(7, 2), "[DONE]")), "", 2, 2},
		"no [DONE]":               {events(text("a"), stop, endpointtest.Usage(7, 1)), "", 1, 1},
		"usage-only last chunk":   {events(text("a"), stop, endpointtest.Usage(7, 5), "[DONE]"), "", 1, 5},
		"role-only first chunk":   {events(delta("role", "assistant"), text("a"), stop, endpointtest.Usage(7, 1), "[DONE]"), "", 1, 1},
		"empty content":           {events(text(""), text("a"), text(""), stop, endpointtest.Usage(7, 1), "[DONE]"), "", 1, 1},
		"reasoning":               {events(delta("reasoning", "hm"), text("a"), stop, endpointtest.Usage(7, 2), "[DONE]"), "", 2, 2},
		"reasoning_content":       {events(delta("reasoning_content", "hm"), text("a"), stop, endpointtest.Usage(7, 2), "[DONE]"), "", 2, 2},
		"tool calls":              {events(delta("tool_calls", []any{map[string]any{"index": 0, "function": map[string]any{"name": "f"}}}), stop, endpointtest.Usage(7, 3), "[DONE]"), "", 1, 3},
		"missing usage":           {events(text("a"), text("b"), stop, "[DONE]"), "", 2, 0},
	} {
		for _, arrival := range []Arrival{{}, {Process: Constant, Rate: 50}} {
			t.Run(fmt.Sprintf("%s/%s", name, arrival.process()), func(t *testing.T) {
				t.Parallel()
				good := endpointtest.Good(2, 0, 0)
				s := endpointtest.New(t, good, good, c.reply, good)
				client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Concurrency: 1, Timeout: 2 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				spec := point(5, 1)
				spec.Arrival, spec.KeepChunks = arrival, true
				r, err := Run(context.Background(), spec, Setting{Client: client, JournalDir: t.TempDir(), Base: artifact.Artifact{Subject: artifact.Subject{Model: "m"}}})
				if err != nil {
					t.Fatal(err)
				}
				q := r.Bundle.Artifact.Load.Requests
				if c.class != "" {
					// A reset of a connection that had served before may be its
					// end alone: such a request is sent again, once.
					if c.class == "reset" && *q.Failed == 0 && r.Bundle.Artifact.Source.Extra["resent"] == 1 {
						return
					}
					if *q.Offered != 5 || *q.Failed != 1 || q.ByError[c.class] != 1 {
						t.Fatalf("%+v, want one %s", q, c.class)
					}
				} else if *q.Completed != 5 {
					t.Fatalf("%+v: %v", q, r.Bundle.Artifact.Source.Extra["error_examples"])
				}
				if arrival.Open() { // requests may overtake each other on their way
					return
				}
				rec := third(r.Bundle.Load)
				if (rec.Error == nil) != (c.class == "") || rec.Chunks != nil && *rec.Chunks != c.chunks {
					t.Errorf("%+v", rec)
				}
				if (rec.OutputTokens == nil) != (c.output == 0) || c.output > 0 && *rec.OutputTokens != c.output {
					t.Errorf("output tokens %v, want %d", rec.OutputTokens, c.output)
				}
				if got := r.Bundle.Artifact.Load.Tokens.Output; c.class == "" && (got == nil) != (c.output == 0) {
					t.Errorf("all output tokens: %v", got)
				}
			})
		}
	}
}

// third is the record of the third request.
func third(records []artifact.LoadRecord) artifact.LoadRecord {
	for _, r := range records {
		if strings.HasSuffix(r.RequestID, "-2") {
			return r
		}
	}
	return artifact.LoadRecord{}
}

// drip sends a stream a few bytes at a time.
func drip(w *endpointtest.Wire, s string) {
	w.Stream()
	for len(s) > 0 {
		n := min(11, len(s))
		w.Raw(s[:n])
		s = s[n:]
		w.Sleep(time.Millisecond)
	}
	w.End()
}

// TestBothLimits: whichever of number and time is reached first ends a point.
func TestBothLimits(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(1, 20*time.Millisecond, 0))
	for _, c := range []struct {
		requests int
		duration time.Duration
		few      bool
	}{{4, 10 * time.Second, true}, {100000, 150 * time.Millisecond, false}} {
		spec := point(c.requests, 2)
		spec.Duration = c.duration
		r, err := Run(context.Background(), spec, setting(t, s, 2))
		if err != nil {
			t.Fatal(err)
		}
		a := r.Bundle.Artifact
		if n := *a.Load.Requests.Offered; c.few && n != 4 || !c.few && (n < 2 || n > 40) || a.Status != artifact.StatusComplete {
			t.Errorf("%d requests or %v: %d sent, %s", c.requests, c.duration, n, a.Status)
		}
		if a.Source.Extra["requests"] != c.requests || a.Source.Extra["duration_s"] != c.duration.Seconds() {
			t.Errorf("%v", a.Source.Extra)
		}
	}
}

// TestJournalKeepsUp: what has ended is in the journal at once, so that a process
// that is killed loses no more than what is in flight.
func TestJournalKeepsUp(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(1, 0, 0), endpointtest.Good(1, 0, 0), endpointtest.Good(2, 0, 800*time.Millisecond))
	set, lines := setting(t, s, 1), 0
	set.Progress = func(p Snapshot) {
		if files, _ := filepath.Glob(filepath.Join(set.JournalDir, "*.jsonl")); len(files) == 1 && p.InFlight == 1 {
			data, _ := os.ReadFile(files[0])
			lines = max(lines, strings.Count(string(data), "\n"))
		}
	}
	if _, err := Run(context.Background(), point(3, 1), set); err != nil {
		t.Fatal(err)
	}
	if lines != 3 { // the plan and two answers, while the third is in flight
		t.Errorf("%d lines in the journal", lines)
	}
}

// TestRecoverOpenLoop: what a killed open loop had measured is judged from its
// schedule too.
func TestRecoverOpenLoop(t *testing.T) {
	dir := t.TempDir()
	base := &artifact.Artifact{Schema: 1, Kind: artifact.KindLoad, Name: "open", Status: artifact.StatusComplete, StartedAt: "2026-01-02T03:04:05Z",
		Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Protocol: artifact.Protocol{Parameters: map[string]any{"arrival": "poisson", "rate": 2.0}}}
	spec := openPoint(Arrival{Process: Poisson, Rate: 2}, 8)
	spec.SLO = SLO{TTFT: 0.15}
	j, err := journal.Create(filepath.Join(dir, "killed.jsonl"), head{Journal: 1, Slug: spec.Slug(), shape: spec.shape(), Artifact: base})
	if err != nil {
		t.Fatal(err)
	}
	o := at(0, 4, 0.1, 0.2, 0.3, 0.4) // TTFT 0.1 s from its send
	o.Record.ScheduledS = artifact.Ptr(*o.Record.SentS - 0.1)
	j.AppendJSON(o)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	store := artifact.Open(t.TempDir())
	got := Recover(dir, store)
	if len(got) != 1 || got[0].Err != nil {
		t.Fatalf("%+v", got)
	}
	a, _, err := store.Read(got[0].ID)
	if err != nil || *a.Load.Latency.TTFT.P50 != 0.1 || *a.Load.Latency.TTFTScheduled.P50 != 0.2 || *a.Load.Goodput.Met != 0 {
		t.Errorf("%v %+v", err, a.Load)
	}
}

package load

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/journal"
)

// TestLine: the line written by hand is what encoding/json would read back.
func TestLine(t *testing.T) {
	full := at(1.000001, 4, 0.5, 0.6000004, 0.7)
	for i := range full.Record.ChunkS {
		full.Record.ChunkS[i] = math.Round(full.Record.ChunkS[i]*1e6) / 1e6
	}
	full.Record.EndS = artifact.Ptr(1.75)
	full.Record.RequestID = "run-1"
	full.Record.ScheduledS = artifact.Ptr(-0.25)
	full.Record.Message = artifact.Ptr("a \"quote\", a \\ and a\nline\x01")
	full.Record.Error = artifact.Ptr("reset")
	full.Steps, full.Resent = []int64{1, 2, 1}, 1
	full.Raw = []string{`{"a":"\"中"}`, "not JSON\t"}
	for _, o := range []Observation{full, failed(0, 1, "http-500"), {}} {
		var back Observation
		if err := json.Unmarshal(o.appendJSON(nil), &back); err != nil {
			t.Fatalf("%v: %s", err, o.appendJSON(nil))
		}
		if !reflect.DeepEqual(o, back) {
			t.Errorf("wrote\n%+v\nread\n%+v", o, back)
		}
	}
	for want, v := range map[string]float64{"0": 0, "1": 1, "0.000001": 1e-6, "-0.5": -0.5, "12.34": 12.34, "86400.000001": 86400.000001} {
		if got := string(appendSeconds(nil, v)); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// TestCollectorDecodesAfterTheWindow: raw bytes wait, up to the cap.
func TestCollectorDecodesAfterTheWindow(t *testing.T) {
	for limit, inWindow := range map[int]bool{1 << 20: false, 100: true} {
		start := time.Now()
		c := &collector{start: start, count: &counts{}, limit: limit, protocols: map[string]bool{}, journal: openJournal(t)}
		finished := make(chan done, 1)
		over := make(chan struct{})
		go func() { c.collect(finished); close(over) }()
		for _, body := range exchanges(t, 4) {
			finished <- done{x: body, scheduled: start}
		}
		close(finished)
		<-over
		waiting := 0
		for _, o := range c.obs {
			if o.Record.OutputTokens == nil {
				waiting++
			}
		}
		var told artifact.LoadClient
		c.told(&told)
		if c.inWindow != inWindow || (waiting < 4) != inWindow || (told.DecodedInWindow != nil) != inWindow {
			t.Errorf("limit %d: decoded in the window %v, %d of 4 wait", limit, c.inWindow, waiting)
		}
		c.settle()
		for _, o := range c.obs {
			if o.Record.OutputTokens == nil || *o.Record.OutputTokens != 3 || *o.Record.FinishReason != "stop" || o.Raw != nil {
				t.Errorf("after the window: %+v", o)
			}
		}
	}
}

// exchanges are answers of three tokens as a client hands them over.
func exchanges(t *testing.T, n int) []*endpoint.Exchange {
	t.Helper()
	client := setting(t, endpointtest.New(t, endpointtest.Good(3, 0, 0)), 1).Client
	var out []*endpoint.Exchange
	for range n {
		out = append(out, client.Do(context.Background(), &endpoint.Request{Model: "m", Messages: endpoint.User("hi"), Stream: true}))
	}
	return out
}

func openJournal(t *testing.T) *journal.File {
	t.Helper()
	j, err := journal.Create(filepath.Join(t.TempDir(), "journal", "x.jsonl"), head{Journal: 1, Artifact: &artifact.Artifact{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

package load

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// at makes an observation by hand: sent, then token times after sent.
func at(sent float64, output int64, tokens ...float64) Observation {
	o := Observation{Record: artifact.LoadRecord{ScheduledS: &sent, SentS: &sent}}
	for _, t := range tokens {
		o.Record.ChunkS = append(o.Record.ChunkS, sent+t)
	}
	n := len(tokens)
	o.Record.FirstS, o.Record.LastS = &o.Record.ChunkS[0], &o.Record.ChunkS[n-1]
	o.Record.EndS = artifact.Ptr(*o.Record.LastS)
	o.Record.Chunks = artifact.Ptr(int64(n))
	if output >= 0 {
		o.Record.OutputTokens, o.Record.PromptTokens = &output, artifact.Ptr(int64(10))
	}
	o.Record.FinishReason = artifact.Ptr("stop")
	return o
}

func failed(sent, end float64, class string) Observation {
	return Observation{Record: artifact.LoadRecord{ScheduledS: &sent, SentS: &sent, EndS: &end, Error: &class}}
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-9 {
		if got == nil {
			t.Errorf("%s is null, want %v", what, want)
		} else {
			t.Errorf("%s is %v, want %v", what, *got, want)
		}
	}
}

// TestKnownSchedule: every figure of a schedule that can be done by hand.
func TestKnownSchedule(t *testing.T) {
	obs := []Observation{
		at(0, 4, 0.5, 0.6, 0.7, 0.8),
		at(0, 3, 1.0, 1.2, 1.4),
		at(1, 1, 0.25),
		failed(1.4, 1.5, "http-500"),
	}
	l := Summarize(obs, 2, SLO{TTFT: 0.6, TPOT: 0.15})
	if *l.Requests.Offered != 4 || *l.Requests.Completed != 3 || *l.Requests.Failed != 1 || l.Requests.ByError["http-500"] != 1 {
		t.Errorf("requests %+v", l.Requests)
	}
	near(t, "duration", l.DurationS, 1.4)
	if *l.Tokens.Output != 8 || *l.Tokens.Prompt != 30 || l.Tokens.Cached != nil {
		t.Errorf("tokens %+v", l.Tokens)
	}
	near(t, "output tokens/s", l.Throughput.OutputTokensPerS, 8/1.4)
	near(t, "total tokens/s", l.Throughput.TotalTokensPerS, 38/1.4)
	near(t, "requests/s", l.Throughput.RequestsPerS, 3/1.4)
	near(t, "ttft p50", l.Latency.TTFT.P50, 0.5)
	near(t, "ttft p90", l.Latency.TTFT.P90, 0.9) // type 7: rank 1 + 2·0.9 between 0.5 and 1.0
	near(t, "ttft std", l.Latency.TTFT.Std, 0.381881308)
	if *l.Latency.TPOT.N != 2 {
		t.Errorf("tpot of %d requests, want 2: one token has none", *l.Latency.TPOT.N)
	}
	near(t, "tpot max", l.Latency.TPOT.Max, 0.2)
	near(t, "tpot min", l.Latency.TPOT.Min, 0.1)
	if *l.Latency.ICL.N != 5 || l.Latency.ITL == nil || *l.Latency.ITL.N != 5 {
		t.Errorf("icl %+v, itl %+v: one chunk is one token here", l.Latency.ICL, l.Latency.ITL)
	}
	near(t, "e2e max", l.Latency.E2E.Max, 1.4)
	if l.Latency.TTFTScheduled != nil {
		t.Error("ttft_scheduled belongs to an open loop")
	}
	// Only the first and the third keep both limits; the third has no TPOT.
	if *l.Goodput.Met != 2 {
		t.Errorf("goodput %d", *l.Goodput.Met)
	}
	near(t, "goodput share", l.Goodput.Share, 0.5)
	if l.FinishReasons["stop"] != 3 {
		t.Errorf("finish reasons %v", l.FinishReasons)
	}
	// Two in flight from 0 to 0.8 and from 1 to 1.4 (the failed one follows the third).
	near(t, "steady start", l.Steady.StartS, 0)
	near(t, "steady end", l.Steady.EndS, 1.4)
	if len(l.Timeline.Running) != 2 || *l.Timeline.StepS != 1 {
		t.Fatalf("timeline %+v", l.Timeline)
	}
	near(t, "running in second 1", &l.Timeline.Running[0], 1.8)
	if l.Timeline.Completed[0] != 1 || l.Timeline.Completed[1] != 2 || l.Timeline.Failed[1] != 1 {
		t.Errorf("timeline %+v", l.Timeline)
	}
	sum := l.Timeline.OutputTokensPerS[0] + 0.4*l.Timeline.OutputTokensPerS[1]
	if math.Abs(sum-8) > 0.01 {
		t.Errorf("the timeline holds %v tokens, want 8", sum)
	}
}

func TestChunksAreNotTokens(t *testing.T) {
	l := Summarize([]Observation{at(0, 20, 0.1, 0.2), at(0, 20, 0.1, 0.3)}, 2, SLO{})
	if l.Latency.ITL != nil || *l.Latency.ICL.N != 2 {
		t.Errorf("itl %+v: 10 tokens a chunk tell no gap per token", l.Latency.ITL)
	}
	// With usage in each chunk the gap is shared among its tokens.
	o := at(0, 5, 0.1, 0.4)
	o.Steps = []int64{2, 3}
	l = Summarize([]Observation{o}, 1, SLO{})
	if l.Latency.ITL == nil || *l.Latency.ITL.N != 3 {
		t.Fatalf("itl %+v", l.Latency.ITL)
	}
	near(t, "itl", l.Latency.ITL.P50, 0.1)
	// One token more than chunks is the unseen end of an answer.
	if l = Summarize([]Observation{at(0, 3, 0.1, 0.2)}, 1, SLO{}); l.Latency.ITL == nil {
		t.Error("itl is null for an end token without text")
	}
}

func TestUnknownStaysNull(t *testing.T) {
	l := Summarize([]Observation{at(0, 5, 0.1, 0.2), at(0, -1, 0.1, 0.2)}, 2, SLO{TPOT: 1})
	if l.Tokens.Output != nil || l.Throughput.OutputTokensPerS != nil || l.Throughput.RequestsPerS == nil || l.Timeline.OutputTokensPerS != nil {
		t.Errorf("a missing count must leave sums null: %+v", l)
	}
	if *l.Goodput.Met != 1 {
		t.Errorf("goodput %d: an unknown figure keeps no limit", *l.Goodput.Met)
	}
	none := Summarize([]Observation{failed(0, 1, "connect")}, 1, SLO{})
	if none.DurationS != nil || none.Latency.TTFT != nil || none.Latency.E2E != nil || none.Throughput.RequestsPerS != nil || none.Steady != nil {
		t.Errorf("nothing completed, but %+v", none)
	}
	if Summarize(nil, 1, SLO{TTFT: 1}).Goodput != nil {
		t.Error("goodput of no request")
	}
	whole := at(0, 5, 1)
	whole.Record.FirstS, whole.Record.ChunkS, whole.Record.Chunks = nil, nil, nil
	l = Summarize([]Observation{whole}, 1, SLO{})
	if l.Latency.TTFT != nil || l.Latency.TPOT != nil || l.Latency.ITL != nil || l.Latency.E2E == nil {
		t.Errorf("an answer in one piece has only E2E: %+v", l.Latency)
	}
}

func TestSummaryTable(t *testing.T) {
	l := Summarize([]Observation{at(0, 4, 0.5, 0.6, 0.7, 0.8), failed(0, 1, "http-500")}, 2, SLO{})
	a := &artifact.Artifact{Load: l, Protocol: artifact.Protocol{Parameters: map[string]any{"concurrency": 2}}}
	var b bytes.Buffer
	if err := Summary(&b, a); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Successful requests:                    1", "Failed requests:                        1", "  http-500:",
		"Median TTFT (ms):                       500.00", "Mean TPOT (ms):                         100.00", "Output token throughput (tok/s):        5.00"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

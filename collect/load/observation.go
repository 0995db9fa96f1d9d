package load

import (
	"math"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// Observation is one finished request as the journal keeps it. Record.ChunkS
// always holds the arrival of each token-bearing chunk here; it leaves the
// published records unless it was asked for.
type Observation struct {
	Record artifact.LoadRecord `json:"record"`
	Steps  []int64             `json:"steps,omitempty"`  // tokens in each chunk, where the server reports usage per chunk
	Resent int                 `json:"resent,omitempty"` // sent again because a reused connection had died
}

// observe makes an observation of a decoded exchange. Times become seconds
// since start, rounded to a microsecond: the clock is not better than that.
func observe(x *endpoint.Exchange, scheduled, start time.Time) Observation {
	sent := x.Sent.Sub(start)
	r := artifact.LoadRecord{
		RequestID:  x.RequestID,
		ScheduledS: seconds(scheduled.Sub(start)),
		SentS:      seconds(sent),
		EndS:       seconds(sent + x.End),
	}
	after := func(d time.Duration) *float64 {
		if d == 0 {
			return nil
		}
		return seconds(sent + d)
	}
	r.FirstS, r.FirstAnswerS, r.LastS = after(x.First), after(x.Answer), after(x.Last)
	if x.Streamed {
		r.Chunks = artifact.Ptr(int64(x.Chunks))
	}
	if x.Usage != nil {
		r.PromptTokens, r.OutputTokens = &x.Usage.Prompt, &x.Usage.Output
		r.Reasoning, r.Cached = x.Usage.Reasoning, x.Usage.Cached
	}
	if x.FinishReason != "" {
		r.FinishReason = &x.FinishReason
	}
	if x.Err != nil {
		r.Error = artifact.Ptr(string(x.Err.Class))
		r.Message = &x.Err.Message
	}
	o := Observation{Resent: x.Resent}
	reported, before := true, int64(0)
	for _, e := range x.Events {
		if !e.Kind.Tokens() {
			continue
		}
		r.ChunkS = append(r.ChunkS, *seconds(sent + e.At))
		if e.Completed < 0 {
			reported = false
			continue
		}
		o.Steps = append(o.Steps, int64(e.Completed)-before)
		before = int64(e.Completed)
	}
	if !reported {
		o.Steps = nil
	}
	o.Record = r
	return o
}

func seconds(d time.Duration) *float64 {
	v := math.Round(d.Seconds()*1e6) / 1e6
	return &v
}

// completed reports whether the answer was whole.
func (o Observation) completed() bool { return o.Record.Error == nil }

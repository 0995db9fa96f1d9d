package load

import (
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// Observation is one finished request as the journal keeps it. Record.ChunkS
// always holds the arrival of each token-bearing chunk here; it leaves the
// published records unless it was asked for.
//
// An observation is made inside the measured window and must cost little. What
// needs JSON to be decoded is left in Raw until settle, after the window:
// decoding while streams are read shows in the tail of their gaps.
type Observation struct {
	Record artifact.LoadRecord `json:"record"`
	Steps  []int64             `json:"steps,omitempty"`  // tokens in each chunk, where the server reports usage per chunk
	Resent int                 `json:"resent,omitempty"` // sent again because a reused connection had died
	Raw    []string            `json:"raw,omitempty"`    // events that are not decoded yet

	tokens int64 // seen so far by the pass over the bytes, for the progress line alone
}

// observe makes an observation of an exchange. Times become seconds since
// start, rounded to a microsecond: the clock is not better than that.
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
	if x.Err != nil {
		r.Error = artifact.Ptr(string(x.Err.Class))
		r.Message = &x.Err.Message
	}
	o := Observation{Resent: x.Resent, tokens: int64(x.Chunks)}
	for _, b := range x.Raw() {
		o.Raw = append(o.Raw, string(b))
	}
	if x.Chunks > 0 {
		r.ChunkS = make([]float64, 0, x.Chunks)
	}
	reported, before := true, int64(0)
	for _, e := range x.Events {
		if e.Completed >= 0 {
			o.tokens = int64(e.Completed)
		}
		if !e.Kind.Tokens() {
			continue
		}
		r.ChunkS = append(r.ChunkS, micros(sent+e.At))
		if e.Completed < 0 {
			reported = false
			continue
		}
		if reported {
			o.Steps = append(o.Steps, int64(e.Completed)-before)
			before = int64(e.Completed)
		}
	}
	if !reported {
		o.Steps = nil
	}
	o.Record = r
	o.tell(x.Reading) // of an answer that had to be decoded at once, for the next turn
	return o
}

// settle decodes what was kept. Calling it again changes nothing.
func (o *Observation) settle() {
	if len(o.Raw) == 0 {
		return
	}
	raw := make([][]byte, len(o.Raw))
	for i, s := range o.Raw {
		raw[i] = []byte(s)
	}
	o.Raw = nil
	o.tell(endpoint.Read(raw))
}

// tell takes what the raw events of the answer said.
func (o *Observation) tell(read endpoint.Reading) {
	if u := read.Usage; u != nil {
		o.Record.PromptTokens, o.Record.OutputTokens = &u.Prompt, &u.Output
		o.Record.Reasoning, o.Record.Cached = u.Reasoning, u.Cached
	}
	if read.FinishReason != "" {
		o.Record.FinishReason = &read.FinishReason
	}
}

// weight is what waits in o to be decoded, in bytes.
func (o *Observation) weight() int {
	n := 0
	for _, s := range o.Raw {
		n += len(s)
	}
	return n
}

func seconds(d time.Duration) *float64 {
	v := micros(d)
	return &v
}

// micros is d in seconds to the microsecond.
func micros(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)/time.Microsecond) / 1e6
}

// completed reports whether the answer was whole.
func (o Observation) completed() bool { return o.Record.Error == nil }

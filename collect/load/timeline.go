package load

import (
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// steadyShare is the part of the wanted number in flight from which on the
// load counts as full.
const steadyShare = 0.95

// steady finds the window from the first to the last moment at which the full
// load was in flight, and the throughput in it. It is nil when that was never
// so. Output tokens are spread evenly between the first and the last token of
// their request.
func steady(all []Observation, concurrency int, zero float64) *artifact.Steady {
	if concurrency < 1 {
		return nil
	}
	type change struct {
		at float64
		by int
	}
	var changes []change
	for _, o := range all {
		changes = append(changes, change{*o.Record.SentS, 1}, change{*o.Record.EndS, -1})
	}
	slices.SortFunc(changes, func(a, b change) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return b.by - a.by // at the same moment the next request follows the last
	})
	want, n := int(math.Ceil(steadyShare*float64(concurrency))), 0
	from, to := math.Inf(1), math.Inf(-1)
	for _, c := range changes {
		if n >= want {
			to = c.at
		}
		n += c.by
		if n >= want {
			from = min(from, c.at)
		}
	}
	if !(to > from) {
		return nil
	}
	s := &artifact.Steady{StartS: round(from - zero), EndS: round(to - zero), Requests: artifact.Ptr(int64(0))}
	tokens, known := 0.0, true
	for _, o := range all {
		if !o.completed() {
			continue
		}
		if last := *o.Record.LastS; last > from && last <= to {
			*s.Requests++
		}
		begin, rate, ok := spread(o.Record)
		known = known && ok
		tokens += rate * overlap(begin, *o.Record.LastS, from, to)
	}
	s.RequestsPerS = artifact.Ptr(float64(*s.Requests) / (to - from))
	if known {
		s.OutputTokensPerS = artifact.Ptr(tokens / (to - from))
	}
	return s
}

// spread returns from when and at which rate a request produced its tokens, as
// far as its record tells. A single token counts at its arrival, as a span of
// a microsecond.
func spread(r artifact.LoadRecord) (begin, rate float64, ok bool) {
	if r.OutputTokens == nil {
		return *r.SentS, 0, false
	}
	begin = *r.SentS
	if r.FirstS != nil {
		begin = *r.FirstS
	}
	if *r.LastS-begin < 1e-6 {
		begin = *r.LastS - 1e-6
	}
	return begin, float64(*r.OutputTokens) / (*r.LastS - begin), true
}

func overlap(a, b, from, to float64) float64 { return max(0, min(b, to)-max(a, from)) }

// maxSteps bounds the timeline; a longer run takes wider steps.
const maxSteps = 1200

// timeline describes the run second by second: requests in flight (mean over
// the step), output tokens, requests that ended, and the median TTFT of the
// first tokens that came in the step.
func timeline(all []Observation, zero, length float64) *artifact.Timeline {
	if !(length > 0) {
		return nil
	}
	step := max(1, math.Ceil(length/maxSteps))
	n := int(math.Ceil(length / step))
	t := &artifact.Timeline{StepS: &step, Running: make([]float64, n), OutputTokensPerS: make([]float64, n),
		Completed: make([]float64, n), Failed: make([]float64, n), TTFTP50S: make([]*float64, n)}
	width := func(i int) float64 { return min(step, length-float64(i)*step) }
	bucket := func(at float64) int { return min(max(int((at-zero)/step), 0), n-1) }
	ttft := make([][]float64, n)
	known := true
	for _, o := range all {
		r := o.Record
		for i := bucket(*r.SentS); i <= bucket(*r.EndS); i++ {
			a := zero + float64(i)*step
			t.Running[i] += overlap(*r.SentS, *r.EndS, a, a+width(i)) / width(i)
		}
		if !o.completed() {
			t.Failed[bucket(*r.EndS)]++
			continue
		}
		t.Completed[bucket(*r.LastS)]++
		begin, rate, ok := spread(r)
		known = known && ok
		for i := bucket(begin); i <= bucket(*r.LastS); i++ {
			a := zero + float64(i)*step
			t.OutputTokensPerS[i] += rate * overlap(begin, *r.LastS, a, a+width(i)) / width(i)
		}
		if r.FirstS != nil {
			i := bucket(*r.FirstS)
			ttft[i] = append(ttft[i], *r.FirstS-*r.SentS)
		}
	}
	streamed := false
	for i := range n {
		t.Running[i], t.OutputTokensPerS[i] = places(t.Running[i], 3), places(t.OutputTokensPerS[i], 3)
		if v, ok := stats.Summarize(ttft[i]).Median(); ok {
			t.TTFTP50S[i], streamed = round(v), true
		}
	}
	if !known {
		t.OutputTokensPerS = nil
	}
	if !streamed {
		t.TTFTP50S = nil
	}
	return t
}

func places(v float64, n int) float64 {
	f := math.Pow(10, float64(n))
	return math.Round(v*f) / f
}

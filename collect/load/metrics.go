package load

import (
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// Summarize computes the figures of a point from its observations alone.
// concurrency is the wanted number in flight, for the steady window. The client
// block is left empty: it is no matter of the requests.
//
// Definitions (DESIGN §6), each per completed request:
//
//	TTFT  first token-bearing chunk − sent; null when answers were not streamed
//	TPOT  (last − first token) / (output tokens − 1); null when ≤ 1 or unknown
//	ICL   gap between token-bearing chunks, pooled over requests
//	ITL   gap per token, pooled; null unless each chunk is one token or the
//	      server reported usage with every chunk
//	E2E   last token − sent; end of the body when not streamed
//
// Throughput is over the time from the first send to the last token.
func Summarize(obs []Observation, concurrency int, slo SLO) *artifact.Load {
	l := &artifact.Load{Requests: artifact.Requests{ByError: map[string]int64{}}}
	var good []Observation
	for _, o := range obs {
		if o.completed() {
			good = append(good, o)
		} else {
			l.Requests.ByError[*o.Record.Error]++
		}
	}
	l.Requests.Offered = artifact.Ptr(int64(len(obs)))
	l.Requests.Completed = artifact.Ptr(int64(len(good)))
	l.Requests.Failed = artifact.Ptr(int64(len(obs) - len(good)))
	first, last, ok := span(obs, good)
	if !ok {
		return l
	}
	length := last - first
	l.DurationS = round(length)
	l.Tokens = artifact.LoadTokens{
		Prompt:    total(good, func(r artifact.LoadRecord) *int64 { return r.PromptTokens }),
		Output:    total(good, func(r artifact.LoadRecord) *int64 { return r.OutputTokens }),
		Reasoning: total(good, func(r artifact.LoadRecord) *int64 { return r.Reasoning }),
		Cached:    total(good, func(r artifact.LoadRecord) *int64 { return r.Cached }),
	}
	if length > 0 {
		l.Throughput = throughput(int64(len(good)), l.Tokens, length)
	}
	l.Latency = latency(good)
	l.TokensPerChunk = tokensPerChunk(good)
	l.FinishReasons = finishReasons(good)
	l.Goodput = goodput(obs, slo, length)
	l.Steady = steady(obs, concurrency, first)
	l.Timeline = timeline(obs, first, length)
	return l
}

// span returns the first send of any request and the last token of a completed
// one. ok is false when none completed.
func span(all, good []Observation) (first, last float64, ok bool) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, o := range all {
		first = min(first, *o.Record.SentS)
	}
	for _, o := range good {
		last = max(last, *o.Record.LastS)
	}
	return first, last, len(good) > 0
}

// total sums a count; one unknown makes the sum unknown.
func total(good []Observation, of func(artifact.LoadRecord) *int64) *int64 {
	n := int64(0)
	for _, o := range good {
		v := of(o.Record)
		if v == nil {
			return nil
		}
		n += *v
	}
	return &n
}

func throughput(requests int64, t artifact.LoadTokens, length float64) artifact.Throughput {
	per := func(n *int64) *float64 {
		if n == nil {
			return nil
		}
		return artifact.Ptr(float64(*n) / length)
	}
	out := artifact.Throughput{RequestsPerS: per(&requests), PromptTokensPerS: per(t.Prompt), OutputTokensPerS: per(t.Output)}
	if t.Prompt != nil && t.Output != nil {
		out.TotalTokensPerS = per(artifact.Ptr(*t.Prompt + *t.Output))
	}
	return out
}

func latency(good []Observation) artifact.Latency {
	var ttft, tpot, icl, e2e []float64
	for _, o := range good {
		r := o.Record
		e2e = append(e2e, *r.LastS-*r.SentS)
		if r.FirstS != nil {
			ttft = append(ttft, *r.FirstS-*r.SentS)
		}
		if v, ok := timePerToken(r); ok {
			tpot = append(tpot, v)
		}
		for i := 1; i < len(r.ChunkS); i++ {
			icl = append(icl, r.ChunkS[i]-r.ChunkS[i-1])
		}
	}
	return artifact.Latency{TTFT: Distribution(ttft), TPOT: Distribution(tpot), ICL: Distribution(icl),
		ITL: Distribution(tokenGaps(good, icl)), E2E: Distribution(e2e)}
}

// timePerToken is TPOT; ok is false where it is not defined.
func timePerToken(r artifact.LoadRecord) (v float64, ok bool) {
	if r.FirstS == nil || r.OutputTokens == nil || *r.OutputTokens <= 1 {
		return 0, false
	}
	return (*r.LastS - *r.FirstS) / float64(*r.OutputTokens-1), true
}

// tokenGaps returns the gaps per token, or nil where chunks do not tell them.
// A chunk counts as one token when the server's count of a request differs
// from its chunks by at most one: the token that ends an answer has no text.
func tokenGaps(good []Observation, icl []float64) []float64 {
	reported, single := true, true
	for _, o := range good {
		r := o.Record
		if len(o.Steps) != len(r.ChunkS) || len(o.Steps) == 0 || slices.Min(o.Steps) < 1 {
			reported = false
		}
		if r.OutputTokens == nil || r.Chunks == nil || *r.OutputTokens-*r.Chunks < 0 || *r.OutputTokens-*r.Chunks > 1 {
			single = false
		}
	}
	if single {
		return icl
	}
	if !reported {
		return nil
	}
	var gaps []float64
	for _, o := range good {
		for i := 1; i < len(o.Steps); i++ {
			gap := (o.Record.ChunkS[i] - o.Record.ChunkS[i-1]) / float64(o.Steps[i])
			for range o.Steps[i] {
				gaps = append(gaps, gap)
			}
		}
	}
	return gaps
}

// tokensPerChunk is how many tokens a chunk held on average. It is nil when a
// count is unknown and when answers were not streamed.
func tokensPerChunk(good []Observation) *float64 {
	tokens, chunks := int64(0), int64(0)
	for _, o := range good {
		if o.Record.OutputTokens == nil || o.Record.Chunks == nil {
			return nil
		}
		tokens += *o.Record.OutputTokens
		chunks += *o.Record.Chunks
	}
	if chunks == 0 {
		return nil
	}
	return artifact.Ptr(places(float64(tokens)/float64(chunks), 6))
}

// Distribution summarizes values in seconds: percentiles by linear
// interpolation of the sorted values (type 7), standard deviation of the
// sample. It is nil when there are none.
func Distribution(values []float64) *artifact.Distribution {
	s := stats.Summarize(values)
	if s.N == 0 {
		return nil
	}
	at := func(p float64) *float64 {
		v, _ := s.Percentile(p)
		return round(v)
	}
	d := &artifact.Distribution{N: artifact.Ptr(int64(s.N)), Mean: round(s.Mean), Min: round(s.Min), Max: round(s.Max),
		P50: at(50), P90: at(90), P95: at(95), P99: at(99), Method: artifact.Ptr("linear")}
	if s.N > 1 {
		d.Std = round(s.Std)
	}
	return d
}

// round keeps nanoseconds, which hides the noise of binary fractions and
// nothing that was measured.
func round(v float64) *float64 {
	v = math.Round(v*1e9) / 1e9
	return &v
}

func finishReasons(good []Observation) map[string]int64 {
	m := map[string]int64{}
	for _, o := range good {
		if r := o.Record.FinishReason; r != nil {
			m[*r]++
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// goodput counts requests that kept every limit, over all that were offered. A
// failed request keeps none, nor does one whose figure is unknown; an answer
// of one token has no time per token to exceed.
func goodput(all []Observation, slo SLO, length float64) *artifact.Goodput {
	if slo.IsZero() || len(all) == 0 {
		return nil
	}
	met := int64(0)
	for _, o := range all {
		if o.completed() && keeps(o.Record, slo) {
			met++
		}
	}
	g := &artifact.Goodput{SLO: slo.Limits(), Met: &met, Share: artifact.Ptr(float64(met) / float64(len(all)))}
	if length > 0 {
		g.RequestsPerS = artifact.Ptr(float64(met) / length)
	}
	return g
}

func keeps(r artifact.LoadRecord, slo SLO) bool {
	if slo.TTFT > 0 && (r.FirstS == nil || *r.FirstS-*r.SentS > slo.TTFT) {
		return false
	}
	if slo.E2E > 0 && *r.LastS-*r.SentS > slo.E2E {
		return false
	}
	if slo.TPOT > 0 {
		if r.OutputTokens == nil || r.FirstS == nil {
			return false
		}
		if v, ok := timePerToken(r); ok && v > slo.TPOT {
			return false
		}
	}
	return true
}

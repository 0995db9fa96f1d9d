package dataset

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

const (
	hotPrefix    = 0.5  // share of prompt tokens from the cache above which most were not computed
	rateReached  = 0.95 // share of the target rate that counts as reached
	oneTokenEach = 1.05 // tokens per chunk above which chunks are no tokens
	burstFactor  = 2.0  // how much slower the first wave must be to be named
)

// repeats reports whether r measured again what o did: the same subject under
// the same protocol on the same version of the engine. Another version is
// another point of a trend.
func (r *Run) repeats(o *Run) bool {
	va, vb := r.Artifact.Subject.EngineVersion, o.Artifact.Subject.EngineVersion
	return r == o || r.Who == o.Who && r.How == o.How && r.Artifact.Simulated == o.Artifact.Simulated &&
		(va == nil) == (vb == nil) && deref(va) == deref(vb)
}

// Repeats are the standing runs of the same subject, engine version and
// protocol, in the order of the protocol's runs; r alone when it does not stand.
func (r *Run) Repeats() []*Run {
	var out []*Run
	for _, o := range r.How.Runs {
		if o.repeats(r) && (o == r || o.Standing) {
			out = append(out, o)
		}
	}
	return out
}

// Typical is the figure of a run over its repeats: their median with the range.
// ok is false where the run has no figure. See [Run.Figure].
func (r *Run) Typical() (f Figure, over stats.Repeats, ok bool) {
	if f = r.Figure(); f.Value == nil {
		return f, over, false
	}
	var values []float64
	for _, o := range r.Repeats() {
		if x := o.Figure(); x.Key == f.Key && x.Value != nil {
			values = append(values, x.Value.Num)
		}
	}
	over = stats.NewRepeats(values)
	v := *f.Value
	v.Num, f.Value = over.Median, &v
	return f, over, true
}

// repeated reports whether another standing run repeats r.
func (r *Run) repeated() bool {
	return slices.ContainsFunc(r.How.Runs, func(o *Run) bool { return o != r && o.Standing && o.repeats(r) })
}

// singleRepeat: a load test always varies; an evaluation does when the model
// draws its tokens.
func singleRepeat(_ *Set, r *Run) []Notice {
	if r.Kind == artifact.KindEval {
		return tasks(r, func(t *artifact.Task, _ *Score) []Notice {
			if temperature, ok := number(r.Artifact.Protocol.Parameters["temperature"]); !ok || temperature <= 0 || deref(t.Repeats) > 1 {
				return nil
			}
			if r.repeated() {
				return nil
			}
			return one("single-repeat", Warn, nil)
		})
	}
	if r.Load == nil || r.repeated() {
		return nil
	}
	return one("single-repeat", Warn, nil)
}

func (r *Run) distributions() map[string]*artifact.Distribution {
	out := map[string]*artifact.Distribution{}
	if r.Load == nil {
		return out
	}
	l := &r.Load.Latency
	for name, d := range map[string]*artifact.Distribution{
		"ttft_s": l.TTFT, "ttft_scheduled_s": l.TTFTScheduled, "tpot_s": l.TPOT, "itl_s": l.ITL, "icl_s": l.ICL, "e2e_s": l.E2E,
	} {
		if d != nil {
			out[name] = d
		}
	}
	return out
}

// fewRequests names the lowest percentile that rests on too few requests; those
// above it rest on too few as well. Pooled gaps (itl, icl) have many values per
// request and are judged by the requests.
func fewRequests(_ *Set, r *Run) []Notice {
	if r.Load == nil {
		return nil
	}
	all := r.distributions()
	for _, p := range []int{95, 99} {
		fewest := -1
		for _, name := range slices.Sorted(maps.Keys(all)) {
			d := all[name]
			if v := map[int]*float64{95: d.P95, 99: d.P99}[p]; v == nil {
				continue
			}
			n := d.N
			if name == "itl_s" || name == "icl_s" || n == nil {
				n = r.Load.Requests.Completed
			}
			if n != nil && *n > 0 && *n < int64(neededFor(p)) && (fewest < 0 || int(*n) < fewest) {
				fewest = int(*n)
			}
		}
		if fewest > 0 {
			return one("few-requests", Warn, map[string]any{
				"percentile": map[int]string{95: "p95", 99: "p99"}[p], "n": fewest, "need": neededFor(p),
			})
		}
	}
	return nil
}

func notStreamed(_ *Set, r *Run) []Notice {
	if r.Load == nil || r.Artifact.Protocol.Parameters["streaming"] != false {
		return nil
	}
	return one("not-streamed", Info, nil)
}

func identicalPrompts(_ *Set, r *Run) []Notice {
	if r.Load == nil || r.Artifact.Protocol.Parameters["prompts"] != "identical" {
		return nil
	}
	n := r.Load.Requests.Offered
	if n == nil {
		n = r.Load.Requests.Completed
	}
	if n == nil || *n < 2 {
		return nil
	}
	return one("identical-prompts", Warn, map[string]any{"n": int(*n)})
}

// prefixCacheHot takes the server's own hit rate, else the cached share of the
// prompt tokens by its usage.
func prefixCacheHot(_ *Set, r *Run) []Notice {
	if r.Load == nil {
		return nil
	}
	rate := -1.0
	if m := r.Load.ServerMetrics; m != nil && m.PrefixCacheHitRate != nil {
		rate = *m.PrefixCacheHitRate
	} else if t := r.Load.Tokens; t.Cached != nil && t.Prompt != nil && *t.Prompt > 0 {
		rate = float64(*t.Cached) / float64(*t.Prompt)
	}
	if rate <= hotPrefix {
		return nil
	}
	return one("prefix-cache-hot", Warn, map[string]any{"hit_rate": rate})
}

// outputCapped: every request ended at the limit, by its finish reasons or,
// where those are unknown, by the sum of the tokens.
func outputCapped(_ *Set, r *Run) []Notice {
	if r.Load == nil {
		return nil
	}
	done := deref(r.Load.Requests.Completed)
	limit, limited := number(r.Artifact.Protocol.Parameters["max_tokens"])
	if done == 0 || !limited {
		return nil
	}
	capped := false
	if f := r.Load.FinishReasons; len(f) > 0 {
		capped = f["length"] == done
	} else if out := r.Load.Tokens.Output; out != nil {
		capped = float64(*out) == float64(done)*limit
	}
	if !capped {
		return nil
	}
	return one("output-capped", Info, map[string]any{"n": int(done), "max_tokens": int(limit)})
}

func failedRequests(_ *Set, r *Run) []Notice {
	if r.Load == nil || deref(r.Load.Requests.Failed) == 0 {
		return nil
	}
	q := &r.Load.Requests
	classes := slices.SortedFunc(maps.Keys(q.ByError), func(a, b string) int {
		return cmp.Or(cmp.Compare(q.ByError[b], q.ByError[a]), cmp.Compare(a, b))
	})
	var top any
	if len(classes) > 0 {
		top = classes[0]
	}
	offered := deref(q.Offered)
	if offered == 0 {
		offered = *q.Failed + deref(q.Completed)
	}
	return one("failed-requests", Warn, map[string]any{"failed": int(*q.Failed), "offered": int(offered), "top_error": top})
}

func clientBound(_ *Set, r *Run) []Notice {
	if r.Load == nil || !deref(r.Load.Client.Bound) {
		return nil
	}
	c := &r.Load.Client
	var lag any
	if c.DispatchLag != nil {
		lag = optional(c.DispatchLag.P99)
	}
	return one("client-bound", Invalid, map[string]any{"lag": lag, "cpu": optional(c.CPU), "reason": optional(c.Reason)})
}

// rateNotReached compares the target with the rate of sending. Without records
// the sending is known to have lasted at least as long as the test without its
// slowest request, which gives the fairest rate; only when even that stays
// behind is the target called missed.
func rateNotReached(_ *Set, r *Run) []Notice {
	if r.Load == nil {
		return nil
	}
	target, ok := number(r.Artifact.Protocol.Parameters["rate"])
	offered, duration := deref(r.Load.Requests.Offered), deref(r.Load.DurationS)
	if !ok || target <= 0 || offered < 2 || duration <= 0 {
		return nil
	}
	ramp, _ := number(r.Artifact.Protocol.Parameters["ramp_s"])
	planned := plannedSpan(float64(offered-1), target, ramp)
	span, exact := r.sendingSpan()
	achieved := 0.0
	if exact && span > 0 {
		achieved = target * planned / span
		if achieved >= rateReached*target {
			return nil
		}
	} else {
		slowest := 0.0
		if d := r.Load.Latency.E2E; d != nil {
			slowest = deref(d.Max)
			if d.Max == nil {
				slowest = deref(d.P99)
			}
		}
		if slowest == 0 || slowest >= duration || target*planned/(duration-slowest) >= rateReached*target {
			return nil
		}
		achieved = target * plannedSpan(float64(offered), target, ramp) / duration
	}
	return one("rate-not-reached", Warn, map[string]any{"target": target, "achieved": achieved, "share": achieved / target})
}

// plannedSpan is how long n gaps at the target rate last, in seconds. While the
// rate rises from 0 through the ramp, half as many requests are due as at the
// full rate.
func plannedSpan(n, target, ramp float64) float64 {
	if n <= target*ramp/2 {
		return math.Sqrt(2 * n * ramp / target)
	}
	return n/target + ramp/2
}

// sendingSpan is the time from the first to the last request sent.
func (r *Run) sendingSpan() (seconds float64, ok bool) {
	records, err := r.LoadRecords()
	if err != nil || len(records) < 2 {
		return 0, false
	}
	var sent []float64
	for _, rec := range records {
		if rec.SentS != nil {
			sent = append(sent, *rec.SentS)
		}
	}
	if len(sent) < 2 {
		return 0, false
	}
	return slices.Max(sent) - slices.Min(sent), true
}

// startBurst: a closed loop sends its first requests at once. They are named
// when they are the tail (a larger share of all than what lies beyond the
// percentile that is shown, at most half of all) and the tail is far from the
// middle; records, where there are any, must show that it was they.
func startBurst(_ *Set, r *Run) []Notice {
	if r.Load == nil || r.Load.Latency.TTFT == nil {
		return nil
	}
	arrival := r.Artifact.Protocol.Parameters["arrival"]
	c, ok := number(r.Artifact.Protocol.Parameters["concurrency"])
	offered := float64(deref(r.Load.Requests.Offered))
	if arrival != nil && arrival != "closed" || !ok || c < 2 || offered <= 0 {
		return nil
	}
	d, share := r.Load.Latency.TTFT, c/offered
	tail, beyond := r.Shown(d, 99), 0.01
	if tail == nil {
		tail, beyond = r.Shown(d, 95), 0.05
	}
	if tail == nil || d.P50 == nil || *d.P50 <= 0 || *tail < burstFactor**d.P50 || share <= beyond || share > 0.5 {
		return nil
	}
	if records, err := r.LoadRecords(); err == nil && len(records) > 0 && !burstInRecords(records, int(c)) {
		return nil
	}
	clear := "p50" // the highest percentile that the wave does not reach
	for _, p := range []struct {
		name   string
		beyond float64
	}{{"p90", 0.10}, {"p95", 0.05}} {
		if share <= p.beyond {
			clear = p.name
		}
	}
	return one("start-burst", Warn, map[string]any{"concurrency": int(c), "share": share, "percentile": clear})
}

func burstInRecords(records []artifact.LoadRecord, wave int) bool {
	type request struct{ sent, ttft float64 }
	var all []request
	for _, rec := range records {
		if rec.SentS != nil && rec.FirstS != nil {
			all = append(all, request{*rec.SentS, *rec.FirstS - *rec.SentS})
		}
	}
	if len(all) <= wave {
		return false
	}
	slices.SortStableFunc(all, func(a, b request) int { return cmp.Compare(a.sent, b.sent) })
	var first, rest []float64
	for i, q := range all {
		if i < wave {
			first = append(first, q.ttft)
		} else {
			rest = append(rest, q.ttft)
		}
	}
	a, _ := stats.Summarize(first).Median()
	b, _ := stats.Summarize(rest).Median()
	return b > 0 && a >= burstFactor*b
}

// chunksAreNotTokens takes the tokens of a chunk as recorded, else counts chunks
// by their gaps: a request with k chunks has k − 1 gaps.
func chunksAreNotTokens(_ *Set, r *Run) []Notice {
	per := r.tokensPerChunk()
	if per == nil || *per <= oneTokenEach {
		return nil
	}
	return one("chunks-are-not-tokens", Warn, map[string]any{"tokens_per_chunk": *per})
}

func (r *Run) tokensPerChunk() *float64 {
	if r.Load == nil || r.Load.Latency.ICL == nil {
		return nil
	}
	gaps, tpot := r.Load.Latency.ICL, r.Load.Latency.TPOT
	out, done := r.Load.Tokens.Output, r.Load.Requests.Completed
	if gaps.N != nil && out != nil && done != nil && *gaps.N+*done > 0 {
		per := float64(*out) / float64(*gaps.N+*done)
		return &per
	}
	if r.Load.TokensPerChunk != nil {
		return r.Load.TokensPerChunk
	}
	// A file with medians only: a chunk that takes as long as several tokens
	// holds several, though how many is only about right.
	if tpot != nil && gaps.P50 != nil && tpot.P50 != nil && *tpot.P50 > 0 && *gaps.P50 > 2**tpot.P50 {
		per := *gaps.P50 / *tpot.P50
		return &per
	}
	return nil
}

// zeroLatency finds latencies of exactly 0 in imported runs, and the fields in
// which an importer already met them (source.extra.zero_fields).
func zeroLatency(_ *Set, r *Run) []Notice {
	if r.Load == nil || r.Source.Mode != artifact.ModeImported {
		return nil
	}
	fields := []string{}
	if list, ok := r.Source.Extra["zero_fields"].([]any); ok {
		for _, f := range list {
			if name, ok := f.(string); ok {
				fields = append(fields, name)
			}
		}
	}
	all := r.distributions()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d := all[name]
		for _, v := range []*float64{d.Mean, d.P50, d.P99} {
			if v != nil && *v == 0 {
				fields = append(fields, name)
				break
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return one("zero-latency-import", Invalid, map[string]any{"tool": r.Source.Tool, "fields": fields})
}

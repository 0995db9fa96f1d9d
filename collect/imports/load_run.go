package imports

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// loadRun is one run of a load test while it is read: what the reader fills,
// and what is the same for all tools at its end.
type loadRun struct {
	*artifact.Load
	a       *artifact.Artifact
	n       *node // what the run stands in
	p       parameters
	records []artifact.LoadRecord

	// chunkGaps is mean chunk gap / mean time per output token, by which bundled
	// tokens show; set where the tool's "ITL" is a chunk gap.
	chunkGaps bool
	// rounding is the relative error that the tool's rounding allows in an
	// identity; 0 is 1e-6, which unrounded floats keep.
	rounding float64

	zero   []any // latencies of exactly 0
	breaks []any // figures that contradict the others
}

func newLoadRun(tool string, definitions string, n *node) *loadRun {
	a := &artifact.Artifact{
		Kind: artifact.KindLoad, Status: artifact.StatusComplete, Load: &artifact.Load{},
		Source: artifact.Source{Tool: tool, Mode: artifact.ModeImported, Extra: map[string]any{}},
	}
	r := &loadRun{Load: a.Load, a: a, n: n}
	r.p.set("definitions", definitions)
	return r
}

// arrival states how requests arrive, as the tools tell it: a rate, or none; a
// bound on what is in flight, or none. Without either all requests are sent at
// once, and how many they are is the load.
func (r *loadRun) arrival(process string, rate *float64, inFlight, requests *int64) {
	switch {
	case rate != nil:
		if process == "" {
			r.p.set("arrival", nil)
		} else {
			r.p.set("arrival", process)
		}
		r.p.set("rate", *rate)
		r.p.sent("max_in_flight", inFlight)
	case inFlight != nil:
		r.p.set("arrival", "closed")
		r.p.set("concurrency", *inFlight)
	case requests != nil:
		r.p.set("arrival", "burst")
		r.p.set("requests", *requests)
	default:
		r.p.set("arrival", nil)
		r.p.set("concurrency", nil)
	}
}

// sizes states how long prompts and answers were: exactly where all are alike
// as far as the sums tell, else to the nearest power of two, so that points of a
// sweep stay together and tests of other sizes apart.
func (r *loadRun) sizes() {
	if w, ok := r.p.known["workload"]; ok && w != "synthetic" && w != "random" {
		return // its lengths are its own
	}
	for _, s := range []struct {
		name string
		sum  *int64
	}{{"input_tokens", r.Tokens.Prompt}, {"output_tokens", r.Tokens.Output}} {
		_, exact := r.p.known[s.name]
		_, about := r.p.known[s.name+"_about"]
		if exact || about || s.sum == nil || r.Requests.Completed == nil || *r.Requests.Completed == 0 {
			continue
		}
		r.size(s.name, float64(*s.sum)/float64(*r.Requests.Completed))
	}
}

func (r *loadRun) size(name string, mean float64) {
	switch {
	case !(mean > 0):
	case mean == math.Trunc(mean):
		r.p.set(name, int64(mean))
	default:
		r.p.set(name+"_about", int64(math.Exp2(math.Round(math.Log2(mean)))))
	}
}

// even states a length of which the file tells the spread: exactly where it has
// none, else about.
func (r *loadRun) even(name string, mean *float64, spread *float64) {
	if _, set := r.p.known[name]; set || mean == nil || spread == nil || !(*mean > 0) {
		return
	}
	if *spread > 1e-6 && *mean == math.Trunc(*mean) {
		r.p.set(name+"_about", int64(math.Exp2(math.Round(math.Log2(*mean)))))
		return
	}
	r.size(name, *mean)
}

// unsaid names the parameters that the file does not tell.
func (r *loadRun) unsaid(names ...string) {
	for _, name := range names {
		if _, there := r.p.known[name]; !there && !slices.Contains(r.p.unknown, name) {
			r.p.set(name, nil)
		}
	}
}

// identity checks a figure of the file against what it should be by the others.
// One that breaks it stays, and a notice shows both numbers.
func (r *loadRun) identity(name string, said, want *float64) {
	if said == nil || want == nil || math.IsInf(*want, 0) || math.IsNaN(*want) {
		return
	}
	if math.Abs(*said-*want) <= max(1e-6, r.rounding)*math.Max(math.Abs(*said), math.Abs(*want)) {
		return
	}
	r.breaks = append(r.breaks, map[string]any{"figure": name, "file": *said, "computed": *want})
}

// per is a / b, nil where one is unknown or b is 0.
func per[A, B int64 | float64](a *A, b *B) *float64 {
	if a == nil || b == nil || *b == 0 {
		return nil
	}
	return ptr(float64(*a) / float64(*b))
}

// sum adds what is known of counts; nil when one is not.
func sum(counts ...*int64) *int64 {
	total := int64(0)
	for _, c := range counts {
		if c == nil {
			return nil
		}
		total += *c
	}
	return &total
}

// identities checks the rates of the file: each is a count over the duration.
func (r *loadRun) identities() {
	t := r.Throughput
	r.identity("requests_per_s", t.RequestsPerS, per(r.Requests.Completed, r.DurationS))
	r.identity("prompt_tokens_per_s", t.PromptTokensPerS, per(r.Tokens.Prompt, r.DurationS))
	r.identity("output_tokens_per_s", t.OutputTokensPerS, per(r.Tokens.Output, r.DurationS))
	r.identity("total_tokens_per_s", t.TotalTokensPerS, per(sum(r.Tokens.Prompt, r.Tokens.Output), r.DurationS))
	if t.PromptTokensPerS != nil && t.OutputTokensPerS != nil && r.Tokens.Prompt == nil {
		r.identity("total_tokens_per_s", t.TotalTokensPerS, ptr(*t.PromptTokensPerS+*t.OutputTokensPerS))
	}
	if all := sum(r.Requests.Completed, r.Requests.Failed); all != nil && r.Requests.Offered != nil && *all > *r.Requests.Offered {
		r.breaks = append(r.breaks, map[string]any{"figure": "requests", "file": float64(*r.Requests.Offered), "computed": float64(*all)})
	}
}

// draft ends the run: zeros that are none, identities, bundled tokens, the name.
func (r *loadRun) draft() Draft {
	failed := r.Requests.Completed != nil && *r.Requests.Completed == 0
	r.zeros(failed)
	if failed {
		// Rates and means over nothing come out as 0; nothing was measured.
		r.a.Status, r.a.StatusReason = artifact.StatusFailed, ptr("no request was completed")
		if r.Requests.Failed != nil && *r.Requests.Failed > 0 {
			r.a.StatusReason = ptr("all requests failed")
		}
		r.Throughput, r.Tokens, r.Goodput = artifact.Throughput{}, artifact.LoadTokens{}, nil
	} else {
		r.identities()
	}
	if r.chunkGaps && r.TokensPerChunk == nil && r.Latency.ICL != nil && r.Latency.TPOT != nil {
		if ratio := per(r.Latency.ICL.Mean, r.Latency.TPOT.Mean); ratio != nil && *ratio >= 1 {
			r.TokensPerChunk = ptr(math.Round(*ratio*1000) / 1000)
		}
	}
	r.sizes()
	extra := r.a.Source.Extra
	if len(r.zero) > 0 {
		extra[zeroKey] = r.zero
	}
	if len(r.breaks) > 0 {
		extra[breaksKey] = r.breaks
	}
	r.n.rest(extra)
	r.a.Protocol = r.p.protocol()
	if r.a.Name == "" {
		r.a.Name = r.name()
	}
	return Draft{Artifact: r.a, Load: r.records, Slug: r.a.Name}
}

// Keys of source.extra that notices read.
const (
	zeroKey   = "zero_fields"     // latencies of exactly 0, which the import made null
	breaksKey = "identity_breaks" // [{figure, file, computed}]

	negativeKey = "negative_figures" // latencies below 0, which the import made null
)

// name is the load shape: c16-n64, poisson-r2.5-n100.
func (r *loadRun) name() string {
	var parts []string
	known := func(key string) any { return r.p.known[key] }
	switch {
	case known("concurrency") != nil:
		parts = append(parts, fmt.Sprintf("c%v", known("concurrency")))
	case known("rate") != nil:
		if a := known("arrival"); a != nil {
			parts = append(parts, fmt.Sprint(a))
		}
		parts = append(parts, fmt.Sprintf("r%.4g", known("rate")))
	case known("arrival") != nil:
		parts = append(parts, fmt.Sprint(known("arrival")))
	}
	if n := r.Requests.Offered; n != nil {
		parts = append(parts, fmt.Sprintf("n%d", *n))
	}
	if parts == nil {
		return "load"
	}
	return strings.Join(parts, "-")
}

// zeros takes out distributions whose every figure is 0: no request had the
// value, and the tool wrote 0 for it.
func (r *loadRun) zeros(all bool) {
	l := &r.Latency
	for _, d := range []struct {
		name string
		at   **artifact.Distribution
	}{{"ttft_s", &l.TTFT}, {"ttft_scheduled_s", &l.TTFTScheduled}, {"tpot_s", &l.TPOT}, {"itl_s", &l.ITL}, {"icl_s", &l.ICL}, {"e2e_s", &l.E2E}} {
		if *d.at == nil {
			continue
		}
		r.negative(d.name, *d.at)
		known, zero := 0, 0
		for _, v := range []*float64{(*d.at).Mean, (*d.at).Min, (*d.at).Max, (*d.at).P50, (*d.at).P90, (*d.at).P95, (*d.at).P99} {
			if v == nil {
				continue
			}
			if known++; *v == 0 {
				zero++
			}
		}
		if all || zero == known { // known may be 0: nothing but negative figures
			if *d.at = nil; zero > 0 {
				r.zero = append(r.zero, d.name)
			}
		}
	}
}

// negative takes out figures below 0, which a clock that was set back leaves in
// some tools' results, and keeps them apart.
func (r *loadRun) negative(name string, d *artifact.Distribution) {
	for _, f := range []struct {
		figure string
		at     **float64
	}{{"mean", &d.Mean}, {"std", &d.Std}, {"min", &d.Min}, {"max", &d.Max}, {"p50", &d.P50}, {"p90", &d.P90}, {"p95", &d.P95}, {"p99", &d.P99}} {
		if *f.at != nil && **f.at < 0 {
			kept, _ := r.a.Source.Extra[negativeKey].(map[string]any)
			if kept == nil {
				kept = map[string]any{}
			}
			kept[name+"."+f.figure], *f.at = **f.at, nil
			r.a.Source.Extra[negativeKey] = kept
		}
	}
}

// spread is a distribution of which at says where each figure stands: mean, std,
// min, max, p50, p90, p95, p99. Values are multiplied by unit into seconds. It is
// nil when the file has none of them. Without signed a figure below 0 is a fault.
func spread(at func(figure string) *node, unit float64, n *int64, method string, signed bool) *artifact.Distribution {
	d := &artifact.Distribution{}
	found := false
	for _, f := range []struct {
		name string
		to   **float64
	}{{"mean", &d.Mean}, {"std", &d.Std}, {"min", &d.Min}, {"max", &d.Max}, {"p50", &d.P50}, {"p90", &d.P90}, {"p95", &d.P95}, {"p99", &d.P99}} {
		from := at(f.name)
		if from == nil {
			continue
		}
		v := from.positive
		if signed {
			v = from.float
		}
		if value := v(); value != nil {
			*f.to, found = ptr(inUnit(*value, unit)), true
		}
	}
	if !found {
		return nil
	}
	if d.N = n; method != "" {
		d.Method = &method
	}
	return d
}

// valued is the distribution of values that the file holds one by one.
func valued(values []float64) *artifact.Distribution {
	s := stats.Summarize(values)
	if s.N == 0 {
		return nil
	}
	at := func(p float64) *float64 { v, _ := s.Percentile(p); return &v }
	d := &artifact.Distribution{
		N: ptr(int64(s.N)), Mean: &s.Mean, Min: &s.Min, Max: &s.Max,
		P50: at(50), P90: at(90), P95: at(95), P99: at(99), Method: ptr("linear"),
	}
	if s.N > 1 {
		d.Std = &s.Std
	}
	return d
}

// inUnit is a value in seconds. Dividing by a whole number rounds once, so that
// 1900 ms are 1.9 s.
func inUnit(value, unit float64) float64 {
	if unit < 1 {
		return value / math.Round(1/unit)
	}
	return value * unit
}

// Units into seconds.
const (
	milli  = 1e-3
	second = 1.0
)

var cachedModel = regexp.MustCompile(`(?:^|/)models--([^/]+?)--([^/]+)/snapshots/([0-9a-f]{7,64})/?$`)

// served is the model as the tool names it. The folder of a Hub cache spells
// out owner, name and revision, which are taken from it.
func (r *loadRun) served(model *string) {
	if model == nil {
		return
	}
	if m := cachedModel.FindStringSubmatch(*model); m != nil {
		r.a.Subject.Model, r.a.Subject.ModelRevision = m[1]+"/"+m[2], ptr(m[3])
		return
	}
	r.a.Subject.Model = *model
}

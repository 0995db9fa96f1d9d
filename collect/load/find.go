package load

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"benchsite/render/stats"
)

// Search looks for the highest rate at which a wanted share of the offered
// requests keeps the SLO. It is a pure value: what to try next follows from what
// was tried. Low comes first, then High; between a rate that holds and one that
// does not it halves the gap on a scale of ratios.
type Search struct {
	Low, High float64 // requests a second
	Share     float64 // wanted share of requests within the SLO
	Tolerance float64 // ends when the rates around the answer differ by no more than this part; 0 = DefaultTolerance
	Points    int     // rates to try at most; 0 = DefaultPoints
}

// What a search takes when it is not told.
const (
	DefaultTolerance = 0.05
	DefaultPoints    = 10
)

// Trial is one rate that was tried, with a value for each repeat.
type Trial struct {
	Rate       float64
	Shares     []float64 // of offered requests that kept the SLO
	Throughput []float64 // requests completed a second
	Latency    []float64 // median end-to-end, seconds
	Bound      int       // repeats in which the client may have been the bottleneck
}

func (t Trial) holds(share float64) bool  { return middle(t.Shares) >= share }
func (t Trial) always(share float64) bool { return slices.Min(t.Shares) >= share }
func (t Trial) never(share float64) bool  { return slices.Max(t.Shares) < share }

func middle(v []float64) float64 {
	m, _ := stats.Summarize(v).Median()
	return m
}

func (s Search) points() int { return cmp.Or(s.Points, DefaultPoints) }

func (s Search) tolerance() float64 { return cmp.Or(s.Tolerance, DefaultTolerance) }

// Max is how many rates are tried at most.
func (s Search) Max() int { return s.points() }

// Next returns the rate to try next; ok is false when the search is over.
func (s Search) Next(trials []Trial) (rate float64, ok bool) {
	if len(trials) >= s.points() {
		return 0, false
	}
	below, above := s.around(trials)
	switch {
	case len(trials) == 0:
		return s.Low, true
	case below == 0: // not even the lowest rate holds
		return 0, false
	case math.IsInf(above, 1):
		if tried(trials, s.High) {
			return 0, false
		}
		return s.High, true
	case above <= below*(1+s.tolerance()):
		return 0, false
	}
	rate = digits(math.Sqrt(below*above), 3)
	return rate, rate > below && rate < above && !tried(trials, rate)
}

// around returns the highest rate that holds below the lowest that does not.
// Without the one it is 0, without the other infinite.
func (s Search) around(trials []Trial) (below, above float64) {
	above = math.Inf(1)
	for _, t := range trials {
		if !t.holds(s.Share) {
			above = min(above, t.Rate)
		}
	}
	for _, t := range trials {
		if t.holds(s.Share) && t.Rate < above {
			below = max(below, t.Rate)
		}
	}
	return below, above
}

func tried(trials []Trial, rate float64) bool {
	return slices.ContainsFunc(trials, func(t Trial) bool { return t.Rate == rate })
}

// digits rounds to so many significant digits, so that a rate can be read out.
func digits(v float64, n int) float64 {
	if v == 0 {
		return 0
	}
	f := math.Pow(10, float64(n)-math.Ceil(math.Log10(math.Abs(v))))
	return math.Round(v*f) / f
}

// Found is the answer of a search.
type Found struct {
	Rate *float64    // the highest rate that holds, by the median of its repeats; nil when not even Low does
	From *float64    // the truth lies from here: the highest rate up to which every repeat holds
	To   *float64    // to here: the lowest rate from which no repeat does; nil when it lies above High
	Knee *stats.Knee // of the rates that were tried; nil when the curve shows none
}

// Result reads the answer out of the trials.
func (s Search) Result(trials []Trial) Found {
	var f Found
	if below, _ := s.around(trials); below > 0 {
		f.Rate = &below
	}
	doubt := math.Inf(1) // the lowest rate at which some repeat does not hold
	for _, t := range trials {
		if !t.always(s.Share) {
			doubt = min(doubt, t.Rate)
		}
	}
	for _, t := range trials {
		if t.always(s.Share) && t.Rate < doubt && (f.From == nil || t.Rate > *f.From) {
			f.From = &t.Rate
		}
		if t.never(s.Share) && (f.To == nil || t.Rate < *f.To) {
			f.To = &t.Rate
		}
	}
	if k, ok := stats.FindKnee(Curve(trials)); ok {
		f.Knee = &k
	}
	return f
}

// Curve is what trials say of throughput and latency, by the medians of their
// repeats. Of a sweep over concurrencies Rate holds the number in flight.
func Curve(trials []Trial) []stats.CurvePoint {
	var curve []stats.CurvePoint
	for _, t := range trials {
		if len(t.Throughput) > 0 && len(t.Latency) > 0 {
			curve = append(curve, stats.CurvePoint{Load: t.Rate, Throughput: middle(t.Throughput), Latency: middle(t.Latency)})
		}
	}
	return curve
}

// Extra is the answer as a line of source.extra.
func (s Search) Extra(trials []Trial) map[string]any {
	f := s.Result(trials)
	tries := []any{}
	for _, t := range trials {
		shares := []any{}
		for _, v := range t.Shares {
			shares = append(shares, places(v, 6))
		}
		try := map[string]any{"rate": t.Rate, "shares": shares}
		if t.Bound > 0 {
			try["client_bound"] = t.Bound
		}
		tries = append(tries, try)
	}
	out := map[string]any{"share": s.Share, "low": s.Low, "high": s.High, "tolerance": s.tolerance(), "trials": tries}
	for name, v := range map[string]*float64{"rate": f.Rate, "from": f.From, "to": f.To} {
		if v != nil {
			out[name] = *v
		}
	}
	if k := f.Knee; k != nil {
		out["knee"] = map[string]any{"rate": k.Load, "from": k.From, "to": k.To}
	}
	return out
}

// Say words the answer for people.
func (s Search) Say(trials []Trial) string {
	f, share := s.Result(trials), fmt.Sprintf("%v %% of the requests", places(100*s.Share, 3))
	text := ""
	switch {
	case f.Rate == nil:
		text = fmt.Sprintf("not even %v req/s keeps the SLO for %s", s.Low, share)
	case f.To == nil && *f.Rate >= s.High:
		text = fmt.Sprintf("%v req/s keeps the SLO for %s and is the highest rate that was tried", *f.Rate, share)
	default:
		text = fmt.Sprintf("%v req/s is the highest rate that keeps the SLO for %s", *f.Rate, share)
		switch {
		case f.From != nil && f.To != nil:
			text += fmt.Sprintf("; the limit lies from %v (every repeat kept it) to %v req/s (none did)", *f.From, *f.To)
		case f.To != nil:
			text += fmt.Sprintf("; the limit lies below %v req/s, where no repeat kept it", *f.To)
		}
	}
	bound, repeats := 0, 0
	for _, t := range trials {
		bound, repeats = bound+t.Bound, repeats+len(t.Shares)
	}
	if bound > 0 {
		text += fmt.Sprintf("; in %d of %d measurements the client may have been the bottleneck, so the server may take more", bound, repeats)
	}
	if k := f.Knee; k != nil {
		text += fmt.Sprintf("; knee at %v req/s (%v to %v)", k.Load, k.From, k.To)
	}
	return text
}

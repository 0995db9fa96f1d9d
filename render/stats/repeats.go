package stats

import "math"

// Spread says what may be stated about the true median of repeated runs.
type Spread int

const (
	// SpreadNone: no run, hence no figure.
	SpreadNone Spread = iota
	// SpreadUnknown: one run; the spread is unknown.
	SpreadUnknown
	// SpreadRange: two to five runs; Lo and Hi are the extremes, Coverage is
	// below 95 % and must be named. Not a 95 % interval.
	SpreadRange
	// SpreadInterval: six runs or more; Lo and Hi are the order-statistic
	// interval with a Coverage of at least 95 %.
	SpreadInterval
)

// MinIntervalRepeats is the smallest number of runs whose extremes cover the
// median with 95 %: 1 − 2·(1/2)⁶ = 96.9 %.
const MinIntervalRepeats = 6

// Repeats is the median of one metric over repeated runs, in its unit, and
// what the repeats say about it.
type Repeats struct {
	N        int // runs
	Median   float64
	Lo, Hi   float64 // bounds; both the value itself when N is 1
	Coverage float64 // probability that such bounds hold the true median; 0 when unknown
	Spread   Spread
}

// NewRepeats describes the values of one metric, one for each run. Values that
// are no measurement (NaN, infinite) are left out, N says how many remain.
//
// The bounds are order statistics: without any assumption about the
// distribution, the k-th smallest and k-th largest of n values hold the median
// between them with probability 1 − 2·P(Bin(n, ½) < k). Two to five runs give
// their range (k = 1: 50, 75, 88, 94 %); from six on the largest k that keeps
// 95 % is taken.
func NewRepeats(values []float64) Repeats {
	s := Summarize(values)
	r := Repeats{N: s.N, Lo: s.Min, Hi: s.Max}
	r.Median, _ = s.Median()
	switch {
	case s.N == 0:
		return r
	case s.N == 1:
		r.Spread = SpreadUnknown
		return r
	case s.N < MinIntervalRepeats:
		r.Spread, r.Coverage = SpreadRange, medianCoverage(s.N, 1)
		return r
	}
	k := 1
	for 2*k < s.N && medianCoverage(s.N, k+1) >= Level {
		k++
	}
	r.Spread, r.Coverage = SpreadInterval, medianCoverage(s.N, k)
	r.Lo, r.Hi = s.sorted[k-1], s.sorted[s.N-k]
	return r
}

// medianCoverage is the probability that the k-th smallest and the k-th largest
// of n values hold the median of their distribution between them.
func medianCoverage(n, k int) float64 {
	return math.Max(0, 1-2*binomialCDF(n, k-1, 0.5))
}

package stats

import (
	"math"
	"slices"
)

// limit bounds what counts as a measurement. Larger values are damage, and
// their squares would overflow into infinities.
const limit = 1e100

// Summary describes the values of one sample, in the unit of the values. With N
// 0 every other figure is 0 and means nothing.
type Summary struct {
	N       int     // values described
	Dropped int     // values left out: NaN, infinite, or beyond 1e100
	Mean    float64 // arithmetic mean
	Std     float64 // standard deviation with divisor N−1; 0 when N < 2, where it is unknown
	Min     float64
	Max     float64

	sorted []float64
}

// Summarize describes xs, which it leaves as it is.
func Summarize(xs []float64) Summary {
	s := Summary{sorted: make([]float64, 0, len(xs))}
	for _, x := range xs {
		if measured(x) {
			s.sorted = append(s.sorted, x)
		}
	}
	s.N = len(s.sorted)
	s.Dropped = len(xs) - s.N
	if s.N == 0 {
		return s
	}
	// Sorting first also makes the sums independent of the order given.
	slices.Sort(s.sorted)
	s.Min, s.Max = s.sorted[0], s.sorted[s.N-1]
	s.Mean, s.Std = meanStd(s.sorted)
	return s
}

// Percentile returns the p-th percentile (p from 0 to 100) by linear
// interpolation between the sorted values: type 7 of Hyndman and Fan, rank
// 1 + (N−1)·p/100, the default of NumPy and R. It never leaves Min…Max. ok is
// false for an empty sample and for a p that is none.
func (s Summary) Percentile(p float64) (value float64, ok bool) {
	if s.N == 0 || !(p >= 0 && p <= 100) {
		return 0, false
	}
	rank := float64(s.N-1) * p / 100
	below := min(int(rank), s.N-1)
	above := min(below+1, s.N-1)
	return between(s.sorted[below], s.sorted[above], rank-float64(below)), true
}

// PercentileExclusive returns the p-th percentile as Python's
// statistics.quantiles(method="exclusive") does: type 6 of Hyndman and Fan,
// rank (N+1)·p/100. Beyond the first and last value it extends the line through
// the outer two, so that p95 of few values can exceed Max. It exists to check
// figures of tools that use it; our own are by Percentile.
func (s Summary) PercentileExclusive(p float64) (value float64, ok bool) {
	if s.N == 0 || !(p >= 0 && p <= 100) {
		return 0, false
	}
	if s.N == 1 {
		return s.sorted[0], true
	}
	rank := float64(s.N+1) * p / 100
	below := max(1, min(int(rank), s.N-1))
	return between(s.sorted[below-1], s.sorted[below], rank-float64(below)), true
}

// Median returns the 50th percentile; ok is false for an empty sample.
func (s Summary) Median() (value float64, ok bool) { return s.Percentile(50) }

func between(a, b, part float64) float64 { return a + part*(b-a) }

func measured(x float64) bool { return math.Abs(x) <= limit } // false for NaN

// meanStd returns the mean and the standard deviation with divisor n−1 of at
// least one value; the deviation of one value is 0.
func meanStd(xs []float64) (mean, std float64) {
	for _, x := range xs {
		mean += x
	}
	mean /= float64(len(xs))
	if len(xs) < 2 {
		return mean, 0
	}
	squares := 0.0
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(squares / float64(len(xs)-1))
}

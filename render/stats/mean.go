package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Mean is a mean with its standard error, in the unit of the values.
type Mean struct {
	N     int     // values
	Units int     // independent units: N, or the clusters the values fall into
	Mean  float64 // 0 when N is 0
	SE    float64 // standard error; 0 when Units < 2, where it is unknown
}

// NewMean returns the mean of xs and its standard error s/√n, s with divisor
// n−1. The values decide what the error is about: one value for each item (its
// average over repeats) gives the doubt about the choice of items, one score
// for each run the run-to-run error, one difference for each item the error of
// a paired difference. Values that are no measurement are left out.
func NewMean(xs []float64) Mean {
	s := Summarize(xs)
	m := Mean{N: s.N, Units: s.N, Mean: s.Mean}
	if s.N > 1 {
		m.SE = s.Std / math.Sqrt(float64(s.N))
	}
	return m
}

// NewClusteredMean returns the mean of xs with a standard error that allows for
// values of one cluster resembling each other, as questions on one text do:
// SE² = G/(G−1) · Σ_clusters (Σ_values (x − mean))² / n², which equals that of
// NewMean when every value is a cluster of its own. clusters names the cluster
// of each value; lists of unequal length are refused.
func NewClusteredMean(xs []float64, clusters []string) (Mean, error) {
	if len(xs) != len(clusters) {
		return Mean{}, fmt.Errorf("%d values but %d cluster names", len(xs), len(clusters))
	}
	s := Summarize(xs)
	deviations := map[string]float64{}
	var names []string // in order of appearance, so that the sum is always the same
	for i, x := range xs {
		if !measured(x) {
			continue
		}
		if _, seen := deviations[clusters[i]]; !seen {
			names = append(names, clusters[i])
		}
		deviations[clusters[i]] += x - s.Mean
	}
	m := Mean{N: s.N, Units: len(names), Mean: s.Mean}
	if m.Units < 2 {
		return m, nil
	}
	squares := 0.0
	for _, name := range names {
		squares += deviations[name] * deviations[name]
	}
	g := float64(m.Units)
	m.SE = math.Sqrt(g/(g-1)*squares) / float64(m.N)
	return m, nil
}

// Interval returns the 95 % interval of the mean by Student's t with Units−1
// degrees of freedom. It may leave the range that the values can take. ok is
// false when SE is 0: values without any spread give no interval, which is not
// the same as no doubt (for 0/1 items use Wilson).
func (m Mean) Interval() (lo, hi float64, ok bool) {
	if m.Units < 2 || !(m.SE > 0) {
		return 0, 0, false
	}
	half := studentT(m.Units-1) * m.SE
	return m.Mean - half, m.Mean + half, true
}

// P returns the two-sided p-value of Student's t test that the mean is 0, with
// Units−1 degrees of freedom; ok is false when SE is 0, where there is no test.
func (m Mean) P() (p float64, ok bool) {
	if m.Units < 2 || !(m.SE > 0) {
		return 0, false
	}
	df := float64(m.Units - 1)
	t := m.Mean / m.SE
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t)), true
}

// studentT returns the two-sided 95 % quantile of Student's t.
func studentT(degrees int) float64 {
	df := float64(degrees)
	x := mathext.InvRegIncBeta(df/2, 0.5, 1-Level)
	return math.Sqrt(df * (1 - x) / x)
}

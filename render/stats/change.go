package stats

import (
	"math"
	"slices"
)

// MinShift is the smallest relative change of the median that counts as a change
// point: smaller ones are not worth a reader's time even when they are real.
const MinShift = 0.02

// Change is a moment at which the level of a series changed.
type Change struct {
	At    int     // index of the first group after the change
	Shift float64 // relative change of the median over the change: 0.076 is +7.6 %
	P     float64 // two-sided Mann–Whitney, corrected by Holm over all candidate moments
}

// ChangePoints finds where the level of a series of repeats changed. Each group
// holds the repeats of one day, in order of time.
//
// A moment between two groups is a candidate when at least [MinRankRepeats]
// values lie on each side. It is a change point when the Mann–Whitney test
// between the values on its two sides is below [Alpha] after Holm's correction
// over all candidates of the series, and the medians of the two sides are at
// least [MinShift] apart. The strongest such moment is taken (smallest p, then
// largest shift, then the earliest); the parts before and after it are searched
// in the same way, against the same correction: the more moments a series has,
// the more each must show. Moments inside a part compare only with values of
// that part, so that one change is not found again beside itself.
//
// The result is in order of time.
func ChangePoints(groups [][]float64) []Change {
	candidates := 0
	for i := 1; i < len(groups); i++ {
		if _, ok := MannWhitney(flat(groups[:i]), flat(groups[i:])); ok {
			candidates++
		}
	}
	var out []Change
	var search func(from, to int)
	search = func(from, to int) {
		var at []int
		var ps []float64
		for i := from + 1; i < to; i++ {
			if p, ok := MannWhitney(flat(groups[from:i]), flat(groups[i:to])); ok {
				at, ps = append(at, i), append(ps, p)
			}
		}
		padded := slices.Clone(ps) // the correction is over the whole series
		for len(padded) < candidates {
			padded = append(padded, 1)
		}
		corrected := Holm(padded)
		best := Change{At: -1}
		for j, i := range at {
			before, after := NewRepeats(flat(groups[from:i])).Median, NewRepeats(flat(groups[i:to])).Median
			c := Change{At: i, Shift: after/before - 1, P: corrected[j]}
			if before == 0 || c.P >= Alpha || math.Abs(c.Shift) < MinShift {
				continue
			}
			if best.At < 0 || ps[j] < rawOf(at, ps, best.At) || ps[j] == rawOf(at, ps, best.At) && math.Abs(c.Shift) > math.Abs(best.Shift) {
				best = c
			}
		}
		if best.At < 0 {
			return
		}
		search(from, best.At)
		out = append(out, best)
		search(best.At, to)
	}
	search(0, len(groups))
	return out
}

func rawOf(at []int, ps []float64, i int) float64 { return ps[slices.Index(at, i)] }

func flat(groups [][]float64) []float64 {
	var out []float64
	for _, g := range groups {
		out = append(out, g...)
	}
	return out
}

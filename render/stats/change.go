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
	for _, s := range splits(groups) {
		if s.ok {
			candidates++
		}
	}
	var out []Change
	var search func(from, to int)
	search = func(from, to int) {
		var at []int
		var ps []float64
		for i, s := range splits(groups[from:to]) {
			if s.ok {
				at, ps = append(at, from+i+1), append(ps, s.p)
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

// split is the test between the groups up to one and those after it.
type split struct {
	p  float64
	ok bool
}

// splits is [MannWhitney] at every moment between two groups, all at once: the
// ranks are those of all values whatever the moment, and so are the counts of
// their sums.
func splits(groups [][]float64) []split {
	if len(groups) < 2 {
		return nil
	}
	out := make([]split, len(groups)-1)
	all := flat(groups)
	for _, x := range all {
		if !measured(x) {
			return out
		}
	}
	slices.Sort(all)
	ranks, ties := doubledRanks(all)
	var ways sums
	sum, total, n := 0, 0, 0
	for _, r := range ranks {
		total += r
	}
	for i := range out {
		for _, x := range groups[i] {
			at, _ := slices.BinarySearch(all, x)
			sum += ranks[at]
		}
		n += len(groups[i])
		size, observed := n, sum
		if rest := len(all) - n; rest < n {
			size, observed = rest, total-sum
		}
		switch {
		case size < MinRankRepeats:
		case len(all)*size <= exactRanks:
			if ways.ways == nil {
				ways = rankSums(ranks, min(len(all)/2, exactRanks/len(all)))
			}
			out[i] = split{ways.p(size, observed), true}
		default:
			out[i] = split{normalRankP(size, len(all)-size, observed, ties), true}
		}
	}
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

package stats

import (
	"math"
	"slices"
	"sync"
)

// MinRankRepeats is the smallest number of runs on each side at which
// Mann–Whitney can fall below Alpha: 4 against 4 wholly apart give 0.0286, 3
// against 3 give 0.1.
const MinRankRepeats = 4

// exactRanks bounds (values in all)·(values of the smaller side) for the exact
// test, up to 40 against 40; above it the normal approximation serves.
const exactRanks = 3200

// MannWhitney returns the two-sided p-value of the hypothesis that the values
// of a and b come from one distribution. It is exact, ties included, up to 40
// values against 40, and beyond that a normal approximation with corrections
// for ties and continuity. ok is false when a side has fewer than
// MinRankRepeats values (too few repeats to compare) or holds a value that is
// no measurement.
func MannWhitney(a, b []float64) (p float64, ok bool) {
	if len(a) < MinRankRepeats || len(b) < MinRankRepeats {
		return 1, false
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	all := slices.Concat(a, b)
	for _, x := range all {
		if !measured(x) {
			return 1, false
		}
	}
	slices.Sort(all)
	ranks, ties := doubledRanks(all)
	sum := 0
	for _, x := range a {
		at, _ := slices.BinarySearch(all, x)
		sum += ranks[at]
	}
	if len(all)*len(a) <= exactRanks {
		return exactRankP(ranks, len(a), sum), true
	}
	return normalRankP(len(a), len(b), sum, ties), true
}

// doubledRanks returns twice the rank of each sorted value, equal values
// sharing their mean rank, so that all are whole numbers; and Σ(t³−t) over the
// groups of t equal values.
func doubledRanks(sorted []float64) (ranks []int, ties float64) {
	ranks = make([]int, len(sorted))
	for from := 0; from < len(sorted); {
		to := from
		for to < len(sorted) && sorted[to] == sorted[from] {
			to++
		}
		for i := from; i < to; i++ {
			ranks[i] = from + 1 + to
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ranks, ties
}

// exactRankP counts, over all choices of size ranks, those whose sum is at most
// and at least the observed one, and doubles the smaller tail.
func exactRankP(ranks []int, size, observed int) float64 {
	return rankSums(ranks, size).p(size, observed)
}

// sums counts in how many ways so many ranks come to a sum: ways[chosen][sum],
// the sums in units of unit.
type sums struct {
	ways [][]float64
	unit int
}

func (s sums) p(size, observed int) float64 { return tailP(s.ways[size], observed/s.unit) }

// untied keeps the sums of ranks without ties: they follow from the number of
// values alone, and a site tests thousands of series of the same few lengths.
var untied = struct {
	sync.Mutex
	of map[[2]int]sums
}{of: map[[2]int]sums{}}

// mostKept bounds how many of them are kept; the largest takes a megabyte.
const mostKept = 64

// rankSums counts for up to size chosen ranks.
func rankSums(ranks []int, size int) sums {
	for i, r := range ranks {
		if r != 2*(i+1) {
			return sums{rankWays(ranks, size), 1}
		}
	}
	key := [2]int{len(ranks), size}
	untied.Lock()
	defer untied.Unlock()
	s, ok := untied.of[key]
	if !ok {
		whole := make([]int, len(ranks)) // without ties all doubled ranks are even
		for i := range whole {
			whole[i] = i + 1
		}
		s = sums{rankWays(whole, size), 2}
		if len(untied.of) == mostKept {
			clear(untied.of)
		}
		untied.of[key] = s
	}
	return s
}

func rankWays(ranks []int, size int) [][]float64 {
	most := 0
	for _, r := range ranks[len(ranks)-size:] {
		most += r
	}
	ways := make([][]float64, size+1)
	for i := range ways {
		ways[i] = make([]float64, most+1)
	}
	ways[0][0] = 1
	for _, r := range ranks {
		for chosen := size; chosen >= 1; chosen-- {
			from, to := ways[chosen-1], ways[chosen]
			for sum := most; sum >= r; sum-- {
				to[sum] += from[sum-r]
			}
		}
	}
	return ways
}

func tailP(ways []float64, observed int) float64 {
	var total, low, high float64
	for sum, w := range ways {
		total += w
		if sum <= observed {
			low += w
		}
		if sum >= observed {
			high += w
		}
	}
	return math.Min(1, 2*math.Min(low, high)/total)
}

func normalRankP(na, nb, doubledSum int, ties float64) float64 {
	a, b := float64(na), float64(nb)
	n := a + b
	variance := a * b / 12 * (n + 1 - ties/(n*(n-1)))
	if variance <= 0 {
		return 1 // all values are equal
	}
	distance := math.Abs(float64(doubledSum)/2-a*(n+1)/2) - 0.5
	return math.Erfc(math.Max(0, distance) / math.Sqrt(2*variance))
}

package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Level is the confidence level of every interval that is not given another.
const Level = 0.95

// Wilson returns the 95 % score interval of the share k/n. It holds at 0, at n
// and for small n, where the usual ± interval collapses. Counts that are none
// (n < 1, k outside 0…n) give 0 to 1: nothing is known.
func Wilson(k, n int) (lo, hi float64) { return WilsonAt(k, n, Level) }

// WilsonAt is Wilson at another confidence level. A level that is not between 0
// and 1 gives 0 to 1, here and in the other intervals the widest one.
func WilsonAt(k, n int, level float64) (lo, hi float64) {
	if !isCount(k, n) || !isLevel(level) {
		return 0, 1
	}
	z, share, size := normalZ(level), float64(k)/float64(n), float64(n)
	z2 := z * z
	middle := (share + z2/(2*size)) / (1 + z2/size)
	half := z / (1 + z2/size) * math.Sqrt(share*(1-share)/size+z2/(4*size*size))
	lo, hi = middle-half, middle+half
	// At the ends the bound is the share itself; the square root misses it by
	// a rounding error, and the estimate would lie outside.
	if k == 0 {
		lo = 0
	}
	if k == n {
		hi = 1
	}
	return math.Max(lo, 0), math.Min(hi, 1)
}

// ClopperPearson returns the 95 % exact interval of the share k/n, which covers
// at least 95 % at every true share and is therefore wider than Wilson.
func ClopperPearson(k, n int) (lo, hi float64) { return ClopperPearsonAt(k, n, Level) }

// ClopperPearsonAt is ClopperPearson at another confidence level.
func ClopperPearsonAt(k, n int, level float64) (lo, hi float64) {
	if !isCount(k, n) || !isLevel(level) {
		return 0, 1
	}
	tail, right, wrong := (1-level)/2, float64(k), float64(n-k)
	hi = 1
	if k > 0 {
		lo = mathext.InvRegIncBeta(right, wrong+1, tail)
	}
	if k < n {
		hi = mathext.InvRegIncBeta(right+1, wrong, 1-tail)
	}
	return lo, hi
}

// Newcombe returns the 95 % interval of the difference ka/na − kb/nb of two
// independent shares: the distances to the Wilson bounds, squared and added.
// For two subjects on the same items use Paired.Interval, which is narrower.
func Newcombe(ka, na, kb, nb int) (lo, hi float64) {
	return NewcombeAt(ka, na, kb, nb, Level)
}

// NewcombeAt is Newcombe at another confidence level.
func NewcombeAt(ka, na, kb, nb int, level float64) (lo, hi float64) {
	if !isCount(ka, na) || !isCount(kb, nb) || !isLevel(level) {
		return -1, 1
	}
	return squareAndAdd(ka, na, kb, nb, level, 0)
}

// squareAndAdd is the interval of a difference of two shares with correlation
// phi between them: 0 for independent shares, the corrected phi for paired
// ones. Newcombe numbers it 10 in both of his papers.
func squareAndAdd(ka, na, kb, nb int, level, phi float64) (lo, hi float64) {
	a, b := float64(ka)/float64(na), float64(kb)/float64(nb)
	loA, hiA := WilsonAt(ka, na, level)
	loB, hiB := WilsonAt(kb, nb, level)
	lo = a - b - joined(a-loA, hiB-b, phi)
	hi = a - b + joined(hiA-a, b-loB, phi)
	return math.Max(lo, -1), math.Min(hi, 1)
}

func joined(x, y, phi float64) float64 {
	// Rounding can push the sum a hair below zero when phi is 1 and x is y.
	return math.Sqrt(math.Max(0, x*x-2*phi*x*y+y*y))
}

func isLevel(level float64) bool { return level > 0 && level < 1 }

func isCount(k, n int) bool { return n >= 1 && k >= 0 && k <= n }

// normalZ returns the two-sided normal quantile: 1.96 at 0.95.
func normalZ(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }

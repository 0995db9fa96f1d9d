package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestRepeatsCoverage(t *testing.T) {
	for _, c := range []struct {
		n        int
		spread   Spread
		coverage float64
		lo, hi   float64 // of the values 1…n
	}{
		{0, SpreadNone, 0, 0, 0},
		{1, SpreadUnknown, 0, 1, 1},
		{2, SpreadRange, .5, 1, 2},
		{3, SpreadRange, .75, 1, 3},
		{4, SpreadRange, .875, 1, 4},
		{5, SpreadRange, .9375, 1, 5},
		{6, SpreadInterval, .9688, 1, 6},
		{8, SpreadInterval, .9922, 1, 8},
		{9, SpreadInterval, .9609, 2, 8},
		{10, SpreadInterval, .9785, 2, 9},
		{12, SpreadInterval, .9614, 3, 10},
		{20, SpreadInterval, .9586, 6, 15},
	} {
		values := make([]float64, c.n)
		for i := range values {
			values[i] = float64(c.n - i)
		}
		r := NewRepeats(values)
		what := fmt.Sprintf("%d repeats", c.n)
		near(t, what+": coverage", r.Coverage, c.coverage, 4)
		if r.N != c.n || r.Spread != c.spread || r.Lo != c.lo || r.Hi != c.hi {
			t.Errorf("%s: %+v, want spread %d, %v…%v", what, r, c.spread, c.lo, c.hi)
		}
		if c.n > 0 && r.Median != float64(c.n+1)/2 {
			t.Errorf("%s: median %v", what, r.Median)
		}
	}
	if r := NewRepeats([]float64{1, math.Inf(1), 3, math.NaN(), 2}); r.N != 3 || r.Hi != 3 || r.Spread != SpreadRange {
		t.Errorf("infinities are not left out: %+v", r)
	}
}

// The intervals hold the median of a skewed distribution as often as they say.
func TestRepeatsCoverMedian(t *testing.T) {
	r := seeded(10)
	for _, n := range []int{3, 5, 6, 12} {
		const trials = 20000
		held, stated := 0, 0.0
		for range trials {
			xs := make([]float64, n)
			for i := range xs {
				xs[i] = r.ExpFloat64()
			}
			rep := NewRepeats(xs)
			if rep.Lo <= math.Ln2 && math.Ln2 <= rep.Hi {
				held++
			}
			if rep.Lo > rep.Median || rep.Median > rep.Hi {
				t.Fatalf("median outside its bounds: %+v", rep)
			}
			stated = rep.Coverage
		}
		if got := float64(held) / trials; math.Abs(got-stated) > 0.012 {
			t.Errorf("%d repeats: holds the median in %.3f of all cases, says %.3f", n, got, stated)
		}
	}
}

func TestMannWhitney(t *testing.T) {
	for _, c := range []struct {
		a, b     []float64
		p        float64
		decimals int
	}{
		{[]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, .028571, 6},
		{[]float64{1, 2, 3, 5}, []float64{4, 6, 7, 8}, .057143, 6},
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, .007937, 6},
		{[]float64{1, 4, 5, 8}, []float64{2, 3, 6, 7}, 1, 6},
		{[]float64{5, 5, 5, 5}, []float64{5, 5, 5, 5}, 1, 6},
		// Ties: of the 70 choices, 1+1 of 4 threes and 4 fours apart.
		{[]float64{3, 3, 3, 3}, []float64{4, 4, 4, 4}, .028571, 6},
	} {
		if p, ok := MannWhitney(c.a, c.b); !ok || math.Abs(p-c.p) > 1e-6 {
			t.Errorf("MannWhitney(%v, %v) = %v, %v, want %v", c.a, c.b, p, ok, c.p)
		}
	}
	four := []float64{1, 2, 3, 4}
	for _, short := range [][]float64{nil, {1, 2, 3}, {1, 2, 3, math.Inf(1)}, {1, 2, 3, math.NaN()}} {
		if p, ok := MannWhitney(four, short); ok || p != 1 {
			t.Errorf("MannWhitney(4 values, %v) = %v, %v", short, p, ok)
		}
		if _, ok := MannWhitney(short, four); ok {
			t.Errorf("MannWhitney(%v, 4 values) is ok", short)
		}
	}
}

// rankPByEnumeration tries every choice of ranks: the definition of the exact
// test, with U counted by comparing pairs instead of by ranks.
func rankPByEnumeration(a, b []float64) float64 {
	all := slices.Concat(a, b)
	u := func(in uint) (sum int) {
		for i := range all {
			for j := range all {
				if in>>i&1 == 1 && in>>j&1 == 0 {
					switch {
					case all[i] > all[j]:
						sum += 2
					case all[i] == all[j]:
						sum++
					}
				}
			}
		}
		return sum
	}
	observed := u(1<<len(a) - 1)
	total, low, high := 0.0, 0.0, 0.0
	for in := uint(0); in < 1<<len(all); in++ {
		size := 0
		for i := range all {
			size += int(in >> i & 1)
		}
		if size != len(a) {
			continue
		}
		total++
		v := u(in)
		if v <= observed {
			low++
		}
		if v >= observed {
			high++
		}
	}
	return math.Min(1, 2*math.Min(low, high)/total)
}

func TestMannWhitneyAgainstEnumeration(t *testing.T) {
	r := seeded(11)
	for range 40 {
		a, b := make([]float64, 4+r.IntN(2)), make([]float64, 4+r.IntN(3))
		for i := range a {
			a[i] = float64(r.IntN(8)) // few values, hence ties
		}
		for i := range b {
			b[i] = float64(1 + r.IntN(9))
		}
		p, ok := MannWhitney(a, b)
		if want := rankPByEnumeration(a, b); !ok || math.Abs(p-want) > 1e-12 {
			t.Errorf("MannWhitney(%v, %v) = %v, want %v", a, b, p, want)
		}
		if q, _ := MannWhitney(b, a); math.Abs(p-q) > 1e-12 {
			t.Errorf("MannWhitney(%v, %v) = %v but swapped %v", a, b, p, q)
		}
	}
}

// Where the exact test hands over to the approximation, both agree.
func TestMannWhitneyApproximation(t *testing.T) {
	r := seeded(12)
	for range 10 {
		a, b := make([]float64, 40), make([]float64, 40)
		for i := range a {
			a[i], b[i] = math.Round(1.2*r.NormFloat64()), math.Round(1.2*r.NormFloat64()+0.5) // many ties
		}
		exact, _ := MannWhitney(a, b)
		all := slices.Concat(a, b)
		slices.Sort(all)
		ranks, ties := doubledRanks(all)
		sum := 0
		for _, x := range a {
			at, _ := slices.BinarySearch(all, x)
			sum += ranks[at]
		}
		if approx := normalRankP(40, 40, sum, ties); math.Abs(exact-approx) > 0.003 {
			t.Errorf("exact %v, approximation %v", exact, approx)
		}
	}
	large := make([]float64, 500)
	if p, ok := MannWhitney(large, large); !ok || p != 1 {
		t.Errorf("500 equal values twice: %v, %v", p, ok)
	}
}

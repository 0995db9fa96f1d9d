package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// near fails when got is not want to the given number of decimals.
func near(t *testing.T, what string, got, want float64, decimals int) {
	t.Helper()
	if !(math.Abs(got-want) <= 0.5000001*math.Pow10(-decimals)) {
		t.Errorf("%s = %.*f, want %.*f", what, decimals+2, got, decimals, want)
	}
}

// seeded returns the same random numbers in every run.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func TestProportionIntervals(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      func(k, n int) (float64, float64)
		k, n   int
		lo, hi float64
	}{
		{"Wilson", Wilson, 34, 40, .7093, .9294},
		{"Wilson", Wilson, 35, 40, .7389, .9454},
		{"Wilson", Wilson, 40, 40, .9124, 1},
		{"Wilson", Wilson, 0, 30, 0, .1135},
		{"Wilson", Wilson, 27, 100, .1927, .3643},
		{"Wilson", Wilson, 24, 30, .6269, .9049},
		{"Wilson", Wilson, 135, 198, .6140, .7427},
		{"Wilson", Wilson, 443, 500, .8552, .9110},
		{"Wilson", Wilson, 1, 65, .0027, .0821},
		{"ClopperPearson", ClopperPearson, 34, 40, .7016, .9429},
		{"ClopperPearson", ClopperPearson, 35, 40, .7320, .9581},
		{"ClopperPearson", ClopperPearson, 40, 40, .9119, 1},
		{"ClopperPearson", ClopperPearson, 0, 30, 0, .1157},
		// Without information: everything is possible.
		{"Wilson", Wilson, 0, 0, 0, 1},
		{"Wilson", Wilson, 5, 4, 0, 1},
		{"Wilson", Wilson, -1, 4, 0, 1},
		{"ClopperPearson", ClopperPearson, 0, 0, 0, 1},
	} {
		lo, hi := c.f(c.k, c.n)
		near(t, fmt.Sprintf("%s(%d, %d) lo", c.name, c.k, c.n), lo, c.lo, 4)
		near(t, fmt.Sprintf("%s(%d, %d) hi", c.name, c.k, c.n), hi, c.hi, 4)
	}
}

func TestLevels(t *testing.T) {
	near(t, "z at 95 %", normalZ(0.95), 1.959964, 6)
	near(t, "z at 99 %", normalZ(0.99), 2.575829, 6)
	lo95, hi95 := Wilson(34, 40)
	lo99, hi99 := WilsonAt(34, 40, 0.99)
	if !(lo99 < lo95 && hi95 < hi99) {
		t.Errorf("99 %% interval %v…%v is not wider than 95 %% %v…%v", lo99, hi99, lo95, hi95)
	}
	for _, level := range []float64{-1, 0, 1, 95, math.NaN(), math.Inf(1)} {
		if lo, hi := WilsonAt(34, 40, level); lo != 0 || hi != 1 {
			t.Errorf("Wilson at level %v: %v…%v, want 0…1", level, lo, hi)
		}
		if lo, hi := ClopperPearsonAt(34, 40, level); lo != 0 || hi != 1 {
			t.Errorf("Clopper–Pearson at level %v: %v…%v, want 0…1", level, lo, hi)
		}
		if lo, hi := NewcombeAt(34, 40, 35, 40, level); lo != -1 || hi != 1 {
			t.Errorf("Newcombe at level %v: %v…%v, want −1…1", level, lo, hi)
		}
		if lo, hi := (Paired{40, 34, 1, 0, 5}).IntervalAt(level); lo != -1 || hi != 1 {
			t.Errorf("paired at level %v: %v…%v, want −1…1", level, lo, hi)
		}
	}
}

// A Wilson bound is the share from which k/n is just z standard errors away.
func TestWilsonBoundSolvesItsEquation(t *testing.T) {
	r := seeded(1)
	for range 500 {
		n := 1 + r.IntN(13000)
		k := r.IntN(n + 1)
		lo, hi := Wilson(k, n)
		for _, bound := range []float64{lo, hi} {
			if bound == 0 || bound == 1 {
				continue
			}
			z := math.Abs(float64(k)/float64(n)-bound) / math.Sqrt(bound*(1-bound)/float64(n))
			near(t, fmt.Sprintf("z of bound %v of %d/%d", bound, k, n), z, 1.959964, 5)
		}
	}
}

// A Clopper–Pearson bound is the share at which the tail beyond k holds 2.5 %;
// the tails are summed here one by one, apart from the beta function.
func TestClopperPearsonBoundSolvesItsEquation(t *testing.T) {
	r := seeded(2)
	for range 200 {
		n := 1 + r.IntN(13000)
		k := r.IntN(n + 1)
		lo, hi := ClopperPearson(k, n)
		if k > 0 {
			near(t, fmt.Sprintf("upper tail at lo of %d/%d", k, n), 1-binomialCDF(n, k-1, lo), 0.025, 7)
		}
		if k < n {
			near(t, fmt.Sprintf("lower tail at hi of %d/%d", k, n), binomialCDF(n, k, hi), 0.025, 7)
		}
	}
}

func TestProportionIntervalProperties(t *testing.T) {
	r := seeded(3)
	for range 3000 {
		n := 1 + r.IntN(1+r.IntN(13000))
		k := r.IntN(n + 1)
		share := float64(k) / float64(n)
		for name, f := range map[string]func(k, n int) (float64, float64){"Wilson": Wilson, "ClopperPearson": ClopperPearson} {
			lo, hi := f(k, n)
			if !(0 <= lo && lo <= share && share <= hi && hi <= 1 && lo < hi) {
				t.Fatalf("%s(%d, %d) = %v…%v does not hold %v", name, k, n, lo, hi, share)
			}
			// Right and wrong answers are exchangeable.
			mlo, mhi := f(n-k, n)
			if math.Abs(lo-(1-mhi)) > 1e-9 || math.Abs(hi-(1-mlo)) > 1e-9 {
				t.Fatalf("%s(%d, %d) = %v…%v but mirrored %v…%v", name, k, n, lo, hi, 1-mhi, 1-mlo)
			}
			// More right answers never lower a bound.
			if k < n {
				lo2, hi2 := f(k+1, n)
				if lo2 < lo-1e-12 || hi2 < hi-1e-12 {
					t.Fatalf("%s falls from %d to %d of %d", name, k, k+1, n)
				}
			}
		}
	}
}

func TestNewcombeUnpaired(t *testing.T) {
	for _, c := range []struct {
		ka, na, kb, nb int
		lo, hi         float64
	}{
		{35, 40, 34, 40, -.133, .182},
		{75, 200, 117, 200, -.302, -.112},
	} {
		lo, hi := Newcombe(c.ka, c.na, c.kb, c.nb)
		what := fmt.Sprintf("Newcombe(%d/%d, %d/%d)", c.ka, c.na, c.kb, c.nb)
		near(t, what+" lo", lo, c.lo, 3)
		near(t, what+" hi", hi, c.hi, 3)
	}
	// Newcombe's own example, 56/70 against 48/80, method 10.
	lo, hi := Newcombe(56, 70, 48, 80)
	near(t, "56/70 − 48/80 lo", lo, .0524, 4)
	near(t, "56/70 − 48/80 hi", hi, .3339, 4)
	if lo, hi := Newcombe(1, 0, 1, 2); lo != -1 || hi != 1 {
		t.Errorf("an empty side gives %v…%v, want −1…1", lo, hi)
	}
}

func TestNewcombeUnpairedProperties(t *testing.T) {
	r := seeded(4)
	for range 3000 {
		na, nb := 1+r.IntN(500), 1+r.IntN(500)
		ka, kb := r.IntN(na+1), r.IntN(nb+1)
		lo, hi := Newcombe(ka, na, kb, nb)
		d := float64(ka)/float64(na) - float64(kb)/float64(nb)
		if !(-1 <= lo && lo <= d && d <= hi && hi <= 1) {
			t.Fatalf("Newcombe(%d/%d, %d/%d) = %v…%v does not hold %v", ka, na, kb, nb, lo, hi, d)
		}
		slo, shi := Newcombe(kb, nb, ka, na)
		if math.Abs(lo+shi) > 1e-12 || math.Abs(hi+slo) > 1e-12 {
			t.Fatalf("Newcombe(%d/%d, %d/%d) = %v…%v but swapped %v…%v", ka, na, kb, nb, lo, hi, slo, shi)
		}
	}
}

// Wilson's coverage, averaged over shares, is close to what is promised, also
// at 40 items; the ± interval would stay several points below.
func TestWilsonCovers(t *testing.T) {
	const n, steps = 40, 199
	mean := 0.0
	for s := 1; s <= steps; s++ {
		share := float64(s) / (steps + 1)
		for k := 0; k <= n; k++ {
			if lo, hi := Wilson(k, n); lo <= share && share <= hi {
				mean += binomialPMF(n, k, share) / steps
			}
		}
	}
	if mean < 0.945 || mean > 0.96 {
		t.Errorf("mean coverage at n = %d is %.4f, want about 0.95", n, mean)
	}
}

func BenchmarkWilson(b *testing.B) {
	for b.Loop() {
		Wilson(34, 40)
	}
}

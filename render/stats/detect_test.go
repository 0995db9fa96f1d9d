package stats

import (
	"math"
	"testing"
)

func TestSmallestDetectable(t *testing.T) {
	for _, c := range []struct {
		n, flips int
		diff     float64
		items    int
	}{
		{40, 1, .191, 8},
		{40, 0, .191, 8},
		{100, 7, .078, 8},
		{198, 20, .065, 13},
	} {
		diff, items, ok := SmallestDetectable(c.n, c.flips)
		if diff != c.diff || items != c.items || !ok {
			t.Errorf("SmallestDetectable(%d, %d) = %v, %d, %v, want %v, %d", c.n, c.flips, diff, items, ok, c.diff, c.items)
		}
	}
}

func TestSmallestDetectableDoesNotExist(t *testing.T) {
	for _, c := range [][2]int{{0, 0}, {1, 0}, {5, 0}, {5, 5}, {-3, 0}, {10, 11}, {10, -1}} {
		if diff, items, ok := SmallestDetectable(c[0], c[1]); ok || diff != 0 || items != 0 {
			t.Errorf("SmallestDetectable(%d, %d) = %v, %d, %v, want none", c[0], c[1], diff, items, ok)
		}
	}
	// Six items: all six must flip one way, 0.964⁶ = 0.80.
	if diff, items, ok := SmallestDetectable(6, 0); !ok || diff != .964 || items != 6 {
		t.Errorf("SmallestDetectable(6, 0) = %v, %d, %v", diff, items, ok)
	}
}

// powerByEnumeration adds the multinomial probability of every pair of flip
// counts that the test rejects: the definition, without any shortcut.
func powerByEnumeration(n int, discordant, diff float64) float64 {
	onlyA, onlyB := (discordant+diff)/2, (discordant-diff)/2
	power := 0.0
	for a := 0; a <= n; a++ {
		for b := 0; a+b <= n; b++ {
			if McNemar(a, b) > 0.05 {
				continue
			}
			ways := logChoose(n, a) + logChoose(n-a, b)
			power += math.Exp(ways) * math.Pow(onlyA, float64(a)) * math.Pow(onlyB, float64(b)) *
				math.Pow(1-discordant, float64(n-a-b))
		}
	}
	return power
}

func TestPowerAgainstEnumeration(t *testing.T) {
	r := seeded(6)
	for range 150 {
		n := 1 + r.IntN(120)
		discordant := r.Float64()
		diff := discordant * r.Float64()
		got, want := McNemarPower(n, discordant, diff), powerByEnumeration(n, discordant, diff)
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("McNemarPower(%d, %v, %v) = %v, want %v", n, discordant, diff, got, want)
		}
	}
	for _, n := range []int{1, 6, 40} { // every item flips
		near(t, "power when all flip", McNemarPower(n, 1, 0.5), powerByEnumeration(n, 1, 0.5), 9)
	}
}

// The answer is the first step of the search that reaches the power, found here
// by trying them all.
func TestSmallestDetectableIsSmallest(t *testing.T) {
	for _, c := range [][2]int{{6, 0}, {10, 2}, {30, 0}, {40, 1}, {40, 12}, {65, 3}, {100, 7}, {100, 40}, {12, 12}} {
		n, flips := c[0], c[1]
		want, found := 0, false
		for step := 1; step <= 1000 && !found; step++ {
			d := float64(step) / 1000
			if powerByEnumeration(n, math.Max(float64(flips)/float64(n), d), d) >= 0.8 {
				want, found = step, true
			}
		}
		diff, _, ok := SmallestDetectable(n, flips)
		if ok != found || diff != float64(want)/1000 {
			t.Errorf("SmallestDetectable(%d, %d) = %v, %v, trying all gives %v, %v", n, flips, diff, ok, float64(want)/1000, found)
		}
	}
}

func TestPowerIsMonotone(t *testing.T) {
	r := seeded(7)
	for range 60 {
		n, observed, last := 6+r.IntN(400), r.Float64()*0.6, 0.0
		for step := 0; step <= 100; step++ {
			d := float64(step) / 100
			power := McNemarPower(n, math.Max(observed, d), d)
			if power < last-1e-9 || power > 1 {
				t.Fatalf("n %d, observed %v: power %v at %v after %v", n, observed, power, d, last)
			}
			last = power
		}
	}
	for _, c := range [][2]float64{{math.NaN(), 0.1}, {0.1, math.NaN()}, {0, 0}, {-1, 0.5}} {
		if p := McNemarPower(40, c[0], c[1]); p != 0 {
			t.Errorf("power at discordant %v, diff %v: %v, want 0", c[0], c[1], p)
		}
	}
	if a, b := McNemarPower(40, 0.2, 0.9), McNemarPower(40, 0.2, 0.2); a != b {
		t.Errorf("a difference beyond the flips has power %v, all flips one way %v", a, b)
	}
	// Without a true difference the test errs at most at its level.
	for _, n := range []int{6, 40, 100, 1000} {
		for _, share := range []float64{0.01, 0.1, 0.5, 1} {
			if p := McNemarPower(n, share, 0); p > 0.05 {
				t.Errorf("n %d, discordant %v: rejects with %v under no difference", n, share, p)
			}
		}
	}
}

func TestMoreItemsDetectNoLess(t *testing.T) {
	for _, share := range []float64{0.05, 0.1, 0.2} {
		last := 2.0
		for _, n := range []int{40, 100, 200, 500, 1000, 2160, 12000} {
			diff, items, ok := SmallestDetectable(n, int(math.Round(share*float64(n))))
			if !ok || diff > last {
				t.Errorf("share %v: %v at n %d after %v, ok %v", share, diff, n, last, ok)
			}
			if float64(items) < diff*float64(n)-1e-6 || float64(items) >= diff*float64(n)+1 {
				t.Errorf("%d items for %v of %d", items, diff, n)
			}
			last = diff
			// At large n the planning formula (normal approximation) agrees.
			if formula := (1.959964 + 0.841621) * math.Sqrt(share/float64(n)); n >= 1000 && math.Abs(diff-formula) > 0.0015+0.03*formula {
				t.Errorf("share %v, n %d: %v against %v by the formula", share, n, diff, formula)
			}
		}
	}
}

func TestCriticalFlips(t *testing.T) {
	if few := criticalFlips(5); few != -1 {
		t.Errorf("5 flips: %d, but even 5 to 0 has p = 0.0625", few)
	}
	for flips := 0; flips <= 3000; flips += 1 + flips/40 {
		few := criticalFlips(flips)
		if few >= 0 && McNemar(few, flips-few) > Alpha {
			t.Errorf("%d flips: rejects at %d, p = %v", flips, few, McNemar(few, flips-few))
		}
		if next := few + 1; next <= flips/2 && McNemar(next, flips-next) <= Alpha {
			t.Errorf("%d flips: does not reject at %d, p = %v", flips, next, McNemar(next, flips-next))
		}
	}
}

func BenchmarkSmallestDetectable(b *testing.B) {
	for _, c := range []struct {
		name     string
		n, flips int
	}{{"n=40", 40, 1}, {"n=500", 500, 50}, {"n=12032", 12032, 1203}, {"n=12032/half", 12032, 6016}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				SmallestDetectable(c.n, c.flips)
			}
		})
	}
}

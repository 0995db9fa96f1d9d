package stats

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		a, b        int
		exact       float64
		decimals    int
		mid         float64
		midDecimals int
	}{
		{5, 0, .0625, 4, .031, 3},
		{6, 0, .0313, 4, .016, 3},
		{7, 1, .0703, 4, .039, 3},
		{8, 1, .0391, 4, .0215, 4}, // 11/512
		{10, 3, .0923, 4, .057, 3},
		{25, 10, .0167, 4, .011, 3},
		{3, 1, .625, 4, .375, 4},
		{3, 4, 1, 4, .7266, 4},
		{4, 7, .549, 3, .388, 3},
		{1, 0, 1, 4, .5, 4},
		{0, 0, 1, 4, 1, 4},
		{1, 1, 1, 4, 1, 4},
		{8, 0, .0078, 4, .0039, 4},
	} {
		near(t, fmt.Sprintf("McNemar(%d, %d)", c.a, c.b), McNemar(c.a, c.b), c.exact, c.decimals)
		near(t, fmt.Sprintf("McNemarMidP(%d, %d)", c.a, c.b), McNemarMidP(c.a, c.b), c.mid, c.midDecimals)
	}
	for _, few := range []int{0, 1, 3} {
		if p := McNemar(few, few); p != 1 {
			t.Errorf("McNemar(%d, %d) = %v, want exactly 1", few, few, p)
		}
	}
}

// The floating-point sum against exact fractions.
func TestMcNemarAgainstFractions(t *testing.T) {
	for _, m := range []int{1, 2, 7, 40, 199, 1500} {
		for _, few := range []int{0, m / 10, m / 3, m/2 - m/20, m / 2} {
			sum, term := new(big.Int), big.NewInt(1)
			for i := 0; ; i++ {
				sum.Add(sum, term)
				if i == few {
					break
				}
				term = new(big.Int).Div(new(big.Int).Mul(term, big.NewInt(int64(m-i))), big.NewInt(int64(i+1)))
			}
			want, _ := new(big.Rat).SetFrac(sum, new(big.Int).Lsh(big.NewInt(1), uint(m-1))).Float64()
			want = math.Min(want, 1)
			if got := McNemar(few, m-few); math.Abs(got-want) > 1e-10*want {
				t.Errorf("McNemar(%d, %d) = %v, want %v", few, m-few, got, want)
			}
		}
	}
}

func TestPairedInterval(t *testing.T) {
	for _, c := range []struct {
		name         string
		p            Paired
		diff, lo, hi float64 // points
	}{
		{"28 v 27 of 100", Paired{100, 24, 4, 3, 69}, 1.0, -4.7, 6.7},
		{"38 v 39 of 40", Paired{40, 38, 0, 1, 1}, -2.5, -13.5, 7.3},
		{"28 v 25 of 100", Paired{100, 21, 7, 4, 68}, 3.0, -3.8, 9.9},
		{"38 v 38 of 40", Paired{40, 37, 1, 1, 1}, 0, -11.3, 11.3},
		// Subjects that contradict each other: phi is −0.6, uncorrected, and
		// the Wilson half-width of 10/20, 20.07 points, grows by √3.2.
		{"10 v 10 of 20", Paired{20, 2, 8, 8, 2}, 0, -35.9, 35.9},
	} {
		lo, hi := c.p.Interval()
		near(t, c.name+" difference", 100*c.p.Difference(), c.diff, 1)
		near(t, c.name+" lo", 100*lo, c.lo, 1)
		near(t, c.name+" hi", 100*hi, c.hi, 1)
	}
}

func TestPairedIntervalWithEmptyCells(t *testing.T) {
	for _, p := range []Paired{
		{10, 10, 0, 0, 0}, {10, 0, 0, 0, 10}, {10, 0, 10, 0, 0}, {10, 0, 0, 10, 0},
		{10, 0, 5, 5, 0}, {10, 5, 0, 0, 5}, {1, 1, 0, 0, 0}, {1, 0, 1, 0, 0}, {2, 1, 0, 1, 0},
	} {
		lo, hi := p.Interval()
		if d := p.Difference(); !(-1 <= lo && lo <= d && d <= hi && hi <= 1) || lo == hi {
			t.Errorf("%+v: interval %v…%v of %v", p, lo, hi, d)
		}
	}
	// Both all right: no flip was seen, and still a difference is possible.
	if lo, hi := (Paired{40, 40, 0, 0, 0}).Interval(); !(lo < -0.05 && hi > 0.05) {
		t.Errorf("40 of 40 twice: %v…%v promises too much", lo, hi)
	}
	for _, p := range []Paired{{}, {5, 1, 1, 1, 1}, {2, 3, -1, 0, 0}} {
		if lo, hi := p.Interval(); lo != -1 || hi != 1 {
			t.Errorf("%+v does not add up, but gives %v…%v", p, lo, hi)
		}
	}
}

func TestNewPaired(t *testing.T) {
	a := []bool{true, true, false, false, true}
	b := []bool{true, false, true, false, false}
	p, err := NewPaired(a, b)
	if want := (Paired{5, 1, 2, 1, 1}); err != nil || p != want {
		t.Errorf("NewPaired = %+v, %v, want %+v", p, err, want)
	}
	if p.RightA() != 3 || p.RightB() != 2 || p.Flips() != 3 {
		t.Errorf("right A %d, right B %d, flips %d", p.RightA(), p.RightB(), p.Flips())
	}
	if _, err := NewPaired(a, b[:4]); err == nil {
		t.Error("lists of 5 and 4 verdicts were paired")
	}
}

func TestPairedProperties(t *testing.T) {
	r := seeded(5)
	for range 5000 {
		size := 1 + r.IntN(200)
		p := Paired{Both: r.IntN(size), OnlyA: r.IntN(1 + size/4), OnlyB: r.IntN(1 + size/4), Neither: r.IntN(size)}
		p.N = p.Both + p.OnlyA + p.OnlyB + p.Neither
		if p.N == 0 {
			continue
		}
		lo, hi := p.Interval()
		d := p.Difference()
		if !(-1 <= lo && lo <= d+1e-12 && d-1e-12 <= hi && hi <= 1) {
			t.Fatalf("%+v: interval %v…%v does not hold %v", p, lo, hi, d)
		}
		q := p.Swap()
		qlo, qhi := q.Interval()
		if math.Abs(lo+qhi) > 1e-12 || math.Abs(hi+qlo) > 1e-12 || q.Difference() != -d {
			t.Fatalf("%+v: %v…%v but swapped %v…%v", p, lo, hi, qlo, qhi)
		}
		if p.P() != q.P() || p.MidP() != q.MidP() {
			t.Fatalf("%+v: p changes when A and B are swapped", p)
		}
		if x, m := p.P(), p.MidP(); !(0 <= m && m <= x && x <= 1) {
			t.Fatalf("%+v: p = %v, mid-p = %v", p, x, m)
		}
		wlo, whi := p.IntervalAt(0.99)
		if wlo > lo || whi < hi {
			t.Fatalf("%+v: 99 %% interval %v…%v is narrower than %v…%v", p, wlo, whi, lo, hi)
		}
	}
}

func BenchmarkPairedInterval(b *testing.B) {
	p := Paired{100, 24, 4, 3, 69}
	for b.Loop() {
		p.Interval()
	}
}

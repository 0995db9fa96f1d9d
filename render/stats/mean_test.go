package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestPassAtK(t *testing.T) {
	for _, c := range []struct {
		n, c, k int
		want    float64
		ok      bool
	}{
		{1, 1, 1, 1, true},
		{1, 0, 1, 0, true},
		{10, 3, 1, .3, true},
		{5, 2, 2, .7, true},           // 1 − C(3,2)/C(5,2)
		{16, 1, 4, .25, true},         // one of 16 is among 4 drawn
		{200, 10, 100, .999229, true}, // 1 − C(190,100)/C(200,100)
		{10, 8, 3, 1, true},
		{10, 0, 10, 0, true},
		{10, 1, 10, 1, true},
		{3, 1, 4, 0, false},
		{3, 4, 1, 0, false},
		{3, -1, 1, 0, false},
		{0, 0, 1, 0, false},
		{3, 1, 0, 0, false},
	} {
		got, ok := PassAtK(c.n, c.c, c.k)
		if ok != c.ok {
			t.Errorf("PassAtK(%d, %d, %d) ok = %v", c.n, c.c, c.k, ok)
		}
		near(t, fmt.Sprintf("PassAtK(%d, %d, %d)", c.n, c.c, c.k), got, c.want, 6)
	}
}

func TestPassAtKIsCombinatorial(t *testing.T) {
	r := seeded(13)
	for range 1000 {
		n := 1 + r.IntN(200)
		c, k := r.IntN(n+1), 1+r.IntN(n)
		got, ok := PassAtK(n, c, k)
		want := 1.0
		if n-c >= k {
			want = 1 - math.Exp(logChoose(n-c, k)-logChoose(n, k))
		}
		if !ok || math.Abs(got-want) > 1e-9 {
			t.Fatalf("PassAtK(%d, %d, %d) = %v, want %v", n, c, k, got, want)
		}
	}
}

func TestMean(t *testing.T) {
	items := make([]float64, 40)
	for i := range 34 {
		items[i] = 1
	}
	m := NewMean(items)
	near(t, "34 of 40", m.Mean, .85, 9)
	near(t, "standard error of 34 of 40 (divisor n−1)", m.SE, .0572, 4)
	lo, hi, ok := m.Interval()
	near(t, "t interval lo", lo, .85-2.0227*.05717, 4) // t of 39 degrees of freedom
	near(t, "t interval hi", hi, .85+2.0227*.05717, 4)
	if !ok {
		t.Error("no interval of 34 of 40")
	}
	for name, m := range map[string]Mean{
		"nothing":          NewMean(nil),
		"one value":        NewMean([]float64{0.5}),
		"all equal":        NewMean([]float64{1, 1, 1}),
		"one and infinity": NewMean([]float64{1, math.Inf(1)}),
	} {
		if lo, hi, ok := m.Interval(); ok || lo != 0 || hi != 0 || m.SE != 0 {
			t.Errorf("%s: %+v has the interval %v…%v", name, m, lo, hi)
		}
	}
}

func TestStudentT(t *testing.T) {
	for degrees, want := range map[int]float64{1: 12.7062, 2: 4.3027, 4: 2.7764, 9: 2.2622, 29: 2.0452, 39: 2.0227, 99: 1.9842, 12031: 1.9602} {
		near(t, fmt.Sprintf("t(%d)", degrees), studentT(degrees), want, 4)
	}
}

func TestClusteredMean(t *testing.T) {
	xs := []float64{1, 1, 0, 0, 1, 0}
	own := []string{"a", "b", "c", "d", "e", "f"}
	alone, err := NewClusteredMean(xs, own)
	plain := NewMean(xs)
	if err != nil || math.Abs(alone.SE-plain.SE) > 1e-12 || alone.Units != 6 {
		t.Errorf("clusters of one: %+v, %v, want %+v", alone, err, plain)
	}
	// Three texts with two questions each, answered alike within a text: the
	// six values weigh like three.
	alike, err := NewClusteredMean([]float64{1, 1, 0, 0, 1, 1}, []string{"a", "a", "b", "b", "c", "c"})
	three := NewMean([]float64{1, 0, 1})
	if err != nil || math.Abs(alike.SE-three.SE) > 1e-12 || alike.Units != 3 || alike.N != 6 {
		t.Errorf("clusters alike: %+v, %v, want the error of %+v", alike, err, three)
	}
	lo, hi, ok := alike.Interval()
	if tlo, thi, _ := three.Interval(); !ok || math.Abs(lo-tlo) > 1e-12 || math.Abs(hi-thi) > 1e-12 {
		t.Errorf("interval %v…%v, want that of three values %v…%v", lo, hi, tlo, thi)
	}
	damaged, err := NewClusteredMean(append([]float64{math.NaN(), math.Inf(1)}, xs...), append([]string{"g", "a"}, own...))
	if err != nil || damaged != alone {
		t.Errorf("damaged values are not left out: %+v, %v, want %+v", damaged, err, alone)
	}
	if one, _ := NewClusteredMean(xs, make([]string, 6)); one.SE != 0 || one.Units != 1 {
		t.Errorf("one cluster: %+v", one)
	}
	if _, err := NewClusteredMean(xs, own[:5]); err == nil {
		t.Error("six values with five cluster names were accepted")
	}
	if none, err := NewClusteredMean(nil, nil); err != nil || none != (Mean{}) {
		t.Errorf("nothing: %+v, %v", none, err)
	}
}

// The two-sided p-value of a t test: textbook values, and the same edge as the
// interval.
func TestMeanP(t *testing.T) {
	for _, c := range []struct {
		mean, se float64
		units    int
		want     float64
	}{
		{2.228138852, 1, 11, 0.05}, {2.262157163, 1, 10, 0.05}, {-3.169272673, 1, 11, 0.01}, {0, 1, 5, 1}, {1, 1, 2, 0.5},
	} {
		m := Mean{N: c.units, Units: c.units, Mean: c.mean, SE: c.se}
		if p, ok := m.P(); !ok || math.Abs(p-c.want) > 1e-8 {
			t.Errorf("%+v: p %v, want %v", m, p, c.want)
		}
	}
	for _, m := range []Mean{{N: 5, Units: 5, Mean: 1}, {N: 1, Units: 1, Mean: 1, SE: 1}} {
		if _, ok := m.P(); ok {
			t.Errorf("%+v has a p-value", m)
		}
	}
}

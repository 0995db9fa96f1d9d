package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestPercentile(t *testing.T) {
	ten := []float64{10, 1, 9, 2, 8, 3, 7, 4, 6, 5}
	for _, c := range []struct {
		xs                []float64
		p                 float64
		linear, exclusive float64
	}{
		{ten, 0, 1, 0},
		{ten, 25, 3.25, 2.75},
		{ten, 50, 5.5, 5.5},
		{ten, 75, 7.75, 8.25},
		{ten, 95, 9.55, 10.45}, // beyond the largest value: Python extends the line
		{ten, 99, 9.91, 10.89},
		{ten, 100, 10, 11},
		{[]float64{7}, 95, 7, 7},
		{[]float64{1, 2}, 50, 1.5, 1.5},
		{[]float64{3, 3, 3}, 99, 3, 3},
		{[]float64{105, 129, 87, 86, 111, 111, 89, 81, 108, 92, 110, 100, 75, 105, 103, 109, 76, 119, 99, 91}, 90, 111.8, 118.2},
	} {
		s := Summarize(c.xs)
		got, ok := s.Percentile(c.p)
		near(t, fmt.Sprintf("p%v of %v", c.p, c.xs), got, c.linear, 6)
		ex, ok2 := s.PercentileExclusive(c.p)
		near(t, fmt.Sprintf("exclusive p%v of %v", c.p, c.xs), ex, c.exclusive, 6)
		if !ok || !ok2 {
			t.Errorf("p%v of %v: not ok", c.p, c.xs)
		}
	}
	for _, p := range []float64{-1, 100.5, math.NaN(), math.Inf(1)} {
		if _, ok := Summarize(ten).Percentile(p); ok {
			t.Errorf("percentile %v exists", p)
		}
		if _, ok := Summarize(ten).PercentileExclusive(p); ok {
			t.Errorf("exclusive percentile %v exists", p)
		}
	}
}

func TestSummarize(t *testing.T) {
	xs := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	s := Summarize(xs)
	near(t, "mean", s.Mean, 5, 9)
	near(t, "std", s.Std, 2.138090, 6)
	if s.N != 8 || s.Min != 2 || s.Max != 9 || s.Dropped != 0 {
		t.Errorf("summary %+v", s)
	}
	if median, ok := s.Median(); !ok || median != 4.5 {
		t.Errorf("median %v", median)
	}
	if one := Summarize([]float64{3}); one.N != 1 || one.Mean != 3 || one.Std != 0 {
		t.Errorf("one value: %+v", one)
	}
	damaged := Summarize([]float64{math.NaN(), 1, math.Inf(1), 3, math.Inf(-1), math.MaxFloat64})
	if damaged.N != 2 || damaged.Dropped != 4 || damaged.Mean != 2 {
		t.Errorf("damaged sample: %+v", damaged)
	}
	for _, none := range [][]float64{nil, {math.NaN()}} {
		s := Summarize(none)
		_, ok := s.Percentile(50)
		_, ok2 := s.PercentileExclusive(50)
		if s.N != 0 || s.Mean != 0 || s.Std != 0 || ok || ok2 {
			t.Errorf("nothing measured: %+v, ok %v %v", s, ok, ok2)
		}
	}
}

func TestSummaryProperties(t *testing.T) {
	r := seeded(9)
	for range 2000 {
		xs := make([]float64, 1+r.IntN(80))
		for i := range xs {
			xs[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(6)))
		}
		before := slices.Clone(xs)
		s := Summarize(xs)
		if !slices.Equal(before, xs) {
			t.Fatal("Summarize changed its argument")
		}
		if s.Mean < s.Min-1e-9 || s.Mean > s.Max+1e-9 {
			t.Fatalf("mean outside the values: %+v", s)
		}
		last := math.Inf(-1)
		for p := 0.0; p <= 100; p += 2.5 {
			v, _ := s.Percentile(p)
			if v < last-1e-9 || v < s.Min || v > s.Max {
				t.Fatalf("p%v = %v after %v in %v…%v", p, v, last, s.Min, s.Max)
			}
			last = v
		}
		r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
		if again := Summarize(xs); again.Mean != s.Mean || again.Std != s.Std {
			t.Fatal("the order of the values changes mean or deviation")
		}
	}
}

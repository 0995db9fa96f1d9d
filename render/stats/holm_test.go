package stats

import (
	"math"
	"slices"
	"testing"
)

func TestHolm(t *testing.T) {
	for _, c := range []struct{ ps, want []float64 }{
		{nil, nil},
		{[]float64{0.03}, []float64{0.03}},
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{0.625, 1, 0.549}, []float64{1, 1, 1}},
		{[]float64{0.02, 0.02, 0.02}, []float64{0.06, 0.06, 0.06}},
		{[]float64{math.NaN(), 0.01}, []float64{1, 0.02}},
	} {
		got := Holm(c.ps)
		if len(got) != len(c.want) {
			t.Errorf("Holm(%v) = %v, want %v", c.ps, got, c.want)
			continue
		}
		for i := range got {
			if !(math.Abs(got[i]-c.want[i]) < 1e-12) {
				t.Errorf("Holm(%v) = %v, want %v", c.ps, got, c.want)
				break
			}
		}
	}
}

func TestHolmProperties(t *testing.T) {
	r := seeded(8)
	for range 1000 {
		ps := make([]float64, 1+r.IntN(12))
		for i := range ps {
			ps[i] = math.Pow(r.Float64(), 3)
		}
		before := slices.Clone(ps)
		got := Holm(ps)
		if !slices.Equal(ps, before) {
			t.Fatal("Holm changed its argument")
		}
		for i := range ps {
			if got[i] < ps[i] || got[i] > math.Min(1, ps[i]*float64(len(ps)))+1e-12 {
				t.Fatalf("Holm(%v) = %v: place %d outside p…m·p", ps, got, i)
			}
			for j := range ps {
				if ps[i] < ps[j] && got[i] > got[j] {
					t.Fatalf("Holm(%v) = %v: order of %d and %d is lost", ps, got, i, j)
				}
			}
		}
	}
}

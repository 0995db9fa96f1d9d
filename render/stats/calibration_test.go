package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCalibration(t *testing.T) {
	if _, ok := NewCalibration(nil, BinSize); ok {
		t.Error("nothing has a calibration error")
	}
	// Two bins of two by hand: 0.1 and 0.3 with one right of two (gap −0.3),
	// 0.9 and 1.0 with one right (gap 0.45): √((0.09 + 0.2025)/2).
	list := []Forecast{{0.9, true}, {0.1, false}, {1, false}, {0.3, true}}
	c, ok := NewCalibration(list, 2)
	if want := math.Sqrt((0.09 + 0.2025) / 2); !ok || c.Bins != 2 || c.N != 4 || math.Abs(c.RMS-want) > 1e-12 {
		t.Errorf("%+v, want %v", c, want)
	}
	// The last bin takes what is left over: sizes 2 and 3.
	c, _ = NewCalibration(append(list, Forecast{1, false}), 2)
	if want := math.Sqrt((2*0.09 + 3*math.Pow(2.9/3-1.0/3, 2)) / 5); c.Bins != 2 || math.Abs(c.RMS-want) > 1e-12 {
		t.Errorf("%+v, want %v", c, want)
	}
	// A model that is as often right as it says has an error near 0, and one
	// that is always sure and never right has 1; the order changes nothing.
	var fair, sure []Forecast
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		p := float64(random.IntN(101)) / 100
		fair = append(fair, Forecast{p, random.Float64() < p})
		sure = append(sure, Forecast{1, false})
	}
	a, _ := NewCalibration(fair, BinSize)
	random.Shuffle(len(fair), func(i, j int) { fair[i], fair[j] = fair[j], fair[i] })
	b, _ := NewCalibration(fair, BinSize)
	if a.RMS > 0.06 || math.Abs(a.RMS-b.RMS) > 1e-9 || a.Bins != 200 {
		t.Errorf("%+v, in another order %+v", a, b)
	}
	if c, _ := NewCalibration(sure, BinSize); math.Abs(c.RMS-1) > 1e-12 {
		t.Errorf("%+v", c)
	}
}

func TestWeightedMean(t *testing.T) {
	// Two clusters: sums 6 of 2 and 2 of 2: mean 2, deviations 2 and −2.
	parts := []Part{{4, 1, "a"}, {2, 1, "a"}, {2, 2, "b"}, {math.NaN(), 5, "c"}, {1, 0, "d"}}
	m := NewWeightedMean(parts)
	if want := math.Sqrt(2*8) / 4; m.N != 3 || m.Units != 2 || m.Mean != 2 || math.Abs(m.SE-want) > 1e-12 {
		t.Errorf("%+v, want SE %v", m, want)
	}
	if m := NewWeightedMean(parts[:2]); m.SE != 0 || m.Mean != 3 {
		t.Errorf("one cluster: %+v", m)
	}
	if m := NewWeightedMean(nil); m != (Mean{}) {
		t.Errorf("%+v", m)
	}
	// Equal weights, each its own cluster: the plain mean.
	xs := []float64{1, 4, 2, 8}
	parts = nil
	for i, x := range xs {
		parts = append(parts, Part{x, 1, string(rune('a' + i))})
	}
	if a, b := NewWeightedMean(parts), NewMean(xs); math.Abs(a.SE-b.SE) > 1e-12 || a.Mean != b.Mean {
		t.Errorf("%+v, %+v", a, b)
	}
}

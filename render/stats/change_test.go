package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestChangePoints(t *testing.T) {
	step := [][]float64{
		{596, 588, 602}, {594, 590, 601}, {593, 585, 599}, {597, 587, 604}, {592, 584, 600}, {595, 586, 598},
		{640, 631, 646}, {641, 634, 650}, {638, 629, 645},
	}
	got := ChangePoints(step)
	if len(got) != 1 || got[0].At != 6 {
		t.Fatalf("%+v, want one change before the seventh day", got)
	}
	// Medians 594.5 and 640 of the two sides.
	if math.Abs(got[0].Shift-(640/594.5-1)) > 1e-9 || got[0].P >= Alpha {
		t.Errorf("%+v", got[0])
	}
	// Down again: two changes, in order of time.
	again := append(append([][]float64{}, step...), []float64{595, 588, 600}, []float64{593, 589, 601}, []float64{596, 587, 602})
	if got := ChangePoints(again); len(got) != 2 || got[0].At != 6 || got[1].At != 9 || got[1].Shift > 0 {
		t.Errorf("%+v, want a rise and a fall", got)
	}
	for name, groups := range map[string][][]float64{
		"too few on one side": {{100, 101, 102, 103}, {200, 201, 202}},
		"real, but below 2 %": {{1000, 1001, 1002, 1003, 1004, 1005}, {1010, 1011, 1012, 1013, 1014, 1015}},
		"one day":             {{1, 2, 3, 4, 5, 6, 7, 8}},
		"nothing":             nil,
		"zero before":         {{0, 0, 0, 0, 0}, {5, 5, 5, 5, 5}},
	} {
		if got := ChangePoints(groups); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestChangePointsAreRareInNoise draws series without any change: with the
// correction fewer than one in twenty may show one.
func TestChangePointsAreRareInNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	found := 0
	const series = 400
	for range series {
		groups := make([][]float64, 10)
		for i := range groups {
			for range 3 {
				groups[i] = append(groups[i], 100+10*rng.NormFloat64())
			}
		}
		if len(ChangePoints(groups)) > 0 {
			found++
		}
	}
	if found > series/20 {
		t.Errorf("%d of %d series without a change show one", found, series)
	}
}

// All moments at once give what the test gives for each.
func TestSplitsAreMannWhitney(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		groups := make([][]float64, 2+rng.IntN(14))
		for i := range groups {
			for range 1 + rng.IntN(6) {
				groups[i] = append(groups[i], math.Round(rng.NormFloat64()*8)) // with ties
			}
		}
		for i, s := range splits(groups) {
			if p, ok := MannWhitney(flat(groups[:i+1]), flat(groups[i+1:])); p != s.p && ok || ok != s.ok {
				t.Fatalf("after group %d of %v: %v %v, want %v %v", i, groups, s.p, s.ok, p, ok)
			}
		}
	}
}

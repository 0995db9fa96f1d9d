package stats

import (
	"slices"
	"testing"
)

func TestKnee(t *testing.T) {
	var curve []CurvePoint
	for _, c := range []float64{1, 2, 4, 8, 16, 32, 64} { // saturates at 16: latency 1 s, then in proportion
		curve = append(curve, CurvePoint{Load: c, Throughput: min(c, 16), Latency: max(1, c/16)})
	}
	k, ok := FindKnee(curve)
	if !ok || k != (Knee{16, 8, 32}) {
		t.Errorf("%+v %v", k, ok)
	}
	shuffled := slices.Clone(curve)
	slices.Reverse(shuffled)
	if again, _ := FindKnee(shuffled); again != k {
		t.Errorf("the order changed the knee: %+v", again)
	}
	if _, ok := FindKnee(curve[:3]); ok {
		t.Error("three levels have a knee")
	}
	var straight []CurvePoint
	for c := 1.0; c < 8; c++ {
		straight = append(straight, CurvePoint{c, c, c})
	}
	if _, ok := FindKnee(straight); ok {
		t.Error("a straight line has a knee")
	}
	if _, ok := FindKnee([]CurvePoint{{1, 1, 1}, {2, 1, 1}, {3, 1, 1}, {4, 1, 1}}); ok {
		t.Error("a single point has a knee")
	}
}

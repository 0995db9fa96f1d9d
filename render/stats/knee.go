package stats

import (
	"cmp"
	"math"
	"slices"
)

// CurvePoint is one point of a throughput–latency curve.
type CurvePoint struct {
	Load       float64 // concurrency or rate
	Throughput float64
	Latency    float64
}

// Knee is where latency begins to cost more than throughput gains. The levels
// beside it bound where it can lie.
type Knee struct{ Load, From, To float64 }

// kneeDepth is how far a curve must bend away from the straight line between
// its ends, as a part of the whole, to have a knee.
const kneeDepth = 0.1

// FindKnee finds the knee of a curve of at least four levels: with throughput
// and latency scaled to 0…1 over the curve, the level at which throughput is
// furthest ahead of latency (Satopää et al., Finding a "Kneedle" in a Haystack,
// 2011). ok is false when the curve bends too little or the knee lies at an end.
func FindKnee(curve []CurvePoint) (k Knee, ok bool) {
	if len(curve) < 4 {
		return k, false
	}
	c := slices.Clone(curve)
	slices.SortFunc(c, func(a, b CurvePoint) int { return cmp.Compare(a.Load, b.Load) })
	lowest := func(of func(CurvePoint) float64) (from, span float64) {
		from, to := math.Inf(1), math.Inf(-1)
		for _, l := range c {
			from, to = min(from, of(l)), max(to, of(l))
		}
		return from, to - from
	}
	t0, tSpan := lowest(func(l CurvePoint) float64 { return l.Throughput })
	l0, lSpan := lowest(func(l CurvePoint) float64 { return l.Latency })
	if !(tSpan > 0 && lSpan > 0) {
		return k, false
	}
	best, at := kneeDepth, 0
	for i, l := range c[:len(c)-1] {
		if d := (l.Throughput-t0)/tSpan - (l.Latency-l0)/lSpan; i > 0 && d > best {
			best, at = d, i
		}
	}
	if at == 0 {
		return k, false
	}
	return Knee{c[at].Load, c[at-1].Load, c[at+1].Load}, true
}

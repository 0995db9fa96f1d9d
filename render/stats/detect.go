package stats

import "math"

const (
	// Alpha is the two-sided error rate of the tests.
	Alpha = 0.05
	// TargetPower is the probability with which a difference must be found
	// before it counts as one the test could have seen.
	TargetPower = 0.80

	detectSteps = 1000 // the search goes by 0.1 percentage points
)

// SmallestDetectable returns the smallest true difference of two shares that
// the exact two-sided McNemar test at Alpha would find with TargetPower on n
// paired items, when flips of them flipped: diff as a share, a multiple of
// 0.001, and items, the same in items, rounded up.
//
// The flips are taken as multinomial with a discordant share of flips/n, or of
// the difference itself where that is larger, since a difference d needs at
// least the share d of flips. ok is false when no difference up to 1 reaches
// the power (five items or fewer: even five flips one way give p = 0.0625) and
// when flips is no count out of n.
//
// The result says how blind the test was. It is never evidence of equality.
func SmallestDetectable(n, flips int) (diff float64, items int, ok bool) {
	if !isCount(flips, n) {
		return 0, 0, false
	}
	observed := float64(flips) / float64(n)
	found := func(step int) bool {
		d := float64(step) / detectSteps
		return McNemarPower(n, math.Max(observed, d), d) >= TargetPower
	}
	if !found(detectSteps) {
		return 0, 0, false
	}
	// The power grows with d, both while the discordant share stays as
	// observed (the flips lean further to one side) and when it grows with d
	// (more flips, all to one side); so halving finds the first step.
	below, at := 0, detectSteps
	for at-below > 1 {
		if mid := (below + at) / 2; found(mid) {
			at = mid
		} else {
			below = mid
		}
	}
	return float64(at) / detectSteps, (at*n + detectSteps - 1) / detectSteps, true
}

// McNemarPower returns the probability that the exact two-sided McNemar test at
// Alpha rejects, when each of n items flips with probability discordant and
// the shares of the two subjects differ by diff: (discordant+diff)/2 flips go
// one way, (discordant−diff)/2 the other. A diff beyond discordant is
// impossible and is taken as equal to it.
func McNemarPower(n int, discordant, diff float64) float64 {
	if n < 1 || !(discordant > 0) || math.IsNaN(diff) {
		return 0
	}
	discordant = math.Min(discordant, 1)
	lean := math.Min(1, (1+math.Abs(diff)/discordant)/2)

	// Numbers of flips farther than this from the expected one have together
	// less than 1e-12 of the probability (Bernstein's bound).
	const far = 30
	mean := float64(n) * discordant
	reach := far + math.Sqrt(2*far*mean*(1-discordant))
	first := max(0, int(mean-reach))
	last := min(n, int(mean+reach)+1)

	power := 0.0
	for flips := first; flips <= last; flips++ {
		few := criticalFlips(flips)
		if few < 0 {
			continue
		}
		rejected := binomialCDF(flips, few, lean) + binomialCDF(flips, few, 1-lean)
		power += binomialPMF(n, flips, discordant) * rejected
	}
	return math.Min(power, 1)
}

// criticalFlips returns the largest number of flips to the less frequent side
// at which the test still rejects, out of flips in all; −1 when it never does.
func criticalFlips(flips int) int {
	rejects := func(few int) bool { return McNemar(few, flips-few) <= Alpha }
	m := float64(flips)
	few := max(-1, int(m/2-0.98*math.Sqrt(m))-1) // the normal approximation, then exactly
	for few >= 0 && !rejects(few) {
		few--
	}
	for few+1 <= flips/2 && rejects(few+1) {
		few++
	}
	return few
}

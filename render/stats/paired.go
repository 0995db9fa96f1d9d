package stats

import (
	"fmt"
	"math"
)

// Paired holds the counts of two subjects A and B on the same items. OnlyA and
// OnlyB are the flips: items that one of them has right and the other not.
type Paired struct {
	N       int // items that both subjects answered; the sum of the four below
	Both    int // right in A and in B
	OnlyA   int // right in A, not in B
	OnlyB   int // right in B, not in A
	Neither int // right in neither
}

// NewPaired counts two lists of verdicts, the same item at the same place. It
// refuses lists of unequal length, which cannot be paired.
func NewPaired(a, b []bool) (Paired, error) {
	if len(a) != len(b) {
		return Paired{}, fmt.Errorf("cannot pair %d verdicts with %d: match them by item first", len(a), len(b))
	}
	var p Paired
	for i := range a {
		p.Add(a[i], b[i])
	}
	return p, nil
}

// Add counts one item.
func (p *Paired) Add(rightA, rightB bool) {
	p.N++
	switch {
	case rightA && rightB:
		p.Both++
	case rightA:
		p.OnlyA++
	case rightB:
		p.OnlyB++
	default:
		p.Neither++
	}
}

// Flips returns the number of items on which the subjects disagree.
func (p Paired) Flips() int { return p.OnlyA + p.OnlyB }

// RightA returns the number of items A has right.
func (p Paired) RightA() int { return p.Both + p.OnlyA }

// RightB returns the number of items B has right.
func (p Paired) RightB() int { return p.Both + p.OnlyB }

// Swap returns the same counts with A and B exchanged.
func (p Paired) Swap() Paired {
	p.OnlyA, p.OnlyB = p.OnlyB, p.OnlyA
	return p
}

// Difference returns the share of A minus the share of B; 0 without items.
func (p Paired) Difference() float64 {
	if p.N < 1 {
		return 0
	}
	return float64(p.OnlyA-p.OnlyB) / float64(p.N)
}

// P returns the exact two-sided McNemar p-value; 1 without flips.
func (p Paired) P() float64 { return McNemar(p.OnlyA, p.OnlyB) }

// MidP returns the mid-p value of the McNemar test, a second figure that is
// less conservative than P; 1 without flips.
func (p Paired) MidP() float64 { return McNemarMidP(p.OnlyA, p.OnlyB) }

// Interval returns the 95 % interval of Difference by Newcombe's method 10 for
// paired shares. It is used at every n and with empty cells. Counts that do not
// add up give −1 to 1: nothing is known.
func (p Paired) Interval() (lo, hi float64) { return p.IntervalAt(Level) }

// IntervalAt is Interval at another confidence level.
func (p Paired) IntervalAt(level float64) (lo, hi float64) {
	if !p.sound() || !isLevel(level) {
		return -1, 1
	}
	return squareAndAdd(p.RightA(), p.N, p.RightB(), p.N, level, p.phi())
}

// phi estimates the correlation of the two subjects' verdicts as method 10
// wants it: a positive product difference is reduced by n/2, at most to zero,
// and an empty margin gives zero.
func (p Paired) phi() float64 {
	n, a, b := float64(p.N), float64(p.RightA()), float64(p.RightB())
	margins := a * (n - a) * b * (n - b)
	if margins == 0 {
		return 0
	}
	cross := float64(p.Both)*float64(p.Neither) - float64(p.OnlyA)*float64(p.OnlyB)
	if cross > 0 {
		cross = math.Max(cross-n/2, 0)
	}
	return cross / math.Sqrt(margins)
}

func (p Paired) sound() bool {
	return p.N >= 1 && min(p.Both, p.OnlyA, p.OnlyB, p.Neither) >= 0 &&
		p.Both+p.OnlyA+p.OnlyB+p.Neither == p.N
}

// McNemar returns the exact two-sided p-value of onlyA flips one way and onlyB
// the other: twice the smaller tail of a fair coin, at most 1. Without flips it
// is 1: nothing speaks for a difference.
func McNemar(onlyA, onlyB int) float64 {
	flips, few := onlyA+onlyB, min(onlyA, onlyB)
	if few < 0 || flips == 0 {
		return 1
	}
	return math.Min(1, 2*binomialCDF(flips, few, 0.5))
}

// McNemarMidP returns the mid-p value: as McNemar, with the probability of the
// observed count counted half in each tail.
func McNemarMidP(onlyA, onlyB int) float64 {
	flips, few := onlyA+onlyB, min(onlyA, onlyB)
	if few < 0 || onlyA == onlyB {
		return 1
	}
	return math.Min(1, 2*binomialCDF(flips, few, 0.5)-binomialPMF(flips, few, 0.5))
}

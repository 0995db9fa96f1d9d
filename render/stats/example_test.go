package stats_test

import (
	"fmt"

	"benchsite/render/stats"
)

// Two precisions of one model answered the same 100 questions.
func Example() {
	p := stats.Paired{N: 100, Both: 24, OnlyA: 4, OnlyB: 3, Neither: 69}

	lo, hi := stats.Wilson(p.RightA(), p.N)
	fmt.Printf("A: %d of %d, %.1f to %.1f %%\n", p.RightA(), p.N, 100*lo, 100*hi)

	lo, hi = p.Interval()
	fmt.Printf("A − B: %+.1f points, %+.1f to %+.1f\n", 100*p.Difference(), 100*lo, 100*hi)
	fmt.Printf("flips %d and %d, p = %.3f\n", p.OnlyA, p.OnlyB, p.P())

	if diff, items, ok := stats.SmallestDetectable(p.N, p.Flips()); ok {
		fmt.Printf("nothing below %.1f points (%d items) could have been seen\n", 100*diff, items)
	}
	// Output:
	// A: 28 of 100, 20.1 to 37.5 %
	// A − B: +1.0 points, -4.7 to +6.7
	// flips 4 and 3, p = 1.000
	// nothing below 7.8 points (8 items) could have been seen
}

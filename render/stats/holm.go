package stats

import (
	"math"
	"slices"
)

// Holm returns the p-values of a family of tests corrected by Holm's step-down
// method, in the order given. A corrected value is compared with the same Alpha
// as a single one; a family of one is unchanged. A value that is not a
// probability counts as 1 and still counts as a test that was made.
func Holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	clean := make([]float64, len(ps))
	for i, p := range ps {
		order[i] = i
		if clean[i] = p; !(p >= 0 && p <= 1) {
			clean[i] = 1
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case clean[i] < clean[j]:
			return -1
		case clean[i] > clean[j]:
			return 1
		}
		return 0
	})
	corrected, worst := make([]float64, len(ps)), 0.0
	for rank, i := range order {
		worst = math.Max(worst, clean[i]*float64(len(ps)-rank))
		corrected[i] = math.Min(worst, 1)
	}
	return corrected
}

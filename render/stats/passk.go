package stats

// PassAtK returns the unbiased estimate of the probability that at least one of
// k samples of an item passes, from n samples of which c passed:
// 1 − C(n−c, k)/C(n, k). The score of a suite is its mean over the items. ok is
// false unless 1 ≤ k ≤ n and 0 ≤ c ≤ n: with fewer than k samples there is no
// unbiased estimate.
func PassAtK(n, c, k int) (estimate float64, ok bool) {
	if k < 1 || k > n || !isCount(c, n) {
		return 0, false
	}
	if n-c < k {
		return 1, true // every choice of k holds one that passed
	}
	miss := 1.0
	for i := n - c + 1; i <= n; i++ {
		miss *= 1 - float64(k)/float64(i)
	}
	return 1 - miss, true
}

package stats

import "math"

// logChoose returns the natural logarithm of n over k, for 0 ≤ k ≤ n.
func logChoose(n, k int) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

// binomialPMF returns P(X = k) for X ~ Bin(n, p).
func binomialPMF(n, k int, p float64) float64 {
	switch {
	case k < 0 || k > n:
		return 0
	case p <= 0:
		return indicator(k == 0)
	case p >= 1:
		return indicator(k == n)
	}
	return math.Exp(logChoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// binomialCDF returns P(X ≤ k) for X ~ Bin(n, p). The terms are summed away
// from the mean, largest first, so that the sum can stop when they no longer
// count; above the mean the other tail is summed instead.
func binomialCDF(n, k int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	case float64(k) > float64(n)*p:
		return 1 - binomialCDF(n, n-k-1, 1-p)
	}
	term := binomialPMF(n, k, p)
	sum, odds := term, (1-p)/p
	for i := k; i > 0 && term > sum*1e-17; i-- {
		term *= float64(i) / float64(n-i+1) * odds
		sum += term
	}
	return math.Min(sum, 1)
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

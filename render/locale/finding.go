package locale

import "math"

// RatioKey is the sentence for subject / baseline of a throughput. A ratio that
// prints as 1.00 is called the same to the printed digits, not equal.
func RatioKey(ratio float64) string {
	switch {
	case fixed(ratio, 2) == "1.00":
		return "finding.ratio-same"
	case ratio > 1:
		return "finding.ratio-higher"
	}
	return "finding.ratio-lower"
}

// LatencyKey is the sentence for the relative change of a latency, (subject −
// baseline) / baseline as a share.
func LatencyKey(rel float64) string {
	switch {
	case fixed(math.Abs(rel)*100, 1) == "0.0":
		return "finding.latency-same"
	case rel > 0:
		return "finding.latency-higher"
	}
	return "finding.latency-lower"
}

// PairedKey is the sentence for two subjects on the same items; found says that
// the test found a difference, diff is subject − baseline.
func PairedKey(found bool, diff float64) string { return difference("finding.paired", found, diff) }

// UnpairedKey is PairedKey for scores without item records.
func UnpairedKey(found bool, diff float64) string { return difference("finding.unpaired", found, diff) }

func difference(key string, found bool, diff float64) string {
	switch {
	case !found:
		return key + "-none"
	case diff > 0:
		return key + "-found-higher"
	}
	return key + "-found-lower"
}

// FailuresKey is the sentence for failed of offered requests.
func FailuresKey(failed, offered int) string {
	switch failed {
	case 0:
		return "finding.failures-zero"
	case offered:
		return "finding.failures-all"
	}
	return "finding.failures-some"
}

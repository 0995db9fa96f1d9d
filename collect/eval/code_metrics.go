package eval

import (
	"fmt"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// codeTypes are the item types of programs.
var codeTypes = []string{CodeType}

// stepsRule is the scorer of suites whose items are steps of main problems.
const stepsRule = "code-steps"

// programs reports whether all items ask for programs.
func (t *tally) programs() bool { return len(t.byType) == 1 && t.byType[CodeType] != nil }

// codeMetrics are the scores of programs. The first is the share of programs that
// pass, which is pass@1; beside it pass@5, pass@10 and pass@n, as far as n samples
// of each item go. Of steps the first is the share of sub-problems, and a main
// problem counts when all its steps pass in the same repeat.
func (t *tally) codeMetrics(first artifact.Metric, rule string) []artifact.Metric {
	first.Metric = "pass@1"
	if rule == stepsRule {
		first.Metric = "sub-problem"
		return append([]artifact.Metric{first}, t.mainProblems()...)
	}
	out := []artifact.Metric{first}
	ks := []int{5, 10, t.repeats}
	slices.Sort(ks)
	for _, k := range slices.Compact(ks) {
		if k < 2 || k > t.repeats {
			continue
		}
		if m, ok := t.passAt(k); ok {
			out = append(out, m)
		}
	}
	return out
}

// passAt is pass@k by the unbiased estimator, over the items; ok is false while an
// item has fewer than k samples.
func (t *tally) passAt(k int) (artifact.Metric, bool) {
	var passes []float64
	for i, n := range t.asked {
		if n == 0 {
			continue
		}
		p, ok := stats.PassAtK(int(n), int(t.right[i]), k)
		if !ok {
			return artifact.Metric{}, false
		}
		passes = append(passes, p)
	}
	if len(passes) == 0 {
		return artifact.Metric{}, false
	}
	mean := stats.NewMean(passes)
	m := artifact.Metric{Metric: fmt.Sprintf("pass@%d", k), N: artifact.Ptr(int64(len(passes))), Better: artifact.Ptr("higher"), Value: &mean.Mean}
	if mean.SE > 0 {
		m.Stderr = &mean.SE
	}
	return m, true
}

// mainProblems is the share of main problems of which every step passes. One of
// which a step has no outcome yet is not counted.
func (t *tally) mainProblems() []artifact.Metric {
	if t.stems == nil {
		return nil
	}
	var names []string
	members := map[string][]int{}
	for i, stem := range t.stems {
		if stem == "" {
			continue
		}
		if members[stem] == nil {
			names = append(names, stem)
		}
		members[stem] = append(members[stem], i)
	}
	var shares []float64
	for _, stem := range names {
		whole, solved := 0, 0
		for repeat := range t.repeats {
			all, done := true, true
			for _, i := range members[stem] {
				pos := repeat*t.items + i
				done = done && t.settled[pos]
				all = all && t.correct[pos]
			}
			if done {
				whole++
				if all {
					solved++
				}
			}
		}
		if whole > 0 {
			shares = append(shares, float64(solved)/float64(whole))
		}
	}
	if len(shares) == 0 {
		return nil
	}
	mean := stats.NewMean(shares)
	m := artifact.Metric{Metric: "main-problem", N: artifact.Ptr(int64(len(shares))), Better: artifact.Ptr("higher"), Value: &mean.Mean}
	if mean.SE > 0 {
		m.Stderr = &mean.SE
	}
	return []artifact.Metric{m}
}

package dataset

import (
	"fmt"
	"math"

	"benchsite/render/stats"
)

// pairTexts compares two runs window by window: the logarithm of the ratio of
// their perplexities is the mean difference of nats over the tokens. It gives nil
// when there is nothing to match.
func pairTexts(a, b *Run, task string) *TextsResult {
	left, order := windows(a, task)
	right, _ := windows(b, task)
	if len(left) == 0 || len(right) == 0 {
		return nil
	}
	var parts []stats.Part
	r := &TextsResult{}
	for _, key := range order {
		x, y := left[key], right[key]
		if y.Likelihood == nil || x.Likelihood.Tokens != y.Likelihood.Tokens {
			r.Apart++
			continue
		}
		r.N++
		r.Tokens += x.Likelihood.Tokens
		parts = append(parts, stats.Part{Sum: y.Likelihood.NLL - x.Likelihood.NLL, Weight: float64(x.Likelihood.Tokens), Cluster: x.Stem})
	}
	r.Apart += max(len(right)-len(left), 0)
	if r.N == 0 || r.Tokens == 0 {
		return nil
	}
	m := stats.NewWeightedMean(parts)
	if m.Units < 2 { // a single text has only its windows to tell of the doubt
		for i := range parts {
			parts[i].Cluster = fmt.Sprint(i)
		}
		m = stats.NewWeightedMean(parts)
	}
	r.Ratio = math.Exp(m.Mean)
	if lo, hi, ok := m.Interval(); ok {
		r.Lo, r.Hi, r.Known = math.Exp(lo), math.Exp(hi), true
		r.Found = r.Lo > 1 || r.Hi < 1
	}
	return r
}

// windows are the rated windows of a task by hash, with their order.
func windows(r *Run, task string) (map[string]Item, []string) {
	list, err := r.Items()
	if err != nil {
		return nil, nil
	}
	out, order := map[string]Item{}, []string(nil)
	for _, it := range list {
		if it.Task != task || it.Likelihood == nil || it.Hash == "" || it.Repeat > 0 {
			continue
		}
		if _, again := out[it.Hash]; !again {
			order = append(order, it.Hash)
		}
		out[it.Hash] = it
	}
	return out, order
}

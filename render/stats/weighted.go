package stats

import "math"

// Part is a sum over some units of a common weight: the surprise of the tokens
// of a text, and how many tokens these are.
type Part struct {
	Sum     float64
	Weight  float64
	Cluster string // parts of one cluster resemble each other
}

// NewWeightedMean returns Σ Sum / Σ Weight with the standard error of a ratio
// estimate that takes clusters for the independent units:
// SE² = G/(G−1) · Σ_clusters (Σ (Sum − mean · Weight))² / (Σ Weight)².
func NewWeightedMean(parts []Part) Mean {
	var m Mean
	sum, weight := 0.0, 0.0
	for _, p := range parts {
		if measured(p.Sum) && measured(p.Weight) && p.Weight > 0 {
			m.N++
			sum, weight = sum+p.Sum, weight+p.Weight
		}
	}
	if m.N == 0 {
		return m
	}
	m.Mean = sum / weight
	deviations := map[string]float64{}
	var names []string // in order of appearance, so that the sum is always the same
	for _, p := range parts {
		if !measured(p.Sum) || !measured(p.Weight) || p.Weight <= 0 {
			continue
		}
		if _, seen := deviations[p.Cluster]; !seen {
			names = append(names, p.Cluster)
		}
		deviations[p.Cluster] += p.Sum - m.Mean*p.Weight
	}
	m.Units = len(names)
	if m.Units < 2 {
		return m
	}
	squares := 0.0
	for _, name := range names {
		squares += deviations[name] * deviations[name]
	}
	g := float64(m.Units)
	m.SE = math.Sqrt(g/(g-1)*squares) / weight
	return m
}

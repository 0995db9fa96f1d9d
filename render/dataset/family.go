package dataset

import "benchsite/render/stats"

// tested is one paired test. The same test may be made in several places: equal
// keys are one member of a family.
type tested struct {
	key string
	p   float64
	set func(corrected float64, family int)
}

// tests are the paired tests of a comparison that stand: those of comparable
// tasks; of one task where it is named.
func (c *Comparison) tests(task string) []tested {
	var out []tested
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if !t.Comparable || task != "" && t.Task != task {
			continue
		}
		key := min(t.RunA.ID, t.RunB.ID) + "\x00" + max(t.RunA.ID, t.RunB.ID) + "\x00" + t.Task
		switch {
		case t.Paired != nil:
			out = append(out, tested{key, t.Paired.P, t.Paired.setHolm})
		case t.Means != nil && t.Means.Interval:
			out = append(out, tested{key, t.Means.P, t.Means.setHolm})
		}
	}
	return out
}

// correct applies Holm's method to a family of tests.
func correct(tests []tested) {
	at := map[string]int{}
	var ps []float64
	for _, t := range tests {
		if _, again := at[t.key]; !again {
			at[t.key] = len(ps)
			ps = append(ps, t.p)
		}
	}
	corrected := stats.Holm(ps)
	for _, t := range tests {
		t.set(corrected[at[t.key]], len(ps))
	}
}

func (p *PairedResult) setHolm(corrected float64, family int) {
	p.Holm, p.Family = corrected, family
	p.Found = corrected < stats.Alpha
}

func (p *MeanPair) setHolm(corrected float64, family int) {
	p.Holm, p.Family = corrected, family
	p.Found = corrected < stats.Alpha
}

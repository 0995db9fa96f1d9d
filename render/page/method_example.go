package page

import (
	"benchsite/render/locale"
	"benchsite/render/stats"
)

// examples are the worked examples of a statistic. They are computed by the
// functions that compute the site, so that the page cannot claim what the code
// does not do.
func (e *Edition) examples(term string) Text {
	var list []string
	switch term {
	case "wilson":
		list = []string{e.exampleWilson(34, 40), e.exampleWilson(39, 40), e.exampleWilson(0, 30)}
	case "mcnemar":
		list = []string{e.exampleMcNemar(4, 3), e.exampleMcNemar(25, 10)}
	case "holm":
		list = []string{e.exampleHolm(0.010, 0.030, 0.040)}
	case "mde":
		list = []string{e.exampleDetectable(40, 1), e.exampleDetectable(100, 7), e.exampleDetectable(500, 35), e.exampleDetectable(5, 1)}
	case "paired-test":
		list = []string{e.exampleDifference(stats.Paired{N: 100, Both: 24, OnlyA: 4, OnlyB: 3, Neither: 69})}
	case "pass-at-k":
		list = []string{e.examplePass(10, 3, 1), e.examplePass(10, 3, 5)}
	case "spread":
		list = []string{e.exampleSpread(3), e.exampleSpread(5), e.exampleSpread(6)}
	case "change-point":
		list = []string{e.exampleRanks(4, 4), e.exampleRanks(3, 3)}
	}
	return T(e.L.Sentences(list...))
}

func (e *Edition) exampleWilson(k, n int) string {
	lo, hi := stats.Wilson(k, n)
	return e.L.Fill("text.example-wilson", locale.Slots{
		"k": k, "n": n, "pct": e.L.Percent(float64(k) / float64(n)), "ci": e.L.PercentRange(lo, hi),
	})
}

func (e *Edition) exampleMcNemar(b, c int) string {
	return e.L.Fill("text.example-mcnemar", locale.Slots{"b": b, "c": c, "p": e.L.PValue(stats.McNemar(b, c))})
}

func (e *Edition) exampleHolm(ps ...float64) string {
	printed := func(ps []float64) string {
		var out []string
		for _, p := range ps {
			out = append(out, e.L.PNumber(p))
		}
		return e.L.List(out...)
	}
	return e.L.Fill("text.example-holm", locale.Slots{"ps": printed(ps), "corrected": printed(stats.Holm(ps))})
}

func (e *Edition) exampleDetectable(n, flips int) string {
	d, items, ok := stats.SmallestDetectable(n, flips)
	if !ok {
		return e.L.Fill("text.example-mde-none", locale.Slots{"n": n})
	}
	return e.L.Fill("text.example-mde", locale.Slots{"n": n, "flips": flips, "mde": e.L.PointsSize(d), "k": items})
}

func (e *Edition) exampleDifference(p stats.Paired) string {
	lo, hi := p.Interval()
	return e.L.Fill("text.example-difference", locale.Slots{
		"ka": p.RightA(), "kb": p.RightB(), "n": p.N, "fa": p.OnlyA, "fb": p.OnlyB,
		"diff": e.L.PointsNumber(p.Difference()), "ci": e.L.PointsRange(lo, hi),
	})
}

func (e *Edition) examplePass(n, c, k int) string {
	p, _ := stats.PassAtK(n, c, k) // the arguments are ours and in range
	return e.L.Fill("text.example-pass", locale.Slots{"n": n, "c": c, "k": k, "pct": e.L.Percent(p)})
}

func (e *Edition) exampleSpread(n int) string {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i)
	}
	return e.L.Fill("text.example-spread", locale.Slots{"n": n, "pct": e.L.Percent(stats.NewRepeats(values).Coverage)})
}

// exampleRanks is the smallest p-value that so many repeats can give.
func (e *Edition) exampleRanks(a, b int) string {
	before, after := make([]float64, a), make([]float64, b)
	for i := range before {
		before[i] = float64(i)
	}
	for i := range after {
		after[i] = float64(a + i)
	}
	p, ok := stats.MannWhitney(before, after)
	if !ok {
		return e.L.Fill("text.example-ranks-few", locale.Slots{"a": a, "b": b})
	}
	return e.L.Fill("text.example-ranks", locale.Slots{"a": a, "b": b, "p": e.L.PValue(p)})
}

package page

import (
	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

// Badge is one figure of a subject for a README elsewhere, finished.
type Badge struct {
	Name    string // file name without folder and ending
	Label   string // subject and conditions
	Message string // the figure
}

// Badges are the newest figures that count: output throughput and median latencies
// of load tests, and the score of every task, a badge for each subject. A newer
// run of a subject under another protocol takes the badge over; its label says the
// conditions. Nothing that was only simulated has one.
func (e *Edition) Badges() []Badge {
	var out []Badge
	seen := map[string]bool{}
	add := func(r *dataset.Run, what string, words func() (label, message string)) {
		name := artifact.Slug(Cut(r.Who.Name, 80), what)
		if seen[name] {
			return // most runs of a long history: their words are not even made
		}
		seen[name] = true
		label, message := words()
		out = append(out, Badge{name, Cut(label, CutTitle), message})
	}
	for _, r := range e.Set.Standing { // newest first
		if r.Status != artifact.StatusComplete {
			continue
		}
		if r.Load != nil && r.Load.Throughput.OutputTokensPerS != nil {
			add(r, "output-throughput", func() (string, string) {
				return e.runTitle(r), e.L.Throughput(*r.Load.Throughput.OutputTokensPerS).String()
			})
		}
		if r.Load != nil {
			for _, m := range badgeLatencies(&r.Load.Latency) {
				if m.of != nil && m.of.P50 != nil {
					add(r, m.term+"-p50", func() (string, string) {
						t, _ := e.L.Term(m.term)
						return e.L.Clauses(e.runTitle(r), t.Short+" p50"), e.value(dataset.Value{Kind: m.kind, Num: *m.of.P50})
					})
				}
			}
		}
	}
	// A score of all items has the badge before any of a part, whose label says so.
	for _, whole := range []bool{true, false} {
		for _, r := range e.Set.Standing {
			for i := range r.Scores {
				if s := &r.Scores[i]; r.Status == artifact.StatusComplete && whole == (s.Part == dataset.Whole) {
					add(r, s.Task, func() (string, string) { return e.L.Clauses(e.subjectLabel(r), e.scoreTask(s)), e.score(s) })
				}
			}
		}
	}
	return out
}

// badgeLatency is a latency whose median has a badge.
type badgeLatency struct {
	term string
	kind dataset.Kind
	of   *artifact.Distribution
}

func badgeLatencies(l *artifact.Latency) []badgeLatency {
	return []badgeLatency{{"ttft", dataset.KindSeconds, l.TTFT}, {"tpot", dataset.KindTokenSeconds, l.TPOT}, {"e2e", dataset.KindSeconds, l.E2E}}
}

package page

import (
	"encoding/json"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// mostPairs bounds how many pairs are prepared: those of the findings come
// first, and with more subjects the command line compares the rest.
const mostPairs = 120

// ComparePage is where a reader chooses runs to set side by side. With scripts
// it shows the pair that the address names; without, it lists those that are
// prepared as pages.
type ComparePage struct {
	Base
	Dek    string
	How    Text
	Groups []CompareGroup
}

// CompareGroup are prepared comparisons under one heading.
type CompareGroup struct {
	Title string
	Links []Link
}

// comparedGroup are the pairs of one report, or of all that stands in none.
type comparedGroup struct {
	report    *dataset.Report // nil: no report
	simulated bool
	pairs     []*dataset.Comparison
}

// compared are the pairs that get a page: those of every finding, which carry
// the correction over their family, each once.
func (s *Site) compared() []comparedGroup {
	s.pairs.once.Do(func() {
		seen := map[string]bool{}
		total := 0
		add := func(g comparedGroup, topics []*dataset.Topic) {
			for _, t := range topics {
				for _, c := range t.Pairs {
					key := pairKey(c.A, c.B)
					if seen[key] || seen[pairKey(c.B, c.A)] || c.A.Hash8 == c.B.Hash8 || total == mostPairs {
						continue
					}
					seen[key] = true
					total++
					g.pairs = append(g.pairs, c)
				}
			}
			if len(g.pairs) > 0 {
				s.pairs.groups = append(s.pairs.groups, g)
			}
		}
		for _, r := range s.Set.Reports {
			add(comparedGroup{report: r, simulated: r.Simulated}, r.Topics)
		}
		add(comparedGroup{}, s.Set.Topics())
		add(comparedGroup{simulated: true}, s.Set.SimulatedTopics())
	})
	return s.pairs.groups
}

func pairKey(a, b *dataset.Run) string { return a.Hash8 + "-" + b.Hash8 }

// comparisonPath is the folder of a prepared comparison in an edition.
func comparisonPath(c *dataset.Comparison) string { return "compare/" + pairKey(c.A, c.B) + "/" }

// hasCompare reports whether there is anything to set side by side.
func (s *Site) hasCompare() bool { return len(s.Set.Runs) > 1 }

func (e *Edition) compareJobs() []Job {
	if !e.hasCompare() {
		return nil
	}
	jobs := []Job{e.job("compare/", func() (Page, error) { return e.Compare(), nil })}
	for _, g := range e.compared() {
		for _, c := range g.pairs {
			jobs = append(jobs, e.job(comparisonPath(c), func() (Page, error) { return e.Comparison(c), nil }, c))
		}
	}
	return jobs
}

// Compare builds the page on which runs are chosen.
func (e *Edition) Compare() *ComparePage {
	l := e.L
	p := &ComparePage{Base: e.Base("compare", "compare/", l.Text("nav.compare"), l.Text("empty.compare")), Dek: l.Text("text.compare-dek")}
	p.How = Rich(l.Text("text.compare-how"))
	for _, g := range e.compared() {
		title := l.Text("cmp.other")
		switch {
		case g.report != nil:
			title = Cut(g.report.Title.Any(string(e.Lang)), CutTitle)
		case g.simulated:
			title = l.Text("overview.simulated")
		}
		group := CompareGroup{Title: title}
		for _, c := range g.pairs {
			name := e.namer([]*dataset.Run{c.A, c.B})
			what := l.Fill("cmp.a-and-b", locale.Slots{"a": name(c.A), "b": name(c.B)})
			detail := l.Text("type." + string(c.A.Kind))
			if c.A.Kind == artifact.KindEval {
				detail = e.tasks(c.A)
			} else if parts := e.conditions(c.A); len(parts) > 0 {
				detail = l.Clauses(parts...)
			}
			group.Links = append(group.Links, Link{Cut(l.Clauses(what, detail), CutTitle), p.Link(comparisonPath(c))})
		}
		p.Groups = append(p.Groups, group)
	}
	return p
}

// Fragment is a prepared comparison in one direction, to be shown inside the
// page on which runs are chosen.
type Fragment struct {
	Name  string // of the file, from the root of the site
	Key   string // "<hash8>-<hash8>", the baseline first
	Of    []any  // what it is made from, see [Job]
	Build func() *ComparisonPage
}

// Fragments are all prepared comparisons in both directions.
func (e *Edition) Fragments() []Fragment {
	var out []Fragment
	for _, g := range e.compared() {
		for _, c := range g.pairs {
			for _, swap := range []bool{false, true} {
				key := pairKey(c.A, c.B)
				if swap {
					key = pairKey(c.B, c.A)
				}
				out = append(out, Fragment{string(e.Lang) + "/compare/pair-" + key + ".js", key, []any{c, swap}, func() *ComparisonPage {
					c := c
					if swap {
						c = swapped(c)
					}
					return e.comparison(c, "compare/", true)
				}})
			}
		}
	}
	return out
}

// swapped is the comparison with the sides changed. The p-values are the same in
// both directions, and so is their correction over the family.
func swapped(c *dataset.Comparison) *dataset.Comparison {
	out := dataset.Compare(c.RunsB, c.RunsA)
	for i := range out.Tasks {
		t := &out.Tasks[i]
		if was := c.Task(t.Task); t.Paired != nil && was != nil && was.Paired != nil {
			t.Paired.Holm, t.Paired.Family, t.Paired.Found = was.Paired.Holm, was.Paired.Family, was.Paired.Found
		}
		if was := c.Task(t.Task); t.Means != nil && was != nil && was.Means != nil {
			t.Means.Holm, t.Means.Family, t.Means.Found = was.Means.Holm, was.Means.Family, was.Means.Found
		}
	}
	return out
}

// compareRun is what the page needs to know of a run that no prepared pair
// holds.
type compareRun struct {
	Hash     string      `json:"hash"`
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Href     Href        `json:"href"`
	Type     string      `json:"type"`
	Protocol string      `json:"protocol"`
	Params   [][2]string `json:"params"`
	Values   [][2]string `json:"values"`
}

// CompareData are the runs and words for the page on which runs are chosen. No
// figure is computed from them there: what needs statistics is prepared.
func (e *Edition) CompareData() ([]byte, error) {
	l := e.L
	b := e.Base("compare", "compare/", "", "")
	var runs []compareRun
	for _, r := range e.Set.Runs {
		x := compareRun{Hash: r.Hash8, ID: r.ID, Title: l.Clauses(e.runTitle(r), r.Day), Href: b.Link(runPath(r)), Type: l.Text("type." + string(r.Kind)), Protocol: r.Protocol.ID}
		for _, f := range r.Parameters() {
			value := l.Text("word.unknown")
			if f.Verdict != dataset.Unknown {
				value = e.parameter(f, r).Flat()
			}
			x.Params = append(x.Params, [2]string{Cut(l.Param(f.Name), CutCell), value})
		}
		x.Values = append(x.Values, [2]string{l.Text("th.result"), e.figure(r)})
		if r.Load != nil {
			for _, m := range []measure{requestThroughput, latencyP50, latencyP95} {
				if v := m.pick(r); v != nil {
					x.Values = append(x.Values, [2]string{m.title(e), e.value(dataset.Value{Kind: m.kind, Num: *v})})
				}
			}
		}
		runs = append(runs, x)
	}
	pairs := []string{}
	for _, g := range e.compared() {
		for _, c := range g.pairs {
			pairs = append(pairs, pairKey(c.A, c.B), pairKey(c.B, c.A))
		}
	}
	words := map[string]string{}
	for name, key := range map[string]string{
		"choose": "empty.compare", "add": "btn.add-compare", "remove": "btn.remove", "swap": "btn.swap", "permalink": "btn.permalink",
		"baseline": "chip.baseline", "versus": "word.vs-a", "same": "word.same", "differs": "word.differs", "unknown": "word.unknown",
		"parameter": "th.parameter", "value": "th.value", "verdict": "th.verdict", "noRatio": "cmp.no-ratio", "notPrepared": "text.compare-not-prepared",
		"comparable": "section.comparable", "protocol": "section.protocol", "values": "cmp.values", "missing": "cmp.missing", "side": "btn.choose",
	} {
		words[name] = l.Text(key)
	}
	return json.Marshal(map[string]any{"runs": runs, "pairs": pairs, "words": words})
}

package page

import (
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/stats"
)

// verdictWord names what became of a program; "" is no program at all.
func (e *Edition) verdictWord(v artifact.Verdict) string {
	if v == "" {
		return e.L.Text("verdict.none")
	}
	if key := "verdict." + strings.ReplaceAll(string(v), " ", "-"); e.L.Has(key) {
		return e.L.Text(key)
	}
	return Cut(string(v), 24)
}

// marks is the tag of figures that describe no model, or of programs that nothing
// held back; "" for others.
func (e *Edition) marks(simulated bool, runs ...*dataset.Run) string {
	var marks []string
	if simulated {
		marks = append(marks, e.L.Text("chip.simulated"))
	}
	if slices.ContainsFunc(runs, (*dataset.Run).Unisolated) {
		marks = append(marks, e.L.Text("chip.no-isolation"))
	}
	return e.L.Clauses(marks...)
}

// programs are the items of a run that ask for programs.
func programs(items []dataset.Item) []dataset.Item {
	return slices.DeleteFunc(slices.Clone(items), func(it dataset.Item) bool { return !it.Program })
}

// drawnVerdicts have a part of their own in the stack; all others share one.
var drawnVerdicts = []artifact.Verdict{artifact.Passed, artifact.WrongAnswer, artifact.RuntimeError, artifact.TimeOut}

// verdictChart stacks what became of the programs of a run.
func (e *Edition) verdictChart(r *dataset.Run, items []dataset.Item) Chart {
	l := e.L
	c := Chart{ID: "verdict-stack", Kind: ChartOutcomes, Lang: e.Lang.Tag(), Sub: l.Text("fig.sub-verdicts"), Note: l.Text("fig.note-verdicts")}
	counts := map[artifact.Verdict]int{}
	for _, it := range items {
		counts[it.Verdict]++
	}
	s := e.seriesOf(e.chartName(r), r)
	c.Table = ChartTable{Head: []string{l.Text("th.program-verdict"), l.Text("th.programs")}, RawHead: []string{"verdict", "programs"}, Right: 1}
	var parts []string
	rest := len(items)
	part := func(word string, n int) {
		c.Key = append(c.Key, ChartKey{Text: word})
		text := word + " " + l.Count(n)
		s.Points = append(s.Points, ChartPoint{Value: float64(n), Text: l.Count(n), Tip: l.Clauses(s.Name, text)})
	}
	for _, v := range drawnVerdicts {
		part(e.verdictWord(v), counts[v])
		rest -= counts[v]
	}
	part(l.Text("verdict.other"), rest)
	for _, v := range append(artifact.Verdicts(), "") {
		n := counts[v]
		if n > 0 {
			parts = append(parts, e.verdictWord(v)+" "+l.Count(n))
		}
		raw := string(v)
		if v == "" {
			raw = "no program"
		}
		c.Table.Rows = append(c.Table.Rows, []string{e.verdictWord(v), l.Count(n)})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(raw), RawNumber(float64(n))})
	}
	c.Panels = []ChartPanel{{X: ChartAxis{Format: TickPercent}, Series: []ChartSeries{s}}}
	c.Title = l.Fill("fig.title-verdicts", locale.Slots{"k": counts[artifact.Passed], "n": len(items)})
	c.Desc = l.Label(s.Name, l.Clauses(parts...))
	return c
}

// groupScore is the score of one group of a task, with its interval: Wilson of a
// single run, else over the items of the category.
func groupScore(t *artifact.Task, g artifact.Group, items []dataset.Item) *dataset.Score {
	if g.Value == nil || g.N == nil {
		return nil
	}
	s := &dataset.Score{Task: t.Task, Metric: "pass@1", Value: *g.Value, N: int(*g.N), Correct: -1, Better: dataset.Higher}
	if t.Repeats == nil || *t.Repeats == 1 {
		if g.Correct != nil {
			s.Correct = int(*g.Correct)
			s.Lo, s.Hi = stats.Wilson(s.Correct, s.N)
			s.Interval = true
		}
		return s
	}
	right, of := map[string]float64{}, map[string]float64{}
	for _, it := range items {
		if g.By == "" && it.Category == g.Name && it.Outcome != "" {
			of[it.ID]++
			if it.Correct() {
				right[it.ID]++
			}
		}
	}
	var shares []float64
	for _, id := range slices.Sorted(maps.Keys(of)) {
		shares = append(shares, right[id]/of[id])
	}
	if m := stats.NewMean(shares); len(shares) > 1 && m.SE > 0 {
		s.N = len(shares)
		s.Lo, s.Hi, s.Interval = max(0, m.Mean-1.96*m.SE), min(1, m.Mean+1.96*m.SE), true
	}
	return s
}

// groupChart shows the scores of the groups of a suite of programs, by difficulty
// and platform, with their intervals.
func (e *Edition) groupChart(r *dataset.Run, items []dataset.Item) Chart {
	l := e.L
	c := Chart{ID: "group-scores", Kind: ChartAccuracy, Lang: e.Lang.Tag(), Title: l.Text("fig.title-groups"), Sub: l.Text("fig.sub-groups")}
	panel := ChartPanel{X: ChartAxis{Format: TickPercent, Min: 0, Max: 1}, Heads: []string{l.Text("th.ci")}}
	c.Table = ChartTable{Head: []string{l.Text("th.group"), l.Text("th.score"), l.Text("th.ci"), l.Text("th.n")}, RawHead: []string{"group", "score", "ci_lo", "ci_hi", "n"}, Right: 1}
	for _, task := range tasksOf(r) {
		for _, g := range task.Groups {
			s := groupScore(&task, g, items)
			if s == nil || len(panel.Series) == 20 {
				continue
			}
			name := e.groupName(g)
			panel.Series = append(panel.Series, e.scoreSeries(name, r, s))
			lo, hi := ChartRaw{}, ChartRaw{}
			if s.Interval {
				lo, hi = RawNumber(s.Lo), RawNumber(s.Hi)
			}
			c.Table.Rows = append(c.Table.Rows, []string{name, e.share(s), e.range_(s), l.Count(s.N)})
			c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(g.Name), RawNumber(s.Value), lo, hi, RawNumber(float64(s.N))})
		}
	}
	if len(panel.Series) < 2 {
		return c
	}
	c.Panels = []ChartPanel{panel}
	c.Desc = e.scoresDesc(panel)
	return c
}

// range_ is the interval of a score, or the dash.
func (e *Edition) range_(s *dataset.Score) string {
	if !s.Interval {
		return locale.Unknown
	}
	return e.L.PercentRange(s.Lo, s.Hi)
}

// groupName names a group, with the label that it is a value of.
func (e *Edition) groupName(g artifact.Group) string {
	name := e.category(g.Name)
	if key := "category.by-" + artifact.Slug(g.By); g.By != "" && e.L.Has(key) {
		return e.L.Bracket(name, e.L.Text(key))
	}
	return name
}

// programSections are the verdicts on the programs of a run, the scores of their
// groups, and those that did not pass.
func (e *Edition) programSections(b *Base, r *dataset.Run, items []dataset.Item) []Section {
	l := e.L
	verdicts := Section{ID: "verdicts", Title: l.Text("section.verdicts")}
	verdicts.Side = []Side{{l.Text("side.verdicts.lead"), T(l.Text("side.verdicts.text"))}}
	for _, c := range []Chart{e.verdictChart(r, items), e.groupChart(r, items)} {
		if f := b.AddFigure(c); f != nil {
			verdicts.Blocks = append(verdicts.Blocks, Block{Figure: f})
		}
	}
	out := []Section{verdicts}
	if t := e.programTable(items); t != nil {
		out = append(out, Section{ID: "programs", Title: l.Text("section.programs"), Blocks: []Block{{Table: t}}})
	}
	return out
}

// programTable lists the programs that did not pass.
func (e *Edition) programTable(items []dataset.Item) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.programs"), Class: "verd", Head: []Column{
		Col(l.Text("th.item")), Col(l.Text("th.outcome")), Col(l.Text("th.program-verdict")), Num(l.Text("th.tests-passed")),
	}}
	failed := 0
	for _, it := range items {
		if it.Correct() || it.Outcome == "" {
			continue
		}
		if failed++; failed > listedItems {
			continue
		}
		tests := CellNum(locale.Unknown)
		if it.Tests > 0 {
			tests = CellNum(l.Count(it.Passed) + "/" + l.Count(it.Tests))
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{CellText(Cut(it.ID, 40)), e.outcomeCell(it.Outcome), CellText(e.verdictWord(it.Verdict)), tests}})
	}
	if failed == 0 {
		return nil
	}
	t.Foot = append(t.Foot, T(l.Fill("filter.count", locale.Slots{"n": min(failed, listedItems), "total": failed})))
	return t
}

// itemPrograms are the programs of the subjects of a flip, each with the first test
// that it failed, folded away: they are long, and were written by a model.
func (e *Edition) itemPrograms(f *flipped, name namer) Section {
	l := e.L
	s := Section{ID: "programs", Title: l.Text("item.programs")}
	for _, r := range f.runs {
		p := e.flips().program(r, f)
		if p == nil {
			continue
		}
		verdict := capital(e.verdictWord(p.run.Verdict))
		if p.run.Tests > 0 {
			verdict = l.Clauses(verdict, l.Fill("item.tests-passed", locale.Slots{"k": int(p.run.Passed), "n": int(p.run.Tests)}))
		}
		s.Blocks = append(s.Blocks, Block{Head: &Heading{Text: name(r)}, Text: T(verdict)},
			Block{Code: &CodeBlock{Lead: l.Text("item.program"), Text: Cut(p.text, CutBlock), Folded: true}})
		if t := p.run.Failed; t != nil {
			var parts []string
			for _, part := range []struct{ key, text string }{{"item.test-input", t.Input}, {"item.test-expected", t.Expected}, {"item.test-got", t.Got}} {
				if part.text != "" {
					parts = append(parts, "# "+l.Text(part.key)+"\n"+strings.TrimRight(part.text, "\n"))
				}
			}
			if len(parts) > 0 {
				s.Blocks = append(s.Blocks, Block{Code: &CodeBlock{Lead: l.Text("item.failed-test"), Text: Cut(strings.Join(parts, "\n\n"), CutBlock), Folded: true}})
			}
		}
	}
	return s
}

// answered is what was read in a reply: of a program the verdict.
func (e *Edition) answered(it dataset.Item) Cell {
	if it.Program {
		return CellText(e.verdictWord(it.Verdict))
	}
	return e.answerCell(it.Extracted)
}

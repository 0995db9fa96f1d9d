package page

import (
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ComparisonPage sets two runs side by side: first whether they compare, then
// the values, then what their items say.
type ComparisonPage struct {
	Base
	Kicker   []Link
	Sides    []CompareSide
	Notices  []Notice
	Sections []Section
}

// CompareSide is one run of a comparison.
type CompareSide struct {
	Letter, Role, ID string
	Name             Link
}

// Comparison builds the page of a pair.
func (e *Edition) Comparison(c *dataset.Comparison) *ComparisonPage {
	return e.comparison(c, comparisonPath(c), false)
}

// comparison builds a pair for a page in the folder; still leaves the charts
// without their interactive twins, whose data lie beside a page of its own.
func (e *Edition) comparison(c *dataset.Comparison, path string, still bool) *ComparisonPage {
	l := e.L
	runs := []*dataset.Run{c.A, c.B}
	name := e.namer(runs)
	what := l.Fill("cmp.a-and-b", locale.Slots{"a": name(c.A), "b": name(c.B)})
	if oneModel(runs) {
		if model := e.familyName(c.A); name(c.A) != e.subjectLabel(c.A) {
			what = l.Clauses(Cut(model, CutCell), what)
		}
	}
	title := l.Fill("cmp.title", locale.Slots{"what": what})
	p := &ComparisonPage{Base: e.Base("comparison", path, title, title)}
	p.Kicker = []Link{{l.Text("nav.compare"), p.Link("compare/")}}
	for i, r := range runs {
		role := l.Text("chip.baseline")
		if i == 1 {
			role = l.Text("word.vs-a")
		}
		p.Sides = append(p.Sides, CompareSide{string(rune('A' + i)), role, r.ID, Link{e.runTitle(r), p.Link(runPath(r))}})
	}
	p.Notices = e.notices(&p.Base, c.Notices)
	p.Sections = append(p.Sections, Section{ID: "comparable", Title: l.Text("section.comparable"), Blocks: []Block{{Table: e.compareSummary(c)}}})
	values := Section{ID: "values", Title: l.Text("cmp.values")}
	suffix := ""
	if still {
		suffix = "-" + c.A.Hash8 + "-" + c.B.Hash8
	}
	if t := e.compareLoad(c); t != nil {
		chart := e.compareChart("values-chart"+suffix, c, name)
		chart.Still = still
		if f := p.AddFigure(chart); f != nil {
			values.Blocks = append(values.Blocks, Block{Figure: f})
		}
		values.Blocks = append(values.Blocks, Block{Table: t})
	}
	if t := e.compareTasks(c); t != nil {
		values.Blocks = append(values.Blocks, Block{Table: t})
	}
	if len(values.Blocks) > 0 {
		p.Sections = append(p.Sections, values)
	}
	for _, t := range c.Tasks {
		if s, ok := e.compareFlips(&p.Base, c, t, name, suffix); ok {
			p.Sections = append(p.Sections, s)
		}
	}
	if t := e.compareFields(c); t != nil {
		p.Sections = append(p.Sections, Section{ID: "parameters", Title: l.Text("cmp.all"), Blocks: []Block{{Table: t}}})
	}
	return p
}

// verdictCell says same (muted), differs (with the mark of a warning) or
// unknown.
func (e *Edition) verdictCell(v dataset.Verdict) Cell {
	switch v {
	case dataset.Differs:
		return Cell{Marks: []Mark{{Level: "warn", N: e.L.Text("word.differs")}}}
	case dataset.Unknown:
		return Cell{Text: TMuted(e.L.Text("word.unknown"))}
	}
	return Cell{Text: TMuted(e.L.Text("word.same"))}
}

// compareSummary is the first thing a reader sees: protocol, server arguments,
// environment.
func (e *Edition) compareSummary(c *dataset.Comparison) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.comparable"), Class: "sum", Head: []Column{Col(l.Text("word.what")), Col(l.Text("th.verdict")), Col(l.Text("th.content"))}}
	row := func(title string, v dataset.Verdict, text string) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{CellText(title), e.verdictCell(v), {Text: T(text), Class: "w"}}})
	}
	known := 0
	for _, f := range c.Protocol {
		if f.Verdict == dataset.Same {
			known++
		}
	}
	switch {
	case !c.Comparable:
		row(l.Text("section.protocol"), dataset.Differs, capital(l.Fill("cmp.disagree", locale.Slots{"fields": e.differing(unequal(c.Protocol))})))
	case c.AsRecorded:
		row(l.Text("section.protocol"), dataset.Same, l.Fill("cmp.agree-recorded", locale.Slots{"id": c.A.Protocol.ID}))
	default:
		row(l.Text("section.protocol"), dataset.Same, l.Fill("cmp.agree", locale.Slots{"id": c.A.Protocol.ID, "n": known}))
	}
	fields := func(title string, list []dataset.Field) {
		var differ, unknown []dataset.Field
		for _, f := range list {
			switch f.Verdict {
			case dataset.Differs:
				differ = append(differ, f)
			case dataset.Unknown:
				unknown = append(unknown, f)
			}
		}
		var names []string
		for i, f := range unknown {
			if i == 4 {
				names = append(names, l.Counted(len(unknown)-i, "parameter"))
				break
			}
			names = append(names, lowerFirst(Cut(l.Param(f.Name), CutCell)))
		}
		switch {
		case len(differ) > 0 && len(unknown) > 0:
			row(title, dataset.Differs, l.Fill("cmp.differ-and-unknown", locale.Slots{"differ": e.differing(differ), "unknown": l.List(names...)}))
		case len(differ) > 0:
			row(title, dataset.Differs, e.differing(differ))
		case len(unknown) > 0:
			row(title, dataset.Unknown, l.Fill("cmp.unknown-fields", locale.Slots{"fields": l.List(names...)}))
		case len(list) == 0:
			row(title, dataset.Unknown, locale.Unknown)
		default:
			row(title, dataset.Same, l.Counted(len(list), "parameter"))
		}
	}
	fields(l.Text("section.server-args"), c.Arguments)
	fields(l.Text("section.environment"), c.Environment)
	return t
}

// unequal are the parameters that differ, else those of which one side knows
// nothing: these keep the ids apart then.
func unequal(fields []dataset.Field) []dataset.Field {
	for _, v := range []dataset.Verdict{dataset.Differs, dataset.Unknown} {
		var out []dataset.Field
		for _, f := range fields {
			if f.Verdict == v {
				out = append(out, f)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// compareFields lists every setting of both sides, those that differ first.
func (e *Edition) compareFields(c *dataset.Comparison) *Table {
	l := e.L
	t := &Table{Label: l.Text("cmp.all"), Class: "diff", Head: []Column{Col(l.Text("th.parameter")), Col("A"), Col("B"), Col(l.Text("th.verdict"))}}
	var all []dataset.Field
	for _, list := range [][]dataset.Field{c.Subject, c.Protocol, c.Arguments, c.Environment} {
		for _, f := range list {
			if f.Name != "name" && !slices.ContainsFunc(all, func(x dataset.Field) bool { return x.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	for _, v := range []dataset.Verdict{dataset.Differs, dataset.Unknown, dataset.Same} {
		for _, f := range all {
			if f.Verdict != v || v == dataset.Unknown && f.A == nil && f.B == nil && len(t.Rows) > 60 {
				continue
			}
			a, b := Cut(l.ParamValue(f.Name, f.A), CutCell), Cut(l.ParamValue(f.Name, f.B), CutCell)
			row := Row{Cells: []Cell{CellText(e.paramHead(f.Name))}}
			if v == dataset.Same || f.A == nil && f.B == nil { // one muted value says it for both
				row.Cells = append(row.Cells, Cell{Text: TMuted(a), Span: 2}, e.verdictCell(v))
				t.Rows = append(t.Rows, row)
				continue
			}
			ta, tb := T(a), T(b)
			if f.A == nil {
				ta = TMuted(a)
			}
			if f.B == nil {
				tb = TMuted(b)
			}
			row.Cells = append(row.Cells, Cell{Text: ta}, Cell{Text: tb}, e.verdictCell(v))
			t.Rows = append(t.Rows, row)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// paramHead is a parameter as the head of a row; names of an API keep their
// small letter.
func (e *Edition) paramHead(name string) string {
	s := Cut(e.L.Param(name), CutCell)
	if s == name {
		return s
	}
	return capital(s)
}

// compareLoad is the table of the figures of two load tests. The ratio is the
// plain division; the direction says which way is good.
func (e *Edition) compareLoad(c *dataset.Comparison) *Table {
	l := e.L
	if len(c.Load) == 0 {
		return nil
	}
	t := &Table{Label: l.Text("cmp.values"), Head: []Column{Col(l.Text("th.metric")), Num("A"), Num("B"), Num(l.Text("cmp.ratio-head")), Col(l.Text("th.direction"))}}
	for _, m := range c.Load {
		print, unit := e.scale(m.Kind, m.A, m.B)
		label := e.short(m.Term)
		switch m.Part {
		case "":
		case "mean":
			label = l.Seam(label+" ", lowerFirst(l.Text("th.mean")))
		default:
			label += " " + m.Part
		}
		if unit != "" {
			label = l.Fill("th.metric-unit", locale.Slots{"metric": label, "unit": unit})
		}
		ratio := CellNum(locale.Unknown)
		if !math.IsNaN(m.Ratio) {
			ratio = CellNum(l.Ratio(m.Ratio))
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{CellText(label), CellNum(print(m.A)), CellNum(print(m.B)), ratio, CellText(e.directionWord(m.Better))}})
	}
	switch {
	case !c.Comparable:
		t.Foot = []Text{T(l.Text("cmp.no-ratio"))}
	case len(c.RunsA) < 2 || len(c.RunsB) < 2:
		t.Foot = []Text{T(l.Text("cmp.no-test"))}
	}
	return t
}

func (e *Edition) directionWord(d dataset.Direction) string {
	switch d {
	case dataset.Higher:
		return e.L.Text("word.higher-better")
	case dataset.Lower:
		return e.L.Text("word.lower-better")
	}
	return e.L.Text("word.no-direction")
}

// compareChart shows the main figures of two load tests, a row each with its
// own scale. Protocols that differ get no chart: nothing may be read across.
func (e *Edition) compareChart(id string, c *dataset.Comparison, name namer) Chart {
	l := e.L
	out := Chart{ID: id, Kind: ChartCompare, Lang: e.Lang.Tag()}
	if !c.Comparable {
		return out
	}
	var desc []string
	out.Table = ChartTable{Head: []string{l.Text("th.metric"), "A", "B", l.Text("cmp.ratio-head")}, RawHead: []string{"metric", "a", "b", "ratio"}}
	for _, want := range []measure{outputThroughput, requestThroughput, latencyP50, latencyP95} {
		m := c.Metric(want.path)
		if m == nil || m.A <= 0 || m.B <= 0 {
			continue
		}
		print, unit := e.scale(m.Kind, m.A, m.B)
		side := func(r *dataset.Run, v float64, second bool) ChartSeries {
			s := e.seriesOf(name(r), r)
			s.Second = second
			s.Points = []ChartPoint{{Value: v, Text: print(v), Note: unit, Tip: l.Label(l.Clauses(name(r), want.title(e)), print(v)+" "+unit)}}
			return s
		}
		ratio := l.Ratio(m.Ratio)
		out.Panels = append(out.Panels, ChartPanel{
			Title: want.title(e), Sub: e.directionWord(m.Better), Aside: ratio, AsideHead: l.Text("cmp.ratio-head"),
			Series: []ChartSeries{side(c.A, m.A, true), side(c.B, m.B, false)},
		})
		desc = append(desc, l.Label(want.title(e), l.Clauses(print(m.A)+" "+unit, print(m.B)+" "+unit, ratio)))
		out.Table.Rows = append(out.Table.Rows, []string{l.Fill("th.metric-unit", locale.Slots{"metric": want.title(e), "unit": unit}), print(m.A), print(m.B), ratio})
		out.Table.Raw = append(out.Table.Raw, []ChartRaw{RawText(m.Path), RawNumber(m.A), RawNumber(m.B), RawNumber(m.Ratio)})
	}
	out.Title = l.Text("fig.title-compare")
	out.Sub = l.Fill("cmp.rows-scale", locale.Slots{"a": name(c.A), "b": name(c.B)})
	out.Desc = l.Enum(desc...)
	return out
}

// compareTasks is the table of the scores of two evaluations with the paired
// test, or the interval of the difference where there are no records.
func (e *Edition) compareTasks(c *dataset.Comparison) *Table {
	l := e.L
	if len(c.Tasks) == 0 {
		return nil
	}
	t := &Table{Label: l.Text("section.scores"), Hint: true, Head: []Column{
		Col(l.Text("th.task")), Num("A"), Num("B"), Num(l.Text("th.difference-ci")), Num(l.Text("th.flips")), Num(l.Text("th.p")),
	}}
	for _, x := range c.Tasks {
		diff, flips, p := locale.Unknown, locale.Unknown, locale.Unknown
		if r := x.Texts; r != nil && r.Known {
			diff = l.Bracket(e.change(r.Ratio), e.changeRange(r.Lo, r.Hi))
			t.Foot = append(t.Foot, T(l.Text("fig.note-texts")))
		} else if r := x.Paired; r != nil {
			flips = l.Count(r.OnlyB) + " : " + l.Count(r.OnlyA)
			if x.Comparable {
				diff, p = l.Bracket(l.PointsNumber(r.Difference), l.PointsRange(r.Lo, r.Hi)), l.PNumber(r.P)
				if r.Family > 1 {
					t.Foot = append(t.Foot, T(l.Fill("text.compare-holm", locale.Slots{"n": r.Family, "p": l.PNumber(r.Holm)})))
				}
				if r.DetectableOK {
					t.Foot = append(t.Foot, T(l.Fill("finding.mde", locale.Slots{"n": r.N, "flips": r.OnlyA + r.OnlyB, "mde": l.PointsSize(r.Detectable), "k": r.DetectableItems})))
				}
			}
		} else if m := x.Means; m != nil && x.Comparable {
			diff = l.PointsNumber(m.Mean.Mean)
			if m.Interval {
				diff, p = l.Bracket(diff, l.PointsRange(m.Lo, m.Hi)), l.PNumber(m.P)
			}
			if m.Family > 1 {
				t.Foot = append(t.Foot, T(l.Fill("text.compare-holm", locale.Slots{"n": m.Family, "p": l.PNumber(m.Holm)})))
			}
			t.Foot = append(t.Foot, T(l.Fill("text.compare-means", locale.Slots{"n": m.N, "k": m.Repeats, "units": m.Units})))
		} else if u := x.Unpaired; u != nil && x.Comparable {
			diff = l.Bracket(l.PointsNumber(u.Difference), l.PointsRange(u.Lo, u.Hi))
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			CellText(e.scoreTask(x.A)), CellNum(e.score(x.A)), CellNum(e.score(x.B)), CellNum(diff), CellNum(flips), CellNum(p),
		}})
	}
	if !c.Comparable {
		t.Foot = append(t.Foot, T(l.Text("cmp.no-ratio")))
	}
	return t
}

// compareFlips is the strip of items and the list of flips of a task.
func (e *Edition) compareFlips(b *Base, c *dataset.Comparison, x dataset.TaskPair, name namer, suffix string) (Section, bool) {
	l := e.L
	if x.Paired == nil || len(x.Paired.Flips) == 0 {
		return Section{}, false
	}
	runs := []*dataset.Run{c.A, c.B}
	s := Section{ID: "flips-" + artifact.Slug(x.Task), Title: l.Bracket(l.Text("section.flips"), e.taskLabel(x.Task))}
	if f := b.AddFigure(e.itemsChart("items-"+artifact.Slug(x.Task)+suffix, x.Task, runs, name)); f != nil {
		s.Blocks = append(s.Blocks, Block{Figure: f})
	}
	t := &Table{Label: l.Text("section.flips"), Class: "flips", Head: []Column{Col(l.Text("th.item")), Col(l.Text("th.expected")), Col(name(c.A)), Col(name(c.B))}}
	for i, f := range x.Paired.Flips {
		if i == listedFlips {
			t.Foot = append(t.Foot, T(l.Fill("text.first-listed", locale.Slots{"n": listedFlips})))
			break
		}
		expected := e.answerCell(f.Expected)
		expected.Label = l.Text("th.expected")
		row := Row{Cells: []Cell{e.itemCellOf(b, runs, x.Task, f.Item), expected}}
		for _, side := range []struct {
			r                  *dataset.Run
			extracted, outcome string
		}{{c.A, f.ExtractedA, f.OutcomeA}, {c.B, f.ExtractedB, f.OutcomeB}} {
			cell := e.verdict(dataset.Item{Extracted: side.extracted, Outcome: artifact.Outcome(side.outcome)})
			cell.Label = name(side.r)
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Foot = append(t.Foot, T(l.Fill("finding.flips-short", locale.Slots{
		"baseline": name(c.A), "subject": name(c.B), "fb": x.Paired.OnlyA, "fa": x.Paired.OnlyB,
	})))
	s.Blocks = append(s.Blocks, Block{Table: t})
	return s, true
}

// itemCellOf links a flip of a pair to its page, which may stand under another
// run of the same evaluation.
func (e *Edition) itemCellOf(b *Base, runs []*dataset.Run, task, id string) Cell {
	x := e.flips()
	for _, home := range x.homes {
		if f := x.find(home, task, id); f != nil && slices.Contains(f.runs, runs[0]) && slices.Contains(f.runs, runs[1]) {
			return Cell{Text: TLink(Cut(id, 40), b.Link(itemPath(home, f)))}
		}
	}
	return CellText(Cut(id, 40))
}

package page

import (
	"slices"
	"strconv"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/stats"
)

// sweepMeasure is the latency of a sweep: TTFT where every point has it, else
// the time of the whole request.
type sweepMeasure struct {
	key  string // metric.<key>
	raw  string
	pick func(*artifact.Latency) *artifact.Distribution
}

var sweepMeasures = []sweepMeasure{
	{"ttft", "ttft", func(l *artifact.Latency) *artifact.Distribution { return l.TTFT }},
	{"e2e", "e2e", func(l *artifact.Latency) *artifact.Distribution { return l.E2E }},
}

// sweepValue is the median over the repeats of a point; ok is false when no
// repeat has the value.
func sweepValue(p dataset.SeriesPoint, pick func(*dataset.Run) *float64) (v float64, ok bool) {
	var values []float64
	for _, r := range p.Runs {
		if x := pick(r); x != nil {
			values = append(values, *x)
		}
	}
	rep := stats.NewRepeats(values)
	return rep.Median, rep.N > 0
}

// sweepOf picks the measure that all points of all sweeps have; ok is false
// when there is none.
func sweepOf(list []*dataset.Series) (m sweepMeasure, ok bool) {
	for _, m := range sweepMeasures {
		all := true
		for _, s := range list {
			for _, p := range s.Points {
				_, has := sweepValue(p, percentileOf(m, 50))
				_, out := sweepValue(p, outputThroughput.pick)
				all = all && has && out
			}
		}
		if all {
			return m, len(list) > 0
		}
	}
	return sweepMeasure{}, false
}

func percentileOf(m sweepMeasure, p int) func(*dataset.Run) *float64 {
	return func(r *dataset.Run) *float64 {
		d := m.pick(&r.Load.Latency)
		switch {
		case d == nil:
			return nil
		case p == 50:
			return d.P50
		}
		return r.Shown(d, p)
	}
}

// sweepChart is the curve of latency over throughput: of one sweep every
// percentile that its points may show, of several the median of each subject.
func (e *Edition) sweepChart(id string, list []*dataset.Series) Chart {
	l := e.L
	c := Chart{ID: id, Kind: ChartSweep, Lang: e.Lang.Tag()}
	m, ok := sweepOf(list)
	if !ok {
		return c
	}
	axis := lowerFirst(l.Param(list[0].Axis))
	throughput := l.Clauses(e.label("output-throughput"), "tokens/s", l.Text("fig.log"))
	c.Table = ChartTable{Head: []string{capital(l.Param(list[0].Axis))}, RawHead: []string{"subject", list[0].Axis, "percentile", "output_tokens_per_s", m.raw + "_s"}}
	var lines []ChartSeries
	var parts []string
	var medians []float64
	for _, s := range list {
		for _, p := range s.Points {
			v, _ := sweepValue(p, percentileOf(m, 50))
			medians = append(medians, v)
		}
	}
	scale := l.TimeScale(medians...)
	var subjects []*dataset.Run
	for _, s := range list {
		subjects = append(subjects, s.Points[0].Runs[0])
	}
	name := e.namer(subjects)
	draw := func(s *dataset.Series, p int, line ChartSeries) bool {
		knee, bends := kneeOf(s, m)
		for _, pt := range s.Points {
			y, ok := sweepValue(pt, percentileOf(m, p))
			if !ok {
				return false // a curve with holes would be read as one without
			}
			x, _ := sweepValue(pt, outputThroughput.pick)
			label := strconv.FormatFloat(pt.X, 'g', -1, 64)
			mark := label
			if bends && knee.Load == pt.X {
				mark = l.Bracket(label, l.Text("fig.knee"))
			}
			line.Points = append(line.Points, ChartPoint{
				X: x, Value: y * scale.Factor(), Label: mark,
				Tip: l.Clauses(l.Label(l.Clauses(line.Name, axis+" "+label), scale.Quantity(y).String()), l.Throughput(x).String()),
			})
			line.Label = scale.Quantity(y).String()
			c.Table.Raw = append(c.Table.Raw, []ChartRaw{
				RawText(s.Subject.Name), RawNumber(pt.X), RawText("p" + itoa(p)), RawNumber(x), RawNumber(y),
			})
		}
		lines = append(lines, line)
		return true
	}
	if len(list) == 1 {
		for _, q := range []struct {
			p    int
			slot ChartSlot
		}{{50, SlotMuted}, {90, SlotAccent}, {99, SlotInk}} {
			if draw(list[0], q.p, ChartSeries{Name: "p" + itoa(q.p), Slot: q.slot}) {
				parts = append(parts, "p"+itoa(q.p))
			}
		}
	} else {
		parts = []string{"p50"}
		for i, s := range list {
			draw(s, 50, e.seriesOf(name(subjects[i]), subjects[i]))
		}
	}
	measure := e.short(m.key)
	c.Panels = []ChartPanel{{
		X: ChartAxis{Log: true, Label: throughput}, Y: ChartAxis{Log: true, Label: l.Clauses(e.label(m.key), scale.Unit(), l.Text("fig.log"))},
		Series: lines,
	}}
	if slo, ok := sloOf(list, m); ok {
		c.Panels[0].Ref = &ChartRef{Value: slo * scale.Factor(), Label: l.Fill("fig.slo", locale.Slots{"metric": measure, "limit": l.Seconds(slo).String()})}
	}
	c.Title = l.Fill("fig.title-sweep", locale.Slots{"metric": measure})
	c.Sub = l.Fill("fig.sub-sweep-of", locale.Slots{"percentiles": l.List(parts...), "metric": measure, "axis": axis})
	c.Note = l.Text("fig.note-sweep")
	first, last := list[0].Points[0], list[0].Points[len(list[0].Points)-1]
	a, _ := sweepValue(first, percentileOf(m, 50))
	b, _ := sweepValue(last, percentileOf(m, 50))
	from, _ := sweepValue(first, outputThroughput.pick)
	to, _ := sweepValue(last, outputThroughput.pick)
	c.Desc = l.Fill("fig.desc-sweep", locale.Slots{
		"metric": measure + " p50", "a": scale.Quantity(a).String(), "b": scale.Quantity(b).String(),
		"c": l.Throughput(from).String(), "d": l.Throughput(to).String(),
	})
	if len(list) > 1 {
		c.Desc = l.Label(name(subjects[0]), c.Desc)
	}
	e.sweepTable(&c, lines, scale)
	return c
}

// kneeOf finds where the median latency of a sweep begins to cost more than the
// throughput gains.
func kneeOf(s *dataset.Series, m sweepMeasure) (stats.Knee, bool) {
	var curve []stats.CurvePoint
	for _, p := range s.Points {
		x, _ := sweepValue(p, outputThroughput.pick)
		y, _ := sweepValue(p, percentileOf(m, 50))
		curve = append(curve, stats.CurvePoint{Load: p.X, Throughput: x, Latency: y})
	}
	return stats.FindKnee(curve)
}

// sloOf is the limit that every point of the sweeps was measured against; ok is
// false when they name none or several.
func sloOf(list []*dataset.Series, m sweepMeasure) (limit float64, ok bool) {
	for _, s := range list {
		for _, p := range s.Points {
			for _, r := range p.Runs {
				if r.Load.Goodput == nil {
					return 0, false
				}
				v, named := r.Load.Goodput.SLO[m.key]
				if !named || ok && v != limit {
					return 0, false
				}
				limit, ok = v, true
			}
		}
	}
	return limit, ok
}

// sweepTable is the table behind a sweep: a row per point.
func (e *Edition) sweepTable(c *Chart, lines []ChartSeries, scale locale.Scale) {
	c.Table.Head = []string{e.L.Text("th.value"), c.Table.Head[0], e.L.Text("th.output"), e.L.Fill("th.latency-unit", locale.Slots{"unit": scale.Unit()})}
	for _, s := range lines {
		for _, pt := range s.Points {
			c.Table.Rows = append(c.Table.Rows, []string{s.Name, pt.Label, e.L.Throughput(pt.X).Number, scale.Number(pt.Value / scale.Factor())})
		}
	}
}

// sweepSection shows the sweep that a load test is a point of.
func (e *Edition) sweepSection(b *Base, r *dataset.Run) (Section, bool) {
	s := e.Set.Sweep(r)
	if s == nil {
		return Section{}, false
	}
	at := slices.IndexFunc(s.Points, func(p dataset.SeriesPoint) bool { return slices.Contains(p.Runs, r) })
	out := Section{ID: "sweep", Title: e.L.Text("section.sweep")}
	if f := b.AddFigure(e.sweepChart("sweep-chart", []*dataset.Series{s})); f != nil {
		out.Blocks = append(out.Blocks, Block{Figure: f})
	}
	t := &Table{Label: e.L.Text("section.sweep"), Hint: true, Head: []Column{Col(capital(e.L.Param(s.Axis)))}}
	columns := e.sweepColumns(s)
	for _, c := range columns {
		t.Head = append(t.Head, Num(c.head))
	}
	t.Head = append(t.Head, Num(e.L.Text("th.repeats")))
	for i, p := range s.Points {
		label := strconv.FormatFloat(p.X, 'g', -1, 64)
		head := Cell{Text: TLink(label, b.Link(runPath(p.Runs[0])))}
		if i == at {
			head = Cell{Text: T(label)}
		}
		row := Row{Cells: []Cell{head}}
		for _, c := range columns {
			text := locale.Unknown
			if v, ok := sweepValue(p, c.pick); ok {
				text = c.print(v)
			}
			row.Cells = append(row.Cells, CellNum(text))
		}
		row.Cells = append(row.Cells, CellNum(e.L.Count(len(p.Runs))))
		t.Rows = append(t.Rows, row)
	}
	t.Foot = []Text{T(e.L.Fill("note.sweep-protocol", locale.Slots{"param": lowerFirst(e.L.Param(s.Axis))}))}
	if m, ok := sweepOf([]*dataset.Series{s}); ok {
		if k, bends := kneeOf(s, m); bends {
			t.Foot = append(t.Foot, T(e.L.Fill("note.knee", locale.Slots{
				"param": lowerFirst(e.L.Param(s.Axis)), "at": number(k.Load), "from": number(k.From), "to": number(k.To),
			})))
		}
	}
	out.Blocks = append(out.Blocks, Block{Table: t})
	return out, true
}

// number writes a load level as it was set: 16, 0.5.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// sweepColumn is a figure in the table of a sweep.
type sweepColumn struct {
	head  string
	pick  func(*dataset.Run) *float64
	print func(float64) string
}

// sweepColumns are the figures that at least one point of the sweep has.
func (e *Edition) sweepColumns(s *dataset.Series) []sweepColumn {
	l := e.L
	goodput := func(pick func(*artifact.Goodput) *float64) func(*dataset.Run) *float64 {
		return func(r *dataset.Run) *float64 {
			if r.Load.Goodput == nil {
				return nil
			}
			return pick(r.Load.Goodput)
		}
	}
	var out []sweepColumn
	add := func(c sweepColumn) {
		for _, p := range s.Points {
			if _, ok := sweepValue(p, c.pick); ok {
				out = append(out, c)
				return
			}
		}
	}
	add(sweepColumn{l.Text("th.output"), outputThroughput.pick, func(v float64) string { return l.Throughput(v).Number }})
	add(sweepColumn{l.Text("th.ttft"), ttftP50.pick, func(v float64) string { return l.Number(v*1e3, 1) }})
	add(sweepColumn{l.Fill("th.tpot-p50", locale.Slots{"unit": "ms"}), tpotP50, func(v float64) string { return l.Number(v*1e3, 2) }})
	add(sweepColumn{l.Text("th.e2e"), latencyP50.pick, func(v float64) string { return l.Number(v, 2) }})
	add(sweepColumn{l.Fill("th.metric-unit", locale.Slots{"metric": l.Text("metric.goodput"), "unit": "req/s"}), goodput(func(g *artifact.Goodput) *float64 { return g.RequestsPerS }), func(v float64) string { return l.Number(v, 2) }})
	add(sweepColumn{l.Text("th.slo-met"), goodput(func(g *artifact.Goodput) *float64 { return g.Share }), l.Percent})
	return out
}

func tpotP50(r *dataset.Run) *float64 {
	if d := r.Load.Latency.TPOT; d != nil {
		return d.P50
	}
	return nil
}

// simulatedSweep is the curve of the first family of simulated sweeps, for the
// overview; empty when nothing was swept.
func (e *Edition) simulatedSweep() Chart {
	var list []*dataset.Series
	for _, s := range e.Set.Series {
		if s.Simulated && (len(list) == 0 || s.Key == list[0].Key && s.Axis == list[0].Axis) && len(list) < 8 {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return Chart{}
	}
	return e.sweepChart("simulated-sweep", list)
}

package page

import (
	"math"
	"slices"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// trendFigures is the most trends of one page.
const trendFigures = 20

// TrendsPage shows what changed over time: a subject under a protocol, day by
// day. Many trends are told on several pages.
type TrendsPage struct {
	Base
	Dek      string
	Empty    string // why there is no trend yet
	SoFar    string // how far the newest protocol has come; may be empty
	Sections []Section
	Pages    []Link // the parts, the one in sight without a link; none when one page holds all
}

// shownTrends are the trends that have something to draw, in the order of the
// pages.
func (s *Site) shownTrends() []*dataset.Trend {
	s.shown.once.Do(func() {
		e := s.In(s.Languages()[0])
		for _, t := range s.Set.Trends() {
			if m, ok := e.trendMeasure(t); ok && len(t.Points(m.pick)) > 1 {
				s.shown.list = append(s.shown.list, t)
			}
		}
	})
	return s.shown.list
}

// trendPath is the folder of a page of trends; parts after the first have a
// number.
func trendPath(part int) string {
	if part == 0 {
		return "trends/"
	}
	return "trends/" + itoa(part+1) + "/"
}

// TrendPath is where a trend stands, in an edition.
func (s *Site) TrendPath(t *dataset.Trend) string {
	return trendPath(max(0, slices.Index(s.shownTrends(), t))/trendFigures) + "#" + TrendID(t)
}

func (e *Edition) trendJobs() []Job {
	all := e.shownTrends()
	if len(all) == 0 {
		return []Job{e.job(trendPath(0), func() (Page, error) { return e.Trends(0), nil })}
	}
	var jobs []Job
	for part := 0; part*trendFigures < len(all); part++ {
		shown := all[part*trendFigures : min(len(all), (part+1)*trendFigures)]
		parts := (len(all) + trendFigures - 1) / trendFigures
		jobs = append(jobs, e.job(trendPath(part), func() (Page, error) { return e.Trends(part), nil }, parts, shown))
	}
	return jobs
}

// Trends builds a page of trends, the first is 0.
func (e *Edition) Trends(part int) *TrendsPage {
	l := e.L
	p := &TrendsPage{Base: e.Base("trends", trendPath(part), l.Text("nav.trends"), l.Text("trend.dek")), Dek: l.Text("trend.dek")}
	all := e.shownTrends()
	for i := part * trendFigures; i < min(len(all), (part+1)*trendFigures); i++ {
		t := all[i]
		f := p.AddFigure(e.trendChart("trend-"+itoa(i+1), t))
		if f == nil {
			continue
		}
		last := t.Runs[len(t.Runs)-1]
		s := Section{ID: TrendID(t), Title: e.runTitle(last), Blocks: []Block{{Figure: f}}}
		s.Box = e.protocolBox(&p.Base, last)
		p.Sections = append(p.Sections, s)
	}
	for i := 0; i*trendFigures < len(all) && len(all) > trendFigures; i++ {
		link := Link{itoa(i + 1), p.Link(trendPath(i))}
		if i == part {
			link.Href = ""
		}
		p.Pages = append(p.Pages, link)
	}
	if len(p.Sections) == 0 {
		p.Empty = l.Text("empty.trend")
		if len(e.Set.Standing) > 0 {
			r, n := e.Set.Standing[0], 0
			for _, x := range r.How.Standing() {
				if x.Who == r.Who {
					n++
				}
			}
			p.SoFar = l.Label(Cut(r.Who.Name, CutCell), "") + gapOf(e.Lang) + l.Fill("trend.so-far", locale.Slots{"id": r.Protocol.ID, "n": n, "date": l.Date(r.Day)})
		}
	}
	how := Section{ID: "change-points", Title: l.Text("trend.how")}
	for _, k := range []string{"compared", "test", "size", "version"} {
		if len(how.Blocks) == 0 {
			how.Blocks = []Block{{}}
		}
		how.Blocks[0].Defs = append(how.Blocks[0].Defs, Pair{l.Text("trend." + k), T(l.Text("trend." + k + "-text"))})
	}
	p.Sections = append(p.Sections, how)
	return p
}

// trendMeasure is what a trend is drawn of: output throughput, else the time of
// a request; of an evaluation its score.
func (e *Edition) trendMeasure(t *dataset.Trend) (m measure, ok bool) {
	if t.Runs[0].Load == nil {
		for _, s := range t.Runs[0].Scores {
			return measure{
				path: "score", kind: s.Kind(), term: "score", lower: s.Better == dataset.Lower,
				pick: func(r *dataset.Run) *float64 {
					if x := r.Score(s.Task); x != nil {
						return &x.Value
					}
					return nil
				},
				title: func(e *Edition) string { return e.scoreTask(&s) },
			}, true
		}
		return m, false
	}
	for _, m := range []measure{outputThroughput, latencyP50} {
		if len(t.Points(m.pick)) > 1 {
			return m, true
		}
	}
	return m, false
}

// trendChart is the history of one subject under one protocol: the median of
// each day with the range of its repeats, changes of the engine version, and
// change points.
func (e *Edition) trendChart(id string, t *dataset.Trend) Chart {
	l := e.L
	c := Chart{ID: id, Kind: ChartHistory, Lang: e.Lang.Tag()}
	m, ok := e.trendMeasure(t)
	if !ok {
		return c
	}
	points := t.Points(m.pick)
	if len(points) < 2 {
		return c
	}
	var medians []float64
	for _, p := range points {
		medians = append(medians, p.Median)
	}
	print, unit := e.scale(m.kind, medians...)
	factor := 1.0
	axis := ChartAxis{Unit: unit}
	switch m.kind {
	case dataset.KindSeconds:
		factor = l.TimeScale(medians...).Factor()
	case dataset.KindShare:
		axis.Format = TickPercent
	}
	last := t.Runs[len(t.Runs)-1]
	series := e.seriesOf(e.chartName(last), last)
	c.Table = ChartTable{
		Head:    []string{l.Text("th.date"), l.Text("th.median"), l.Text("th.range"), l.Text("th.repeats"), l.Text("th.version")},
		RawHead: []string{"date", "engine_version", "value"},
	}
	panel := ChartPanel{Y: axis}
	for i, p := range points {
		text := print(p.Median)
		tip := l.Label(l.Date(p.Day), text+gapUnit(unit))
		pt := ChartPoint{X: float64(i), Value: p.Median * factor, Label: p.Day, Text: text, Gap: p.Changed}
		spread := locale.Unknown
		if len(p.Values) > 1 {
			pt.Interval, pt.Lo, pt.Hi = true, p.Lo*factor, p.Hi*factor
			spread = l.NumberRange(print(p.Lo), print(p.Hi))
			pt.Range = spread
			tip = l.Clauses(tip, spread)
		}
		pt.Tip = tip
		series.Points = append(series.Points, pt)
		version := locale.Unknown
		if p.Engine != "" {
			version = Cut(p.Engine, 40)
		}
		c.Table.Rows = append(c.Table.Rows, []string{l.Date(p.Day), text, spread, l.Count(len(p.Values)), version})
		for _, v := range p.Values {
			c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(p.Day), RawText(p.Engine), RawNumber(v)})
		}
		if p.Changed {
			before := points[i-1].Engine
			if before == "" {
				before = l.Text("word.unknown")
			}
			after := p.Engine
			if after == "" {
				after = l.Text("word.unknown")
			}
			panel.Events = append(panel.Events, ChartEvent{X: float64(i) - .5, Label: l.Fill("trend.engine", locale.Slots{"a": Cut(before, 24), "b": Cut(after, 24)})})
		}
	}
	changes := dataset.Changes(points)
	for _, ch := range changes {
		panel.Events = append(panel.Events, ChartEvent{X: float64(ch.At) - .5, Strong: true, Label: l.Fill("trend.change", locale.Slots{"rel": l.RelChange(ch.Shift)})})
	}
	panel.Series = []ChartSeries{series}
	c.Panels = []ChartPanel{panel}
	name := m.title(e)
	c.Title = l.Fill("fig.title-trend", locale.Slots{"metric": lowerFirst(name)})
	if len(changes) > 0 {
		strongest := changes[0]
		for _, ch := range changes[1:] {
			if math.Abs(ch.Shift) > math.Abs(strongest.Shift) {
				strongest = ch
			}
		}
		c.Title = l.Fill("fig.title-trend-change", locale.Slots{"metric": name, "rel": l.RelProse(strongest.Shift), "date": l.Date(points[strongest.At].Day)})
	}
	direction := dataset.Higher
	if m.lower {
		direction = dataset.Lower
	}
	if unit == "" {
		unit = "%"
	}
	c.Sub = l.Fill("trend.sub-days", locale.Slots{"unit": unit, "direction": e.directionWord(direction)})
	c.Note = l.Text("trend.note")
	c.Desc = l.Label(c.Title, l.Clauses(
		l.Label(l.Date(points[0].Day), print(points[0].Median)+gapUnit(unit)),
		l.Label(l.Date(points[len(points)-1].Day), print(points[len(points)-1].Median)+gapUnit(unit)),
	))
	return c
}

// gapUnit puts a unit after a number; percentages hold theirs.
func gapUnit(unit string) string {
	if unit == "" || unit == "%" {
		return ""
	}
	return "\u00a0" + unit
}

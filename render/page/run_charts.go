package page

import (
	"time"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// slot is the colour of a run's subject.
func slot(r *dataset.Run) ChartSlot {
	if r.Who == nil || r.Who.Slot == "" {
		return SlotInk
	}
	return ChartSlot(r.Who.Slot)
}

// mark and dash tell subjects without a colour of their own apart.
func mark(r *dataset.Run) (ChartMark, int) {
	if r.Who != nil && r.Who.Other >= 0 {
		_, m, dash := OtherSlot(r.Who.Other)
		return m, dash
	}
	return MarkOf(slot(r)), 0
}

// seriesOf begins a series of a run.
func (e *Edition) seriesOf(name string, r *dataset.Run) ChartSeries {
	m, dash := mark(r)
	return ChartSeries{Name: name, Slot: slot(r), Mark: m, Dash: dash}
}

// latencyChart shows how far the requests of one load test lie apart.
func (e *Edition) latencyChart(r *dataset.Run) Chart {
	l, d := e.L, r.Load.Latency.E2E
	c := Chart{ID: "latency-chart", Kind: ChartLatency, Lang: e.Lang.Tag()}
	if d == nil || d.P50 == nil || d.Min == nil || d.Max == nil {
		return c
	}
	scale := l.TimeScale(*d.P50)
	spread := l.Seconds(*d.Max - *d.Min).String()
	c.Title = l.Fill("fig.title-spread", locale.Slots{"value": spread})
	c.Sub = e.label("e2e")
	if d.N != nil {
		c.Sub = l.Fill("fig.sub-latency", locale.Slots{"n": int(*d.N)})
	}
	name := e.chartName(r)
	p50 := e.seriesOf(name, r)
	p50.Points = []ChartPoint{{Value: *d.P50 * scale.Factor(), Text: scale.Number(*d.P50), Tip: l.Label(name+" p50", scale.Quantity(*d.P50).String())}}
	c.Panels = []ChartPanel{{
		Title: e.short("e2e") + " p50", Sub: scale.Unit(), X: ChartAxis{Unit: scale.Unit(), FromZero: true}, Series: []ChartSeries{p50},
	}}
	p95 := r.Shown(d, 95)
	small := l.TimeScale(max(*d.Max-*d.P50, *d.P50-*d.Min))
	off := func(v float64) float64 { return (v - *d.P50) * small.Factor() }
	apart := e.seriesOf(name, r)
	apart.Points = []ChartPoint{{
		Value: 0, Interval: true, Lo: off(*d.Min), Hi: off(*d.Max),
		Tip: l.Label(name, l.Range(scale.Quantity(*d.Min), scale.Quantity(*d.Max))),
	}}
	if p95 != nil {
		apart.Points = append(apart.Points, ChartPoint{
			Value: off(*p95), Text: "p95 " + small.Signed(*p95-*d.P50), Tip: l.Label(name+" p95", scale.Quantity(*p95).String()),
		})
	}
	c.Panels = append(c.Panels, ChartPanel{
		Title: l.Text("fig.from-p50"), Sub: small.Unit(), X: ChartAxis{Unit: small.Unit(), Format: TickP50}, Series: []ChartSeries{apart},
	})
	c.Desc = l.Fill("fig.desc-values", locale.Slots{
		"measure": e.label("e2e"),
		"values":  l.Enum(l.Text("th.min")+" "+scale.Number(*d.Min), "p50 "+scale.Number(*d.P50), l.Text("th.max")+" "+scale.Quantity(*d.Max).String()),
	})
	c.Note = l.Text("fig.note-latency")
	c.Table = ChartTable{
		Head:    []string{l.Text("th.value"), l.Fill("th.latency-unit", locale.Slots{"unit": scale.Unit()}), l.Fill("th.from-p50", locale.Slots{"unit": small.Unit()})},
		RawHead: []string{"value", "e2e_s"},
	}
	for _, row := range []struct {
		name string
		v    *float64
	}{{l.Text("th.min"), d.Min}, {e.label("mean"), d.Mean}, {"p50", d.P50}, {"p90", d.P90}, {"p95", p95}, {"p99", r.Shown(d, 99)}, {l.Text("th.max"), d.Max}} {
		if row.v == nil {
			continue
		}
		c.Table.Rows = append(c.Table.Rows, []string{row.name, scale.Number(*row.v), small.Signed(*row.v - *d.P50)})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(row.name), RawNumber(*row.v)})
	}
	return c
}

// chartName is the short name of a run's subject inside a drawing.
func (e *Edition) chartName(r *dataset.Run) string {
	if p := r.Subject.Precision; p != nil && *p != "" {
		return Cut(*p, 24)
	}
	return Cut(r.Subject.Name, 24)
}

// leastBins is how many bins make a timeline; fewer say nothing of time.
const leastBins = 3

// timelineChart shows requests in flight and output over the time of a load
// test that kept them.
func (e *Edition) timelineChart(r *dataset.Run) Chart {
	l, t := e.L, r.Load.Timeline
	c := Chart{ID: "timeline", Kind: ChartTimeline, Lang: e.Lang.Tag()}
	if t == nil || t.StepS == nil || *t.StepS <= 0 || max(len(t.Running), len(t.OutputTokensPerS)) < leastBins {
		return c
	}
	c.Title = l.Text("fig.title-timeline")
	c.Sub = l.Fill("fig.bins", locale.Slots{"unit": "tokens/s", "bin": l.Seconds(*t.StepS).String()})
	c.Desc = c.Title + " " + c.Sub
	at := func(i int) float64 { return float64(i) * *t.StepS }
	c.Table = ChartTable{Head: []string{"s"}, RawHead: []string{"second"}}
	n := max(len(t.Running), len(t.OutputTokensPerS))
	column := func(title, raw string, values []float64) {
		if len(values) == 0 {
			return
		}
		s := e.seriesOf(e.chartName(r), r)
		s.Step = true
		for i, v := range values {
			s.Points = append(s.Points, ChartPoint{X: at(i), Value: v, Tip: l.Label(l.Number(at(i), 1)+" s", l.Number(v, 1))})
		}
		c.Panels = append(c.Panels, ChartPanel{Title: title, X: ChartAxis{Label: l.Text("fig.since-first"), FromZero: true}, Y: ChartAxis{FromZero: true}, Series: []ChartSeries{s}})
		c.Table.Head = append(c.Table.Head, title)
		c.Table.RawHead = append(c.Table.RawHead, raw)
	}
	column(l.Text("metric.in-flight"), "running", t.Running)
	column(l.Text("th.output"), "output_tokens_per_s", t.OutputTokensPerS)
	for i := range n {
		row, raw := []string{l.Number(at(i), 1)}, []ChartRaw{RawNumber(at(i))}
		for _, values := range [][]float64{t.Running, t.OutputTokensPerS} {
			if len(values) == 0 {
				continue
			}
			if i < len(values) {
				row, raw = append(row, l.Number(values[i], 1)), append(raw, RawNumber(values[i]))
			} else {
				row, raw = append(row, locale.Unknown), append(raw, ChartRaw{})
			}
		}
		c.Table.Rows, c.Table.Raw = append(c.Table.Rows, row), append(c.Table.Raw, raw)
	}
	return c
}

// serverChart shows what the server log says of running requests, cache and
// output.
func (e *Edition) serverChart(r *dataset.Run) Chart {
	l, m := e.L, r.Load.ServerMetrics
	c := Chart{ID: "server-log", Kind: ChartTimeline, Lang: e.Lang.Tag()}
	if m == nil || len(m.Samples) < leastBins {
		return c
	}
	seconds, ok := sampleTimes(m.Samples)
	if !ok {
		return c
	}
	since := l.Text("fig.since-first-line")
	c.Title = l.Text("side.log.lead")
	if m.Source != nil && *m.Source == "metrics" {
		c.Title, since = l.Text("fig.title-metrics"), l.Text("fig.since-first-look")
	}
	c.Sub = l.Enum(l.Text("metric.in-flight"), l.Text("th.output"), l.Text("metric.hit-rate"))
	c.Desc = l.Label(c.Title, c.Sub)
	c.Table = ChartTable{Head: []string{l.Text("th.time")}, RawHead: []string{"time"}}
	columns := []struct {
		title, raw string
		share      bool
		pick       func(artifact.ServerSample) *float64
	}{
		{l.Text("metric.in-flight"), "running", false, func(s artifact.ServerSample) *float64 { return s.Running }},
		{l.Text("th.output"), "output_tokens_per_s", false, func(s artifact.ServerSample) *float64 { return s.OutputTokensPerS }},
		{l.Text("metric.hit-rate"), "prefix_cache_hit_rate", true, func(s artifact.ServerSample) *float64 { return s.PrefixCacheHitRate }},
	}
	print := func(v float64, share bool) string {
		if share {
			return l.Percent(v)
		}
		return l.Number(v, 1)
	}
	for _, s := range m.Samples {
		c.Table.Rows = append(c.Table.Rows, []string{Cut(s.Time, CutCell)})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(s.Time)})
	}
	for _, col := range columns {
		series := e.seriesOf(e.chartName(r), r)
		for i, s := range m.Samples {
			v := col.pick(s)
			if v == nil {
				c.Table.Rows[i] = append(c.Table.Rows[i], locale.Unknown)
				c.Table.Raw[i] = append(c.Table.Raw[i], ChartRaw{})
				continue
			}
			series.Points = append(series.Points, ChartPoint{X: seconds[i], Value: *v, Tip: l.Label(Cut(s.Time, CutCell), print(*v, col.share))})
			c.Table.Rows[i] = append(c.Table.Rows[i], print(*v, col.share))
			c.Table.Raw[i] = append(c.Table.Raw[i], RawNumber(*v))
		}
		c.Table.Head = append(c.Table.Head, col.title)
		c.Table.RawHead = append(c.Table.RawHead, col.raw)
		if len(series.Points) < 2 { // one look is no course
			continue
		}
		y := ChartAxis{FromZero: true}
		if col.share {
			y.Format, y.Max = TickPercent, 1
		}
		c.Panels = append(c.Panels, ChartPanel{Title: col.title, X: ChartAxis{Label: since}, Y: y, Series: []ChartSeries{series}})
	}
	return c
}

// sampleTimes turns the times of log lines into seconds since the first one. A
// log without years or with other forms of time gives no axis.
func sampleTimes(samples []artifact.ServerSample) ([]float64, bool) {
	var out []float64
	var first time.Time
	for i, s := range samples {
		t, ok := logTime(s.Time)
		if !ok {
			return nil, false
		}
		if i == 0 {
			first = t
		}
		out = append(out, t.Sub(first).Seconds())
	}
	return out, true
}

func logTime(s string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// scoreChart shows the scores of one evaluation with their intervals, and
// beside a rescored one what was published.
func (e *Edition) scoreChart(r *dataset.Run) Chart {
	l := e.L
	c := Chart{ID: "scores", Kind: ChartAccuracy, Lang: e.Lang.Tag()}
	panel := ChartPanel{X: ChartAxis{Format: TickPercent}, Heads: []string{l.Text("th.ci")}}
	c.Table = ChartTable{
		Head:    []string{l.Text("th.task"), l.Text("th.score"), l.Text("th.ci"), l.Text("th.n"), e.label("scorer")},
		RawHead: []string{"task", "score", "ci_lo", "ci_hi", "n", "scorer"},
		Right:   1,
	}
	row := func(label string, s *dataset.Score) {
		ci, scorer := locale.Unknown, locale.Unknown
		lo, hi := ChartRaw{}, ChartRaw{}
		if s.Interval {
			ci, lo, hi = e.interval(s), RawNumber(s.Lo), RawNumber(s.Hi)
		}
		if s.Scorer != nil {
			scorer = scorerWord(*s.Scorer)
		}
		c.Table.Rows = append(c.Table.Rows, []string{label, e.share(s), ci, e.itemCount(s.N), scorer})
		c.Table.Raw = append(c.Table.Raw, []ChartRaw{RawText(s.Task), RawNumber(s.Value), lo, hi, RawNumber(float64(s.N)), RawText(scorer)})
	}
	published := false
	for i := range r.Scores {
		s := &r.Scores[i]
		if s.Number() && len(r.Scores) > 1 || !s.Number() && (s.Value < 0 || s.Value > 1) || len(panel.Series) == 20 {
			continue
		}
		if s.Number() {
			panel.X.Format = TickNumber
		}
		name := e.chartName(r)
		if len(r.Scores) > 1 {
			name = Cut(e.taskLabel(s.Task), 24)
		}
		series := e.scoreSeries(name, r, s)
		row(e.scoreTask(s), s)
		if len(r.DerivedFrom) > 0 && r.DerivedFrom[0].How == artifact.HowRescore && len(r.Parents) > 0 {
			if old := r.Parents[0].Score(s.Task); old != nil {
				pt := e.scorePoint(name, old)
				pt.Hollow = true
				series.Points = append(series.Points, pt)
				row(l.Bracket(e.scoreTask(s), l.Text("fig.as-published")), old)
				published = true
			}
		}
		panel.Series = append(panel.Series, series)
	}
	if len(panel.Series) == 0 {
		return c
	}
	c.Panels = []ChartPanel{panel}
	if published {
		c.Key = []ChartKey{{Text: l.Text("fig.rescored")}, {Text: l.Text("fig.as-published"), Hollow: true}}
		c.Note = l.Text("fig.note-published")
	}
	c.Title = l.Text("section.scores")
	if s := &r.Scores[0]; len(r.Scores) == 1 && s.Correct >= 0 {
		c.Title = l.Fill("fig.title-accuracy", locale.Slots{"k": s.Correct, "n": s.N, "task": e.scoreTask(s)})
		c.Sub = l.Fill("fig.sub-accuracy", locale.Slots{"n": s.N})
	}
	c.Desc = e.scoresDesc(panel)
	return c
}

// itemCount is a number of items, a dash when it is 0: then nobody knows it.
func (e *Edition) itemCount(n int) string {
	if n <= 0 {
		return locale.Unknown
	}
	return e.L.Count(n)
}

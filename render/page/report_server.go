package page

import (
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// hitRate is the share of prompt tokens that came from the prefix cache.
var hitRate = measure{
	"load.server_metrics.prefix_cache_hit_rate", "prefix-hit-rate", dataset.KindShare,
	func(r *dataset.Run) *float64 {
		if r.Load.ServerMetrics == nil {
			return nil
		}
		return r.Load.ServerMetrics.PrefixCacheHitRate
	},
	func(e *Edition) string { return e.L.Text("metric.hit-rate") }, false,
}

// serverChart shows what the server log says of each subject: memory that the
// weights take, room that is left for the KV cache, prefix cache hits.
func (w *writer) serverChart(t *dataset.Topic) Chart {
	c := Chart{Kind: ChartGlance, Lang: w.Lang.Tag(), Title: w.L.Text("fig.title-server"), Sub: w.L.Text("fig.sub-server"), Note: w.L.Text("fig.note-memory")}
	if order := best(t, cacheTokens); len(order) > 0 {
		v, _ := ratioTo(t, order[0], cacheTokens)
		c.Title = w.L.Fill("fig.title-ratio", locale.Slots{
			"subject": w.name(order[0]), "baseline": w.name(t.Baseline), "metric": w.L.Text("metric.kv-prose"), "ratio": w.L.RatioNumber(v),
		})
	}
	measures := []measure{}
	var desc []string
	for _, m := range []measure{weights, cacheTokens, hitRate} {
		if known(t, m) {
			measures = append(measures, m)
			p := w.panel(t, m)
			c.Panels = append(c.Panels, p)
			desc = append(desc, w.describe(t, m))
		}
	}
	c.Desc = w.L.Sentences(desc...)
	c.Table = w.measureTable(t, measures)
	return c
}

// measureTable has a row per subject and a column per measure.
func (w *writer) measureTable(t *dataset.Topic, measures []measure) ChartTable {
	table := ChartTable{Head: []string{w.subjectHead(t)}, RawHead: []string{"subject"}}
	for _, m := range measures {
		head := m.title(w.Edition)
		if _, unit, _ := w.unit(t, m); unit != "" {
			head = w.L.Fill("th.metric-unit", locale.Slots{"metric": head, "unit": unit})
		}
		table.Head, table.RawHead = append(table.Head, head), append(table.RawHead, m.path)
	}
	for _, r := range t.Runs {
		row, raw := []string{w.name(r)}, []ChartRaw{RawText(r.Subject.Name)}
		for _, m := range measures {
			s, v := w.printed(t, r, m)
			row, raw = append(row, s), append(raw, v)
		}
		table.Rows, table.Raw = append(table.Rows, row), append(table.Raw, raw)
	}
	return table
}

// relativeChart sets each measure of the subjects against the baseline.
func (w *writer) relativeChart(t *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartRelative, Lang: w.Lang.Tag()}
	if t.Baseline == nil {
		return c
	}
	base := w.name(t.Baseline)
	c.Title = l.Fill("fig.title-relative", locale.Slots{"baseline": base})
	c.Sub = l.Fill("fig.sub-relative", locale.Slots{"baseline": base})
	if known(t, weights) || known(t, cacheTokens) {
		c.Note = l.Text("fig.note-memory")
	}
	c.Table = ChartTable{Head: []string{l.Text("th.metric")}, RawHead: []string{"metric"}}
	for _, r := range t.Runs {
		if r != t.Baseline {
			c.Table.Head = append(c.Table.Head, w.name(r))
			c.Table.RawHead = append(c.Table.RawHead, r.Subject.Name)
		}
	}
	c.Table.Head = append(c.Table.Head, l.Text("th.direction"))
	c.Table.RawHead = append(c.Table.RawHead, "better")
	var desc []string
	for _, m := range []measure{outputThroughput, latencyP50, latencyP95, weights, cacheTokens} {
		if !known(t, m) {
			continue
		}
		better := l.Text("word.higher-better")
		if m.lower {
			better = l.Text("word.lower-better")
		}
		p := ChartPanel{
			Title: m.title(w.Edition), Sub: better, X: ChartAxis{Log: true, Format: TickRatio},
			Ref: &ChartRef{Value: 1, Label: l.Fill("fig.equals-baseline", locale.Slots{"baseline": base}), Slot: slot(t.Baseline)},
		}
		row, raw := []string{p.Title}, []ChartRaw{RawText(m.path)}
		var values []string
		for _, r := range t.Runs {
			v, ok := ratioTo(t, r, m)
			if r == t.Baseline || !ok || v <= 0 {
				continue
			}
			s := w.seriesOf(w.name(r), r)
			s.Points = []ChartPoint{{Value: v, Text: l.Ratio(v), Tip: l.Label(l.Clauses(s.Name, p.Title), l.Ratio(v))}}
			p.Series = append(p.Series, s)
			row, raw = append(row, l.Ratio(v)), append(raw, RawNumber(v))
			values = append(values, s.Name+" "+l.Ratio(v))
		}
		if len(p.Series) != len(t.Runs)-1 {
			continue
		}
		c.Panels = append(c.Panels, p)
		c.Table.Rows, c.Table.Raw = append(c.Table.Rows, append(row, better)), append(c.Table.Raw, append(raw, RawText(direction(m))))
		desc = append(desc, l.Fill("fig.desc-values", locale.Slots{"measure": p.Title, "values": l.Enum(values...)}))
	}
	c.Desc = l.Sentences(desc...)
	return c
}

func direction(m measure) string {
	if m.lower {
		return "lower"
	}
	return "higher"
}

func (w *writer) serverSide(*dataset.Topic) []Side { return []Side{w.side("cache-room", nil)} }

func (w *writer) relativeSide(t *dataset.Topic) []Side {
	return []Side{w.side("ratios", locale.Slots{"baseline": w.name(t.Baseline)})}
}

// glance is the whole report in one drawing: a row per subject, a column per
// measure.
func (w *writer) glance() Chart {
	c := Chart{ID: "glance", Kind: ChartGlance, Lang: w.Lang.Tag(), Title: w.L.Text("fig.title-glance")}
	var rows []string // names of subjects, in the order in which they first come
	at := func(name string) int {
		for i, n := range rows {
			if n == name {
				return i
			}
		}
		rows = append(rows, name)
		return len(rows) - 1
	}
	for _, t := range w.r.Topics {
		for _, r := range t.Runs {
			at(w.name(r))
		}
	}
	if len(rows) > 8 {
		return Chart{} // too many for a glance
	}
	var desc []string
	for _, t := range w.r.Topics {
		if len(c.Panels) == 4 {
			break
		}
		if t.Kind == "eval" {
			if p, ok := w.glanceScores(t); ok {
				c.Panels = append(c.Panels, p)
				desc = append(desc, w.L.Fill("fig.desc-values", locale.Slots{"measure": p.Title, "values": w.scoresDesc(p)}))
			}
			continue
		}
		for _, m := range []measure{outputThroughput, latencyP50, weights} {
			if len(c.Panels) < 4 && known(t, m) {
				p := w.panel(t, m)
				c.Panels = append(c.Panels, p)
				desc = append(desc, w.describe(t, m))
			}
		}
	}
	short := w.shortRows()
	for i := range c.Panels {
		series := make([]ChartSeries, len(rows))
		for j, name := range rows {
			series[j] = ChartSeries{Name: name, Label: short[name], Slot: SlotMuted, Points: []ChartPoint{{Missing: true, Text: locale.Unknown}}}
		}
		for _, s := range c.Panels[i].Series {
			s.Label = short[s.Name]
			series[at(s.Name)] = s
		}
		c.Panels[i].Series = series
	}
	c.Desc = w.L.Sentences(desc...)
	return c
}

// shortRows are the rows of the glance by tensor parallelism alone, for a phone,
// when that is what tells them apart: "TP=2" for "2× MIG (TP=2)".
func (w *writer) shortRows() map[string]string {
	short, used := map[string]string{}, map[string]string{}
	for _, t := range w.r.Topics {
		for _, r := range t.Runs {
			tp := r.Subject.Parallel.TP
			if tp == nil {
				return nil
			}
			name, s := w.name(r), "TP="+itoa(int(*tp))
			if other, ok := used[s]; ok && other != name {
				return nil
			}
			short[name], used[s] = s, name
		}
	}
	return short
}

// glanceScores is the column of an evaluation.
func (w *writer) glanceScores(t *dataset.Topic) (ChartPanel, bool) {
	p := ChartPanel{Title: w.shortTask(t.Task), Sub: w.L.Text("th.ci"), Dots: true, X: ChartAxis{Format: TickPercent}}
	for _, r := range t.Runs {
		s := r.Score(t.Task)
		if s == nil {
			return p, false
		}
		row := w.scoreSeries(w.name(r), r, s)
		if s.Number() {
			p.X.Format, p.Sub = TickNumber, w.inside(s.Metric)
		}
		if s.Correct >= 0 {
			row.Points[0].Text = w.L.Count(s.Correct)
			p.Sub = w.L.Fill("fig.sub-items", locale.Slots{"n": s.N})
		}
		p.Series = append(p.Series, row)
	}
	return p, len(p.Series) > 0
}

// shortTask is the name of a task without the part that was asked.
func (w *writer) shortTask(task string) string { return w.taskLabel(task) }

package page

import (
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// throughputChart shows output and prompt throughput of the subjects of a topic.
func (w *writer) throughputChart(t *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartBars, Lang: w.Lang.Tag(), Title: w.ratioTitle(t, outputThroughput)}
	c.Sub = l.Fill("fig.measure-direction", locale.Slots{"measure": w.label("throughput"), "unit": "tokens/s", "direction": l.Text("word.higher-better")})
	c.Note = l.Sentences(w.protocolNote(t), w.repeatsNote(t))
	for i, m := range []measure{outputThroughput, promptThroughput} {
		if !known(t, m) {
			continue
		}
		p := w.panel(t, m)
		p.Sub = ""
		for j, r := range t.Runs {
			pt := &p.Series[j].Points[0]
			if v, ok := ratioTo(t, r, m); ok {
				pt.Note = l.Ratio(v)
			} else if r == t.Baseline {
				pt.Note = l.Text("word.baseline")
			}
			p.Series[j].Second = p.Series[j].Second || i > 0
		}
		if i > 0 && hasNotice(t, "prefix-cache-hot") {
			p.Sub = l.Text("fig.hits-included")
		}
		c.Panels = append(c.Panels, p)
	}
	if len(c.Panels) == 0 {
		return c
	}
	c.Desc = w.describe(t, outputThroughput)
	c.Table = w.throughputTable(t)
	return c
}

// describe says the values of a measure in a sentence.
func (w *writer) describe(t *dataset.Topic, m measure) string {
	print, unit, _ := w.unit(t, m)
	var values []string
	for _, r := range t.Runs {
		value := locale.Unknown
		if rep, ok := figureOf(t, r, m); ok {
			value = strings.TrimSpace(print(rep.Median) + " " + unit)
		}
		values = append(values, w.L.Fill("fig.desc-value", locale.Slots{"subject": w.name(r), "value": value}))
	}
	return w.L.Fill("fig.desc-values", locale.Slots{"measure": m.title(w.Edition), "values": w.L.Enum(values...)})
}

// ratioTitle states the finding of a throughput chart: the farthest subject,
// and the second one where there is one.
func (w *writer) ratioTitle(t *dataset.Topic, m measure) string {
	order := best(t, m)
	metric := w.termInside(m.term)
	switch {
	case len(order) == 0 && len(t.Runs) == 1:
		if rep, ok := figureOf(t, t.Runs[0], m); ok {
			print, unit, _ := w.unit(t, m)
			return w.L.Fill("fig.title-value", locale.Slots{"subject": w.name(t.Runs[0]), "metric": metric, "value": print(rep.Median) + "\u00a0" + unit})
		}
		fallthrough
	case len(order) == 0:
		return w.L.Text("fig.title-throughput")
	}
	first, _ := ratioTo(t, order[0], m)
	slots := locale.Slots{"subject": w.name(order[0]), "baseline": w.name(t.Baseline), "metric": metric, "ratio": w.L.RatioNumber(first)}
	if len(order) == 1 {
		return w.L.Fill("fig.title-ratio", slots)
	}
	second, _ := ratioTo(t, order[1], m)
	slots["second"], slots["ratio_second"] = w.name(order[1]), w.L.RatioNumber(second)
	return w.L.Fill("fig.title-ratio-two", slots)
}

// termInside is the name of a term inside a sentence.
func (w *writer) termInside(key string) string {
	t, ok := w.L.Term(key)
	if !ok {
		return key
	}
	return t.Name
}

func (w *writer) throughputTable(t *dataset.Topic) ChartTable {
	l := w.L
	table := ChartTable{
		Head:    []string{w.subjectHead(t), l.Text("th.output"), l.Text("th.prompt"), l.Text("th.reqs"), l.Text("th.vs-baseline"), l.Text("th.repeats")},
		RawHead: []string{"subject", "output_tokens_per_s", "prompt_tokens_per_s", "requests_per_s", "ratio", "repeats"},
	}
	for _, r := range t.Runs {
		row, raw := []string{w.name(r)}, []ChartRaw{RawText(r.Subject.Name)}
		for _, m := range []measure{outputThroughput, promptThroughput, requestThroughput} {
			s, v := w.printed(t, r, m)
			row, raw = append(row, s), append(raw, v)
		}
		ratio, rawRatio := w.printedRatio(t, r, outputThroughput)
		row = append(row, ratio, l.Count(len(t.Repeats[r])))
		raw = append(raw, rawRatio, RawNumber(float64(len(t.Repeats[r]))))
		table.Rows, table.Raw = append(table.Rows, row), append(table.Raw, raw)
	}
	return table
}

// printed is a measure of a subject for a table and for a CSV file.
func (w *writer) printed(t *dataset.Topic, r *dataset.Run, m measure) (string, ChartRaw) {
	rep, ok := figureOf(t, r, m)
	if !ok {
		return locale.Unknown, ChartRaw{}
	}
	print, _, _ := w.unit(t, m)
	return print(rep.Median), RawNumber(rep.Median)
}

func (w *writer) printedRatio(t *dataset.Topic, r *dataset.Run, m measure) (string, ChartRaw) {
	if r == t.Baseline {
		return w.L.Text("word.baseline"), RawNumber(1)
	}
	if v, ok := ratioTo(t, r, m); ok {
		return w.L.Ratio(v), RawNumber(v)
	}
	return locale.Unknown, ChartRaw{}
}

// subjectHead heads the column that tells the subjects apart.
func (w *writer) subjectHead(t *dataset.Topic) string {
	for _, r := range t.Runs {
		if w.name(r) != text(r.Subject.Precision) {
			return w.L.Text("th.subject")
		}
	}
	return w.L.Text("th.precision")
}

// latencyChart shows the median and how far the requests lie apart.
func (w *writer) latencyChart(t *dataset.Topic) Chart {
	l := w.L
	c := Chart{Kind: ChartLatency, Lang: w.Lang.Tag()}
	if !known(t, latencyP50) {
		return c
	}
	c.Title = w.latencyTitle(t)
	n, few := 0, false
	for _, r := range t.Runs {
		if d := r.Load.Latency.E2E; d.N != nil {
			n = int(*d.N)
			few = few || n < 100
		}
	}
	c.Sub = l.Fill("fig.measure-direction", locale.Slots{"measure": w.label("e2e"), "unit": l.Counted(n, "request"), "direction": l.Text("word.lower-better")})
	notes := []string{l.Text("fig.note-latency")}
	if few {
		notes = append(notes, l.Fill("note.percentiles-few", locale.Slots{"need": 100, "percentile": "p99"}))
	}
	c.Note = l.Sentences(notes...)
	c.Desc = w.describe(t, latencyP50)
	p50 := w.panel(t, latencyP50)
	p50.Title = l.Fill("fig.from-zero", locale.Slots{"what": "p50"})
	c.Panels = []ChartPanel{p50}
	if apart, ok := w.apart(t); ok {
		c.Panels = append(c.Panels, apart)
	}
	c.Table = w.latencyTable(t)
	return c
}

// apart shows the distance of the fastest, the slowest and the 95th request from
// the median.
func (w *writer) apart(t *dataset.Topic) (ChartPanel, bool) {
	l := w.L
	far := 0.0
	for _, r := range t.Runs {
		d := r.Load.Latency.E2E
		if d.Min == nil || d.Max == nil {
			return ChartPanel{}, false
		}
		far = max(far, *d.Max-*d.P50, *d.P50-*d.Min)
	}
	scale, small := l.TimeScale(medians(t)...), l.TimeScale(far)
	p := ChartPanel{
		Title: l.Text("fig.from-p50"), Sub: l.Fill("fig.enlarged", locale.Slots{"unit": small.Unit()}),
		X: ChartAxis{Unit: small.Unit(), Format: TickP50}, Ref: &ChartRef{},
	}
	for _, r := range t.Runs {
		d := r.Load.Latency.E2E
		off := func(v float64) float64 { return (v - *d.P50) * small.Factor() }
		s := w.seriesOf(w.name(r), r)
		s.Points = []ChartPoint{{
			Interval: true, Lo: off(*d.Min), Hi: off(*d.Max),
			Tip: l.Label(w.name(r), l.Range(scale.Quantity(*d.Min), scale.Quantity(*d.Max))),
		}}
		if v := r.Shown(d, 95); v != nil {
			s.Points = append(s.Points, ChartPoint{
				Value: off(*v), Text: "p95 " + small.Signed(*v-*d.P50), Tip: l.Label(w.name(r)+" p95", scale.Quantity(*v).String()),
			})
		}
		p.Series = append(p.Series, s)
	}
	return p, true
}

func medians(t *dataset.Topic) []float64 {
	var out []float64
	for _, r := range t.Runs {
		out = append(out, *r.Load.Latency.E2E.P50)
	}
	return out
}

// latencyTitle states by how much the median of the farthest subject is lower or
// higher than that of the baseline.
func (w *writer) latencyTitle(t *dataset.Topic) string {
	order := best(t, latencyP50)
	metric := w.termInside("e2e")
	if len(order) == 0 {
		if len(t.Runs) == 1 {
			return w.L.Fill("fig.title-latency", locale.Slots{"percentile": "p50", "metric": metric, "subject": w.name(t.Runs[0]), "value": w.L.Seconds(medians(t)[0]).String()})
		}
		return w.label("e2e")
	}
	first, _ := ratioTo(t, order[0], latencyP50)
	slots := locale.Slots{
		"percentile": "p50", "metric": metric, "subject": w.name(order[0]), "baseline": w.name(t.Baseline), "rel": w.L.RelSize(first - 1),
	}
	if first > 1 {
		return w.L.Fill("fig.title-latency-higher", slots)
	}
	if len(order) > 1 {
		if second, _ := ratioTo(t, order[1], latencyP50); second < 1 {
			slots["second"], slots["rel_second"] = w.name(order[1]), w.L.RelSize(second-1)
			return w.L.Fill("fig.title-latency-lower-two", slots)
		}
	}
	return w.L.Fill("fig.title-latency-lower", slots)
}

func (w *writer) latencyTable(t *dataset.Topic) ChartTable {
	l := w.L
	scale := l.TimeScale(medians(t)...)
	table := ChartTable{
		Head: []string{
			w.subjectHead(t), l.Text("th.requests"), l.Fill("th.min-unit", locale.Slots{"unit": scale.Unit()}), l.Text("th.mean"), "p50", "p95", l.Text("th.max"), "p95 / p50",
		},
		RawHead: []string{"subject", "n", "min_s", "mean_s", "p50_s", "p95_s", "max_s", "p95_over_p50"},
	}
	for _, r := range t.Runs {
		d := r.Load.Latency.E2E
		row, raw := []string{w.name(r)}, []ChartRaw{RawText(r.Subject.Name)}
		if d.N == nil {
			row, raw = append(row, locale.Unknown), append(raw, ChartRaw{})
		} else {
			row, raw = append(row, l.Count(int(*d.N))), append(raw, RawNumber(float64(*d.N)))
		}
		p95 := r.Shown(d, 95)
		var tail *float64
		if p95 != nil && *d.P50 > 0 {
			tail = artifact.Ptr(*p95 / *d.P50)
		}
		for _, v := range []*float64{d.Min, d.Mean, d.P50, p95, d.Max} {
			row = append(row, l.Opt(v, scale.Number))
			raw = append(raw, rawOpt(v))
		}
		row, raw = append(row, l.Opt(tail, l.Ratio)), append(raw, rawOpt(tail))
		table.Rows, table.Raw = append(table.Rows, row), append(table.Raw, raw)
	}
	return table
}

func rawOpt(v *float64) ChartRaw {
	if v == nil {
		return ChartRaw{}
	}
	return RawNumber(*v)
}

// hasNotice reports whether a run of the topic raises the notice.
func hasNotice(t *dataset.Topic, code string) bool {
	for _, r := range t.Runs {
		for _, n := range r.Notices {
			if n.Code == code {
				return true
			}
		}
	}
	return false
}

func (w *writer) side(name string, slots locale.Slots) Side {
	return Side{w.L.Text("side." + name + ".lead"), Rich(w.L.Fill("side."+name+".text", slots))}
}

func (w *writer) throughputSide(*dataset.Topic) []Side { return []Side{w.side("output", nil)} }

// latencySide explains latencies that are suspiciously even: one prompt and one
// output length let the requests in flight move in step.
func (w *writer) latencySide(t *dataset.Topic) []Side {
	r := t.Runs[0]
	c, ok := r.Protocol.Parameters["concurrency"].(float64)
	offered := r.Load.Requests.Offered
	if !ok || c < 1 || offered == nil || !hasNotice(t, "identical-prompts") || !hasNotice(t, "output-capped") {
		return nil
	}
	waves := (int(*offered) + int(c) - 1) / int(c)
	return []Side{w.side("even", locale.Slots{"c": int(c), "n": int(*offered), "waves": waves})}
}

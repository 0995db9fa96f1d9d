package page

import (
	"cmp"
	"maps"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// loadTiles are the six figures at the head of a load test.
func (e *Edition) loadTiles(r *dataset.Run) []Tile {
	l, load := e.L, r.Load
	missing := locale.Unknown
	streamed := r.Protocol.Parameters["streaming"] != false

	out := Tile{Label: e.label("output-throughput"), Value: missing, Note: l.Text("run.tile-not-recorded")}
	if v := load.Throughput.OutputTokensPerS; v != nil {
		q := l.Throughput(*v)
		out = Tile{out.Label, q.Number, q.Unit, l.Text("run.tile-waiting")}
	}
	rate := Tile{Label: e.label("request-throughput"), Value: missing, Note: l.Text("run.tile-not-recorded")}
	if v := load.Throughput.RequestsPerS; v != nil {
		q := l.Rate(*v)
		rate = Tile{rate.Label, q.Number, q.Unit, ""}
		if load.DurationS != nil && load.Requests.Completed != nil {
			rate.Note = l.Fill("run.tile-requests", locale.Slots{"n": int(*load.Requests.Completed), "duration": l.Seconds(*load.DurationS).String()})
		}
	}
	requests := Tile{Label: l.Text("th.requests"), Value: missing, Note: l.Text("run.tile-not-recorded")}
	if v := load.Requests.Offered; v != nil {
		requests = Tile{requests.Label, l.Count(int(*v)), "", ""}
		if f := load.Requests.Failed; f != nil {
			key := locale.FailuresKey(int(*f), int(*v))
			requests.Note, _ = locale.Headline(l.Fill(key, locale.Slots{"offered": int(*v), "failed": int(*f), "completed": int(*v - *f)}))
		}
	}
	p50 := e.latencyTile("metric.e2e", "p50", load.Latency.E2E, pick50, nil, l.Text("run.tile-not-recorded"))
	p95 := e.latencyTile("metric.e2e", "p95", load.Latency.E2E, func(d *artifact.Distribution) *float64 { return r.Shown(d, 95) }, pick50, e.whyNoPercentile(load.Latency.E2E, 20))
	why := l.Text("run.tile-not-recorded")
	if !streamed {
		why = l.Text("run.tile-not-streamed")
	}
	ttft := e.latencyTile("metric.ttft", "p50", load.Latency.TTFT, pick50, nil, why)
	return []Tile{out, rate, requests, p50, p95, ttft}
}

func pick50(d *artifact.Distribution) *float64 { return d.P50 }

// latencyTile is one percentile; above is the value with which its note
// compares it.
func (e *Edition) latencyTile(key, part string, d *artifact.Distribution, pick, above func(*artifact.Distribution) *float64, why string) Tile {
	t := Tile{Label: e.L.Fill(key, locale.Slots{"percentile": part}), Value: locale.Unknown, Note: why}
	if d == nil {
		return t
	}
	v := pick(d)
	if v == nil {
		return t
	}
	q := e.L.Seconds(*v)
	t.Value, t.Unit, t.Note = q.Number, q.Unit, ""
	if above != nil {
		if base := above(d); base != nil && *base > 0 {
			t.Note = e.L.Fill("run.tile-above", locale.Slots{"rel": e.L.RelSize(*v / *base - 1)})
		}
	} else if d.N != nil {
		t.Note = "n = " + e.L.Count(int(*d.N))
	}
	return t
}

// whyNoPercentile says why a percentile is missing.
func (e *Edition) whyNoPercentile(d *artifact.Distribution, need int) string {
	if d != nil && d.N != nil && int(*d.N) < need {
		return e.L.Text("run.tile-few")
	}
	return e.L.Text("run.tile-not-recorded")
}

// loadSections are latency, its chart, the timeline, failures and tokens.
func (e *Edition) loadSections(b *Base, r *dataset.Run) []Section {
	sections := []Section{{
		ID: "latency", Title: e.L.Text("section.latency"),
		Blocks: []Block{{Table: e.latencyTable(r)}},
		Side:   []Side{{e.L.Text("side.definitions.lead"), Join(gapOf(e.Lang), Rich(e.L.Text("side.definitions.text")), TLink(e.L.Text("nav.method"), b.Link("method/#e2e")))}},
	}}
	if f := b.AddFigure(e.latencyChart(r)); f != nil {
		s := Section{Blocks: []Block{{Figure: f}}}
		if records := hasAttachment(r, artifact.AttachSamples); !records {
			s.Side = []Side{{e.L.Text("side.records.lead"), T(e.L.Text("side.records.text"))}}
		}
		sections = append(sections, s)
	}
	for _, c := range []Chart{e.timelineChart(r), e.serverChart(r)} {
		if f := b.AddFigure(c); f != nil {
			sections = append(sections, Section{Blocks: []Block{{Figure: f}}})
		}
	}
	if s, ok := e.sweepSection(b, r); ok {
		sections = append(sections, s)
	}
	if t := e.failureTable(r); t != nil {
		sections = append(sections, Section{ID: "failures", Title: e.L.Text("section.failures"), Blocks: []Block{{Table: t}}})
	}
	if pairs := e.loadDetails(r); len(pairs) > 0 {
		sections = append(sections, Section{ID: "figures", Title: e.L.Text("section.more-figures"), Blocks: []Block{{Env: pairs}}})
	}
	return sections
}

func hasAttachment(r *dataset.Run, kind artifact.AttachmentKind) bool {
	return slices.ContainsFunc(r.Attachments, func(a artifact.Attachment) bool { return a.Kind == kind })
}

// latencyTable has a row per latency, in one unit per group: seconds or
// milliseconds for whole requests, milliseconds for single tokens.
func (e *Edition) latencyTable(r *dataset.Run) *Table {
	l, lat := e.L, r.Load.Latency
	t := &Table{Label: l.Text("section.latency"), Head: []Column{
		Col(l.Text("th.metric")), Num(l.Text("th.requests")), Num(e.label("mean")), Num(l.Text("th.min")), Num("p50"), Num("p90"), Num("p95"), Num("p99"), Num(l.Text("th.max")),
	}}
	rows := []struct {
		term string
		d    *artifact.Distribution
	}{{"e2e", lat.E2E}, {"ttft", lat.TTFT}, {"ttft-scheduled", lat.TTFTScheduled}, {"tpot", lat.TPOT}, {"icl", lat.ICL}, {"itl", lat.ITL}}
	for _, row := range rows {
		if row.d == nil && (row.term == "ttft-scheduled" || row.term == "itl") {
			continue // these exist only in some tests; the others are named also when they are missing
		}
		d := row.d
		if d == nil {
			if d = new(artifact.Distribution); r.Source.Mode != artifact.ModeImported {
				d.N = artifact.Ptr(int64(0))
			}
		}
		scale := l.TimeScale()
		if d.P50 != nil {
			scale = l.TimeScale(*d.P50)
		} else if d.Mean != nil {
			scale = l.TimeScale(*d.Mean)
		}
		if row.term == "tpot" || row.term == "icl" || row.term == "itl" {
			scale = l.MillisScale(*cmp.Or(d.P50, d.Mean, artifact.Ptr(0.0)))
		}
		name := e.short(row.term)
		if row.term == "e2e" {
			name = l.Text("metric.e2e-short")
		}
		if row.d != nil {
			name = l.Bracket(name, scale.Unit())
		}
		cells := []Cell{CellText(name), CellNum(e.count(d.N))}
		for _, v := range []*float64{d.Mean, d.Min, d.P50, d.P90, r.Shown(d, 95), r.Shown(d, 99), d.Max} {
			cells = append(cells, CellNum(l.Opt(v, scale.Number)))
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	foot := T(l.Text("note.dash"))
	if r.Source.Mode == artifact.ModeImported {
		method := T(l.Text("note.percentiles-source"))
		for _, row := range rows {
			if row.d != nil && row.d.Method != nil {
				method = T(l.Fill("note.percentiles-method", locale.Slots{"method": Cut(*row.d.Method, CutCell)}))
				break
			}
		}
		foot = Join(gapOf(e.Lang), foot, method)
	}
	t.Foot = append(t.Foot, foot)
	return t
}

// count prints a number of things, or the dash.
func (e *Edition) count(n *int64) string {
	if n == nil {
		return locale.Unknown
	}
	return e.L.Count(int(*n))
}

// failureTable counts failed requests by class.
func (e *Edition) failureTable(r *dataset.Run) *Table {
	if len(r.Load.Requests.ByError) == 0 {
		return nil
	}
	t := &Table{Label: e.L.Text("section.failures"), Head: []Column{Col(e.L.Text("th.error-class")), Num(e.L.Text("th.requests"))}}
	for _, class := range slices.Sorted(maps.Keys(r.Load.Requests.ByError)) {
		n := r.Load.Requests.ByError[class]
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: TCode(Cut(class, CutCell))}, CellNum(e.L.Count(int(n)))}})
	}
	return t
}

// loadDetails are the figures that have no tile: tokens, other throughputs,
// goodput, finish reasons, what the server and the client said.
func (e *Edition) loadDetails(r *dataset.Run) []Pair {
	l, load := e.L, r.Load
	var out []Pair
	add := func(label, value string) {
		if value != "" && value != locale.Unknown {
			out = append(out, Pair{label, T(value)})
		}
	}
	tokens := func(n *int64) string {
		if n == nil {
			return ""
		}
		return l.Count(int(*n))
	}
	add(e.label("prompt-tokens"), tokens(load.Tokens.Prompt))
	add(e.label("output-tokens"), tokens(load.Tokens.Output))
	add(e.label("reasoning-tokens"), tokens(load.Tokens.Reasoning))
	quantity := func(v *float64) string {
		return l.Opt(v, func(f float64) string { return l.Throughput(f).String() })
	}
	add(e.label("prompt-throughput"), quantity(load.Throughput.PromptTokensPerS))
	add(e.label("total-throughput"), quantity(load.Throughput.TotalTokensPerS))
	if s := load.Steady; s != nil {
		add(e.label("steady-window"), quantity(s.OutputTokensPerS))
	}
	if g := load.Goodput; g != nil {
		add(e.label("slo-share"), l.Opt(g.Share, l.Percent))
		add(e.label("goodput"), l.Opt(g.RequestsPerS, func(f float64) string { return l.Rate(f).String() }))
	}
	var reasons []string
	for _, k := range slices.Sorted(maps.Keys(load.FinishReasons)) {
		reasons = append(reasons, Cut(k, CutCell)+" "+l.Count(int(load.FinishReasons[k])))
	}
	if len(reasons) > 0 {
		add(l.Text("section.finish"), l.Enum(reasons...))
	}
	if m := load.ServerMetrics; m != nil {
		add(e.label("prefix-hit-rate"), l.Opt(m.PrefixCacheHitRate, l.Percent))
		add(e.label("kv-usage"), l.Opt(m.KVCacheUsageMax, l.Percent))
	}
	if d := load.Client.DispatchLag; d != nil {
		add(e.label("dispatch-lag"), l.Opt(d.P50, func(f float64) string { return l.Seconds(f).String() }))
	}
	return out
}

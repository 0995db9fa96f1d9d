package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"benchsite/render/page"
)

// twin collects the series of the interactive drawing, frame by frame.
type twin struct {
	c     page.Chart
	p     *pen
	w     Width
	frame *Frame
	index int
	panel page.ChartPanel
	out   charts.MultiSeries
	// distance of labels from their marks in px, by index of series; go-echarts has no field for it
	distance map[int]float64
}

// item is one datum: its place, the strings that formatters show, and its style.
type item struct {
	Value        any             `json:"value"`
	Text         string          `json:"text,omitempty"`
	Note         string          `json:"note,omitempty"`
	Label        string          `json:"label,omitempty"`
	Tip          string          `json:"tip,omitempty"`
	Offset       float64         `json:"offset,omitempty"`
	Dashed       bool            `json:"dashed,omitempty"`
	Symbol       string          `json:"symbol,omitempty"`
	SymbolSize   any             `json:"symbolSize,omitempty"`
	SymbolOffset []float64       `json:"symbolOffset,omitempty"`
	ItemStyle    *opts.ItemStyle `json:"itemStyle,omitempty"`
}

func (t *twin) series() {
	f := t.frame
	switch {
	case f.Rows == nil:
		t.lines()
	case f.Bar > 0:
		t.bars()
	default:
		t.dots()
	}
}

func (t *twin) add(s charts.SingleSeries) {
	s.XAxisIndex, s.YAxisIndex = t.index, t.index
	if s.Emphasis == nil && s.Type != "custom" {
		s.Emphasis = &opts.Emphasis{Focus: "self"}
	}
	t.out = append(t.out, s)
}

// markStyle is the colour of a mark, full or hollow.
func markStyle(slot page.ChartSlot, hollow bool) *opts.ItemStyle {
	if hollow {
		return &opts.ItemStyle{Color: "$bg", BorderColor: token(slot), BorderWidth: 1.5, Opacity: opts.Float(1)}
	}
	return &opts.ItemStyle{Color: token(slot), Opacity: opts.Float(1)} // ECharts draws scatter marks at 80 % otherwise
}

func (t *twin) bars() {
	bars := charts.SingleSeries{Type: "bar", Name: t.panel.Title, BarWidth: barWidth(t.frame), Label: t.valueLabel()}
	var data, errs []item
	for j, s := range t.panel.Series {
		pt := first(s)
		style := &opts.ItemStyle{Color: token(s.Slot)}
		if s.Second {
			style = &opts.ItemStyle{Color: token(s.Slot) + "/40", BorderColor: token(s.Slot), BorderWidth: 1}
		}
		data = append(data, item{Value: max(0, pt.Value), Text: pt.Text, Note: pt.Note, Tip: tipOf(s, pt), ItemStyle: style})
		if pt.Interval {
			errs = append(errs, item{Value: []any{pt.Lo, pt.Hi, j}, Tip: tipOf(s, pt)})
		}
	}
	bars.Data = data
	t.add(bars)
	if errs != nil {
		t.add(charts.SingleSeries{Type: "custom", RenderItem: "errorBarX", ItemStyle: &opts.ItemStyle{Color: "$ink"}, Data: errs})
	}
}

// valueLabel writes value and remark after a bar; charts whose figures stand in columns have them as notes already.
func (t *twin) valueLabel() *opts.Label {
	if t.p.record {
		return &opts.Label{Show: opts.Bool(false)}
	}
	return &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "textnote", FontWeight: "600"}
}

// dots: marks on rows, with intervals; the points after the first of a row stand below it.
func (t *twin) dots() {
	f := t.frame
	y0, y1 := rowBand(f)
	pitch := (y1 - y0) / max(1, float64(len(f.Rows)))
	for j, s := range t.panel.Series {
		var data, errs, uprights []item
		base := y0 + (float64(j)+.5)*pitch
		for k, pt := range s.Points {
			if pt.Missing || f.X.Log && pt.Value <= 0 {
				continue
			}
			dy := 0.0
			if j < len(f.Rows) {
				dy = f.Rows[j] + float64(k)*f.Step - base
			}
			tip := tipOf(s, pt)
			if t.c.Kind == page.ChartLatency && k > 0 {
				uprights = append(uprights, item{Value: []any{pt.Value, j}, Text: pt.Text, Tip: tip, Symbol: "rect", SymbolSize: []float64{3, 16}, ItemStyle: markStyle(s.Slot, false)})
				continue
			}
			it := item{Value: []any{pt.Value, j}, Text: pt.Text, Note: s.Name, Tip: tip, ItemStyle: markStyle(s.Slot, pt.Hollow)}
			switch {
			case t.w == Narrow:
				it.Note = ""
			case t.c.Kind == page.ChartRelative:
				runs := t.p.ratioRuns(s, pt, pt.Value >= refValue(t.c.Panels[0])) // cut as the drawing cuts them
				it.Text, it.Note = runs[0].text, runs[1].text
			}
			if dy != 0 {
				it.SymbolOffset = []float64{0, dy}
			}
			er := item{Value: []any{pt.Lo, pt.Hi, j}, Tip: tip, Offset: dy, ItemStyle: markStyle(s.Slot, false)}
			if pt.Hollow {
				it.ItemStyle, it.Symbol = markStyle(page.SlotMuted, true), "circle"
				er.Dashed, er.ItemStyle = true, markStyle(page.SlotMuted, false)
			}
			data = append(data, it)
			if pt.Interval && (!f.X.Log || pt.Lo > 0) {
				errs = append(errs, er)
			}
		}
		if errs != nil {
			t.add(charts.SingleSeries{Type: "custom", Name: s.Name, RenderItem: "errorBarX", ItemStyle: markStyle(s.Slot, false), Data: errs})
		}
		sc := charts.SingleSeries{Type: "scatter", Name: s.Name, Symbol: symbol(s), SymbolSize: 10, Data: data, Label: t.dotLabel(s)}
		if t.c.Kind == page.ChartForest {
			sc.Symbol, sc.SymbolSize = "rect", 9
		}
		t.rowLines(&sc, s, j)
		if data != nil || sc.MarkLines != nil {
			t.add(sc)
		}
		if uprights != nil {
			t.uprights(s, uprights)
		}
	}
}

// uprights adds the p95 of a row, its label right of the maximum or, where that would leave the drawing, above the mark.
func (t *twin) uprights(s page.ChartSeries, items []item) {
	mid, last := first(s), s.Points[len(s.Points)-1]
	x := t.frame.x(last.Value)
	right := max(x, t.frame.x(reach(mid)))
	pos := "right"
	if right+7+style("").width(last.Text) > t.p.w {
		pos = "top"
	} else {
		t.distance[len(t.out)] = right - x + 7
	}
	t.add(charts.SingleSeries{Type: "scatter", Name: s.Name, Data: items, Label: &opts.Label{Show: opts.Bool(true), Position: pos, Formatter: "text"}})
}

// dotLabel: ratios stand on the side away from 1×.
func (t *twin) dotLabel(s page.ChartSeries) *opts.Label {
	if t.c.Kind != page.ChartRelative {
		return nil
	}
	pos := "right"
	if pt := first(s); pt.Value < refValue(t.c.Panels[0]) {
		if pos = "left"; t.w != Narrow {
			return &opts.Label{Show: opts.Bool(true), Position: pos, Formatter: "textnote", FontWeight: "400", Color: token(s.Slot)}
		}
	}
	return &opts.Label{Show: opts.Bool(true), Position: pos, Formatter: "textnote", FontWeight: "600", Color: "$ink"}
}

func refValue(pn page.ChartPanel) float64 {
	if pn.Ref != nil && pn.Ref.Value > 0 {
		return pn.Ref.Value
	}
	return 1
}

// rowLines adds the stem of a ratio, and with the first row of a panel its zero or reference line and band.
func (t *twin) rowLines(sc *charts.SingleSeries, s page.ChartSeries, j int) {
	var lines []any
	at := map[page.ChartKind]float64{page.ChartRelative: refValue(t.c.Panels[0])}
	ref, strong := at[t.c.Kind], t.c.Kind == page.ChartRelative || t.c.Kind == page.ChartForest || t.c.Kind == page.ChartLatency
	if j == 0 && strong {
		lines = append(lines, map[string]any{"xAxis": ref, "lineStyle": opts.LineStyle{Color: "$ink", Width: 1, Type: "solid"}})
	}
	if pt := first(s); t.c.Kind == page.ChartRelative && !pt.Missing && pt.Value > 0 {
		lines = append(lines, []any{map[string]any{"coord": []any{ref, j}, "lineStyle": opts.LineStyle{Color: token(s.Slot), Width: 2, Type: lineType(s, false)}}, map[string]any{"coord": []any{pt.Value, j}}})
	}
	if lines != nil {
		sc.MarkLines = plainLines(lines)
	}
	if b := t.panel.Band; j == 0 && b != nil && t.c.Kind == page.ChartForest {
		sc.MarkAreas = &opts.MarkAreas{Data: []any{[]any{map[string]any{"xAxis": b.Lo}, map[string]any{"xAxis": b.Hi}}},
			MarkAreaStyle: opts.MarkAreaStyle{ItemStyle: &opts.ItemStyle{Color: "$band"}}}
	}
}

func plainLines(data []any) *opts.MarkLines {
	return &opts.MarkLines{Data: data, MarkLineStyle: opts.MarkLineStyle{Symbol: []string{"none", "none"}, Label: &opts.Label{Show: opts.Bool(false)}}}
}

// lines: sweep, timeline, history.
func (t *twin) lines() {
	f, k := t.frame, t.c.Kind
	highest := byHeight(f, t.panel.Series)
	events := t.panel.Events
	for i, s := range t.panel.Series {
		if (page.Chart{Panels: []page.ChartPanel{{Series: []page.ChartSeries{s}}}}).Empty() {
			continue
		}
		var data, errs []item
		for n, pt := range s.Points {
			if pt.Gap && n > 0 || pt.Missing {
				data = append(data, item{Value: []any{pt.X, nil}})
			}
			if pt.Missing {
				continue
			}
			data = append(data, item{Value: []any{pt.X, pt.Value}, Text: pt.Text, Label: pt.Label, Tip: tipOf(s, pt)})
			if pt.Interval && (!f.Y.Log || pt.Lo > 0) {
				errs = append(errs, item{Value: []any{pt.X, pt.Lo, pt.Hi}, Tip: tipOf(s, pt)})
			}
		}
		ln := charts.SingleSeries{Type: "line", Name: s.Name, Symbol: symbol(s), SymbolSize: 8, Data: data, ItemStyle: markStyle(s.Slot, k == page.ChartSweep || t.c.Example != ""),
			LineStyle: &opts.LineStyle{Color: token(s.Slot), Width: float32(lineWidth(s)), Type: lineType(s, t.c.Example != "")}}
		if s.Step && k == page.ChartTimeline {
			ln.Step = "end"
		}
		if k == page.ChartTimeline {
			ln.Symbol = "none"
			if len(s.Points) <= 60 {
				ln.Symbol, ln.SymbolSize = "circle", 3
			}
		}
		if k == page.ChartSweep && i == highest[0] {
			ln.Label = &opts.Label{Show: opts.Bool(true), Position: "top", Formatter: "label", FontWeight: "600"}
		}
		if len(events) > 0 {
			ln.MarkLines = plainLines(eventLines(events))
			events = nil
		}
		t.add(ln)
		if errs != nil {
			t.add(charts.SingleSeries{Type: "custom", Name: s.Name, RenderItem: "errorBarY", ItemStyle: markStyle(s.Slot, false), Data: errs})
		}
	}
	if k == page.ChartSweep {
		t.ends()
		t.reference()
	}
}

// reference draws the reference line of a sweep with its name at the left end, where the static drawing has them.
func (t *twin) reference() {
	if !refShows(t.panel) {
		return
	}
	r, f := t.panel.Ref, t.frame
	line := plainLines([]any{map[string]any{"yAxis": r.Value, "lineStyle": opts.LineStyle{Color: "$axis", Width: 1.5, Type: "solid"}}})
	t.add(charts.SingleSeries{Type: "scatter", Name: r.Label, SymbolSize: 1, ItemStyle: &opts.ItemStyle{Color: "transparent"}, MarkLines: line,
		Label: &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "text", Color: "$muted"},
		Data:  []item{{Value: []any{f.X.Min, r.Value}, Text: style("m").fit(r.Label, f.X1-f.X0-refGap), SymbolOffset: []float64{0, -2 * refGap}}}})
}

func eventLines(events []page.ChartEvent) []any {
	out := make([]any, len(events))
	for i, e := range events {
		st := opts.LineStyle{Color: "$axis", Width: 1, Type: "dashed"}
		if e.Strong {
			st = opts.LineStyle{Color: "$ink", Width: 1, Type: "solid"}
		}
		out[i] = map[string]any{"xAxis": e.X, "lineStyle": st}
	}
	return out
}

// ends writes names and last values beside the last points, as high as in the static drawing.
func (t *twin) ends() {
	for _, e := range lineEnds(t.frame, t.panel.Series, 15) {
		text := e.s.Name
		if e.s.Label != "" {
			text += " " + e.s.Label
		}
		if t.w == Narrow {
			text = e.s.Name
		}
		t.add(charts.SingleSeries{Type: "scatter", Name: e.s.Name, SymbolSize: 1, ItemStyle: markStyle(e.s.Slot, false),
			Label: &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: "text", Color: token(e.s.Slot), FontWeight: "600"},
			Data:  []item{{Value: []any{e.pt.X, e.pt.Value}, Text: text, SymbolOffset: []float64{4, e.label - e.y}}}})
	}
}

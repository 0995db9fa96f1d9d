package chart

import (
	"bytes"
	"math"
	"reflect"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"benchsite/render/page"
)

// Options is the interactive twin of c as ECharts options in JSON: {"baseOption":…,"media":[…]} with the layout of the column and, for
// narrow containers, that of a phone. Domains, ticks and colours are those of SVG. Colours are tokens ("$nvfp4", "$nvfp4/40") that the
// site's script looks up in the style sheet; functions are names that it swaps from a fixed list. The bytes are safe inside a
// classic script: < > & and the two line separators of Unicode are escaped. nil when there is nothing to draw, and for
// kinds that stay as they are drawn.
func Options(c page.Chart) ([]byte, error) { return Draw(c).Options() }

// Options is [Options] of the chart.
func (d *Drawing) Options() ([]byte, error) {
	c := prepare(d.c)
	if c.Empty() || c.Static() {
		return nil, nil
	}
	wide, err := option(c, d.at(Wide), Wide)
	if err != nil {
		return nil, err
	}
	narrow, err := option(c, d.at(Narrow), Narrow)
	if err != nil {
		return nil, err
	}
	pad(wide, narrow, "title", map[string]any{"text": ""})
	pad(wide, narrow, "graphic", nil)
	b, err := appendJSON(nil, map[string]any{
		"baseOption": wide,
		"media":      []any{map[string]any{"query": map[string]any{"maxWidth": 480}, "option": narrow}},
	})
	if err != nil {
		return nil, err
	}
	// go-echarts deletes this marker of functions from its own output; a name may hold it all the same, and stays readable.
	return bytes.ReplaceAll(b, []byte("__f"), []byte(`\u005f\u005ff`)), nil
}

// pad makes the lists at key equally long in both layouts: ECharts merges them by position, and what is only in one would stay.
// Graphic elements are repeated unseen, because an element cannot change its type.
func pad(a, b map[string]any, key string, filler map[string]any) {
	x, _ := a[key].([]any)
	y, _ := b[key].([]any)
	grow := func(short, long []any) []any {
		for i := len(short); i < len(long); i++ {
			one := filler
			if one == nil {
				one = map[string]any{}
				for k, v := range long[i].(map[string]any) {
					one[k] = v
				}
				one["invisible"] = true
			}
			short = append(short, one)
		}
		return short
	}
	if x, y = grow(x, y), grow(y, x); len(x) > 0 {
		a[key], b[key] = x, y
	}
}

// tenth rounds a position to a tenth of a px.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// option builds the options for one width. go-echarts checks and lays out what it has types for; what it has none for (custom ticks,
// several titles) is added to its map.
func option(c page.Chart, made drawn, w Width) (map[string]any, error) {
	p, frames := made.p, made.frames
	ec := charts.NewCustom()
	ec.XAxisList, ec.YAxisList = nil, nil
	t := &twin{c: c, p: p, w: w, distance: map[int]float64{}}
	for i := range frames {
		f := &frames[i]
		pn := c.Panels[f.Panel]
		y0, y1 := f.Y0, f.Y1
		if f.Rows != nil {
			y0, y1 = rowBand(f)
		}
		ec.GridList = append(ec.GridList, opts.Grid{Left: px(f.X0), Right: px(p.w - f.X1), Top: px(y0), Height: px(y1 - y0), ContainLabel: opts.Bool(false)})
		ec.XAxisList = append(ec.XAxisList, t.xAxis(f, i, i == len(frames)-1))
		ec.YAxisList = append(ec.YAxisList, t.yAxis(f, pn, i))
		t.frame, t.index, t.panel = f, i, pn
		t.series()
	}
	ec.MultiSeries = t.out
	ec.Legend.Show = opts.Bool(false)
	if c.Kind == page.ChartTimeline || c.Kind == page.ChartHistory || c.Kind == page.ChartSweep {
		all := make([]int, len(frames))
		for i := range all {
			all[i] = i
		}
		ec.DataZoomList = []opts.DataZoom{{Type: "inside", XAxisIndex: all, FilterMode: "none"}}
	}
	ec.Validate()
	typed := ec.JSON()
	for _, k := range [...]string{"color", "toolbox", "legend"} {
		delete(typed, k)
	}
	m := tree(reflect.ValueOf(typed)).(map[string]any)
	t.complete(m, frames)
	return m, nil
}

// complete adds to m what go-echarts has no types for and removes what it fills in.
func (t *twin) complete(m map[string]any, frames []Frame) {
	if ss, ok := m["series"].([]any); ok {
		for i, one := range ss {
			t.completeLabel(one.(map[string]any), t.distance[i])
		}
	}
	m["tooltip"] = map[string]any{"trigger": "item", "formatter": "tip"}
	m["title"] = t.titles()
	if g := t.graphics(); len(g) > 0 {
		m["graphic"] = g
	}
	if gs, ok := m["grid"].([]any); ok {
		for _, g := range gs {
			// The layout has made room for the labels; ECharts must not shrink the plot for them once more.
			g.(map[string]any)["outerBoundsMode"] = "none"
		}
	}
	xs, _ := m["xAxis"].([]any)
	ys, _ := m["yAxis"].([]any)
	for i := range frames {
		setTicks(xs[i], frames[i].XTicks)
		if frames[i].Rows == nil {
			setTicks(ys[i], frames[i].YTicks)
		}
	}
	if z, ok := m["dataZoom"].([]any); ok {
		for _, one := range z {
			// The wheel belongs to the page; zooming needs the control key.
			one.(map[string]any)["zoomOnMouseWheel"] = "ctrl"
		}
	}
}

// completeLabel adds the style of remarks, and how far from its mark a label stands.
func (t *twin) completeLabel(series map[string]any, distance float64) {
	l, _ := series["label"].(map[string]any)
	if l == nil {
		return
	}
	if l["formatter"] == "textnote" {
		note := map[string]any{"color": "$muted", "fontWeight": 400, "fontSize": 12, "padding": []int{0, 0, 0, 6}}
		if t.c.Kind == page.ChartRelative {
			note["color"] = t.noteColour(series)
			if l["position"] == "left" { // name first, then the ratio
				note["color"], note["fontWeight"] = "$ink", 600
			}
		}
		l["rich"] = map[string]any{"note": note}
	}
	if distance > 0 {
		l["distance"] = tenth(distance)
	}
}

// noteColour of a ratio's label is that of the subject it names.
func (t *twin) noteColour(series map[string]any) string {
	for _, pn := range t.c.Panels {
		for _, s := range pn.Series {
			if s.Name == series["name"] {
				return token(s.Slot)
			}
		}
	}
	return "$muted"
}

func setTicks(axis any, ticks []Tick) {
	a := axis.(map[string]any)
	values, texts := make([]float64, len(ticks)), make([]string, len(ticks))
	for i, k := range ticks {
		values[i], texts[i] = k.Value, k.Label
	}
	label, _ := a["axisLabel"].(map[string]any)
	if label == nil {
		label = map[string]any{}
		a["axisLabel"] = label
	}
	label["customValues"], label["texts"], label["formatter"] = values, texts, "tick"
	a["axisTick"] = map[string]any{"show": false, "customValues": values}
}

// rowBand is the height that, split evenly, has its parts centred on the rows.
func rowBand(f *Frame) (y0, y1 float64) {
	n := len(f.Rows)
	if n == 0 {
		return f.Y0, f.Y1
	}
	pitch := 2 * min(f.Rows[0]-f.Y0, f.Y1-f.Rows[0])
	if n > 1 {
		pitch = (f.Rows[n-1] - f.Rows[0]) / float64(n-1)
	}
	return f.Rows[0] - pitch/2, f.Rows[0] + (float64(n)-.5)*pitch
}

func px(v float64) string { return string(appendPx(nil, v)) }

func (t *twin) xAxis(f *Frame, i int, last bool) opts.XAxis {
	a := opts.XAxis{Type: scaleType(f.X), Min: f.X.Min, Max: f.X.Max, GridIndex: i,
		AxisLabel: &opts.AxisLabel{Show: opts.Bool(true), ShowMinLabel: opts.Bool(true), ShowMaxLabel: opts.Bool(true)},
		AxisLine:  &opts.AxisLine{Show: opts.Bool(f.Rows == nil)},
		SplitLine: &opts.SplitLine{Show: opts.Bool(f.Rows != nil)}}
	shared := t.c.Kind == page.ChartBars || t.c.Kind == page.ChartRelative || t.c.Kind == page.ChartTimeline
	bare := t.c.Kind == page.ChartCompare || t.c.Kind == page.ChartGlance && !t.c.Panels[f.Panel].Dots
	if t.c.Kind == page.ChartForest {
		_, bottom := rowBand(f)
		a.AxisLabel.Margin = f.Y1 + 7 - bottom // a phone's strips end below the last row's share of the height
	}
	if t.c.Kind == page.ChartGlance {
		a.AxisLabel.Margin, a.AxisLabel.FontSize, a.AxisLabel.AlignMaxLabel = 2, sizeSmall, "right"
	}
	if shared && !last || bare {
		a.AxisLabel.Show = opts.Bool(false)
	}
	if bare {
		a.SplitLine.Show = opts.Bool(false)
	}
	return a
}

func (t *twin) yAxis(f *Frame, pn page.ChartPanel, i int) opts.YAxis {
	if f.Rows == nil {
		return opts.YAxis{Type: scaleType(f.Y), Min: f.Y.Min, Max: f.Y.Max, GridIndex: i,
			AxisLabel: &opts.AxisLabel{Show: opts.Bool(true), ShowMinLabel: opts.Bool(true), ShowMaxLabel: opts.Bool(true)}, AxisLine: &opts.AxisLine{Show: opts.Bool(false)}, SplitLine: &opts.SplitLine{Show: opts.Bool(true)}}
	}
	show := !t.p.record && t.c.Kind != page.ChartRelative && !(t.c.Kind == page.ChartLatency && i == 1 && t.w == Wide)
	names := make([]rowHead, len(pn.Series))
	for j, s := range pn.Series {
		names[j] = rowHead{Value: style("b").fit(s.Name, f.X0-8)}
		if show {
			names[j].TextStyle = &opts.TextStyle{Color: token(s.Slot), FontWeight: "600"}
		}
	}
	return opts.YAxis{Type: "category", Inverse: opts.Bool(true), Data: names, GridIndex: i,
		AxisLabel: &opts.AxisLabel{Show: opts.Bool(show), Interval: "0", ShowMinLabel: opts.Bool(true), ShowMaxLabel: opts.Bool(true)},
		AxisLine:  &opts.AxisLine{Show: opts.Bool(f.Bar > 0 && t.c.Kind != page.ChartGlance), OnZero: opts.Bool(false)}, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}
}

// rowHead is a name on a category axis, in the colour of its series.
type rowHead struct {
	Value     string          `json:"value"`
	TextStyle *opts.TextStyle `json:"textStyle,omitempty"`
}

func scaleType(s Scale) string {
	if s.Log {
		return "log"
	}
	return "value"
}

// titles repeats the notes of the drawing. Those right of the plot keep their distance from the right edge when a container is wider.
func (t *twin) titles() []any {
	out := []any{}
	for _, n := range t.p.notes {
		if n.key != nil {
			continue
		}
		size, bold := n.cls.metric()
		st := map[string]any{"fontSize": size, "fontWeight": 400, "lineHeight": size, "color": "$" + noteColour(n.cls)}
		if bold {
			st["fontWeight"] = 600
		}
		// Every key is set in both layouts, because ECharts merges the phone's over the column's.
		one := map[string]any{"text": n.text, "padding": 0, "textStyle": st, "top": tenth(n.y - .85*size), "left": "auto", "right": "auto", "textAlign": "auto"}
		if n.a == end && n.x > t.p.w/2 {
			one["right"] = tenth(t.p.w - n.x)
		} else {
			one["left"], one["textAlign"] = tenth(n.x), [...]string{"left", "center", "right"}[n.a]
		}
		out = append(out, one)
	}
	return out
}

// noteColour finds the colour among the classes of a text.
func noteColour(cls style) string {
	for _, w := range bytes.Fields([]byte(cls)) {
		if string(w) == "m" {
			return "muted"
		}
		if len(w) == 2 && w[0] == 'f' {
			for _, c := range Palette {
				if c.Class == string(w[1:]) {
					return c.Var
				}
			}
		}
	}
	return "ink"
}

// graphics repeats the samples of the key.
func (t *twin) graphics() []any {
	var out []any
	for _, n := range t.p.notes {
		if n.key == nil {
			continue
		}
		col := token(n.key.series.Slot)
		fill := col
		if n.key.plain {
			col, fill = "$ink", "$ink"
		}
		if n.key.hollow {
			col, fill = "$muted", "$bg"
		}
		line := map[string]any{"stroke": col, "lineWidth": 2}
		if n.key.hollow {
			line = map[string]any{"stroke": col, "lineWidth": 1.25, "lineDash": []int{3, 2}}
		}
		out = append(out,
			map[string]any{"type": "line", "silent": true, "invisible": false, "shape": map[string]any{"x1": tenth(n.x), "y1": n.y, "x2": tenth(n.x + 22), "y2": n.y}, "style": line},
			map[string]any{"type": "circle", "silent": true, "invisible": false, "shape": map[string]any{"cx": tenth(n.x + 11), "cy": n.y, "r": 4.3}, "style": map[string]any{"fill": fill, "stroke": col, "lineWidth": 1.5}})
	}
	return out
}

// symbol is the ECharts symbol of a mark.
func symbol(s page.ChartSeries) string {
	m := s.Mark
	if m == "" {
		m = page.MarkOf(s.Slot)
	}
	switch m {
	case page.MarkCircle:
		return "circle"
	case page.MarkSquare:
		return "rect"
	case page.MarkDiamond:
		return "diamond"
	case page.MarkTriangle:
		return "triangle"
	}
	var p pen
	p.path(outline(m, 0, 0, 10))
	return "path://" + string(p.b) + "Z"
}

func lineType(s page.ChartSeries, example bool) string {
	switch {
	case example || s.Dash == 1:
		return "dashed"
	case s.Dash > 1:
		return "dotted"
	}
	return "solid"
}

func barWidth(f *Frame) string { return strconv.Itoa(int(f.Bar)) }

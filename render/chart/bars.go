package chart

import "benchsite/render/page"

const (
	nameMin  = 58.0 // name column of the mock: NVFP4 and 8 px
	rowPitch = 26.0
	barThick = 17.0
)

// first is the first point of a row; a series without points is a missing value.
func first(s page.ChartSeries) page.ChartPoint {
	if len(s.Points) == 0 {
		return page.ChartPoint{Missing: true, Text: "—"}
	}
	return s.Points[0]
}

// reach is how far a bar or its interval goes.
func reach(pt page.ChartPoint) float64 {
	if pt.Interval {
		return max(pt.Value, pt.Hi)
	}
	return pt.Value
}

// barDomain spans 0 to the largest bar of all panels.
func barDomain(panels []page.ChartPanel) Scale {
	var e extent
	for _, p := range panels {
		for _, s := range p.Series {
			if pt := first(s); !pt.Missing {
				e.add(reach(pt))
			}
		}
	}
	return e.fromZero()
}

// valueRuns are the printed value of a row and its remark, shortened to room together.
func valueRuns(pt page.ChartPoint, room, gap float64) []run {
	v := style("b").fit(pt.Text, room)
	n := style("m").fit(pt.Note, room-style("b").width(v)-gap)
	cls := style("b")
	if pt.Missing {
		cls = "m"
	}
	return []run{{text: v, cls: cls, full: pt.Text}, {text: n, cls: "m", gap: gap, full: pt.Note}}
}

// drawBars: groups of horizontal bars on one axis from zero; the group's name stands above its bars, names of subjects end 8 px left
// of the axis, value and remark stand after the bar. The right padding holds the longest pair.
func drawBars(p *pen, c page.Chart) []Frame {
	x0 := nameColumn(c.Panels, "b", 8, nameMin, p.w*.34)
	ax := c.Panels[0].X
	pad := style("m").width(ax.Unit)/2 + 16
	for _, pn := range c.Panels {
		for _, s := range pn.Series {
			pt := first(s)
			pad = max(pad, style("b").width(pt.Text)+style("m").width(pt.Note)+8+12)
		}
	}
	pad = min(pad, (p.w-x0)*.5)
	f := Frame{X0: x0, X1: p.w - pad, X: barDomain(c.Panels), Bar: barThick}
	f.XTicks = Ticks(f.X, f.X1-f.X0, ax.Format)

	headed := func(pn page.ChartPanel) bool { return pn.Title != "" || pn.Sub != "" }
	y := 6.0
	tops := make([]float64, len(c.Panels))
	for i, pn := range c.Panels {
		if headed(pn) {
			y += 24
		}
		tops[i] = y
		y += float64(len(pn.Series))*rowPitch + 16
	}
	bottom := y - 12
	p.h = bottom + 22
	grid := 6.0
	if headed(c.Panels[0]) {
		grid = 28
	}
	if ax.Unit != "" {
		p.textIn(p.w, p.h-4, ax.Unit, "m", end, pad+40)
	}
	p.axisX(&f, grid, bottom, p.h-4, 0, "axis")
	frames := make([]Frame, len(c.Panels))
	for i, pn := range c.Panels {
		if headed(pn) {
			p.heading(x0, tops[i]-11, pn.Title, pn.Sub, p.w-x0)
		}
		fr := f
		fr.Panel, fr.Y0, fr.Y1 = i, tops[i]-2, tops[i]-2+float64(len(pn.Series))*rowPitch
		for j, s := range pn.Series {
			y := tops[i] + float64(j)*rowPitch
			fr.Rows = append(fr.Rows, y+11)
			p.barRow(&f, s, y, pad)
		}
		frames[i] = fr
	}
	return frames
}

// barRow draws one row whose top is y.
func (p *pen) barRow(f *Frame, s page.ChartSeries, y, pad float64) {
	pt := first(s)
	p.mark(tipOf(s, pt))
	p.target(0, y-1, p.w, 24)
	p.rowName(s, f.X0-8, y+15, "b")
	x := f.X0
	if !pt.Missing {
		x = f.x(max(0, reach(pt)))
		p.bar(s, f.X0+.5, y+2, f.x(max(0, pt.Value))-f.X0, barThick)
		if pt.Interval {
			p.whisker(f.x(max(0, pt.Lo)), f.x(max(0, pt.Hi)), y+10.5, "si", 1.5, 1.5, "")
		}
	}
	p.runs(x+7, y+15, start, "halo", valueRuns(pt, p.w-x-7, 8)...)
	p.end()
}

// drawCompare: two runs, one row per measure, A above (40 %, outline) and B below. Every row has its own scale from zero, so only
// ratios are read across rows. On a phone measure, direction and ratio share the line above the bars.
func drawCompare(p *pen, c page.Chart) []Frame {
	rh, top := 58.0, 22.0
	names, most := nameColumn(c.Panels, "b", 12, 40, p.w*.2), .24
	if p.narrow() {
		names, most = nameColumn(c.Panels, "b", 8, 40, p.w*.3), .4
	}
	measure := 0.0
	if p.narrow() {
		rh, top = 76, 4
	} else {
		for _, pn := range c.Panels {
			measure = max(measure, style("b").width(pn.Title)+8, style("m").width(pn.Sub)+8)
		}
		measure = min(measure, p.w*.28)
		p.textIn(p.w, 12, c.Panels[0].AsideHead, "m", end, p.w*.4)
	}
	x0 := measure + names
	ratio, value := 0.0, 0.0
	for _, pn := range c.Panels {
		ratio = max(ratio, style("b l").width(pn.Aside)+14)
		for _, s := range pn.Series {
			pt := first(s)
			value = max(value, style("b").width(pt.Text)+style("m").width(pt.Note)+5+9)
		}
	}
	value = min(value, p.w*most)
	ratio = min(ratio, p.w*.14)
	x1 := p.w - value
	if !p.narrow() {
		x1 -= ratio
	}
	var frames []Frame
	y := top
	for i, pn := range c.Panels {
		height := rh + float64(max(0, len(pn.Series)-2))*21
		f := Frame{Panel: i, X0: x0, X1: x1, X: barDomain(c.Panels[i : i+1]), Bar: 15}
		cls := "grid"
		if i == 0 {
			cls = "axis"
		}
		p.line(0, y, p.w, y, cls, "")
		y1 := y + 9
		if p.narrow() {
			y1 = y + 28
			a := style("b l").fit(pn.Aside, p.w*.25)
			p.text(p.w, y+18, a, "b l", end)
			p.headPair(0, y+18, pn.Title, pn.Sub, p.w-style("b l").width(a)-12)
		} else {
			p.textIn(0, y+25, pn.Title, "b", start, measure-6)
			p.textIn(0, y+42, pn.Sub, "m", start, measure-6)
			p.textIn(p.w, y+34, pn.Aside, "b l", end, ratio)
		}
		f.Y0, f.Y1 = y1-1, y1-1+float64(len(pn.Series))*21
		room := p.w - value
		if !p.narrow() {
			room -= ratio
		}
		for j, s := range pn.Series {
			yy, pt := y1+float64(j)*21, first(s)
			f.Rows = append(f.Rows, yy+8.5)
			p.mark(tipOf(s, pt))
			p.target(measure, yy-1, p.w-measure, 20)
			p.textIn(x0-8, yy+13, s.Name, style("b "+fill(s.Slot)), end, names-8)
			x := x0
			if !pt.Missing {
				x = f.x(max(0, pt.Value))
				p.bar(s, x0, yy+1, x-x0, 15)
			}
			p.runs(x+7, yy+13, start, "halo", valueRuns(pt, room+value-x-9, 5)...)
			p.end()
		}
		p.line(x0, f.Y0, x0, f.Y1, "axis", "")
		frames = append(frames, f)
		y += height
	}
	p.h = y + 2
	return frames
}

// headPair is heading in text size.
func (p *pen) headPair(x, y float64, title, sub string, room float64) {
	t := style("b").fit(title, room)
	u := style("m").fit(sub, room-style("b").width(t)-8)
	full := ""
	if t != title || u != sub {
		full = title + " " + sub
	}
	p.runs(x, y, start, "halo", run{text: t, cls: "b", full: full}, run{text: u, cls: "m", gap: 8})
}

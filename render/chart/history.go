package chart

import "benchsite/render/page"

const eventLane = 14.0

// drawHistory: median as mark, range as a line with caps, dates in order. Points are joined only where they do not say Gap. Changes of
// version are broken lines, change points solid ones; their labels stand above the plot, each where no other label is.
func drawHistory(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	var e extent
	e.points(pn.Series)
	lanes := 0
	if len(pn.Events) > 0 {
		lanes = min(4, len(pn.Events))
	}
	head := 22.0
	var keys []keyEntry
	if len(pn.Series) > 1 {
		keys = seriesKey(pn.Series, true)
	}
	p.textIn(0, 13, unitOf(pn.Y), "m", start, p.exampleRoom(p.w-10))
	if n := p.keyLines(0, 33, p.w, keys); n > 0 {
		head += float64(n)*18 + 2
	}
	top := head + float64(lanes)*eventLane + 6
	f := Frame{X: extentX(pn).domain(page.ChartAxis{}, .04), Y: e.domain(pn.Y, .12), Y0: top, Y1: top + 174}
	f.YTicks = ticksY(f.Y, f.Y1-f.Y0, pn.Y.Format)
	f.X0, f.X1 = max(40, yLabels(f.YTicks)), p.w-10
	p.h = f.Y1 + 36
	p.hatch(f.X0, f.Y0, f.X1-f.X0, f.Y1-f.Y0)
	p.axisY(&f, f.Y.Min-1, "")
	p.line(f.X0, f.Y1, f.X1, f.Y1, "axis", "")
	for i, ev := range pn.Events {
		p.event(&f, ev, head, lanes, i)
	}
	for _, s := range pn.Series {
		for _, pts := range linePoints(&f, s) {
			p.polyline(pts, stroke(s.Slot), 1.5, p.lineStyle(s))
		}
		for _, pt := range s.Points {
			if pt.Missing {
				continue
			}
			x, y := f.x(pt.X), f.y(pt.Value)
			p.mark(tipOf(s, pt))
			p.circle(x, y, 10, "", ` fill="none" pointer-events="all"`)
			if pt.Interval {
				p.upright(x, f.y(pt.Lo), f.y(pt.Hi), stroke(s.Slot), 1.75)
			}
			p.shape(s, x, y, 4.5, pt.Hollow || p.example != "")
			p.end()
		}
	}
	p.dates(&f, pn.Series)
	return []Frame{f}
}

func unitOf(ax page.ChartAxis) string {
	if ax.Label != "" {
		return ax.Label
	}
	return ax.Unit
}

// event draws a line and finds a place for its label: on either side of it, on the first lane that is free.
func (p *pen) event(f *Frame, ev page.ChartEvent, head float64, lanes, i int) {
	x := f.x(ev.X)
	if x < f.X0 || x > f.X1 {
		return
	}
	cls, text, sides := "dash", style("m"), [...]anchor{end, start}
	if ev.Strong {
		cls, text, sides = "zero", "b", [...]anchor{start, end}
	}
	p.b = append(p.b, `<g class="mark"><title>`...) // no mark of values: its label is a note
	p.esc(ev.Label)
	p.b = append(p.b, "</title>"...)
	p.target(x-5, f.Y0, 10, f.Y1-f.Y0)
	y := f.Y0
	label := text.fit(ev.Label, p.w*.45)
	for lane := range lanes {
		ly := head + float64(lane)*eventLane + 10
		if p.try(x+6*side(sides[0]), ly, label, text+" halo", sides[0]) || p.try(x+6*side(sides[1]), ly, label, text+" halo", sides[1]) {
			y = ly - 10
			break
		}
	}
	p.line(x, y, x, f.Y1, cls, "")
	p.b = append(p.b, "</g>"...)
}

func side(a anchor) float64 {
	if a == end {
		return -1
	}
	return 1
}

// dates writes the labels of the points under the axis: first and last, then every one that finds room.
func (p *pen) dates(f *Frame, series []page.ChartSeries) {
	p.quiet = true
	defer func() { p.quiet = false }()
	var ticks []Tick
	seen := map[float64]bool{}
	for _, s := range series {
		for _, pt := range s.Points {
			if pt.Label != "" && !seen[pt.X] && !pt.Missing {
				seen[pt.X] = true
				ticks = append(ticks, Tick{pt.X, style("m").fit(pt.Label, p.w*.3)})
			}
		}
	}
	if len(ticks) == 0 {
		return
	}
	write := func(t Tick) {
		w := style("m").width(t.Label)
		x := p.clampX(f.x(t.Value), w)
		b := place(x, f.Y1+18, w+tickGap, sizeText, middle)
		if b.x0, b.x1 = max(b.x0, 0), min(b.x1, p.w); !p.taken(b) {
			p.text(x, f.Y1+18, t.Label, "m", middle)
			f.XTicks = append(f.XTicks, t)
		}
	}
	// Every k-th date, so that those shown are evenly spaced.
	widest := 0.0
	for _, t := range ticks {
		widest = max(widest, style("m").width(t.Label)+tickGap)
	}
	every := 1
	for every < len(ticks) && float64(len(ticks))/float64(every)*widest > f.X1-f.X0+widest {
		every++
	}
	for i := 0; i < len(ticks); i += every {
		write(ticks[i])
	}
}

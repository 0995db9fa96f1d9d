package chart

import "benchsite/render/page"

// drawTimeline: panels over one time axis, each with its own scale from zero. An example shape has hatched ground, a broken line and
// the warning at the right of each head.
func drawTimeline(p *pen, c page.Chart) []Frame {
	last := c.Panels[len(c.Panels)-1]
	ex := extentX(c.Panels...)
	ax := last.X
	X := ex.domain(ax, 0)
	frames := make([]Frame, len(c.Panels))
	x0, y := 34.0, 0.0
	for i, pn := range c.Panels {
		height := 74.0
		if i > 0 || len(c.Panels) == 1 {
			height = 94
		}
		var e extent
		e.points(pn.Series)
		yax := pn.Y
		yax.FromZero = yax.FromZero || !yax.Log
		f := Frame{Panel: i, X: X, Y: e.domain(yax, .1), Y0: y + 24, Y1: y + 24 + height}
		f.YTicks = ticksY(f.Y, height, yax.Format)
		if len(f.YTicks) > 4 {
			f.YTicks = sparser(f.YTicks)
		}
		x0 = max(x0, yLabels(f.YTicks))
		frames[i] = f
		y = f.Y1 + 10
	}
	for i, pn := range c.Panels {
		f := &frames[i]
		f.X0, f.X1 = x0, p.w-8
		p.timelinePanel(f, pn)
	}
	f := &frames[len(frames)-1]
	f.XTicks = Ticks(X, f.X1-f.X0, ax.Format)
	for _, t := range f.XTicks {
		p.line(f.x(t.Value), f.Y1, f.x(t.Value), f.Y1+4, "axis", "")
	}
	p.labelsX(f, f.Y1+17)
	p.h = f.Y1 + 22
	if ax.Label != "" {
		p.h += 16
		p.textIn(f.X1, p.h-4, ax.Label, "m", end, f.X1)
	}
	return frames
}

// sparser keeps every second tick, zero among them.
func sparser(ts []Tick) []Tick {
	from := 0
	for i, t := range ts {
		if t.Value == 0 {
			from = i % 2
		}
	}
	out := ts[:0:0]
	for i := from; i < len(ts); i += 2 {
		out = append(out, ts[i])
	}
	if len(out) < 3 {
		return ts
	}
	return out
}

func (p *pen) timelinePanel(f *Frame, pn page.ChartPanel) {
	p.hatch(f.X0, f.Y0, f.X1-f.X0, f.Y1-f.Y0)
	p.axisY(f, 0, "axis")
	right := f.X1
	if p.example != "" {
		t := style("b fw").fit(p.example, p.w*.45)
		p.text(right, f.Y0-9, t, "b fw", end)
		right -= style("b").width(t) + 12
	}
	title := style("b").fit(pn.Title, right-f.X0)
	p.headPair(f.X0, f.Y0-9, pn.Title, pn.Sub, right-f.X0)
	if len(pn.Series) > 1 {
		p.inlineKey(pn.Series, right, f.Y0-9, f.X0+style("b").width(title)+style("m").width(pn.Sub)+24)
	}
	for _, s := range pn.Series {
		p.mark(seriesTip(s))
		for _, pts := range linePoints(f, s) {
			if s.Step {
				pts = steps(pts)
			}
			p.polyline(reduce(pts, f.X1-f.X0), stroke(s.Slot), 1.75, p.lineStyle(s))
		}
		if len(s.Points) <= 60 {
			for _, pt := range s.Points {
				if !pt.Missing && pt.Tip != "" {
					p.b = append(p.b, "<g><title>"...)
					p.esc(pt.Tip)
					p.b = append(p.b, "</title>"...)
					p.target(f.x(pt.X)-4, f.Y0, 8, f.Y1-f.Y0)
					p.b = append(p.b, "</g>"...)
				}
			}
		}
		p.end()
	}
}

// inlineKey writes as many names of series as fit between left and right, from the right, last series last.
func (p *pen) inlineKey(series []page.ChartSeries, right, y, left float64) {
	for i := len(series) - 1; i >= 0; i-- {
		s := series[i]
		cls := style("b " + fill(s.Slot))
		w := cls.width(s.Name)
		if right-w-24 < left || !p.try(right, y, s.Name, cls, end) {
			return
		}
		x := right - w - 22
		p.line(x, y-4, x+16, y-4, stroke(s.Slot), strokeWidth(1.75)+p.lineStyle(s))
		right = x - 12
	}
}

func seriesTip(s page.ChartSeries) string {
	if s.Label == "" {
		return s.Name
	}
	return s.Name + " · " + s.Label
}

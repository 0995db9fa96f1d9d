package chart

import "benchsite/render/page"

const latencyRow = 32.0

// drawLatency: the p50 from zero, and the spread round p50 enlarged; side by side in the column, one above the other on a phone.
func drawLatency(p *pen, c page.Chart) []Frame {
	x0 := nameColumn(c.Panels, "b", 8, nameMin, p.w*.3)
	height := 30 + float64(len(c.Panels[0].Series))*latencyRow + 24
	spread := len(c.Panels) > 1 && len(c.Panels[1].Series) > 0
	p.h = height
	switch {
	case !spread:
		return []Frame{p.latencyLevel(c.Panels[0], x0, p.w-x0-8)}
	case p.narrow():
		level := p.latencyLevel(c.Panels[0], x0, p.w-x0-8)
		p.h = height + 14 + 30 + float64(len(c.Panels[1].Series))*latencyRow + 24
		return []Frame{level, p.latencySpread(c.Panels[1], x0, height+14, p.w-x0-18, true)}
	}
	a := (p.w - x0) * .495
	p.h = max(height, 30+float64(len(c.Panels[1].Series))*latencyRow+24)
	return []Frame{p.latencyLevel(c.Panels[0], x0, a), p.latencySpread(c.Panels[1], x0+a+44, 0, p.w-x0-a-62, false)}
}

// latencyLevel draws bars in width px, labels included.
func (p *pen) latencyLevel(pn page.ChartPanel, x0, width float64) Frame {
	pad := 0.0
	for _, s := range pn.Series {
		pad = max(pad, style("b").width(first(s).Text)+14)
	}
	pad = min(pad, width*.5)
	f := Frame{X0: x0, X1: x0 + width - pad, X: barDomain([]page.ChartPanel{pn}), Bar: barThick}
	f.XTicks = Ticks(f.X, f.X1-f.X0, pn.X.Format)
	f.Y0, f.Y1 = 30, 30+float64(len(pn.Series))*latencyRow
	p.headPair(x0, 13, pn.Title, pn.Sub, width)
	p.axisX(&f, f.Y0-6, f.Y1, f.Y1+15, 0, "axis")
	for i, s := range pn.Series {
		y, pt := f.Y0+float64(i)*latencyRow, first(s)
		f.Rows = append(f.Rows, y+13.5)
		p.mark(tipOf(s, pt))
		p.target(0, y, x0+width, latencyRow)
		p.rowName(s, x0-8, y+18, "b")
		x := x0
		if !pt.Missing {
			x = f.x(max(0, pt.Value))
			p.bar(s, x0+.5, y+5, x-x0, barThick)
		}
		p.runs(x+7, y+18, start, "halo", valueRuns(pt, x0+width-x-7, 8)...)
		p.end()
	}
	return f
}

// latencySpread draws, per row, minimum to maximum as a line, p50 as the mark at zero and p95 as an upright. The p95 label stands
// right of the maximum, or above the line where that would leave the drawing.
func (p *pen) latencySpread(pn page.ChartPanel, bx, by, width float64, names bool) Frame {
	var e extent
	e.add(0)
	e.points(pn.Series)
	f := Frame{Panel: 1, X0: bx, X1: bx + width, X: e.domain(pn.X, .07)}
	f.XTicks = Ticks(f.X, width, pn.X.Format)
	f.Y0, f.Y1 = by+30, by+30+float64(len(pn.Series))*latencyRow
	p.headPair(bx, by+13, pn.Title, pn.Sub, p.w-bx)
	p.axisX(&f, f.Y0-6, f.Y1, f.Y1+15, 0, "zero")
	for i, s := range pn.Series {
		y, mid := f.Y0+float64(i)*latencyRow+14, first(s)
		f.Rows = append(f.Rows, y)
		p.mark(tipOf(s, mid))
		p.target(bx, y-14, width, 28)
		if names {
			p.rowName(s, bx-8, y+4, "b")
		}
		if mid.Missing {
			p.text(bx+4, y+4, style("m").fit(mid.Text, width), "m halo", start)
			p.end()
			continue
		}
		right := f.x(mid.Value)
		if mid.Interval {
			p.whisker(f.x(mid.Lo), f.x(mid.Hi), y, stroke(s.Slot), 1.5, 1.5, "")
			right = f.x(mid.Hi)
		}
		p.shape(s, f.x(mid.Value), y, 4.5, mid.Hollow)
		for _, pt := range s.Points[1:] {
			if pt.Missing {
				continue
			}
			x := f.x(pt.Value)
			p.line(x, y-8, x, y+8, stroke(s.Slot), strokeWidth(3))
			w := style("").width(pt.Text)
			switch {
			case max(x, right)+7+w <= p.w && p.try(max(x, right)+7, y+4, pt.Text, "halo", start):
			case p.try(x-5, y-6, pt.Text, "halo", end):
			default:
				p.try(p.clampX(x, w), y+17, pt.Text, "halo", middle)
			}
		}
		p.end()
	}
	return f
}

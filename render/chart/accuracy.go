package chart

import "benchsite/render/page"

// drawAccuracy: mark and interval per subject, the value as published (hollow, broken grey line) below the rescored one. In the column
// count and interval stand right of the axis; on a phone above their line.
func drawAccuracy(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	count, rng := 0.0, 0.0
	for _, s := range pn.Series {
		for _, pt := range s.Points {
			count = max(count, style("b").width(pt.Text))
			rng = max(rng, style("").width(pt.Range))
		}
	}
	head := ""
	if len(pn.Heads) > 0 {
		head = pn.Heads[0]
	}
	x0, x1, step := nameColumn(c.Panels, "b l", 12, 64, p.w*.3), p.w-10, 20.0
	count, rng = min(count, p.w*.16), min(rng, p.w*.24)
	if p.narrow() {
		x0, step = 8, 26
	} else {
		x1 = p.w - 14 - count - 10 - rng
	}
	var e extent
	e.points(pn.Series)
	f := Frame{X0: x0, X1: x1, X: e.domain(pn.X, .12), Step: step}
	f.XTicks = Ticks(f.X, x1-x0, pn.X.Format)

	keys := make([]keyEntry, len(c.Key))
	for i, k := range c.Key {
		keys[i] = keyEntry{text: k.Text, hollow: k.Hollow, plain: true}
	}
	right := p.w
	if !p.narrow() && head != "" {
		h := style("m").fit(head, p.w*.4)
		p.text(p.w, 13, h, "m", end)
		right -= style("m").width(h) + 16
	}
	top := 8.0
	if n := p.keyLines(x0, 13, right, keys); n > 0 {
		top = 26 + float64(n-1)*18
	} else if right < p.w {
		top = 26
	}
	y := top
	tops := make([]float64, len(pn.Series))
	for i, s := range pn.Series {
		tops[i] = y
		y += 12 + step*max(1, float64(len(s.Points)))
		if p.narrow() {
			y += 12
		}
	}
	p.h = y + 22
	f.Y0, f.Y1 = top, y
	strong := f.X.Min - 1
	if pn.X.Format == page.TickPercent {
		strong = 1
	}
	p.axisX(&f, top-4, y, p.h-6, strong, "axis")
	for i, s := range pn.Series {
		if i > 0 {
			p.line(0, tops[i], p.w, tops[i], "grid", "")
		}
		name := style("b l " + fill(s.Slot))
		y1 := tops[i] + 17
		if p.narrow() {
			room := p.w - 34
			if len(s.Points) > 0 {
				room -= p.accuracyLabelWidth(s.Points[0])
			}
			p.textIn(0, tops[i]+18, s.Name, name+" halo", start, room)
			y1 = tops[i] + 36
		} else {
			p.textIn(x0-12, tops[i]+10+step*max(1, float64(len(s.Points)))/2, s.Name, name, end, x0-12)
		}
		f.Rows = append(f.Rows, y1)
		for j, pt := range s.Points {
			p.accuracyValue(&f, s, pt, y1+float64(j)*step, count)
		}
	}
	return []Frame{f}
}

func (p *pen) accuracyLabelWidth(pt page.ChartPoint) float64 {
	return min(style("b").width(pt.Text), p.w*.3) + 4 + min(style("").width(pt.Range), p.w*.4)
}

func (p *pen) accuracyValue(f *Frame, s page.ChartSeries, pt page.ChartPoint, y, count float64) {
	p.mark(tipOf(s, pt))
	p.target(f.X0, y-9, p.w-f.X0, 18)
	quiet := style("")
	if pt.Hollow || pt.Missing {
		quiet = "m"
	}
	if !pt.Missing {
		x := f.x(pt.Value)
		switch {
		case pt.Hollow:
			if pt.Interval {
				p.whisker(f.x(pt.Lo), f.x(pt.Hi), y, "sm", 1.25, 1.25, hollowDash)
			}
			p.circle(x, y, 4.2, "fg sm", strokeWidth(1.5))
		default:
			if pt.Interval {
				p.whisker(f.x(pt.Lo), f.x(pt.Hi), y, stroke(s.Slot), 2, 1.75, dashAttr(s.Dash))
			}
			p.shape(s, x, y, 5, false)
		}
	}
	bold := quiet + " b"
	if p.narrow() {
		t, r := bold.fit(pt.Text, p.w*.3), quiet.fit(pt.Range, p.w*.4)
		p.runs(p.w-18, y-9, end, "halo", run{text: t, cls: bold, full: pt.Text}, run{text: r, cls: quiet, gap: 4, full: pt.Range})
	} else {
		p.textIn(f.X1+14, y+4, pt.Text, bold, start, count)
		p.textIn(p.w, y+4, pt.Range, quiet, end, p.w-f.X1-14-count-6)
	}
	p.end()
}

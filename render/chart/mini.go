package chart

import (
	"math"

	"benchsite/render/page"
)

const miniRow = 22.0

// drawMini is the small drawing beside a finding: 22 px a row, or a curve of 96 px; first panel only.
func drawMini(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	switch c.Kind {
	case page.ChartAccuracy, page.ChartForest:
		return p.miniDots(pn, c.Kind == page.ChartForest)
	case page.ChartGlance:
		if pn.Dots {
			return p.miniDots(pn, false)
		}
	case page.ChartRelative:
		return p.miniRatio(pn)
	case page.ChartSweep, page.ChartTimeline, page.ChartHistory:
		return p.miniLines(pn, c.Kind)
	}
	return p.miniBars(pn)
}

// miniPoint is the value that counts: the first that is not as published.
func miniPoint(s page.ChartSeries) page.ChartPoint {
	for _, pt := range s.Points {
		if !pt.Hollow {
			return pt
		}
	}
	return first(s)
}

func (p *pen) miniBars(pn page.ChartPanel) []Frame {
	x0 := nameColumn([]page.ChartPanel{pn}, "b", 14, 30, p.w*.45)
	pad := 0.0
	for _, s := range pn.Series {
		pad = max(pad, style("b").width(first(s).Text)+8)
	}
	pad = min(pad, p.w*.35)
	f := Frame{X0: x0, X1: p.w - pad, X: barDomain([]page.ChartPanel{pn}), Bar: 15}
	p.h = float64(len(pn.Series)) * miniRow
	f.Y1 = p.h
	for i, s := range pn.Series {
		y, pt := float64(i)*miniRow, first(s)
		f.Rows = append(f.Rows, y+10.5)
		p.mark(tipOf(s, pt))
		p.target(0, y, p.w, miniRow)
		p.rowName(s, x0-8, y+15, "b")
		x := x0
		if !pt.Missing {
			x = f.x(max(0, reach(pt)))
			p.bar(s, x0, y+3, f.x(max(0, pt.Value))-x0, 15)
			if pt.Interval {
				p.whisker(f.x(max(0, pt.Lo)), f.x(max(0, pt.Hi)), y+10.5, "si", 1.5, 1.5, "")
			}
		}
		p.runs(x+6, y+15, start, "", valueRuns(page.ChartPoint{Text: pt.Text, Missing: pt.Missing}, p.w-x-6, 0)...)
		p.end()
	}
	p.line(x0, 0, x0, p.h, "axis", "")
	return []Frame{f}
}

// miniDots: mark and interval; the printed value at the right edge, outside the axis.
func (p *pen) miniDots(pn page.ChartPanel, forest bool) []Frame {
	pad := 0.0
	var e extent
	for _, s := range pn.Series {
		pt := miniPoint(s)
		pad = max(pad, style("b").width(pt.Text))
		if pt.Missing {
			continue
		}
		e.add(pt.Value)
		if pt.Interval {
			e.add(pt.Lo, pt.Hi)
		}
	}
	if !e.any {
		e.add(0)
	}
	pad = min(pad, p.w*.3)
	f := Frame{X0: nameColumn([]page.ChartPanel{pn}, "b", 12, 52, p.w*.42), X1: p.w - pad - 14}
	format := pn.X.Format
	if forest {
		format = page.TickSigned
		if b := pn.Band; b != nil {
			e.add(b.Lo, b.Hi)
		}
		m := max(math.Abs(e.lo), math.Abs(e.hi), 1e-9) * 1.15
		f.X = Scale{Min: -m, Max: m}
	} else {
		f.X = e.domain(page.ChartAxis{Format: format}, .1)
	}
	f.XTicks = Ticks(f.X, f.X1-f.X0, format)
	if len(f.XTicks) > 4 {
		f.XTicks = sparser(f.XTicks)
	}
	f.Y1 = float64(len(pn.Series)) * miniRow
	p.h = f.Y1 + 18
	if b := pn.Band; forest && b != nil {
		p.rect(f.x(b.Lo), 0, f.x(b.Hi)-f.x(b.Lo), f.Y1, "band", "")
	}
	strong := math.Inf(1)
	if forest {
		strong = 0
	}
	p.miniTicks(&f, strong)
	for i, s := range pn.Series {
		y, pt := float64(i)*miniRow+11, miniPoint(s)
		f.Rows = append(f.Rows, y)
		p.mark(tipOf(s, pt))
		p.target(0, y-11, p.w, miniRow)
		name := style("b " + fill(s.Slot))
		if forest {
			name = "b"
		}
		p.textIn(f.X0-10, y+4, s.Name, name, end, f.X0-10)
		if !pt.Missing {
			if pt.Interval {
				p.line(f.x(pt.Lo), y, f.x(pt.Hi), y, stroke(s.Slot), strokeWidth(1.75))
			}
			if forest {
				p.rect(f.x(pt.Value)-4, y-4, 8, 8, fill(s.Slot), "")
			} else {
				p.shape(s, f.x(pt.Value), y, 4, pt.Hollow)
			}
		}
		p.textIn(p.w, y+4, pt.Text, "b", end, pad)
		p.end()
	}
	return []Frame{f}
}

// miniTicks draws the grid and small labels under it.
func (p *pen) miniTicks(f *Frame, strong float64) {
	kept := f.XTicks[:0:0]
	for _, t := range f.XTicks {
		cls := "grid"
		if t.Value == strong {
			cls = "zero"
		}
		p.line(f.x(t.Value), 0, f.x(t.Value), f.Y1+2, cls, "")
		w := style("m s").width(t.Label)
		if p.try(p.clampX(f.x(t.Value), w), p.h-3, t.Label, "m s", middle) {
			kept = append(kept, t)
		}
	}
	f.XTicks = kept
}

// miniRatio: a line from 1× to the mark, the ratio at the right edge.
func (p *pen) miniRatio(pn page.ChartPanel) []Frame {
	ref, pad := 1.0, 0.0
	if pn.Ref != nil && pn.Ref.Value > 0 {
		ref = pn.Ref.Value
	}
	e := extent{}
	e.add(ref)
	for _, s := range pn.Series {
		pt := first(s)
		pad = max(pad, style("b").width(pt.Text))
		if !pt.Missing && pt.Value > 0 {
			e.add(pt.Value)
		}
	}
	pad = min(pad, p.w*.3)
	f := Frame{X0: nameColumn([]page.ChartPanel{pn}, "b", 12, 52, p.w*.42), X1: p.w - pad - 14, X: e.logDomain(.15)}
	f.XTicks = Ticks(f.X, f.X1-f.X0, page.TickRatio)
	f.Y1 = float64(len(pn.Series)) * miniRow
	p.h = f.Y1 + 18
	p.miniTicks(&f, ref)
	for i, s := range pn.Series {
		y, pt := float64(i)*miniRow+11, first(s)
		f.Rows = append(f.Rows, y)
		p.mark(tipOf(s, pt))
		p.target(0, y-11, p.w, miniRow)
		p.textIn(f.X0-10, y+4, s.Name, style("b "+fill(s.Slot)), end, f.X0-10)
		if !pt.Missing && pt.Value > 0 {
			p.line(f.x(ref), y, f.x(pt.Value), y, stroke(s.Slot), strokeWidth(2))
			p.shape(s, f.x(pt.Value), y, 4, pt.Hollow)
		}
		p.textIn(p.w, y+4, pt.Text, "b", end, pad)
		p.end()
	}
	return []Frame{f}
}

// miniLines: the two highest series, names after the last point, labels of the two ends under the axis.
func (p *pen) miniLines(pn page.ChartPanel, kind page.ChartKind) []Frame {
	series := pn.Series
	var shown []page.ChartSeries
	for _, s := range series {
		if s.Slot != page.SlotMuted || len(series) == 1 {
			shown = append(shown, s)
		}
	}
	if len(shown) == 0 || extentX(page.ChartPanel{Series: shown}).any == false {
		shown = series
	}
	var e extent
	e.points(shown)
	yax, xax := pn.Y, pn.X
	yax.Min, yax.Max, xax.Min, xax.Max = 0, 0, 0, 0
	margin := 8.0
	for _, s := range shown {
		margin = max(margin, min(p.endWidth(s), p.w*.35)+14)
	}
	f := Frame{X0: 4, X1: p.w - margin, Y0: 12, Y1: 80, X: extentX(page.ChartPanel{Series: shown}).domain(xax, .02), Y: e.domain(yax, .04)}
	p.h = 96
	p.line(f.X0, f.Y1, f.X1+6, f.Y1, "axis", "")
	for _, s := range shown {
		p.mark(seriesTip(s))
		for _, pts := range linePoints(&f, s) {
			if s.Step {
				pts = steps(pts)
			}
			p.polyline(reduce(pts, f.X1-f.X0), stroke(s.Slot), 1.75, p.lineStyle(s))
		}
		p.end()
		if len(s.Points) > 40 || kind == page.ChartTimeline {
			continue
		}
		for _, pt := range s.Points {
			if !pt.Missing {
				p.mark(tipOf(s, pt))
				p.shape(s, f.x(pt.X), f.y(pt.Value), 2.6, false)
				p.end()
			}
		}
	}
	if kind != page.ChartTimeline && (kind == page.ChartSweep || len(shown) > 1) {
		p.endLabels(&f, shown)
	}
	var a, z page.ChartPoint
	for _, pt := range shown[0].Points {
		if !pt.Missing {
			if a.Label == "" {
				a = pt
			}
			z = pt
		}
	}
	if a.Label != "" {
		p.text(0, p.h-2, style("m s").fit(a.Label, p.w*.4), "m s", start)
		l := style("m s").fit(z.Label, p.w*.4)
		p.try(p.clampX(f.x(z.X), style("m s").width(l)), p.h-2, l, "m s", middle)
	}
	return []Frame{f}
}

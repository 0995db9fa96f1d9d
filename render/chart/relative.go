package chart

import (
	"math"

	"benchsite/render/page"
)

// hundred is the baseline of relative scores, which are no ratios; any other baseline is 1×.
const hundred = 100

// drawRelative: ratios to the baseline on a log axis, 1× as the strong line. Labels stand outside the mark, on the side away from 1×,
// so the subjects of a row (17 px apart) cannot collide. On a phone the names move to a key, measure and direction above each group.
func drawRelative(p *pen, c page.Chart) []Frame {
	ref := 1.0
	refLabel := ""
	refSlot := page.SlotInk
	if r := c.Panels[0].Ref; r != nil && r.Value > 0 {
		ref, refLabel, refSlot = r.Value, r.Label, r.Slot
	}
	x0, x1, top := 150.0, p.w-14, 24.0
	if p.narrow() {
		x0 = 10
		if n := p.keyLines(0, 14, p.w*.62, seriesKey(widestPanel(c.Panels).Series, false)); n > 0 {
			top = 24 + float64(n)*18
		}
	} else {
		for _, pn := range c.Panels {
			x0 = max(x0, style("b").width(pn.Title)+14, style("m").width(pn.Sub)+14)
		}
		x0 = min(x0, p.w*.34)
	}
	p.ratioLeft = x0
	f := Frame{X0: x0, X1: x1, X: ratioDomain(c.Panels, ref, x0, x1, p)}
	format := page.TickRatio
	if ref == hundred {
		format = page.TickNumber
	}
	f.XTicks = Ticks(f.X, x1-x0, format)

	// Rows first, because the grid runs behind all of them.
	heads, each := 0.0, 17.0
	if p.narrow() {
		heads = 18
	}
	y := top
	tops := make([]float64, len(c.Panels))
	for i, pn := range c.Panels {
		tops[i] = y
		rows := max(1, float64(len(pn.Series)))
		y += max(46, 12+rows*each)
		if p.narrow() {
			y += heads - max(0, 46-(12+rows*each))
		}
	}
	bottom := y + 2
	p.h = bottom + 22
	p.textCentred(f.x(ref), top-10, refLabel, style("b "+fill(refSlot)))
	p.axisX(&f, top-4, bottom, p.h-6, ref, "zero")
	frames := make([]Frame, len(c.Panels))
	for i, pn := range c.Panels {
		fr := f
		fr.Panel = i
		if i > 0 {
			p.line(0, tops[i], p.w, tops[i], "grid", "")
		}
		y1 := tops[i] + 15
		if p.narrow() {
			y1 = tops[i] + 31
			sub := style("m").fit(pn.Sub, p.w*.45)
			p.text(p.w, tops[i]+16, sub, "m halo", end)
			p.textIn(0, tops[i]+16, pn.Title, "b halo", start, p.w-style("m").width(sub)-12)
		} else {
			p.textIn(0, tops[i]+20, pn.Title, "b", start, x0-12)
			p.textIn(0, tops[i]+36, pn.Sub, "m", start, x0-12)
		}
		fr.Y0, fr.Y1 = y1-each/2, y1-each/2+float64(len(pn.Series))*each
		for j, s := range pn.Series {
			yy := y1 + float64(j)*each
			fr.Rows = append(fr.Rows, yy)
			p.relativeRow(&fr, s, yy, ref)
		}
		frames[i] = fr
	}
	return frames
}

func (p *pen) relativeRow(f *Frame, s page.ChartSeries, y, ref float64) {
	pt := first(s)
	p.mark(tipOf(s, pt))
	defer p.end()
	if pt.Missing || pt.Value <= 0 {
		x := f.x(ref) + 10
		p.textIn(x, y+4, pt.Text, "m halo", start, p.w-x)
		return
	}
	x := f.x(pt.Value)
	if pt.Interval && pt.Lo > 0 {
		p.whisker(f.x(pt.Lo), f.x(pt.Hi), y, stroke(s.Slot), 1.5, 1.5, "")
	}
	p.line(f.x(ref), y, x, y, stroke(s.Slot), strokeWidth(2)+dashAttr(s.Dash))
	p.shape(s, x, y, 4.5, pt.Hollow)
	if right := pt.Value >= ref; right {
		if pt.Interval {
			x = max(x, f.x(pt.Hi))
		}
		p.runs(x+10, y+4, start, "halo", p.ratioRuns(s, pt, true)...)
	} else {
		if pt.Interval && pt.Lo > 0 {
			x = min(x, f.x(pt.Lo))
		}
		p.runs(x-10, y+4, end, "halo", p.ratioRuns(s, pt, false)...)
	}
}

// ratioRuns is the label of a mark: ratio and, in the column, the subject's name on the far side.
func (p *pen) ratioRuns(s page.ChartSeries, pt page.ChartPoint, right bool) []run {
	limit := (p.w - p.ratioLeft) * .19
	t := run{text: style("b").fit(pt.Text, limit), cls: "b", full: pt.Text}
	if p.narrow() {
		t.text = style("b").fit(pt.Text, 2*limit)
		return []run{t}
	}
	cls := style(fill(s.Slot))
	n := run{text: cls.fit(s.Name, limit), cls: cls, full: s.Name}
	if right {
		n.gap = 4
		return []run{t, n}
	}
	t.gap = 4
	return []run{n, t}
}

// ratioDomain widens the domain until the label of every mark stands inside the drawing.
func ratioDomain(panels []page.ChartPanel, ref, x0, x1 float64, p *pen) Scale {
	var e extent
	e.add(ref)
	for _, pn := range panels {
		for _, s := range pn.Series {
			if pt := first(s); !pt.Missing && pt.Value > 0 {
				e.add(pt.Value)
				if pt.Interval && pt.Lo > 0 {
					e.add(pt.Lo, pt.Hi)
				}
			}
		}
	}
	pad := .15
	if ref == hundred { // scores lie closer together than speeds
		pad = min(.15, max(.01, .3*(math.Log(e.hi)-math.Log(e.lo))))
	}
	lo, hi := math.Log(e.lo)-pad, math.Log(e.hi)+pad
	left := x0
	if !p.narrow() {
		left = x0 - 4
	}
	for range 60 {
		changed := false
		for _, pn := range panels {
			for _, s := range pn.Series {
				pt := first(s)
				if pt.Missing || pt.Value <= 0 {
					continue
				}
				scale := Scale{Min: math.Exp(lo), Max: math.Exp(hi), Log: true}
				v := pt.Value
				if pt.Value >= ref {
					if pt.Interval {
						v = max(v, pt.Hi)
					}
					w := runsWidth(p.ratioRuns(s, pt, true)) + 11
					if over := scale.At(v, x0, x1) + w - p.w; over > 0 {
						hi += (over + 1) / (x1 - x0) * (hi - lo) * 1.05
						changed = true
					}
				} else {
					if pt.Interval && pt.Lo > 0 {
						v = min(v, pt.Lo)
					}
					w := runsWidth(p.ratioRuns(s, pt, false)) + 11
					if over := left - (scale.At(v, x0, x1) - w); over > 0 {
						lo -= (over + 1) / (x1 - x0) * (hi - lo) * 1.05
						changed = true
					}
				}
			}
		}
		if !changed {
			break
		}
	}
	return Scale{Min: math.Exp(lo), Max: math.Exp(hi), Log: true}
}

// widestPanel is the panel with most series; its names make the key.
func widestPanel(panels []page.ChartPanel) page.ChartPanel {
	w := panels[0]
	for _, pn := range panels[1:] {
		if len(pn.Series) > len(w.Series) {
			w = pn
		}
	}
	return w
}

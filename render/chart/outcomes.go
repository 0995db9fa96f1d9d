package chart

import "benchsite/render/page"

// outcomeStyles are the grounds of the parts of a row, in the order of its points: correct, wrong, unparsed, truncated, error. They
// differ in lightness and outline, so that they can be told apart without colour.
var outcomeStyles = [...]struct {
	extra   string
	outline float64 // its width; 0 = none
	neutral bool    // grey in place of the colour of the subject
	empty   bool    // the outline alone
	text    style   // of the count inside
}{
	{"", 0, false, false, "b s fg"},
	{` fill-opacity=".35"`, 1, false, false, "b s"},
	{` fill-opacity=".5"`, 1, true, false, "b s"},
	{` fill-opacity=".15"`, 1, true, false, "b s"},
	{"", 2, true, true, "b s"},
}

// drawOutcomes: a row per subject or task, cut into what became of its items. Counts stand inside the parts that have room for them;
// all of them are in the tooltips and the table. It has no interactive twin: there is nothing to zoom into.
func drawOutcomes(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	const row, thick = 30.0, 20.0
	x0 := nameColumn(c.Panels, "b", 10, 64, p.w*.34)
	f := Frame{X0: x0, X1: p.w - 16, X: Scale{Min: 0, Max: 1}}
	f.XTicks = Ticks(f.X, f.X1-f.X0, page.TickPercent)
	top := p.outcomeKey(c)
	bottom := top + float64(len(pn.Series))*row
	p.h = bottom + 22
	p.axisX(&f, top-2, bottom, p.h-6, 0, "axis")
	for i, s := range pn.Series {
		y := top + float64(i)*row
		p.rowName(s, x0-10, y+16, "b")
		total := 0.0
		for _, pt := range s.Points {
			if !pt.Missing {
				total += pt.Value
			}
		}
		total = max(total, pn.X.Max) // items whose outcome is not recorded stay open
		at := 0.0
		for j, pt := range s.Points {
			if pt.Missing || pt.Value <= 0 || total <= 0 || j >= len(outcomeStyles) {
				continue
			}
			a, b := f.x(at/total), f.x((at+pt.Value)/total)
			at += pt.Value
			p.mark(tipOf(s, pt))
			p.outcomePart(s, j, a, y+1, b-a, thick)
			st := outcomeStyles[j]
			if st.text.width(pt.Text)+8 <= b-a {
				p.text((a+b)/2, y+15, pt.Text, st.text, middle)
			}
			p.end()
		}
	}
	return nil
}

// outcomePart draws one part of a row.
func (p *pen) outcomePart(s page.ChartSeries, j int, x, y, w, h float64) {
	st := outcomeStyles[j]
	slot := s.Slot
	if st.neutral {
		slot = page.SlotInk
	}
	cls, extra := fill(slot), st.extra
	if d := st.outline; d > 0 && w > 2*d {
		if st.empty {
			cls = "fg"
		}
		cls += " " + stroke(slot)
		extra += strokeWidth(d)
		x, y, w, h = x+d/2, y+d/2, w-d, h-d
	}
	p.rect(x, y, w, h, cls, extra)
}

// outcomeKey writes the key, in as many lines as it needs, and returns where the rows begin.
func (p *pen) outcomeKey(c page.Chart) float64 {
	const box = 11.0
	x, y := 0.0, 12.0
	ink := page.ChartSeries{Slot: page.SlotInk}
	for j, k := range c.Key {
		if j >= len(outcomeStyles) {
			break
		}
		text := style("m").fit(k.Text, p.w-box-6)
		if need := box + 6 + style("m").width(text); x > 0 && x+need > p.w {
			x, y = 0, y+18
		}
		p.outcomePart(ink, j, x, y-box+1, box, box)
		p.text(x+box+6, y, text, "m", start)
		x += box + 6 + style("m").width(text) + 16
	}
	return y + 16
}

package chart

import (
	"math"
	"strings"

	"benchsite/render/page"
)

// drawForest: differences subject − baseline, zero line, grey band for what this n easily misses. In the column the figures stand in
// columns at the right; on a phone in a line above each strip. Words about the sides stand round the zero line, never over the columns.
func drawForest(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	var e extent
	e.add(0)
	e.points(pn.Series)
	if pn.Band != nil {
		e.add(pn.Band.Lo, pn.Band.Hi)
	}
	m := max(math.Abs(e.lo), math.Abs(e.hi))
	if m == 0 {
		m = 1
	}
	f := Frame{X: Scale{Min: -m * 1.25, Max: m * 1.25}, X0: 6, X1: p.w - 6}
	rh, top := 58.0, 44.0
	var cols []float64 // right edges of the columns
	if p.narrow() {
		for _, s := range pn.Series {
			if p.forestWraps(pn, s) {
				rh = 74
			}
		}
	} else {
		rh = 36
		f.X0 = nameColumn(c.Panels, "b", 14, 116, p.w*.3)
		cols, f.X1 = p.forestColumns(pn, f.X0)
	}
	n := float64(len(pn.Series))
	bottom := top + n*rh + 2
	p.h = bottom + 38
	if pn.X.Label == "" {
		p.h -= 16
	}
	f.XTicks = Ticks(f.X, f.X1-f.X0, page.TickSigned)
	f.Y0, f.Y1 = top, top+n*rh

	if !p.narrow() {
		p.forestGround(&f, pn, top-8, bottom)
	}
	p.labelsX(&f, bottom+15)
	p.forestHeads(&f, pn, cols, top)
	p.textCentred(f.x(0), p.h-3, pn.X.Label, "m")
	for i, s := range pn.Series {
		y := top + float64(i)*rh
		strip := y + 18
		if p.narrow() {
			strip = y + rh - 18
			z := y + rh - 4
			if i == len(pn.Series)-1 {
				z = bottom
			}
			p.forestGround(&f, pn, strip-14, z)
		}
		f.Rows = append(f.Rows, strip)
		p.forestRow(&f, pn, s, cols, y, strip)
	}
	return []Frame{f}
}

func (p *pen) forestGround(f *Frame, pn page.ChartPanel, a, z float64) {
	if b := pn.Band; b != nil {
		p.rect(f.x(b.Lo), a, f.x(b.Hi)-f.x(b.Lo), z-a, "band", "")
	}
	for _, t := range f.XTicks {
		cls := "grid"
		if t.Value == 0 {
			cls = "zero"
		}
		p.line(f.x(t.Value), a, f.x(t.Value), z, cls, "")
	}
	if b := pn.Band; b != nil {
		p.line(f.x(b.Lo), a, f.x(b.Lo), z, "dash", "")
		p.line(f.x(b.Hi), a, f.x(b.Hi), z, "dash", "")
	}
}

func (p *pen) forestHeads(f *Frame, pn page.ChartPanel, cols []float64, top float64) {
	zero, limit := f.x(0), p.w
	for i, head := range pn.Heads {
		if i < len(cols) {
			from := f.X1 + 14
			if i > 0 {
				from = cols[i-1] + 8
			}
			h := style("m s").fit(head, cols[i]-from)
			p.textWhole(cols[i], top-13, h, wholeIf(h, head), "m s", end)
			if i == 0 && h != "" {
				limit = cols[0] - style("m s").width(h) - 10
			}
		}
	}
	if b := pn.Band; b != nil {
		p.textCentred(zero, 14, b.Label, "m")
	}
	p.textIn(zero-9, top-13, pn.Below, "m s", end, zero-9)
	p.textIn(zero+9, top-13, pn.Above, "m s", start, limit-zero-9)
}

func wholeIf(short, whole string) string {
	if short == whole {
		return ""
	}
	return whole
}

// forestColumns returns the right edge of each column and where the plot ends.
func (p *pen) forestColumns(pn page.ChartPanel, x0 float64) ([]float64, float64) {
	n := len(pn.Heads)
	for _, s := range pn.Series {
		n = max(n, len(first(s).Cells))
	}
	if n == 0 {
		return nil, p.w - 14
	}
	widths := make([]float64, n)
	for i := range widths {
		if i < len(pn.Heads) {
			widths[i] = style("m s").width(pn.Heads[i])
		}
		for _, s := range pn.Series {
			if cells := first(s).Cells; i < len(cells) {
				widths[i] = max(widths[i], style("").width(cells[i]))
			}
		}
	}
	total := 0.0
	for _, w := range widths {
		total += w
	}
	gap := 16.0
	if most := p.w - x0 - 150 - gap*float64(n); total > most {
		for i := range widths {
			widths[i] *= most / total
		}
	}
	edges := make([]float64, n)
	x := p.w
	for i := n - 1; i >= 0; i-- {
		edges[i] = x
		x -= widths[i] + gap
	}
	return edges, x + gap - 14
}

func (p *pen) forestRow(f *Frame, pn page.ChartPanel, s page.ChartSeries, cols []float64, y, strip float64) {
	pt := first(s)
	p.mark(tipOf(s, pt))
	if p.narrow() {
		line := forestLine(pn, pt)
		room := p.w
		if !p.forestWraps(pn, s) {
			room -= style("").width(line) + 10
			p.text(p.w, y+19, line, "", end)
		} else {
			p.textIn(p.w, y+35, line, "", end, p.w)
		}
		p.textIn(0, y+19, s.Name, "b", start, room)
	} else {
		p.textIn(0, strip+4, s.Name, "b", start, f.X0-10)
		for i, t := range pt.Cells {
			if i >= len(cols) {
				break
			}
			from := f.X1 + 8
			if i > 0 {
				from = cols[i-1] + 6
			}
			p.textIn(cols[i], strip+4, t, "", end, cols[i]-from)
		}
	}
	if !pt.Missing {
		cls, mk := "si", "fi"
		if s.Slot != "" {
			cls, mk = stroke(s.Slot), fill(s.Slot)
		}
		if pt.Interval {
			p.whisker(f.x(pt.Lo), f.x(pt.Hi), strip, cls, 2, 1.75, "")
		}
		p.rect(f.x(pt.Value)-4.5, strip-4.5, 9, 9, mk, "")
	}
	p.end()
}

// forestLine is the figures of a row in one line; a column whose head is a symbol keeps it: "p = 0.55".
func forestLine(pn page.ChartPanel, pt page.ChartPoint) string {
	parts := make([]string, len(pt.Cells))
	for i, t := range pt.Cells {
		parts[i] = t
		if i < len(pn.Heads) && len(pn.Heads[i]) == 1 && t != "" {
			if strings.HasPrefix(t, "<") {
				parts[i] = pn.Heads[i] + " " + t
			} else {
				parts[i] = pn.Heads[i] + " = " + t
			}
		}
	}
	return strings.Join(parts, "\u3000")
}

// forestWraps reports whether name and figures need a line each.
func (p *pen) forestWraps(pn page.ChartPanel, s page.ChartSeries) bool {
	return style("b").width(s.Name)+10+style("").width(forestLine(pn, first(s))) > p.w
}

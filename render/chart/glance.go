package chart

import (
	"math"

	"benchsite/render/page"
)

// drawGlance: one row per subject, one cell per measure, number then bar; accuracy as dot with interval. In the column the names stand
// once at the left; on a phone two panels stand side by side and repeat them. More panels than fit begin a new line of panels.
func drawGlance(p *pen, c page.Chart) []Frame {
	rows := 0
	for _, pn := range c.Panels {
		rows = max(rows, len(pn.Series))
	}
	names := nameColumn(c.Panels, "b l", 10, 60, p.w*.26)
	if p.narrow() {
		names = nameColumn(c.Panels, "b", 6, 46, 78)
	}
	var frames []Frame
	y := 0.0
	for at := 0; at < len(c.Panels); {
		var n int
		if p.narrow() {
			n = min(2, len(c.Panels)-at)
			frames = append(frames, p.glancePairs(c.Panels[at:at+n], at, y, names)...)
			y += 40 + float64(rows)*26 + 12
		} else {
			n = min(max(1, int((p.w-names)/118)), len(c.Panels)-at)
			frames = append(frames, p.glanceLine(c.Panels[at:at+n], at, y, names)...)
			y += 39 + float64(rows)*30
		}
		if hasDots(c.Panels[at : at+n]) {
			y += 14
		}
		if at += n; at < len(c.Panels) {
			y += 14
		}
	}
	p.h = y
	return frames
}

func hasDots(panels []page.ChartPanel) bool {
	for _, pn := range panels {
		if pn.Dots {
			return true
		}
	}
	return false
}

func (p *pen) glanceLine(panels []page.ChartPanel, at int, y0, names float64) []Frame {
	cw := (p.w - names) / float64(len(panels))
	frames := make([]Frame, len(panels))
	longest := panels[0].Series
	for _, pn := range panels[1:] {
		if len(pn.Series) > len(longest) {
			longest = pn.Series
		}
	}
	for i, pn := range panels {
		x := names + float64(i)*cw
		p.textIn(x+8, y0+13, pn.Title, "b", start, cw-14)
		p.textIn(x+8, y0+27, pn.Sub, "m s", start, cw-14)
		frames[i] = p.cellFrame(pn, at+i, x, x+cw-8)
		frames[i].Y0, frames[i].Y1 = y0+39, y0+39+float64(len(pn.Series))*30
		p.cellScale(&frames[i], pn, y0+39, y0+37+float64(len(longest))*30)
	}
	for j, s := range longest {
		y := y0 + 54 + float64(j)*30
		cls := "grid"
		if j == 0 {
			cls = "axis"
		}
		p.line(0, y-15, p.w, y-15, cls, "")
		p.textIn(0, y+4, s.Name, style("b l "+fill(s.Slot)), start, names-6)
		for i := range panels {
			if j < len(panels[i].Series) {
				frames[i].Rows = append(frames[i].Rows, y)
				p.cell(&frames[i], panels[i], panels[i].Series[j], y, names+float64(i)*cw)
			}
		}
	}
	return frames
}

func (p *pen) glancePairs(panels []page.ChartPanel, at int, y0, names float64) []Frame {
	const gap = 18
	cw := (p.w - gap) / 2
	frames := make([]Frame, len(panels))
	for i, pn := range panels {
		x := float64(i) * (cw + gap)
		p.textIn(x, y0+13, pn.Title, "b", start, cw)
		p.textIn(x, y0+27, pn.Sub, "m s", start, cw)
		p.line(x, y0+36, x+cw, y0+36, "axis", "")
		f := p.cellFrame(pn, at+i, x+names, x+cw)
		f.Y0, f.Y1 = y0+39, y0+39+float64(len(pn.Series))*26
		p.cellScale(&f, pn, y0+36, y0+36+float64(len(pn.Series))*26)
		for j, s := range pn.Series {
			y := y0 + 52 + float64(j)*26
			f.Rows = append(f.Rows, y)
			name := s.Name
			if s.Label != "" && style("b").width(name) > names-4 {
				name = s.Label
			}
			p.textIn(x, y+4, name, style("b "+fill(s.Slot)), start, names-4)
			p.cell(&f, pn, s, y, x+names)
		}
		frames[i] = f
	}
	return frames
}

// cellFrame is the plot area of a cell that spans x to x1: bars begin 8 px after the longest number.
func (p *pen) cellFrame(pn page.ChartPanel, panel int, x, x1 float64) Frame {
	num := 0.0
	var e extent
	for _, s := range pn.Series {
		pt := first(s)
		num = max(num, style("b").width(pt.Text))
	}
	num = min(max(num+8, 46), (x1-x)*.62)
	f := Frame{Panel: panel, X0: x + num, X1: x1, Bar: 12}
	if !pn.Dots {
		f.X = barDomain([]page.ChartPanel{pn})
		return f
	}
	e.points(pn.Series)
	f.X, f.XTicks = ends(e.domain(pn.X, .05), pn.X.Format)
	f.Bar = 0
	return f
}

// ends widens a domain to round numbers and returns them as its only ticks: there is no room for more in a cell.
func ends(s Scale, format page.TickFormat) (Scale, []Tick) {
	span := s.Max - s.Min
	e := int(math.Floor(math.Log10(span)))
	for _, step := range [...]float64{decimal(5, e-1), decimal(1, e), decimal(2, e)} {
		lo, hi := math.Floor(s.Min/step+1e-9), math.Ceil(s.Max/step-1e-9)
		if hi-lo <= 10 {
			lo, hi = round(lo*step, step), round(hi*step, step)
			return Scale{Min: lo, Max: hi}, []Tick{{lo, label(lo, step, format)}, {hi, label(hi, step, format)}}
		}
	}
	return s, nil
}

// cellScale draws the two ends of a dot cell.
func (p *pen) cellScale(f *Frame, pn page.ChartPanel, y1, y2 float64) {
	if !pn.Dots {
		return
	}
	p.quiet = true
	defer func() { p.quiet = false }()
	for i, t := range f.XTicks {
		x := f.x(t.Value)
		p.line(x, y1, x, y2, "grid", "")
		if i == 0 {
			p.text(max(x, style("m s").width(t.Label)/2), y2+13, t.Label, "m s", middle)
		} else {
			p.try(x, y2+13, t.Label, "m s", end)
		}
	}
}

// cell draws number and bar (or dot and interval) of one subject; x is where the cell begins.
func (p *pen) cell(f *Frame, pn page.ChartPanel, s page.ChartSeries, y, x float64) {
	pt := first(s)
	p.mark(tipOf(s, pt))
	p.target(x, y-13, f.X1-x, 24)
	cls := style("b")
	if pt.Missing {
		cls = "m"
	}
	p.textIn(f.X0-8, y+4, pt.Text, cls, end, f.X0-8-x)
	switch {
	case pt.Missing:
	case pn.Dots:
		if pt.Interval {
			p.line(f.x(pt.Lo), y, f.x(pt.Hi), y, stroke(s.Slot), strokeWidth(1.75))
		}
		p.shape(s, f.x(pt.Value), y, 3.8, pt.Hollow)
	default:
		p.bar(s, f.X0, y-6, f.x(max(0, pt.Value))-f.X0, 12)
	}
	p.end()
}

package chart

import "benchsite/render/page"

// axisX draws vertical grid lines from y1 to y2 and the tick labels at baseline. The line at strong has its own class.
// Labels at the ends stay inside the drawing; labels that would touch another text are left out (the unit at the end of the axis).
func (p *pen) axisX(f *Frame, y1, y2, baseline float64, strong float64, strongClass string) {
	for _, t := range f.XTicks {
		x := f.x(t.Value)
		cls := "grid"
		if t.Value == strong {
			cls = strongClass
		}
		p.line(x, y1, x, y2, cls, "")
	}
	p.labelsX(f, baseline)
}

func (p *pen) labelsX(f *Frame, baseline float64) {
	p.quiet = true
	defer func() { p.quiet = false }()
	kept := f.XTicks[:0:0]
	for _, t := range f.XTicks {
		half := style("m").width(t.Label) / 2
		x := min(max(f.x(t.Value), half), p.w-half)
		if p.try(x, baseline, t.Label, "m", middle) {
			kept = append(kept, t)
		}
	}
	f.XTicks = kept
}

// axisY draws horizontal grid lines over the frame and the tick labels left of it.
func (p *pen) axisY(f *Frame, strong float64, strongClass string) {
	p.quiet = true
	defer func() { p.quiet = false }()
	for _, t := range f.YTicks {
		y := f.y(t.Value)
		cls := "grid"
		if t.Value == strong {
			cls = strongClass
		}
		p.line(f.X0, y, f.X1, y, cls, "")
		p.text(f.X0-7, y+4, t.Label, "m", end)
	}
}

func (f *Frame) x(v float64) float64 { return f.X.At(v, f.X0, f.X1) }
func (f *Frame) y(v float64) float64 { return f.Y.At(v, f.Y1, f.Y0) }

// clampX keeps a text of width w, centred at x, inside the drawing.
func (p *pen) clampX(x, w float64) float64 { return max(w/2, min(x, p.w-w/2)) }

// nameColumn is the width that the names of series need left of an axis, gap included, within lo and hi.
func nameColumn(panels []page.ChartPanel, cls style, gap, lo, hi float64) float64 {
	w := lo
	for _, p := range panels {
		for _, s := range p.Series {
			w = max(w, cls.width(s.Name)+gap)
		}
	}
	return min(w, hi)
}

// rowName writes the name of a series so that it ends at x.
func (p *pen) rowName(s page.ChartSeries, x, y float64, cls style) {
	p.textIn(x, y, s.Name, cls+" "+style(fill(s.Slot)), end, x)
}

// heading writes the head of a panel: title bold, remark muted after it, both within room.
func (p *pen) heading(x, y float64, title, sub string, room float64) {
	t := style("b l").fit(title, room)
	rest := room - style("b l").width(t) - 9
	u := style("m").fit(sub, rest)
	full := ""
	if t != title || u != sub {
		full = title + " " + sub
	}
	p.runs(x, y, start, "halo", run{text: t, cls: "b l", full: full}, run{text: u, cls: "m", gap: 9})
}

// keyLines draws the key from the left and returns how many lines it took. right is where its first line must end.
func (p *pen) keyLines(x, y, right float64, entries []keyEntry) int {
	if len(entries) == 0 {
		return 0
	}
	lines, at := 1, x
	for _, e := range entries {
		cls := style("b " + fill(e.series.Slot))
		if e.plain {
			cls = ""
			if e.hollow {
				cls = "m"
			}
		}
		room := right - x - 28
		short := cls.fit(e.text, room)
		w := 28 + cls.width(short)
		if at > x && at+w > right {
			lines++
			at, right = x, p.w
		}
		ly := y + float64(lines-1)*18
		p.keySample(at, ly-4, e)
		p.textIn(at+28, ly, e.text, cls, start, room)
		at += w + 18
	}
	return lines
}

// keyEntry is a sample of a mark with its word. A plain entry explains a style (neutral colour), otherwise it names a series.
type keyEntry struct {
	text   string
	series page.ChartSeries
	hollow bool
	plain  bool
	line   bool // line charts: a piece of the line without interval
}

func (p *pen) keySample(x, y float64, e keyEntry) {
	p.note(note{x: x, y: y, key: &e})
	switch {
	case e.plain && e.hollow:
		p.line(x, y, x+22, y, "sm", strokeWidth(1.25)+hollowDash)
		p.circle(x+11, y, 4.2, "fg sm", strokeWidth(1.5))
	case e.plain:
		p.line(x, y, x+22, y, "si", strokeWidth(2))
		p.circle(x+11, y, 4.5, "fi", "")
	case e.line:
		p.line(x, y, x+22, y, stroke(e.series.Slot), strokeWidth(1.75)+dashAttr(e.series.Dash))
		p.shape(e.series, x+11, y, 3.5, true)
	default:
		p.line(x+2, y, x+20, y, stroke(e.series.Slot), strokeWidth(2)+dashAttr(e.series.Dash))
		p.shape(e.series, x+11, y, 4.5, false)
	}
}

// seriesKey lists the series of a panel.
func seriesKey(series []page.ChartSeries, line bool) []keyEntry {
	out := make([]keyEntry, len(series))
	for i, s := range series {
		out[i] = keyEntry{text: s.Name, series: s, line: line}
	}
	return out
}

// tipOf is the tooltip of a point; without one of its own it is put together from name and value.
func tipOf(s page.ChartSeries, pt page.ChartPoint) string {
	if pt.Tip != "" {
		return pt.Tip
	}
	t := s.Name
	for _, part := range [...]string{pt.Label, pt.Text, pt.Note, pt.Range} {
		if part != "" {
			t += " · " + part
		}
	}
	return t
}

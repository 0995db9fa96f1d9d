package chart

import (
	"sort"

	"benchsite/render/page"
)

// drawSweep: throughput across, latency up, points joined in order of concurrency, which is written at the points of the highest line
// and of those that lie elsewhere. Series are named after their last point, in a margin; on a phone name and value stand in two lines.
func drawSweep(p *pen, c page.Chart) []Frame {
	pn := c.Panels[0]
	var e extent
	e.points(pn.Series)
	if refShows(pn) {
		e.add(pn.Ref.Value)
	}
	f := Frame{X: extentX(pn).domain(pn.X, .04), Y: e.domain(pn.Y, .05)}
	height := 348.0
	if p.narrow() {
		height = 330
	}
	f.Y0, f.Y1, p.h = 30, height-40, height
	f.YTicks = ticksY(f.Y, f.Y1-f.Y0, pn.Y.Format)
	f.X0 = max(38, yLabels(f.YTicks))
	margin := 18.0
	for _, s := range pn.Series {
		margin = max(margin, p.endWidth(s)+18)
	}
	f.X1 = p.w - min(margin, p.w*.3)
	f.XTicks = Ticks(f.X, f.X1-f.X0, pn.X.Format)

	p.hatch(f.X0, f.Y0, f.X1-f.X0, f.Y1-f.Y0)
	p.axisY(&f, f.Y.Min-1, "")
	for _, t := range f.XTicks {
		p.line(f.x(t.Value), f.Y1, f.x(t.Value), f.Y1+4, "axis", "")
	}
	p.labelsX(&f, f.Y1+18)
	p.line(f.X0, f.Y1, f.X1, f.Y1, "axis", "")
	p.textIn(0, 14, pn.Y.Label, "m", start, p.exampleRoom(p.w))
	p.textIn(f.X1, p.h-3, pn.X.Label, "m", end, f.X1)
	if refShows(pn) {
		y := f.y(pn.Ref.Value)
		p.line(f.X0, y, f.X1, y, "axis", strokeWidth(1.5))
		p.textIn(f.X0+refGap, y-refGap, pn.Ref.Label, "m halo", start, f.X1)
	}
	for _, s := range pn.Series {
		p.sweepSeries(&f, s)
	}
	p.endLabels(&f, pn.Series)
	p.pointLabels(&f, pn.Series)
	return []Frame{f}
}

// refGap is how far the name of a reference line stands from its left end and above it.
const refGap = 5

// refShows: the axis of a sweep is logarithmic, so only what is above 0 has a place.
func refShows(pn page.ChartPanel) bool { return pn.Ref != nil && pn.Ref.Value > 0 }

// exampleRoom writes the warning of an example at the right end of the first line and returns what remains of it.
func (p *pen) exampleRoom(right float64) float64 {
	if p.example == "" {
		return right
	}
	t := style("b fw").fit(p.example, right*.6)
	p.text(right, 14, t, "b fw", end)
	return right - style("b").width(t) - 12
}

func (p *pen) sweepSeries(f *Frame, s page.ChartSeries) {
	for _, pts := range linePoints(f, s) {
		p.polyline(reduce(pts, f.X1-f.X0), stroke(s.Slot), lineWidth(s), p.lineStyle(s))
	}
	r := 4.0
	if s.Slot == page.SlotMuted {
		r = 3
	}
	for _, pt := range s.Points {
		if pt.Missing {
			continue
		}
		x, y := f.x(pt.X), f.y(pt.Value)
		p.mark(tipOf(s, pt))
		p.circle(x, y, 9, "", ` fill="none" pointer-events="all"`)
		if pt.Interval {
			p.upright(x, f.y(pt.Lo), f.y(pt.Hi), stroke(s.Slot), 1.5)
		}
		p.shape(s, x, y, r, true)
		p.end()
	}
}

func (p *pen) endWidth(s page.ChartSeries) float64 {
	b := style("b")
	if p.narrow() {
		return max(b.width(s.Name), b.width(s.Label))
	}
	return b.width(s.Name) + 6 + b.width(s.Label)
}

// endLabels writes name and last value of each series beside its last point, pushed apart where lines end close together.
func (p *pen) endLabels(f *Frame, series []page.ChartSeries) {
	p.quiet = true
	defer func() { p.quiet = false }()
	pitch := 15.0
	if p.narrow() {
		pitch = 29
	}
	for _, t := range lineEnds(f, series, pitch) {
		if t.label < f.Y0-4 {
			continue // more series than lines of text: their marks still have tooltips
		}
		cls := style("b " + fill(t.s.Slot))
		x := max(t.x, f.X1-10) + 10
		if !p.narrow() {
			room := p.w - x
			name := cls.fit(t.s.Name, room)
			val := cls.fit(t.s.Label, room-cls.width(name)-6)
			p.runs(x, t.label+4, start, "halo", run{text: name, cls: cls, full: t.s.Name}, run{text: val, cls: cls, gap: 6})
			continue
		}
		y := t.label - 3
		if t.s.Label == "" {
			y += 7
		}
		p.textIn(x, y, t.s.Name, cls+" halo", start, p.w-x)
		p.textIn(x, y+14, t.s.Label, cls+" halo", start, p.w-x)
	}
}

// lineEnd is the last point of a series and the height at which its label stands.
type lineEnd struct {
	s           page.ChartSeries
	pt          page.ChartPoint
	x, y, label float64
}

// lineEnds are the ends of series from top to bottom, their labels at least pitch apart.
func lineEnds(f *Frame, series []page.ChartSeries, pitch float64) []lineEnd {
	var tags []lineEnd
	for _, s := range series {
		for i := len(s.Points) - 1; i >= 0; i-- {
			if pt := s.Points[i]; !pt.Missing {
				tags = append(tags, lineEnd{s: s, pt: pt, x: f.x(pt.X), y: f.y(pt.Value)})
				break
			}
		}
	}
	sort.SliceStable(tags, func(i, j int) bool { return tags[i].y < tags[j].y })
	ys := make([]float64, len(tags))
	for i, t := range tags {
		ys[i] = t.y
	}
	spread(ys, pitch, f.Y0, f.Y1-8)
	for i := range tags {
		tags[i].label = ys[i]
	}
	return tags
}

// spread moves sorted positions apart to at least pitch, within lo and hi as far as they fit.
func spread(ys []float64, pitch, lo, hi float64) {
	for i := range ys {
		if i == 0 {
			ys[i] = max(ys[i], lo)
			continue
		}
		ys[i] = max(ys[i], ys[i-1]+pitch)
	}
	for i := len(ys) - 1; i >= 0; i-- {
		top := hi
		if i < len(ys)-1 {
			top = ys[i+1] - pitch
		}
		ys[i] = min(ys[i], top)
	}
}

// pointLabels writes the labels above the points of the highest series, ends first, and of every series whose points lie at other X.
func (p *pen) pointLabels(f *Frame, series []page.ChartSeries) {
	p.quiet = true
	defer func() { p.quiet = false }()
	order := byHeight(f, series)
	seen := map[float64]bool{}
	for _, k := range order {
		pts := series[k].Points
		write := func(i int) {
			pt := pts[i]
			if pt.Missing || pt.Label == "" || seen[pt.X] {
				return
			}
			w := style("b").width(pt.Label)
			x, y := f.x(pt.X), f.y(pt.Value)-11
			if p.try(p.clampX(x, w), y, pt.Label, "halo b", middle) || i == len(pts)-1 && p.try(x+5, y, pt.Label, "halo b", end) {
				seen[pt.X] = true
			}
		}
		if len(pts) == 0 {
			continue
		}
		write(0)
		write(len(pts) - 1)
		for i := 1; i < len(pts)-1; i++ {
			write(i)
		}
		for _, pt := range pts {
			seen[pt.X] = true
		}
	}
}

// byHeight are the indices of series from the highest line to the lowest.
func byHeight(f *Frame, series []page.ChartSeries) []int {
	order := make([]int, len(series))
	mean := make([]float64, len(series))
	for i, s := range series {
		order[i] = i
		n := 0.0
		for _, pt := range s.Points {
			if !pt.Missing {
				mean[i] += f.Y.part(pt.Value)
				n++
			}
		}
		mean[i] /= max(n, 1)
	}
	sort.SliceStable(order, func(i, j int) bool { return mean[order[i]] > mean[order[j]] })
	return order
}

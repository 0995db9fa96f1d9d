package chart

import "benchsite/render/page"

// linePoints are the positions of a series, split where it is not joined.
func linePoints(f *Frame, s page.ChartSeries) [][]point {
	var out [][]point
	var cur []point
	for i, pt := range s.Points {
		if pt.Missing || pt.Gap && i > 0 {
			if len(cur) > 0 {
				out = append(out, cur)
			}
			cur = nil
		}
		if !pt.Missing {
			cur = append(cur, point{f.x(pt.X), f.y(pt.Value)})
		}
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

// steps turns points into the outline of bins: each value holds until the next X.
func steps(pts []point) []point {
	out := make([]point, 0, 2*len(pts))
	for i, q := range pts {
		if i > 0 {
			out = append(out, point{q.x, pts[i-1].y})
		}
		out = append(out, q)
	}
	return out
}

// reduce keeps, for every px, the first, lowest, highest and last point, so that a long series loses no extreme and a drawing never
// holds more than four points a px.
func reduce(pts []point, px float64) []point {
	if float64(len(pts)) <= 4*px {
		return pts
	}
	out := pts[:0:0]
	for i := 0; i < len(pts); {
		j, lo, hi := i, i, i
		for ; j < len(pts) && int(pts[j].x) == int(pts[i].x); j++ {
			if pts[j].y < pts[lo].y {
				lo = j
			}
			if pts[j].y > pts[hi].y {
				hi = j
			}
		}
		last := -1
		for _, k := range [...]int{i, min(lo, hi), max(lo, hi), j - 1} {
			if k > last {
				out = append(out, pts[k])
				last = k
			}
		}
		i = j
	}
	return out
}

// lineWidth: the neutral background series is thinner.
func lineWidth(s page.ChartSeries) float64 {
	if s.Slot == page.SlotMuted {
		return 1.5
	}
	return 2
}

func (p *pen) lineStyle(s page.ChartSeries) string {
	if p.example != "" {
		return ` stroke-dasharray="5 3"`
	}
	return dashAttr(s.Dash)
}

// extentX collects the X of all points of a panel that are not missing.
func extentX(panels ...page.ChartPanel) extent {
	var e extent
	for _, pn := range panels {
		for _, s := range pn.Series {
			for _, pt := range s.Points {
				if !pt.Missing {
					e.add(pt.X)
				}
			}
		}
	}
	return e
}

// yLabels is the room that the tick labels need left of the axis.
func yLabels(ts []Tick) float64 {
	w := 0.0
	for _, t := range ts {
		w = max(w, style("m").width(t.Label))
	}
	return w + 9
}

// ticksY chooses ticks for a height: labels stand at least 12 px apart there, whatever their width.
func ticksY(s Scale, px float64, f page.TickFormat) []Tick {
	var best []Tick
	for _, ts := range candidates(s, f) {
		if len(ts) > 7 {
			continue
		}
		if best != nil && len(ts) < 3 {
			break
		}
		best = ts
		ok := true
		for i := 1; i < len(ts); i++ {
			ok = ok && s.At(ts[i].Value, 0, px)-s.At(ts[i-1].Value, 0, px) >= 18
		}
		if ok {
			break
		}
	}
	return best
}

package chart

import (
	"math"

	"benchsite/render/page"
)

// Scale maps values of a domain to px.
type Scale struct {
	Min, Max float64
	Log      bool
}

// At is the position of v when the domain spans a to b.
func (s Scale) At(v, a, b float64) float64 { return a + s.part(v)*(b-a) }

func (s Scale) part(v float64) float64 {
	lo, hi := s.Min, s.Max
	if s.Log {
		lo, hi, v = math.Log(lo), math.Log(hi), math.Log(v)
	}
	if hi == lo {
		return 0
	}
	return (v - lo) / (hi - lo)
}

// extent collects the values that a domain must hold.
type extent struct {
	lo, hi float64
	any    bool
}

func (e *extent) add(vs ...float64) {
	for _, v := range vs {
		if !e.any {
			e.lo, e.hi, e.any = v, v, true
			continue
		}
		e.lo, e.hi = min(e.lo, v), max(e.hi, v)
	}
}

// points adds the values of series, intervals included.
func (e *extent) points(series []page.ChartSeries) {
	for _, s := range series {
		for _, pt := range s.Points {
			if pt.Missing {
				continue
			}
			e.add(pt.Value)
			if pt.Interval {
				e.add(pt.Lo, pt.Hi)
			}
		}
	}
}

// fromZero is the domain of bars: 0 to the largest value, never empty.
func (e extent) fromZero() Scale {
	if !e.any || e.hi <= 0 {
		return Scale{Min: 0, Max: 1}
	}
	return Scale{Min: 0, Max: e.hi}
}

// domain is the extent widened by pad (a share of its span) at open ends and by the axis' own wishes. Shares stay within 0 and 1.
func (e extent) domain(ax page.ChartAxis, pad float64) Scale {
	if ax.Min != ax.Max && finite(ax.Min) && finite(ax.Max) {
		e.add(ax.Min, ax.Max)
	}
	if ax.FromZero && !ax.Log {
		e.add(0)
	}
	if ax.Log {
		return e.logDomain(pad)
	}
	span := e.hi - e.lo
	if span <= math.Abs(e.hi)*1e-9 {
		span = max(math.Abs(e.hi)*.1, 1e-6)
		if ax.Format == page.TickPercent {
			span = .1
		}
		if !ax.FromZero {
			e.lo -= span / 2
		}
		e.hi += span / 2
	}
	lo, hi := e.lo, e.hi
	fixed := ax.Min != ax.Max
	if !(fixed && lo == ax.Min) && !(ax.FromZero && lo == 0) {
		lo -= span * pad
	}
	if !(fixed && hi == ax.Max) {
		hi += span * pad
	}
	if ax.Format == page.TickPercent && e.lo >= 0 && e.hi <= 1.0000001 {
		lo, hi = max(0, lo), min(1, hi)
	}
	return Scale{Min: lo, Max: hi}
}

func (e extent) logDomain(pad float64) Scale {
	lo, hi := max(e.lo, 1e-12), max(e.hi, 1e-12)
	if hi/lo < 1.5 {
		m := math.Sqrt(lo * hi)
		lo, hi = m/1.3, m*1.3
	}
	f := math.Pow(hi/lo, pad)
	return Scale{Min: lo / f, Max: hi * f, Log: true}
}

package chart

import (
	"math"
	"strconv"
	"strings"

	"benchsite/render/page"
)

// Tick is a labelled place on an axis.
type Tick struct {
	Value float64
	Label string
}

// Ticks returns three to seven ticks within the domain of s, at steps of 1, 2 or 5 (ratios: powers of two; logarithms: 1, 2, 5 of
// each decade or fewer), as many as fit px without touching. Where even three do not fit, the ends of a coarser step remain.
func Ticks(s Scale, px float64, f page.TickFormat) []Tick {
	var best []Tick
	for _, step := range candidates(s, f) {
		ts := step
		if len(ts) > 7 {
			continue
		}
		if best != nil && len(ts) < 3 {
			break
		}
		if fits(ts, s, px) {
			return ts
		}
		best = ts
	}
	return thin(best, s, px)
}

// candidates lists tick sets from dense to sparse.
func candidates(s Scale, f page.TickFormat) [][]Tick {
	if !s.Log {
		return linear(s, f)
	}
	if f == page.TickRatio {
		if s.Max/s.Min < 3 {
			return linear(s, f)
		}
		if out := powers(s, f, 2); len(out) > 0 {
			return out
		}
		return linear(s, f)
	}
	var out [][]Tick
	for _, mult := range [][]float64{{1, 2, 5}, {1, 5}, {1, 3}} {
		var ts []Tick
		for e := math.Floor(math.Log10(s.Min)); e <= math.Ceil(math.Log10(s.Max)); e++ {
			for _, m := range mult {
				if v := decimal(m, int(e)); v >= s.Min && v <= s.Max {
					ts = append(ts, Tick{v, label(v, v, f)})
				}
			}
		}
		if len(ts) >= 3 {
			out = append(out, ts)
		}
	}
	if out = append(out, powers(s, f, 10)...); len(out) == 0 {
		return linear(s, f)
	}
	return out
}

// powers are tick sets at base^k, base^2k, …
func powers(s Scale, f page.TickFormat, base float64) [][]Tick {
	var out [][]Tick
	lo, hi := math.Log(s.Min)/math.Log(base), math.Log(s.Max)/math.Log(base)
	for every := 1.0; every < 400; every *= 2 {
		var ts []Tick
		for e := math.Ceil(lo/every-1e-9) * every; e <= hi+1e-9; e += every {
			v := math.Pow(base, e)
			if base == 10 {
				v = decimal(1, int(e))
			}
			ts = append(ts, Tick{v, label(v, v, f)})
		}
		if len(ts) < 3 {
			break
		}
		out = append(out, ts)
	}
	return out
}

// linear are tick sets at steps of 1, 2, 5 times a power of ten; 2.5 and 4 serve only where none of these gives three to seven ticks.
func linear(s Scale, f page.TickFormat) [][]Tick {
	span := s.Max - s.Min
	e := int(math.Floor(math.Log10(span))) - 2
	var out [][]Tick
	usable := false
	build := func(m float64, e int) {
		step := decimal(m, e)
		if n := span / step; n > 40 || n < .5 {
			return
		}
		var ts []Tick
		for k, i := math.Ceil(s.Min/step-1e-9), 0.0; i < 41 && (k+i)*step <= s.Max+step*1e-9; i++ {
			v := (k + i) * step
			if math.Abs(v) < step*1e-9 {
				v = 0
			}
			v = round(v, step)
			ts = append(ts, Tick{v, label(v, step, f)})
		}
		if n := len(ts); n > 0 && n <= 7 {
			out = append(out, ts)
			usable = usable || n >= 3
		}
	}
	for i := 0; i < 10; i++ {
		build([]float64{1, 2, 5}[i%3], e+i/3)
	}
	if !usable {
		out = nil
		for i := 0; i < 8; i++ {
			build([]float64{2.5, 4}[i%2], e+i/2)
		}
	}
	return out
}

// decimal is m·10^e, rounded to the nearest float of that decimal so that labels and comparisons are exact.
func decimal(m float64, e int) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(m, 'g', -1, 64)+"e"+strconv.Itoa(e), 64)
	if err != nil {
		return m * math.Pow(10, float64(e))
	}
	return v
}

// round removes the binary dust of k·step.
func round(v, step float64) float64 {
	d := places(step)
	if d > 300 {
		return v
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', d, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// places is the number of decimals that step needs.
func places(step float64) int {
	if step <= 0 || step >= 1 && step == math.Trunc(step) {
		return 0
	}
	s := strconv.FormatFloat(step, 'e', -1, 64)
	mant, exp, _ := strings.Cut(s, "e")
	n, _ := strconv.Atoi(exp)
	_, frac, _ := strings.Cut(mant, ".")
	return max(0, len(frac)-n)
}

// label prints a tick value.
func label(v, step float64, f page.TickFormat) string {
	switch f {
	case page.TickNumber, page.TickSigned:
		if v == 0 {
			return "0"
		}
	case page.TickPercent:
		if v == 0 {
			return "0%"
		}
		return number(v*100, max(0, places(step)-2)) + "%"
	case page.TickRatio:
		return ratio(v, step)
	case page.TickP50:
		if v == 0 {
			return "p50"
		}
	}
	if v > 0 && f != page.TickNumber {
		return "+" + number(v, places(step))
	}
	return number(v, places(step))
}

func ratio(v, step float64) string {
	switch v {
	case .5:
		return "½×"
	case .25:
		return "¼×"
	case .125:
		return "⅛×"
	}
	if v < 1 && step == v {
		return "1/" + number(1/v, 0) + "×"
	}
	return number(v, places(step)) + "×"
}

// number prints v with d decimals, commas from 1,000 and a real minus sign; very large and very small values as powers of ten.
func number(v float64, d int) string {
	if a := math.Abs(v); a >= 1e9 || a > 0 && d > 6 {
		s := strconv.FormatFloat(v, 'e', -1, 64)
		mant, exp, _ := strings.Cut(s, "e")
		if len(mant) > 5 {
			s = strconv.FormatFloat(v, 'e', 2, 64)
			mant, exp, _ = strings.Cut(s, "e")
		}
		n, _ := strconv.Atoi(exp)
		return strings.ReplaceAll(mant+"e"+strconv.Itoa(n), "-", "−")
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', d, 64)
	whole, frac, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + frac
	}
	if v < 0 {
		whole = "−" + whole
	}
	return whole
}

const tickGap = 10 // px between two tick labels

// fits reports whether the labels of ts stand clear of each other on px.
func fits(ts []Tick, s Scale, px float64) bool {
	end := math.Inf(-1)
	for _, t := range ts {
		half := style("m").width(t.Label) / 2
		x := s.At(t.Value, 0, px)
		if x-half < end+tickGap {
			return false
		}
		end = x + half
	}
	return true
}

// thin drops ticks until the rest fits.
func thin(ts []Tick, s Scale, px float64) []Tick {
	var out []Tick
	for _, t := range ts {
		if len(out) == 0 || fits([]Tick{out[len(out)-1], t}, s, px) {
			out = append(out, t)
		}
	}
	return out
}

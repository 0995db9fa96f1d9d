package chart

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"benchsite/render/page"
)

// maxText bounds a string in bytes, so that one hostile label cannot make a page of megabytes: it is repeated in every tooltip.
const maxText = 2000

// clean makes a string safe to draw: valid UTF-8, one line, no control characters, no bidirectional controls (they could reorder the
// text around them), no more than two combining marks in a row (they would climb over the neighbours).
func clean(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError, r == 0xFFFE, r == 0xFFFF, bidiControl(r):
			continue
		case r == '\t', r == '\n', r == '\r', r == 0x2028, r == 0x2029:
			r = ' '
		case unicode.IsControl(r):
			continue
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > 2 {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain reports whether s is printable ASCII, the common case.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func bidiControl(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// rightToLeft reports whether s holds letters that run from right to left.
func rightToLeft(s string) bool {
	for _, r := range s {
		if r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC {
			return true
		}
	}
	return false
}

// prepare returns a copy of c with clean strings, in which every value that cannot be placed is Missing: NaN, infinities, and zero
// or less on a log axis.
func prepare(c page.Chart) page.Chart {
	c.Title, c.Desc, c.Example = clean(c.Title), clean(c.Desc), clean(c.Example)
	key := make([]page.ChartKey, len(c.Key))
	for i, k := range c.Key {
		k.Text = clean(k.Text)
		key[i] = k
	}
	c.Key = key
	panels := make([]page.ChartPanel, len(c.Panels))
	for i, p := range c.Panels {
		if c.Kind != page.ChartSweep {
			p.X.Log = false // ratios have their own domain; everything else is linear across
		}
		panels[i] = preparePanel(p)
	}
	c.Panels = panels
	return c
}

func preparePanel(p page.ChartPanel) page.ChartPanel {
	p.Title, p.Sub, p.Aside, p.AsideHead = clean(p.Title), clean(p.Sub), clean(p.Aside), clean(p.AsideHead)
	p.Below, p.Above = clean(p.Below), clean(p.Above)
	p.X.Label, p.X.Unit, p.Y.Label, p.Y.Unit = clean(p.X.Label), clean(p.X.Unit), clean(p.Y.Label), clean(p.Y.Unit)
	p.Heads = cleanAll(p.Heads)
	if p.Ref != nil {
		r := *p.Ref
		r.Label = clean(r.Label)
		p.Ref = &r
		if !finite(r.Value) {
			p.Ref = nil
		}
	}
	if p.Band != nil {
		b := *p.Band
		b.Label = clean(b.Label)
		p.Band = &b
		if !finite(b.Lo) || !finite(b.Hi) {
			p.Band = nil
		}
	}
	events := make([]page.ChartEvent, 0, len(p.Events))
	for _, e := range p.Events {
		if e.Label = clean(e.Label); finite(e.X) {
			events = append(events, e)
		}
	}
	p.Events = events
	series := make([]page.ChartSeries, len(p.Series))
	for i, s := range p.Series {
		s.Name, s.Label = clean(s.Name), clean(s.Label)
		pts := make([]page.ChartPoint, len(s.Points))
		for j, pt := range s.Points {
			pts[j] = preparePoint(pt, p)
		}
		s.Points = pts
		series[i] = s
	}
	p.Series = series
	return p
}

func preparePoint(pt page.ChartPoint, p page.ChartPanel) page.ChartPoint {
	pt.Label, pt.Text, pt.Note, pt.Range, pt.Tip = clean(pt.Label), clean(pt.Text), clean(pt.Note), clean(pt.Range), clean(pt.Tip)
	pt.Cells = cleanAll(pt.Cells)
	if !finite(pt.Value) || !finite(pt.X) || p.X.Log && pt.X < 1e-100 || p.Y.Log && pt.Value < 1e-100 {
		pt.Missing = true
	}
	if pt.Missing {
		pt.Value, pt.Interval = 0, false
		if !finite(pt.X) {
			pt.X = 0
		}
	}
	pt.X, pt.Value, pt.Lo, pt.Hi = flush(pt.X), flush(pt.Value), flush(pt.Lo), flush(pt.Hi)
	if !finite(pt.Lo) || !finite(pt.Hi) {
		pt.Interval = false
	}
	if pt.Interval && pt.Lo > pt.Hi {
		pt.Lo, pt.Hi = pt.Hi, pt.Lo
	}
	if p.Y.Log && pt.Lo <= 0 {
		pt.Interval = false
	}
	return pt
}

func cleanAll(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = clean(s)
	}
	return out
}

// flush takes what is too small to divide by as zero.
func flush(v float64) float64 {
	if math.Abs(v) < 1e-100 {
		return 0
	}
	return v
}

// finite also refuses magnitudes whose squares or spans would overflow while a domain is computed.
func finite(v float64) bool { return !math.IsNaN(v) && math.Abs(v) < 1e150 }

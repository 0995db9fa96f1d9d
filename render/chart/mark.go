package chart

import (
	"math"
	"strconv"

	"benchsite/render/page"
)

// slotLetter is what the colour classes of the style sheet end in: fn fills with NVFP4's colour, sn strokes with it.
var slotLetter = map[page.ChartSlot]string{
	page.SlotNVFP4: "n", page.SlotFP8: "f", page.SlotBF16: "b",
	page.Slot4: "4", page.Slot5: "5", page.Slot6: "6", page.Slot7: "7", page.Slot8: "8",
	page.SlotInk: "i", page.SlotMuted: "m", page.SlotAccent: "a",
}

// letter of an unknown slot is ink.
func letter(s page.ChartSlot) string {
	if l, ok := slotLetter[s]; ok {
		return l
	}
	return "i"
}

func fill(s page.ChartSlot) string   { return "f" + letter(s) }
func stroke(s page.ChartSlot) string { return "s" + letter(s) }

const hollowDash = ` stroke-dasharray="3 2"`

// dashes are the patterns of series past the eight slots.
var dashes = [...]string{"", "7 3", "2 3", "9 3 2 3", "1 3"}

func dashAttr(n int) string {
	d := dashes[max(0, n)%len(dashes)]
	if d == "" {
		return ""
	}
	return ` stroke-dasharray="` + d + `"`
}

// shape draws the mark of a series, centred at x, y. Hollow marks are filled with the ground.
func (p *pen) shape(s page.ChartSeries, x, y, r float64, hollow bool) {
	m := s.Mark
	if m == "" {
		m = page.MarkOf(s.Slot)
	}
	cls, extra := fill(s.Slot), ""
	if hollow {
		cls, extra = "fg "+stroke(s.Slot), ` stroke-width="1.75"`
	}
	switch m {
	case page.MarkSquare:
		q := r * .9
		p.rect(x-q, y-q, 2*q, 2*q, cls, extra)
	case page.MarkCircle, "":
		p.circle(x, y, r, cls, extra)
	default:
		p.polygon(outline(m, x, y, r), cls, extra)
	}
}

func (p *pen) circle(x, y, r float64, cls, extra string) {
	p.b = append(p.b, "<circle"...)
	p.num(" cx", x)
	p.num(" cy", y)
	p.num(" r", r)
	p.class(cls)
	p.b = append(p.b, extra...)
	p.b = append(p.b, "/>"...)
}

type point struct{ x, y float64 }

func (p *pen) polygon(pts []point, cls, extra string) {
	p.b = append(p.b, `<path d="`...)
	p.path(pts)
	p.b = append(p.b, `Z"`...)
	p.class(cls)
	p.b = append(p.b, extra...)
	p.b = append(p.b, "/>"...)
}

func (p *pen) path(pts []point) {
	for i, q := range pts {
		c := byte('L')
		if i == 0 {
			c = 'M'
		}
		p.b = append(p.b, c)
		p.b = appendPx(p.b, q.x)
		p.b = append(p.b, ' ')
		p.b = appendPx(p.b, q.y)
	}
}

// polyline draws a line through pts.
func (p *pen) polyline(pts []point, cls string, width float64, extra string) {
	if len(pts) == 0 {
		return
	}
	p.b = append(p.b, `<path d="`...)
	p.path(pts)
	p.b = append(p.b, `" fill="none" stroke-linejoin="round"`...)
	p.class(cls)
	p.num(" stroke-width", width)
	p.b = append(p.b, extra...)
	p.b = append(p.b, "/>"...)
}

// outline is the polygon of a mark with about the area of a circle of radius r.
func outline(m page.ChartMark, x, y, r float64) []point {
	at := func(unit ...float64) []point {
		pts := make([]point, len(unit)/2)
		for i := range pts {
			pts[i] = point{x + unit[2*i]*r, y + unit[2*i+1]*r}
		}
		return pts
	}
	const a = .38 // half thickness of an arm
	switch m {
	case page.MarkTriangle:
		return at(0, -1.3, 1.2, .85, -1.2, .85)
	case page.MarkDown:
		return at(0, 1.3, 1.2, -.85, -1.2, -.85)
	case page.MarkPlus:
		return at(-a, -1.2, a, -1.2, a, -a, 1.2, -a, 1.2, a, a, a, a, 1.2, -a, 1.2, -a, a, -1.2, a, -1.2, -a, -a, -a)
	case page.MarkCross:
		const b = .54 // a·√2
		return at(0, -b, .75, -.75-b, .75+b, -.75, b, 0, .75+b, .75, .75, .75+b, 0, b, -.75, .75+b, -.75-b, .75, -b, 0, -.75-b, -.75, -.75, -.75-b)
	case page.MarkStar:
		pts := make([]point, 10)
		for i := range pts {
			l := r * 1.4
			if i%2 == 1 {
				l = r * .6
			}
			sin, cos := math.Sincos(float64(i)*math.Pi/5 - math.Pi/2)
			pts[i] = point{x + l*cos, y + l*sin}
		}
		return pts
	}
	return at(0, -1.2, 1.2, 0, 0, 1.2, -1.2, 0)
}

// whisker draws an interval from a to b with 8 px caps.
func (p *pen) whisker(a, b, y float64, cls string, width, caps float64, extra string) {
	attr := strokeWidth(width)
	p.line(a, y, b, y, cls, attr+extra)
	for _, e := range [...]float64{a, b} {
		p.line(e, y-4, e, y+4, cls, strokeWidth(caps))
	}
}

// upright draws an interval from a to b along Y.
func (p *pen) upright(x, a, b float64, cls string, width float64) {
	p.line(x, a, x, b, cls, strokeWidth(width))
	for _, e := range [...]float64{a, b} {
		p.line(x-4, e, x+4, e, cls, strokeWidth(width))
	}
}

func strokeWidth(w float64) string {
	return ` stroke-width="` + strconv.FormatFloat(w, 'f', -1, 64) + `"`
}

// bar draws the bar of a series from x to the right; second series at 40 % with a full outline on ground colour.
func (p *pen) bar(s page.ChartSeries, x, y, w, h float64) {
	if w <= 0 {
		return
	}
	if !s.Second {
		p.rect(x, y, w, h, fill(s.Slot), "")
		return
	}
	p.rect(x, y, w, h, "fg", "")
	p.rect(x, y, w, h, fill(s.Slot)+" "+stroke(s.Slot), ` fill-opacity=".4" stroke-width="1"`)
}

// hatch is the ground of everything that was not measured.
func (p *pen) hatch(x, y, w, h float64) {
	if p.example == "" {
		return
	}
	id := p.id + "-h" + strconv.Itoa(len(p.b))
	p.b = append(p.b, `<defs><pattern id="`+id+`" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" class="grid" shape-rendering="auto"/></pattern></defs>`...)
	p.rect(x, y, w, h, "", ` fill="url(#`+id+`)"`)
}

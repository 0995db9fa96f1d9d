package chart

import (
	"hash/fnv"
	"strconv"
	"strings"

	"benchsite/render/page"
)

// pen writes the elements of one drawing and remembers where texts stand, so that optional texts can give way.
type pen struct {
	b       []byte
	width   Width
	w, h    float64
	id      string // seed of the ids, unique per chart and width
	example string
	boxes   []box
	// notes are the texts and key samples that stand for themselves (heads, keys, columns of figures): the interactive twin repeats
	// them at the same places. Ticks, names of rows and labels of values are not among them, because its axes and series have those.
	notes  []note
	quiet  bool // texts written now are not notes
	marked bool // a mark is open
	record bool // texts inside marks are notes too

	ratioLeft float64 // relative: where the plot begins
}

// note is one text (or key sample) outside the axes.
type note struct {
	x, y float64
	text string
	cls  style
	a    anchor
	key  *keyEntry
}

func newPen(c page.Chart, w Width) *pen {
	return &pen{b: make([]byte, 0, 8192), width: w, w: float64(w), record: c.Kind == page.ChartGlance || c.Kind == page.ChartAccuracy || c.Kind == page.ChartForest, id: slug(c.ID) + "-" + strconv.Itoa(int(w)), example: c.Example}
}

func (p *pen) narrow() bool { return p.width == Narrow }

// slug keeps an id that is made of letters, digits and hyphens; anything else becomes a hash of it.
func slug(id string) string {
	ok := id != "" && len(id) <= 80
	for i := 0; i < len(id); i++ {
		c := id[i]
		ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}
	if ok {
		return id
	}
	h := fnv.New64a()
	h.Write([]byte(id))
	return "c" + strconv.FormatUint(h.Sum64(), 36)
}

type box struct{ x0, y0, x1, y1 float64 }

func (a box) overlaps(b box) bool { return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 }

// anchor is the SVG text-anchor.
type anchor byte

const (
	start anchor = iota
	middle
	end
)

var anchorAttr = [...]string{"", ` text-anchor="middle"`, ` text-anchor="end"`}

// run is a piece of a text in its own class, gap px after the one before.
type run struct {
	text string
	cls  style
	gap  float64
	full string // the whole, when text was shortened
}

func runsWidth(runs []run) float64 {
	w := 0.0
	for i, r := range runs {
		if r.text == "" {
			continue
		}
		if i > 0 {
			w += r.gap
		}
		w += r.cls.width(r.text)
	}
	return w
}

// place is the box of w px of text at x, baseline y.
func place(x, y, w, size float64, a anchor) box {
	switch a {
	case middle:
		x -= w / 2
	case end:
		x -= w
	}
	return box{x, y - .85*size, x + w, y + .2*size}
}

func (p *pen) text(x, y float64, t string, cls style, a anchor) { p.textWhole(x, y, t, "", cls, a) }

// textIn shortens t to room and keeps the whole as its tooltip.
func (p *pen) textIn(x, y float64, t string, cls style, a anchor, room float64) {
	short := cls.fit(t, room)
	whole := ""
	if short != t {
		whole = t
	}
	p.textWhole(x, y, short, whole, cls, a)
}

// textCentred writes t centred at x, moved as far as the edges of the drawing ask.
func (p *pen) textCentred(x, y float64, t string, cls style) {
	short := cls.fit(t, p.w)
	p.textWhole(p.clampX(x, cls.width(short)), y, short, wholeIf(short, t), cls, middle)
}

func (p *pen) textWhole(x, y float64, t, whole string, cls style, a anchor) {
	if t == "" {
		return
	}
	size, bold := cls.metric()
	p.boxes = append(p.boxes, place(x, y, Measure(t, size, bold), size, a))
	p.note(note{x: x, y: y, text: t, cls: cls, a: a})
	p.b = append(p.b, "<text"...)
	p.num(" x", x)
	p.num(" y", y)
	p.class(string(cls))
	p.b = append(p.b, anchorAttr[a]...)
	p.isolate(t)
	p.b = append(p.b, '>')
	if whole != "" {
		p.b = append(p.b, "<title>"...)
		p.esc(whole)
		p.b = append(p.b, "</title>"...)
	}
	p.esc(t)
	p.b = append(p.b, "</text>"...)
}

// runs writes pieces one after the other in one text.
func (p *pen) runs(x, y float64, a anchor, cls style, runs ...run) {
	w := runsWidth(runs)
	if w == 0 {
		return
	}
	p.boxes = append(p.boxes, place(x, y, w, sizeText, a))
	p.noteRuns(x, y, w, a, runs)
	p.b = append(p.b, "<text"...)
	p.num(" x", x)
	p.num(" y", y)
	p.class(string(cls))
	p.b = append(p.b, anchorAttr[a]...)
	p.b = append(p.b, '>')
	for _, r := range runs {
		if r.full != "" && r.full != r.text {
			p.b = append(p.b, "<title>"...)
			p.esc(r.full)
			p.b = append(p.b, "</title>"...)
			break
		}
	}
	first := true
	for _, r := range runs {
		if r.text == "" {
			continue
		}
		p.b = append(p.b, "<tspan"...)
		p.class(string(r.cls))
		if !first && r.gap > 0 {
			p.num(" dx", r.gap)
		}
		p.isolate(r.text)
		p.b = append(p.b, '>')
		p.esc(r.text)
		p.b = append(p.b, "</tspan>"...)
		first = false
	}
	p.b = append(p.b, "</text>"...)
}

func (p *pen) note(n note) {
	if !p.quiet && (!p.marked || p.record) {
		p.notes = append(p.notes, n)
	}
}

// noteRuns notes each piece where it begins.
func (p *pen) noteRuns(x, y, w float64, a anchor, runs []run) {
	switch a {
	case middle:
		x -= w / 2
	case end:
		x -= w
	}
	for i, r := range runs {
		if r.text == "" {
			continue
		}
		if i > 0 {
			x += r.gap
		}
		rw := r.cls.width(r.text)
		if a == end {
			p.note(note{x: x + rw, y: y, text: r.text, cls: r.cls, a: end})
		} else {
			p.note(note{x: x, y: y, text: r.text, cls: r.cls})
		}
		x += rw
	}
}

// try writes t unless it would touch another text or leave the drawing, and says whether it did.
func (p *pen) try(x, y float64, t string, cls style, a anchor) bool {
	size, bold := cls.metric()
	b := place(x, y, Measure(t, size, bold), size, a)
	if t == "" || p.taken(b) {
		return false
	}
	p.text(x, y, t, cls, a)
	return true
}

func (p *pen) taken(b box) bool {
	if b.x0 < -.01 || b.x1 > p.w+.01 {
		return true
	}
	for _, o := range p.boxes {
		if b.overlaps(o) {
			return true
		}
	}
	return false
}

// isolate keeps right-to-left letters from reordering their neighbours.
func (p *pen) isolate(t string) {
	if rightToLeft(t) {
		p.b = append(p.b, ` unicode-bidi="isolate" direction="ltr"`...)
	}
}

func (p *pen) class(c string) {
	if c != "" {
		p.b = append(p.b, ` class="`...)
		p.b = append(p.b, c...)
		p.b = append(p.b, '"')
	}
}

func (p *pen) line(x1, y1, x2, y2 float64, cls, extra string) {
	p.b = append(p.b, "<line"...)
	p.num(" x1", x1)
	p.num(" y1", y1)
	p.num(" x2", x2)
	p.num(" y2", y2)
	p.class(cls)
	p.b = append(p.b, extra...)
	p.b = append(p.b, "/>"...)
}

func (p *pen) rect(x, y, w, h float64, cls, extra string) {
	p.b = append(p.b, "<rect"...)
	p.num(" x", x)
	p.num(" y", y)
	p.num(" width", max(0, w))
	p.num(" height", max(0, h))
	p.class(cls)
	p.b = append(p.b, extra...)
	p.b = append(p.b, "/>"...)
}

// target is an invisible area that takes the pointer for a mark.
func (p *pen) target(x, y, w, h float64) { p.rect(x, y, w, h, "", ` fill="none" pointer-events="all"`) }

// mark opens a group whose tooltip is tip; hovering it fades the other groups.
func (p *pen) mark(tip string) {
	p.marked = true
	p.b = append(p.b, `<g class="mark"><title>`...)
	p.esc(tip)
	p.b = append(p.b, "</title>"...)
}

func (p *pen) end() {
	p.marked = false
	p.b = append(p.b, "</g>"...)
}

func (p *pen) num(name string, v float64) {
	p.b = append(p.b, name...)
	p.b = append(p.b, '=', '"')
	p.b = appendPx(p.b, v)
	p.b = append(p.b, '"')
}

// appendPx writes v to a tenth of a px, without a trailing zero.
func appendPx(b []byte, v float64) []byte {
	b = strconv.AppendFloat(b, v, 'f', 1, 64)
	if n := len(b); b[n-1] == '0' {
		b = b[:n-2]
	}
	if n := len(b); n >= 2 && string(b[n-2:]) == "-0" && (n == 2 || !strings.ContainsRune("0123456789.", rune(b[n-3]))) {
		b = append(b[:n-2], '0')
	}
	return b
}

func (p *pen) esc(s string) { p.b = appendEscaped(p.b, s) }

func appendEscaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		case '"':
			b = append(b, "&#34;"...)
		case '\'':
			b = append(b, "&#39;"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

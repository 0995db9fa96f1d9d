package chart

import (
	"strings"
	"unicode"
)

// Widths are estimates for the fonts of the site's stack, taken near the widest of them (Segoe UI, Helvetica, Roboto, San Francisco,
// Noto Sans), because a label that is drawn narrower than measured does no harm and a wider one does.

// Text sizes in px, by class.
const (
	sizeSmall = 11.0
	sizeText  = 12.0
	sizeLarge = 13.0
)

// style is the class attribute of a text: b bold, s small, l large, m muted, f… a colour, halo.
type style string

// metric is the font size and weight that a class stands for.
func (s style) metric() (size float64, bold bool) {
	size = sizeText
	for rest := string(s); rest != ""; {
		word, tail, _ := strings.Cut(rest, " ")
		switch word {
		case "s":
			size = sizeSmall
		case "l":
			size = sizeLarge
		case "b":
			bold = true
		}
		rest = tail
	}
	return size, bold
}

// Measure is the estimated width of s in px at a font size.
func Measure(s string, size float64, bold bool) float64 {
	em := 0.0
	for _, r := range s {
		em += advance(r)
	}
	if bold {
		em *= 1.08
	}
	return em * size
}

func (s style) width(t string) float64 {
	size, bold := s.metric()
	return Measure(t, size, bold)
}

var asciiEm = func() (w [128]float64) {
	for r := range w {
		switch c := rune(r); {
		case strings.ContainsRune(" ijlI'.,:;|!", c):
			w[r] = .29
		case strings.ContainsRune("frt()[]{}/\\-\"`*", c):
			w[r] = .38
		case c >= '0' && c <= '9':
			w[r] = .575
		case strings.ContainsRune("mwM%@W", c):
			w[r] = .9
		case c >= 'A' && c <= 'Z':
			w[r] = .7
		case strings.ContainsRune("=<>+~#&", c):
			w[r] = .68
		case strings.ContainsRune("sczkvxyJ", c):
			w[r] = .53
		default:
			w[r] = .59
		}
	}
	return w
}()

// advance is the width of one rune in em.
func advance(r rune) float64 {
	switch {
	case r < 128:
		return asciiEm[r]
	case r == 0x00A0, r == 0x202F, r == '·':
		return .3
	case r == '×', r == '±': // nearly full width in Chinese fonts
		return .95
	case r == '−', r == '–':
		return .62
	case r == '½', r == '¼', r == '¾', r == '⅛':
		return .88
	case r >= 0x200B && r <= 0x200D, r == 0xFEFF, unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r):
		return 0
	case r < 0x0590:
		return .72
	case r >= 0x2010 && r <= 0x2027, r >= 0x2190 && r <= 0x21FF: // quotes, dashes, ellipsis, arrows: full width in Chinese fonts
		return 1
	case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE30 && r <= 0xFE4F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6, r >= 0x20000 && r <= 0x3FFFD:
		return 1
	case r >= 0x1F000 && r <= 0x1FAFF:
		return 1.4
	case r >= 0x2000 && r <= 0x2BFF:
		return .9
	}
	return .85
}

// fit shortens t with an ellipsis so that it is at most room px wide in the given class; "" when not even two characters fit.
func (s style) fit(t string, room float64) string {
	if s.width(t) <= room+.01 { // rooms are sums of such widths
		return t
	}
	size, bold := s.metric()
	if bold {
		size *= 1.08
	}
	used, kept, end := size, 0, 0
	for i, r := range t {
		if used += advance(r) * size; used > room {
			break
		}
		kept++
		end = i + len(string(r))
	}
	if kept < 2 {
		return ""
	}
	return strings.TrimRight(t[:end], " ") + "…"
}

// widest is the largest width among texts.
func (s style) widest(texts ...string) float64 {
	m := 0.0
	for _, t := range texts {
		m = max(m, s.width(t))
	}
	return m
}

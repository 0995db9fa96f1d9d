package locale

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// Plain turns no-break spaces into plain ones, for Markdown, JSON, CSV and
// terminals.
func Plain(s string) string { return strings.ReplaceAll(s, nbsp, " ") }

var (
	beforeUnit    = regexp.MustCompile(`([0-9]) (tokens/s|req/s|ms|s|min|h|KiB|MiB|GiB|pp|W|J)\b`)
	beforeMeasure = regexp.MustCompile(`([0-9]) (题|个|条|次|倍|张|份|项|档|分|秒|小时|年|月|日)`)
)

// noBreak glues numbers to the units and measure words behind them.
func noBreak(s string) string {
	s = beforeUnit.ReplaceAllString(s, "$1"+nbsp+"$2")
	return beforeMeasure.ReplaceAllString(s, "$1"+nbsp+"$2")
}

// Seam joins pieces of one sentence. In English it only concatenates. In Chinese
// the spaces at each seam follow rules Z1 and Z2, whatever the pieces bring: one
// between Han and Latin letter, digit, % or ×, none between Han and Han, none
// beside full-width marks; elsewhere the seam stays as it is.
func (l *Locale) Seam(pieces ...string) string {
	if l.lang != ZH {
		return strings.Join(pieces, "")
	}
	out := ""
	for _, p := range pieces {
		out = seam(out, p)
	}
	return out
}

func seam(a, b string) string {
	ta, tb := strings.TrimRight(a, " "), strings.TrimLeft(b, " ")
	if ta == "" || tb == "" {
		return a + b
	}
	left, _ := utf8.DecodeLastRuneInString(ta)
	right, _ := utf8.DecodeRuneInString(tb)
	switch {
	case wide(left) || wide(right), han(left) && han(right):
		return ta + tb
	case han(left) && latin(right), latin(left) && han(right):
		return ta + " " + tb
	case len(ta) < len(a) || len(tb) < len(b):
		return ta + " " + tb
	}
	return a + b
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func latin(r rune) bool {
	return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '%' || r == '×'
}

// wide tells whether r is a full-width mark, which carries its own space.
func wide(r rune) bool {
	return strings.ContainsRune("，。；：？！、（）《》“”‘’～…", r)
}

// Sentences puts finished sentences after one another.
func (l *Locale) Sentences(sentences ...string) string {
	var kept []string
	for _, s := range sentences {
		if s != "" {
			kept = append(kept, s)
		}
	}
	if l.lang == ZH {
		return strings.Join(kept, "")
	}
	return strings.Join(kept, " ")
}

// List is an enumeration in running text: "a, b, and c", "a、b 和 c".
func (l *Locale) List(items ...string) string {
	n := len(items)
	switch {
	case n < 2:
		return strings.Join(items, "")
	case l.lang == ZH:
		return l.Seam(strings.Join(items[:n-1], "、"), "和", items[n-1])
	case n == 2:
		return items[0] + " and " + items[1]
	}
	return strings.Join(items[:n-1], ", ") + ", and " + items[n-1]
}

// Enum is an enumeration without a conjunction: "a, b, c", "a、b、c".
func (l *Locale) Enum(items ...string) string {
	if l.lang == ZH {
		return strings.Join(items, "、")
	}
	return strings.Join(items, ", ")
}

// Clauses joins the short clauses of one condition: "concurrency 16, 64
// requests", "并发数 16，64 个请求".
func (l *Locale) Clauses(items ...string) string {
	if l.lang == ZH {
		return strings.Join(items, "，")
	}
	return strings.Join(items, ", ")
}

// Bracket puts b in brackets behind a: "a (b)", "a（b）".
func (l *Locale) Bracket(a, b string) string {
	if l.lang == ZH {
		return a + "（" + b + "）"
	}
	return a + " (" + b + ")"
}

// Label puts a value behind its name: "name: value", "name：value".
func (l *Locale) Label(name, value string) string {
	if l.lang == ZH {
		return name + "：" + value
	}
	return name + ": " + value
}

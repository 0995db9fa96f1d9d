package code

import (
	"math/big"
	"strings"
	"unicode"
)

// SameOutput reports whether what a program printed is what a test expects, by
// the official rule of LiveCodeBench: both are stripped and cut into lines; as
// many lines; each stripped line is equal, or all its words are equal as decimal
// numbers, exactly.
func SameOutput(got, want string) bool {
	g, w := outputLines(got), outputLines(want)
	if len(g) != len(w) {
		return false
	}
	for i := range g {
		if g[i] != w[i] && !sameDecimals(g[i], w[i]) {
			return false
		}
	}
	return true
}

// space is white space as Python's strip and split see it.
func space(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func outputLines(s string) []string {
	lines := strings.Split(strings.TrimFunc(s, space), "\n")
	for i := range lines {
		lines[i] = strings.TrimFunc(lines[i], space)
	}
	return lines
}

func sameDecimals(a, b string) bool {
	x, y := strings.FieldsFunc(a, space), strings.FieldsFunc(b, space)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		p, ok1 := parseDecimal(x[i])
		q, ok2 := parseDecimal(y[i])
		if !ok1 || !ok2 || !p.equal(q) {
			return false
		}
	}
	return true
}

// decimal is a number as Python's Decimal reads it: digits without leading and
// trailing zeros, times ten to exp. Its size does not matter, so that 1e999999999
// costs nothing.
type decimal struct {
	negative bool
	digits   string // "" is zero
	exp      *big.Int
	special  string // "inf", "nan"
}

func (a decimal) equal(b decimal) bool {
	switch {
	case a.special == "nan" || b.special == "nan":
		return false
	case a.special != b.special:
		return false
	case a.special != "":
		return a.negative == b.negative
	case a.digits == "" || b.digits == "":
		return a.digits == b.digits
	}
	return a.negative == b.negative && a.digits == b.digits && a.exp.Cmp(b.exp) == 0
}

// parseDecimal reads what Decimal(text) takes: sign, digits with underscores, a
// point, an exponent; Infinity and NaN.
func parseDecimal(s string) (decimal, bool) {
	s = strings.ReplaceAll(s, "_", "")
	d := decimal{negative: strings.HasPrefix(s, "-")}
	if d.negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	switch lower := strings.ToLower(s); {
	case lower == "inf" || lower == "infinity":
		d.special = "inf"
		return d, true
	case strings.HasPrefix(strings.TrimPrefix(lower, "s"), "nan"):
		d.special = "nan"
		return d, strings.Trim(lower[strings.Index(lower, "nan")+3:], "0123456789") == ""
	}
	mantissa, exponent, has := s, "", false
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent, has = s[:i], s[i+1:], true
	}
	d.exp = new(big.Int)
	if has {
		if len(exponent) > 100 || strings.TrimLeft(exponent, "+-0123456789") != "" {
			return d, false
		}
		if _, ok := d.exp.SetString(exponent, 10); !ok {
			return d, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if strings.Trim(whole+fraction, "0123456789") != "" || whole+fraction == "" {
		return d, false
	}
	d.digits = strings.TrimLeft(whole+fraction, "0")
	cut := strings.TrimRight(d.digits, "0")
	d.exp.Add(d.exp, big.NewInt(int64(len(d.digits)-len(cut)-len(fraction))))
	d.digits = cut
	return d, true
}

package locale

import (
	"math"
	"strconv"
	"strings"
)

// Unknown stands for a value that was not recorded. It is never 0.
const Unknown = "—"

// Quantity is a printed number and its unit, apart for tables and together for
// text. Unit is "" for an unknown number.
type Quantity struct{ Number, Unit string }

// String joins number and unit with a no-break space.
func (q Quantity) String() string {
	if q.Unit == "" {
		return q.Number
	}
	return q.Number + nbsp + q.Unit
}

func quantity(number, unit string) Quantity {
	if number == Unknown {
		unit = ""
	}
	return Quantity{number, unit}
}

// fixed prints v with the given decimals, commas from 1,000 and U+2212 for the
// sign. Ties are those of strconv.FormatFloat; −0 prints as 0.
func fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Unknown
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	if v < 0 && strings.Trim(s, "0.") != "" {
		return "−" + group(s)
	}
	return group(s)
}

// group sets commas into the digits before the point. A leading '-' becomes the
// minus sign.
func group(s string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "−", rest
	}
	whole, frac, point := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + frac
	}
	return sign + whole
}

// step says how many decimals values below a limit have.
type step struct {
	below    float64
	decimals int
}

var (
	throughputSteps = []step{{1000, 2}, {10000, 1}, {math.Inf(1), 0}}
	rateSteps       = []step{{100, 2}, {math.Inf(1), 1}}
	millisSteps     = []step{{10, 2}, {100, 1}, {math.Inf(1), 0}}
	secondSteps     = []step{{100, 2}, {math.Inf(1), 1}}
	ratioSteps      = []step{{10, 2}, {100, 1}, {math.Inf(1), 0}}
)

// decimals picks the step by the value as it would be printed, so that 9.996
// takes the decimals of 10.0.
func decimals(v float64, steps []step) int {
	for _, s := range steps {
		if rounded(v, s.decimals) < s.below {
			return s.decimals
		}
	}
	return steps[len(steps)-1].decimals
}

func rounded(v float64, decimals int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(math.Abs(v), 'f', decimals, 64), 64)
	return r
}

// Throughput prints tokens/s: 606.47, 8,368.3, 12,788.
func (l *Locale) Throughput(v float64) Quantity {
	return quantity(fixed(v, decimals(v, throughputSteps)), "tokens/s")
}

// Rate prints req/s: 2.37, 254.9.
func (l *Locale) Rate(v float64) Quantity {
	return quantity(fixed(v, decimals(v, rateSteps)), "req/s")
}

// Seconds prints one time, given in seconds, in ms below 1 s and in s from there.
// Times that are compared need one unit: see [Locale.TimeScale].
func (l *Locale) Seconds(v float64) Quantity { return l.TimeScale(v).Quantity(v) }

// Millis prints a time, given in seconds, always in ms (TPOT, ITL, ICL).
func (l *Locale) Millis(v float64) Quantity {
	return quantity(fixed(v*1000, decimals(v*1000, millisSteps)), "ms")
}

// GiB prints memory: 94.5 GiB.
func (l *Locale) GiB(v float64) Quantity { return quantity(fixed(v, 1), "GiB") }

// Bytes prints the size of a file: 812 B, 693.0 KiB.
func (l *Locale) Bytes(n int64) Quantity {
	if n < 1024 {
		return Quantity{strconv.FormatInt(n, 10), "B"}
	}
	v, units := float64(n)/1024, []string{"KiB", "MiB", "GiB", "TiB"}
	for rounded(v, 1) >= 1024 && len(units) > 1 {
		v, units = v/1024, units[1:]
	}
	return Quantity{fixed(v, 1), units[0]}
}

// Elapsed prints a duration in seconds: below a minute as [Locale.Seconds], then
// in whole seconds ("1 min 3 s", "1 分 3 秒"), from an hour in whole minutes.
func (l *Locale) Elapsed(sec float64) string {
	switch {
	case math.IsNaN(sec) || math.IsInf(sec, 0):
		return Unknown
	case rounded(sec, 2) < 60:
		return l.Seconds(sec).String()
	}
	big, small, units := int(math.Round(sec)), 60, [2]string{"min", "s"}
	if big >= 3600 {
		big, units = int(math.Round(sec/60)), [2]string{"h", "min"}
	}
	if l.lang == ZH {
		units = map[string][2]string{"min": {"分", "秒"}, "h": {"小时", "分"}}[units[0]]
	}
	return strconv.Itoa(big/small) + nbsp + units[0] + " " + strconv.Itoa(big%small) + nbsp + units[1]
}

// RatioNumber prints a ratio without its sign, as the slot {ratio} takes it.
func (l *Locale) RatioNumber(v float64) string { return fixed(v, decimals(v, ratioSteps)) }

// Ratio prints a ratio for tables, charts and English prose: 1.88×.
func (l *Locale) Ratio(v float64) string { return suffixed(l.RatioNumber(v), "×") }

// RatioProse prints a ratio in running text: 1.88×, 1.88 倍.
func (l *Locale) RatioProse(v float64) string {
	if l.lang == ZH {
		return suffixed(l.RatioNumber(v), nbsp+"倍")
	}
	return l.Ratio(v)
}

func suffixed(number, suffix string) string {
	if number == Unknown {
		return Unknown
	}
	return number + suffix
}

// Count prints a number of things: 12,032.
func (l *Locale) Count(n int) string { return group(strconv.Itoa(n)) }

// Number prints v with commas and the given decimals.
func (l *Locale) Number(v float64, decimals int) string { return fixed(v, decimals) }

// Signed prints v with its sign; what rounds to zero has none.
func (l *Locale) Signed(v float64, decimals int) string {
	s := fixed(v, decimals)
	if v > 0 && strings.Trim(s, "0.") != "" {
		return "+" + s
	}
	return s
}

// Opt prints what p points to, or [Unknown].
func (l *Locale) Opt(p *float64, format func(float64) string) string {
	if p == nil {
		return Unknown
	}
	return format(*p)
}

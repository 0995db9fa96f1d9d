package locale

import "math"

// Percent prints a share from 0 to 1: 85.0%.
func (l *Locale) Percent(share float64) string { return suffixed(fixed(share*100, 1), "%") }

// Score prints k of n with the percentage: 34/40 (85.0%), 34/40（85.0%）.
func (l *Locale) Score(k, n int) string {
	counts := l.Count(k) + "/" + l.Count(n)
	if n == 0 {
		return counts
	}
	return l.Bracket(counts, l.Percent(float64(k)/float64(n)))
}

// PercentRange prints an interval of shares: 70.9–92.9%, 70.9%～92.9%.
func (l *Locale) PercentRange(lo, hi float64) string {
	if l.lang == ZH {
		return l.Percent(lo) + "～" + l.Percent(hi)
	}
	return fixed(lo*100, 1) + "–" + l.Percent(hi)
}

// RelChange prints (new − base) / base for tables: −46.8%, +88.1%.
func (l *Locale) RelChange(rel float64) string { return suffixed(l.Signed(rel*100, 1), "%") }

// RelSize prints the size of a relative change, as the slot {rel} takes it.
func (l *Locale) RelSize(rel float64) string { return l.Percent(math.Abs(rel)) }

// RelProse prints a relative change in words: 46.8% lower, 低 46.8%.
func (l *Locale) RelProse(rel float64) string {
	key := "word.rel-higher"
	if rel < 0 {
		key = "word.rel-lower"
	}
	return l.Fill(key, Slots{"rel": l.RelSize(rel)})
}

// PointsNumber prints the difference of two shares in percentage points, signed
// and without the unit, as the slot {diff} takes it: +2.5.
func (l *Locale) PointsNumber(diff float64) string { return l.Signed(diff*100, 1) }

// PointsSize is PointsNumber without the sign, for {abs} and {mde}.
func (l *Locale) PointsSize(diff float64) string { return fixed(math.Abs(diff)*100, 1) }

// Points prints a difference of shares in running text: +2.5 percentage points,
// +2.5 个百分点.
func (l *Locale) Points(diff float64) string {
	if l.lang == ZH {
		return suffixed(l.PointsNumber(diff), nbsp+"个百分点")
	}
	return suffixed(l.PointsNumber(diff), nbsp+"percentage points")
}

// PointsTable prints a difference of shares in tables: +2.5 pp.
func (l *Locale) PointsTable(diff float64) string {
	return quantity(l.PointsNumber(diff), "pp").String()
}

// PointsRange prints an interval of a difference of shares, without the unit:
// −4.7 to +6.7, −4.7 至 +6.7.
func (l *Locale) PointsRange(lo, hi float64) string {
	return l.SignedRange(l.PointsNumber(lo), l.PointsNumber(hi))
}

// PlusMinus prints a share with its standard error, which the text must name:
// 85.0% ± 5.6 pp.
func (l *Locale) PlusMinus(share, se float64) string {
	return l.Percent(share) + " ± " + quantity(l.PointsSize(se), "pp").String()
}

// Range prints an unsigned range of two quantities of one unit: 93.75–199.37
// tokens/s, 93.75～199.37 tokens/s.
func (l *Locale) Range(lo, hi Quantity) string {
	return quantity(l.NumberRange(lo.Number, hi.Number), hi.Unit).String()
}

// NumberRange prints an unsigned range of two printed numbers: 4–512, 4～512.
func (l *Locale) NumberRange(lo, hi string) string {
	if l.lang == ZH {
		return lo + "～" + hi
	}
	return lo + "–" + hi
}

// SignedRange prints a range of two printed numbers with signs.
func (l *Locale) SignedRange(lo, hi string) string {
	if l.lang == ZH {
		return lo + " 至 " + hi
	}
	return lo + " to " + hi
}

// PNumber prints a p-value alone, for table cells: 0.55, < 0.001.
func (l *Locale) PNumber(p float64) string {
	switch {
	case math.IsNaN(p) || math.IsInf(p, 0):
		return Unknown
	case p >= 0.995:
		return "1.0"
	case p >= 0.10:
		return fixed(p, 2)
	case p >= 0.001:
		return fixed(p, 3)
	}
	return "< 0.001"
}

// PValue prints a p-value with its letter, as the slot {p} takes it: p = 0.55,
// p < 0.001.
func (l *Locale) PValue(p float64) string {
	n := l.PNumber(p)
	if n == "< 0.001" {
		return "p " + n
	}
	return "p = " + n
}

// PHolm adds the value after Holm correction over a family of comparisons; a
// family of one has none.
func (l *Locale) PHolm(p, corrected float64, family int) string {
	if family < 2 {
		return l.PValue(p)
	}
	return l.Fill("finding.p-holm", Slots{"p": l.PValue(p), "n": family, "corrected": l.PNumber(corrected)})
}

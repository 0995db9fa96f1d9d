package locale

import "math"

// Scale prints the numbers of one column, axis or sentence: one unit, the same
// decimals for all.
type Scale struct {
	unit     string
	factor   float64
	decimals int
}

// Unit is the unit for the head of the column.
func (s Scale) Unit() string { return s.unit }

// Decimals is the number of decimals of every value.
func (s Scale) Decimals() int { return s.decimals }

// Factor turns a value into the unit of the scale.
func (s Scale) Factor() float64 { return s.factor }

// Number prints v without its unit.
func (s Scale) Number(v float64) string { return fixed(v*s.factor, s.decimals) }

// Quantity prints v with its unit.
func (s Scale) Quantity(v float64) Quantity { return quantity(s.Number(v), s.unit) }

// Signed prints v with its sign and without its unit.
func (s Scale) Signed(v float64) string {
	return (*Locale)(nil).Signed(v*s.factor, s.decimals)
}

// TimeScale chooses unit and decimals by the largest of the values that lead the
// column (its p50s), in seconds: below 1 s in ms with 2, 1 or 0 decimals, from
// there in s with 2, from 100 s with 1.
func (l *Locale) TimeScale(p50s ...float64) Scale {
	v := largest(p50s)
	if ms := v * 1000; rounded(ms, 0) < 1000 && rounded(v, 2) < 1 {
		return Scale{"ms", 1000, decimals(ms, millisSteps)}
	}
	return Scale{"s", 1, decimals(v, secondSteps)}
}

// MillisScale is TimeScale for TPOT, ITL and ICL, which are always in ms.
func (l *Locale) MillisScale(p50s ...float64) Scale {
	return Scale{"ms", 1000, decimals(largest(p50s)*1000, millisSteps)}
}

// ThroughputScale gives the values of a column the decimals of its largest.
func (l *Locale) ThroughputScale(vs ...float64) Scale {
	return Scale{"tokens/s", 1, decimals(largest(vs), throughputSteps)}
}

// RateScale is ThroughputScale for req/s.
func (l *Locale) RateScale(vs ...float64) Scale {
	return Scale{"req/s", 1, decimals(largest(vs), rateSteps)}
}

func largest(vs []float64) float64 {
	most := 0.0
	for _, v := range vs {
		if v = math.Abs(v); v > most && !math.IsInf(v, 0) { // false for NaN
			most = v
		}
	}
	return most
}

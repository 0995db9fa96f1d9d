package dataset

import (
	"slices"

	"benchsite/render/stats"
)

// TrendPoint is one day of a trend under one version of the engine.
type TrendPoint struct {
	Day     string
	Engine  string // version, "" when it was not recorded
	Runs    []*Run // oldest first
	Values  []float64
	Median  float64
	Lo, Hi  float64 // smallest and largest value: a range, no interval
	Changed bool    // the engine version is not that of the point before
}

// Points groups the runs of a trend by day and engine version, oldest first.
// Runs without the value are left out.
func (t *Trend) Points(pick func(*Run) *float64) []TrendPoint {
	var out []TrendPoint
	for _, r := range t.Runs {
		v := pick(r)
		if v == nil {
			continue
		}
		engine := deref(r.Subject.EngineVersion)
		if n := len(out); n == 0 || out[n-1].Day != r.Day || out[n-1].Engine != engine {
			out = append(out, TrendPoint{Day: r.Day, Engine: engine, Changed: n > 0 && out[n-1].Engine != engine})
		}
		p := &out[len(out)-1]
		p.Runs, p.Values = append(p.Runs, r), append(p.Values, *v)
	}
	for i := range out {
		p := &out[i]
		p.Median = stats.NewRepeats(p.Values).Median
		p.Lo, p.Hi = slices.Min(p.Values), slices.Max(p.Values)
	}
	return out
}

// Changes finds the change points of a trend: At is the index of the first point
// after the change. See [stats.ChangePoints] for the rule.
func Changes(points []TrendPoint) []stats.Change {
	groups := make([][]float64, len(points))
	for i, p := range points {
		groups[i] = p.Values
	}
	return stats.ChangePoints(groups)
}

// Move is what changed between the two newest points of a trend.
type Move struct {
	Before, After TrendPoint
	Shift         float64       // relative change of the median: −0.04 is −4 %; 0 where the older one is 0
	Change        *stats.Change // a change point at the newest point; nil without
	Tested        bool          // there were repeats enough for the newest moment to be a candidate
}

// Newest compares the two newest points of a trend by the rule for change
// points; ok is false where there are fewer.
func Newest(points []TrendPoint) (m Move, ok bool) {
	n := len(points) - 1
	if n < 1 {
		return Move{}, false
	}
	m = Move{Before: points[n-1], After: points[n]}
	if m.Before.Median != 0 {
		m.Shift = m.After.Median/m.Before.Median - 1
	}
	before := 0
	for _, p := range points[:n] {
		before += len(p.Values)
	}
	m.Tested = before >= stats.MinRankRepeats && len(m.After.Values) >= stats.MinRankRepeats
	for _, c := range Changes(points) {
		if c.At == n {
			m.Change = &c
		}
	}
	return m, true
}

package page

import (
	"math"
	"slices"
	"strconv"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// fewestLevels is how many levels of a sweep make one entry of the overview:
// two load tests are told apart, a curve is told as one.
const fewestLevels = 3

// sweep is what the topics of one swept protocol and one family say together.
type sweep struct {
	topics []*dataset.Topic // by level
	levels []float64
	series []*dataset.Series
}

// sweepTopics joins the topics that are levels of the same sweep. The one with
// the most output stands for all; the others map to nil.
func (e *Edition) sweepTopics(topics []*dataset.Topic) map[*dataset.Topic]*sweep {
	type key struct {
		protocol, axis, family string
		simulated              bool
	}
	place := map[*dataset.Run]*dataset.Series{}
	level := map[*dataset.Run]float64{}
	for _, s := range e.Set.Series {
		for _, p := range s.Points {
			for _, r := range p.Runs {
				place[r], level[r] = s, p.X
			}
		}
	}
	groups := map[key]*sweep{}
	var order []key
	for _, t := range topics {
		s := place[t.Runs[0]]
		if s == nil {
			continue
		}
		k := key{s.Key, s.Axis, t.Family, t.Simulated}
		if groups[k] == nil {
			groups[k] = &sweep{}
			order = append(order, k)
		}
		g := groups[k]
		g.topics, g.levels = append(g.topics, t), append(g.levels, level[t.Runs[0]])
		for _, r := range t.Runs {
			if s := place[r]; s != nil && !slices.Contains(g.series, s) {
				g.series = append(g.series, s)
			}
		}
	}
	out := map[*dataset.Topic]*sweep{}
	for _, k := range order {
		g := groups[k]
		if len(g.topics) < fewestLevels {
			continue
		}
		best, most := g.topics[0], -1.0
		for _, t := range g.topics {
			out[t] = nil
			if f, _, ok := t.Runs[0].Typical(); ok && f.Key == "output-throughput" && f.Value.Num > most {
				best, most = t, f.Value.Num
			}
		}
		out[best] = g
	}
	return out
}

// sweepEntry turns the entry of the level with the most output into that of the
// whole sweep: its curve, and how far the ratio holds over the levels.
func (e *Edition) sweepEntry(entry Entry, t *dataset.Topic, s *sweep) Entry {
	entry.Type = e.L.Text("section.sweep")
	list := slices.DeleteFunc(slices.Clone(s.series), func(x *dataset.Series) bool { return len(x.Points) < fewestLevels })
	if len(list) > 8 {
		list = list[:8]
	}
	if len(list) > 0 {
		if c := e.sweepChart("mini-sweep-"+t.Protocol.ID+"-"+t.Runs[0].Hash8, list); !c.Empty() {
			c.Panels[0].Ref = nil
			entry.Chart, entry.Caption = c, c.Title
		}
	}
	slots := locale.Slots{
		"n": len(s.topics), "param": lowerFirst(e.L.Param(s.series[0].Axis)),
		"from": strconv.FormatFloat(slices.Min(s.levels), 'g', -1, 64), "to": strconv.FormatFloat(slices.Max(s.levels), 'g', -1, 64),
	}
	what := e.L.Fill("note.sweep-levels", slots)
	if lo, hi, ok := ratios(s.topics); ok {
		slots["lo"], slots["hi"] = e.L.RatioNumber(lo), e.L.RatioNumber(hi)
		what = e.L.Fill("note.sweep-ratios", slots)
	}
	entry.What = Join(gapOf(e.Lang), entry.What, T(what))
	return entry
}

// ratios is the range of the first ratio of the topics; ok is false unless all
// have one of the same pair of subjects.
func ratios(topics []*dataset.Topic) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, t := range topics {
		f := t.Findings
		if len(f) == 0 || f[0].Baseline == nil || f[0].Run.Who != topics[0].Findings[0].Run.Who || f[0].Baseline.Who != topics[0].Findings[0].Baseline.Who {
			return 0, 0, false
		}
		v, has := f[0].Slots["ratio"].(float64)
		if !has {
			return 0, 0, false
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi, len(topics) > 0
}

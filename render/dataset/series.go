package dataset

import (
	"cmp"
	"maps"
	"slices"

	"benchsite/collect/artifact"
)

// Series is a sweep: runs of one subject on one version of the engine whose
// protocols differ in nothing but the swept axis.
type Series struct {
	Key       string // id of the protocol without the axis
	Subject   *Subject
	Axis      string // "concurrency" or "rate"
	Fixed     map[string]any
	Points    []SeriesPoint // by X
	Simulated bool
}

// SeriesPoint is one load level. Runs holds its repeats, newest first.
type SeriesPoint struct {
	X    float64
	Runs []*Run
}

// Sweep is the sweep that a run is a point of, or nil.
func (s *Set) Sweep(r *Run) *Series { return s.sweepOf[r] }

// linkSeries finds the sweeps with at least two points.
func (s *Set) linkSeries() {
	s.sweepOf = map[*Run]*Series{}
	type key struct {
		subject   *Subject
		version   string // of the engine: another one is another curve
		axis, id  string
		simulated bool
	}
	groups := map[key]*Series{}
	var order []*Series
	for _, r := range s.Runs {
		if !r.Standing || r.Kind != artifact.KindLoad {
			continue
		}
		for _, axis := range []string{"concurrency", "rate"} {
			x, ok := number(r.Artifact.Protocol.Parameters[axis])
			if !ok {
				continue
			}
			fixed := maps.Clone(r.Artifact.Protocol.Parameters)
			delete(fixed, axis)
			id, err := artifact.ProtocolID(fixed)
			if err != nil {
				continue
			}
			k := key{r.Who, deref(r.Artifact.Subject.EngineVersion), axis, id, r.Artifact.Simulated}
			g := groups[k]
			if g == nil {
				g = &Series{Key: id, Subject: r.Who, Axis: axis, Fixed: fixed, Simulated: r.Artifact.Simulated}
				groups[k] = g
				order = append(order, g)
			}
			at := slices.IndexFunc(g.Points, func(p SeriesPoint) bool { return p.X == x })
			if at < 0 {
				g.Points = append(g.Points, SeriesPoint{X: x})
				at = len(g.Points) - 1
			}
			g.Points[at].Runs = append(g.Points[at].Runs, r)
		}
	}
	for _, g := range order {
		if len(g.Points) < 2 {
			continue
		}
		slices.SortFunc(g.Points, func(a, b SeriesPoint) int { return cmp.Compare(a.X, b.X) })
		s.Series = append(s.Series, g)
	}
	slices.SortStableFunc(s.Series, func(a, b *Series) int {
		return cmp.Or(compareSubjects(a.Subject, b.Subject), cmp.Compare(a.Key, b.Key))
	})
	for _, g := range s.Series {
		for _, p := range g.Points {
			for _, r := range p.Runs {
				if s.sweepOf[r] == nil {
					s.sweepOf[r] = g
				}
			}
		}
	}
}

// Trend is one subject under one protocol over time, oldest first.
type Trend struct {
	Subject  *Subject
	Protocol *Protocol
	Runs     []*Run
}

// Trends returns what has standing runs on at least two days, in display order
// of the subjects. Simulated runs have no trend.
func (s *Set) Trends() []*Trend {
	s.trends.once.Do(func() { s.trends.list = s.findTrends() })
	return s.trends.list
}

func (s *Set) findTrends() []*Trend {
	var out []*Trend
	for _, p := range s.Protocols {
		bySubject := map[*Subject]*Trend{}
		for _, r := range p.Standing() {
			t := bySubject[r.Who]
			if t == nil {
				t = &Trend{Subject: r.Who, Protocol: p}
				bySubject[r.Who] = t
				out = append(out, t)
			}
			t.Runs = append(t.Runs, r)
		}
	}
	out = slices.DeleteFunc(out, func(t *Trend) bool { return t.Runs[0].Day == t.Runs[len(t.Runs)-1].Day })
	for _, t := range out {
		slices.Reverse(t.Runs)
	}
	slices.SortStableFunc(out, func(a, b *Trend) int { return compareSubjects(a.Subject, b.Subject) })
	return out
}

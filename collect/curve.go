package collect

import (
	"fmt"

	"benchsite/collect/artifact"
	"benchsite/collect/load"
	"benchsite/render/stats"
)

// curve gathers what a sweep of one subject says of throughput and latency, to
// find the knee once its last point is measured.
type curve struct {
	left   int // points to come
	levels []load.Trial
}

// fewestLevels is how many levels a sweep needs to have a knee.
const fewestLevels = 4

// curves prepares a curve for each sweep of the points that is long enough.
func curves(points []Point) map[string]*curve {
	out := map[string]*curve{}
	for _, p := range points {
		if p.Load.Find != nil || len(p.Load.Concurrency)+len(p.Load.Rate) < fewestLevels {
			continue
		}
		if out[p.sweep()] == nil {
			out[p.sweep()] = &curve{}
		}
		out[p.sweep()].left++
	}
	return out
}

// sweep names the sweep that the point belongs to.
func (p Point) sweep() string { return p.Load.Name + "\x00" + p.Subject.Name }

// level is the point's place on its curve.
func (p Point) level() float64 {
	if p.Concurrency > 0 {
		return float64(p.Concurrency)
	}
	return p.Rate
}

// add notes a measured point and returns the knee after the last one.
func (c *curve) add(p Point, a *artifact.Artifact) (k stats.Knee, ok bool) {
	if a.Status == artifact.StatusComplete {
		c.note(p.level(), a)
	}
	if c.left--; c.left > 0 {
		return k, false
	}
	return stats.FindKnee(load.Curve(c.levels))
}

func (c *curve) note(level float64, a *artifact.Artifact) {
	for i := range c.levels {
		if c.levels[i].Rate == level {
			note(&c.levels[i], a)
			return
		}
	}
	c.levels = append(c.levels, load.Trial{Rate: level})
	note(&c.levels[len(c.levels)-1], a)
}

// sayKnee words a knee for people.
func sayKnee(p Point, k stats.Knee) string {
	unit := "in flight"
	if p.Rate > 0 {
		unit = "req/s"
	}
	return fmt.Sprintf("beyond %v %s latency grows faster than throughput (the knee lies from %v to %v)", k.Load, unit, k.From, k.To)
}

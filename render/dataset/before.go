package dataset

import (
	"slices"

	"benchsite/collect/artifact"
)

// Against is a run, or the repeats of one, with what it is to be compared with:
// A is what was there before, nil when there is nothing.
type Against struct {
	A, B []*Run // newest first
	Why  Reason
}

// Reason says by which rule a comparison was chosen.
type Reason string

// The reasons, the first that applies.
const (
	ReasonPrevious Reason = "previous" // the newest earlier day of the same subject and protocol
	ReasonBaseline Reason = "baseline" // the family's baseline under the same protocol
	ReasonNone     Reason = "none"     // neither is there
)

// Before finds for each of the given runs what it follows. Repeats of one day
// among them go together. Runs that do not stand, being replaced, withdrawn or not
// complete, are followed by none.
func (s *Set) Before(runs []*Run) []Against {
	given := map[*Run]bool{}
	for _, r := range runs {
		given[r] = true
	}
	var out []Against
	done := map[*Run]bool{}
	for _, r := range runs {
		if done[r] {
			continue
		}
		var b []*Run
		for _, o := range r.How.Runs { // newest first
			if given[o] && o.repeats(r) && o.Day == r.Day {
				b, done[o] = append(b, o), true
			}
		}
		out = append(out, before(b))
	}
	return out
}

func before(b []*Run) Against {
	oldest := b[len(b)-1]
	stands := func(o *Run) bool {
		return o.Standing && o.Status == artifact.StatusComplete && o.Artifact.Simulated == oldest.Artifact.Simulated
	}
	pick := func(fits func(*Run) bool) []*Run {
		i := slices.IndexFunc(oldest.How.Runs, func(o *Run) bool { return stands(o) && fits(o) })
		if i < 0 {
			return nil
		}
		var a []*Run
		newest := oldest.How.Runs[i]
		for _, o := range oldest.How.Runs[i:] {
			if stands(o) && fits(o) && o.repeats(newest) && o.Day == newest.Day {
				a = append(a, o)
			}
		}
		return a
	}
	if a := pick(func(o *Run) bool {
		return o.Who == oldest.Who && !slices.Contains(b, o) && !o.start.After(oldest.start)
	}); a != nil {
		return Against{a, b, ReasonPrevious}
	}
	if !oldest.Who.Baseline {
		if a := pick(func(o *Run) bool { return o.Who.Baseline && o.Who.Family == oldest.Who.Family }); a != nil {
			return Against{a, b, ReasonBaseline}
		}
	}
	return Against{nil, b, ReasonNone}
}

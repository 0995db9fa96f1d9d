package dataset

import (
	"slices"

	"benchsite/collect/artifact"
)

func withdrawnRule(_ *Set, r *Run) []Notice {
	if r.Withdrawn == nil {
		return nil
	}
	return one("withdrawn", Invalid, map[string]any{"date": r.Withdrawn.Date})
}

func simulatedRule(_ *Set, r *Run) []Notice {
	if !r.Artifact.Simulated {
		return nil
	}
	return one("simulated", Warn, map[string]any{"profile": r.profile()})
}

// noIsolation marks scores of programs that nothing kept from the tests, the
// machine and the network.
func noIsolation(_ *Set, r *Run) []Notice {
	if !r.Unisolated() {
		return nil
	}
	return one("no-isolation", Warn, nil)
}

// profile names the profile of the simulated endpoint, nil when the artifact
// does not say.
func (r *Run) profile() any {
	if p, ok := r.Source.Extra["profile"].(string); ok {
		return p
	}
	if p, ok := r.Artifact.Subject.Labels["profile"]; ok {
		return p
	}
	return nil
}

// interruptedRule: a run that stopped early has true figures of its first part;
// one that failed has none to use.
func interruptedRule(_ *Set, r *Run) []Notice {
	if r.Kind == artifact.KindSubject {
		return nil // it holds no figures at all
	}
	severity := Warn
	switch r.Status {
	case artifact.StatusComplete:
		return nil
	case artifact.StatusFailed:
		severity = Invalid
	}
	slots := map[string]any{"completed": nil, "offered": nil, "reason": optional(r.StatusReason)}
	if r.Load != nil {
		slots["completed"], slots["offered"] = optionalInt(r.Load.Requests.Completed), optionalInt(r.Load.Requests.Offered)
	} else if len(r.Scores) > 0 {
		slots["completed"] = r.Scores[0].N
		if of := r.Scores[0].Of; of > 0 {
			slots["offered"] = of
		}
	}
	return one("interrupted", severity, slots)
}

func importedNoRaw(_ *Set, r *Run) []Notice {
	if r.Source.Mode == artifact.ModeMeasured || r.hasRecords() || r.Kind == artifact.KindSubject {
		return nil
	}
	return one("imported-no-raw", Info, map[string]any{"tool": r.Source.Tool})
}

// noEnvironment fires when what a rerun needs is missing: accelerator, engine
// version, driver or CUDA version. Other gaps are then listed with them.
func noEnvironment(_ *Set, r *Run) []Notice {
	if r.Artifact.Simulated || r.Kind == artifact.KindSubject {
		return nil
	}
	s, e := &r.Artifact.Subject, &r.Environment
	missing, needed := []string{}, false
	for _, f := range []struct {
		name         string
		gone, needed bool
	}{
		{"accelerator", s.Accelerator == nil && len(e.Accelerators) == 0, true},
		{"driver", e.Driver == nil, true},
		{"cuda", e.CUDA == nil, true},
		{"engine", s.Engine == nil, false},
		{"engine_version", s.EngineVersion == nil, true},
		{"host", len(e.Host) == 0, false},
	} {
		if f.gone {
			missing = append(missing, f.name)
			needed = needed || f.needed
		}
	}
	if !needed {
		return nil
	}
	return one("no-environment", Warn, map[string]any{"fields": missing})
}

func unknownParameters(_ *Set, r *Run) []Notice {
	u := r.Artifact.Protocol.Unknown
	if len(u) == 0 {
		return nil
	}
	names := slices.Clone(u)
	sortParameters(names)
	return one("unknown-parameters", Info, map[string]any{"fields": names})
}

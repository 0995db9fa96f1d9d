package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// subjectFields are the names by which filters call the fields of a subject;
// label.X is one more form.
var subjectFields = []string{
	"name", "base_model", "model", "model_revision", "precision", "quantization", "kv_cache_dtype", "engine",
	"engine_version", "tp", "pp", "dp", "ep", "max_model_len", "accelerator", "accelerator_count", "accelerator_memory_gb",
}

var runFields = []string{"id", "kind", "date", "run", "task", "scorer", "mode", "tool", "status", "protocol", "simulated", "subject"}

func isSubjectField(k string) bool {
	k = strings.TrimPrefix(k, "parallel.")
	return slices.Contains(subjectFields, k) || strings.HasPrefix(k, "label.")
}

// subjectField returns a field of a subject as text; ok is false when it is
// unknown.
func subjectField(s *artifact.Subject, k string) (string, bool) {
	text := func(p *string) (string, bool) {
		if p == nil {
			return "", false
		}
		return *p, true
	}
	number := func(p *int64) (string, bool) {
		if p == nil {
			return "", false
		}
		return strconv.FormatInt(*p, 10), true
	}
	if l, ok := strings.CutPrefix(k, "label."); ok {
		v, ok := s.Labels[l]
		return v, ok
	}
	switch strings.TrimPrefix(k, "parallel.") {
	case "name":
		return s.Name, true
	case "model":
		return s.Model, true
	case "base_model":
		return text(s.BaseModel)
	case "model_revision":
		return text(s.ModelRevision)
	case "precision":
		return text(s.Precision)
	case "quantization":
		return text(s.Quantization)
	case "kv_cache_dtype":
		return text(s.KVCacheDtype)
	case "engine":
		return text(s.Engine)
	case "engine_version":
		return text(s.EngineVersion)
	case "accelerator":
		return text(s.Accelerator)
	case "tp":
		return number(s.Parallel.TP)
	case "pp":
		return number(s.Parallel.PP)
	case "dp":
		return number(s.Parallel.DP)
	case "ep":
		return number(s.Parallel.EP)
	case "max_model_len":
		return number(s.MaxModelLen)
	case "accelerator_count":
		return number(s.AcceleratorCount)
	case "accelerator_memory_gb":
		if s.AcceleratorMemoryGB == nil {
			return "", false
		}
		return strconv.FormatFloat(*s.AcceleratorMemoryGB, 'g', -1, 64), true
	}
	return "", false
}

// fits reports whether the run has the value in the field. Models match with
// or without their owner, scorers with or without their version.
func (r *Run) fits(k, want string) bool {
	if k != "name" && isSubjectField(k) {
		got, ok := subjectField(&r.Artifact.Subject, k)
		if ok && (k == "model" || k == "base_model") && artifact.ModelName(got) == want {
			return true
		}
		return ok && strings.EqualFold(got, want)
	}
	switch k {
	case "id":
		return r.ID == want
	case "kind":
		return string(r.Kind) == want
	case "date":
		return strings.HasPrefix(r.Day, want)
	case "name", "run":
		return r.Name == want
	case "subject":
		return r.Artifact.Subject.Name == want
	case "mode":
		return string(r.Source.Mode) == want
	case "tool":
		return r.Source.Tool == want
	case "status":
		return string(r.Status) == want
	case "protocol":
		return r.Artifact.Protocol.ID == want
	case "simulated":
		return strconv.FormatBool(r.Artifact.Simulated) == want
	case "task":
		return r.Score(want) != nil || r.hasTask(want)
	case "scorer":
		if r.Eval != nil {
			for _, t := range r.Eval.Tasks {
				if t.Scorer != nil && (t.Scorer.Name == want || scorerName(t.Scorer) == want || t.Scorer.Name+"@"+t.Scorer.Version == want) {
					return true
				}
			}
		}
		return false
	}
	v, ok := r.Artifact.Protocol.Parameters[k]
	return ok && fmt.Sprint(v) == want
}

func (r *Run) hasTask(task string) bool {
	return r.Eval != nil && slices.ContainsFunc(r.Eval.Tasks, func(t artifact.Task) bool { return t.Task == task })
}

func scorerName(s *artifact.Scorer) string {
	if s == nil {
		return ""
	}
	if s.Version == "" {
		return s.Name
	}
	return s.Name + " v" + strings.TrimPrefix(s.Version, "v")
}

// Match returns the runs that a reference names, newest first: an id, a hash8,
// or a filter such as "precision=BF16,date=2025-12-22,task=aime24". A filter
// finds standing runs; one that names a scorer, a mode or simulated=true also
// finds those beside or below them. Nothing found is an error that says what is
// there.
func (s *Set) Match(ref string) ([]*Run, error) {
	ref = strings.TrimSpace(ref)
	if r := s.byID[strings.TrimSuffix(ref, ".json")]; r != nil {
		return []*Run{r}, nil
	}
	if runs := s.ByHash(ref); len(runs) > 0 {
		return runs, nil
	}
	if !strings.Contains(ref, "=") {
		return nil, fmt.Errorf("%q is no id, no hash and no filter such as precision=BF16,kind=load", ref)
	}
	type term struct{ k, v string }
	var terms []term
	wide, simulated := false, false
	for part := range strings.SplitSeq(ref, ",") {
		k, v, ok := strings.Cut(part, "=")
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		if !ok || k == "" {
			return nil, fmt.Errorf("%q in the filter %q has no key=value form", part, ref)
		}
		if !isSubjectField(k) && !slices.Contains(runFields, k) && !s.isParameter(k) {
			return nil, fmt.Errorf("filter %q: %s is no field of runs%s", ref, k, nearest(k, slices.Concat(subjectFields, runFields)))
		}
		wide = wide || k == "scorer" || k == "mode"
		simulated = simulated || k == "simulated" && v == "true"
		terms = append(terms, term{k, v})
	}
	pool := s.Standing
	switch {
	case wide:
		pool = s.Runs
	case simulated:
		pool = s.Simulated
	}
	var out []*Run
	for _, r := range pool {
		if r.Withdrawn == nil && r.Artifact.Simulated == simulated && !r.superseded() &&
			!slices.ContainsFunc(terms, func(t term) bool { return !r.fits(t.k, t.v) }) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		// The term that rules out the last candidates is the one to look at.
		left, why := pool, ""
		for _, t := range terms {
			var kept []*Run
			for _, r := range left {
				if r.fits(t.k, t.v) {
					kept = append(kept, r)
				}
			}
			if len(kept) == 0 {
				why = fmt.Sprintf("; no run of the %d left has %s=%s", len(left), t.k, t.v)
				break
			}
			left = kept
		}
		return nil, fmt.Errorf("no run matches %q%s%s", ref, why, idsOf(left, 5))
	}
	return out, nil
}

// superseded reports whether a corrected, resumed or merged run took the place
// of r, so that nothing but its id should find it. Rescores only stand beside.
func (r *Run) superseded() bool {
	return slices.ContainsFunc(r.Children, func(c *Run) bool {
		return c.Withdrawn == nil && r.how(c) != artifact.HowRescore
	})
}

func (s *Set) isParameter(k string) bool {
	return slices.ContainsFunc(s.Runs, func(r *Run) bool { _, ok := r.Artifact.Protocol.Parameters[k]; return ok })
}

// idsOf lists the first ids for a message.
func idsOf(runs []*Run, most int) string {
	if len(runs) == 0 {
		return ""
	}
	var ids []string
	for i, r := range runs {
		if i == most {
			ids = append(ids, fmt.Sprintf("and %d more", len(runs)-most))
			break
		}
		ids = append(ids, r.ID)
	}
	return ": " + strings.Join(ids, ", ")
}

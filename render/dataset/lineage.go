package dataset

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// scorerRef names a scorer; without a version every version is meant.
type scorerRef struct{ name, version string }

// ownScorer names the rule that belongs to a task: its result stands, those of
// other rules are shown beside it. The suites of benchsite name the version by
// which they are scored, so that a later one does not take the place of results
// that were published.
var ownScorer = map[string]scorerRef{
	"accuracy-suite-v1": {"decidable", ""},
	"decidable-40-zh":   {"typed-lenient", "1"},
	"decidable-40-en":   {"typed-lenient", "1"},
	"math-500":          {"boxed", "2"},
	"aime-2024":         {"integer", "1"},
	"aime-2025":         {"integer", "1"},
	"mmlu-pro":          {"choice", "1"},
	"gpqa-diamond":      {"choice", "1"},
}

// mathTasks are the beginnings of names of tasks whose answers are formulas or
// numbers in a box.
var mathTasks = []string{"aime", "hendrycks_math", "math-500", "math500", "math_500", "minerva_math"}

// shortAnswers are suites whose questions are answered in a word: a short reply
// is the whole task.
var shortAnswers = []string{"accuracy-suite-v1", "decidable-40-zh", "decidable-40-en"}

// suiteScorer returns the scorer that belongs to a task, the zero value when none
// does.
func suiteScorer(task string) scorerRef {
	if s, ok := ownScorer[task]; ok {
		return s
	}
	t := strings.ToLower(task)
	for _, m := range mathTasks {
		if strings.HasPrefix(t, m) {
			return scorerRef{name: "boxed"}
		}
	}
	return scorerRef{}
}

// asPublished are scorers that repeat verdicts known to be wrong.
var asPublished = []string{"legacy-2025"}

// linkParents connects children to the parents that derived_from names and
// decides which runs stand.
func (s *Set) linkParents() {
	for _, r := range s.Runs {
		r.Standing = r.Withdrawn == nil && r.Kind != artifact.KindSubject
		for _, d := range r.DerivedFrom {
			if p := s.byID[d.ID]; p != nil && p != r {
				r.Parents = append(r.Parents, p)
				p.Children = append(p.Children, r)
			}
		}
	}
	// A child is in place before its own children are looked at, whatever the
	// order of the runs: stand follows the line down by itself.
	for _, r := range s.Runs {
		slices.SortFunc(r.Children, newestFirst)
		if len(r.Children) == 0 {
			continue
		}
		if to := s.successor(r); to != nil {
			r.Standing, r.Replacer = false, to
		}
		for _, c := range r.Children {
			if r.how(c) == artifact.HowRescore && c != r.Replacer && c.Standing && c.Withdrawn == nil {
				c.Standing, c.Rival = false, true
			}
		}
	}
	for _, r := range s.Runs {
		// The last of a line stands for all of it.
		for to, seen := r.Replacer, 0; to != nil && to.Replacer != nil && seen < len(s.Runs); seen++ {
			to = to.Replacer
			r.Replacer = to
		}
	}
}

// how tells in which way c follows from r.
func (r *Run) how(c *Run) artifact.How {
	for _, d := range c.DerivedFrom {
		if d.ID == r.ID {
			return d.How
		}
	}
	return ""
}

// successor returns the child that stands instead of r, or nil when r stands.
//
// A corrected, resumed or merged run replaces its parent. Rescores of one
// parent are alternatives: the one by the task's own scorer stands, the highest
// version first. Where none of them is, a single rescore replaces its parent,
// unless the parent was scored by the task's own rule or the rescore repeats
// published verdicts; of several the parent stands, since nothing chooses
// between them.
func (s *Set) successor(r *Run) *Run {
	var rescores []*Run
	for _, c := range r.Children { // newest first
		switch {
		case c.Withdrawn != nil || c.Artifact.Simulated != r.Artifact.Simulated:
		case r.how(c) == artifact.HowRescore:
			rescores = append(rescores, c)
		default:
			return c
		}
	}
	if len(rescores) == 0 {
		return nil
	}
	slices.SortStableFunc(rescores, func(a, b *Run) int {
		return cmp.Or(cmp.Compare(b.scorerVersion(), a.scorerVersion()), newestFirst(a, b))
	})
	for _, c := range rescores {
		if c.ownScored() {
			return c
		}
	}
	if one := rescores[0]; len(rescores) == 1 && !r.ownScored() && !one.publishedScored() {
		return one
	}
	return nil
}

// mainScorer is the scorer of the first task that has one.
func (r *Run) mainScorer() (task string, sc *artifact.Scorer) {
	if r.Eval == nil {
		return "", nil
	}
	for _, t := range r.Eval.Tasks {
		if t.Scorer != nil {
			return t.Task, t.Scorer
		}
	}
	return "", nil
}

func (r *Run) ownScored() bool {
	task, sc := r.mainScorer()
	own := suiteScorer(task)
	return sc != nil && sc.Name == own.name && (own.version == "" || strings.TrimPrefix(sc.Version, "v") == own.version)
}

func (r *Run) publishedScored() bool {
	_, sc := r.mainScorer()
	return sc != nil && slices.Contains(asPublished, sc.Name)
}

func (r *Run) scorerVersion() int {
	_, sc := r.mainScorer()
	if sc == nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(sc.Version, "v"))
	return n
}

// Origin returns the run at the head of the line that r comes from: r itself
// when it has no parent.
func (r *Run) Origin() *Run {
	for seen := 0; len(r.Parents) > 0 && seen < 64; seen++ {
		r = r.Parents[0]
	}
	return r
}

// Alternatives returns the other runs of the same line that show another
// verdict on the same replies: the parent that r replaced by rescoring and the
// parent's other rescores, oldest rule first as the parent lists them.
func (r *Run) Alternatives() []*Run {
	var out []*Run
	for _, p := range r.Parents {
		if p.how(r) != artifact.HowRescore {
			continue
		}
		out = append(out, p)
		for _, c := range p.Children {
			if c != r && p.how(c) == artifact.HowRescore && c.Withdrawn == nil {
				out = append(out, c)
			}
		}
	}
	for _, c := range r.Children {
		if r.how(c) == artifact.HowRescore && c.Withdrawn == nil {
			out = append(out, c)
		}
	}
	return out
}

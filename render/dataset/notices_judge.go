package dataset

import "benchsite/collect/artifact"

// judgeUndecided: the judge model gave no verdict on some answers.
func judgeUndecided(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, s *Score) []Notice {
		j := t.Judge
		if j == nil || j.Unreadable+j.Failed == 0 {
			return nil
		}
		return one("judge-undecided", Warn, map[string]any{"undecided": int(j.Unreadable + j.Failed), "n": items(t, s), "judge": j.Model})
	})
}

// judgeIsSubject: the model under test judged its own answers. Models are known
// to like their own.
func judgeIsSubject(_ *Set, r *Run) []Notice {
	return tasks(r, func(t *artifact.Task, _ *Score) []Notice {
		if t.Judge == nil || t.Judge.Model == "" || t.Judge.Model != r.Artifact.Subject.Model {
			return nil
		}
		return one("judge-is-subject", Warn, map[string]any{"judge": t.Judge.Model})
	})
}

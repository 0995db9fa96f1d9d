package dataset

import (
	"fmt"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// scoreFields are the figures of a task by their names in expressions.
var scoreFields = []string{
	"correct", "wrong", "unparsed", "truncated", "error", "n", "of", "score", "ci_lo", "ci_hi", "stderr", "scorer", "metric",
	"version", "median_reply_chars",
}

// evalValue evaluates [<task>.]<field>, and [<task>.]metric.<metric>[.<filter>].
func (r *Run) evalValue(rest string) (v Value, ok bool, err error) {
	task, field := "", rest
	for i := range r.Eval.Tasks {
		name := r.Eval.Tasks[i].Task
		if f, has := strings.CutPrefix(rest, name+"."); has && len(name) > len(task) {
			task, field = name, f
		}
	}
	head, _, _ := strings.Cut(field, ".")
	if !slices.Contains(scoreFields, field) && head != "metric" {
		if task != "" || !slices.Contains([]string{"tasks", "tokens", "duration_s"}, head) {
			return v, true, fmt.Errorf("eval.%s names no task and figure of %s: tasks are %s; figures are %s",
				rest, r.ID, strings.Join(r.taskNames(), ", "), strings.Join(scoreFields, ", "))
		}
		return v, false, nil
	}
	if task == "" {
		if len(r.Eval.Tasks) != 1 {
			return v, true, fmt.Errorf("%s has the tasks %s; write eval.<task>.%s", r.ID, strings.Join(r.taskNames(), ", "), field)
		}
		task = r.Eval.Tasks[0].Task
	}
	t, s := taskOf(r, task), r.Score(task)
	if t.Status == artifact.TaskNotRun {
		return v, true, fmt.Errorf("%s was not run in %s: %s", task, r.ID, deref(t.Reason))
	}
	count := func(p *int64) (Value, bool, error) {
		if p == nil {
			return v, true, r.missing("eval." + task + "." + field)
		}
		return Value{Kind: KindCount, Num: float64(*p)}, true, nil
	}
	o := t.Outcomes
	if o == nil {
		o = &artifact.Outcomes{}
	}
	switch field {
	case "wrong":
		return count(o.Wrong)
	case "unparsed":
		return count(o.Unparsed)
	case "truncated":
		return count(o.Truncated)
	case "error":
		return count(o.Error)
	case "of":
		return count(t.Dataset.Of)
	case "scorer":
		if t.Scorer == nil {
			return v, true, r.missing("eval." + task + ".scorer")
		}
		return Value{Kind: KindText, Text: scorerName(t.Scorer)}, true, nil
	case "version":
		if t.Version == nil {
			return v, true, r.missing("eval." + task + ".version")
		}
		return Value{Kind: KindText, Text: *t.Version}, true, nil
	case "median_reply_chars":
		m, known := r.ReplyChars(task)
		if !known {
			return v, true, fmt.Errorf("%s holds no replies to %s", r.ID, task)
		}
		return Value{Kind: KindCount, Num: m}, true, nil
	}
	if head == "metric" && field != "metric" {
		v, err := metricValue(t, strings.TrimPrefix(field, "metric."))
		return v, true, err
	}
	if s == nil {
		return v, true, r.missing("eval." + task + "." + field)
	}
	switch field {
	case "correct":
		if s.Correct < 0 {
			return v, true, fmt.Errorf("the score of %s in %s is no count of items", task, r.ID)
		}
		return Value{Kind: KindCount, Num: float64(s.Correct)}, true, nil
	case "n":
		return Value{Kind: KindCount, Num: float64(s.N)}, true, nil
	case "score":
		return Value{Kind: s.Kind(), Num: s.Value}, true, nil
	case "metric":
		return Value{Kind: KindText, Text: s.Metric}, true, nil
	case "stderr":
		if s.Stderr == nil {
			return v, true, r.missing("eval." + task + ".stderr")
		}
		if s.Number() {
			return Value{Kind: KindFigure, Num: *s.Stderr}, true, nil
		}
		return Value{Kind: KindPoints, Num: *s.Stderr}, true, nil
	}
	if !s.Interval {
		return v, true, fmt.Errorf("the score of %s in %s has no interval", task, r.ID)
	}
	if field == "ci_lo" {
		return Value{Kind: s.Kind(), Num: s.Lo}, true, nil
	}
	return Value{Kind: s.Kind(), Num: s.Hi}, true, nil
}

func (r *Run) taskNames() []string {
	var out []string
	for _, t := range r.Eval.Tasks {
		out = append(out, t.Task)
	}
	return out
}

func metricValue(t *artifact.Task, name string) (Value, error) {
	var known []string
	for i := range t.Metrics {
		m := &t.Metrics[i]
		full := m.Metric
		if m.Filter != nil {
			full += "." + *m.Filter
		}
		known = append(known, full)
		if (full == name || m.Metric == name) && m.Value != nil {
			if isNumber(m.Metric, *m.Value) {
				return Value{Kind: KindFigure, Num: *m.Value}, nil
			}
			return Value{Kind: KindShare, Num: *m.Value}, nil
		}
	}
	return Value{}, fmt.Errorf("%s has no metric %q%s", t.Task, name, nearest(name, known))
}

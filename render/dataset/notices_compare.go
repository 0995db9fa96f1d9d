package dataset

import (
	"slices"

	"benchsite/collect/artifact"
)

// comparisonNotices are the traps of reading two runs side by side. The runs of
// each notice are the baseline, then the subject.
func comparisonNotices(c *Comparison) []Notice {
	var out []Notice
	add := func(code string, severity Severity, task string, slots map[string]any, fields []Field) {
		slots["subject"], slots["baseline"] = c.B.Who.Name, c.A.Who.Name
		out = append(out, Notice{Code: code, Severity: severity, Task: task, Slots: slots, Runs: []*Run{c.A, c.B}, Fields: fields})
	}
	unequal := func(fields []Field) ([]Field, []string) {
		d := differing(fields)
		names := make([]string, len(d))
		for i, f := range d {
			names[i] = f.Name
		}
		return d, names
	}

	if !c.Comparable {
		fields, names := unequal(c.Protocol)
		if len(names) == 0 { // what one side alone recorded keeps the ids apart
			for _, f := range c.Protocol {
				if f.Verdict == Unknown {
					fields, names = append(fields, f), append(names, f.Name)
				}
			}
		}
		// A rule of scoring has a notice of its own, which says more; with the
		// rule goes the filter that belonged to it.
		scoring := slices.Contains(names, "scorer") && !slices.ContainsFunc(names, func(n string) bool { return n != "scorer" && n != "filter" })
		if !scoring {
			add("protocol-mismatch", Warn, "", map[string]any{"fields": names}, fields)
		}
	}
	if c.AsRecorded {
		var names []string
		for _, f := range c.Protocol {
			if f.Verdict == Unknown {
				names = append(names, f.Name)
			}
		}
		add("unknown-parameters", Info, "", map[string]any{"fields": names}, nil)
	}
	if fields, names := unequal(argumentsAlone(c.Arguments)); len(names) > 0 {
		add("server-args-differ", Warn, "", map[string]any{"fields": names}, fields)
	}
	if n := engineNotice(c); n != nil {
		add("engine-version-differs", Warn, "", n, nil)
	}
	if fields, names := unequal(c.Environment); len(names) > 0 {
		add("environment-differs", Warn, "", map[string]any{"fields": names}, fields)
	}
	if a, b := c.A.Origin().Source.Tool, c.B.Origin().Source.Tool; a != b {
		add("tool-differs", Warn, "", map[string]any{"tool_a": b, "tool_b": a}, nil)
	}
	for _, t := range c.Tasks {
		if !t.ScorerSame {
			add("scorer-differs", Invalid, t.Task, map[string]any{
				"scorer_a": scorerName(t.B.Scorer), "scorer_b": scorerName(t.A.Scorer),
			}, nil)
		}
		// Outputs of one line of rescores are the same by definition.
		if p := t.Paired; p != nil && p.Outputs > 0 && 2*p.Identical >= p.Outputs && c.A.Origin() != c.B.Origin() {
			add("identical-outputs", Info, t.Task, map[string]any{"same": p.Identical, "n": p.Outputs}, nil)
		}
		if c.Comparable {
			if n := filterRanking([]*Run{c.A, c.B}, t.Task); n != nil {
				out = append(out, *n)
			}
		}
	}
	sortNotices(out)
	return out
}

// argumentsAlone leaves out how the model is split over how many devices: the
// name of the subject says it, and a comparison of both is about just that.
func argumentsAlone(fields []Field) []Field {
	held := []string{"tp", "pp", "dp", "ep", "accelerator_count"}
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return slices.Contains(held, f.Name) })
}

// engineNotice gives the slots when both engines are known and are not one.
func engineNotice(c *Comparison) map[string]any {
	a, b := &c.A.Artifact.Subject, &c.B.Artifact.Subject
	if a.Engine == nil || b.Engine == nil {
		return nil
	}
	known := a.EngineVersion != nil && b.EngineVersion != nil
	if *a.Engine == *b.Engine && (!known || *a.EngineVersion == *b.EngineVersion) {
		return nil
	}
	return map[string]any{
		"engine": *b.Engine, "va": optional(b.EngineVersion), "vb": optional(a.EngineVersion), "engine_b": *a.Engine,
	}
}

// filterRanking finds a metric that two filters of the task rank differently:
// another subject comes first, and alone. It gives nil when the order holds.
func filterRanking(runs []*Run, task string) *Notice {
	type ranking struct {
		filter, first string
	}
	byMetric := map[string][]ranking{}
	var order []string
	base := taskOf(runs[0], task)
	if base == nil || len(runs) < 2 {
		return nil
	}
	for i := range base.Metrics {
		m := &base.Metrics[i]
		if m.Filter == nil || m.Value == nil {
			continue
		}
		best, second, first := 0.0, 0.0, ""
		for j, r := range runs {
			v := filtered(taskOf(r, task), m)
			if v == nil {
				first = ""
				break
			}
			x := *v
			if deref(m.Better) == string(Lower) {
				x = -x
			}
			switch {
			case j == 0 || x > best:
				if j > 0 {
					second = best
				} else {
					second = x - 1
				}
				best, first = x, r.Who.Name
			case x > second:
				second = x
			}
		}
		if first == "" || best == second {
			continue
		}
		if len(byMetric[m.Metric]) == 0 {
			order = append(order, m.Metric)
		}
		byMetric[m.Metric] = append(byMetric[m.Metric], ranking{*m.Filter, first})
	}
	for _, name := range order {
		list := byMetric[name]
		for _, other := range list[1:] {
			if other.first != list[0].first {
				return &Notice{
					Code: "filter-changes-ranking", Severity: Warn, Task: task, Runs: slices.Clone(runs),
					Slots: map[string]any{
						"metric": name, "filter_a": list[0].filter, "first_a": list[0].first, "filter_b": other.filter, "first_b": other.first,
					},
				}
			}
		}
	}
	return nil
}

func taskOf(r *Run, task string) *artifact.Task {
	if r.Eval == nil {
		return nil
	}
	for i := range r.Eval.Tasks {
		if r.Eval.Tasks[i].Task == task {
			return &r.Eval.Tasks[i]
		}
	}
	return nil
}

// filtered is the value of the same metric under the same filter.
func filtered(t *artifact.Task, like *artifact.Metric) *float64 {
	if t == nil {
		return nil
	}
	for i := range t.Metrics {
		if m := &t.Metrics[i]; m.Metric == like.Metric && deref(m.Filter) == *like.Filter {
			return m.Value
		}
	}
	return nil
}

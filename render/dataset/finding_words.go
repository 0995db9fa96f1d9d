package dataset

import (
	"cmp"
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

func ratioFinding(c *Comparison, m *MetricPair) Finding {
	f := Finding{
		Template: "ratio-higher", Lead: Value{Kind: KindRatio, Num: m.Ratio}, Metric: m.Term, Path: m.Path, Kind: m.Kind,
		Run: c.B, Baseline: c.A, Pair: c,
		Slots: map[string]any{
			"subject": c.B.Who.Name, "baseline": c.A.Who.Name, "metric": m.Term,
			"ratio": m.Ratio, "rel": math.Abs(m.Relative), "a": m.B, "b": m.A,
		},
	}
	if m.Ratio < 1 {
		f.Template = "ratio-lower"
	}
	return f
}

func latencyFinding(c *Comparison, m *MetricPair) Finding {
	f := Finding{
		Template: "latency-lower", Lead: Value{Kind: KindRelative, Num: m.Relative}, Metric: m.Term, Path: m.Path, Kind: m.Kind,
		Run: c.B, Baseline: c.A, Pair: c,
		Slots: map[string]any{
			"subject": c.B.Who.Name, "baseline": c.A.Who.Name, "metric": m.Term, "percentile": m.Part,
			"rel": math.Abs(m.Relative), "a": m.B, "b": m.A,
		},
	}
	if m.Relative > 0 {
		f.Template = "latency-higher"
	}
	return f
}

// scalingFinding relates the ratio to the number of devices.
func scalingFinding(c *Comparison, m *MetricPair) Finding {
	device := "gpu"
	if c.A.MIG() && c.B.MIG() {
		device = "mig"
	}
	n1, n2 := c.A.Devices(), c.B.Devices()
	return Finding{
		Template: "scaling", Lead: Value{Kind: KindRatio, Num: m.Ratio}, Metric: m.Term, Path: m.Path, Kind: m.Kind,
		Run: c.B, Baseline: c.A, Pair: c,
		Slots: map[string]any{
			"n1": n1, "n2": n2, "device": device, "metric": m.Term, "a": m.B, "b": m.A, "ratio": m.Ratio,
			"linear": float64(n2) / float64(n1),
		},
	}
}

func repeatsFinding(r *Run, group []*Run, m *metric) Finding {
	rep := stats.NewRepeats(valuesOf(*m, group))
	all := stats.Summarize(valuesOf(*m, group))
	f := Finding{
		Template: "repeats", Lead: Value{Kind: m.kind, Num: rep.Median}, Metric: m.term, Path: m.path, Kind: m.kind, Run: r,
		Slots: map[string]any{
			"subject": r.Who.Name, "metric": m.term, "percentile": m.part, "n": rep.N, "median": rep.Median, "min": all.Min, "max": all.Max,
		},
	}
	if rep.Spread == stats.SpreadRange {
		f.More = []Finding{{Template: "repeats-few", Slots: map[string]any{}}}
	}
	return f
}

func failures(r *Run) Finding {
	q := &r.Load.Requests
	f := Finding{
		Template: "failures-some", Metric: "failure-rate", Run: r,
		Slots: map[string]any{
			"failed": int(deref(q.Failed)), "offered": int(deref(q.Offered)), "completed": int(deref(q.Completed)),
		},
	}
	switch {
	case deref(q.Failed) == 0:
		f.Template = "failures-zero"
	case deref(q.Completed) == 0:
		f.Template = "failures-all"
	}
	if n := deref(q.Offered); n > 0 {
		f.Lead = Value{Kind: KindShare, Num: float64(deref(q.Failed)) / float64(n)}
	}
	return f
}

// evalFindings: what was cut off says nothing and comes first; then what the
// tests found, then the pairs with the baseline from the farthest subject in
// display order, then the other pairs, the scores, and what rescoring changed.
func (t *Topic) evalFindings() {
	cut := map[*Run]bool{}
	for _, r := range t.Runs {
		if f, ok := allTruncated(r, t.Task); ok {
			cut[r] = true
			t.Findings = append(t.Findings, f)
		}
	}
	var texts, found, base, rest []Finding
	for _, c := range slices.Backward(t.Pairs) {
		pair := c.Task(t.Task)
		if pair == nil || !pair.Comparable || cut[c.A] || cut[c.B] {
			continue
		}
		f, sure, ok := taskFinding(c, pair)
		switch {
		case !ok:
		case sure && pair.Texts != nil && c.A == t.Baseline:
			texts = append(texts, f)
		case sure:
			found = append(found, f)
		case c.A == t.Baseline:
			base = append(base, f)
		default:
			rest = append(rest, f)
		}
	}
	t.Findings = slices.Concat(t.Findings, texts, found, base, rest)
	for _, r := range t.Runs {
		if s := r.Score(t.Task); s != nil && !cut[r] {
			t.Findings = append(t.Findings, scoreFinding(r, s))
		}
	}
	if f, ok := t.filterFinding(); ok {
		t.Findings = append(t.Findings, f)
	}
	for _, r := range t.Runs {
		if f, ok := rescoredFinding(r, t.Task); ok {
			t.Findings = append(t.Findings, f)
		}
	}
}

// NamedValue is a figure of one run in a list of a sentence.
type NamedValue struct {
	Name  string
	Run   *Run
	Value float64
}

// filterFinding lists the scores by the two filters that rank the runs
// differently, the highest first.
func (t *Topic) filterFinding() (Finding, bool) {
	n := filterRanking(t.Runs, t.Task)
	if n == nil {
		return Finding{}, false
	}
	first := func(name string) *artifact.Metric {
		for _, m := range taskOf(t.Runs[0], t.Task).Metrics {
			if m.Metric == n.Slots["metric"] && deref(m.Filter) == name && m.Value != nil {
				return &m
			}
		}
		return nil
	}
	f := Finding{Template: "filter-reverses", Metric: "score", Kind: KindShare, Run: t.Runs[0], Slots: map[string]any{"task": t.Task}}
	for slot, name := range map[string]string{"a": n.Slots["filter_a"].(string), "b": n.Slots["filter_b"].(string)} {
		m := first(name)
		var list []NamedValue
		for _, r := range t.Runs {
			list = append(list, NamedValue{r.Who.Name, r, *filtered(taskOf(r, t.Task), m)})
		}
		slices.SortStableFunc(list, func(a, b NamedValue) int {
			if deref(m.Better) == string(Lower) {
				a, b = b, a
			}
			return cmp.Compare(b.Value, a.Value)
		})
		f.Slots["filter_"+slot], f.Slots["list_"+slot] = name, list
	}
	return f, true
}

func allTruncated(r *Run, task string) (Finding, bool) {
	s, t := r.Score(task), taskOf(r, task)
	n := items(t, s)
	if n == 0 {
		return Finding{}, false
	}
	cut := 0
	if t.Outcomes != nil {
		cut = int(deref(t.Outcomes.Truncated))
	}
	if cut < n { // a source without finish reasons shows it by open thinking
		cut = 0
		list, _ := r.Items()
		for _, it := range list {
			if it.Task == task && it.Open {
				cut++
			}
		}
	}
	if cut < n {
		return Finding{}, false
	}
	var limit any
	if v, ok := number(r.Artifact.Protocol.Parameters["max_tokens"]); ok {
		limit = int(v)
	}
	k := 0
	if s != nil {
		k = max(s.Correct, 0)
	}
	return Finding{
		Template: "all-truncated", Lead: Value{Kind: KindText, Text: countText(s)}, Metric: "score", Kind: KindShare, Run: r,
		Slots: map[string]any{"subject": r.Who.Name, "task": task, "n": n, "k": k, "max_tokens": limit},
	}, true
}

// taskFinding words one pair; sure reports that the test found a difference.
func taskFinding(c *Comparison, t *TaskPair) (f Finding, sure, ok bool) {
	slots := map[string]any{"subject": c.B.Who.Name, "baseline": c.A.Who.Name, "task": t.Task}
	f = Finding{Slots: slots, Metric: "score", Kind: KindShare, Run: c.B, Baseline: c.A, Pair: c}
	way := func(diff float64) string {
		if diff < 0 {
			return "-lower"
		}
		return "-higher"
	}
	switch {
	case t.Texts != nil && t.Texts.Known:
		x := t.Texts
		slots["text_ratio"], slots["text_lo"], slots["text_hi"] = x.Ratio, x.Lo, x.Hi
		f.Template, f.Lead = "texts-none", Value{Kind: KindRelative, Num: x.Ratio - 1}
		if x.Found {
			f.Template = "texts" + way(x.Ratio-1)
		}
		return f, x.Found, true
	case t.Paired != nil:
		p := t.Paired
		for k, v := range map[string]any{
			"ka": p.RightB(), "kb": p.RightA(), "n": p.N, "fa": p.OnlyB, "fb": p.OnlyA, "p": p.P, "holm": p.Holm,
			"family": p.Family, "diff": p.Difference, "abs": math.Abs(p.Difference), "lo": p.Lo, "hi": p.Hi,
		} {
			slots[k] = v
		}
		f.Template, f.Lead = "paired-none", Value{Kind: KindP, Num: p.Holm} // the value that decides
		if p.Found {
			f.Template = "paired-found" + way(p.Difference)
			f.Lead = Value{Kind: KindPoints, Num: p.Difference}
		}
		if p.DetectableOK {
			f.More = []Finding{{Template: "mde", Slots: map[string]any{
				"n": p.N, "flips": p.Paired.Flips(), "mde": p.Detectable, "k": p.DetectableItems,
			}}}
		}
		return f, p.Found, true
	case t.Means != nil:
		m := t.Means
		for k, v := range map[string]any{
			"a": t.B.Value, "b": t.A.Value, "n": m.N, "k": m.Repeats, "diff": m.Mean.Mean, "abs": math.Abs(m.Mean.Mean),
		} {
			slots[k] = v
		}
		if !m.Interval { // no item differs, or all by the same
			f.Template, f.Lead = "means-same", Value{Kind: KindPoints, Num: m.Mean.Mean}
			return f, false, true
		}
		for k, v := range map[string]any{"p": m.P, "holm": m.Holm, "family": m.Family, "lo": m.Lo, "hi": m.Hi} {
			slots[k] = v
		}
		f.Template, f.Lead = "means-none", Value{Kind: KindP, Num: m.Holm}
		if m.Found {
			f.Template, f.Lead = "means-found"+way(m.Mean.Mean), Value{Kind: KindPoints, Num: m.Mean.Mean}
		}
		if m.Units < m.N {
			f.More = []Finding{{Template: "clusters", Slots: map[string]any{"n": m.N, "units": m.Units}}}
		}
		return f, m.Found, true
	case t.Unpaired != nil:
		u := t.Unpaired
		for k, v := range map[string]any{
			"a": t.B.Value, "b": t.A.Value, "diff": u.Difference, "abs": math.Abs(u.Difference), "lo": u.Lo, "hi": u.Hi,
		} {
			slots[k] = v
		}
		f.Template, f.Lead = "unpaired-none", Value{Kind: KindPoints, Num: u.Difference}
		if u.Found {
			f.Template = "unpaired-found" + way(u.Difference)
		}
		return f, u.Found, true
	}
	return Finding{}, false, false
}

func scoreFinding(r *Run, s *Score) Finding {
	f := Finding{
		Template: "score", Lead: Value{Kind: KindShare, Num: s.Value}, Metric: "score", Kind: KindShare, Run: r,
		Slots: map[string]any{
			"subject": r.Who.Name, "task": s.Task, "k": s.Correct, "n": s.N, "pct": s.Value, "lo": s.Lo, "hi": s.Hi,
			"wrong": nil, "unparsed": nil, "truncated": nil, "error": nil,
		},
	}
	o := s.Info.Outcomes
	if o == nil {
		o = &artifact.Outcomes{}
	}
	for name, p := range map[string]*int64{"wrong": o.Wrong, "unparsed": o.Unparsed, "truncated": o.Truncated, "error": o.Error} {
		if p == nil {
			f.Template = "score-unknown"
			continue
		}
		f.Slots[name] = int(*p)
	}
	if s.Metric == "perplexity" && s.Interval && s.Info.Text != nil {
		f.Template, f.Lead = "perplexity", Value{Kind: KindFigure, Num: s.Value}
		f.Slots = map[string]any{
			"subject": r.Who.Name, "task": s.Task, "perplexity": s.Value, "perplexity_lo": s.Lo, "perplexity_hi": s.Hi, "tokens": int(s.Info.Text.Tokens),
		}
		return f
	}
	if s.Correct < 0 { // a mean is no count of items
		f.Template, f.Kind, f.Lead.Kind = "value", s.Kind(), s.Kind()
		f.Slots["metric"], f.Slots["a"] = "score", s.Value
	}
	return f
}

// rescoredFinding relates a standing rescore to the verdicts of its parent.
func rescoredFinding(r *Run, task string) (Finding, bool) {
	for _, parent := range r.Parents {
		now, old := r.Score(task), parent.Score(task)
		if parent.how(r) != artifact.HowRescore || now == nil || old == nil || now.Correct < 0 || old.Correct < 0 {
			continue
		}
		f := Finding{
			Template: "published-rescored", Lead: Value{Kind: KindShare, Num: now.Value}, Metric: "score", Kind: KindShare,
			Run: r, Baseline: parent,
			Slots: map[string]any{
				"subject": r.Who.Name, "task": task, "old": countText(old), "new": countText(now), "n": now.N,
				"scorer": scorerName(now.Scorer), "up": nil, "down": nil,
			},
		}
		if p := pairItems(parent, r, task); p != nil {
			if p.Paired.Flips() == 0 {
				return Finding{}, false // the other rule changed no verdict
			}
			f.Slots["up"], f.Slots["down"] = p.OnlyB, p.OnlyA
		}
		return f, true
	}
	return Finding{}, false
}

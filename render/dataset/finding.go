package dataset

import (
	"cmp"
	"math"
	"slices"

	"benchsite/collect/artifact"
)

// Topic is a group of runs under one protocol within one family, with what can
// be said about them: one entry of the overview, or one part of a report.
type Topic struct {
	Kind      string // "load" or "eval"
	Task      string // of an evaluation
	Family    string
	Date      string // ISO day of its newest run
	Protocol  *Protocol
	Runs      []*Run          // one per subject (the newest), display order: the baseline first
	Repeats   map[*Run][]*Run // all repeats of the subject under the protocol, the run itself first
	Baseline  *Run            // nil when there is nothing to compare with
	Pairs     []*Comparison   // all pairs, Holm corrected; with many subjects only those with the baseline
	Findings  []Finding       // the first is the headline
	Caveats   []Notice        // of its runs and of the pairs with the baseline, the strongest first
	Scaling   bool            // subjects differ in nothing but the number of devices
	Simulated bool
	Imported  bool // no run was measured by benchsite itself
}

// Finding is one composed sentence with its doubt. Template is a key of the
// catalogue without its prefix; Slots holds raw figures (float64 in seconds and
// shares, int, string) by slot name. Further sentences of the same paragraph
// follow in More.
type Finding struct {
	Template string
	Slots    map[string]any
	Lead     Value  // the figure that is set large
	Metric   string // term of the metric, for loads; "score" for evaluations
	Path     string // into the artifact, "" for evaluations
	Kind     Kind   // of the slots a and b
	Run      *Run   // the subject
	Baseline *Run   // nil for findings about one run
	Pair     *Comparison
	More     []Finding // doubts and details
}

// mostPaired is the number of subjects up to which every pair is compared;
// beyond it each is compared with the baseline alone.
const mostPaired = 12

// Topics returns what the standing runs say: by type of test, the type with the
// newest run first, newest first within a type. Simulated runs take no part.
func (s *Set) Topics() []*Topic {
	s.topics.once.Do(func() { s.topics.list = tell(arrange(s.Standing, nil)) })
	return s.topics.list
}

// SimulatedTopics is [Set.Topics] over the simulated runs.
func (s *Set) SimulatedTopics() []*Topic {
	s.simulatedTopics.once.Do(func() { s.simulatedTopics.list = tell(arrange(s.Simulated, nil)) })
	return s.simulatedTopics.list
}

// tell composes the findings of topics that are arranged and tested.
func tell(topics []*Topic) []*Topic {
	for _, t := range topics {
		if t.Kind == string(artifact.KindEval) {
			t.evalFindings()
		} else {
			t.loadFindings()
		}
	}
	pool(topics)
	return topics
}

// arrange groups runs into topics and compares them; each topic is a family of
// tests. The baseline, when given, goes before the display order; a run of the
// same model and precision takes its place where it was not measured itself.
func arrange(runs []*Run, baseline *Run) []*Topic {
	type key struct {
		protocol     *Protocol
		family, task string
	}
	groups := map[key]*Topic{}
	var out []*Topic
	for _, r := range runs {
		names := []string{""}
		if r.Kind == artifact.KindEval {
			names = nil
			for i := range r.Scores {
				names = append(names, r.Scores[i].Task)
			}
		}
		for _, task := range names {
			k := key{r.How, r.Who.Family, task}
			t := groups[k]
			if t == nil {
				t = &Topic{
					Kind: string(r.Kind), Task: task, Family: r.Who.Family, Protocol: r.How, Imported: true,
					Simulated: r.Artifact.Simulated, Repeats: map[*Run][]*Run{},
				}
				groups[k] = t
				out = append(out, t)
			}
			t.Runs = append(t.Runs, r)
		}
	}
	for _, t := range out {
		t.compose(baseline)
	}
	newest := map[string]string{}
	for _, t := range out {
		newest[t.Kind] = max(newest[t.Kind], t.Date)
	}
	slices.SortStableFunc(out, func(a, b *Topic) int {
		return cmp.Or(
			cmp.Compare(newest[b.Kind], newest[a.Kind]), cmp.Compare(b.Kind, a.Kind), cmp.Compare(b.Date, a.Date),
			-cmp.Compare(len(a.Runs), len(b.Runs)), newestFirst(a.Runs[0], b.Runs[0]), cmp.Compare(a.Task, b.Task),
		)
	})
	return out
}

// leastLatency is the smallest relative change of latency that is worth a
// sentence: smaller ones read "0.0% lower".
const leastLatency = 0.0005

// compose orders the runs and compares them.
func (t *Topic) compose(baseline *Run) {
	SortForDisplay(t.Runs)
	if baseline != nil {
		slices.SortStableFunc(t.Runs, func(a, b *Run) int {
			return cmp.Or(
				compareBool(a.Who != baseline.Who, b.Who != baseline.Who),
				compareBool(!sameVariant(a.Who, baseline.Who), !sameVariant(b.Who, baseline.Who)),
			)
		})
	}
	var heads []*Run
	var groups [][]*Run
	var last *Subject
	for _, r := range t.Runs {
		t.Date = max(t.Date, r.Day)
		t.Imported = t.Imported && r.Source.Mode != artifact.ModeMeasured
		if r.Who == last {
			if at := len(groups) - 1; r.repeats(heads[at]) {
				groups[at] = append(groups[at], r)
			}
			continue // an older engine version is for the trends
		}
		last = r.Who
		heads, groups = append(heads, r), append(groups, []*Run{r})
	}
	for i, h := range heads {
		t.Repeats[h] = groups[i]
	}
	t.Runs = heads
	t.Scaling = scales(heads)
	if len(heads) > 1 {
		t.Baseline = heads[0]
		if len(heads) <= mostPaired {
			t.Pairs = FamilyOfGroups(groups)
		} else {
			for _, g := range groups[1:] {
				t.Pairs = append(t.Pairs, Compare(groups[0], g))
			}
		}
		correct(t.tests())
	}
	lists := make([][]Notice, 0, len(heads)+len(t.Pairs))
	for _, h := range heads {
		var own []Notice
		for _, n := range h.Notices {
			if n.Task == "" || n.Task == t.Task {
				own = append(own, n)
			}
		}
		lists = append(lists, own)
	}
	for _, c := range t.Pairs {
		if c.A == t.Baseline {
			lists = append(lists, slices.DeleteFunc(slices.Clone(c.Notices), func(n Notice) bool {
				return n.Code == "filter-changes-ranking" || n.Code == "unknown-parameters" || n.Task != "" && n.Task != t.Task
			}))
		}
	}
	if n := filterRanking(heads, t.Task); n != nil && t.Kind == string(artifact.KindEval) {
		lists = append(lists, []Notice{*n})
	}
	t.Caveats = Gather(lists...)
}

// tests are the paired tests of the topic's task.
func (t *Topic) tests() []tested {
	var out []tested
	for _, c := range t.Pairs {
		out = append(out, c.tests(t.Task)...)
	}
	return out
}

// scales reports whether the runs are one model in one precision on different
// numbers of devices, all known.
func scales(runs []*Run) bool {
	if len(runs) < 2 {
		return false
	}
	seen := map[int]bool{}
	for _, r := range runs {
		n := r.Devices()
		if n == 0 || seen[n] || r.Who.Model != runs[0].Who.Model || r.Who.Precision != runs[0].Who.Precision {
			return false
		}
		seen[n] = true
	}
	return true
}

// pair returns the comparison of the run with the baseline.
func (t *Topic) pair(r *Run) *Comparison {
	for _, c := range t.Pairs {
		if c.A == t.Baseline && c.B == r {
			return c
		}
	}
	return nil
}

func (t *Topic) loadFindings() {
	const throughput, latency = "load.throughput.output_tokens_per_s", "load.latency.e2e_s.p50"
	// The largest difference in the main figure comes first, with its latency.
	subjects := slices.Clone(t.Runs)
	if t.Baseline != nil {
		subjects = subjects[1:]
	}
	weight := func(r *Run) float64 {
		if c := t.pair(r); c != nil {
			if m := c.Metric(throughput); m != nil && m.Ratio > 0 {
				return math.Abs(math.Log(m.Ratio))
			}
		}
		return 0
	}
	slices.SortStableFunc(subjects, func(a, b *Run) int { return cmp.Compare(weight(b), weight(a)) })
	for _, r := range subjects {
		c := t.pair(r)
		if c == nil {
			t.Findings = append(t.Findings, t.single(r)...)
			continue
		}
		if m := firstMetric(c, throughput, "load.throughput.requests_per_s"); m != nil {
			f := ratioFinding(c, m)
			f.More = t.spread(c, m)
			if t.Scaling {
				f.More = append([]Finding{{
					Template: "linear", Slots: map[string]any{"linear": float64(r.Devices()) / float64(t.Baseline.Devices())},
				}}, f.More...)
			}
			t.Findings = append(t.Findings, f)
			if t.Scaling {
				t.Findings = append(t.Findings, scalingFinding(c, m))
			}
		}
		if m := firstMetric(c, latency, "load.latency.e2e_s.mean"); m != nil && math.Abs(m.Relative) >= leastLatency {
			f := latencyFinding(c, m)
			if f.More = t.spread(c, m); f.More[0].Template == "one-repeat" { // a relative change is no ratio
				f.More = []Finding{{Template: "one-repeat-plain", Slots: map[string]any{}}}
			}
			t.Findings = append(t.Findings, f)
		}
	}
	if len(t.Findings) == 0 { // nothing in common to compare
		for _, r := range t.Runs {
			t.Findings = append(t.Findings, t.single(r)...)
		}
	}
	for _, r := range t.Runs {
		if deref(r.Load.Requests.Failed) > 0 && deref(r.Load.Requests.Completed) > 0 {
			t.Findings = append(t.Findings, failures(r))
		}
	}
}

func firstMetric(c *Comparison, paths ...string) *MetricPair {
	for _, p := range paths {
		if m := c.Metric(p); m != nil && !math.IsNaN(m.Ratio) {
			return m
		}
	}
	return nil
}

// single words the figure of a run that stands alone.
func (t *Topic) single(r *Run) []Finding {
	fig, _, ok := r.Typical()
	if !ok {
		return []Finding{failures(r)}
	}
	path := map[string]string{
		"output-throughput": "load.throughput.output_tokens_per_s", "request-throughput": "load.throughput.requests_per_s",
		"e2e": "load.latency.e2e_s.p50",
	}[fig.Key]
	f := Finding{
		Template: "value", Lead: *fig.Value, Metric: fig.Key, Path: path, Kind: fig.Value.Kind, Run: r,
		Slots: map[string]any{"subject": r.Who.Name, "metric": fig.Key, "a": fig.Value.Num},
	}
	if group := t.Repeats[r]; len(group) > 1 {
		f.More = []Finding{repeatsFinding(r, group, metricAt(path))}
	} else {
		f.More = []Finding{{Template: "one-repeat-plain", Slots: map[string]any{}}}
	}
	return []Finding{f}
}

// spread says what the repeats of a pair allow: nothing (one measurement), or
// the range of each side.
func (t *Topic) spread(c *Comparison, m *MetricPair) []Finding {
	if len(c.RunsA) < 2 && len(c.RunsB) < 2 {
		return []Finding{{Template: "one-repeat", Slots: map[string]any{"ratio": m.Ratio}}}
	}
	var out []Finding
	for _, side := range [][]*Run{c.RunsB, c.RunsA} {
		if len(side) > 1 {
			out = append(out, repeatsFinding(side[0], side, metricAt(m.Path)))
		}
	}
	return out
}

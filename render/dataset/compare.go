package dataset

import (
	"math"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// Pair compares two runs; a is the baseline.
func Pair(a, b *Run) *Comparison { return Compare([]*Run{a}, []*Run{b}) }

// Compare compares two groups of repeats, each newest first and not empty. The
// newest of each side stands for its settings and, in an evaluation, for its
// items; load figures are medians over the repeats. A run whose protocol or
// engine version is not that of its side's newest is no repeat and is left out.
func Compare(a, b []*Run) *Comparison {
	c := &Comparison{A: a[0], B: b[0], RunsA: repeatsAmong(a), RunsB: repeatsAmong(b)}
	c.Protocol = diffProtocols(c.A, c.B)
	if c.A.Kind != c.B.Kind {
		c.Protocol = append([]Field{{Name: "kind", A: string(c.A.Kind), B: string(c.B.Kind), Verdict: Differs}}, c.Protocol...)
	}
	if c.A.Artifact.Simulated != c.B.Artifact.Simulated {
		c.Protocol = append([]Field{{Name: "simulated", A: c.A.Artifact.Simulated, B: c.B.Artifact.Simulated, Verdict: Differs}}, c.Protocol...)
	}
	c.Comparable = c.A.Kind == c.B.Kind && c.A.Artifact.Simulated == c.B.Artifact.Simulated &&
		c.A.Artifact.Protocol.ID == c.B.Artifact.Protocol.ID
	c.AsRecorded = c.Comparable && slices.ContainsFunc(c.Protocol, func(f Field) bool { return f.Verdict == Unknown })
	c.Arguments = diffArguments(c.A, c.B)
	c.Environment = diffEnvironment(c.A, c.B)
	c.Subject = diffSubject(c.A, c.B)
	c.compareLoad()
	c.compareTasks(a, b)
	correct(c.tests(""))
	c.Notices = comparisonNotices(c)
	return c
}

// repeatsAmong returns the runs that measured again what the first one did.
func repeatsAmong(runs []*Run) []*Run {
	var out []*Run
	for _, r := range runs {
		if r.repeats(runs[0]) {
			out = append(out, r)
		}
	}
	return out
}

func (c *Comparison) compareLoad() {
	if c.A.Load == nil || c.B.Load == nil {
		return
	}
	for _, m := range loadMetrics {
		a, b := valuesOf(m, c.RunsA), valuesOf(m, c.RunsB)
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		p := MetricPair{
			Path: m.path, Term: m.term, Part: m.part, Kind: m.kind, Better: m.better,
			SpreadA: stats.NewRepeats(a), SpreadB: stats.NewRepeats(b), Ratio: math.NaN(), Relative: math.NaN(),
		}
		p.A, p.B = p.SpreadA.Median, p.SpreadB.Median
		if c.Comparable && p.A != 0 {
			p.Ratio, p.Relative = p.B/p.A, (p.B-p.A)/p.A
			p.P, p.Tested = stats.MannWhitney(a, b)
		}
		c.Load = append(c.Load, p)
	}
}

func valuesOf(m metric, runs []*Run) []float64 {
	var out []float64
	for _, r := range runs {
		if v := m.get(r); v != nil {
			out = append(out, *v)
		}
	}
	return out
}

// Metric returns the pair of a metric by its path, nil when a side lacks it.
func (c *Comparison) Metric(path string) *MetricPair {
	for i := range c.Load {
		if c.Load[i].Path == path {
			return &c.Load[i]
		}
	}
	return nil
}

// Task returns the pair of a task, nil when a side lacks it.
func (c *Comparison) Task(task string) *TaskPair {
	for i := range c.Tasks {
		if c.Tasks[i].Task == task {
			return &c.Tasks[i]
		}
	}
	return nil
}

// compareTasks compares every task that both sides did: the newest runs of all
// its items under one protocol, else the newest under one protocol, else the
// newest of each side.
func (c *Comparison) compareTasks(left, right []*Run) {
	seen := map[string]bool{}
	for _, r := range left {
		for i := range r.Scores {
			task := r.Scores[i].Task
			if seen[task] {
				continue
			}
			seen[task] = true
			if a, b := matching(left, right, task); b != nil {
				c.Tasks = append(c.Tasks, pairTask(a, b, task))
			}
		}
	}
}

// matching finds the runs of a task to compare; nil when a side has none.
func matching(left, right []*Run, task string) (a, b *Run) {
	rank := func(x, y *Run) int {
		switch {
		case !comparableTask(x, y, task):
			return 0
		case x.Score(task).Part != Whole || y.Score(task).Part != Whole:
			return 1
		}
		return 2
	}
	best := 0
	for _, x := range left {
		for _, y := range right {
			if x.Score(task) == nil || y.Score(task) == nil {
				continue
			}
			if n := rank(x, y); a == nil || n > best {
				a, b, best = x, y, n
			}
		}
	}
	return a, b
}

func pairTask(ra, rb *Run, task string) TaskPair {
	a, b := ra.Score(task), rb.Score(task)
	t := TaskPair{Task: task, RunA: ra, RunB: rb, A: a, B: b, ScorerSame: scorerName(a.Scorer) == scorerName(b.Scorer)}
	t.Comparable = comparableTask(ra, rb, task) && t.ScorerSame && a.Metric == b.Metric && a.Filter == b.Filter
	if a.Number() || b.Number() {
		if t.Comparable && a.Metric == "perplexity" {
			t.Texts = pairTexts(ra, rb, task)
		}
		return t
	}
	if t.Paired = pairItems(ra, rb, task); t.Paired != nil {
		return t
	}
	if t.Means = pairMeans(ra, rb, task); t.Means != nil {
		return t
	}
	if a.Correct >= 0 && b.Correct >= 0 {
		u := &UnpairedResult{CorrectA: a.Correct, NA: a.N, CorrectB: b.Correct, NB: b.N, Difference: b.Value - a.Value}
		u.Lo, u.Hi = stats.Newcombe(b.Correct, b.N, a.Correct, a.N)
		u.Found = u.Lo > 0 || u.Hi < 0
		t.Unpaired = u
	}
	return t
}

// pairItems matches the items of a task by their hash, by id where neither side
// has hashes. It gives nil when there is nothing to match, or when the items are
// not independent: asked more than once, or of one stem.
func pairItems(a, b *Run, task string) *PairedResult {
	left, order, okA := itemsByKey(a, task)
	right, _, okB := itemsByKey(b, task)
	if !okA || !okB {
		return nil
	}
	p := &PairedResult{Family: 1}
	for _, key := range order {
		x := left[key]
		y, ok := right[key]
		if !ok {
			p.MissingB++
			continue
		}
		p.Add(x.Correct(), y.Correct())
		if x.HasOutput && y.HasOutput {
			p.Outputs++
			if x.Output == y.Output {
				p.Identical++
			}
		}
		if x.Correct() != y.Correct() {
			p.Flips = append(p.Flips, Flip{
				Task: task, Item: x.ID, Hash: x.Hash, Expected: x.Expected, ExtractedA: x.Extracted, ExtractedB: y.Extracted,
				OutcomeA: string(x.Outcome), OutcomeB: string(y.Outcome), RightA: x.Correct(),
			})
		}
	}
	p.MissingA = len(right) - p.N
	if p.N == 0 {
		return nil
	}
	// The package counts A − B; readers are told subject − baseline.
	swapped := p.Paired.Swap()
	p.Difference = swapped.Difference()
	p.Lo, p.Hi = swapped.Interval()
	p.P = p.Paired.P()
	p.setHolm(p.P, 1)
	p.Detectable, p.DetectableItems, p.DetectableOK = detectable(p.N, p.Paired.Flips())
	return p
}

// Family compares all pairs of runs, the earlier in display order being the
// baseline of its pair: with BF16, FP8 and NVFP4 that is FP8 − BF16,
// NVFP4 − BF16, NVFP4 − FP8. The p-values of all comparable pairs are corrected
// together by Holm's method. The runs are not changed or reordered.
func Family(runs []*Run) []*Comparison {
	groups := make([][]*Run, len(runs))
	sorted := slices.Clone(runs)
	SortForDisplay(sorted)
	for i, r := range sorted {
		groups[i] = []*Run{r}
	}
	return FamilyOfGroups(groups)
}

// FamilyOfGroups is [Family] over groups of repeats, which are already in the
// wanted order.
func FamilyOfGroups(groups [][]*Run) []*Comparison {
	var out []*Comparison
	for j := range groups {
		for i := range j {
			out = append(out, Compare(groups[i], groups[j]))
		}
	}
	var tests []tested
	for _, c := range out {
		tests = append(tests, c.tests("")...)
	}
	correct(tests)
	return out
}

// comparableTask reports whether the runs did the task under one protocol.
func comparableTask(a, b *Run, task string) bool {
	return a.Kind == artifact.KindEval && b.Kind == artifact.KindEval && a.Score(task) != nil && b.Score(task) != nil &&
		a.Artifact.Simulated == b.Artifact.Simulated && a.Artifact.Protocol.ID == b.Artifact.Protocol.ID
}

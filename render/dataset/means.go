package dataset

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// keyOf identifies a question on both sides: by its hash, by id where the record
// has none.
func (i Item) keyOf() string {
	if i.Hash != "" {
		return i.Hash
	}
	return "id " + i.ID
}

// itemsByKey returns the items of a task that have an outcome, in the order of
// the records. ok is false when there is none, or when they are not independent
// of each other.
func itemsByKey(r *Run, task string) (byKey map[string]Item, order []string, ok bool) {
	list, err := r.Items()
	if err != nil {
		return nil, nil, false
	}
	byKey = map[string]Item{}
	stems := map[string]bool{}
	for _, it := range list {
		if it.Task != task || it.Outcome == "" {
			continue
		}
		if it.Repeat > 0 || it.Stem != "" && stems[it.Stem] {
			return nil, nil, false
		}
		stems[it.Stem] = true
		key := it.keyOf()
		for _, again := byKey[key]; again; _, again = byKey[key] {
			key += "'" // the same question twice in one suite
		}
		byKey[key] = it
		order = append(order, key)
	}
	return byKey, order, len(byKey) > 0
}

// questionMean is how often one question was answered correctly.
type questionMean struct {
	stem      string
	right, of int
}

// meansOf returns the questions of a task with their means, in the order of the
// records.
func meansOf(r *Run, task string) (of map[string]*questionMean, order []string, repeats int) {
	list, err := r.Items()
	if err != nil {
		return nil, nil, 0
	}
	of = map[string]*questionMean{}
	for _, it := range list {
		if it.Task != task || it.Outcome == "" {
			continue
		}
		key := it.keyOf()
		m := of[key]
		if m == nil {
			m = &questionMean{stem: it.Stem}
			if m.stem == "" {
				m.stem = "\x00" + key
			}
			of[key] = m
			order = append(order, key)
		}
		m.of++
		if it.Correct() {
			m.right++
		}
		repeats = max(repeats, m.of)
	}
	return of, order, repeats
}

// differences are those of the means B − A of the questions that both runs were
// asked, with the stem of each.
func differences(a, b *Run, task string) (diffs []float64, stems []string, repeats int) {
	left, order, ra := meansOf(a, task)
	right, _, rb := meansOf(b, task)
	for _, key := range order {
		x, y := left[key], right[key]
		if y == nil {
			continue
		}
		diffs = append(diffs, float64(y.right)/float64(y.of)-float64(x.right)/float64(x.of))
		stems = append(stems, x.stem)
	}
	return diffs, stems, max(ra, rb)
}

// pairMeans compares the means of the questions of a task; nil without records
// of the same questions.
func pairMeans(a, b *Run, task string) *MeanPair {
	diffs, stems, repeats := differences(a, b, task)
	if len(diffs) == 0 {
		return nil
	}
	return meanPair(diffs, stems, repeats)
}

func meanPair(diffs []float64, stems []string, repeats int) *MeanPair {
	m, err := stats.NewClusteredMean(diffs, stems)
	if err != nil {
		panic("BUG: every difference has its stem: " + err.Error())
	}
	p := &MeanPair{Mean: m, Repeats: repeats, Holm: 1, P: 1, Family: 1}
	if p.Lo, p.Hi, p.Interval = m.Interval(); p.Interval {
		p.P, _ = m.P()
		p.setHolm(p.P, 1)
	}
	return p
}

// oneSuite names what tasks have in common that are one suite in several
// languages, "" for others.
func oneSuite(task string) string {
	for _, lang := range []string{"-zh", "-en"} {
		if base, ok := strings.CutSuffix(task, lang); ok {
			return base
		}
	}
	return ""
}

// settings are the parameters of an evaluation but for those that say what was
// asked.
func settings(r *Run) map[string]any {
	out := maps.Clone(r.Artifact.Protocol.Parameters)
	for _, k := range []string{"task", "version", "dataset", "dataset_revision", "dataset_sha256", "items_sha256", "prompt_sha256"} {
		delete(out, k)
	}
	return out
}

// Pool compares two sides over each suite that both were asked in several
// languages under the same settings. Every question is one unit, in however many
// languages it was asked: 40 questions in two languages are 40 units, not 80.
func Pool(pairs []TaskPair) []Pooled {
	var names []string
	of := map[string][]TaskPair{}
	for _, t := range pairs {
		if name := oneSuite(t.Task); name != "" && t.Comparable && t.A.Part == Whole && t.B.Part == Whole {
			if of[name] == nil {
				names = append(names, name)
			} else if !reflect.DeepEqual(settings(of[name][0].RunA), settings(t.RunA)) {
				continue
			}
			of[name] = append(of[name], t)
		}
	}
	var out []Pooled
	for _, name := range names {
		list := of[name]
		if len(list) < 2 {
			continue
		}
		p := Pooled{A: list[0].RunA, B: list[0].RunB}
		var diffs []float64
		var stems []string
		repeats := 0
		for _, t := range list {
			d, s, n := differences(t.RunA, t.RunB, t.Task)
			diffs, stems, repeats = append(diffs, d...), append(stems, s...), max(repeats, n)
			p.Tasks = append(p.Tasks, t.Task)
		}
		if len(diffs) == 0 {
			continue
		}
		p.MeanPair = *meanPair(diffs, stems, repeats)
		if p.Units < p.N { // the languages share their questions
			out = append(out, p)
		}
	}
	return out
}

// pool adds to the findings of topics that are one suite in several languages
// what all of its languages say together.
func pool(topics []*Topic) {
	for _, t := range topics {
		name := oneSuite(t.Task)
		if t.Kind != string(artifact.KindEval) || name == "" || t.Baseline == nil || t.Runs[0].Score(t.Task).Part != Whole {
			continue
		}
		for i := range t.Findings {
			f := &t.Findings[i]
			if f.Pair == nil || f.Pair.A != t.Baseline {
				continue
			}
			pairs := []TaskPair{*f.Pair.Task(t.Task)}
			for _, other := range topics {
				if other != t && oneSuite(other.Task) == name && other.Task != t.Task && other.Family == t.Family {
					if c := other.sameSubjects(f.Pair); c != nil {
						pairs = append(pairs, *c.Task(other.Task))
					}
				}
			}
			// The topic's own settings are those that the others must share.
			slices.SortStableFunc(pairs[1:], func(a, b TaskPair) int { return strings.Compare(a.Task, b.Task) })
			for _, p := range Pool(pairs) {
				f.More = append(f.More, pooledFinding(f, p))
			}
		}
	}
}

// sameSubjects is the pair of the topic with the subjects of c.
func (t *Topic) sameSubjects(c *Comparison) *Comparison {
	for _, other := range t.Pairs {
		if other.A.Who == c.A.Who && other.B.Who == c.B.Who && other.Task(t.Task) != nil {
			return other
		}
	}
	return nil
}

func pooledFinding(of *Finding, p Pooled) Finding {
	f := Finding{
		Template: "pooled-none", Metric: "score", Kind: KindShare, Run: of.Run, Baseline: of.Baseline,
		Slots: map[string]any{
			"subject": of.Slots["subject"], "baseline": of.Slots["baseline"], "n": p.N, "units": p.Units, "diff": p.Mean.Mean, "lo": p.Lo, "hi": p.Hi,
		},
	}
	switch {
	case !p.Interval:
		f.Template = "pooled-same"
		delete(f.Slots, "lo")
		delete(f.Slots, "hi")
	case p.Lo > 0 || p.Hi < 0:
		f.Template = "pooled-found"
	}
	return f
}

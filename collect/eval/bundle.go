package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// bundle makes the artifact of what is finished.
func (r *run) bundle(base artifact.Artifact, h history, lost error, seconds float64) artifact.Bundle {
	r.sortRecords()
	a := base
	a.Schema, a.Kind, a.Name = artifact.Schema, artifact.KindEval, r.spec.Name
	if a.Name == "" {
		a.Name = r.spec.Suite.Name
	}
	a.StartedAt = h.started
	seconds += h.seconds
	a.DurationS = &seconds
	a.Protocol = artifact.Protocol{Parameters: r.spec.Protocol()}
	a.Status = artifact.StatusComplete
	asked := len(r.spec.Suite.Items) * r.spec.repeats()
	if len(r.records) < asked {
		a.Status = artifact.StatusInterrupted
		reason := fmt.Sprintf("%d of %d answers are there", len(r.records), asked)
		if lost != nil {
			reason += ": " + reasonOf(lost)
		}
		a.StatusReason = &reason
	}
	counts := Count(r.records)
	if answered := int64(len(r.records)) - *counts.Error; answered == 0 {
		a.Status = artifact.StatusFailed
		if a.StatusReason == nil {
			a.StatusReason = artifact.Ptr("no item was answered")
		}
	}
	if len(h.stored) > 0 {
		a.DerivedFrom = h.stored[len(h.stored)-1:]
	}
	extra := maps.Clone(a.Source.Extra)
	if extra == nil {
		extra = map[string]any{}
	}
	extra["concurrency"] = max(r.spec.Concurrency, 1)
	if s := r.spec.seed(0); s != nil {
		extra["seed"] = *s
	}
	if n := r.count.retries(); n > 0 {
		extra["retries"] = n
	}
	if list := undecided(r.records); len(list) > 0 {
		extra["undecided"] = list
	}
	a.Source.Extra = extra
	a.Eval = &artifact.Eval{Tasks: []artifact.Task{r.task(counts)}, Tokens: tokens(r.records), DurationS: &seconds}
	b := artifact.Bundle{Artifact: &a, Eval: r.records, Slug: r.spec.Suite.Name}
	if r.spec.Suite.Hashes {
		b.Eval, b.Private = withoutTexts(r.records), r.records
	}
	return b
}

func reasonOf(err error) string {
	if strings.Contains(err.Error(), "context canceled") {
		return "stopped by hand"
	}
	return err.Error()
}

// task is the score of the suite. With repeats it is the mean over items of the
// share of correct answers, with the standard error over items (or stems), and
// beside it pass@k.
func (r *run) task(counts *artifact.Outcomes) artifact.Task {
	s := r.spec.Suite
	k := int64(r.spec.repeats())
	data := s.Dataset
	items := int64(len(s.Items))
	data.Items = &items
	if data.Of == nil {
		data.Of = artifact.Ptr(int64(s.Of))
	}
	t := artifact.Task{
		Task: s.Name, Status: artifact.TaskDone, Dataset: data, Scorer: &artifact.Scorer{Name: r.spec.Scorer.Name, Version: r.spec.Scorer.Version},
		NShot: &s.Shots, Repeats: &k, Outcomes: counts, Groups: r.groups(),
		Metrics: []artifact.Metric{Accuracy(*counts.Correct, int64(len(r.records)))},
	}
	if s.Version != "" {
		t.Version = &s.Version
	}
	if k > 1 && len(r.records) > 0 {
		t.Metrics = r.repeated()
	}
	return t
}

func (r *run) repeated() []artifact.Metric {
	right, of := map[string]int{}, map[string]int{}
	for _, rec := range r.records {
		of[rec.Item]++
		if rec.Outcome != nil && *rec.Outcome == artifact.OutcomeCorrect {
			right[rec.Item]++
		}
	}
	k := r.spec.repeats()
	var shares, passes []float64
	var stems []string
	for _, it := range r.spec.Suite.Items {
		if of[it.ID] == 0 {
			continue
		}
		shares = append(shares, float64(right[it.ID])/float64(of[it.ID]))
		stem := it.Stem
		if stem == "" {
			stem = "\x00" + it.ID
		}
		stems = append(stems, stem)
		if p, ok := stats.PassAtK(of[it.ID], right[it.ID], k); ok {
			passes = append(passes, p)
		}
	}
	n := int64(len(shares))
	better := "higher"
	mean, err := stats.NewClusteredMean(shares, stems)
	accuracy := artifact.Metric{Metric: "accuracy", N: &n, Better: &better, Primary: true, Value: &mean.Mean}
	if err == nil && mean.SE > 0 {
		accuracy.Stderr = &mean.SE
	}
	out := []artifact.Metric{accuracy}
	if len(passes) == len(shares) {
		m := stats.NewMean(passes)
		out = append(out, artifact.Metric{Metric: fmt.Sprintf("pass@%d", k), N: &n, Better: &better, Value: &m.Mean})
	}
	return out
}

// groups are the categories, else the types where the suite mixes them.
func (r *run) groups() []artifact.Group {
	name := func(rec artifact.EvalRecord) string { return text(rec.Category) }
	if !slices.ContainsFunc(r.records, func(rec artifact.EvalRecord) bool { return rec.Category != nil }) {
		name = func(rec artifact.EvalRecord) string { return text(rec.Type) }
	}
	n, correct := map[string]int64{}, map[string]int64{}
	for _, rec := range r.records {
		n[name(rec)]++
		if rec.Outcome != nil && *rec.Outcome == artifact.OutcomeCorrect {
			correct[name(rec)]++
		}
	}
	delete(n, "")
	if len(n) < 2 {
		return nil
	}
	var out []artifact.Group
	for _, g := range slices.Sorted(maps.Keys(n)) {
		c, of := correct[g], n[g]
		out = append(out, artifact.Group{Name: g, N: &of, Correct: &c, Value: artifact.Ptr(float64(c) / float64(of))})
	}
	return out
}

// tokens sums what the server counted; nil where it counted nothing.
func tokens(records []artifact.EvalRecord) *artifact.EvalTokens {
	var out artifact.EvalTokens
	add := func(sum **int64, v *int64) {
		if v == nil {
			return
		}
		if *sum == nil {
			*sum = new(int64)
		}
		**sum += *v
	}
	for _, rec := range records {
		add(&out.Prompt, rec.PromptTokens)
		add(&out.Output, rec.OutputTokens)
	}
	if out == (artifact.EvalTokens{}) {
		return nil
	}
	return &out
}

// undecided lists the items whose answer a rule could not decide.
func undecided(records []artifact.EvalRecord) []string {
	var out []string
	for _, rec := range records {
		if strings.HasPrefix(text(rec.Detail), "undecided") {
			out = append(out, rec.Item)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withoutTexts takes the texts off records of suites whose questions must not be
// spread: answers may repeat them.
func withoutTexts(records []artifact.EvalRecord) []artifact.EvalRecord {
	out := slices.Clone(records)
	for i := range out {
		out[i].Output, out[i].Reasoning, out[i].Expected = nil, nil, nil
	}
	return out
}

// Stored closes the journal of a result: a complete one is forgotten; a partial
// one stays, with the artifact that now stands for it, until a later run
// completes it.
func (r *Result) Stored(id string, file []byte) error {
	if r.Bundle.Artifact.Status == artifact.StatusComplete {
		return removeJournal(r.journal.path)
	}
	j, _, err := openJournal(r.dir, r.plan, false)
	if err != nil {
		return err
	}
	j.append(entry{Stored: &artifact.DerivedFrom{ID: id, SHA256: artifact.SHA256(file), How: artifact.HowResume}})
	return j.close()
}

func removeJournal(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

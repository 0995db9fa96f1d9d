package eval

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"benchsite/collect/artifact"
)

// rescoring gives stored replies new outcomes.
type rescoring struct {
	ctx    context.Context
	parent *artifact.Artifact
	scorer Scorer
	means  Means

	whole []artifact.EvalRecord // with their texts, in the order of the suite
}

// all gives every record its new verdict and tells of those that changed.
// private holds the replies that may not be published. A reply that never came
// stays an error; a reply whose text is not at hand cannot be scored.
func (r *rescoring) all(records, private []artifact.EvalRecord) ([]Change, error) {
	texts := map[recordKey]*artifact.EvalRecord{}
	for i := range private {
		texts[keyOf(private[i])] = &private[i]
	}
	before := make([]artifact.Outcome, len(records))
	var judged []func() error
	for i := range records {
		rec := &records[i]
		if rec.Outcome != nil {
			before[i] = *rec.Outcome
		}
		full := texts[keyOf(*rec)]
		whole := *rec
		if full != nil {
			whole.Expected, whole.Output = either(rec.Expected, full.Expected), either(rec.Output, full.Output)
			if full.Judge != nil {
				whole.Judge = full.Judge
			}
		}
		r.whole = append(r.whole, whole)
		if before[i] == artifact.OutcomeError && whole.Output == nil {
			continue
		}
		if whole.Output == nil {
			return nil, fmt.Errorf("item %s of %s has no stored reply", rec.Item, rec.Task)
		}
		job := func() error {
			if err := r.one(&whole); err != nil {
				return err
			}
			take(rec, whole, full)
			return nil
		}
		if r.judgeOf(text(rec.Type)) != nil {
			judged = append(judged, job)
		} else if err := job(); err != nil {
			return nil, err
		}
	}
	if err := inParallel(judged, r.width()); err != nil {
		return nil, err
	}
	var changes []Change
	for i, rec := range records {
		if rec.Outcome == nil || *rec.Outcome == before[i] {
			continue
		}
		expected := text(rec.Expected)
		if full := texts[keyOf(rec)]; full != nil {
			expected = text(either(rec.Expected, full.Expected))
		}
		changes = append(changes, Change{Task: rec.Task, Item: rec.Item, Repeat: rec.Repeat, Old: before[i], New: *rec.Outcome,
			Extracted: text(rec.Extracted), Expected: expected, Detail: text(rec.Detail)})
	}
	return changes, nil
}

// take puts a verdict into a record, and into its private twin with the words of
// the judge, which may repeat the reply.
func take(rec *artifact.EvalRecord, whole artifact.EvalRecord, private *artifact.EvalRecord) {
	for _, to := range []*artifact.EvalRecord{private, rec} {
		if to != nil {
			to.Outcome, to.Extracted, to.Detail, to.Judge, to.Code = whole.Outcome, whole.Extracted, whole.Detail, whole.Judge, whole.Code
		}
	}
	if private != nil {
		rec.Code = withoutTest(rec.Code)
	}
	if private != nil && rec.Judge != nil {
		open := *rec.Judge
		open.Output = nil
		rec.Judge = &open
	}
}

func (r *rescoring) width() int {
	w := 1
	for _, j := range r.means.Judges {
		w = max(w, j.Width())
	}
	return w
}

// judgeOf is the judge of a type of items, nil where the rule decides.
func (r *rescoring) judgeOf(kind string) Judge {
	if j := r.means.Judges[kind]; j != nil && (kind != typeJudge || r.scorer.judges(kind)) {
		return j
	}
	if r.scorer.judges(kind) {
		return r.means.Judges[typeJudge]
	}
	return nil
}

// used are the means that the records need under the rule: a judge that is given
// and has nothing to judge is no part of the protocol.
func (r *rescoring) used(records []artifact.EvalRecord) Means {
	out := Means{Items: r.means.Items, Judges: map[string]Judge{}}
	for i := range records {
		kind := text(records[i].Type)
		if j := r.judgeOf(kind); j != nil {
			out.Judges[kind] = j
		}
	}
	return out
}

// one scores a record that holds its texts.
func (r *rescoring) one(rec *artifact.EvalRecord) error {
	kind := text(rec.Type)
	j := r.judgeOf(kind)
	switch {
	case j != nil:
		it, ok := r.means.Items[text(rec.ItemHash)]
		if !ok && kind == CodeType {
			it, ok = programItem(rec)
		}
		if !ok && kind == CodeType {
			return fmt.Errorf("the tests of item %s of %s are not at hand: name the suite's file with --suite, or the folder of its data with --data", rec.Item, rec.Task)
		}
		if !ok {
			return fmt.Errorf("the question of item %s of %s is not at hand, and a judge has to see it: name the suite's file with --suite, or the folder of its data with --data", rec.Item, rec.Task)
		}
		if r.stands(j, rec) {
			pronounce(rec, rec.Judge)
			return nil
		}
		if it.Before != nil {
			it.Earlier = r.earlier(rec)
		}
		return j.Judge(r.ctx, it, rec)
	case r.scorer.judges(kind):
		return fmt.Errorf("item %s of %s is for a judge: name one with --judge-url and --judge-model", rec.Item, rec.Task)
	case rec.Expected == nil:
		return fmt.Errorf("item %s of %s has no stored key", rec.Item, rec.Task)
	case r.scorer.Types != nil && !slices.Contains(r.scorer.Types, kind):
		return &Unfit{fmt.Sprintf("item %s of %s is of type %q, %s scores %v", rec.Item, rec.Task, kind, r.scorer, r.scorer.Types)}
	}
	if why := r.scorer.unfit(kind, *rec.Expected); why != "" {
		return &Unfit{fmt.Sprintf("%s does not fit item %s of %s: %s (%q)", r.scorer, rec.Item, rec.Task, why, short(*rec.Expected))}
	}
	v := r.scorer.Score(Reply{Type: kind, Expected: *rec.Expected, Output: *rec.Output, FinishReason: text(rec.FinishReason)})
	rec.Outcome, rec.Extracted, rec.Detail, rec.Judge = &v.Outcome, v.Extracted, nil, nil
	if v.Detail != "" {
		rec.Detail = &v.Detail
	}
	return nil
}

// stands reports whether the verdict of a record is that of this very judge.
func (r *rescoring) stands(j Judge, rec *artifact.EvalRecord) bool {
	if rec.Judge == nil || rec.Judge.Output == nil {
		return false
	}
	for _, t := range r.parent.Eval.Tasks {
		if t.Task == rec.Task && t.Judge != nil {
			p := j.Protocol()
			return p["judge_model"] == t.Judge.Model && p["judge_prompt_sha256"] == t.Judge.PromptSHA256
		}
	}
	return false
}

// inParallel runs jobs until one fails. Those that have begun end.
func inParallel(jobs []func() error, width int) error {
	todo := make(chan func() error)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var first error
	for range min(width, len(jobs)) {
		wait.Go(func() {
			for job := range todo {
				if err := job(); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		})
	}
	for _, job := range jobs {
		mu.Lock()
		stop := first != nil
		mu.Unlock()
		if stop {
			break
		}
		todo <- job
	}
	close(todo)
	wait.Wait()
	return first
}

// retellJudged writes into a task what its judge did, and names a score for what
// it is: that of a rule, where a judge is wanted, is another metric.
func retellJudged(t *artifact.Task, records []artifact.EvalRecord, means Means) []artifact.Metric {
	tally := newTally(1, 1)
	wanted := false
	for i := range records {
		if records[i].Outcome != nil {
			tally.weigh(&records[i])
		}
		wanted = wanted || text(records[i].Type) == typeJudge
	}
	if t.Judge = nil; wanted && means.Judges[typeJudge] == nil { // then a rule has decided
		matchOnly(t.Metrics)
	}
	if j := modelOf(means.Judges); j != nil {
		t.Judge = &artifact.TaskJudge{Model: j.Model, PromptSHA256: JudgePromptSHA256()}
		if j.Endpoint != "" {
			t.Judge.Endpoint = &j.Endpoint
		}
		tally.judge.tell(t, 0, "")
	}
	return calibration(tally.forecasts)
}

package eval

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// headOf is the artifact of a plan as far as it is known before the first
// request.
func headOf(spec Spec, plan string, base artifact.Artifact) head {
	s := spec.Suite
	a := base
	a.Schema, a.Kind, a.Name = artifact.Schema, artifact.KindEval, spec.Name
	if a.Name == "" {
		a.Name = s.Name
	}
	a.Protocol = artifact.Protocol{Parameters: spec.Protocol()}
	extra := maps.Clone(a.Source.Extra)
	if extra == nil {
		extra = map[string]any{}
	}
	extra["concurrency"] = max(spec.Concurrency, 1)
	if seed := spec.seed(0); seed != nil {
		extra["seed"] = *seed
	}
	if s.Sampled {
		extra["sample"] = "stratified"
	}
	a.Source.Extra = extra
	k, items := int64(spec.repeats()), int64(len(s.Items))
	data := s.Dataset
	data.Items = &items
	if data.Of == nil {
		data.Of = artifact.Ptr(int64(s.Of))
	}
	t := artifact.Task{Task: s.Name, Status: artifact.TaskDone, Dataset: data, NShot: &s.Shots, Repeats: &k,
		Scorer: &artifact.Scorer{Name: spec.Scorer.Name, Version: spec.Scorer.Version}}
	if s.Version != "" {
		t.Version = &s.Version
	}
	if j := modelOf(spec.Judges); j != nil {
		t.Judge = &artifact.TaskJudge{Model: j.Model, PromptSHA256: JudgePromptSHA256()}
		if j.Endpoint != "" {
			t.Judge.Endpoint = &j.Endpoint
		}
	}
	a.Eval = &artifact.Eval{Tasks: []artifact.Task{t}}
	return head{Journal: journalForm, Plan: plan, Items: len(s.Items), Repeats: spec.repeats(), Private: s.Hashes, Match: spec.matches(), Artifact: &a}
}

// finish makes the artifact of what the tally counts. Its records are read from
// the journal when it is stored.
func (h head) finish(t *tally, past history, seconds float64, from io.ReaderAt, why string) artifact.Bundle {
	a := *h.Artifact
	a.StartedAt = past.started
	seconds += past.seconds
	a.DurationS = &seconds
	a.Status = artifact.StatusComplete
	if asked := t.items * t.repeats; t.final < asked {
		a.Status = artifact.StatusInterrupted
		reason := fmt.Sprintf("%d of %d answers are there", t.final, asked)
		if t.kept == asked {
			reason = fmt.Sprintf("%d of %d answers have their verdict", t.final, asked)
		}
		if why != "" {
			reason += ": " + why
		}
		a.StatusReason = &reason
	}
	if int64(t.kept) == t.counts[4] {
		a.Status = artifact.StatusFailed
		if a.StatusReason == nil {
			a.StatusReason = artifact.Ptr("no item was answered")
		}
	}
	if len(past.stored) > 0 {
		a.DerivedFrom = past.stored[len(past.stored)-1:]
	}
	if len(t.undecided) > 0 {
		a.Source.Extra = maps.Clone(a.Source.Extra)
		a.Source.Extra["undecided"] = slices.Sorted(maps.Keys(t.undecided))
	}
	task := a.Eval.Tasks[0]
	task.Outcomes, task.Groups, task.Metrics = t.outcomes(), t.groups(), t.metrics(task.Scorer.Name)
	if h.Match {
		matchOnly(task.Metrics)
	}
	waiting := t.kept - t.final
	if t.programs() { // those that ran have their verdict for good, as answers have when asking ends early
		waiting = 0
	}
	t.judge.tell(&task, waiting, why)
	if t.text != nil {
		task.Text = &t.text.all.text
		a.Protocol.Parameters = maps.Clone(a.Protocol.Parameters)
		a.Protocol.Parameters["tokens"] = t.text.all.text.Tokens
	}
	a.Eval = &artifact.Eval{Tasks: []artifact.Task{task}, Tokens: t.tokens(), DurationS: &seconds}
	b := artifact.Bundle{Artifact: &a, EvalFrom: records(from, t.places), Slug: task.Task}
	if h.Private {
		b.EvalFrom, b.PrivateFrom = withoutTexts(b.EvalFrom), b.EvalFrom
	}
	return b
}

func reasonOf(err error) string {
	switch {
	case err == nil:
		return ""
	case strings.Contains(err.Error(), "context canceled"):
		return "stopped by hand"
	}
	return err.Error()
}

// withoutTexts takes the texts off records of suites whose questions must not be
// spread: answers may repeat them.
func withoutTexts(records artifact.Records) artifact.Records {
	return func(yield func(artifact.EvalRecord, error) bool) {
		for rec, err := range records {
			rec.Output, rec.Reasoning, rec.Expected = nil, nil, nil
			rec.Code = withoutTest(rec.Code)
			if rec.Judge != nil {
				open := *rec.Judge
				open.Output = nil
				rec.Judge = &open
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// Stored tells the journal that the bundle is stored, and closes it: a complete
// one is forgotten; a partial one stays, with the artifact that now stands for
// it, until a later run completes it.
func (r *Result) Stored(id string, file []byte) error {
	if r.Bundle.Artifact.Status == artifact.StatusComplete {
		return r.journal.Remove()
	}
	r.journal.AppendJSON(entry{Stored: &artifact.DerivedFrom{ID: id, SHA256: artifact.SHA256(file), How: artifact.HowResume}})
	return r.journal.Close()
}

// Close leaves the journal for a later run of the plan, if there is an answer in
// it.
func (r *Result) Close() error {
	if r.Kept == 0 {
		return r.journal.Remove()
	}
	return r.journal.Close()
}

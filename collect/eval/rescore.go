package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// Change is an item whose outcome another rule sees otherwise.
type Change struct {
	Task      string
	Item      string
	Repeat    int64
	Old, New  artifact.Outcome // Old is empty where the parent did not know
	Extracted string           // the answer as the new rule reads it
	Expected  string
	Detail    string // the new rule's words
}

// Means are what deciding again takes beside a rule, for types of items that no
// rule decides.
type Means struct {
	Judges map[string]Judge // by item type, in place of the scorer
	Items  map[string]Item  // by item hash: records hold no questions
}

// Rescore applies s to the stored replies of parent and returns the new run
// with the items whose outcome changed, in the order of the records. Nothing is
// written. The new run keeps the parent's subject, time, environment and source
// and names it in derived_from; scores, counts and verdicts are s's. Scores that
// other rules gave (stderr, further metrics and filters) stay with the parent.
func Rescore(st *artifact.Store, parent *artifact.Artifact, s Scorer) (artifact.Bundle, []Change, error) {
	return RescoreWith(context.Background(), st, parent, s, Means{})
}

// RescoreWith is Rescore with judges for the types of items that have one. A
// verdict that the same judge has given before stands.
func RescoreWith(ctx context.Context, st *artifact.Store, parent *artifact.Artifact, s Scorer, means Means) (artifact.Bundle, []Change, error) {
	fail := func(err error) (artifact.Bundle, []Change, error) {
		return artifact.Bundle{}, nil, fmt.Errorf("%s cannot be scored again: %w", parent.ID, err)
	}
	if parent.Kind != artifact.KindEval || parent.Eval == nil {
		return fail(fmt.Errorf("it is a %s run, not an evaluation", parent.Kind))
	}
	records, err := st.EvalRecords(parent)
	if err != nil {
		return fail(err)
	}
	if len(records) == 0 {
		return fail(errors.New("no replies are stored with it"))
	}
	a, raw, err := st.Read(parent.ID) // a copy to change, and the bytes to name
	if err != nil {
		return fail(err)
	}
	private := privateRecords(st, parent)
	again := &rescoring{ctx: ctx, parent: parent, scorer: s, means: means}
	again.means = again.used(records)
	means = again.means
	changes, err := again.all(records, private)
	if err != nil {
		return fail(err)
	}
	for i := range a.Eval.Tasks {
		t := &a.Eval.Tasks[i]
		own := recordsOf(records, t)
		switch {
		case len(own) > 0:
			t.Status, t.Reason, t.Why = artifact.TaskDone, nil, nil // answers that were kept have their outcome now
			retell(t, own, s, means)
		case t.Status == artifact.TaskDone:
			return fail(fmt.Errorf("no replies are stored for the task %s", t.Task))
		}
	}
	log, err := st.Attachment(parent, artifact.AttachServerLog)
	if err != nil {
		return fail(err)
	}
	a.ID, a.Attachments = "", nil
	a.Status, a.StatusReason = artifact.StatusComplete, nil
	a.DerivedFrom = []artifact.DerivedFrom{{ID: parent.ID, SHA256: artifact.SHA256(raw), How: artifact.HowRescore}}
	a.Source.Mode, a.Source.Command = artifact.ModeRescored, nil
	a.Protocol.ID = ""
	a.Protocol.Parameters = withScorer(a.Protocol.Parameters, s)
	for _, kind := range slices.Sorted(maps.Keys(means.Judges)) {
		maps.Copy(a.Protocol.Parameters, means.Judges[kind].Protocol())
	}
	return artifact.Bundle{Artifact: a, Eval: records, Private: private, ServerLog: log, Slug: a.Name + "-" + s.Name}, changes, nil
}

// retell recomputes a task's figures from its records. A count that the records
// cannot know stays null; one that they know in part (thoughts that stay open,
// without finish reasons) counts what they show.
func retell(t *artifact.Task, records []artifact.EvalRecord, s Scorer, means Means) {
	t.Scorer = &artifact.Scorer{Name: s.Name, Version: s.Version}
	before, counts := t.Outcomes, Count(records)
	t.Outcomes = counts
	// No rule can see a limit that no finish reason tells of, except in thoughts
	// that stay open, nor a request that failed before there was a reply to keep.
	// A source that counted truncated replies knew by other means (token counts
	// below the limit), and a new rule takes nothing from that.
	knew := before != nil && before.Truncated != nil
	if *counts.Truncated == 0 && !knew && !slices.ContainsFunc(records, func(r artifact.EvalRecord) bool { return r.FinishReason != nil }) {
		counts.Truncated = nil
	}
	if *counts.Error == 0 && before != nil && before.Error == nil {
		counts.Error = nil
	}
	if means.Judges[CodeType] != nil && retellPrograms(t, records, s) {
		return
	}
	t.Metrics = []artifact.Metric{Accuracy(*counts.Correct, int64(len(records)))}
	t.Metrics = append(t.Metrics, retellJudged(t, records, means)...)
	for i := range t.Groups {
		g := &t.Groups[i]
		g.N, g.Correct, g.Value = nil, nil, nil
		if of := ofGroup(records, g.Name); len(of) > 0 {
			c, n := *Count(of).Correct, int64(len(of))
			g.N, g.Correct, g.Value = &n, &c, artifact.Ptr(float64(c)/float64(n))
		}
	}
}

// Accuracy is the primary metric of a task that counts items: correct of all n
// items asked, 0 to 1. Its interval is computed where it is shown.
func Accuracy(correct, n int64) artifact.Metric {
	m := artifact.Metric{Metric: "accuracy", N: &n, Better: artifact.Ptr("higher"), Primary: true}
	if n > 0 {
		m.Value = artifact.Ptr(float64(correct) / float64(n))
	}
	return m
}

// Count counts records by outcome. Records without an outcome are in no count.
func Count(records []artifact.EvalRecord) *artifact.Outcomes {
	var c [5]int64
	for _, r := range records {
		if r.Outcome == nil {
			continue
		}
		switch *r.Outcome {
		case artifact.OutcomeCorrect:
			c[0]++
		case artifact.OutcomeWrong:
			c[1]++
		case artifact.OutcomeUnparsed:
			c[2]++
		case artifact.OutcomeTruncated:
			c[3]++
		case artifact.OutcomeError:
			c[4]++
		}
	}
	return &artifact.Outcomes{Correct: &c[0], Wrong: &c[1], Unparsed: &c[2], Truncated: &c[3], Error: &c[4]}
}

// withScorer is the protocol under the new rule. The filter belonged to the
// rule that it replaces.
func withScorer(parameters map[string]any, s Scorer) map[string]any {
	out := maps.Clone(parameters)
	if out == nil {
		out = map[string]any{}
	}
	if tasks, ok := out["tasks"].(map[string]any); ok {
		changed := map[string]any{}
		for name, p := range tasks {
			if m, ok := p.(map[string]any); ok {
				p = withScorer(m, s)
			}
			changed[name] = p
		}
		out["tasks"] = changed
		return out
	}
	maps.DeleteFunc(out, func(k string, _ any) bool { return k == "filter" || strings.HasPrefix(k, "judge_") })
	out["scorer"] = s.String()
	return out
}

// recordsOf are the records of a task, or of its members where it is a group of
// tasks.
func recordsOf(records []artifact.EvalRecord, t *artifact.Task) (out []artifact.EvalRecord) {
	for _, r := range records {
		if r.Task == t.Task {
			out = append(out, r)
		}
	}
	if out != nil {
		return out
	}
	for _, g := range t.Groups {
		for _, r := range records {
			if r.Task == g.Name {
				out = append(out, r)
			}
		}
	}
	return out
}

// ofGroup are the records of one group: a category, else a member task, else an
// item type.
func ofGroup(records []artifact.EvalRecord, name string) (out []artifact.EvalRecord) {
	for _, r := range records {
		if text(r.Category) == name || r.Task == name || r.Category == nil && text(r.Type) == name {
			out = append(out, r)
		}
	}
	return out
}

type recordKey struct {
	task, item string
	repeat     int64
}

func keyOf(r artifact.EvalRecord) recordKey { return recordKey{r.Task, r.Item, r.Repeat} }

func byKey(records []artifact.EvalRecord) map[recordKey]artifact.EvalRecord {
	out := make(map[recordKey]artifact.EvalRecord, len(records))
	for _, r := range records {
		out[keyOf(r)] = r
	}
	return out
}

// privateRecords are the replies that may not be published and lie apart. On
// most machines they are missing; then an item without a published reply cannot
// be judged, and judge says so.
func privateRecords(st *artifact.Store, a *artifact.Artifact) (out []artifact.EvalRecord) {
	data, err := st.Attachment(a, artifact.AttachPrivate)
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(data) {
		var r artifact.EvalRecord
		if json.Unmarshal(line, &r) != nil {
			return nil
		}
		out = append(out, r)
	}
	return out
}

func either(a, b *string) *string {
	if a != nil {
		return a
	}
	return b
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

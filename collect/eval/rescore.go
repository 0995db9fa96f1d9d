package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

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

// Rescore applies s to the stored replies of parent and returns the new run
// with the items whose outcome changed, in the order of the records. Nothing is
// written. The new run keeps the parent's subject, time, environment and source
// and names it in derived_from; scores, counts and verdicts are s's. Scores that
// other rules gave (stderr, further metrics and filters) stay with the parent.
func Rescore(st *artifact.Store, parent *artifact.Artifact, s Scorer) (artifact.Bundle, []Change, error) {
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
	changes, err := judge(records, byKey(private), s)
	if err != nil {
		return fail(err)
	}
	for i := range a.Eval.Tasks {
		if t := &a.Eval.Tasks[i]; t.Status == artifact.TaskDone {
			own := recordsOf(records, t)
			if len(own) == 0 {
				return fail(fmt.Errorf("no replies are stored for the task %s", t.Task))
			}
			retell(t, own, s)
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
	return artifact.Bundle{Artifact: a, Eval: records, Private: private, ServerLog: log, Slug: a.Name + "-" + s.Name}, changes, nil
}

// judge gives every record its new verdict. A reply that never came stays an
// error; a reply whose text is not at hand cannot be judged.
func judge(records []artifact.EvalRecord, private map[recordKey]artifact.EvalRecord, s Scorer) ([]Change, error) {
	var changes []Change
	for i := range records {
		r := &records[i]
		expected, output := r.Expected, r.Output
		if p, ok := private[keyOf(*r)]; ok {
			expected, output = either(expected, p.Expected), either(output, p.Output)
		}
		if r.Outcome != nil && *r.Outcome == artifact.OutcomeError && output == nil {
			continue
		}
		switch {
		case output == nil:
			return nil, fmt.Errorf("item %s of %s has no stored reply", r.Item, r.Task)
		case expected == nil:
			return nil, fmt.Errorf("item %s of %s has no stored key", r.Item, r.Task)
		case s.Types != nil && !slices.Contains(s.Types, text(r.Type)):
			return nil, fmt.Errorf("item %s of %s is of type %q, %s scores %v", r.Item, r.Task, text(r.Type), s, s.Types)
		}
		v := s.Score(Reply{Type: text(r.Type), Expected: *expected, Output: *output, FinishReason: text(r.FinishReason)})
		old := artifact.Outcome("")
		if r.Outcome != nil {
			old = *r.Outcome
		}
		if old != v.Outcome {
			changes = append(changes, Change{Task: r.Task, Item: r.Item, Repeat: r.Repeat, Old: old, New: v.Outcome,
				Extracted: text(v.Extracted), Expected: *expected, Detail: v.Detail})
		}
		r.Outcome, r.Extracted, r.Detail = &v.Outcome, v.Extracted, nil
		if v.Detail != "" {
			r.Detail = &v.Detail
		}
	}
	return changes, nil
}

// retell recomputes a task's figures from its records. A count that the records
// cannot know stays null; one that they know in part (thoughts that stay open,
// without finish reasons) counts what they show.
func retell(t *artifact.Task, records []artifact.EvalRecord, s Scorer) {
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
	t.Metrics = []artifact.Metric{Accuracy(*counts.Correct, int64(len(records)))}
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
	delete(out, "filter")
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

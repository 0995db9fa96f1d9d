package imports

import (
	"encoding/json"
	"strings"

	"benchsite/collect/artifact"
)

// inspectSample is what is kept of a sample. Its question serves for a hash, its
// events for nothing.
type inspectSample struct {
	ID       json.RawMessage `json:"id"`
	Epoch    json.RawMessage `json:"epoch"`
	Input    json.RawMessage `json:"input"`
	Choices  json.RawMessage `json:"choices"`
	Target   json.RawMessage `json:"target"`
	Messages json.RawMessage `json:"messages"`
	Output   json.RawMessage `json:"output"`
	Scores   json.RawMessage `json:"scores"`
	Score    json.RawMessage `json:"score"` // before several scorers were possible
	Error    json.RawMessage `json:"error"`
	Total    json.RawMessage `json:"total_time"`
	Usage    json.RawMessage `json:"model_usage"`
}

// sampleOf takes a sample out of a log that was read whole.
func sampleOf(n *node) inspectSample {
	raw := func(name string) json.RawMessage {
		f := n.fields[name]
		if f == nil || !f.known() {
			return nil
		}
		b, err := json.Marshal(f.plain())
		if err != nil {
			return nil
		}
		return b
	}
	return inspectSample{
		ID: raw("id"), Epoch: raw("epoch"), Input: raw("input"), Choices: raw("choices"), Target: raw("target"), Messages: raw("messages"),
		Output: raw("output"), Scores: raw("scores"), Score: raw("score"), Error: raw("error"), Total: raw("total_time"), Usage: raw("model_usage"),
	}
}

// sample adds one sample to the records.
func (r *inspectRun) sample(s inspectSample) {
	doc := r.root.doc
	field := func(raw json.RawMessage) *node {
		if len(raw) == 0 {
			return &node{doc: doc}
		}
		n, err := parse(doc.file, raw)
		if err != nil {
			return &node{doc: doc}
		}
		return n
	}
	id := field(s.ID).literal()
	if id == nil {
		doc.fail("samples.id", "is missing")
		return
	}
	rec := artifact.EvalRecord{Task: r.task.Task, Item: *id, Expected: single(canonical(s.Target))}
	if epoch := field(s.Epoch).count(); epoch != nil && *epoch > 0 {
		rec.Repeat = *epoch - 1
	}
	if len(s.Input) > 0 {
		rec.ItemHash = itemKey(string(canonical(withoutIDs(field(s.Input)))), string(canonical(s.Choices)), string(canonical(s.Target)))
	}
	rec.PromptHash = promptOf(field(s.Messages))
	r.reply(&rec, field(s.Output))
	if t := field(s.Total); t.kind == numeral && rec.LatencyS == nil {
		if f := t.float(); f != nil && *f >= 0 {
			rec.LatencyS = f
		}
	}
	r.score(&rec, field(s.Scores), field(s.Score))
	if e := field(s.Error); e.kind == object || e.kind == text {
		rec.Outcome = ptr(artifact.OutcomeError)
		if m := e.fields["message"]; m != nil && m.kind == text {
			rec.Detail = ptr(bounded(m.scalar, 0).(string))
		}
	}
	r.records = append(r.records, rec)
}

// cut are the stop reasons of a reply that hit a limit.
var cut = map[string]bool{"max_tokens": true, "model_length": true, "length": true}

// reply reads the model's output.
func (r *inspectRun) reply(rec *artifact.EvalRecord, out *node) {
	if out.kind != object {
		return
	}
	if c := out.at("choices"); c.kind == list && len(c.items) > 0 && c.items[0].kind == object {
		if stop := c.items[0].at("stop_reason"); stop.kind == text && stop.scalar != "unknown" {
			rec.FinishReason = &stop.scalar
		}
		content := c.items[0].at("message")
		if content.kind == object {
			rec.Output, rec.Reasoning = contentText(content.at("content"))
		}
	}
	if done := out.at("completion"); done.kind == text && rec.Output == nil {
		rec.Output = &done.scalar
	}
	if u := out.at("usage"); u.kind == object {
		rec.PromptTokens, rec.OutputTokens = u.at("input_tokens").count(), u.at("output_tokens").count()
	}
	if t := out.at("time"); t.kind == numeral {
		if f := t.float(); f != nil && *f >= 0 {
			rec.LatencyS = f
		}
	}
}

// contentText is the text of a message, which is a text or a list of parts, and
// the reasoning among the parts.
func contentText(n *node) (answer, reasoning *string) {
	if n.kind == text {
		return &n.scalar, nil
	}
	if n.kind != list {
		return nil, nil
	}
	var a, t []string
	for _, part := range n.items {
		if part.kind != object {
			continue
		}
		if x := part.at("text"); x.kind == text {
			a = append(a, x.scalar)
		} else if x := part.at("reasoning"); x.kind == text {
			t = append(t, x.scalar)
		}
	}
	answer = ptr(strings.Join(a, "\n"))
	if len(t) > 0 {
		reasoning = ptr(strings.Join(t, "\n"))
	}
	return answer, reasoning
}

// score reads the verdicts of a sample: the primary scorer's is the outcome, the
// others stand in the detail.
func (r *inspectRun) score(rec *artifact.EvalRecord, scores, old *node) {
	if scores.kind != object || len(scores.keys) == 0 {
		if old.kind == object {
			r.verdict(rec, old)
		}
		return
	}
	primary := scores.keys[0]
	for i := len(r.scorers) - 1; i >= 0; i-- {
		if scores.fields[r.scorers[i]] != nil {
			primary = r.scorers[i]
		}
	}
	if len(r.scorers) == 0 {
		r.scorers = []string{primary}
	}
	var notes []string
	for _, name := range scores.keys {
		s := scores.at(name)
		if name == primary {
			if s.kind == object {
				r.verdict(rec, s)
			}
			continue
		}
		if s.kind == object {
			b, _ := json.Marshal(bounded(s.at("value").plain(), 0))
			notes = append(notes, name+": "+string(b))
		}
	}
	if len(notes) > 0 {
		rec.Detail = ptr(strings.Join(notes, "; "))
	}
}

func (r *inspectRun) verdict(rec *artifact.EvalRecord, s *node) {
	rec.Extracted = single(canonical(marshal(s.at("answer"))))
	value, unanswered := inspectValue(s.at("value"))
	if value == nil {
		return
	}
	r.partial = append(r.partial, itemValue{rec.Item, *value})
	switch {
	case *value == 1:
		rec.Outcome = ptr(artifact.OutcomeCorrect)
	case *value != 0:
	case rec.FinishReason != nil && cut[*rec.FinishReason]:
		rec.Outcome = ptr(artifact.OutcomeTruncated)
	case unanswered:
		rec.Outcome = ptr(artifact.OutcomeUnparsed)
	default:
		rec.Outcome = ptr(artifact.OutcomeWrong)
	}
}

// inspectValue is a score as a number: the letters C, P, I and N (correct,
// partial, incorrect, no answer), a truth, or a number.
func inspectValue(n *node) (value *float64, unanswered bool) {
	switch n.kind {
	case boolean:
		if n.truth {
			return ptr(1.0), false
		}
		return ptr(0.0), false
	case numeral:
		return n.float(), false
	case text:
		switch strings.ToLower(n.scalar) {
		case "c", "yes", "true":
			return ptr(1.0), false
		case "p":
			return ptr(0.5), false
		case "i", "no", "false":
			return ptr(0.0), false
		case "n":
			return ptr(0.0), true
		}
		return finite(n.scalar), false
	}
	return nil, false
}

// fromReductions makes records of the values by item, which a log has even when
// it keeps no samples. With several epochs they are means.
func (r *inspectRun) fromReductions() {
	for _, red := range r.reductions.each() {
		name := red.at("scorer").text()
		if len(r.scorers) > 0 && (name == nil || *name != r.scorers[0]) {
			continue
		}
		for _, s := range red.at("samples").each() {
			if !s.need(object) {
				return
			}
			id := s.at("sample_id").literal()
			if id == nil {
				continue
			}
			rec := artifact.EvalRecord{Task: r.task.Task, Item: *id}
			r.verdict(&rec, s)
			r.records = append(r.records, rec)
		}
		return
	}
}

// promptOf is the hash of the messages before the first reply, without the ids
// that differ from run to run; nil when there are none.
func promptOf(messages *node) *string {
	if messages.kind != list {
		return nil
	}
	var parts []any
	for _, m := range messages.items {
		if m.kind != object {
			return nil
		}
		role := m.at("role")
		if role.kind != text || role.scalar == "assistant" {
			break
		}
		parts = append(parts, []any{role.scalar, m.at("content").plain()})
	}
	if len(parts) == 0 {
		return nil
	}
	return itemKey(parts...)
}

// withoutIDs is an input as JSON; a list of messages without their ids.
func withoutIDs(n *node) json.RawMessage {
	if n.kind == list {
		var parts []any
		for _, m := range n.items {
			if m.kind == object {
				parts = append(parts, []any{m.at("role").plain(), m.at("content").plain()})
				continue
			}
			parts = append(parts, m.plain())
		}
		b, _ := json.Marshal(parts)
		return b
	}
	return marshal(n)
}

func marshal(n *node) json.RawMessage {
	if !n.known() {
		return nil
	}
	b, err := json.Marshal(n.plain())
	if err != nil {
		return nil
	}
	return b
}

// canonical is JSON with sorted keys and no spaces.
func canonical(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	n, err := parse("", raw)
	if err != nil {
		return nil
	}
	return marshal(n)
}

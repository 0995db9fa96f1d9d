package imports

import (
	"bytes"
	"encoding/json"
	"strings"

	"benchsite/collect/artifact"
)

// inspectSample is what is kept of a sample: its question as a hash, its events
// not at all.
type inspectSample struct {
	id, itemHash, promptHash *string
	epoch                    *int64
	seconds                  *float64
	expected                 *string
	output, scores, score    *node
	fault                    *node // what went wrong with it
}

// sampleOf takes the sample out of its tree, which may be dropped then.
func sampleOf(n *node) inspectSample {
	s := inspectSample{
		id: n.at("id").literal(), epoch: n.at("epoch").count(), expected: single(marshal(n.at("target"))),
		output: n.at("output"), scores: n.at("scores"), score: n.at("score"), fault: n.at("error"),
	}
	if input := n.at("input"); input.known() {
		s.itemHash = itemKey(string(withoutIDs(input)), string(marshal(n.at("choices"))), string(marshal(n.at("target"))))
	}
	s.promptHash = promptOf(n.at("messages"))
	if t := n.at("total_time"); t.kind == numeral {
		s.seconds = t.positive()
	}
	kept := map[string]*node{}
	for _, name := range []string{"id", "output", "scores", "score", "error"} {
		if f := n.fields[name]; f != nil {
			kept[name] = f
		}
	}
	n.fields, n.keys = kept, nil
	return s
}

// sample adds one sample to the records.
func (r *inspectRun) sample(s inspectSample) {
	if s.id == nil {
		r.root.doc.fail("samples.id", "is missing")
		return
	}
	rec := artifact.EvalRecord{
		Task: r.task.Task, Item: *s.id, ItemHash: s.itemHash, PromptHash: s.promptHash, Expected: s.expected, LatencyS: s.seconds,
	}
	if s.epoch != nil && *s.epoch > 0 {
		rec.Repeat = *s.epoch - 1
	}
	r.reply(&rec, s.output)
	r.score(&rec, s.scores, s.score)
	if e := s.fault; e.kind == object || e.kind == text {
		rec.Outcome = ptr(artifact.OutcomeError)
		if m := e.fields["message"]; m != nil && m.kind == text {
			rec.Detail = ptr(bounded(m.scalar, 0).(string))
		}
	}
	r.records = append(r.records, rec)
}

// cutOff are the stop reasons of a reply that hit a limit.
var cutOff = map[string]bool{"max_tokens": true, "model_length": true, "length": true}

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
	rec.Extracted = single(marshal(s.at("answer")))
	value, unanswered := inspectValue(s.at("value"))
	if value == nil {
		return
	}
	r.partial = append(r.partial, itemValue{rec.Item, *value})
	switch {
	case *value == 1:
		rec.Outcome = ptr(artifact.OutcomeCorrect)
	case *value != 0:
	case rec.FinishReason != nil && cutOff[*rec.FinishReason]:
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

// marshal is a value as JSON with sorted keys and no spaces; nothing when it is
// not known.
func marshal(n *node) json.RawMessage {
	if !n.known() {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(n.plain()); err != nil {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

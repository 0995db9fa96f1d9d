package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/eval"
)

// samples reads the replies of a task when their file lies beside. It returns the
// file's name, empty when there is none.
func (r *lmRun) samples(row lmRow) ([]artifact.EvalRecord, string, error) {
	if len(row.members) > 0 {
		return nil, "", nil
	}
	for _, name := range r.sampleNames(row.name) {
		if !fs.ValidPath(name) || name == r.in.Name {
			continue
		}
		records, err := r.readSamples(row, name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		return records, name, err
	}
	return nil, "", nil
}

// sampleNames are the names under which the tool wrote the replies of a task:
// with the time stamp of the results, and before 0.4.3 with their name.
func (r *lmRun) sampleNames(task string) []string {
	if stamp := stampForm.FindStringSubmatch(r.in.Name); stamp != nil {
		stem := "samples_" + task + "_" + stamp[1]
		return []string{stem + ".jsonl", stem + ".jsonl.gz", stem + ".json"}
	}
	stem := strings.TrimSuffix(r.in.Name, ".json")
	return []string{stem + "_" + task + ".jsonl", stem + "_" + task + ".jsonl.gz"}
}

func (r *lmRun) readSamples(row lmRow, name string) ([]artifact.EvalRecord, error) {
	s := &sampleReader{task: row.name, primary: row.primary(), index: map[string]int{}, seen: map[string]bool{}}
	// A torn last line, as a run that was killed leaves it, is passed over; the
	// count of items then says what is missing.
	in := Input{FS: r.in.FS, Name: name}
	_, err := in.values(func(_ int, line *node) error {
		if line.need(object) {
			s.add(line)
		}
		return nil
	}, sink{path: "arguments"})
	if err != nil {
		return nil, err
	}
	if want := r.root.at("n-samples").at(row.name).at("effective").count(); want != nil && *want != int64(len(s.records)) {
		return nil, &Refusal{File: name, Message: fmt.Sprintf("holds %d items, %s says %d", len(s.records), r.in.Name, *want),
			Advice: "move it away to import the scores alone"}
	}
	return s.records, nil
}

// sampleReader joins the lines of a samples file, one for each item and filter.
type sampleReader struct {
	task    string
	primary metricKey
	records []artifact.EvalRecord
	index   map[string]int  // doc -> record
	seen    map[string]bool // doc and filter: a second run in one second appends its lines
}

// add reads one line. The question (doc) serves for its hash alone, the arguments
// for nothing.
func (s *sampleReader) add(line *node) {
	id := line.at("doc_id").literal()
	if id == nil {
		line.at("doc_id").fail("is missing")
		return
	}
	filter := "none"
	if f := line.at("filter").text(); f != nil {
		filter = *f
	}
	if s.seen[*id+"\x00"+filter] {
		return
	}
	s.seen[*id+"\x00"+filter] = true
	value := s.value(line)
	i, there := s.index[*id]
	if !there {
		i = len(s.records)
		s.index[*id] = i
		s.records = append(s.records, artifact.EvalRecord{Task: s.task, Item: *id})
	}
	r := &s.records[i]
	if filter != s.primary.filter && s.primary.filter != "" {
		note := filter + ": ?"
		if value != nil {
			note = fmt.Sprintf("%s: %g", filter, *value)
		}
		if r.Detail != nil {
			note = *r.Detail + "; " + note
		}
		r.Detail = &note
		return
	}
	r.ItemHash, r.PromptHash = line.at("doc_hash").text(), line.at("prompt_hash").text()
	if doc := marshal(line.at("doc")); r.ItemHash == nil && doc != nil {
		r.ItemHash = ptr(artifact.SHA256(doc)) // before 0.4.3 the tool wrote none
	}
	r.Expected, r.Output, r.Extracted = single(marshal(line.at("target"))), single(marshal(line.at("resps"))), single(marshal(line.at("filtered_resps")))
	r.Outcome = outcome(value, r)
}

// value is the item's figure of the primary metric: 0 or 1 for most, a share for
// some, nil when the line has none or holds parts to be joined.
func (s *sampleReader) value(line *node) *float64 {
	switch v := line.at(s.primary.metric); v.kind {
	case boolean:
		if v.truth {
			return ptr(1.0)
		}
		return ptr(0.0)
	case numeral:
		return v.float()
	}
	return nil
}

// outcome reads the verdict. A wrong reply that never closed its thoughts was
// cut; one that its filter found nothing in is not parsed. A share between 0 and
// 1 is neither right nor wrong.
func outcome(value *float64, r *artifact.EvalRecord) *artifact.Outcome {
	switch {
	case value == nil || *value != 0 && *value != 1:
		return nil
	case *value == 1:
		return ptr(artifact.OutcomeCorrect)
	}
	if r.Output != nil {
		if _, _, open := eval.SplitThink(*r.Output); open {
			return ptr(artifact.OutcomeTruncated)
		}
	}
	if r.Extracted != nil && *r.Extracted == "[invalid]" {
		r.Extracted = nil
		return ptr(artifact.OutcomeUnparsed)
	}
	return ptr(artifact.OutcomeWrong)
}

// knownOutcomes counts what the samples can tell. That none is unparsed,
// truncated or failed they cannot.
func knownOutcomes(records []artifact.EvalRecord) *artifact.Outcomes {
	for _, r := range records {
		if r.Outcome == nil {
			return nil
		}
	}
	c := eval.Count(records)
	for _, n := range []**int64{&c.Unparsed, &c.Truncated, &c.Error} {
		if **n == 0 {
			*n = nil
		}
	}
	return c
}

// single unwraps nested lists of one element down to a text; several replies, and
// the pairs of a multiple-choice task, stay JSON.
func single(raw json.RawMessage) *string {
	inner := bytes.TrimSpace(raw)
	for depth := 0; depth < 8; depth++ {
		var items []json.RawMessage
		if len(inner) == 0 || inner[0] != '[' || json.Unmarshal(inner, &items) != nil || len(items) != 1 {
			break
		}
		inner = bytes.TrimSpace(items[0])
	}
	var s string
	switch {
	case len(inner) == 0 || string(inner) == "null":
		return nil
	case json.Unmarshal(inner, &s) == nil:
		return &s
	}
	return ptr(compact(inner))
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

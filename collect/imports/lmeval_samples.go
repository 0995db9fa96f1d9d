package imports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
		f, err := r.in.open(name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		records, err := r.readSamples(row, name, f)
		f.Close()
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

func (r *lmRun) readSamples(row lmRow, name string, f io.Reader) ([]artifact.EvalRecord, error) {
	s := &sampleReader{file: name, task: row.name, primary: row.primary(), index: map[string]int{}, seen: map[string]bool{}}
	if err := s.read(f); err != nil {
		return nil, err
	}
	if want := r.root.at("n-samples").at(row.name).at("effective").count(); want != nil && *want != int64(len(s.records)) {
		return nil, &Refusal{File: name, Message: fmt.Sprintf("holds %d items, %s says %d", len(s.records), r.in.Name, *want),
			Advice: "move it away to import the scores alone"}
	}
	return s.records, nil
}

// maxLine bounds one line of a file of lines.
const maxLine = 64 << 20

// sampleReader joins the lines of a samples file, one for each item and filter.
type sampleReader struct {
	file    string
	task    string
	primary metricKey
	records []artifact.EvalRecord
	index   map[string]int  // doc -> record
	seen    map[string]bool // doc and filter: a second run in one second appends its lines
}

// sampleLine is what is read of a line. The question (doc) serves for its hash
// alone, the arguments for nothing.
type sampleLine struct {
	DocID    json.RawMessage `json:"doc_id"`
	Doc      json.RawMessage `json:"doc"`
	Target   json.RawMessage `json:"target"`
	Resps    json.RawMessage `json:"resps"`
	Filtered json.RawMessage `json:"filtered_resps"`
	Filter   *string         `json:"filter"`
	DocHash  *string         `json:"doc_hash"`
	Prompt   *string         `json:"prompt_hash"`
}

// read takes line after line. A torn last line, as a run that was killed leaves
// it, is passed over; the count of items then says what is missing.
func (s *sampleReader) read(in io.Reader) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for number := 1; ; number++ {
		line, err := readLine(lines)
		if err != nil && err != io.EOF {
			return &Refusal{File: s.file, Line: number, Message: "cannot be read: " + err.Error()}
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			torn := err == io.EOF && !json.Valid(tolerated(text))
			if fault := s.add(text); fault != nil && !torn {
				fault.File, fault.Line = s.file, number
				return fault
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine is a line with its end, bounded.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("a line is longer than %d MiB", maxLine>>20)
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

func tolerated(data []byte) []byte {
	clean, _ := tolerate(data)
	return clean
}

func (s *sampleReader) add(line []byte) *Refusal {
	line, _ = tolerate(line)
	var l sampleLine
	if err := json.Unmarshal(line, &l); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return &Refusal{Field: wrong.Field, Message: "expected text, found " + wrong.Value}
		}
		return &Refusal{Message: "is not valid JSON: " + err.Error()}
	}
	id := strings.Trim(compact(l.DocID), `"`)
	if id == "" || id == "null" {
		return &Refusal{Field: "doc_id", Message: "is missing"}
	}
	filter := "none"
	if l.Filter != nil {
		filter = *l.Filter
	}
	if s.seen[id+"\x00"+filter] {
		return nil
	}
	s.seen[id+"\x00"+filter] = true
	value, fault := s.value(line)
	if fault != nil {
		return fault
	}
	i, there := s.index[id]
	if !there {
		i = len(s.records)
		s.index[id] = i
		s.records = append(s.records, artifact.EvalRecord{Task: s.task, Item: id})
	}
	r := &s.records[i]
	if filter != s.primary.filter && s.primary.filter != "" {
		note := filter + ": " + shown(value)
		if r.Detail != nil {
			note = *r.Detail + "; " + note
		}
		r.Detail = &note
		return nil
	}
	r.ItemHash, r.PromptHash = l.DocHash, l.Prompt
	if r.ItemHash == nil && len(l.Doc) > 0 && string(l.Doc) != "null" {
		r.ItemHash = ptr(artifact.SHA256([]byte(compact(l.Doc)))) // before 0.4.3 the tool wrote none
	}
	r.Expected, r.Output, r.Extracted = single(l.Target), single(l.Resps), single(l.Filtered)
	r.Outcome = outcome(value, r)
	return nil
}

// value is the item's figure of the primary metric: 0 or 1 for most, a share for
// some, nil when the line has none or holds parts to be joined.
func (s *sampleReader) value(line []byte) (*float64, *Refusal) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(line, &all); err != nil {
		return nil, &Refusal{Message: "is not valid JSON: " + err.Error()}
	}
	switch v := compact(all[s.primary.metric]); v {
	case "true":
		return ptr(1.0), nil
	case "false":
		return ptr(0.0), nil
	default:
		return finite(v), nil
	}
}

func shown(v *float64) string {
	if v == nil {
		return "?"
	}
	return fmt.Sprintf("%g", *v)
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

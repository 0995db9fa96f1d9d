package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"benchsite/collect/artifact"
)

// textLine is one line of a set of texts.
type textLine struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Category string `json:"category"` // the data set that the text belongs to
	Lang     string `json:"lang"`
}

// holdsTexts looks at the first line of a file.
func holdsTexts(path string) (bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("suite: %w", err)
	}
	return isTexts(data), nil
}

// isTexts reports whether a JSON Lines file holds texts, not questions: its
// first line has a text.
func isTexts(data []byte) bool {
	for raw := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		if raw = bytes.TrimSpace(raw); len(raw) == 0 {
			continue
		}
		var l map[string]json.RawMessage
		if json.Unmarshal(raw, &l) != nil {
			return false
		}
		_, text := l["text"]
		_, prompt := l["prompt"]
		_, messages := l["messages"]
		return text && !prompt && !messages
	}
	return false
}

// ReadTexts reads a set of texts: a .txt file is one text, a .jsonl file holds
// one a line with the fields text, id, category and lang. The error lists every
// faulty line with file, line and field.
func ReadTexts(path string, w Windows) (*Suite, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	file := filepath.Base(path)
	ext := filepath.Ext(file)
	name := artifact.Slug(strings.TrimSuffix(file, ext))
	docs := []document{{id: name, text: strings.TrimPrefix(string(data), "\ufeff")}}
	if ext == ".jsonl" {
		if docs, err = parseTexts(file, data); err != nil {
			return nil, err
		}
	} else if fault := checkText(docs[0].text); fault != nil {
		fault.File, fault.Field = file, ""
		return nil, fault
	}
	w = w.filled()
	items := windowsOf(docs, w)
	sum, n := artifact.SHA256(data), int64(len(items))
	return &Suite{
		Name: name, Items: items, Of: len(items), Scorer: "perplexity", Answer: 1, Think: 1, Windows: &w,
		Dataset: artifact.Dataset{Name: &file, SHA256: &sum, Of: &n},
	}, nil
}

func parseTexts(file string, data []byte) ([]document, error) {
	var docs []document
	var faults []error
	seen := map[string]int{}
	n := 0
	for raw := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		n++
		if raw = bytes.TrimSpace(raw); len(raw) == 0 {
			continue
		}
		d, fault := parseText(raw)
		if fault == nil && !utf8.Valid(raw) {
			fault = &artifact.Fault{Field: "text", Message: "is not UTF-8"}
		}
		if fault == nil && d.id == "" {
			d.id = fmt.Sprintf("line-%d", n)
		}
		if fault == nil && seen[d.id] > 0 {
			fault = &artifact.Fault{Field: "id", Message: fmt.Sprintf("%q stands in line %d already", d.id, seen[d.id])}
		}
		if fault != nil {
			fault.File, fault.Line = file, n
			if faults = append(faults, fault); len(faults) == maxFaults {
				faults = append(faults, &artifact.Fault{File: file, Message: "there may be more faults below"})
				break
			}
			continue
		}
		seen[d.id] = n
		docs = append(docs, d)
	}
	if len(faults) == 0 && len(docs) == 0 {
		faults = append(faults, &artifact.Fault{File: file, Message: "holds no text"})
	}
	return docs, errors.Join(faults...)
}

func parseText(raw []byte) (document, *artifact.Fault) {
	var l textLine
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return document{}, &artifact.Fault{Field: kind.Field, Message: fmt.Sprintf("is a JSON %s, must be a %s", kind.Value, kind.Type)}
		}
		return document{}, &artifact.Fault{Message: strings.TrimPrefix(err.Error(), "json: ")}
	}
	if _, err := dec.Token(); err != io.EOF {
		return document{}, &artifact.Fault{Message: "more than one JSON value on the line"}
	}
	if fault := checkText(l.Text); fault != nil {
		return document{}, fault
	}
	return document{id: strings.TrimSpace(l.ID), category: l.Category, lang: l.Lang, text: l.Text}, nil
}

func checkText(s string) *artifact.Fault {
	switch {
	case strings.TrimSpace(s) == "":
		return &artifact.Fault{Field: "text", Message: "is empty"}
	case !utf8.ValidString(s):
		return &artifact.Fault{Field: "text", Message: "is not UTF-8"}
	}
	return nil
}

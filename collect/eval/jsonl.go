package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval/code"
)

// maxFaults bounds how many faults of one file are listed.
const maxFaults = 20

// line is one line of a user suite.
type line struct {
	ID       string          `json:"id"`
	Prompt   string          `json:"prompt"`
	Messages []turn          `json:"messages"`
	Expected json.RawMessage `json:"expected"`
	Type     string          `json:"type"`
	Category string          `json:"category"`
	Lang     string          `json:"lang"`
	Stem     string          `json:"stem"`
	Tests    json.RawMessage `json:"tests"`       // of the type code
	Entry    string          `json:"entry_point"` // of the type code
	Solution string          `json:"solution"`    // of the type code: a program that passes
}

type turn struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// ReadSuite reads a user suite: JSON lines as the README of this package
// describes them. The error lists every faulty line with file, line and field.
func ReadSuite(path string) (*Suite, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	items, err := parseItems(filepath.Base(path), data)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".jsonl")
	sum, n := artifact.SHA256(data), int64(len(items))
	rule, answer := "typed", int64(1024)
	if programs(items) {
		rule, answer = "code", 4096
	}
	return &Suite{
		Name: artifact.Slug(name), Items: items, Of: len(items), Scorer: rule, Answer: answer, Think: 16384,
		Dataset: artifact.Dataset{Name: artifact.Ptr(filepath.Base(path)), SHA256: &sum, Of: &n},
	}, nil
}

func parseItems(file string, data []byte) ([]Item, error) {
	var items []Item
	var faults []error
	seen := map[string]int{}
	n := 0
	for raw := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		n++
		raw = bytes.TrimSpace(raw)
		if len(raw) == 0 {
			continue
		}
		it, fault := parseItem(raw)
		if fault == nil && seen[it.ID] > 0 {
			fault = &artifact.Fault{Field: "id", Message: fmt.Sprintf("%q stands in line %d already", it.ID, seen[it.ID])}
		}
		if fault != nil {
			fault.File, fault.Line = file, n
			if faults = append(faults, fault); len(faults) == maxFaults {
				faults = append(faults, &artifact.Fault{File: file, Message: "there may be more faults below"})
				break
			}
			continue
		}
		seen[it.ID] = n
		items = append(items, it)
	}
	if len(faults) == 0 && len(items) == 0 {
		faults = append(faults, &artifact.Fault{File: file, Message: "holds no item"})
	}
	return items, errors.Join(faults...)
}

func parseItem(raw []byte) (Item, *artifact.Fault) {
	fault := func(field, format string, args ...any) (Item, *artifact.Fault) {
		return Item{}, &artifact.Fault{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	if it, ok, err := publishedItem(raw); ok {
		if err != nil {
			return fault("", "%v", err)
		}
		return it, nil
	}
	var l line
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return fault(kind.Field, "is a JSON %s, must be a %s", kind.Value, kind.Type)
		}
		return fault("", "%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return fault("", "more than one JSON value on the line")
	}
	it := Item{ID: strings.TrimSpace(l.ID), Type: l.Type, Category: l.Category, Lang: l.Lang, Stem: l.Stem}
	switch {
	case it.ID == "":
		return fault("id", "is missing")
	case l.Prompt == "" && len(l.Messages) == 0:
		return fault("prompt", "is missing, and so is messages")
	case l.Prompt != "" && len(l.Messages) > 0:
		return fault("messages", "stands beside prompt: give one of them")
	case l.Prompt != "":
		it.Messages = endpoint.User(l.Prompt)
	}
	for i, m := range l.Messages {
		if !slices.Contains([]string{"system", "user", "assistant"}, m.Role) {
			return fault(fmt.Sprintf("messages[%d].role", i), "is %q, must be system, user or assistant", m.Role)
		}
		it.Messages = append(it.Messages, endpoint.Message{Role: m.Role, Content: m.Content})
	}
	if l.Type == CodeType {
		p, err := code.ParseUser(l.Tests, l.Entry)
		if err != nil {
			return fault("tests", "%v", err)
		}
		it.Code, it.Expected, it.Solution = p, codeKey(p), l.Solution
		return it, nil
	}
	switch {
	case l.Tests != nil || l.Entry != "":
		return fault("tests", "belong to the type code, this is %q", l.Type)
	case len(l.Expected) == 0 || string(l.Expected) == "null":
		return fault("expected", "is missing")
	case l.Expected[0] == '"':
		_ = json.Unmarshal(l.Expected, &it.Expected) // decoded once already
	case l.Expected[0] == '{' || l.Expected[0] == '[':
		return fault("expected", "must be a text or a number")
	default:
		it.Expected = string(l.Expected)
	}
	if field, message := checkKey(it.Type, it.Expected); message != "" {
		return fault(field, "%s", message)
	}
	return it, nil
}

// checkKey says what is wrong with a type and its key; "" when nothing is.
func checkKey(kind, key string) (field, message string) {
	switch kind {
	case "":
		return "type", "is missing: one of " + strings.Join(typedTypes, ", ")
	case "number":
		if _, ok := plainNumber(key); !ok {
			return "expected", fmt.Sprintf("%q is no number", key)
		}
	case "exact", "contains", "boxed", typeJudge:
		if strings.TrimSpace(key) == "" {
			return "expected", "is empty"
		}
	case "choice":
		if len(key) != 1 || key[0] < 'A' || key[0] > 'Z' {
			return "expected", fmt.Sprintf("%q is no choice letter A to Z", key)
		}
	case "integer":
		if _, ok := aimeKey(key); !ok {
			return "expected", fmt.Sprintf("%q is no integer from 0 to 999", key)
		}
	case "regex":
		if _, err := regexp.Compile(key); err != nil {
			return "expected", "is no regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		}
	default:
		return "type", fmt.Sprintf("%q is unknown: one of %s", kind, strings.Join(typedTypes, ", "))
	}
	return "", ""
}

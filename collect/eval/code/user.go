package code

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// ParseUser reads the tests of an item of a user suite:
//
//   - a text or a list of texts: Python statements with assertions, or a function
//     check(candidate), or functions test_…();
//   - a list of {"input", "output"}: without an entry point what goes to standard
//     input and what must come out; with one a JSON value a line for each argument
//     and the JSON value that it must return;
//   - a list of {"args", "output"}, with an entry point: the arguments and the value
//     as they are.
//
// The error is a clause about the field tests.
func ParseUser(tests json.RawMessage, entry string) (*Problem, error) {
	tests = bytes.TrimSpace(tests)
	if len(tests) == 0 || string(tests) == "null" {
		return nil, fmt.Errorf("is missing: a type code item has tests")
	}
	var one string
	if json.Unmarshal(tests, &one) == nil {
		return statements([]string{one}, entry)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(tests, &list); err != nil {
		return nil, fmt.Errorf("must be a text, or a list of texts or of objects")
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("is empty: without a test nothing can pass")
	}
	var texts []string
	if json.Unmarshal(tests, &texts) == nil {
		return statements(texts, entry)
	}
	p := &Problem{Form: Stdin, Entry: entry}
	if entry != "" {
		p.Form = Call
	}
	for i, raw := range list {
		t, err := userTest(raw, entry)
		if err != nil {
			return nil, fmt.Errorf("number %d %w", i+1, err)
		}
		p.Tests = append(p.Tests, t)
	}
	return p, nil
}

func statements(texts []string, entry string) (*Problem, error) {
	p := &Problem{Form: Assert, Entry: entry}
	for _, s := range texts {
		if strings.TrimSpace(s) == "" {
			return nil, fmt.Errorf("holds an empty text")
		}
		p.Tests = append(p.Tests, Test{Source: s})
	}
	return p, nil
}

func userTest(raw json.RawMessage, entry string) (Test, error) {
	var t struct {
		Input    *string         `json:"input"`
		Args     json.RawMessage `json:"args"`
		Output   json.RawMessage `json:"output"`
		TestType string          `json:"testtype"` // of published tests; the entry point says it here
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil {
		return Test{}, fmt.Errorf("is no {input, output}: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if len(t.Output) == 0 {
		return Test{}, fmt.Errorf("has no output")
	}
	var text string
	isText := json.Unmarshal(t.Output, &text) == nil
	switch {
	case t.Args != nil && entry == "":
		return Test{}, fmt.Errorf("has args, which need an entry_point")
	case t.Args != nil && t.Input != nil:
		return Test{}, fmt.Errorf("has args and input: give one of them")
	case t.Args != nil:
		var args []json.RawMessage
		if err := json.Unmarshal(t.Args, &args); err != nil {
			return Test{}, fmt.Errorf("has args that are no list")
		}
		out := Test{Output: string(t.Output)}
		for _, a := range args {
			var b bytes.Buffer
			if err := json.Compact(&b, a); err != nil {
				return Test{}, err
			}
			out.Input += b.String() + "\n"
		}
		return out, nil
	case t.Input == nil:
		return Test{}, fmt.Errorf("has no input")
	case entry == "" && !isText:
		return Test{}, fmt.Errorf("has an output that is no text: it is what the program prints")
	case entry == "":
		return Test{Input: *t.Input, Output: text}, nil
	case isText && !json.Valid([]byte(text)):
		return Test{}, fmt.Errorf("has an output that is no JSON value: %q", text)
	case isText:
		return Test{Input: *t.Input, Output: text}, nil
	}
	return Test{Input: *t.Input, Output: string(t.Output)}, nil
}

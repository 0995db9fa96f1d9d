package eval

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval/code"
)

// keptTests is how large the tests of an item may be, in bytes, to stand with its
// record; of larger ones the digest stands there.
const keptTests = 64 << 10

// codeKey is the key of an item that asks for a program.
func codeKey(p *code.Problem) string {
	text := p.Text()
	if p.Packed != nil || len(text) > keptTests {
		return "sha256:" + artifact.SHA256([]byte(text))
	}
	return text
}

// The forms into which published problems are put.
const (
	completePrompt = "Complete this Python function. Answer with the whole function in one ```python block.\n\n```python\n%s\n```"
	writePrompt    = "%s\n\nThe program must pass these tests:\n\n```python\n%s\n```\n\nAnswer with the whole program in one ```python block, without the tests."
)

// codeItem fills in what all items that ask for a program share.
func codeItem(id, prompt string, p *code.Problem) Item {
	return Item{ID: id, Type: CodeType, Messages: endpoint.User(prompt), Code: p, Expected: codeKey(p)}
}

// humanEvalItem reads the form of HumanEval: a prompt that is the beginning of a
// function, an entry point, and a test with check(candidate).
func humanEvalItem(r row) (Item, error) {
	var need [4]string
	for i, name := range []string{"task_id", "prompt", "entry_point", "test"} {
		var err error
		if need[i], err = r.need(name); err != nil {
			return Item{}, err
		}
	}
	p := &code.Problem{Form: code.Assert, Entry: need[2], Preamble: need[1] + "\n", Tests: []code.Test{{Source: need[3]}}}
	return codeItem(need[0], fmt.Sprintf(completePrompt, need[1]), p), nil
}

// mbppItem reads the form of MBPP: a sentence and a list of assertions.
func mbppItem(r row) (Item, error) {
	prompt, err := r.need("prompt", "text")
	if err != nil {
		return Item{}, err
	}
	id, err := r.need("task_id")
	if err != nil {
		return Item{}, err
	}
	list, _ := r["test_list"].([]string)
	if len(list) == 0 {
		return Item{}, fmt.Errorf("the field test_list is missing or empty")
	}
	imports, _ := r["test_imports"].([]string)
	p := &code.Problem{Form: code.Assert, Setup: strings.Join(append(imports, r.text("test_setup_code")), "\n")}
	for _, t := range list {
		p.Tests = append(p.Tests, code.Test{Source: t})
	}
	return codeItem(id, fmt.Sprintf(writePrompt, prompt, strings.Join(list, "\n")), p), nil
}

// publishedItem reads a line of a suite that is in the form of HumanEval or MBPP;
// ok is false when it is in neither.
func publishedItem(raw []byte) (it Item, ok bool, err error) {
	var has struct {
		ID       json.RawMessage `json:"task_id"`
		Test     json.RawMessage `json:"test"`
		TestList json.RawMessage `json:"test_list"`
	}
	if json.Unmarshal(raw, &has) != nil || has.ID == nil || has.Test == nil && has.TestList == nil {
		return it, false, nil
	}
	rows, err := readJSONRows(raw)
	if err != nil || len(rows) != 1 {
		return it, true, fmt.Errorf("is no object of one line")
	}
	if has.Test != nil {
		it, err = humanEvalItem(rows[0])
	} else {
		it, err = mbppItem(rows[0])
	}
	return it, true, err
}

// programs reports whether all items ask for programs.
func programs(items []Item) bool {
	return !slices.ContainsFunc(items, func(it Item) bool { return it.Code == nil })
}

// HasCode reports whether an item of the suite asks for a program, so that it can
// only be judged under isolation.
func (s *Suite) HasCode() bool {
	return slices.ContainsFunc(s.Items, func(it Item) bool { return it.Type == CodeType })
}

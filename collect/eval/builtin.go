package eval

import (
	_ "embed"
	"fmt"

	"benchsite/collect/artifact"
)

//go:embed suites/decidable-40-zh.jsonl
var decidableZH []byte

//go:embed suites/decidable-40-en.jsonl
var decidableEN []byte

//go:embed suites/programs-12.jsonl
var programs12 []byte

// builtin are the suites that are part of the program. The two are the same 40
// questions, one language each: a question and its twin share their stem, so
// that both together are 40 clusters and never 80 questions. programs-12 shows every
// form in which programs can be tested, and no more: it is too small to rank models.
var builtin = map[string][]byte{"decidable-40-zh": decidableZH, "decidable-40-en": decidableEN, "programs-12": programs12}

// builtinVersion rises with any change of a question or a key.
const builtinVersion = "1"

func builtinSuite(name string, data []byte) (*Suite, error) {
	items, err := parseItems(name+".jsonl", data)
	if err != nil {
		return nil, fmt.Errorf("BUG: an embedded suite is faulty: %w", err)
	}
	sum, n := artifact.SHA256(data), int64(len(items))
	rule, answer := "typed-lenient", int64(512)
	if programs(items) {
		rule, answer = "code", 2048
	}
	return &Suite{
		Name: name, Version: builtinVersion, Items: items, Of: len(items), Scorer: rule, Answer: answer, Think: 8192,
		Dataset: artifact.Dataset{Name: &name, SHA256: &sum, Of: &n},
	}, nil
}

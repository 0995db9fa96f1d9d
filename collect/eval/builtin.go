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

// builtin are the suites that are part of the program. The two are the same 40
// questions, one language each: a question and its twin share their stem, so
// that both together are 40 clusters and never 80 questions.
var builtin = map[string][]byte{"decidable-40-zh": decidableZH, "decidable-40-en": decidableEN}

// builtinVersion rises with any change of a question or a key.
const builtinVersion = "1"

func builtinSuite(name string, data []byte) (*Suite, error) {
	items, err := parseItems(name+".jsonl", data)
	if err != nil {
		return nil, fmt.Errorf("BUG: an embedded suite is faulty: %w", err)
	}
	sum, n := artifact.SHA256(data), int64(len(items))
	return &Suite{
		Name: name, Version: builtinVersion, Items: items, Of: len(items), Scorer: "typed-lenient", Answer: 512, Think: 8192,
		Dataset: artifact.Dataset{Name: &name, SHA256: &sum, Of: &n},
	}, nil
}

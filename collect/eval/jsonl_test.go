package eval

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSuiteFaultsNameTheLine(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":"a","prompt":"?","expected":"1","type":"number"`:                                             "unexpected EOF",
		`{"prompt":"?","expected":"1","type":"number"}`:                                                     "id: is missing",
		`{"id":"a","expected":"1","type":"number"}`:                                                         "prompt: is missing",
		`{"id":"a","prompt":"?","messages":[{"role":"user","content":"?"}],"expected":"1","type":"number"}`: "messages: stands beside prompt",
		`{"id":"a","messages":[{"role":"robot","content":"?"}],"expected":"1","type":"number"}`:             `messages[0].role: is "robot"`,
		`{"id":"a","prompt":"?","type":"number"}`:                                                           "expected: is missing",
		`{"id":"a","prompt":"?","expected":["1"],"type":"number"}`:                                          "expected: must be a text or a number",
		`{"id":"a","prompt":"?","expected":"seven","type":"number"}`:                                        `expected: "seven" is no number`,
		`{"id":"a","prompt":"?","expected":"E","type":"color"}`:                                             `type: "color" is unknown`,
		`{"id":"a","prompt":"?","expected":"E"}`:                                                            "type: is missing",
		`{"id":"a","prompt":"?","expected":"AB","type":"choice"}`:                                           "choice letter",
		`{"id":"a","prompt":"?","expected":"1000","type":"integer"}`:                                        "0 to 999",
		`{"id":"a","prompt":"?","expected":"(","type":"regex"}`:                                             "no regular expression",
		`{"id":"a","prompt":"?","expected":" ","type":"judge"}`:                                             "expected: is empty",
		`{"id":"a","prompt":"?","expected":"x","type":"exact","answer":"x"}`:                                `unknown field "answer"`,
		`{"id":7,"prompt":"?","expected":"x","type":"exact"}`:                                               "id: is a JSON number, must be a string",
		`{"id":"ok","prompt":"?","expected":"x","type":"exact"}`:                                            `"ok" stands in line 2 already`,
	} {
		path := filepath.Join(t.TempDir(), "s.jsonl")
		text := "\n" + `{"id":"ok","prompt":"?","expected":1.5,"type":"number"}` + "\n" + line + "\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadSuite(path)
		if err == nil || !strings.Contains(err.Error(), "s.jsonl:3: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	empty := filepath.Join(t.TempDir(), "e.jsonl")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSuite(empty); err == nil || !strings.Contains(err.Error(), "holds no item") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := LoadSuite(t.Context(), "decidable-40-fr", Source{}); err == nil || !strings.Contains(err.Error(), "did you mean decidable-40-") {
		t.Errorf("an unknown name: %v", err)
	}
}

// The example of the README is a suite, and every item of it scores its own key.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var block []byte
	for _, m := range regexp.MustCompile("(?s)```jsonl\n(.*?)```").FindAllSubmatch(readme, -1) {
		if !isTexts(m[1]) && !bytes.Contains(m[1], []byte(`"code"`)) {
			block = append(block, m[1]...)
		}
	}
	if block == nil {
		t.Fatal("the README shows no suite")
	}
	path := filepath.Join(t.TempDir(), "mine.jsonl")
	if err := os.WriteFile(path, block, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSuite(path)
	if err != nil {
		t.Fatal(err)
	}
	rule, _ := ScorerByName(s.Scorer)
	types := map[string]bool{}
	for _, it := range s.Items {
		types[it.Type] = true
		reply := it.Expected
		switch it.Type {
		case "boxed", "integer":
			reply = `so it is $\boxed{` + reply + `}$`
		case "regex":
			reply = "v1.24"
		}
		want := yes
		if it.Type == typeJudge {
			want = "" // waits
		}
		if v := rule.Score(Reply{Type: it.Type, Expected: it.Expected, Output: reply}); v.Outcome != want {
			t.Errorf("%s: %s (%s)", it.ID, v.Outcome, v.Detail)
		}
	}
	for _, kind := range typedTypes {
		if !types[kind] {
			t.Errorf("the README shows no item of type %s", kind)
		}
	}
}

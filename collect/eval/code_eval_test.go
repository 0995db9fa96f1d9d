package eval

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/eval/code"
	"benchsite/collect/sandbox"
)

var openBox = sync.OnceValues(func() (*sandbox.Box, error) {
	return sandbox.Open(context.Background(), sandbox.Options{})
})

// boxOf is a real box. Where there is none the test says so.
func boxOf(t *testing.T) *sandbox.Box {
	t.Helper()
	box, err := openBox()
	var refused *sandbox.Refused
	if errors.As(err, &refused) && os.Getenv("CI") != "true" {
		t.Skip("SKIP: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// runPrograms asks a suite of a model that answers each prompt by reply, and
// returns the stored run with its records by item.
func runPrograms(t *testing.T, suite *Suite, repeats int, reply func(prompt string, seed int) string) (*artifact.Artifact, map[string]artifact.EvalRecord) {
	t.Helper()
	box := boxOf(t)
	model := endpointtest.New(t, func(w *endpointtest.Wire) {
		seed, _ := w.Body["seed"].(float64)
		w.JSON(200, endpointtest.Whole(reply(askedFor(w), int(seed)), 5, 3))
	})
	rule, err := ScorerByName(suite.Scorer)
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{Suite: suite, Model: "m", Concurrency: 4, Repeats: repeats, MaxTokens: 100, Scorer: rule,
		Judges: map[string]Judge{CodeType: NewCodeJudge(box, sandbox.Bubblewrap)}}
	st := artifact.Open(t.TempDir())
	res, err := Run(t.Context(), spec, settingOf(t, model, st.StateDir()))
	if err != nil || res.Lost != nil {
		t.Fatal(err, res.Lost)
	}
	a := put(t, st, res)
	records, err := st.EvalRecords(a)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]artifact.EvalRecord{}
	for _, rec := range records {
		by[rec.Item] = rec
	}
	return a, by
}

func metric(t *testing.T, a *artifact.Artifact, name string) float64 {
	t.Helper()
	for _, m := range a.Eval.Tasks[0].Metrics {
		if m.Metric == name {
			return *m.Value
		}
	}
	t.Fatalf("no metric %s in %+v", name, a.Eval.Tasks[0].Metrics)
	return 0
}

// The gold programs of the suite that shows every form all pass, and so do those
// of the README.
func TestGoldProgramsPass(t *testing.T) {
	suite, err := LoadSuite(t.Context(), "programs-12", Source{})
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```jsonl\n(\\{\"id\": \"add-up\".*?)```").FindSubmatch(readme)
	if example == nil {
		t.Fatal("the README shows no suite of programs")
	}
	shown, err := parseItems("README.md", example[1])
	if err != nil {
		t.Fatal(err)
	}
	suite.Items = append(suite.Items[:len(suite.Items):len(suite.Items)], slices.DeleteFunc(shown, func(it Item) bool { return it.ID != "add-up" })...)
	keys := suite.Keys()
	a, by := runPrograms(t, suite, 1, func(prompt string, _ int) string { return keys[prompt] })
	if v := metric(t, a, "pass@1"); v != 1 || len(by) != 13 {
		for _, rec := range by {
			t.Logf("%s: %+v", rec.Item, rec.Code)
		}
		t.Fatalf("pass@1 is %v of %d", v, len(by))
	}
	for _, rec := range by {
		if rec.Code == nil || rec.Code.Passed != rec.Code.Tests || len(rec.Code.CPUS) == 0 || len(rec.Code.WallS) != len(rec.Code.CPUS) || rec.Extracted == nil {
			t.Errorf("%s: %+v", rec.Item, rec.Code)
		}
	}
	if g := a.Eval.Tasks[0].Groups; len(g) != 3 || g[0].Name != "easy" || g[2].Name != "hard" {
		t.Errorf("groups %+v", g)
	}
}

const humanEvalLines = `{"task_id": "HumanEval/0", "prompt": "from typing import List\n\n\ndef largest(v: List[int]) -> int:\n    \"\"\" The largest number of v.\n    >>> largest([1, 3])\n    3\n    \"\"\"\n", "entry_point": "largest", "canonical_solution": "    return max(v)\n", "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate([1, 3, 2]) == 3\n    assert candidate([-1]) == -1\n"}
{"task_id": "HumanEval/1", "prompt": "\n\ndef encode(s: str) -> str:\n    \"\"\" Shifts every letter by one. \"\"\"\n    return ''.join(chr(ord(c) + 1) for c in s)\n\n\ndef decode(s: str) -> str:\n    \"\"\" Undoes encode. \"\"\"\n", "entry_point": "decode", "canonical_solution": "    return ''.join(chr(ord(c) - 1) for c in s)\n", "test": "def check(candidate):\n    from random import choice\n    for _ in range(5):\n        s = ''.join(choice('abc') for _ in range(4))\n        assert candidate(encode(s)) == s\n"}
{"task_id": 2, "text": "Write a function that returns what two tuples share.", "code": "def similar(a, b):\n  return tuple(set(a) & set(b))", "test_list": ["assert set(similar((3, 4), (4, 5))) == {4}", "assert similar((1,), (2,)) == ()"], "test_setup_code": "", "challenge_test_list": []}
`

func TestPublishedCode(t *testing.T) {
	items, err := parseItems("published.jsonl", []byte(humanEvalLines))
	if err != nil {
		t.Fatal(err)
	}
	suite := &Suite{Name: "published", Items: items, Of: 3, Scorer: "code"}
	replies := map[string][]string{ // right ones first
		"largest": {"```python\nfrom typing import List\n\ndef largest(v: List[int]) -> int:\n    return max(v)\n```", "```python\n    return max(v)\n```", "```python\ndef largest(v):\n    return v[0]\n```", "```python\ndef largest(v):\n    return max(v)", "I do not know."},
		"decode":  {"```python\ndef decode(s):\n    return ''.join(chr(ord(c) - 1) for c in s)\n```", "```python\n    return ''.join(chr(ord(c) - 1) for c in s)\n```", "```python\ndef encode(s):\n    return s\ndef decode(s):\n    return 'abca'\n```", "<think>so", ""},
		"similar": {"```python\ndef similar(a, b):\n    return tuple(x for x in a if x in b)\n```", "~~~\ndef similar(a, b):\n    return tuple(set(a) & set(b))\n~~~", "```python\ndef similar(a, b):\n    return a\n```", "```python\ndef simi", "```cpp\nint x;\n```"},
	}
	// A fence that stays open is run where the server says that the reply is whole.
	want := [5]int64{7, 4, 3, 1, 0}
	a, _ := runPrograms(t, suite, 5, func(prompt string, seed int) string {
		for name, list := range replies {
			if strings.Contains(prompt, name) {
				return list[seed]
			}
		}
		return ""
	})
	o := a.Eval.Tasks[0].Outcomes
	if got := [5]int64{*o.Correct, *o.Wrong, *o.Unparsed, *o.Truncated, *o.Error}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if v := metric(t, a, "pass@5"); v != 1 {
		t.Errorf("pass@5 is %v", v)
	}
}

// The published aggregate cases of pass@k, through the tally that makes the
// metric.
func TestPassAtK(t *testing.T) {
	for _, c := range []struct {
		n, c, k int
		want    float64
	}{{10, 3, 1, 0.3}, {10, 3, 5, 0.916667}, {10, 0, 5, 0}, {5, 2, 2, 0.7}, {8, 1, 4, 0.5}, {64, 12, 8, 0.829980}} {
		tl := newTally(1, c.n)
		for i := range c.n {
			o := artifact.OutcomeWrong
			if i < c.c {
				o = artifact.OutcomeCorrect
			}
			tl.add(i, place{length: 1}, &artifact.EvalRecord{Outcome: &o, Type: artifact.Ptr(CodeType)})
		}
		m, ok := tl.passAt(c.k)
		if !ok || *m.Value < c.want-5e-7 || *m.Value > c.want+5e-7 {
			t.Errorf("pass@%d of %d in %d: %v, want %v", c.k, c.c, c.n, *m.Value, c.want)
		}
	}
}

func TestUserTests(t *testing.T) {
	for _, c := range []struct{ line, words string }{
		{`{"id": "a", "prompt": "p", "type": "code"}`, "tests: is missing"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": []}`, "tests: is empty"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": 3}`, "must be a text"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [""]}`, "empty text"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [{"input": "1"}]}`, "number 1 has no output"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [{"output": "1"}]}`, "number 1 has no input"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [{"args": [1], "output": 1}]}`, "need an entry_point"},
		{`{"id": "a", "prompt": "p", "type": "code", "entry_point": "f", "tests": [{"args": 1, "output": 1}]}`, "args that are no list"},
		{`{"id": "a", "prompt": "p", "type": "code", "entry_point": "f", "tests": [{"input": "1", "output": "x"}]}`, "no JSON value"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [{"input": "1", "output": 1}]}`, "no text"},
		{`{"id": "a", "prompt": "p", "type": "code", "tests": [{"in": "1", "output": "1"}]}`, "unknown field"},
		{`{"id": "a", "prompt": "p", "type": "exact", "expected": "x", "tests": ["assert 1"]}`, "belong to the type code"},
		{`{"task_id": "a", "prompt": "p", "test": "x"}`, "entry_point is missing"},
		{`{"task_id": "a", "text": "p", "test_list": []}`, "test_list is missing or empty"},
	} {
		_, err := parseItems("mine.jsonl", []byte(c.line))
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want %q", c.line, err, c.words)
		}
	}
}

// A stop while programs run keeps the verdicts that are there; the next run judges
// the rest and asks nothing again. Stored programs can be run again from their
// records alone.
func TestProgramsAreJudgedOnce(t *testing.T) {
	box := boxOf(t)
	var items []Item
	for i := range 8 {
		p, err := code.ParseUser([]byte(fmt.Sprintf(`[{"input": "", "output": "%d"}]`, i)), "")
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, codeItem(fmt.Sprint("i", i), fmt.Sprint("Print ", i), p))
	}
	rule, _ := ScorerByName("code")
	model := endpointtest.New(t, func(w *endpointtest.Wire) {
		n := strings.TrimPrefix(askedFor(w), "Print ")
		w.JSON(200, endpointtest.Whole("```python\nprint("+n+")\n```", 5, 3))
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	counting := &countingBox{Box: box, at: func(n int32) {
		if n == 3 {
			stop()
		}
	}}
	spec := Spec{Suite: &Suite{Name: "mine", Items: items, Of: 8, Scorer: "code"}, Model: "m", Concurrency: 8, MaxTokens: 100, Scorer: rule,
		Judges: map[string]Judge{CodeType: NewCodeJudge(counting, sandbox.Bubblewrap)}}
	st := artifact.Open(t.TempDir())
	res, err := Run(ctx, spec, settingOf(t, model, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	part := put(t, st, res)
	task := part.Eval.Tasks[0]
	first := counting.runs.Load()
	if done := *task.Outcomes.Correct; part.Status != artifact.StatusInterrupted || task.Status != artifact.TaskDone || done < 2 || done == 8 || int64(first) != done {
		t.Fatalf("%s %s, %d programs ran, %+v", part.Status, task.Status, first, *task.Outcomes.Correct)
	}
	asked := len(model.Received())
	if res, err = Run(t.Context(), spec, settingOf(t, model, st.StateDir())); err != nil {
		t.Fatal(err)
	}
	whole := put(t, st, res)
	if *whole.Eval.Tasks[0].Outcomes.Correct != 8 || counting.runs.Load() != 8 || len(model.Received()) != max(asked, 8) {
		t.Errorf("%d programs ran, %d requests before and %d after", counting.runs.Load(), asked, len(model.Received()))
	}
	b, changes, err := RescoreWith(t.Context(), st, whole, rule, Means{Judges: spec.Judges})
	if err != nil || len(changes) != 0 || counting.runs.Load() != 16 || b.Artifact.Eval.Tasks[0].Metrics[0].Metric != "pass@1" || *b.Artifact.Eval.Tasks[0].Metrics[0].Value != 1 || b.Eval[0].Code == nil {
		t.Errorf("%v, %d programs ran, %d changes", err, counting.runs.Load(), len(changes))
	}
}

// countingBox counts the programs that it runs.
type countingBox struct {
	code.Box
	runs atomic.Int32
	at   func(n int32)
}

func (b *countingBox) Run(ctx context.Context, p sandbox.Program) (sandbox.Result, error) {
	b.at(b.runs.Add(1))
	return b.Box.Run(ctx, p)
}

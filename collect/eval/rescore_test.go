package eval

import (
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func p[T any](v T) *T { return &v }

// published is a small evaluation as an importer would write it: four items, the
// old rule's verdicts.
func published() artifact.Bundle {
	item := func(id, kind, expected, output string, o artifact.Outcome) artifact.EvalRecord {
		return artifact.EvalRecord{Task: "suite", Item: id, Type: p(kind), Expected: p(expected), Output: p(output), Outcome: p(o), ItemHash: p("h" + id)}
	}
	records := []artifact.EvalRecord{
		item("1", "number", "703", off+"703", yes),
		item("2", "number", "1024", off+"1024", no),
		item("3", "exact", "12345", `"12345"`, yes),
		{Task: "suite", Item: "4", Type: p("exact"), Expected: p("x"), Outcome: p(failed)},
	}
	return artifact.Bundle{Eval: records, Artifact: &artifact.Artifact{
		Kind: artifact.KindEval, Name: "suite", Status: artifact.StatusComplete, StartedAt: "2025-12-23",
		Subject:  artifact.Subject{Model: "Qwen/Qwen3-32B", Precision: p("BF16")},
		Protocol: artifact.Protocol{Parameters: map[string]any{"task": "suite", "filter": "none", "scorer": "legacy-2025 v1"}},
		Source:   artifact.Source{Tool: "eval_openai_accuracy.py", Mode: artifact.ModeImported},
		Eval: &artifact.Eval{Tasks: []artifact.Task{{
			Task: "suite", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "legacy-2025", Version: "1"},
			Metrics: []artifact.Metric{Accuracy(2, 4)}, Outcomes: Count(records),
			Groups: []artifact.Group{{Name: "number"}, {Name: "exact"}},
		}}},
	}}
}

func TestRescore(t *testing.T) {
	st := artifact.Open(t.TempDir())
	put, err := st.Put(published())
	if err != nil {
		t.Fatal(err)
	}
	parent, raw, err := st.Read(put.ID)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := ScorerByName("decidable")
	bundle, changes, err := Rescore(st, parent, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 2 || changes[0].Item != "2" || changes[0].Old != no || changes[0].New != yes ||
		changes[1].Item != "3" || changes[1].New != no || changes[1].Expected != "12345" || changes[1].Extracted != `"12345"` {
		t.Errorf("changes: %+v", changes)
	}
	child, err := st.Put(bundle)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := st.Read(child.ID)
	if err != nil {
		t.Fatal(err)
	}
	task := a.Eval.Tasks[0]
	if *task.Metrics[0].Value != 0.5 || *task.Metrics[0].N != 4 || *task.Outcomes.Correct != 2 || *task.Outcomes.Wrong != 1 || *task.Outcomes.Error != 1 {
		t.Errorf("figures: %+v %+v", task.Metrics, task.Outcomes)
	}
	if g := task.Groups; *g[0].N != 2 || *g[0].Correct != 2 || *g[1].Correct != 0 {
		t.Errorf("groups: %+v", g)
	}
	if a.Protocol.Parameters["scorer"] != "decidable v1" || a.Protocol.Parameters["filter"] != nil || a.Protocol.ID == parent.Protocol.ID {
		t.Errorf("protocol: %+v", a.Protocol)
	}
	want := artifact.DerivedFrom{ID: parent.ID, SHA256: artifact.SHA256(raw), How: artifact.HowRescore}
	if len(a.DerivedFrom) != 1 || a.DerivedFrom[0] != want || a.Source.Mode != artifact.ModeRescored || a.StartedAt != parent.StartedAt {
		t.Errorf("origin: %+v %+v", a.DerivedFrom, a.Source)
	}
	if parent.Eval.Tasks[0].Scorer.Name != "legacy-2025" {
		t.Error("the parent was changed")
	}
	again, _, err := Rescore(st, parent, s)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := st.Put(again); err != nil || !r.Existed {
		t.Errorf("the same rescore is another run: %+v %v", r, err)
	}
}

// A count that the source cannot know stays null under every rule.
func TestRescoreKeepsUnknownCounts(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(*artifact.Bundle)
		cut, fault *int64
	}{
		"no finish reasons":  {func(*artifact.Bundle) {}, nil, nil},
		"an open thought":    {func(b *artifact.Bundle) { b.Eval[0].Output = p("<think>\nwell, 703") }, p(int64(1)), nil},
		"finish reasons":     {func(b *artifact.Bundle) { b.Eval[0].FinishReason = p("stop") }, p(int64(0)), nil},
		"errors known":       {func(b *artifact.Bundle) { b.Artifact.Eval.Tasks[0].Outcomes.Error = p(int64(0)) }, nil, p(int64(0))},
		"the source counted": {func(b *artifact.Bundle) { b.Artifact.Eval.Tasks[0].Outcomes.Truncated = p(int64(0)) }, p(int64(0)), nil},
	} {
		b := published()
		b.Eval = b.Eval[:3]
		b.Artifact.Eval.Tasks[0].Outcomes = &artifact.Outcomes{Correct: p(int64(2)), Wrong: p(int64(1))}
		c.change(&b)
		st := artifact.Open(t.TempDir())
		put, err := st.Put(b)
		if err != nil {
			t.Fatal(name, err)
		}
		a, _, err := st.Read(put.ID)
		if err != nil {
			t.Fatal(name, err)
		}
		s, _ := ScorerByName("decidable")
		child, _, err := Rescore(st, a, s)
		if err != nil {
			t.Fatal(name, err)
		}
		got := child.Artifact.Eval.Tasks[0].Outcomes
		if !same(got.Truncated, c.cut) || !same(got.Error, c.fault) || got.Unparsed == nil {
			t.Errorf("%s: truncated %v, error %v", name, got.Truncated, got.Error)
		}
	}
}

func same(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func TestRescoreRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*artifact.Bundle)
		want   string
	}{
		"no replies":   {func(b *artifact.Bundle) { b.Eval = nil }, "no replies are stored"},
		"one missing":  {func(b *artifact.Bundle) { b.Eval[1].Output = nil }, "item 2 of suite has no stored reply"},
		"no key":       {func(b *artifact.Bundle) { b.Eval[1].Expected = nil }, "no stored key"},
		"other type":   {func(b *artifact.Bundle) { b.Eval[1].Type = p("choice") }, `type "choice"`},
		"foreign task": {func(b *artifact.Bundle) { b.Artifact.Eval.Tasks[0].Task = "else" }, "for the task else"},
	} {
		b := published()
		c.change(&b)
		st := artifact.Open(t.TempDir())
		put, err := st.Put(b)
		if err != nil {
			t.Fatal(name, err)
		}
		a, _, err := st.Read(put.ID)
		if err != nil {
			t.Fatal(name, err)
		}
		s, _ := ScorerByName("decidable")
		if _, _, err := Rescore(st, a, s); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package eval

import (
	"benchsite/collect/artifact"
	"benchsite/collect/eval/code"
)

// programItem is the item of a record that holds its tests.
func programItem(rec *artifact.EvalRecord) (Item, bool) {
	p, err := code.ParseProblem(text(rec.Expected))
	if err != nil {
		return Item{}, false
	}
	return Item{ID: rec.Item, Type: CodeType, Expected: text(rec.Expected), Code: p}, true
}

// earlier are the records of the same main problem and repeat before a record.
func (r *rescoring) earlier(rec *artifact.EvalRecord) (out []artifact.EvalRecord) {
	for _, other := range r.whole {
		if other.Item == rec.Item && other.Repeat == rec.Repeat {
			break
		}
		if text(other.Stem) == text(rec.Stem) && other.Repeat == rec.Repeat {
			out = append(out, other)
		}
	}
	return out
}

// retellPrograms writes the scores and groups of a task whose programs were run
// again; false when not all items ask for programs.
func retellPrograms(t *artifact.Task, records []artifact.EvalRecord, s Scorer) bool {
	at := map[string]int{}
	repeats := 1
	for _, rec := range records {
		if text(rec.Type) != CodeType {
			return false
		}
		if _, ok := at[rec.Item]; !ok {
			at[rec.Item] = len(at)
		}
		repeats = max(repeats, int(rec.Repeat)+1)
	}
	tally := newTally(len(at), repeats)
	for i := range records {
		tally.add(int(records[i].Repeat)*len(at)+at[records[i].Item], place{length: 1}, &records[i])
	}
	t.Metrics, t.Groups = tally.metrics(s.Name), tally.groups()
	return true
}

// withoutTest is what may be published of a run whose tests may not: they repeat
// the question.
func withoutTest(run *artifact.CodeRun) *artifact.CodeRun {
	if run == nil || run.Failed == nil {
		return run
	}
	open := *run
	open.Failed = &artifact.FailedTest{Test: run.Failed.Test}
	return &open
}

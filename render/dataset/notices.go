package dataset

import (
	"slices"

	"benchsite/collect/artifact"
)

// rule looks at one run and returns what it finds. Rules only read; a rule that
// needs a figure that is not there finds nothing.
type rule func(s *Set, r *Run) []Notice

// rules of one run, a file for each family. They are asked while the run is
// read, before it has a place in a set: what they find is kept in the index for
// as long as the files of the run are the same. The set they are given is nil.
var rules = []rule{
	simulatedRule, interruptedRule, importedNoRaw, noEnvironment, unknownParameters,
	clientBound, zeroLatency, importContradicts, identicalPrompts, prefixCacheHot, fewRequests, startBurst, failedRequests,
	rateNotReached, chunksAreNotTokens, notStreamed, outputCapped,
	noIsolation, answerOnly, truncatedAnswers, thinkNotClosed, unparsedAnswers, judgeUndecided, judgeIsSubject, smallN, macroMeanOfLimit,
}

// setRules look at the run among the others.
var setRules = []rule{withdrawnRule, singleRepeat, asPublishedScorer}

// ownNotices applies the rules of one run.
func ownNotices(r *Run) []Notice { return apply(rules, nil, r) }

// runNotices is everything that is said of the run.
func runNotices(s *Set, r *Run) []Notice {
	out := append(slices.Clone(r.own), apply(setRules, s, r)...)
	for i := range out {
		out[i].Runs = []*Run{r}
	}
	sortNotices(out)
	return out
}

func apply(rules []rule, s *Set, r *Run) []Notice {
	var out []Notice
	for _, rule := range rules {
		for _, n := range rule(s, r) {
			if n.Slots == nil {
				n.Slots = map[string]any{}
			}
			out = append(out, n)
		}
	}
	return out
}

func one(code string, severity Severity, slots map[string]any) []Notice {
	return []Notice{{Code: code, Severity: severity, Slots: slots}}
}

// tasks calls f for every task that was done and gives its notices the task.
func tasks(r *Run, f func(t *artifact.Task, s *Score) []Notice) []Notice {
	if r.Eval == nil {
		return nil
	}
	var out []Notice
	for i := range r.Eval.Tasks {
		t := &r.Eval.Tasks[i]
		if t.Status != artifact.TaskDone {
			continue
		}
		for _, n := range f(t, r.Score(t.Task)) {
			n.Task = t.Task
			out = append(out, n)
		}
	}
	return out
}

// optional gives the value of a figure, or nil when it is unknown.
func optional[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

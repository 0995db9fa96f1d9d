package dataset

import "benchsite/collect/artifact"

// rule looks at one run and returns what it finds. Rules only read; a rule that
// needs a figure that is not there finds nothing.
type rule func(s *Set, r *Run) []Notice

// rules of one run, a file for each family.
var rules = []rule{
	withdrawnRule, simulatedRule, interruptedRule, importedNoRaw, noEnvironment, unknownParameters,
	clientBound, zeroLatency, importContradicts, identicalPrompts, prefixCacheHot, singleRepeat, fewRequests, startBurst, failedRequests,
	rateNotReached, chunksAreNotTokens, notStreamed, outputCapped,
	asPublishedScorer, answerOnly, truncatedAnswers, thinkNotClosed, unparsedAnswers, smallN, macroMeanOfLimit,
}

// runNotices applies every rule to the run.
func runNotices(s *Set, r *Run) []Notice {
	var out []Notice
	for _, rule := range rules {
		for _, n := range rule(s, r) {
			n.Runs = []*Run{r}
			if n.Slots == nil {
				n.Slots = map[string]any{}
			}
			out = append(out, n)
		}
	}
	sortNotices(out)
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

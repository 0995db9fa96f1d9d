package dataset

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"benchsite/collect/artifact"
)

// suiteRun is an evaluation of questions whose forms share a stem; right says
// which answers are correct.
func suiteRun(precision, task string, questions, repeats int, right func(question, repeat int) bool) artifact.Bundle {
	a := askedRun(precision, task)
	a.Protocol.Parameters["task"], a.Protocol.Parameters["items_sha256"] = task, task
	n, of, k := int64(questions), int64(questions), int64(repeats)
	t := &a.Eval.Tasks[0]
	t.Dataset.Items, t.Dataset.Of, t.Repeats = &n, &of, &k
	var records []artifact.EvalRecord
	correct := 0
	for r := range repeats {
		for q := range questions {
			o := artifact.OutcomeWrong
			if right(q, r) {
				o = artifact.OutcomeCorrect
				correct++
			}
			records = append(records, artifact.EvalRecord{Task: task, Item: fmt.Sprint("q", q), ItemHash: ptr(fmt.Sprint(task, q)), Stem: ptr(fmt.Sprint("s", q)), Repeat: int64(r), Outcome: &o})
		}
	}
	t.Outcomes = nil
	t.Metrics = []artifact.Metric{{Metric: "accuracy", Primary: true, N: &n, Value: ptr(float64(correct) / float64(questions*repeats))}}
	return artifact.Bundle{Artifact: a, Eval: records}
}

func askedRun(precision, task string) *artifact.Artifact {
	return &artifact.Artifact{
		Kind: artifact.KindEval, Name: task, Status: artifact.StatusComplete, StartedAt: "2026-01-05T10:00:00Z", Subject: subject(precision, 1),
		Protocol: artifact.Protocol{Parameters: map[string]any{"max_tokens": 512}},
		Source:   artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
		Eval:     &artifact.Eval{Tasks: []artifact.Task{{Task: task, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "typed-lenient", Version: "1"}}}},
	}
}

// One suite in two languages: 40 units, whatever the number of answers. NVFP4
// fails the same four questions in both, so that pairing alone would take eight
// answers for eight independent ones.
func TestTwoLanguagesAreFortyQuestions(t *testing.T) {
	f := newFixture(t)
	for _, task := range []string{"decidable-40-zh", "decidable-40-en"} {
		f.put(suiteRun("BF16", task, 40, 1, func(q, _ int) bool { return true }))
		f.put(suiteRun("NVFP4", task, 40, 1, func(q, _ int) bool { return q >= 4 }))
	}
	s := f.clean()
	var pairs []TaskPair
	pooled := 0
	for _, topic := range s.Topics() {
		pairs = append(pairs, *topic.Pairs[0].Task(topic.Task))
		for _, find := range topic.Findings {
			pooled += len(slices.Collect(func(yield func(Finding) bool) {
				for _, m := range find.More {
					if m.Template == "pooled-found" && m.Slots["units"] == 40 && m.Slots["n"] == 80 && !yield(m) {
						return
					}
				}
			}))
		}
	}
	if len(pairs) != 2 || pooled != 2 {
		t.Fatalf("%d tasks, %d sentences about both", len(pairs), pooled)
	}
	list := Pool(pairs)
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	// The differences of a question sum to −2 in 4 clusters and 0 in 36: mean −0.1,
	// SE² = 40/39 · (4·1.8² + 36·0.2²) / 80².
	want := math.Sqrt(40.0 / 39 * (4*1.8*1.8 + 36*0.2*0.2) / 6400)
	if p := list[0]; p.N != 80 || p.Units != 40 || !near(p.Mean.Mean, -0.1, 1e-12) || !near(p.SE, want, 1e-12) || !p.Interval {
		t.Errorf("%+v, want a standard error of %v", p, want)
	}
}

// Repeats are compared by the means of the items; the family is all tests of the
// comparison.
func TestRepeatsArePairedByMean(t *testing.T) {
	f := newFixture(t)
	f.put(suiteRun("BF16", "aime-2024", 30, 4, func(q, r int) bool { return q < 24 }))
	f.put(suiteRun("NVFP4", "aime-2024", 30, 4, func(q, r int) bool { return q < 24 && (q > 8 || r < 2) }))
	s := f.clean()
	c := Family(s.Standing)[0]
	m := c.Task("aime-2024").Means
	if c.Tasks[0].Paired != nil || m == nil || m.N != 30 || m.Units != 30 || m.Repeats != 4 || !near(m.Mean.Mean, -0.15, 1e-12) || !m.Interval || !m.Found || m.Family != 1 {
		t.Fatalf("%+v", m)
	}
	// Nine differences of −0.5 and 21 of 0: s² = (9·0.35² + 21·0.15²)/29.
	if se := math.Sqrt((9*0.35*0.35 + 21*0.15*0.15) / 29 / 30); !near(m.SE, se, 1e-12) || !near(m.Lo, -0.15-2.045229642*se, 1e-6) {
		t.Errorf("%+v, want SE %v", m, se)
	}
	if topic := s.Topics()[0]; topic.Findings[0].Template != "means-found-lower" {
		t.Errorf("%+v", topic.Findings[0])
	}
}

// The tests of all tasks of a report or comparison are one family.
func TestFamilyHoldsAllTasks(t *testing.T) {
	f := newFixture(t)
	for i, p := range []string{"BF16", "FP8", "NVFP4"} {
		for _, task := range []string{"decidable-40-zh", "math-500"} {
			f.put(suiteRun(p, task, 40, 1, func(q, _ int) bool { return q >= 7*i }))
		}
	}
	f.write("reports/r/report.toml", `title = {zh = "一", en = "one"}
[[run]]
alias = "a"
ref = "precision=BF16,task=math-500"
[[run]]
alias = "b"
ref = "precision=FP8,task=math-500"
[[run]]
alias = "c"
ref = "precision=NVFP4,task=math-500"
[[run]]
alias = "d"
ref = "precision=BF16,task=decidable-40-zh"
[[run]]
alias = "e"
ref = "precision=NVFP4,task=decidable-40-zh"
[[compare]]
title = {zh = "二", en = "two"}
runs = ["a", "b"]
`)
	s := f.clean()
	for _, topic := range s.Reports[0].Topics {
		for _, c := range topic.Pairs {
			if p := c.Task(topic.Task).Paired; p.Family != 4 || p.Holm < p.P {
				t.Errorf("%s %s − %s: family %d, p %v, corrected %v", topic.Task, c.B.Who.Name, c.A.Who.Name, p.Family, p.P, p.Holm)
			}
		}
	}
	if p := s.Reports[0].Compare[0].Pairs[0].Task("math-500").Paired; p.Family != 4 {
		t.Errorf("the same test in a list of its own: family %d", p.Family)
	}
	a, err := s.Match("precision=BF16,kind=eval")
	b, err2 := s.Match("precision=NVFP4,kind=eval")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	c := Compare(a, b)
	if len(c.Tasks) != 2 || c.Tasks[0].Paired.Family != 2 || c.Tasks[1].Paired.Family != 2 {
		t.Errorf("%d tasks of a group, family %d", len(c.Tasks), c.Tasks[0].Paired.Family)
	}
}

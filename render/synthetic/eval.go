package synthetic

import (
	"fmt"

	"benchsite/collect/artifact"
)

// items is how many questions a synthetic suite has.
const items = 60

// evalRun is an evaluation of one suite (place 13 to 15). The same questions
// are hard for every subject, so that pairs differ in a few.
func (c campaign) evalRun(i, place int) (*artifact.Artifact, []artifact.EvalRecord) {
	r := rng(i)
	task := suites[place-13]
	a := c.frame(i, artifact.KindEval, task)
	a.Protocol.Parameters = map[string]any{"task": task, "max_tokens": 512.0, "temperature": 0.0, "n_shot": 0.0, "scorer": "exact v1"}
	var n [4]int // correct, wrong, unparsed, truncated
	outcomes := []artifact.Outcome{artifact.OutcomeCorrect, artifact.OutcomeWrong, artifact.OutcomeUnparsed, artifact.OutcomeTruncated}
	records := make([]artifact.EvalRecord, 0, items)
	for item := range items {
		hard := float64((item*7919+place*31)%97) / 97
		o := 0
		if hard > .86-.02*float64(c.precision) && r.Float64() < .8 || r.Float64() < .02 {
			o = []int{1, 1, 1, 2, 3}[r.IntN(5)]
		}
		n[o]++
		answer := fmt.Sprint(item * 3)
		got := answer
		if o > 0 {
			got = fmt.Sprint(item*3 + 1 + o)
		}
		rec := artifact.EvalRecord{
			Task: task, Item: fmt.Sprintf("%s-%03d", task, item), ItemHash: artifact.Ptr(artifact.SHA256([]byte(task + fmt.Sprint(item)))), Outcome: &outcomes[o],
			Expected: &answer, Output: artifact.Ptr("The sum comes to " + got + "."), FinishReason: artifact.Ptr("stop"),
			PromptTokens: count(80 + item), OutputTokens: count(12), LatencyS: num(round(.2 + r.Float64())), Type: artifact.Ptr("number"),
		}
		switch o {
		case 0, 1:
			rec.Extracted = &got
		case 3:
			rec.FinishReason = artifact.Ptr("length")
		}
		records = append(records, rec)
	}
	a.Eval = &artifact.Eval{
		Tasks: []artifact.Task{{
			Task: task, Status: artifact.TaskDone, Version: artifact.Ptr("1"), Scorer: &artifact.Scorer{Name: "exact", Version: "1"}, NShot: count(0), Repeats: count(1),
			Dataset: artifact.Dataset{Name: &task, SHA256: artifact.Ptr(artifact.SHA256([]byte(task))), Items: count(items), Of: count(items)},
			Metrics: []artifact.Metric{{Metric: "accuracy", Value: num(round(float64(n[0]) / items)), N: count(items), Better: artifact.Ptr("higher"), Primary: true}},
			Outcomes: &artifact.Outcomes{
				Correct: count(n[0]), Wrong: count(n[1]), Unparsed: count(n[2]), Truncated: count(n[3]), Error: count(0),
			},
		}},
		Tokens: &artifact.EvalTokens{Prompt: count(80 * items), Output: count(12 * items)}, DurationS: num(40),
	}
	return a, records
}

package imports

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/eval"
)

// importedEval is the artifact of an evaluation that another tool made, before
// anything of the file is in it.
func importedEval(tool string, version *string) *artifact.Artifact {
	return &artifact.Artifact{
		Kind: artifact.KindEval, Status: artifact.StatusComplete, Eval: &artifact.Eval{},
		Source: artifact.Source{Tool: tool, ToolVersion: version, Mode: artifact.ModeImported, Extra: map[string]any{}},
	}
}

// zoned are the forms of a time that say their zone, unzoned those that do not.
var (
	zoned   = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700"}
	unzoned = []string{
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15-04-05.999999999",
		"2006-01-02 15:04", "2006-01-02T15:04", "20060102_150405", "20060102-150405",
	}
)

// begins sets when a run began. A time without zone gives its day alone and is
// kept as written; what is no time at all gives nothing.
func begins(a *artifact.Artifact, written *string) {
	if written == nil || a.StartedAt != "" {
		return
	}
	s := strings.TrimSpace(*written)
	for _, form := range zoned {
		if t, err := time.Parse(form, s); err == nil && plausible(t) {
			a.StartedAt = t.UTC().Truncate(time.Second).Format(time.RFC3339)
			return
		}
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil && plausible(t) {
		a.StartedAt = s
		return
	}
	for _, form := range unzoned {
		if t, err := time.Parse(form, s); err == nil && plausible(t) {
			a.StartedAt, a.Source.LocalTime = t.Format(time.DateOnly), &s
			return
		}
	}
}

// beginsAt is begins for seconds since 1970.
func beginsAt(a *artifact.Artifact, seconds *float64) {
	if seconds == nil || a.StartedAt != "" || *seconds < 1e8 || *seconds > 1e11 {
		return // a counter that began with the machine, or milliseconds
	}
	a.StartedAt = time.Unix(int64(math.Floor(*seconds)), 0).UTC().Format(time.RFC3339)
}

// plausible keeps a placeholder such as 0001-01-01 from becoming a date.
func plausible(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2200 }

// between is the seconds from one time to another, nil when one is no time.
func between(from, to *string) *float64 {
	if from == nil || to == nil {
		return nil
	}
	for _, form := range zoned {
		a, err := time.Parse(form, strings.TrimSpace(*from))
		b, err2 := time.Parse(form, strings.TrimSpace(*to))
		if err == nil && err2 == nil && b.After(a) { // equal says only that the clock is coarse
			return ptr(b.Sub(a).Seconds())
		}
	}
	return nil
}

// itemKey identifies an item by what the file tells of it: sha256 over the JSON
// list of the parts. Equal for the same item in every file of the tool.
func itemKey(parts ...any) *string {
	b, err := json.Marshal(parts)
	if err != nil {
		return nil
	}
	return ptr(artifact.SHA256(b))
}

// tally counts what records tell. An outcome among sure is one that the source
// would have told, so that none of it is 0; of any other, none is unknown. Nil
// when an item has no outcome: a partial score is neither right nor wrong.
func tally(records []artifact.EvalRecord, sure ...artifact.Outcome) *artifact.Outcomes {
	if len(records) == 0 {
		return nil
	}
	for _, r := range records {
		if r.Outcome == nil {
			return nil
		}
	}
	c := eval.Count(records)
	for outcome, n := range map[artifact.Outcome]**int64{
		artifact.OutcomeUnparsed: &c.Unparsed, artifact.OutcomeTruncated: &c.Truncated, artifact.OutcomeError: &c.Error,
	} {
		known := false
		for _, s := range sure {
			known = known || s == outcome
		}
		if **n == 0 && !known {
			*n = nil
		}
	}
	return c
}

// verdict is the outcome of an item that was right or wrong.
func verdict(right bool) *artifact.Outcome {
	if right {
		return ptr(artifact.OutcomeCorrect)
	}
	return ptr(artifact.OutcomeWrong)
}

// firstPrimary marks the first metric with a value as the task's own, unless one
// is marked.
func firstPrimary(metrics []artifact.Metric) {
	for _, m := range metrics {
		if m.Primary {
			return
		}
	}
	for i := range metrics {
		if metrics[i].Value != nil {
			metrics[i].Primary = true
			return
		}
	}
}

// higher and lower are the directions of a metric.
var higher, lower = ptr("higher"), ptr("lower")

// taskNames is the name of a run over several tasks.
func taskNames(tasks []artifact.Task) string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.Task)
	}
	switch len(names) {
	case 0:
		return "eval"
	case 1, 2, 3:
		return strings.Join(names, "+")
	}
	return fmt.Sprintf("%s+%d", names[0], len(names)-1)
}

// finish gives a draft its name and its protocol: one set of parameters for each
// task, in the same order.
// An item that is there twice would count twice and pair with anything: the file
// is refused.
func finish(file string, a *artifact.Artifact, records []artifact.EvalRecord, all []parameters) ([]Draft, error) {
	type place struct {
		task, item string
		repeat     int64
	}
	seen := make(map[place]bool, len(records))
	for _, r := range records {
		at := place{r.Task, r.Item, r.Repeat}
		if seen[at] {
			return nil, &Refusal{File: file, Message: fmt.Sprintf("holds item %q of %s twice", short(r.Item), short(r.Task))}
		}
		seen[at] = true
	}
	names := make([]string, len(a.Eval.Tasks))
	for i, t := range a.Eval.Tasks {
		names[i] = t.Task
	}
	a.Protocol = joined(names, all)
	a.Name = taskNames(a.Eval.Tasks)
	if len(a.Source.Extra) == 0 {
		a.Source.Extra = nil
	}
	return []Draft{{Artifact: a, Eval: records, Slug: a.Name}}, nil
}

// share is a percentage as a share; nil stays nil.
func share(percent *float64) *float64 {
	if percent == nil {
		return nil
	}
	return ptr(*percent / 100)
}

// wholeNumber reports whether f is a whole number up to rounding, and which.
func wholeNumber(f float64) (int64, bool) {
	r := math.Round(f)
	return int64(r), math.Abs(f-r) < 1e-6*max(1, math.Abs(f)) && math.Abs(r) < 1<<53
}

// finiteValue is f, nil when a sum went over what a number can hold.
func finiteValue(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// Value evaluates the expression of a report with a short name and a path:
//
//	value "nvfp4" "load.throughput.output_tokens_per_s"
//	value "nvfp4" "eval.math.correct"
//	value "nvfp4" "paired.bf16.p"
//	value "paired.nvfp4.bf16.p"
//
// The short name may be left out when the report has one run. What is missing
// is an error that says what is there.
func (r *Report) Value(args ...string) (Value, error) {
	switch len(args) {
	case 1:
		if rest, ok := strings.CutPrefix(args[0], "paired."); ok {
			if alias, path, ok := strings.Cut(rest, "."); ok {
				if run := r.ByAlias(alias); run != nil {
					return r.paired(run, path)
				}
				return Value{}, r.unknownAlias(alias)
			}
		}
		if len(r.Runs) == 1 {
			return r.valueOf(r.Runs[0].Run, args[0])
		}
		return Value{}, fmt.Errorf("value %q needs the short name of a run before the path%s", args[0], r.aliases(args[0]))
	case 2:
		run := r.ByAlias(args[0])
		if run == nil {
			return Value{}, r.unknownAlias(args[0])
		}
		return r.valueOf(run, args[1])
	}
	return Value{}, fmt.Errorf("value takes a short name and a path, got %d arguments", len(args))
}

func (r *Report) unknownAlias(alias string) error {
	return fmt.Errorf("%q is no short name of a run of this report%s", alias, r.aliases(alias))
}

func (r *Report) valueOf(run *Run, path string) (Value, error) {
	if rest, ok := strings.CutPrefix(path, "paired."); ok {
		return r.paired(run, rest)
	}
	return run.Value(path)
}

// Ratio evaluates value(a) / value(b). Figures of load tests and evaluations
// must come from one protocol.
func (r *Report) Ratio(a, b, path string) (Value, error) {
	x, y, err := r.two(a, b, path)
	if err != nil {
		return Value{}, err
	}
	if y.Num == 0 {
		return Value{}, fmt.Errorf("%s of %q is 0, so there is no ratio to it", path, b)
	}
	return Value{Kind: KindRatio, Num: x.Num / y.Num}, nil
}

// Diff evaluates value(a) − value(b): shares give percentage points, counts
// and tokens a count; any other number gives the relative change (a − b) / b.
func (r *Report) Diff(a, b, path string) (Value, error) {
	x, y, err := r.two(a, b, path)
	if err != nil {
		return Value{}, err
	}
	switch x.Kind {
	case KindShare:
		return Value{Kind: KindPoints, Num: x.Num - y.Num}, nil
	case KindCount, KindTokens:
		return Value{Kind: x.Kind, Num: x.Num - y.Num}, nil
	}
	if y.Num == 0 {
		return Value{}, fmt.Errorf("%s of %q is 0, so there is no relative change from it", path, b)
	}
	return Value{Kind: KindRelative, Num: (x.Num - y.Num) / y.Num}, nil
}

func (r *Report) two(a, b, path string) (x, y Value, err error) {
	ra, rb := r.ByAlias(a), r.ByAlias(b)
	if ra == nil {
		return x, y, r.unknownAlias(a)
	}
	if rb == nil {
		return x, y, r.unknownAlias(b)
	}
	if x, err = r.valueOf(ra, path); err != nil {
		return x, y, err
	}
	if y, err = r.valueOf(rb, path); err != nil {
		return x, y, err
	}
	if x.Kind == KindText || x.Kind == KindDate || x.Kind == KindBool {
		return x, y, fmt.Errorf("%s is a word, not a number", path)
	}
	measured := strings.HasPrefix(path, "load.") || strings.HasPrefix(path, "eval.")
	if measured && ra.Artifact.Protocol.ID != rb.Artifact.Protocol.ID && ra.Origin() != rb.Origin() {
		var names []string
		for _, f := range diffProtocols(ra, rb) {
			if f.Verdict != Same {
				names = append(names, f.Name)
			}
		}
		return x, y, fmt.Errorf("%q and %q do not compare: their protocols differ in %s", a, b, strings.Join(names, ", "))
	}
	return x, y, nil
}

// comparison returns how x relates to y, by the corrected family of the report
// when it has one, so that a sentence and a table say the same. reversed tells
// that y is the subject in it.
func (r *Report) comparison(x, y *Run, task string) (c *Comparison, reversed bool) {
	var lists [][]*Comparison
	for _, rc := range r.Compare {
		lists = append(lists, rc.Pairs)
	}
	for _, t := range r.Topics {
		if t.Task == task || task == "" {
			lists = append(lists, t.Pairs)
		}
	}
	for _, pairs := range lists {
		for _, c := range pairs {
			if c.A == y && c.B == x {
				return c, false
			}
			if c.A == x && c.B == y {
				return c, true
			}
		}
	}
	return Pair(y, x), false
}

// pairedFields are the figures of a paired test.
var pairedFields = []string{
	"p", "holm", "family", "n", "flips", "flips_a", "flips_b", "both", "neither", "diff", "ci_lo", "ci_hi", "mde",
	"mde_items", "identical", "outputs", "correct_a", "correct_b",
}

// paired evaluates <other>.[<task>.]<field>: a stands for the run itself, b for
// the other.
func (r *Report) paired(x *Run, rest string) (Value, error) {
	alias, rest, ok := strings.Cut(rest, ".")
	if !ok {
		return Value{}, fmt.Errorf("a paired figure is written paired.<other run>.<figure>, such as paired.bf16.p")
	}
	y := r.ByAlias(alias)
	if y == nil {
		return Value{}, r.unknownAlias(alias)
	}
	task, field := "", rest
	if i := strings.LastIndexByte(rest, '.'); i >= 0 {
		task, field = rest[:i], rest[i+1:]
	}
	if !slices.Contains(pairedFields, field) {
		return Value{}, fmt.Errorf("%q is no figure of a paired test%s", field, nearest(field, pairedFields))
	}
	if task == "" {
		var shared []string
		for i := range x.Scores {
			if y.Score(x.Scores[i].Task) != nil {
				shared = append(shared, x.Scores[i].Task)
			}
		}
		if len(shared) != 1 {
			return Value{}, fmt.Errorf("the runs share %d tasks (%s); name one: paired.%s.<task>.%s", len(shared), strings.Join(shared, ", "), alias, field)
		}
		task = shared[0]
	}
	c, reversed := r.comparison(x, y, task)
	t := c.Task(task)
	if t == nil || t.Paired == nil {
		return Value{}, fmt.Errorf("no paired figures of %s: item records of both runs are needed", task)
	}
	p := t.Paired
	inference := slices.Contains([]string{"p", "holm", "family", "ci_lo", "ci_hi", "mde", "mde_items"}, field)
	if inference && !t.Comparable {
		return Value{}, fmt.Errorf("%s: the runs do not compare, their protocols or scorers differ, so there is no test; only counts can be given", field)
	}
	sign, onlyX, onlyY, rightX, rightY, lo, hi := 1.0, p.OnlyB, p.OnlyA, p.RightB(), p.RightA(), p.Lo, p.Hi
	if reversed {
		sign, onlyX, onlyY, rightX, rightY, lo, hi = -1, onlyY, onlyX, rightY, rightX, -hi, -lo
	}
	count := func(n int) (Value, error) { return Value{Kind: KindCount, Num: float64(n)}, nil }
	switch field {
	case "p":
		return Value{Kind: KindP, Num: p.P}, nil
	case "holm":
		return Value{Kind: KindP, Num: p.Holm}, nil
	case "family":
		return count(p.Family)
	case "n":
		return count(p.N)
	case "flips":
		return count(p.Paired.Flips())
	case "flips_a":
		return count(onlyX)
	case "flips_b":
		return count(onlyY)
	case "both":
		return count(p.Both)
	case "neither":
		return count(p.Neither)
	case "correct_a":
		return count(rightX)
	case "correct_b":
		return count(rightY)
	case "identical":
		return count(p.Identical)
	case "outputs":
		return count(p.Outputs)
	case "diff":
		return Value{Kind: KindPoints, Num: sign * p.Difference}, nil
	case "ci_lo":
		return Value{Kind: KindPoints, Num: lo}, nil
	case "ci_hi":
		return Value{Kind: KindPoints, Num: hi}, nil
	}
	if !p.DetectableOK {
		return Value{}, fmt.Errorf("with %d items the test could have seen no difference at all", p.N)
	}
	if field == "mde_items" {
		return count(p.DetectableItems)
	}
	return Value{Kind: KindPoints, Num: p.Detectable}, nil
}

// Value evaluates a path on one run: any path of the artifact's JSON, and
// figures computed from it (see computed and evalValue).
func (r *Run) Value(path string) (Value, error) {
	if v, ok, err := r.computed(path); ok {
		return v, err
	}
	if rest, ok := strings.CutPrefix(path, "eval."); ok && r.Eval != nil {
		if v, ok, err := r.evalValue(rest); ok {
			return v, err
		}
	}
	if rest, ok := strings.CutPrefix(path, "protocol."); ok {
		head, _, _ := strings.Cut(rest, ".")
		if head != "id" && head != "parameters" && head != "unknown" {
			path = "protocol.parameters." + rest
		}
	}
	return r.lookup(path)
}

// computed evaluates what the artifact does not hold as such.
func (r *Run) computed(path string) (v Value, ok bool, err error) {
	switch path {
	case "date":
		return Value{Kind: KindDate, Text: r.Day}, true, nil
	case "id":
		return Value{Kind: KindText, Text: r.ID}, true, nil
	case "devices":
		n := r.Devices()
		if n == 0 {
			return v, true, r.missing(path)
		}
		return Value{Kind: KindCount, Num: float64(n)}, true, nil
	case "load.tokens.prompt_mean", "load.tokens.output_mean", "load.seconds_per_output_token":
		if r.Load == nil {
			return v, true, r.missing(path)
		}
		done, sum := r.Load.Requests.Completed, r.Load.Tokens.Output
		if path == "load.tokens.prompt_mean" {
			sum = r.Load.Tokens.Prompt
		}
		if done == nil || *done == 0 || sum == nil {
			return v, true, r.missing(path)
		}
		mean := float64(*sum) / float64(*done)
		if path != "load.seconds_per_output_token" {
			return Value{Kind: KindTokens, Num: mean}, true, nil
		}
		if d := r.Load.Latency.E2E; d == nil || d.Mean == nil || mean == 0 {
			return v, true, r.missing(path)
		}
		return Value{Kind: KindTokenSeconds, Num: *r.Load.Latency.E2E.Mean / mean}, true, nil
	}
	if base, ok := strings.CutSuffix(path, ".p95_over_p50"); ok && strings.HasPrefix(path, "load.latency.") {
		d := r.distributions()[strings.TrimPrefix(base, "load.latency.")]
		p95 := r.Shown(d, 95)
		if p95 == nil || d.P50 == nil || *d.P50 == 0 {
			return v, true, r.missing(path)
		}
		return Value{Kind: KindRatio, Num: *p95 / *d.P50}, true, nil
	}
	if rest, ok := strings.CutPrefix(path, "notices."); ok {
		v, err := r.noticeValue(rest)
		return v, true, err
	}
	return v, false, nil
}

func (r *Run) missing(path string) error {
	return fmt.Errorf("%s is not recorded in %s", path, r.ID)
}

func (r *Run) noticeValue(rest string) (Value, error) {
	code, slot, _ := strings.Cut(rest, ".")
	for _, n := range r.Notices {
		if n.Code != code {
			continue
		}
		switch v := n.Slots[slot].(type) {
		case int:
			return Value{Kind: KindCount, Num: float64(v)}, nil
		case float64:
			kind := KindNumber
			switch slot {
			case "hit_rate", "share", "lo", "hi", "cpu":
				kind = KindShare
			case "mde":
				kind = KindPoints
			case "lag":
				kind = KindSeconds
			case "target", "achieved":
				kind = KindRate
			case "median":
				kind = KindCount
			}
			return Value{Kind: kind, Num: v}, nil
		case string:
			return Value{Kind: KindText, Text: v}, nil
		}
		return Value{}, fmt.Errorf("the notice %s has no figure %q", code, slot)
	}
	return Value{}, fmt.Errorf("%s has no notice %s%s", r.ID, code, nearest(code, Codes))
}

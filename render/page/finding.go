package page

import (
	"fmt"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// namer gives the short name of a run among others.
type namer = func(*dataset.Run) string

// namer chooses how the runs of one comparison are told apart: by their number
// format when that is enough, by their devices when only those differ, else by
// the whole name of the subject.
func (e *Edition) namer(runs []*dataset.Run) namer {
	precision := func(r *dataset.Run) string { return Cut(text(r.Subject.Precision), 24) }
	devices := func(r *dataset.Run) string {
		n := r.Devices()
		if n == 0 {
			return ""
		}
		unit := "GPU"
		if r.MIG() {
			unit = "MIG"
		}
		name := fmt.Sprintf("%d× %s", n, unit)
		if tp := r.Subject.Parallel.TP; tp != nil {
			name = e.L.Bracket(name, fmt.Sprintf("TP=%d", *tp))
		}
		return name
	}
	if len(runs) > 1 && oneModel(runs) {
		for _, name := range []namer{precision, devices} {
			if distinct(runs, name) {
				return name
			}
		}
	}
	return e.subjectLabel
}

func oneModel(runs []*dataset.Run) bool {
	key := func(r *dataset.Run) string {
		if m := text(r.Subject.BaseModel); m != "" {
			return m
		}
		return r.Subject.Model
	}
	for _, r := range runs {
		if key(r) != key(runs[0]) {
			return false
		}
	}
	return true
}

// distinct reports whether the name tells all subjects apart.
func distinct(runs []*dataset.Run, name namer) bool {
	of := map[string]*dataset.Subject{}
	for _, r := range runs {
		n := name(r)
		if n == "" || of[n] != nil && of[n] != r.Who {
			return false
		}
		of[n] = r.Who
	}
	return true
}

// finding composes a finding with the whole names of its subjects.
func (e *Edition) finding(f dataset.Finding) string { return e.findingBy(e.subjectLabel, f) }

// findingBy composes a finding. Its figures come raw from the dataset; here each
// gets the form that its slot asks for.
func (e *Edition) findingBy(name namer, f dataset.Finding) string {
	l := e.L
	slots := locale.Slots{}
	if f.Run != nil {
		slots["conditions"] = l.Clauses(e.conditions(f.Run)...)
		if task, ok := f.Slots["task"].(string); ok { // of a run over several, the one that is told of
			slots["conditions"] = e.taskLabel(task)
			if s := f.Run.Score(task); s != nil {
				slots["conditions"] = e.scoreTask(s)
			}
		}
	}
	num := func(k string) (float64, bool) {
		v, ok := f.Slots[k].(float64)
		return v, ok
	}
	for k, v := range f.Slots {
		slots[k] = e.findingSlot(k, v)
	}
	if f.Run != nil {
		slots["subject"] = name(f.Run)
	}
	if f.Baseline != nil {
		slots["baseline"] = name(f.Baseline)
	}
	a, okA := num("a")
	b, okB := num("b")
	if okA {
		values := []float64{a}
		if okB {
			values = append(values, b)
		}
		print, unit := e.scale(f.Kind, values...)
		slots["a"], slots["unit"] = print(a), unit
		if okB {
			slots["b"] = print(b)
		}
	}
	if median, ok := num("median"); ok {
		print, unit := e.scale(f.Kind, median)
		slots["median"], slots["unit"] = print(median), unit
		for _, k := range []string{"min", "max"} {
			if v, ok := num(k); ok {
				slots[k] = print(v)
			}
		}
	}
	lo, okLo := num("lo")
	hi, okHi := num("hi")
	if okLo && okHi {
		slots["ci"] = l.PointsRange(lo, hi)
		if _, signed := f.Slots["diff"]; !signed {
			slots["ci"] = l.PercentRange(lo, hi)
		}
	}
	e.textSlots(f, slots)
	if p, ok := num("p"); ok {
		slots["p"] = l.PValue(p)
		holm, okHolm := num("holm")
		if family, ok := f.Slots["family"].(int); ok && okHolm && family > 1 {
			slots["p"] = l.PHolm(p, holm, family)
		}
	}
	if task, ok := f.Slots["task"].(string); ok {
		slots["task"] = e.taskLabel(task)
		if f.Run != nil {
			if s := f.Run.Score(task); s != nil {
				slots["task"] = e.scoreTask(s)
			}
		}
	}
	return l.Fill("finding."+f.Template, slots)
}

// scale prints the figures of one sentence in one unit.
func (e *Edition) scale(kind dataset.Kind, values ...float64) (print func(float64) string, unit string) {
	var s locale.Scale
	switch kind {
	case dataset.KindThroughput:
		s = e.L.ThroughputScale(values...)
	case dataset.KindRate:
		s = e.L.RateScale(values...)
	case dataset.KindSeconds:
		s = e.L.TimeScale(values...)
	case dataset.KindTokenSeconds:
		s = e.L.MillisScale(values...)
	default:
		return func(v float64) string { return e.value(dataset.Value{Kind: kind, Num: v}) }, ""
	}
	return s.Number, s.Unit()
}

// findingSlot prints one figure by the name of its slot.
func (e *Edition) findingSlot(slot string, v any) any {
	l := e.L
	switch v := v.(type) {
	case nil:
		return l.Text("word.unknown")
	case int:
		if slot == "max_tokens" {
			return locale.Setting(v)
		}
		return v
	case int64:
		return e.findingSlot(slot, int(v))
	case float64:
		switch slot {
		case "ratio", "linear":
			if slot == "linear" && v == float64(int(v)) {
				return itoa(int(v))
			}
			return l.RatioNumber(v)
		case "rel":
			return l.RelSize(v)
		case "pct", "share":
			return l.Percent(v)
		case "diff":
			return l.PointsNumber(v)
		case "abs", "mde":
			return l.PointsSize(v)
		case "lag":
			return l.Seconds(v).String()
		}
		if v == float64(int(v)) {
			return int(v)
		}
		return l.Number(v, 2)
	case string:
		if slot == "metric" {
			if t, ok := l.Term(v); ok {
				return t.Name
			}
		}
		return Cut(v, CutCell)
	}
	return fmt.Sprint(v)
}

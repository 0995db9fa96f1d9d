package page

import (
	"reflect"
	"slices"

	"benchsite/render/dataset"
)

// notices are the notices of the report, one text for each code, the weightiest
// first. With codes only those; without, all that the body does not show where
// they belong.
func (w *writer) notices(codes []string) []Notice {
	var out []dataset.Notice
	at := map[string]int{} // code and task -> place in out
	var same [][]dataset.Notice
	var all []dataset.Notice
	standing := w.r.StandingRuns()
	for _, n := range w.r.Notices {
		if n, ok := ofStanding(n, standing); ok {
			all = append(all, n)
		}
	}
	for _, n := range all {
		if codes != nil && !slices.Contains(codes, n.Code) || codes == nil && w.told[n.Code] {
			continue
		}
		n.Slots = w.renamed(n.Slots)
		key := n.Code + " " + n.Task
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out, same = append(out, n), append(same, []dataset.Notice{n})
			continue
		}
		same[i] = append(same[i], n)
	}
	for i := range out {
		out[i] = w.merge(same[i])
	}
	list := w.Edition.notices(w.b, out)
	for i, n := range out {
		if names := w.about(n, same[i]); names != "" {
			list[i].Text = append(T(w.L.Label(names, "")), list[i].Text...)
		}
	}
	return list
}

// ofStanding keeps of a notice the runs that findings rest on. What is wrong
// with a run that was replaced is of no concern here, but for the scorer that
// was the reason to replace it.
func ofStanding(n dataset.Notice, standing []*dataset.Run) (dataset.Notice, bool) {
	if len(n.Runs) == 0 || n.Code == "as-published-scorer" {
		return n, true
	}
	var runs []*dataset.Run
	for _, r := range n.Runs {
		if slices.Contains(standing, r) {
			runs = append(runs, r)
		}
	}
	n.Runs = runs
	return n, len(runs) > 0
}

// renamed puts the short names of the report in place of the whole names of
// subjects.
func (w *writer) renamed(slots map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range slots {
		out[k] = v
		s, ok := v.(string)
		if !ok || k != "subject" && k != "baseline" && k != "first_a" && k != "first_b" {
			continue
		}
		for _, r := range w.r.AllRuns() {
			if r.Subject.Name == s {
				out[k] = w.name(r)
				break
			}
		}
	}
	return out
}

// merge makes one notice of several with the same code. Counts and words are
// listed in the order of the subjects; of intervals the widest stands, since a
// list of intervals could be read as one.
func (w *writer) merge(list []dataset.Notice) dataset.Notice {
	first := list[0]
	if len(list) == 1 {
		return first
	}
	// One entry for each run, in the order in which the subjects are shown;
	// notices of comparisons, which name their subjects themselves, stay one.
	var each []dataset.Notice
	for _, n := range list {
		_, named := n.Slots["subject"]
		if len(n.Runs) < 2 || named {
			each = append(each, n)
			continue
		}
		for _, r := range n.Runs {
			one := n
			one.Runs = []*dataset.Run{r}
			each = append(each, one)
		}
	}
	order := w.r.AllRuns()
	slices.SortStableFunc(each, func(a, b dataset.Notice) int { return place(order, a) - place(order, b) })
	slots := map[string]any{}
	for k := range first.Slots {
		var values []any
		for _, n := range each {
			values = append(values, n.Slots[k])
		}
		v, ok := w.listed(k, values)
		if !ok {
			return widest(list)
		}
		slots[k] = v
	}
	first.Slots, first.Runs = slots, nil
	for _, n := range each {
		for _, r := range n.Runs {
			if !slices.Contains(first.Runs, r) {
				first.Runs = append(first.Runs, r)
			}
		}
	}
	return first
}

// listed prints the values of a slot that differ as a list; ok is false for
// figures that make no list.
func (w *writer) listed(slot string, values []any) (v any, ok bool) {
	equal := true
	var printed []string
	for _, x := range values {
		equal = equal && reflect.DeepEqual(x, values[0])
		switch x := x.(type) {
		case string:
			printed = append(printed, Cut(x, CutCell))
		case int:
			printed = append(printed, w.L.Count(x))
		case float64:
			if slot == "median" {
				printed = append(printed, w.countOf(x))
			}
		}
	}
	switch {
	case equal:
		return values[0], true
	case len(printed) < len(values):
		return nil, false
	}
	return w.L.List(printed...), true
}

// widest is the notice with the widest interval, else the first.
func widest(list []dataset.Notice) dataset.Notice {
	width := func(n dataset.Notice) float64 {
		lo, _ := n.Slots["lo"].(float64)
		hi, _ := n.Slots["hi"].(float64)
		return hi - lo
	}
	out := list[0]
	for _, n := range list[1:] {
		if width(n) > width(out) {
			out = n
		}
	}
	return out
}

// place is the position of the first run of a notice.
func place(order []*dataset.Run, n dataset.Notice) int {
	if len(n.Runs) == 0 {
		return len(order)
	}
	if i := slices.Index(order, n.Runs[0]); i >= 0 {
		return i
	}
	return len(order)
}

// about names the subjects of a notice when it is not about all of the report.
// Notices of comparisons name them in their text.
func (w *writer) about(n dataset.Notice, merged []dataset.Notice) string {
	if _, named := n.Slots["subject"]; named || len(n.Runs) == 0 {
		return ""
	}
	differ := false
	for _, m := range merged[1:] {
		differ = differ || !reflect.DeepEqual(m.Slots, merged[0].Slots)
	}
	covered := true
	for _, t := range w.r.Topics {
		for _, r := range t.Runs {
			if n.Task == "" || n.Task == t.Task {
				covered = covered && slices.Contains(n.Runs, r)
			}
		}
	}
	several := 0
	for _, t := range w.r.Topics {
		if evalKind(t) {
			several++
		}
	}
	var names []string
	if n.Task != "" && several > 1 {
		names = append(names, w.shortTask(n.Task))
	}
	var subjects []string
	for _, r := range n.Runs {
		if s := w.name(r); !slices.Contains(subjects, s) {
			subjects = append(subjects, s)
		}
	}
	if !covered || differ {
		names = append(names, w.L.Enum(subjects...))
	}
	return w.L.Clauses(names...)
}

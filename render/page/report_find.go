package page

import (
	"reflect"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// mostKeys is how many key findings a report shows.
const mostKeys = 5

// keyGroup are findings of one topic that belong in one paragraph: the first
// leads, the others follow in plain type.
type keyGroup struct {
	topic *dataset.Topic
	rank  int
	list  []dataset.Finding
}

// keys are the key findings of the report: of every topic what weighs most, then
// what comes next, up to the number that a reader can take in.
func (w *writer) keys() []Key {
	var groups []keyGroup
	for _, t := range w.r.Topics {
		groups = append(groups, groupFindings(t)...)
	}
	slices.SortStableFunc(groups, func(a, b keyGroup) int { return a.rank - b.rank })
	if len(groups) > mostKeys {
		groups = groups[:mostKeys]
	}
	out := w.planned()
	for _, g := range groups {
		if len(out) < mostKeys {
			out = append(out, w.key(g))
		}
	}
	return out
}

// planned says of a report with a plan how much of it is done.
func (w *writer) planned() []Key {
	if len(w.r.Benchmarks) == 0 {
		return nil
	}
	done := 0
	var open []string
	for _, b := range w.r.Benchmarks {
		if b.Done() {
			done++
			continue
		}
		open = append(open, Cut(b.Name, CutCell))
	}
	k := Key{
		Figure: w.L.Count(done) + "/" + w.L.Count(len(w.r.Benchmarks)),
		Head:   w.L.Fill("text.plan-done", locale.Slots{"n": len(w.r.Benchmarks), "done": done}),
		Chart:  &Link{w.L.Text("md.table"), Anchor(benchmarksID)},
	}
	if len(open) > 0 {
		k.Text = T(w.L.Fill("text.plan-open", locale.Slots{"list": w.L.Enum(open...)}))
	}
	return []Key{k}
}

// families says which findings share a paragraph, and in which order the
// paragraphs of a topic weigh.
var families = [][]string{
	{"all-truncated", "failures-all"},
	{"ratio-higher", "ratio-lower", "ratio-same"},
	{"paired-found-higher", "paired-found-lower"},
	{"paired-none", "unpaired-none", "unpaired-found-higher", "unpaired-found-lower"},
	{"latency-lower", "latency-higher", "latency-same"},
	{"published-rescored"},
	{"score", "score-unknown"},
	{"value"},
	{"failures-some"},
}

// groupFindings puts the findings of a topic into paragraphs. Scaling says again
// what a ratio says that names the linear one, so it is left to the text.
func groupFindings(t *dataset.Topic) []keyGroup {
	var out []keyGroup
	for _, names := range families {
		g := keyGroup{topic: t, rank: len(out)}
		for _, f := range t.Findings {
			if slices.Contains(names, f.Template) {
				g.list = append(g.list, f)
			}
		}
		if len(g.list) > 0 && !empty(t, g.list[0].Template) {
			out = append(out, g)
		}
	}
	return out
}

// empty reports whether a paragraph would say nothing beside the others: a test
// where nobody has an item right, scores that the rescoring states as well.
func empty(t *dataset.Topic, template string) bool {
	switch {
	case strings.HasPrefix(template, "paired-none"):
		for _, r := range t.Runs {
			if s := r.Score(t.Task); s == nil || s.Correct != 0 {
				return false
			}
		}
		return true
	case strings.HasPrefix(template, "score"):
		return slices.ContainsFunc(t.Findings, func(f dataset.Finding) bool { return f.Template == "published-rescored" })
	}
	return false
}

// key writes one paragraph: the composed sentence, in bold; what the other
// subjects show; the doubt; the link to its chart.
func (w *writer) key(g keyGroup) Key {
	lead := g.list[0]
	k := Key{Figure: w.lead(g), Head: w.findingBy(w.name, lead)}
	var rest []string
	if evalKind(g.topic) { // the test and the interval are doubt, not statement
		if head, _ := locale.Headline(k.Head); strings.HasPrefix(k.Head, head) {
			k.Head, k.Tail = head, k.Head[len(head):]
		}
	}
	add := func(s string) {
		if s != "" && !slices.Contains(rest, s) {
			rest = append(rest, s)
		}
	}
	for _, s := range w.siblings(g) {
		add(s)
	}
	for _, m := range lead.More {
		add(w.findingBy(w.name, m))
	}
	add(w.limitation(g.topic))
	k.Text = T(w.L.Sentences(rest...))
	k.Chart = w.chartOf(g)
	return k
}

// siblings are the sentences of the further subjects: each without what the
// first one has named.
func (w *writer) siblings(g keyGroup) []string {
	var out, scores []string
	for _, f := range g.list[1:] {
		s := w.findingBy(w.name, f)
		var p *dataset.PairedResult
		if f.Pair != nil {
			if t := f.Pair.Task(g.topic.Task); t != nil {
				p = t.Paired
			}
		}
		switch {
		case strings.HasPrefix(f.Template, "ratio"), strings.HasPrefix(f.Template, "latency"):
			head, _ := locale.Headline(s)
			out = append(out, head+w.stop())
		case strings.HasPrefix(f.Template, "paired") && p != nil:
			out = append(out, w.L.Fill("text.pair-short", locale.Slots{
				"pair": w.name(f.Run) + " − " + w.name(f.Baseline), "diff": w.L.PointsNumber(p.Difference), "p": w.L.PHolm(p.P, p.Holm, p.Family),
			}))
		case strings.HasPrefix(f.Template, "score") && f.Run.Score(g.topic.Task) != nil:
			scores = append(scores, w.name(f.Run)+" "+w.score(f.Run.Score(g.topic.Task)))
		default:
			out = append(out, s)
		}
	}
	if len(scores) > 0 {
		out = append(out, w.L.Fill("text.scores-short", locale.Slots{"list": w.L.List(scores...)}))
	}
	return out
}

// limitation is the title of the notice that says that a score is not the
// benchmark's own: no such finding stands without it.
func (w *writer) limitation(t *dataset.Topic) string {
	for _, n := range t.Caveats {
		if evalKind(t) && slices.Contains(limiting, n.Code) {
			return w.L.Notice(n.Code, n.Slots).Title + w.stop()
		}
	}
	return ""
}

// lead is the large figure beside a key finding.
func (w *writer) lead(g keyGroup) string {
	f := g.list[0]
	if f.Template == "published-rescored" || strings.HasPrefix(f.Template, "score") {
		if s := f.Run.Score(g.topic.Task); s != nil && s.Correct >= 0 {
			return w.L.Count(s.Correct) + "/" + w.L.Count(s.N)
		}
	}
	return w.value(f.Lead)
}

// chartOf is the link to the chart that shows a finding.
func (w *writer) chartOf(g keyGroup) *Link {
	order := []string{"throughput", "relative"}
	switch f := g.list[0]; {
	case f.Metric == "e2e":
		order = []string{"latency", "relative"}
	case strings.HasPrefix(f.Template, "paired"):
		order = []string{"paired", "accuracy"}
	case evalKind(g.topic):
		order = []string{"accuracy", "paired"}
	}
	for _, name := range order {
		if f := w.figures[w.chartID(name, g.topic)]; f != nil {
			return &Link{f.Number, Anchor(f.Chart.ID)}
		}
	}
	return nil
}

// evalKind reports whether a topic is an evaluation.
func evalKind(t *dataset.Topic) bool { return t.Kind == string(artifact.KindEval) }

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

package page

import (
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
	{"texts-higher", "texts-lower"},
	{"texts-none"},
	{"published-rescored"},
	{"score", "score-unknown"},
	{"perplexity"},
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
	case strings.HasPrefix(f.Template, "paired"), strings.HasPrefix(f.Template, "texts"):
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

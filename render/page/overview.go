package page

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// OverviewPage is the first page of a language: what was found, newest first
// by type, and what is missing.
type OverviewPage struct {
	Base
	Dek      string
	Facts    []Pair
	News     []Key // what changed since the time before
	More     *Link // to the changes that are not listed
	Groups   []Group
	Empty    string
	Coverage *Table
}

// Group are the findings of one type of test.
type Group struct {
	ID, Title, Note string
	Entries         []Entry
	Figure          *Figure // after the entries; may be nil
	More            *Link   // to the findings that are not listed; may be nil

	rest int // findings that are not listed
}

// simulatedGroup is the id of the group that no model stands behind.
const simulatedGroup = "simulated"

// Entry is one finding of the overview: never without its caveat.
type Entry struct {
	Date     string
	Type     string
	Model    string
	Protocol string
	Tag      string
	Head     Link
	Caption  string
	Chart    Chart // small; may be empty
	What     Text
	Caveat   Text
	Level    string // of the caveat
}

// Overview builds the first page of the language.
func (e *Edition) Overview() *OverviewPage {
	c := e.Set.Config
	dek := c.Description.Any(string(e.Lang))
	if dek == "" {
		dek = e.L.Text("landing.dek")
	}
	p := &OverviewPage{Base: e.Base("overview", "", e.Name(), dek), Dek: dek}
	p.Facts = e.facts()
	p.News, p.More = e.newsKeys(&p.Base)
	p.Groups = e.groups(&p.Base)
	if len(p.Groups) == 0 {
		p.Empty = e.L.Text("empty.findings")
	}
	p.Coverage = e.coverage(&p.Base)
	return p
}

// machine names the accelerator of a run without its partition; "" is unknown.
func machine(r *dataset.Run) string {
	name, _, _ := strings.Cut(text(r.Subject.Accelerator), ",")
	return name
}

// home is the accelerator that most standing runs share.
func (e *Edition) home() string {
	count := map[string]int{}
	best := ""
	for _, r := range e.Set.Standing {
		m := machine(r)
		if m == "" {
			continue
		}
		count[m]++
		if count[m] > count[best] || count[m] == count[best] && m < best {
			best = m
		}
	}
	return best
}

// atHome are the standing runs of that machine; all where none is recorded.
func (e *Edition) atHome() []*dataset.Run {
	home := e.home()
	if home == "" {
		return e.Set.Standing
	}
	return slices.DeleteFunc(slices.Clone(e.Set.Standing), func(r *dataset.Run) bool { return machine(r) != home })
}

// entry writes one topic. A topic without a finding is left out.
func (e *Edition) entry(b *Base, t *dataset.Topic) (Entry, bool) {
	if len(t.Findings) == 0 || len(t.Runs) == 0 {
		return Entry{}, false
	}
	name := e.namer(t.Runs)
	first := t.Findings[0]
	head, rest := locale.Headline(e.findingBy(name, first))
	out := Entry{
		Date: t.Date, Type: e.L.Text("type." + t.Kind), Protocol: t.Protocol.ID, Model: e.modelNames(t.Runs),
		Head: Link{Cut(head, 240), e.topicLink(b, t, first)},
	}
	switch mark := e.marks(t.Simulated, t.Runs...); {
	case mark != "":
		out.Tag = mark
	case t.Imported && machine(t.Runs[0]) != e.home():
		out.Tag = e.origin(t.Runs[0])
	}
	var what []string
	followed := false
	for _, f := range t.Findings[1:] {
		if f.Run == first.Run && f.Baseline == first.Baseline && strings.HasPrefix(f.Template, "latency-") {
			what, followed = append(what, e.findingBy(name, f)), true // it repeats the conditions
			break
		}
	}
	if rest != "" && !followed {
		what = append([]string{rest}, what...)
	}
	what = append(what, e.others(t, first, name)...)
	out.What = T(Cut(e.L.Sentences(what...), 700))
	out.Caveat, out.Level = e.caveat(t, first, name)
	out.Caption, out.Chart = e.mini(t, name)
	return out, true
}

// others are the subjects that the first finding does not speak of, a short
// sentence each.
func (e *Edition) others(t *dataset.Topic, first dataset.Finding, name namer) []string {
	var out []string
	for _, m := range first.More {
		if m.Template == "linear" {
			out = append(out, e.findingBy(name, m))
		}
	}
	for _, r := range t.Runs {
		if r == first.Run || r == first.Baseline || len(out) == 3 {
			continue
		}
		if s := r.Score(t.Task); t.Kind == "eval" && s != nil && s.Correct >= 0 {
			out = append(out, e.L.Fill("overview.rest-answered", locale.Slots{"subject": name(r), "k": s.Correct}))
		}
		for _, f := range t.Findings[1:] {
			ratio, ok := f.Slots["ratio"].(float64)
			if ok && f.Run == r && f.Baseline == first.Baseline && f.Path == first.Path && f.Baseline != nil {
				out = append(out, e.L.Fill("overview.rest-ratio", locale.Slots{
					"subject": name(r), "baseline": name(f.Baseline), "ratio": e.L.RatioNumber(ratio), "metric": e.findingSlot("metric", f.Metric),
				}))
				break
			}
		}
	}
	for _, f := range t.Findings[1:] {
		if f.Template == "published-rescored" && f.Run == first.Run {
			out = append(out, e.findingBy(name, f))
		}
	}
	return out
}

// familyName is the model that the runs of a topic share.
func (e *Edition) familyName(r *dataset.Run) string {
	if m := text(r.Subject.BaseModel); m != "" {
		return artifact.ModelName(m)
	}
	return artifact.ModelName(r.Subject.Model)
}

// modelNames are the models of the runs.
func (e *Edition) modelNames(runs []*dataset.Run) string {
	var names []string
	for _, r := range runs {
		if n := Cut(e.familyName(r), 40); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return Cut(e.L.Enum(names...), CutCell)
}

// topicLink leads to the report that shows the topic, else to the run that its
// first finding is about.
func (e *Edition) topicLink(b *Base, t *dataset.Topic, f dataset.Finding) Href {
	for _, rep := range e.Set.Reports {
		shown := 0
		for _, r := range t.Runs {
			if slices.ContainsFunc(rep.Runs, func(x dataset.ReportRun) bool { return x.Run == r && !x.Extra }) {
				shown++
			}
		}
		if shown == len(t.Runs) {
			return b.Link(reportPath(rep))
		}
	}
	if f.Run != nil {
		return b.Link(runPath(f.Run))
	}
	return b.Link(runPath(t.Runs[0]))
}

// said are the notices that a sentence of doubt makes superfluous beside it.
var said = map[string]string{"single-repeat": "one-repeat", "small-n": "mde"}

// caveat is the strongest reason not to over-read the first finding: its own
// doubt, then the weightiest notices.
func (e *Edition) caveat(t *dataset.Topic, f dataset.Finding, name namer) (Text, string) {
	var out []string
	doubts := map[string]bool{}
	for _, m := range f.More {
		if m.Template == "linear" {
			continue // no doubt; others says it
		}
		if m.Template == "mde" {
			m.Template = "mde-short"
		}
		doubts[strings.TrimSuffix(strings.TrimSuffix(m.Template, "-short"), "-plain")] = true
		out = append(out, hold(e.findingBy(name, m)))
	}
	level := string(dataset.Warn)
	told := map[string]bool{}
	for _, n := range t.Caveats {
		if len(told) >= 2 || told[n.Code] || doubts[said[n.Code]] || n.Severity == dataset.Info && len(out) > 0 {
			continue
		}
		told[n.Code] = true
		if len(out) == 0 {
			level = string(n.Severity)
		}
		w := e.noticeWords(n)
		if len(told) == 1 && !doubts["one-repeat"] {
			out = append(out, w.Title+e.stop(), w.Means)
		} else {
			out = append(out, w.Title+e.stop())
		}
	}
	return Rich(Cut(e.L.Sentences(out...), 500)), level
}

// facts are the head of the overview: machine, engine, how much there is.
func (e *Edition) facts() []Pair {
	l := e.L
	var out []Pair
	collect := func(key string, of func(*dataset.Run) string) {
		var values []string
		for _, r := range e.atHome() {
			if v := of(r); v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		for i := 0; i+1 < len(values); { // "vLLM" says nothing beside "vLLM 0.13.0"
			if strings.HasPrefix(values[i+1], values[i]+" ") {
				values = slices.Delete(values, i, i+1)
			} else {
				i++
			}
		}
		if len(values) > 3 {
			values = append(values[:3], l.Fill("word.total", locale.Slots{"n": len(values)}))
		}
		if len(values) > 0 {
			out = append(out, Pair{capital(l.Param(key)), T(Cut(l.Enum(values...), CutTitle))})
		}
	}
	collect("machine", func(r *dataset.Run) string { return r.Environment.Host["instance"] })
	collect("accelerator", func(r *dataset.Run) string { return Cut(text(r.Subject.Accelerator), CutCell) })
	collect("engine", func(r *dataset.Run) string { return e.engine(r.Subject) })
	// Simulated runs are no part of what the reports rest on.
	n := 0
	for _, r := range e.Set.Runs {
		if !r.Simulated {
			n++
		}
	}
	if n > 0 {
		runs := l.Counted(n, "run")
		if m := len(e.Set.Reports); m > 0 {
			out = append(out, Pair{l.Text("nav.reports"), T(l.Fill("overview.reports-count", locale.Slots{"reports": m, "runs": n}))})
		} else {
			out = append(out, Pair{l.Text("nav.runs"), T(runs)})
		}
	}
	for _, s := range e.Set.Subjects {
		if s.Baseline && s.Precision != "" {
			out = append(out, Pair{l.Text("chip.baseline"), T(Cut(s.Precision, CutCell))})
			break
		}
	}
	return out
}

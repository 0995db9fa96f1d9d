package page

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// RunPage is the page of one artifact: the permalink.
type RunPage struct {
	Base
	Kicker    []Link // breadcrumb; the last is not a link
	Origin    string // where the figures come from
	ID        string
	Facts     []Text // type, engine, device, reports
	Compare   *Link  // adds the run to a comparison; nil with nothing to compare
	Relations []Text // what it was derived from, what replaced it, withdrawal
	Tiles     []Tile
	Notices   []Notice
	Protocol  *Protocol
	Sections  []Section
}

// Run builds the page of a run.
func (e *Edition) Run(r *dataset.Run) (*RunPage, error) {
	title := e.runTitle(r)
	p := &RunPage{Base: e.Base("run", runPath(r), title, e.runDescription(r, title)), ID: r.ID, Origin: e.origin(r)}
	p.Kicker = []Link{{e.L.Text("nav.runs"), p.Link("runs/")}, {r.Day, ""}}
	p.Facts = e.runFacts(&p.Base, r)
	measured := r.Kind != artifact.KindSubject
	if measured && e.hasCompare() {
		p.Compare = &Link{e.L.Text("btn.add-compare"), p.Link("compare/") + Href("?runs="+r.Hash8)}
	}
	p.Relations = e.relations(&p.Base, r)
	p.Notices = e.notices(&p.Base, r.Notices)
	if measured {
		p.Protocol = e.protocolBox(&p.Base, r)
	}
	switch {
	case r.Load != nil:
		p.Tiles = e.loadTiles(r)
		p.Sections = e.loadSections(&p.Base, r)
	case r.Eval != nil:
		p.Tiles = e.evalTiles(r)
		sections, err := e.evalSections(&p.Base, r)
		if err != nil {
			return nil, err
		}
		p.Sections = sections
	}
	if s, ok := e.historySection(&p.Base, r); ok {
		p.Sections = append(p.Sections, s)
	}
	p.Sections = append(p.Sections, e.originSections(&p.Base, r)...)
	return p, nil
}

// runTitle names a run by its subject and its conditions.
func (e *Edition) runTitle(r *dataset.Run) string {
	parts := []string{e.subjectLabel(r)}
	if r.Eval != nil {
		parts = append(parts, e.tasks(r))
	}
	if r.Load != nil {
		for _, f := range r.Conditions() {
			if f.Name == "max_tokens" {
				continue
			}
			if s := e.condition(f, r); s != "" {
				parts = append(parts, s)
			}
		}
	}
	return Cut(e.L.Clauses(parts...), CutTitle)
}

// runDescription is the title with the headline figure.
func (e *Edition) runDescription(r *dataset.Run, title string) string {
	if f := e.figure(r); f != locale.Unknown {
		return e.L.Label(title, f)
	}
	return title
}

// figure is the one number that stands for a run, with its unit.
func (e *Edition) figure(r *dataset.Run) string {
	f := r.Figure()
	switch {
	case f.Score != nil:
		return e.score(f.Score)
	case f.Value != nil:
		return e.value(*f.Value)
	case r.Eval != nil && slices.ContainsFunc(r.Eval.Tasks, func(t artifact.Task) bool { return t.Status == artifact.TaskNotRun }):
		return e.L.Text("word.na")
	}
	return locale.Unknown
}

// score prints a score with its count where it is one.
func (e *Edition) score(s *dataset.Score) string {
	if s.Correct >= 0 && s.N > 0 {
		return e.L.Score(s.Correct, s.N)
	}
	return e.share(s)
}

// share prints a score alone. A metric that is no share is a plain number.
func (e *Edition) share(s *dataset.Score) string {
	if s.Number() {
		return e.L.Number(s.Value, 3)
	}
	return e.shareOf(s.Value)
}

func (e *Edition) shareOf(v float64) string {
	if v >= 0 && v <= 1 {
		return e.L.Percent(v)
	}
	return e.L.Number(v, 3)
}

// interval prints the interval of a score, or the dash.
func (e *Edition) interval(s *dataset.Score) string {
	switch {
	case !s.Interval:
		return locale.Unknown
	case s.Number():
		return e.L.NumberRange(e.L.Number(s.Lo, 3), e.L.Number(s.Hi, 3))
	}
	return e.L.PercentRange(s.Lo, s.Hi)
}

func (e *Edition) runFacts(b *Base, r *dataset.Run) []Text {
	kind := e.typeWord(r.Kind)
	if r.Load != nil {
		switch arrival, _ := r.Protocol.Parameters["arrival"].(string); {
		case arrival != "" && arrival != "closed":
			kind = e.L.Text("run.kind-open")
		case !slices.Contains(r.Protocol.Unknown, "arrival"): // closed is the default and need not stand there
			kind = e.L.Text("run.kind-closed")
		}
	}
	facts := []Text{T(kind)}
	if s := e.engine(r.Subject); s != "" {
		facts = append(facts, T(s))
	}
	if s := e.device(r); s != "" {
		facts = append(facts, T(s))
	}
	for _, rep := range r.Reports {
		facts = append(facts, TLink(e.L.Fill("run.in-report", locale.Slots{"title": Cut(rep.Title.Any(string(e.Lang)), CutCell)}), b.Link(reportPath(rep))))
	}
	return facts
}

// engine is the serving engine with its version, "" when it is not known.
func (e *Edition) engine(s artifact.Subject) string {
	if s.Engine == nil {
		return ""
	}
	name := *s.Engine
	if proper, ok := engineNames[strings.ToLower(name)]; ok {
		name = proper
	}
	if s.EngineVersion != nil {
		name += " " + *s.EngineVersion
	}
	return Cut(name, CutCell)
}

// engineNames spells engines as their makers do.
var engineNames = map[string]string{"vllm": "vLLM", "sglang": "SGLang", "tensorrt-llm": "TensorRT-LLM", "llama.cpp": "llama.cpp"}

// device is the accelerator with how many of it were used.
func (e *Edition) device(r *dataset.Run) string {
	if r.Subject.Accelerator == nil {
		return ""
	}
	name := Cut(*r.Subject.Accelerator, CutCell)
	if n := r.Devices(); n > 0 {
		return e.L.Count(n) + "× " + name
	}
	return name
}

// relations says what a run is to others: derived from, replaced by, withdrawn.
func (e *Edition) relations(b *Base, r *dataset.Run) []Text {
	var out []Text
	if w := r.Withdrawn; w != nil {
		out = append(out, Text{
			{Text: e.L.Label(e.L.Text("chip.withdrawn"), e.L.Date(w.Date)), Style: Strong},
			{Text: e.stop() + gapOf(e.Lang) + Cut(w.Reason.Any(string(e.Lang)), CutValue)},
		})
	}
	to := func(key string, other *dataset.Run) {
		out = append(out, e.around(key, "run", Span{Text: other.ID, Href: b.Link(runPath(other)), Style: Code}))
	}
	switch {
	case r.Replacer != nil && r.Rival:
		to("note.alternative", r.Replacer)
	case r.Replacer != nil:
		to("note.replaced", r.Replacer)
	}
	for _, d := range r.DerivedFrom {
		key := "note.derived"
		if d.How != artifact.HowRescore {
			key += "-" + string(d.How)
		}
		if parent := e.Set.Run(d.ID); parent != nil {
			to(key, parent)
		} else {
			out = append(out, e.around(key, "run", Span{Text: Cut(d.ID, CutValue), Style: Code}))
		}
	}
	for _, c := range r.Children {
		if c == r.Replacer || c.Eval == nil {
			continue
		}
		lead := e.L.Bracket(e.L.Text("run.rescores"), e.scorerName(c))
		out = append(out, Join(gapOf(e.Lang), T(e.L.Label(lead, "")), Text{{Text: c.ID, Href: b.Link(runPath(c)), Style: Code}}))
	}
	if r.Status != artifact.StatusComplete {
		t := e.L.Text("status." + string(r.Status))
		if r.StatusReason != nil {
			t = e.L.Label(t, Cut(*r.StatusReason, CutValue))
		}
		out = append(out, T(t))
	}
	return out
}

// around is a sentence with a link in one slot.
func (e *Edition) around(key, slot string, span Span) Text {
	return e.aroundText(key, slot, Text{span})
}

// scorerName names the scorer of a run, or is the dash.
func (e *Edition) scorerName(r *dataset.Run) string {
	for _, t := range tasksOf(r) {
		if t.Scorer != nil {
			return Cut(scorerWord(*t.Scorer), CutCell)
		}
	}
	return locale.Unknown
}

// scorerWord writes a scorer as "decidable v1".
func scorerWord(s artifact.Scorer) string {
	v := s.Version
	if v == "" {
		return s.Name
	}
	if v[0] >= '0' && v[0] <= '9' {
		v = "v" + v
	}
	return s.Name + " " + v
}

// FeedEntry is a run in the feed of the language: its title with the headline
// figure, and the strongest reason not to over-read it.
func (e *Edition) FeedEntry(r *dataset.Run) (title, summary string) {
	title = e.runDescription(r, e.runTitle(r))
	b := e.Base("run", runPath(r), title, "")
	for _, n := range e.notices(&b, r.Notices) {
		return title, e.L.Sentences(n.Word+": "+n.Title, n.Text.Flat())
	}
	return title, title
}

package page

import (
	"slices"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ItemPage is one item on which subjects disagree: what was expected, what each
// answered, and how the scorers read it. The text of the question is not kept
// in artifacts and stands nowhere.
type ItemPage struct {
	Base
	Kicker   []Link
	Facts    []Text
	Protocol *Protocol
	Lead     Section // what was expected, beside the protocol
	Sections []Section
}

// itemJobs lists the pages of the flips, by run.
func (e *Edition) itemJobs() []Job {
	var jobs []Job
	x := e.flips()
	for _, r := range e.Set.Runs {
		for i, f := range x.of[r] {
			jobs = append(jobs, e.job(itemPath(r, f), func() (Page, error) { return e.Item(r, x.of[r], i), nil }, r, i, f.runs))
		}
	}
	return jobs
}

// Item builds the page of the i-th flip of a run.
func (e *Edition) Item(home *dataset.Run, list []*flipped, i int) *ItemPage {
	l, f := e.L, list[i]
	suite := e.taskLabel(f.task)
	title := l.Fill("item.title", locale.Slots{"suite": suite, "item": Cut(f.id, 60)})
	p := &ItemPage{Base: e.Base("item", itemPath(home, f), title, title)}
	p.Kicker = []Link{{l.Text("nav.runs"), p.Link("runs/")}, {e.runTitle(home), p.Link(runPath(home))}, {l.Text("section.flips"), ""}}
	p.Facts = []Text{{{Text: l.Date(home.Day)}}}
	if kind := e.flips().kind(f); kind != "" {
		p.Facts = append(p.Facts, e.aroundText("item.type", "type", TCode(Cut(kind, 24))))
	}
	p.Facts = append(p.Facts, T(l.Fill("report.runs", locale.Slots{"n": len(f.runs)})))
	p.Protocol = e.protocolBox(&p.Base, home)
	name := e.namer(f.runs)

	expected := Section{ID: "expected", Title: l.Text("item.expected")}
	if f.expected != "" {
		expected.Blocks = append(expected.Blocks, Block{Code: &CodeBlock{Text: Cut(f.expected, CutBlock)}})
	} else {
		expected.Blocks = append(expected.Blocks, Block{Text: TMuted(l.Text("word.unknown"))})
	}
	if f.hash != "" {
		expected.Blocks = append(expected.Blocks, Block{Small: Join("", T(l.Label(l.Text("item.hash"), "")), gapText(e.Lang), TCode(Cut(f.hash, CutCell)))})
	}
	outcomes := Section{ID: "outcomes", Title: l.Text("section.outcomes"), Blocks: []Block{{Table: e.itemOutcomes(&p.Base, f, name)}}}
	outcomes.Side = []Side{{l.Text("side.no-question.lead"), T(l.Text("side.no-question.text"))}}
	scorers := Section{ID: "scorers", Title: l.Text("item.scorers"), Blocks: []Block{{Defs: e.itemReadings(f, name)}}}
	p.Lead = expected
	p.Sections = []Section{outcomes, scorers}
	if f.of[f.runs[0]].Program {
		expected.Blocks[0] = Block{Text: T(l.Text("item.expected-program"))}
		p.Lead = expected
		p.Sections = []Section{outcomes, e.itemPrograms(f, name)}
	}
	if s := e.itemReplies(f, name); len(s.Blocks) > 0 {
		p.Sections = append(p.Sections, s)
	}
	var more Text
	for _, step := range []struct {
		at  int
		key string
	}{{i - 1, "btn.prev-flip"}, {i + 1, "btn.next-flip"}} {
		if step.at >= 0 && step.at < len(list) {
			if len(more) > 0 {
				more = append(more, Span{Text: " · "})
			}
			other := list[step.at]
			more = append(more, Span{Text: l.Fill(step.key, locale.Slots{"item": Cut(other.id, 40)}), Href: p.Link(itemPath(home, other))})
		}
	}
	if len(more) > 0 {
		last := &p.Sections[len(p.Sections)-1]
		last.Blocks = append(last.Blocks, Block{Text: more})
	}
	return p
}

// semicolon stands between the parts of a list of clauses.
func semicolon(lang locale.Lang) string {
	if lang == locale.ZH {
		return "；"
	}
	return "; "
}

// gapText is what stands between a colon and what follows it.
func gapText(lang locale.Lang) Text { return T(gapOf(lang)) }

// itemOutcomes puts the outcomes as published and as they stand side by side.
func (e *Edition) itemOutcomes(b *Base, f *flipped, name namer) *Table {
	l := e.L
	read := l.Text("th.extracted")
	if f.of[f.runs[0]].Program {
		read = l.Text("th.program-verdict")
	}
	t := &Table{Label: l.Text("section.outcomes"), Class: "verd", Head: []Column{Col(l.Text("th.subject")), Col(read)}}
	rescored := slices.ContainsFunc(f.runs, func(r *dataset.Run) bool { _, ok := before(r, f); return ok })
	if rescored {
		t.Head = append(t.Head, Col(l.Text("th.outcome-published")), Col(l.Text("th.outcome-rescored")))
	} else {
		t.Head = append(t.Head, Col(l.Text("th.outcome")))
	}
	for _, r := range f.runs {
		it := f.of[r]
		row := Row{Cells: []Cell{{Text: TLink(name(r), b.Link(runPath(r))), Swatch: slot(r)}, e.answered(it)}}
		if rescored {
			old, ok := before(r, f)
			if ok {
				row.Cells = append(row.Cells, e.outcomeCell(old.Outcome))
			} else {
				row.Cells = append(row.Cells, e.outcomeCell(""))
			}
		}
		row.Cells = append(row.Cells, e.outcomeCell(it.Outcome))
		t.Rows = append(t.Rows, row)
	}
	if names := e.flipPairs(f, name); len(names) > 1 {
		t.Foot = []Text{T(l.Fill("item.pairs", locale.Slots{"pairs": l.List(names...)}))}
	} else if len(names) == 1 {
		t.Foot = []Text{T(l.Fill("item.pair", locale.Slots{"pair": names[0]}))}
	}
	return t
}

// flipPairs names the pairs of subjects that disagree, subject − baseline.
func (e *Edition) flipPairs(f *flipped, name namer) []string {
	var out []string
	for j, b := range f.runs {
		for _, a := range f.runs[:j] {
			if f.of[a].Correct() != f.of[b].Correct() {
				out = append(out, name(b)+" − "+name(a))
			}
		}
	}
	return out
}

// before is the item in the run whose replies were scored again; false when the
// run is no rescore.
func before(r *dataset.Run, f *flipped) (dataset.Item, bool) {
	parent, _ := published(r, f.task)
	if parent == nil {
		return dataset.Item{}, false
	}
	return itemOf(parent, f)
}

func itemOf(r *dataset.Run, f *flipped) (dataset.Item, bool) {
	items, err := r.Items()
	if err != nil {
		return dataset.Item{}, false
	}
	for _, it := range items {
		if it.ID == f.id && (it.Task == "" || it.Task == f.task) && it.Repeat == 0 {
			return it, true
		}
	}
	return dataset.Item{}, false
}

// itemReadings says of each scorer what it read in the replies. The scorer of
// the published verdicts comes first.
func (e *Edition) itemReadings(f *flipped, name namer) []Pair {
	l := e.L
	type reading struct {
		scorer string
		text   Text
	}
	var list []*reading
	add := func(r, of *dataset.Run, it dataset.Item) {
		scorer := e.scorerName(of)
		at := slices.IndexFunc(list, func(x *reading) bool { return x.scorer == scorer })
		if at < 0 {
			list = append(list, &reading{scorer: scorer})
			at = len(list) - 1
		}
		x := list[at]
		if len(x.text) > 0 {
			x.text = append(x.text, Span{Text: semicolon(e.Lang)})
		}
		lead, read := l.Label(name(r), "")+gapOf(e.Lang), T(l.Text("item.no-answer"))
		if it.Extracted != "" {
			lead = name(r) + " "
			read = e.aroundText("item.reads", "answer", TCode(Cut(it.Extracted, CutCell)))
		}
		word := l.Text("word.unknown")
		if it.Outcome != "" {
			word = l.Text("outcome." + string(it.Outcome))
		}
		x.text = Join("", x.text, T(lead), read, T(e.comma()+lowerFirst(word)))
	}
	for _, r := range f.runs {
		if old, ok := before(r, f); ok {
			parent, _ := published(r, f.task)
			add(r, parent, old)
		}
	}
	for _, r := range f.runs {
		add(r, r, f.of[r])
	}
	for _, r := range f.runs {
		for _, other := range r.Alternatives() {
			if parent, _ := published(r, f.task); other == parent || slices.Contains(f.runs, other) {
				continue
			}
			if it, ok := itemOf(other, f); ok {
				add(r, other, it)
			}
		}
	}
	var out []Pair
	for _, x := range list {
		out = append(out, Pair{x.scorer, append(x.text, Span{Text: e.stop()})})
	}
	return out
}

// itemReplies are the replies as they came, one block a subject.
func (e *Edition) itemReplies(f *flipped, name namer) Section {
	s := Section{ID: "replies", Title: e.L.Text("item.reply")}
	for _, r := range f.runs {
		if out := e.flips().reply(r, f); out != "" {
			s.Blocks = append(s.Blocks, Block{Code: &CodeBlock{Lead: name(r), Text: Cut(out, CutBlock), Folded: f.of[r].Program}})
		}
	}
	return s
}

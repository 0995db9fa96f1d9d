package page

import (
	"slices"

	"benchsite/render/dataset"
)

// historyRows is how many measurements the page of a run lists beside itself.
const historyRows = 12

// historySection lists when the same subject was measured under the same
// protocol, newest first: of many those before and after the run; ok is false for a run that is alone.
func (e *Edition) historySection(b *Base, r *dataset.Run) (s Section, ok bool) {
	runs, more := e.Set.History(r, historyRows)
	if len(runs) < 2 {
		return s, false
	}
	l := e.L
	t := &Table{Label: l.Text("section.history"), Head: []Column{Col(l.Text("th.date")), Col(l.Text("th.version")), Num(l.Text("th.result")), Col(l.Text("th.run"))}}
	for _, o := range runs {
		version := l.Text("word.unknown")
		if v := o.Subject.EngineVersion; v != nil && *v != "" {
			version = Cut(*v, CutCell)
		}
		name := Cell{Text: TMuted(l.Text("run.this"))}
		if o != r {
			name = Cell{Text: Text{{Text: o.Hash8, Href: b.Link(runPath(o)), Style: Code}}}
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: T(l.Date(o.Day)), Time: o.Day}, CellText(version), CellNum(e.figure(o)), name}})
	}
	s = Section{ID: "history", Title: l.Text("section.history"), Blocks: []Block{{Table: t}}}
	if more { // how many in all is not said: one new run would change the pages of all
		t.Foot = append(t.Foot, T(l.Text("note.history-part")))
	}
	if !r.Simulated && slices.ContainsFunc(runs, func(o *dataset.Run) bool { return o.Day != r.Day }) {
		t.Foot = append(t.Foot, TLink(l.Text("nav.trends"), b.Link("trends/")))
	}
	return s, true
}

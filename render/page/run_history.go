package page

import (
	"cmp"
	"slices"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// historyRows is how many measurements the page of a run lists beside itself.
const historyRows = 12

// historySection lists when the same subject was measured under the same
// protocol, newest first; ok is false for a run that is alone.
func (e *Edition) historySection(b *Base, r *dataset.Run) (s Section, ok bool) {
	var runs []*dataset.Run
	for _, o := range r.How.Runs {
		current := o.Standing || o.Simulated && o.Replacer == nil && o.Withdrawn == nil
		if o.Who == r.Who && o.Simulated == r.Simulated && (o == r || current) {
			runs = append(runs, o)
		}
	}
	if len(runs) < 2 {
		return s, false
	}
	slices.SortStableFunc(runs, func(a, b *dataset.Run) int {
		return cmp.Or(cmp.Compare(b.StartedAt, a.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	l := e.L
	t := &Table{Label: l.Text("section.history"), Head: []Column{Col(l.Text("th.date")), Col(l.Text("th.version")), Num(l.Text("th.result")), Col(l.Text("th.run"))}}
	for _, o := range runs[:min(len(runs), historyRows)] {
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
	if n := len(runs); n > historyRows {
		t.Foot = append(t.Foot, T(l.Fill("note.first-of", locale.Slots{"n": historyRows, "of": n})))
	}
	if !r.Simulated && slices.ContainsFunc(runs, func(o *dataset.Run) bool { return o.Day != r.Day }) {
		t.Foot = append(t.Foot, TLink(l.Text("nav.trends"), b.Link("trends/")))
	}
	return s, true
}

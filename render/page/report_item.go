package page

import (
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// listedFlips is how many items a table of a report lists.
const listedFlips = 60

// answers are the replies of the subjects of a topic to one item.
type answers struct {
	id, expected string
	of           map[*dataset.Run]dataset.Item
}

// answersOf collects the replies of the subjects by item, in the order of the
// first subject's records. Runs without records add nothing.
func answersOf(task string, runs []*dataset.Run) []*answers {
	var out []*answers
	at := map[string]*answers{}
	for _, r := range runs {
		items, err := r.Items()
		if err != nil {
			continue // the problems page names the file
		}
		for _, it := range items {
			if it.Task != "" && it.Task != task || it.Repeat > 0 {
				continue
			}
			key := it.Hash
			if key == "" {
				key = it.ID
			}
			a := at[key]
			if a == nil {
				a = &answers{id: it.ID, expected: it.Expected, of: map[*dataset.Run]dataset.Item{}}
				at[key] = a
				out = append(out, a)
			}
			a.of[r] = it
		}
	}
	return out
}

// flips adds the sections of flipped items of every evaluation whose table the
// body does not show itself.
func (w *writer) flips() {
	several := 0
	for _, t := range w.r.Topics {
		if t.Kind == string(artifact.KindEval) && len(t.Runs) > 1 {
			several++
		}
	}
	for _, t := range w.r.Topics {
		if t.Kind != string(artifact.KindEval) || w.tables["flips "+t.Task] || len(t.Runs) < 2 {
			continue
		}
		table := w.flipsTable(t)
		if table == nil {
			continue
		}
		s := Section{ID: "flips", Title: w.L.Text("section.flips")}
		if f := w.stripOf(t); f != nil {
			s.Blocks = append(s.Blocks, Block{Figure: f})
		}
		s.Blocks = append(s.Blocks, Block{Table: table})
		if several > 1 {
			s.ID += "-" + artifact.Slug(t.Task)
			s.Title = w.L.Bracket(s.Title, w.shortTask(t.Task))
		}
		s.ID = w.free(s.ID)
		w.sections = append(w.sections, s)
	}
}

// strip adds the strip of all items above a table of flips in a body.
func (w *writer) strip(args []string) {
	_, t, err := w.find(append([]string{"accuracy"}, args...))
	if err != nil {
		return // the table has said so
	}
	if f := w.stripOf(t); f != nil {
		w.add(Block{Figure: f})
	}
}

func (w *writer) stripOf(t *dataset.Topic) *Figure {
	id := "items-" + artifact.Slug(t.Task)
	if w.figures[id] != nil {
		return nil
	}
	f := w.b.AddFigure(w.itemsChart(id, t.Task, t.Runs, w.name))
	if f != nil {
		w.figures[id] = f
	}
	return f
}

// flipsTable lists the items on which the subjects of a topic disagree; nil when
// there is none or no records are kept.
func (w *writer) flipsTable(t *dataset.Topic) *Table {
	l := w.L
	table := &Table{
		Label: l.Text("section.flips"), Class: "flips", Hint: len(t.Runs) > 2,
		Head: []Column{Col(l.Text("th.item")), Col(l.Text("th.expected"))},
	}
	for _, r := range t.Runs {
		table.Head = append(table.Head, Col(w.name(r)))
	}
	total, asked := 0, 0
	for _, a := range answersOf(t.Task, t.Runs) {
		asked++
		if !a.flip(t.Runs) {
			continue
		}
		if total++; total > listedFlips {
			continue
		}
		row := Row{Cells: []Cell{w.itemCell(w.b, t.Runs, t.Task, a.id), w.expectedCell(a.expected)}}
		for _, r := range t.Runs {
			cell := w.verdict(a.of[r])
			cell.Label = w.name(r)
			row.Cells = append(row.Cells, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	if asked == 0 {
		return nil
	}
	foot := l.Fill("text.flips-listed", locale.Slots{"n": asked, "flips": total})
	if total > listedFlips {
		foot = l.Sentences(foot, l.Fill("text.first-listed", locale.Slots{"n": listedFlips}))
	}
	table.Foot = []Text{T(foot)}
	if total == 0 {
		return nil
	}
	return table
}

// expectedCell is the expected answer, named where a phone stacks the row.
func (w *writer) expectedCell(expected string) Cell {
	cell := w.answerCell(expected)
	cell.Label = w.L.Text("th.expected")
	return cell
}

// verdict is what was read in a reply, with its outcome below.
func (e *Edition) verdict(it dataset.Item) Cell {
	answer := TMuted(locale.Unknown)
	if it.Program {
		answer = T(e.verdictWord(it.Verdict))
	}
	if it.Extracted != "" {
		answer = TCode(Cut(it.Extracted, CutCell))
	}
	return Cell{Text: append(append(answer, Span{Style: Break}), e.outcomeCell(it.Outcome).Text...)}
}

// rescoredTable lists the items whose outcome changed when the replies were
// scored again: as published, then as it stands now.
func (w *writer) rescoredTable(t *dataset.Topic) *Table {
	l := w.L
	var runs []*dataset.Run
	before := map[*dataset.Run]map[string]dataset.Item{}
	for _, r := range t.Runs {
		parent, _ := published(r, t.Task)
		if parent == nil {
			continue
		}
		items, err := parent.Items()
		if err != nil || len(items) == 0 {
			continue
		}
		runs = append(runs, r)
		before[r] = map[string]dataset.Item{}
		for _, it := range items {
			if it.Task == t.Task || it.Task == "" {
				before[r][it.ID] = it
			}
		}
	}
	if len(runs) == 0 {
		return nil
	}
	table := &Table{
		Label: l.Text("section.rescored"), Class: "flips", Hint: len(runs) > 2,
		Head: []Column{Col(l.Text("th.item")), Col(l.Text("th.expected"))},
	}
	for _, r := range runs {
		table.Head = append(table.Head, Col(w.name(r)))
	}
	for _, a := range answersOf(t.Task, runs) {
		changed := slices.ContainsFunc(runs, func(r *dataset.Run) bool {
			it, ok := a.of[r]
			return ok && before[r][a.id].Outcome != it.Outcome
		})
		if !changed || len(table.Rows) == listedFlips {
			continue
		}
		row := Row{Cells: []Cell{CellText(Cut(a.id, 40)), w.expectedCell(a.expected)}}
		for _, r := range runs {
			it := a.of[r]
			cell := w.verdict(it)
			cell.Label = w.name(r)
			if was := before[r][a.id].Outcome; was != it.Outcome {
				cell.Text = append(cell.Text, Span{Style: Break}, Span{Text: l.Fill("item.was", locale.Slots{"outcome": l.Text("outcome." + string(was))}), Style: Muted})
			}
			row.Cells = append(row.Cells, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	if len(table.Rows) == 0 {
		return nil
	}
	return table
}

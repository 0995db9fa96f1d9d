package page

import (
	"fmt"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// How many items a run page lists. The records hold all of them.
const (
	listedItems   = 30
	listedChanges = 60
)

// evalTiles are the figures at the head of an evaluation: of its one task, or
// one for each of several.
func (e *Edition) evalTiles(r *dataset.Run) []Tile {
	l := e.L
	tasks := ownTasks(r)
	if len(tasks) != 1 {
		var out []Tile
		for i, t := range tasks {
			if i == 12 {
				break
			}
			tile := Tile{Label: e.taskLabel(t.Task), Value: "N/A", Note: e.notRun(t)}
			if s := r.Score(t.Task); s != nil {
				tile.Value, tile.Note = e.share(s), e.counted(s)
			}
			out = append(out, tile)
		}
		return out
	}
	t := tasks[0]
	s := r.Score(t.Task)
	if s == nil {
		return []Tile{{Label: l.Text("th.score"), Value: "N/A", Note: e.notRun(t)}}
	}
	score := Tile{Label: e.metricLabel(s.Metric, s.Filter), Value: e.share(s), Note: e.counted(s)}
	ci := Tile{Label: l.Text("th.ci"), Value: locale.Unknown, Note: l.Text("run.tile-not-recorded")}
	if s.Interval {
		ci.Value = e.interval(s)
		ci.Note = e.label("se")
		if s.Correct >= 0 {
			ci.Note = e.label("wilson")
		}
	}
	scorer := Tile{Label: e.label("scorer"), Value: locale.Unknown}
	if s.Scorer != nil {
		scorer.Value = Cut(scorerWord(*s.Scorer), 24)
	}
	tiles := []Tile{score, ci, scorer}
	if s.Number() {
		return append(tiles, e.textTiles(t, s)...)
	}
	if o := t.Outcomes; o != nil {
		tiles = append(tiles,
			Tile{Label: l.Text("th.wrong"), Value: e.count(o.Wrong)},
			Tile{Label: l.Text("th.unparsed"), Value: e.count(o.Unparsed)},
			e.truncatedTile(o),
		)
	}
	return tiles
}

func (e *Edition) truncatedTile(o *artifact.Outcomes) Tile {
	t := Tile{Label: e.L.Text("th.truncated"), Value: e.count(o.Truncated)}
	if o.Truncated == nil {
		t.Note = e.L.Text("run.tile-not-recorded")
	}
	if o.Error != nil && *o.Error > 0 {
		t.Note = e.L.Counted(int(*o.Error), "error")
	}
	return t
}

// notRun says why a task has no score.
func (e *Edition) notRun(t artifact.Task) string {
	if why := e.reason(&t); why != "" {
		return e.L.Label(e.L.Text("word.not-run"), why)
	}
	return e.L.Text("word.not-run")
}

// reason says why a task was not run and what to do, in the words of the site
// where the kind of reason is known, else in those of the artifact.
func (e *Edition) reason(t *artifact.Task) string {
	if t == nil {
		return ""
	}
	if t.Why != nil {
		if key := "text.why-" + Cut(*t.Why, 24); e.L.Has(key) {
			name := Cut(t.Task, CutCell)
			if t.Dataset.Name != nil {
				name = Cut(*t.Dataset.Name, CutCell)
			}
			return e.L.Fill(key, locale.Slots{"dataset": name})
		}
	}
	if t.Reason == nil {
		return ""
	}
	return hold(Cut(*t.Reason, CutValue))
}

// counted says on how many items a score rests.
func (e *Edition) counted(s *dataset.Score) string {
	if s.Info != nil && s.Info.Text != nil {
		return e.L.Fill("word.windows", locale.Slots{"n": s.N})
	}
	var parts []string
	if s.Correct >= 0 && s.N > 0 {
		parts = append(parts, e.L.Text("th.correct")+" "+e.L.Count(s.Correct)+"/"+e.L.Count(s.N))
	}
	switch {
	case s.Of > s.N && s.N > 0:
		parts = append(parts, e.L.Fill("run.tile-of-items", locale.Slots{"n": s.N, "of": s.Of}))
	case s.N > 0 && s.Correct < 0:
		parts = append(parts, e.L.Counted(s.N, "item"))
	}
	return e.L.Clauses(parts...)
}

// metricLabel names a metric, with its filter where there is one.
func (e *Edition) metricLabel(metric, filter string) string {
	name := Cut(metric, CutCell)
	if t, ok := e.L.Term(metric); ok {
		name = capital(t.Name)
	}
	if filter != "" && filter != "none" {
		name = e.L.Bracket(name, Cut(filter, CutCell))
	}
	return name
}

// evalSections are outcomes, metrics, groups and items.
func (e *Edition) evalSections(b *Base, r *dataset.Run) ([]Section, error) {
	l := e.L
	outcomes := Section{ID: "outcomes", Title: l.Text("section.outcomes"), Blocks: []Block{{Table: e.outcomeTable(r)}}}
	var rows []outcomeRow
	for i := range r.Scores {
		s := &r.Scores[i]
		name := e.chartName(r)
		if len(r.Scores) > 1 {
			name = Cut(e.taskLabel(s.Task), 24)
		}
		rows = append(rows, outcomeRow{name, e.scoreTask(s), r, s})
	}
	if f := b.AddFigure(e.outcomeChart("outcome-stack", rows)); f != nil {
		outcomes.Blocks = append(outcomes.Blocks, Block{Figure: f})
	}
	outcomes.Side = []Side{{l.Text("side.outcomes.lead"), Join(gapOf(e.Lang), Rich(l.Text("side.outcomes.text")), TLink(l.Text("nav.method"), b.Link("method/#outcome")))}}
	if texts := e.textTable(r); texts != nil {
		outcomes = Section{ID: "perplexity", Title: l.Text("section.perplexity"), Blocks: []Block{{Table: texts}}}
		outcomes.Side = []Side{{l.Text("side.perplexity.lead"), Join(gapOf(e.Lang), Rich(l.Text("side.perplexity.text")), TLink(l.Text("nav.method"), b.Link("method/#perplexity")))}}
	}
	sections := []Section{outcomes}
	if j := e.judgeTable(r); j != nil {
		sections = append(sections, Section{ID: "judge", Title: e.label("judge"), Blocks: []Block{{Table: j}},
			Side: []Side{{l.Text("side.judge.lead"), Rich(l.Text("side.judge.text"))}}})
	}
	if f := b.AddFigure(e.scoreChart(r)); f != nil {
		sections = append(sections, Section{Blocks: []Block{{Figure: f}}})
	}
	if t := e.metricTable(r); len(t.Rows) > 0 {
		s := Section{ID: "metrics", Title: l.Text("section.scores"), Blocks: []Block{{Table: t}}}
		if g := e.groupTable(r); g != nil {
			s.Blocks = append(s.Blocks, Block{Head: &Heading{"groups", l.Text("section.groups")}}, Block{Table: g})
		}
		sections = append(sections, s)
	}
	items, err := r.Items()
	if err != nil {
		// The figures above stand in the artifact; only the list of items is missing.
		sections = append(sections, Section{ID: "items", Title: l.Text("section.items"), Blocks: []Block{{Text: Rich(l.Text("problem.todo-attachment"))}}})
		return sections, nil
	}
	if changes, err := e.changeTable(r, items); err != nil {
		return nil, err
	} else if changes != nil {
		sections = append(sections, Section{ID: "changes", Title: l.Text("run.changed-items"), Blocks: changes})
	}
	if own := programs(items); len(own) > 0 {
		sections = append(sections, e.programSections(b, r, own)...)
		items = slices.DeleteFunc(slices.Clone(items), func(it dataset.Item) bool { return it.Program })
	}
	if t := e.itemTable(items); t != nil {
		sections = append(sections, Section{ID: "items", Title: l.Text("section.items"), Blocks: []Block{{Table: t}}})
	}
	return sections, nil
}

// outcomeTable has a row per task: the score with its interval and all five
// counts.
func (e *Edition) outcomeTable(r *dataset.Run) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.outcomes"), Class: "outcomes", Hint: true, Head: []Column{
		Col(l.Text("th.task")), Num(l.Text("th.score")), Num(l.Text("th.ci")), Num(l.Text("th.n")), Num(l.Text("th.correct")),
		Num(l.Text("th.wrong")), Num(l.Text("th.unparsed")), Num(l.Text("th.truncated")), Num(l.Text("th.error")),
	}}
	unknown := false
	for i, task := range tasksOf(r) {
		if i == 200 {
			t.Foot = append(t.Foot, T(l.Fill("word.total", locale.Slots{"n": len(tasksOf(r))})))
			break
		}
		s := r.Score(task.Task)
		if s == nil {
			t.Rows = append(t.Rows, Row{Cells: []Cell{CellText(e.taskLabel(task.Task)), CellNum("N/A"), {}, {}, {}, {}, {}, {}, {}}})
			t.Foot = append(t.Foot, T(l.Label(e.taskLabel(task.Task), e.notRun(task))))
			continue
		}
		cells := []Cell{CellText(e.scoreTask(s)), CellNum(e.share(s)), CellNum(locale.Unknown), CellNum(locale.Unknown)}
		if s.Interval {
			cells[2] = CellNum(e.interval(s))
		}
		if s.N > 0 {
			cells[3] = CellNum(l.Count(s.N))
		}
		o := task.Outcomes
		if o == nil {
			o = &artifact.Outcomes{}
		}
		for _, n := range []*int64{o.Correct, o.Wrong, o.Unparsed, o.Truncated, o.Error} {
			cells = append(cells, CellNum(e.count(n)))
			unknown = unknown || n == nil
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	if unknown {
		t.Foot = append(t.Foot, Join(gapOf(e.Lang), T(l.Text("note.dash")), T(l.Text("note.finish-unknown"))))
	}
	return t
}

// metricTable lists every metric under every filter as the source gives it.
func (e *Edition) metricTable(r *dataset.Run) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.scores"), Head: []Column{
		Col(l.Text("th.task")), Col(l.Text("th.metric")), Col(e.label("filter")), Num(l.Text("th.value")), Num(e.label("se")), Num(l.Text("th.n")),
	}}
	for _, task := range tasksOf(r) {
		for _, m := range task.Metrics {
			filter := Cell{Text: T(locale.Unknown), Absent: true}
			if m.Filter != nil {
				filter = Cell{Text: TCode(Cut(*m.Filter, CutCell))}
			}
			four := func(v float64) string { return l.Number(v, 4) }
			name := Text{{Text: Cut(m.Metric, CutCell), Style: Code}}
			if m.Primary {
				name = append(name, Span{Text: " " + l.Text("word.primary"), Style: Muted})
			}
			t.Rows = append(t.Rows, Row{Cells: []Cell{
				CellText(e.taskLabel(task.Task)), {Text: name}, filter,
				CellNum(l.Opt(m.Value, four)), CellNum(l.Opt(m.Stderr, four)), CellNum(e.count(m.N)),
			}})
		}
	}
	return t
}

// category names a group of items: in the language of the page where it is one
// of a known suite.
func (e *Edition) category(name string) string {
	if key := "category." + artifact.Slug(name); e.L.Has(key) {
		return e.L.Text(key)
	}
	return Cut(name, CutCell)
}

// groupTable lists the scores of categories.
func (e *Edition) groupTable(r *dataset.Run) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.groups"), Head: []Column{Col(l.Text("th.group")), Num(l.Text("th.score")), Num(l.Text("th.correct")), Num(l.Text("th.n"))}}
	for _, task := range tasksOf(r) {
		if task.Text != nil { // a table of its own
			continue
		}
		for _, g := range task.Groups {
			t.Rows = append(t.Rows, Row{Cells: []Cell{
				CellText(e.groupName(g)), CellNum(l.Opt(g.Value, e.shareOf)), CellNum(e.count(g.Correct)), CellNum(e.count(g.N)),
			}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// outcomeCell is the word for an outcome with its mark.
func (e *Edition) outcomeCell(o artifact.Outcome) Cell {
	if o == "" {
		return Cell{Text: T(locale.Unknown), Absent: true}
	}
	class := "oc no"
	if o == artifact.OutcomeCorrect {
		class = "oc ok"
	}
	return Cell{Text: Text{{Text: e.L.Text("outcome." + string(o)), Class: class}}}
}

// itemTable lists the items that were not answered correctly.
func (e *Edition) itemTable(items []dataset.Item) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.items"), Class: "verd", Head: []Column{
		Col(l.Text("th.item")), Col(l.Text("th.outcome")), Col(l.Text("th.expected")), Col(l.Text("th.extracted")),
	}}
	wrong := 0
	for _, it := range items {
		if it.Correct() || it.Outcome == "" {
			continue
		}
		wrong++
		if wrong > listedItems {
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			CellText(Cut(it.ID, 40)), e.outcomeCell(it.Outcome), e.answerCell(it.Expected), e.answerCell(it.Extracted),
		}})
	}
	if wrong == 0 {
		return nil
	}
	t.Foot = append(t.Foot, T(l.Fill("filter.count", locale.Slots{"n": min(wrong, listedItems), "total": wrong})))
	return t
}

func (e *Edition) answerCell(s string) Cell {
	if s == "" {
		return Cell{Text: T(locale.Unknown), Absent: true}
	}
	return Cell{Text: TCode(Cut(s, CutCell))}
}

// changeTable lists the items on which a rescored run differs from its parent.
func (e *Edition) changeTable(r *dataset.Run, items []dataset.Item) ([]Block, error) {
	if len(r.DerivedFrom) == 0 || r.DerivedFrom[0].How != artifact.HowRescore || len(r.Parents) == 0 {
		return nil, nil
	}
	before, err := r.Parents[0].Items()
	if err != nil {
		return nil, nil //nolint:nilerr // without the parent's records there is nothing to list
	}
	key := func(i dataset.Item) string { return fmt.Sprintf("%s\x00%s\x00%d", i.Task, i.ID, i.Repeat) }
	old := map[string]dataset.Item{}
	for _, it := range before {
		old[key(it)] = it
	}
	l := e.L
	t := &Table{Label: l.Text("run.changed-items"), Class: "verd", Head: []Column{
		Col(l.Text("th.item")), Col(l.Text("th.expected")), Col(l.Text("th.extracted")), Col(l.Text("th.as-published")), Col(l.Text("th.rescored")),
	}}
	up, down := 0, 0
	for _, it := range items {
		was, ok := old[key(it)]
		if !ok || was.Outcome == it.Outcome {
			continue
		}
		switch {
		case it.Correct():
			up++
		case was.Correct():
			down++
		}
		if len(t.Rows) < listedChanges {
			t.Rows = append(t.Rows, Row{Cells: []Cell{
				CellText(Cut(it.ID, 40)), e.answerCell(it.Expected), e.answerCell(it.Extracted), e.outcomeCell(was.Outcome), e.outcomeCell(it.Outcome),
			}})
		}
	}
	lead := l.Fill("finding.published-rescored", locale.Slots{
		"subject": e.subjectLabel(r), "task": e.tasks(r), "scorer": e.scorerName(r),
		"old": e.figure(r.Parents[0]), "new": e.figure(r), "up": up, "down": down,
	})
	if len(t.Rows) == 0 {
		return []Block{{Text: T(lead)}}, nil
	}
	return []Block{{Text: T(lead)}, {Table: t}}, nil
}

package page

import (
	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// textTiles are the figures of a perplexity beside the first three.
func (e *Edition) textTiles(t artifact.Task, s *dataset.Score) []Tile {
	four := func(v float64) string { return e.L.Number(v, 4) }
	out := []Tile{
		{Label: e.label("nll"), Value: e.L.Opt(metricOf(s, "nll"), four)},
		{Label: e.label("bits-per-byte"), Value: e.L.Opt(metricOf(s, "bits-per-byte"), four)},
	}
	if x := t.Text; x != nil {
		out = append(out, Tile{Label: e.L.Text("th.rated"), Value: e.L.Count(int(x.Tokens))})
	}
	return out
}

// textTable is the perplexity of each data set and over all, nil for a run that
// read no texts.
func (e *Edition) textTable(r *dataset.Run) *Table {
	l := e.L
	t := &Table{Label: l.Text("section.perplexity"), Hint: true, Head: []Column{
		Col(l.Text("th.dataset")), Num(e.label("perplexity")), Num(l.Text("th.ci")), Num(e.label("nll")), Num(e.label("bits-per-byte")),
		Num(l.Text("th.windows")), Num(l.Text("th.rated")), Num(l.Text("th.bytes-rated")),
	}}
	three, four := func(v float64) string { return l.Number(v, 3) }, func(v float64) string { return l.Number(v, 4) }
	for _, task := range tasksOf(r) {
		if task.Text == nil {
			if task.Status == artifact.TaskNotRun {
				return nil
			}
			continue
		}
		for _, g := range task.Groups {
			t.Rows = append(t.Rows, Row{Cells: []Cell{
				CellText(Cut(g.Name, CutCell)), CellNum(l.Opt(g.Value, three)), CellNum(locale.Unknown), CellNum(l.Opt(g.NLL, four)), CellNum(e.bitsPerByte(g)),
				CellNum(e.count(g.N)), CellNum(e.count(g.Tokens)), CellNum(e.count(g.Bytes)),
			}})
		}
		row := []Cell{CellText(l.Text("word.overall"))}
		s := r.Score(task.Task)
		if s == nil {
			continue
		}
		row = append(row, CellNum(e.share(s)), CellNum(e.interval(s)), CellNum(l.Opt(metricOf(s, "nll"), four)), CellNum(l.Opt(metricOf(s, "bits-per-byte"), four)),
			CellNum(l.Count(s.N)), CellNum(l.Count(int(task.Text.Tokens))), CellNum(l.Count(int(task.Text.Bytes))))
		t.Rows = append(t.Rows, Row{Cells: row})
		t.Foot = append(t.Foot, T(l.Fill("note.texts-left", locale.Slots{"n": int(task.Text.Left)})))
		if o := task.Outcomes; o != nil && o.Error != nil && *o.Error > 0 {
			t.Foot = append(t.Foot, T(l.Counted(int(*o.Error), "error")))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func (e *Edition) bitsPerByte(g artifact.Group) string {
	if g.NLL == nil || g.Tokens == nil || g.Bytes == nil || *g.Bytes == 0 {
		return locale.Unknown
	}
	const ln2 = 0.693147180559945309417232121458
	return e.L.Number(*g.NLL*float64(*g.Tokens)/ln2/float64(*g.Bytes), 4)
}

// judgeTable says which model decided the outcomes of a run, and how often it
// did not; nil where a rule decided.
func (e *Edition) judgeTable(r *dataset.Run) *Table {
	l := e.L
	t := &Table{Label: e.label("judge"), Head: []Column{
		Col(l.Text("th.task")), Col(e.label("judge")), Col(l.Param("judge_prompt_sha256")), Num(l.Text("th.judged")), Num(l.Text("th.unreadable")), Num(l.Text("th.judge-failed")),
		Num(l.Text("th.judge-pending")),
	}, Hint: true}
	for _, task := range tasksOf(r) {
		j := task.Judge
		if j == nil {
			continue
		}
		t.Foot = append(t.Foot, T(l.Fill("note.judge-tokens", locale.Slots{"prompt": e.count(j.PromptTokens), "output": e.count(j.OutputTokens)})))
		n := func(v int64) Cell { return CellNum(l.Count(int(v))) }
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			CellText(e.taskLabel(task.Task)), {Text: TCode(Cut(j.Model, CutCell))}, {Text: TCode(Cut(j.PromptSHA256, 12))},
			n(j.Judged), n(j.Unreadable), n(j.Failed), n(j.Pending),
		}})
		if len(j.Items) > 0 {
			list := j.Items
			if len(list) > listedItems {
				list = list[:listedItems]
			}
			names := make([]string, len(list))
			for i, id := range list {
				names[i] = Cut(id, 40)
			}
			t.Foot = append(t.Foot, T(l.Fill("note.judge-undecided", locale.Slots{"n": len(j.Items), "list": l.Enum(names...)})))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

package page

import (
	"fmt"
	"slices"

	"benchsite/render/dataset"
)

// table resolves the arguments of a table: the data of a chart under its name,
// "flips" and "rescored" with a task, "benchmarks". It is nil when there is
// nothing to list.
func (w *writer) table(args []string) (*Table, error) {
	switch args[0] {
	case "benchmarks":
		if len(w.r.Benchmarks) == 0 {
			return nil, fmt.Errorf("report.toml names no [[benchmark]]")
		}
		w.tables["benchmarks"] = true
		return w.benchmarks(), nil
	case "flips", "rescored":
		_, t, err := w.find(append([]string{"accuracy"}, args[1:]...))
		if err != nil {
			return nil, err
		}
		w.tables[args[0]+" "+t.Task] = true
		if args[0] == "flips" {
			return w.flipsTable(t), nil
		}
		return w.rescoredTable(t), nil
	}
	draw, t, err := w.find(args)
	if err != nil {
		return nil, fmt.Errorf("%v, and the tables flips, rescored and benchmarks", err)
	}
	return chartTable(draw(w, t)), nil
}

// plan adds the table of planned benchmarks to a report that has some and whose
// body does not show it.
func (w *writer) plan() {
	if len(w.r.Benchmarks) == 0 || w.tables["benchmarks"] {
		return
	}
	w.sections = append(w.sections, Section{ID: w.free("plan"), Title: w.L.Text("report.plan"), Blocks: []Block{{Table: w.benchmarks()}}})
}

// benchmarksID is the anchor of the table of planned tasks.
const benchmarksID = "benchmarks"

// benchmarks is the table of planned tasks: what was measured for which subject,
// under which limits, and why the rest was not run. Every note has a letter.
func (w *writer) benchmarks() *Table {
	l := w.L
	t := &Table{ID: benchmarksID, Label: l.Text("section.coverage"), Class: "cover", Hint: true, Head: []Column{Col(l.Text("th.task")), Col(l.Text("th.metric"))}}
	for _, res := range w.r.Benchmarks[0].Results {
		t.Head = append(t.Head, Num(subjectShort(res.Subject)))
	}
	if len(w.r.Benchmarks[0].Results) == 0 {
		t.Head = append(t.Head, Num(l.Text("th.result")))
	}
	var notes []string
	letter := func(note string) string {
		i := slices.Index(notes, note)
		if i < 0 {
			i = len(notes)
			notes = append(notes, note)
		}
		return string(rune('a' + i%26))
	}
	for _, b := range w.r.Benchmarks {
		row := Row{Cells: []Cell{CellText(Cut(b.Name, CutCell)), CellText(Cut(b.Metric, CutCell))}}
		if len(b.Results) == 0 {
			row.Cells = append(row.Cells, Cell{Text: T(l.Text("word.na")), Right: true, Absent: true, Sup: letter(w.whyNot(b, ""))})
		}
		for _, res := range b.Results {
			if res.Score == nil {
				row.Cells = append(row.Cells, Cell{Text: T(l.Text("word.na")), Right: true, Absent: true, Sup: letter(w.whyNot(b, w.reason(res.Why)))})
				continue
			}
			cell := Cell{Text: TLink(w.score(res.Score), w.b.Link(runPath(res.Run))), Right: true}
			if note := w.limits(res); note != "" {
				cell.Sup = letter(note)
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for i, n := range notes {
		t.Foot = append(t.Foot, append(Text{{Text: string(rune('a' + i%26)), Style: Strong}, {Text: " "}}, Rich(n)...))
	}
	return t
}

func subjectShort(s *dataset.Subject) string {
	if s.Precision != "" {
		return Cut(s.Precision, 24)
	}
	return Cut(s.Name, 40)
}

// whyNot says why a benchmark was not run and what to do about it.
func (w *writer) whyNot(b dataset.Benchmark, recorded string) string {
	reason, todo := b.Reason.Any(string(w.Lang)), b.Todo.Any(string(w.Lang))
	if reason == "" && recorded != "" {
		reason, todo = recorded, ""
	}
	if reason == "" {
		reason = w.L.Text("text.not-run-missing")
		if todo == "" {
			todo = w.L.Text("text.not-run-missing-todo")
		}
	}
	return w.L.Sentences(Cut(reason, CutValue), Cut(todo, CutValue))
}

// limiting are the notices that say that a score is not the benchmark's own.
var limiting = []string{"answer-only", "truncated-answers", "think-not-closed", "macro-mean-of-limit"}

// limits says in what a result falls short of its benchmark; "" when it does
// not.
func (w *writer) limits(res dataset.BenchmarkResult) string {
	var parts []string
	s := res.Score
	if part := w.part(s); part != "" {
		parts = append(parts, part)
	}
	for _, n := range res.Run.Notices {
		if slices.Contains(limiting, n.Code) && (n.Task == "" || n.Task == s.Task) {
			slots := map[string]any{}
			for k, v := range n.Slots {
				slots[k] = cutSlot(v)
			}
			parts = append(parts, w.L.Notice(n.Code, slots).Title+w.stop())
		}
	}
	if thinking, ok := res.Run.Protocol.Parameters["thinking"].(bool); ok && !thinking && len(parts) > 0 {
		parts = append(parts, w.L.Text("text.limit-thinking"))
	}
	return w.L.Sentences(parts...)
}

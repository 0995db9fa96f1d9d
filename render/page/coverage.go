package page

import (
	"cmp"
	"fmt"
	"slices"

	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/stats"
)

// coverage is the table of what has been measured and what is missing: every
// subject against every test. A test that was not run is N/A with a letter; the
// letter gives the reason below. nil when nothing was measured.
func (e *Edition) coverage(b *Base) *Table {
	c := e.Set.CoverageOf(e.atHome())
	if len(c.Rows) == 0 {
		return nil
	}
	rows, tasks := c.Rows, coveredTasks(c)
	left := len(rows) + len(c.Tasks) - len(tasks)
	rows = rows[:min(len(rows), coverRows)]
	left -= len(rows)
	l := e.L
	t := &Table{Label: l.Text("section.coverage-label"), Hint: true, Class: "cover", Head: []Column{Col(l.Text("th.subject")), Num(l.Text("th.output"))}}
	for _, task := range tasks {
		name := e.taskLabel(task)
		if p := c.Benchmark(task); p != nil && p.Name != "" {
			name = Cut(p.Name, CutCell)
		}
		t.Head = append(t.Head, Num(name))
	}
	notes := &footnotes{}
	var load []float64
	for _, row := range rows {
		if v := outputOf(row.Load); v != nil {
			load = append(load, *v)
		}
	}
	scale := l.ThroughputScale(load...)
	for _, row := range rows {
		cells := []Cell{CellText(e.coverageName(row))}
		if v := outputOf(row.Load); v != nil {
			cells = append(cells, Cell{Text: TLink(scale.Number(*v), b.Link(runPath(row.Load))), Right: true})
		} else {
			cells = append(cells, notes.missing(l.Text("overview.not-run")))
		}
		for _, task := range tasks {
			s, r := row.Scores[task], row.Runs[task]
			if s == nil {
				why := e.coverageReason(c.Benchmark(task))
				if tried := row.NotRun[task]; tried != nil {
					why = e.notRun(*tried.Task)
				}
				cells = append(cells, notes.missing(why))
				continue
			}
			v := e.share(s)
			if s.Correct >= 0 && s.N > 0 {
				v = l.Count(s.Correct) + "/" + l.Count(s.N)
			}
			cell := Cell{Text: TLink(v, b.Link(runPath(r))), Right: true}
			if part := e.part(s); part != "" {
				cell.Sup = notes.letter(part)
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	for i, reason := range notes.reasons {
		t.Foot = append(t.Foot, Join(" ", Text{{Text: letter(i), Style: Sup}}, Rich(reason)))
	}
	models := map[string]bool{}
	for _, row := range rows {
		if row.Load != nil {
			models[row.Model] = true
		}
	}
	if left > 0 {
		t.Foot = append(t.Foot, TLink(l.Fill("overview.cover-more", locale.Slots{"n": left}), b.Link("runs/")))
	}
	if len(models) > 1 {
		t.Foot = append(t.Foot, T(l.Text("overview.two-workloads")))
	}
	return t
}

// A table that a reader takes in at once; the list of runs has the rest.
const (
	coverRows  = 24
	coverTasks = 10
)

// coveredTasks are the columns of the table: where there are too many, those
// that most subjects have a score of, in the order of the table.
func coveredTasks(c *dataset.Coverage) []string {
	if len(c.Tasks) <= coverTasks {
		return c.Tasks
	}
	count := map[string]int{}
	for _, row := range c.Rows {
		for task := range row.Scores {
			count[task]++
		}
	}
	kept := slices.Clone(c.Tasks)
	slices.SortStableFunc(kept, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	kept = kept[:coverTasks]
	return slices.DeleteFunc(slices.Clone(c.Tasks), func(t string) bool { return !slices.Contains(kept, t) })
}

// outputOf is the median output throughput of the repeats of a run.
func outputOf(r *dataset.Run) *float64 {
	if r == nil || r.Load == nil {
		return nil
	}
	var values []float64
	for _, o := range r.Repeats() {
		if v := o.Load.Throughput.OutputTokensPerS; v != nil {
			values = append(values, *v)
		}
	}
	over := stats.NewRepeats(values)
	if over.N == 0 {
		return nil
	}
	return &over.Median
}

// coverageName names a row; rows of one model that differ in devices say so.
func (e *Edition) coverageName(row dataset.CoverageRow) string {
	name := Cut(row.Name, CutCell)
	if row.Split && row.Devices > 0 {
		unit := "GPU"
		if row.MIG {
			unit = "MIG"
		}
		name = e.L.Clauses(name, fmt.Sprintf("%d× %s", row.Devices, unit))
	}
	return name
}

// coverageReason says why a task has no score.
func (e *Edition) coverageReason(p *dataset.Benchmark) string {
	if p == nil {
		return e.L.Text("overview.not-run")
	}
	reason := p.Reason.Any(string(e.Lang))
	if reason == "" && p.Gated {
		return e.L.Text("overview.gated")
	}
	if reason == "" {
		return e.L.Text("overview.not-run")
	}
	return Cut(e.L.Sentences(e.L.Label(e.L.Text("chip.not-run"), reason), p.Todo.Any(string(e.Lang))), CutValue)
}

// footnotes gives each reason a letter, in the order of first use.
type footnotes struct{ reasons []string }

func (f *footnotes) missing(reason string) Cell {
	c := CellNum("N/A")
	c.Sup = f.letter(reason)
	return c
}

func (f *footnotes) letter(reason string) string {
	at := len(f.reasons)
	for i, r := range f.reasons {
		if r == reason {
			at = i
		}
	}
	if at == len(f.reasons) {
		f.reasons = append(f.reasons, reason)
	}
	return letter(at)
}

func letter(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return letter(i/26-1) + letter(i%26)
}

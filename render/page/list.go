package page

import (
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// monthRows is the most rows of one static page of a month.
const monthRows = 200

// RunsPage is the list of all runs, or the runs of one month. Of more runs than
// a page of a month may have the list holds the newest; a script loads the rest
// and draws what is in view.
type RunsPage struct {
	Base
	Dek   string
	Month string // "" for the list of all
	Count string
	// CountForm is Count with {n} and {total} for the script that filters.
	CountForm string
	Total     int
	Part      string       // says that the table in the page holds the newest runs only; "" when it holds all
	Data      string       // months whose rows the script loads, newest first, separated by spaces
	Filters   []FilterList // lists of the filter row; none on the pages of a month
	Table     *Table
	Months    Text   // the pages by month, or the way back
	Pages     []Link // the parts of a long month
}

// FilterList is one list of choices of the filter row.
type FilterList struct {
	Name    string // of the field, and of the parameter in the address
	Label   string
	Options []FilterOption
}

// FilterOption is one choice.
type FilterOption struct{ Value, Text string }

// month is a calendar month with its runs.
type month struct {
	Name string // YYYY-MM
	Runs []*dataset.Run
}

// months splits the runs by month, newest first.
func (e *Edition) months() []month {
	var out []month
	for _, r := range e.Set.Runs {
		if len(out) == 0 || out[len(out)-1].Name != r.Month {
			out = append(out, month{Name: r.Month})
		}
		out[len(out)-1].Runs = append(out[len(out)-1].Runs, r)
	}
	return out
}

// monthPath is the folder of a month; parts after the first have a number.
func monthPath(name string, part int) string {
	if part > 0 {
		return "runs/" + name + "/" + itoa(part+1) + "/"
	}
	return "runs/" + name + "/"
}

// monthJobs are the static pages of a month, of at most monthRows runs each.
func (e *Edition) monthJobs(m month) []Job {
	var jobs []Job
	for part := 0; part*monthRows < len(m.Runs); part++ {
		rows := m.Runs[part*monthRows : min(len(m.Runs), (part+1)*monthRows)]
		jobs = append(jobs, e.job(monthPath(m.Name, part), func() (Page, error) { return e.Month(m, part), nil }, len(m.Runs), rows))
	}
	return jobs
}

// Runs is the page with every run in one table.
func (e *Edition) Runs() *RunsPage {
	n := len(e.Set.Runs)
	dek := e.L.Fill("runs.dek", locale.Slots{"n": n})
	if n == 0 {
		dek = e.L.Text("empty.runs") + e.stop()
	}
	p := &RunsPage{Base: e.Base("runs", "runs/", e.L.Text("nav.runs"), dek), Dek: dek, Total: n}
	p.Count = e.L.Fill("filter.count", locale.Slots{"n": n, "total": n})
	p.CountForm = e.L.Fill("filter.count", locale.Slots{"n": "{n}", "total": "{total}"})
	shown := e.Set.Runs[:min(n, monthRows)]
	p.Table = e.runTable(&p.Base, shown, true)
	if len(shown) < n {
		p.Part = e.L.Fill("note.runs-part", locale.Slots{"n": len(shown)})
	}
	p.Filters = e.filters()
	var links []Text
	for i, m := range e.months() {
		if i > 0 {
			p.Data += " "
		}
		p.Data += m.Name
		links = append(links, TLink(e.L.Fill("runs.month-count", locale.Slots{"month": m.Name, "n": len(m.Runs)}), p.Link(monthPath(m.Name, 0))))
	}
	if len(links) > 0 {
		p.Months = e.aroundText("runs.months", "months", Join(e.comma(), links...))
	}
	return p
}

// Month is one static page of the runs of a month.
func (e *Edition) Month(m month, part int) *RunsPage {
	title := e.L.Fill("runs.month-title", locale.Slots{"month": m.Name})
	dek := e.L.Fill("runs.month-dek", locale.Slots{"n": len(m.Runs), "month": m.Name})
	p := &RunsPage{Base: e.Base("runs", monthPath(m.Name, part), title, dek), Dek: dek, Month: m.Name}
	p.Table = e.runTable(&p.Base, m.Runs[part*monthRows:min(len(m.Runs), (part+1)*monthRows)], false)
	p.Months = TLink(e.L.Text("btn.all-runs"), p.Link("runs/"))
	for i := 0; i*monthRows < len(m.Runs) && len(m.Runs) > monthRows; i++ {
		link := Link{itoa(i + 1), p.Link(monthPath(m.Name, i))}
		if i == part {
			link.Href = ""
		}
		p.Pages = append(p.Pages, link)
	}
	return p
}

// aroundText is a sentence with finished running text in one slot.
func (e *Edition) aroundText(key, slot string, inner Text) Text {
	const here = "X\uE000X"
	before, after, _ := strings.Cut(e.L.Fill(key, locale.Slots{slot: here}), here)
	return Join("", Rich(before), inner, Rich(after))
}

// runTable lists runs. The anchor of a protocol stands at its first row.
func (e *Edition) runTable(b *Base, runs []*dataset.Run, full bool) *Table {
	l := e.L
	t := &Table{Label: l.Text("nav.runs"), Class: "runs", HeadAt: 1, Head: []Column{
		{Text: T(l.Text("th.date")), Sort: "text", Sorted: "descending"}, {Text: T(l.Text("th.subject")), Sort: "text"},
		{Text: T(l.Text("th.type")), Sort: "text"}, {Text: T(l.Text("th.protocol")), Sort: "text"},
		{Text: T(l.Text("th.result")), Right: true, Sort: "number"}, {Text: T(l.Text("th.source")), Sort: "text"},
		{Text: T(l.Text("th.notices")), Sort: "number"}, {Text: T(l.Text("th.status")), Sort: "text"},
	}}
	if !full {
		for i := range t.Head {
			t.Head[i].Sort = ""
		}
	}
	seen := map[string]bool{}
	for _, r := range runs {
		row := Row{Cells: []Cell{
			{Text: T(r.Day), Time: r.Day, Class: "d"},
			{Text: TLink(e.subjectLabel(r), b.Link(runPath(r)))},
			{Text: T(e.runType(r)), Class: "t"},
			{Text: Text{{Text: e.shortProtocol(r)}, {Style: Break}, {Text: r.Protocol.ID, Style: Code}}, Class: "p"},
			{Text: T(e.figure(r)), Right: true, Class: "v", Absent: e.figure(r) == locale.Unknown},
			{Text: T(e.sourceTag(r)), Class: "s", Tag: true},
			e.noticeCell(r),
			{Text: T(e.status(r)), Class: "st"},
		}}
		if !seen[r.Protocol.ID] {
			seen[r.Protocol.ID], row.ID = true, r.Protocol.ID
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// runType is the type of a run in words.
func (e *Edition) runType(r *dataset.Run) string { return e.typeWord(r.Kind) }

// shortProtocol is the protocol in a few characters.
func (e *Edition) shortProtocol(r *dataset.Run) string {
	if r.Load != nil {
		n := locale.Unknown
		if v := r.Load.Requests.Offered; v != nil {
			n = e.L.Count(int(*v))
		}
		if rate, ok := r.Protocol.Parameters["rate"]; ok && rate != nil {
			return e.L.Fill("runs.short-rate", locale.Slots{"rate": Cut(e.L.ParamValue("rate", rate), 12), "n": n})
		}
		return e.L.Fill("runs.short-load", locale.Slots{"c": Cut(e.L.ParamValue("concurrency", r.Protocol.Parameters["concurrency"]), 12), "n": n})
	}
	if tasks := ownTasks(r); len(tasks) == 1 {
		if s := r.Score(tasks[0].Task); s != nil {
			return e.shortTaskOf(s)
		}
		return Cut(e.taskLabel(tasks[0].Task), 32)
	}
	return e.tasks(r)
}

// sourceTag names where figures come from in one or two words.
func (e *Edition) sourceTag(r *dataset.Run) string {
	if mark := e.marks(r.Simulated, r); mark != "" {
		return mark
	}
	switch {
	case r.Source.Mode == artifact.ModeMeasured:
		return e.L.Text("chip.measured")
	}
	return Cut(r.Source.Tool, 32)
}

func sourceKey(r *dataset.Run) string {
	switch {
	case r.Simulated:
		return "simulated"
	case r.Source.Mode == artifact.ModeMeasured:
		return "measured"
	}
	return "imported"
}

// status is what became of a run, the strongest word first.
func (e *Edition) status(r *dataset.Run) string {
	switch {
	case r.Withdrawn != nil:
		return e.L.Text("status.withdrawn")
	case r.Replacer != nil:
		return e.L.Text("status.replaced")
	case r.Status != artifact.StatusComplete:
		return e.L.Text("status." + string(r.Status))
	case r.Source.Mode == artifact.ModeRescored:
		return e.L.Text("status.rescored")
	}
	return e.L.Text("status.complete")
}

// noticeCell counts the notices of a run by level.
func (e *Edition) noticeCell(r *dataset.Run) Cell {
	c := Cell{Class: "n"}
	n := map[dataset.Severity]int{}
	for _, x := range r.Notices {
		n[x.Severity]++
	}
	for _, s := range []dataset.Severity{dataset.Invalid, dataset.Warn, dataset.Info} {
		if n[s] > 0 {
			c.Marks = append(c.Marks, Mark{string(s), e.L.Text("severity." + string(s)), itoa(n[s])})
		}
	}
	return c
}

// sortFigure is the raw headline figure, for sorting within one protocol; nil
// when there is none.
func sortFigure(r *dataset.Run) *float64 {
	f := r.Figure()
	switch {
	case f.Score != nil:
		return &f.Score.Value
	case f.Value != nil:
		return &f.Value.Num
	}
	return nil
}

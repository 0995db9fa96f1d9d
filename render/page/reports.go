package page

import (
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ReportsPage is the list of reports.
type ReportsPage struct {
	Base
	Dek     string
	Reports []ReportEntry
}

// ReportEntry is one report in the list.
type ReportEntry struct {
	Date    string
	Runs    string
	Type    string
	Tag     string
	Link    Link
	Dek     string
	Finding string // its first composed finding
}

// Reports builds the list of reports, newest first.
func (e *Edition) Reports() *ReportsPage {
	dek := e.L.Text("report.dek-list")
	p := &ReportsPage{Base: e.Base("reports", "reports/", e.L.Text("nav.reports"), dek), Dek: dek}
	for _, r := range e.Set.Reports {
		p.Reports = append(p.Reports, e.reportEntry(&p.Base, r))
	}
	return p
}

func (e *Edition) reportEntry(b *Base, r *dataset.Report) ReportEntry {
	entry := ReportEntry{
		Date: r.Date, Runs: e.L.Fill("report.runs", locale.Slots{"n": len(r.Runs)}), Type: e.reportType(r),
		Link: Link{Cut(r.Title.Any(string(e.Lang)), CutTitle), b.Link(reportPath(r))},
		Dek:  Cut(r.Dek.Any(string(e.Lang)), CutValue),
	}
	entry.Tag = e.marks(r.Simulated, r.AllRuns()...)
	if f, runs, ok := firstFinding(r); ok {
		entry.Finding, _ = locale.Headline(e.findingBy(e.namer(runs), f))
		entry.Finding = Cut(entry.Finding, 240) + e.stop()
	}
	return entry
}

// Contents is the site in short, for a README beside it: every report with its
// first finding, and the other sections. Links start from the root of the site.
type Contents struct {
	Reports []ReportEntry
	Links   []Link
	Empty   string
}

// Contents lists what the edition has.
func (e *Edition) Contents() Contents {
	b := e.Base("reports", "", e.Name(), "")
	b.Dir = ""
	var c Contents
	for _, r := range e.Set.Reports {
		c.Reports = append(c.Reports, e.reportEntry(&b, r))
	}
	for _, s := range e.sections() {
		c.Links = append(c.Links, Link{e.L.Text(s.key), b.Link(s.path)})
	}
	if len(c.Reports) == 0 {
		c.Empty = e.L.Text("empty.findings")
	}
	return c
}

func firstFinding(r *dataset.Report) (dataset.Finding, []*dataset.Run, bool) {
	for _, t := range r.Topics {
		if len(t.Findings) > 0 {
			return t.Findings[0], t.Runs, true
		}
	}
	return dataset.Finding{}, nil, false
}

// reportType says what kinds of test a report draws on.
func (e *Edition) reportType(r *dataset.Report) string {
	load, eval := false, false
	for _, x := range r.Runs {
		if x.Run != nil {
			load = load || x.Run.Load != nil
			eval = eval || x.Run.Eval != nil
		}
	}
	switch {
	case load && eval:
		return e.L.Text("type.load-eval")
	case eval:
		return e.L.Text("type.eval")
	}
	return e.L.Text("type.load")
}

package page

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ReportPage draws findings from several runs: what was found and how sure it
// is, under which protocol, then text and charts, then what is needed to check
// and to repeat it.
type ReportPage struct {
	Base
	Kicker   []Link
	Dek      string
	Facts    []Text
	Glance   *Figure // without number and caption, under the head; may be nil
	Note     Text    // why there is no body, when it has one in another language or it cannot be read
	Keys     []Key
	Notices  []Notice
	Protocol *Protocol
	Sections []Section
}

// Key is a key finding: its figure, the composed sentence, its doubt, and where
// its chart is.
type Key struct {
	Figure string
	Head   string // the statement, in bold
	Tail   string // the rest of its sentence, from the bracket or semicolon on
	Text   Text   // what the other subjects show, and the doubt
	Chart  *Link  // nil when the page has no chart of it
}

func (e *Edition) reportJobs() []Job {
	var jobs []Job
	for _, r := range e.Set.Reports {
		jobs = append(jobs, e.job(reportPath(r), func() (Page, error) { return e.Report(r), nil }, r))
	}
	return jobs
}

// Report builds the page of a report. A body that is missing or cannot be read
// takes nothing else away: its place is taken by the standard charts.
func (e *Edition) Report(r *dataset.Report) *ReportPage {
	title := Cut(r.Title.Any(string(e.Lang)), CutTitle)
	dek := Cut(r.Dek.Any(string(e.Lang)), CutValue)
	description := dek
	if description == "" {
		description = title
	}
	p := &ReportPage{Base: e.Base("report", reportPath(r), title, description), Dek: dek}
	w := e.write(&p.Base, r)

	pieces, note := e.bodyOf(r)
	p.Note = note
	if pieces != nil {
		w.body(pieces) // bodyOf has tried it
	} else {
		w.standard()
	}
	w.flips()
	w.plan()
	p.Kicker = []Link{{e.L.Text("nav.reports"), p.Link("reports/")}, {w.kind(), ""}}
	p.Facts = w.facts()
	p.Keys = w.keys()
	p.Notices = w.notices(nil)
	if len(r.Topics) > 0 {
		p.Protocol = e.protocolBox(&p.Base, r.Topics[0].Runs[0])
	}
	p.Sections = append(w.sections, w.ending()...)
	p.Glance = p.AddPlain(w.glance())
	return p
}

// bodyOf is the body in the language of the edition, its figures printed. It is
// nil when there is none; note then says why, unless the report has none at all.
func (e *Edition) bodyOf(r *dataset.Report) (pieces []piece, note Text) {
	b, ok := r.Body[string(e.Lang)]
	if !ok {
		if len(r.Body) > 0 {
			return nil, T(e.L.Text("note.other-language"))
		}
		return nil, nil
	}
	pieces, err := e.evaluate(b, r)
	if err != nil {
		return nil, T(e.L.Text("note.body-unreadable"))
	}
	return pieces, nil
}

// evaluate parses a body and prints its figures.
func (e *Edition) evaluate(b dataset.Body, r *dataset.Report) ([]piece, error) {
	pieces, err := parseBody(b.File, b.Source)
	if err != nil {
		return nil, err
	}
	pieces, err = e.printBody(b.File, pieces, r)
	if err != nil {
		return nil, err
	}
	if err := e.try(b.File, pieces, r); err != nil {
		return nil, err
	}
	if pieces == nil {
		pieces = []piece{}
	}
	return pieces, nil
}

// ReportProblems evaluates the body of every report in every language of the
// site and lists what is wrong with them, by file.
func (s *Site) ReportProblems() []dataset.Problem {
	var out []dataset.Problem
	for _, lang := range s.Languages() {
		e := s.In(lang)
		for _, r := range s.Set.Reports {
			b, ok := r.Body[string(lang)]
			if !ok {
				continue
			}
			_, err := e.evaluate(b, r)
			if err == nil {
				continue
			}
			p := dataset.Problem{File: b.File, Cause: err.Error(), Advice: dataset.AdviceEditReport}
			if f, ok := err.(*artifact.Fault); ok {
				p.Line, p.Cause = f.Line, f.Message
			}
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b dataset.Problem) int { return strings.Compare(a.File, b.File) })
	return out
}

// kind says of what tests a report is.
func (w *writer) kind() string {
	kinds := map[artifact.Kind]bool{}
	for _, r := range w.r.AllRuns() {
		kinds[r.Kind] = true
	}
	switch {
	case kinds[artifact.KindLoad] && kinds[artifact.KindEval]:
		return w.L.Text("type.load-eval")
	case kinds[artifact.KindLoad]:
		return w.L.Text("type.load")
	case kinds[artifact.KindEval]:
		return w.L.Text("type.eval")
	}
	return w.L.Text("type.report")
}

// facts is the line under the standfirst: date, device, engine, how many runs.
func (w *writer) facts() []Text {
	out := []Text{{{Text: w.L.Date(w.r.Date)}}}
	add := func(of func(*dataset.Run) string) {
		var seen []string
		for _, r := range w.r.StandingRuns() {
			if s := of(r); s != "" && !slices.Contains(seen, s) {
				seen = append(seen, s)
			}
		}
		if len(seen) > 0 {
			out = append(out, T(strings.Join(seen, w.listGap())))
		}
	}
	add(w.device)
	add(func(r *dataset.Run) string { return w.engine(r.Subject) })
	if n := len(w.r.AllRuns()); n > 0 {
		out = append(out, T(w.L.Fill("report.runs", locale.Slots{"n": n})))
	}
	if mark := w.marks(w.r.Simulated, w.r.AllRuns()...); mark != "" {
		out = append(out, Text{{Text: mark, Class: "tag"}})
	}
	return out
}

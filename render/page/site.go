package page

import (
	"strings"
	"sync"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// Site is what all pages are made from.
type Site struct {
	Set     *dataset.Set
	Words   *locale.Catalogue
	Version string // of benchsite, for the footer

	labels struct { // see subjectLabel
		once  sync.Once
		model map[string]string
	}
	flipped struct { // see flips
		once  sync.Once
		index *flipIndex
	}
	sums  sums     // see Sum
	shown struct { // see shownTrends
		once sync.Once
		list []*dataset.Trend
	}
	fresh struct { // see News
		once sync.Once
		list []News
	}
	cards struct { // see image
		once  sync.Once
		there map[string]bool
	}
	pairs struct { // see compared
		once   sync.Once
		groups []comparedGroup
	}
}

// Edition is the site in one language. It is read-only: its pages may be built
// at the same time.
type Edition struct {
	*Site
	Lang locale.Lang
	L    *locale.Locale
}

// Languages are the languages of the site, the default first.
func (s *Site) Languages() []locale.Lang {
	var out []locale.Lang
	for _, l := range s.Set.Config.Languages {
		out = append(out, locale.Lang(l))
	}
	if len(out) == 0 {
		out = []locale.Lang{locale.ZH, locale.EN}
	}
	return out
}

// In is the edition in a language.
func (s *Site) In(lang locale.Lang) *Edition {
	return &Edition{Site: s, Lang: lang, L: s.Words.Locale(lang)}
}

// Name is the name of the site in the language.
func (e *Edition) Name() string {
	if t := e.Set.Config.Title.Any(string(e.Lang)); t != "" {
		return t
	}
	return "benchsite"
}

// Job is a page that is still to be built. The path is that of its folder from
// the root of the site.
type Job struct {
	Dir   string
	Build func() (Page, error)
	// Of is what the page is made from, as far as it is not on every page: runs,
	// a comparison, a report, or lists of them. It is what [Site.Sum] takes; a
	// page that says nothing is made anew whenever anything has changed.
	Of []any
}

// Jobs lists every page of the edition.
func (e *Edition) Jobs() []Job {
	jobs := []Job{
		e.job("", func() (Page, error) { return e.Overview(), nil }),
		e.job("runs/", func() (Page, error) { return e.Runs(), nil }),
	}
	for _, m := range e.months() {
		jobs = append(jobs, e.monthJobs(m)...)
	}
	for _, r := range e.Set.Runs {
		jobs = append(jobs, e.job(runPath(r), func() (Page, error) { return e.Run(r) }, e.runOf(r)...))
	}
	jobs = append(jobs, e.itemJobs()...)
	jobs = append(jobs, e.compareJobs()...)
	jobs = append(jobs, e.trendJobs()...)
	if len(e.Set.Problems) > 0 {
		jobs = append(jobs, e.job("problems/", func() (Page, error) { return e.Problems(), nil }))
	}
	if len(e.Set.Reports) > 0 {
		jobs = append(jobs, e.job("reports/", func() (Page, error) { return e.Reports(), nil }))
	}
	jobs = append(jobs, e.reportJobs()...)
	jobs = append(jobs, e.methodJobs()...)
	return jobs
}

func (e *Edition) job(path string, build func() (Page, error), of ...any) Job {
	return Job{Dir: string(e.Lang) + "/" + path, Build: build, Of: of}
}

// runOf is what the page of a run is made from.
func (e *Edition) runOf(r *dataset.Run) []any {
	runs, more := e.Set.History(r, historyRows)
	return []any{r, e.Set.Sweep(r), runs, more}
}

// sections are the entries of the navigation, in order, with the word of each.
// Only pages that exist are named.
func (e *Edition) sections() []struct{ path, key string } {
	out := []struct{ path, key string }{{"", "nav.overview"}}
	if len(e.Set.Reports) > 0 {
		out = append(out, struct{ path, key string }{"reports/", "nav.reports"})
	}
	out = append(out, struct{ path, key string }{"runs/", "nav.runs"})
	if e.hasCompare() {
		out = append(out, struct{ path, key string }{"compare/", "nav.compare"})
	}
	return append(out, struct{ path, key string }{"trends/", "nav.trends"}, struct{ path, key string }{"method/", "nav.method"})
}

// Base makes the frame of a page. The path is that of its folder in the
// edition, "" for the overview and "runs/" for the list of runs; the kind names
// its templates.
func (e *Edition) Base(kind, path, title, description string) Base {
	b := Base{
		Kind: kind, Lang: e.Lang, Tag: e.Lang.Tag(), Dir: string(e.Lang) + "/" + path,
		Title: title, Description: Cut(description, CutTitle), Site: e.Name(),
		figureWord: func(n int) string { return e.L.Fill("word.figure", locale.Slots{"n": n}) },
	}
	b.Home = b.Link("")
	for _, s := range e.sections() {
		current := s.path == path || s.path != "" && strings.HasPrefix(path, s.path)
		b.Nav = append(b.Nav, NavLink{Link{e.L.Text(s.key), b.Link(s.path)}, current})
	}
	for _, lang := range e.Languages() {
		to := Rel(b.Dir, string(lang)+"/"+path+"index.html")
		b.Switch = append(b.Switch, LangLink{
			Link: Link{e.Words.Locale(lang.Other()).Text("nav.language"), to}, // each language's name as the other one offers it
			Tag:  lang.Tag(), Label: e.L.Text("nav.language-label"), Current: lang == e.Lang,
		})
	}
	e.addresses(&b, path)
	e.foot(&b)
	return b
}

// addresses fills in what needs to know where the site is published.
func (e *Edition) addresses(b *Base, path string) {
	base := e.Set.Config.BaseURL
	if base == "" {
		return
	}
	b.Canonical = base + b.Dir
	for _, lang := range e.Languages() {
		b.Alternates = append(b.Alternates, Alternate{lang.Tag(), base + string(lang) + "/" + path})
	}
	b.Alternates = append(b.Alternates, Alternate{"x-default", base})
	b.Feed = Rel(b.Dir, string(e.Lang)+"/feed.xml")
	b.Image = e.image(b.Dir)
}

func (e *Edition) foot(b *Base) {
	// From how many files is no business of the foot: one new run would change every page of the site.
	b.Foot.Generated = e.L.Fill("foot.generated", locale.Slots{"version": e.Version})
	b.Foot.Links = []Link{
		{e.L.Text("foot.markdown"), b.Twin()},
		{e.L.Text("nav.data"), b.File("data/index.json")},
	}
	if len(e.Set.Problems) > 0 {
		b.Foot.Links = append(b.Foot.Links, Link{e.L.Text("nav.problems"), b.Link("problems/")})
	}
	if b.Feed != "" {
		b.Foot.Links = append(b.Foot.Links, Link{e.L.Text("foot.feed"), b.Feed})
	}
	for _, l := range e.Set.Config.Links {
		b.Foot.Links = append(b.Foot.Links, Link{l.Title.Any(string(e.Lang)), Href(l.URL)})
	}
}

// runPath is the folder of a run in an edition.
func runPath(r *dataset.Run) string { return "runs/" + r.ID + "/" }

// reportPath is the folder of a report in an edition.
func reportPath(r *dataset.Report) string { return "reports/" + r.Slug + "/" }

// Package render turns artifacts into a site: it reads a store into a dataset,
// builds every page, hands each to its templates, and writes what changed.
//
// What a render writes depends on the artifacts, the configuration, the
// templates and the version alone: no clock, no environment, no network. Two
// renders of the same input are equal to the byte, in any order of files and
// with any number of processors.
package render

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime/debug"
	"strings"
	"sync"

	"benchsite/collect/artifact"
	"benchsite/render/chart"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/page"
	"benchsite/templates"
)

// Options say what to render and where to.
type Options struct {
	Store   *artifact.Store
	Config  dataset.Config
	Out     string // output folder, created when missing
	Version string // of benchsite, for the footer; "" is "dev"

	// Templates stand in for the built-in tree of package templates, whose form
	// they must have; nil takes the built-in one.
	Templates fs.FS
	// Check sees what could not be read before a file is written; its error ends
	// the render and leaves the output folder as it was. nil accepts everything.
	Check func([]dataset.Problem) error
}

// Result says what a render did.
type Result struct {
	Pages    int // HTML pages of the site
	Written  int // files that changed
	Removed  int // files of an earlier render that are no longer made
	Problems []dataset.Problem
	Notes    []string // one line each, for the reader of the terminal
}

// Site renders the artifacts of the store into the output folder.
//
// A file that cannot be read is a problem, not an error: it stands on the
// problems page and the rest is rendered. The error is [ErrForeignFolder] when
// the output folder holds files of someone else.
func Site(ctx context.Context, o Options) (Result, error) {
	if err := checkFolder(o.Out); err != nil {
		return Result{}, err
	}
	program, known := programSum()
	var index *dataset.Index
	if known {
		index = dataset.OpenIndex(o.Store.StateDir(), program)
	}
	set, err := dataset.LoadIndexed(o.Store, o.Config, index)
	if err != nil {
		return Result{}, err
	}
	if index != nil {
		index.Save()
	}
	tree := o.Templates
	if tree == nil {
		tree = templates.FS
	}
	words, err := locale.Load(tree)
	if err != nil {
		return Result{}, err
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	defer relaxCollector(len(set.Runs))()
	site := &page.Site{Set: set, Words: words, Version: o.Version}
	set.Problems = append(set.Problems, site.ReportProblems()...) // expressions of report bodies that cannot be evaluated
	if o.Check != nil {
		if err := o.Check(set.Problems); err != nil {
			return Result{}, err
		}
	}
	units, pages, err := build(o.Store, site, tree)
	if err != nil {
		return Result{}, err
	}
	f, err := openFolder(o.Out)
	if err != nil {
		return Result{}, err
	}
	l, name := &ledger{}, ""
	if known {
		build, err := buildSum(program, tree, o.Version)
		if err != nil {
			return Result{}, err
		}
		name = ledgerFile(o.Store.StateDir(), o.Out)
		l = readLedger(name, build, f.manifest)
	}
	if err := bring(ctx, f, l, name, units); err != nil {
		return Result{}, err
	}
	return Result{Pages: pages, Written: int(f.written.Load()), Removed: int(f.removed.Load()), Problems: set.Problems, Notes: notes(set)}, nil
}

// What the collector is told: about how much a set takes, by itself and for each
// run, and how much garbage may lie beside it, in bytes.
const (
	setSize = 16 << 20
	runSize = 16 << 10
	spare   = 128 << 20
)

// relaxCollector lets garbage pile up to a fixed amount before it is collected:
// done as often as a small set suggests, collecting is a third of the time of a
// render. The function it returns brings the old setting back.
func relaxCollector(runs int) func() {
	percent := min(600, max(40, spare*100/(setSize+runs*runSize)))
	old := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(old) }
}

// programSum is over the running program: what it makes of the same input. Where
// it cannot read itself, nothing is remembered.
var programSum = sync.OnceValues(func() (sum, bool) {
	name, err := os.Executable()
	if err != nil {
		return sum{}, false
	}
	f, err := os.Open(name)
	if err != nil {
		return sum{}, false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return sum(h.Sum(nil)), err == nil
})

// buildSum is over the program and its templates.
func buildSum(program sum, tree fs.FS, version string) (sum, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", version)
	h.Write(program[:])
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(tree, name)
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
		return err
	})
	return sum(h.Sum(nil)), err
}

func notes(set *dataset.Set) []string {
	var out []string
	if set.Config.BaseURL == "" {
		out = append(out, "no site.base_url in config.toml: canonical and hreflang links, og:url, sitemap.xml, the Atom feeds, the badges and the pictures for link previews are left out")
	}
	if n := recordFiles(set); n > manyRecords && set.Config.Publish.Records == dataset.RecordsSite {
		out = append(out, fmt.Sprintf("%d record files are copied to the site, more than %d: [publish] records = \"repository\" or \"none\" in config.toml leaves them out", n, manyRecords))
	}
	return out
}

// build lists what the site is made of: every page with its figures, and the
// files beside them.
func build(store *artifact.Store, site *page.Site, tree fs.FS) ([]unit, int, error) {
	var units []unit
	var dirs []string
	add := func(name string, of []any, make func() ([]file, error)) {
		units = append(units, unit{name: name, of: sum(site.Sum(of...)), make: make})
	}
	one := func(name string, make func() ([]byte, error)) {
		add(name, nil, func() ([]file, error) {
			b, err := make()
			return []file{{name, b}}, err
		})
	}
	addPage := func(j page.Job, l *layouts) {
		dirs = append(dirs, j.Dir)
		add(j.Dir+"index.html", j.Of, job{j, l}.files)
	}
	for i, lang := range site.Languages() {
		e := site.In(lang)
		l, err := parseLayouts(tree, e.L)
		if err != nil {
			return nil, 0, err
		}
		for _, j := range e.Jobs() {
			addPage(j, l)
		}
		if i == 0 {
			addPage(page.Job{Build: func() (page.Page, error) { return site.Landing(), nil }}, l)
		}
		if len(e.Set.Runs) > 1 {
			for _, f := range e.Fragments() {
				add(f.Name, f.Of, func() ([]file, error) { return fragmentFiles(f, l) })
			}
			one(string(lang)+"/compare/compare-data.js", func() ([]byte, error) { return compareData(e) })
		}
		for _, f := range e.RowFiles() {
			add(f.Path, f.Of, func() ([]file, error) { return rowFiles(f) })
		}
		add(string(lang)+"/runs/words.js", []any{"words", lang}, func() ([]file, error) { return rowWords(e) })
		if site.Set.Config.BaseURL != "" {
			one(string(lang)+"/feed.xml", func() ([]byte, error) { return feed(e), nil })
			add("data/badges/"+string(lang), nil, func() ([]file, error) { return badges(e) })
			add(string(lang)+"/card.png", nil, func() ([]file, error) { return cards(e) })
		}
	}
	for _, r := range site.Set.Runs {
		add(page.ArtifactPath(r), []any{r, packed(store, site.Set, r)}, func() ([]file, error) { return runFiles(store, site.Set, r) })
	}
	add("data/index.json", nil, func() ([]file, error) { return indexFiles(site.Set) })
	one("llms.txt", func() ([]byte, error) { return llms(site), nil })
	one("404.html", func() ([]byte, error) { return notFound(site, tree) })
	if site.Set.Config.BaseURL != "" {
		one("sitemap.xml", func() ([]byte, error) { return sitemap(site, dirs), nil })
	}
	add("assets", []any{"assets"}, func() ([]file, error) { return assets(tree) })
	return units, len(dirs), nil
}

// job is a page with the layouts of its language.
type job struct {
	page.Job
	layouts *layouts
}

// files are the page, its Markdown twin, and its figures.
func (j job) files() ([]file, error) {
	p, err := j.Build()
	if err != nil {
		return nil, err
	}
	html, err := j.layouts.HTML(p)
	if err != nil {
		return nil, err
	}
	markdown, err := j.layouts.Markdown(p)
	if err != nil {
		return nil, err
	}
	out := []file{{j.Dir + "index.html", html}, {j.Dir + "index.md", markdown}}
	var options bytes.Buffer
	for _, f := range p.Meta().Figures {
		if !f.Chart.Static() {
			o, err := drawingOf(f).Options()
			if err != nil {
				return nil, fmt.Errorf("chart %s: %w", f.Chart.ID, err)
			}
			id, err := json.Marshal(f.Chart.ID)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&options, "benchsite.register(%s, %s);\n", id, o)
		}
		out = append(out, figureFiles(j.Dir, f)...)
	}
	if options.Len() > 0 {
		out = append(out, file{j.Dir + "charts-data.js", options.Bytes()})
	}
	return out, nil
}

// figureFiles are the drawing and the table of a figure in the folder of its
// page.
func figureFiles(dir string, f *page.Figure) []file {
	return []file{
		{dir + string(f.SVG), neutral(drawingOf(f).File(chart.Wide))},
		{dir + string(f.CSV), chart.CSV(f.Chart)},
	}
}

// assets are style, scripts and the chart library with its licence, and the file
// that keeps GitHub from rendering the site once more.
func assets(tree fs.FS) ([]file, error) {
	out := []file{{".nojekyll", nil}}
	err := fs.WalkDir(tree, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		base := path.Base(name)
		if base == "README.md" || base == "entry.js" || strings.HasSuffix(base, ".go") {
			return nil // how the library is rebuilt is of no use to a reader
		}
		b, err := fs.ReadFile(tree, name)
		out = append(out, file{name, b})
		return err
	})
	return out, err
}

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
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"runtime"
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
	set, err := dataset.Load(o.Store, o.Config)
	if err != nil {
		return Result{}, err
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
	site := &page.Site{Set: set, Words: words, Version: o.Version}
	set.Problems = append(set.Problems, site.ReportProblems()...) // expressions of report bodies that cannot be evaluated
	if o.Check != nil {
		if err := o.Check(set.Problems); err != nil {
			return Result{}, err
		}
	}
	files, pages, err := build(ctx, site, tree)
	if err != nil {
		return Result{}, err
	}
	data, err := dataFiles(o.Store, set)
	if err != nil {
		return Result{}, err
	}
	for name, b := range data {
		files[name] = b
	}
	n, err := files.write(o.Out)
	if err != nil {
		return Result{}, err
	}
	return Result{Pages: pages, Written: n.Written, Removed: n.Removed, Problems: set.Problems, Notes: notes(set)}, nil
}

func notes(set *dataset.Set) []string {
	var out []string
	if set.Config.BaseURL == "" {
		out = append(out, "no site.base_url in config.toml: canonical and hreflang links, og:url, sitemap.xml, the Atom feeds and the badges are left out")
	}
	if n := recordFiles(set); n > manyRecords && set.Config.Publish.Records == dataset.RecordsSite {
		out = append(out, fmt.Sprintf("%d record files are copied to the site, more than %d: [publish] records = \"repository\" or \"none\" in config.toml leaves them out", n, manyRecords))
	}
	return out
}

// build makes every page with its figures and the files beside them.
func build(ctx context.Context, site *page.Site, tree fs.FS) (output, int, error) {
	layouts := map[locale.Lang]*layouts{}
	var jobs []job
	languages := site.Languages()
	for _, lang := range languages {
		l, err := parseLayouts(tree, site.Words.Locale(lang))
		if err != nil {
			return nil, 0, err
		}
		layouts[lang] = l
		for _, j := range site.In(lang).Jobs() {
			jobs = append(jobs, job{j, l})
		}
	}
	jobs = append(jobs, job{page.Job{Build: func() (page.Page, error) { return site.Landing(), nil }}, layouts[languages[0]]})
	files := output{}
	if err := runJobs(ctx, jobs, files); err != nil {
		return nil, 0, err
	}
	pages := len(jobs)
	missing, err := notFound(site, tree)
	if err != nil {
		return nil, 0, err
	}
	for _, lang := range languages {
		if err := compareFiles(site.In(lang), layouts[lang], files); err != nil {
			return nil, 0, err
		}
		if err := badges(site.In(lang), files); err != nil {
			return nil, 0, err
		}
	}
	files["404.html"] = missing
	files[".nojekyll"] = []byte{}
	files["llms.txt"] = llms(site)
	if site.Set.Config.BaseURL != "" {
		files["sitemap.xml"] = sitemap(site, jobs)
		for _, lang := range languages {
			files[string(lang)+"/feed.xml"] = feed(site.In(lang))
		}
	}
	if err := assets(files, tree); err != nil {
		return nil, 0, err
	}
	return files, pages, nil
}

// job is a page with the layouts of its language.
type job struct {
	page.Job
	layouts *layouts
}

// runJobs builds the pages on all processors. The first error in the order of
// the jobs is returned, whichever came first in time.
func runJobs(ctx context.Context, jobs []job, files output) error {
	var mu sync.Mutex
	errs := make([]error, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				made, err := jobs[i].files()
				if err != nil {
					errs[i] = fmt.Errorf("page %s: %w", jobs[i].Dir, err)
					continue
				}
				mu.Lock()
				for name, b := range made {
					files[name] = b
				}
				mu.Unlock()
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// files are the page, its Markdown twin, and its figures.
func (j job) files() (output, error) {
	p, err := j.Build()
	if err != nil {
		return nil, err
	}
	out := output{}
	if out[j.Dir+"index.html"], err = j.layouts.HTML(p); err != nil {
		return nil, err
	}
	if out[j.Dir+"index.md"], err = j.layouts.Markdown(p); err != nil {
		return nil, err
	}
	var options bytes.Buffer
	for _, f := range p.Meta().Figures {
		o, err := chart.Options(f.Chart)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", f.Chart.ID, err)
		}
		if !f.Chart.Static() {
			id, err := json.Marshal(f.Chart.ID)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&options, "benchsite.register(%s, %s);\n", id, o)
		}
		out[j.Dir+string(f.SVG)] = neutral(chart.File(f.Chart, chart.Wide))
		out[j.Dir+string(f.CSV)] = chart.CSV(f.Chart)
	}
	if options.Len() > 0 {
		out[j.Dir+"charts-data.js"] = options.Bytes()
	}
	return out, nil
}

// assets copies style, scripts and the chart library with its licence.
func assets(files output, tree fs.FS) error {
	return fs.WalkDir(tree, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		base := path.Base(name)
		if base == "README.md" || base == "entry.js" || strings.HasSuffix(base, ".go") {
			return nil // how the library is rebuilt is of no use to a reader
		}
		b, err := fs.ReadFile(tree, name)
		files[name] = b
		return err
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"benchsite/render"
	"benchsite/render/dataset"
)

var renderCommand = command{
	name: "render", summary: "turn all artifacts into the site",
	usage: `
Writes the site of all artifacts and reports: HTML, Markdown and charts in each
language. Only files that changed are written, and only files that render wrote
are ever removed; a folder with other content is refused. An artifact that
cannot be read gets a line on the problems page and the rest is rendered.

With --readme a Markdown file gets the reports with their findings between two
lines, <!-- benchsite:contents lang=en --> and <!-- /benchsite:contents -->; all
else in it stays as it is. Links in it lead to base_url, else to the Markdown
pages in the output folder; links=PREFIX or links=none in the first line changes
that.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		var o renderOptions
		f.set.StringVar(&o.out, "out", "site", "the `FOLDER` to write")
		f.set.StringVar(&o.readme, "readme", "", "fill the marked section of this `FILE` too")
		f.set.StringVar(&o.baseURL, "base-url", "", "the `URL` of the site where config.toml names none")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) > 0 {
				return usageErr("render takes no argument, got %q", args[0])
			}
			return runRender(ctx, u, f, o)
		}
	},
}

type renderOptions struct{ out, readme, baseURL string }

// runRender renders and says what it did; unreadable artifacts are named and
// end with exit code 3, since a part of the input is missing from the site.
func runRender(ctx context.Context, u *ui, f *flags, o renderOptions) error {
	store, err := f.existing()
	if err != nil {
		return err
	}
	cfg, err := f.siteConfig()
	if err != nil {
		return err
	}
	if o.baseURL != "" {
		if cfg, err = cfg.At(o.baseURL); err != nil {
			return usageErr("--base-url %w", err)
		}
	}
	out := o.out
	if err := outFolder(f.artifacts, out); err != nil {
		return err
	}
	var readme *render.Readme
	if o.readme != "" {
		if readme, err = render.OpenReadme(o.readme, cfg.Languages); err != nil {
			return err
		}
	}
	began := time.Now()
	options := render.Options{Store: store, Config: cfg, Out: out, Version: version()}
	r, err := render.Site(ctx, options)
	if errors.Is(err, render.ErrForeignFolder) {
		return withHint(usageErr("%w", err), "name an empty folder, or one that benchsite rendered, with --out")
	}
	if err != nil {
		return err
	}
	if readme != nil {
		changed, err := readme.Fill(options)
		if err != nil {
			return err
		}
		if changed {
			u.note("filled %s", o.readme)
		}
	}
	for _, p := range r.Problems {
		u.warn("%s", problemLine(p))
	}
	for _, n := range r.Notes {
		u.note("%s", n)
	}
	if u.json {
		if err := u.printJSON(map[string]any{"out": out, "pages": r.Pages, "written": r.Written, "removed": r.Removed, "problems": r.Problems}); err != nil {
			return err
		}
	}
	u.note("rendered %d pages into %s in %s: %d files written, %d removed, the rest unchanged", r.Pages, out, time.Since(began).Round(10*time.Millisecond), r.Written, r.Removed)
	if len(r.Problems) > 0 {
		return endWith(exitPartial)
	}
	return nil
}

// outFolder refuses what cannot be the folder of a site. Inside the artifacts
// the site's own copies of them would be read as artifacts the next time.
func outFolder(artifacts, out string) error {
	if out == "" {
		return usageErr("--out is empty; name a folder")
	}
	if st, err := os.Stat(out); err == nil && !st.IsDir() {
		return usageErr("--out %s is not a folder", out)
	}
	in, err := filepath.Abs(artifacts)
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(in, abs); err == nil && filepath.IsLocal(rel) {
		return usageErr("--out %s lies in the artifacts folder; choose one outside %s", out, artifacts)
	}
	return nil
}

// problemLine says in one line which file could not be used, and why.
func problemLine(p dataset.Problem) string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
	}
	if p.Field != "" {
		s += ": " + p.Field
	}
	return s + ": " + p.Cause
}

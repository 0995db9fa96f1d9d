package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

var checkCommand = command{
	name: "check", summary: "validate config, artifacts and site, change nothing", args: " [config|artifacts|site]…",
	usage: `
Validates what the words name, or everything: the configuration; every artifact
(form, name, records, no secret or address in it) and every report; the rendered
site (files as they were written, no key, token or home path in them). Exit code
1 when something was found.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		out := f.set.String("out", "site", "the `FOLDER` of the rendered site")
		f.common()
		return func(ctx context.Context, u *ui, words []string) error {
			known := []string{"config", "artifacts", "site"}
			for _, w := range words {
				if !slices.Contains(known, w) {
					return withHint(usageErr("check: unknown word %q", w), "it checks %s", strings.Join(known, ", "))
				}
			}
			if len(words) == 0 {
				words = known
			}
			return runCheck(ctx, u, f, *out, words)
		}
	},
}

// finding is one fault for machines; the text form is "where: what".
type finding struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

func runCheck(ctx context.Context, u *ui, f *flags, out string, words []string) error {
	found, err := f.findings(ctx, out, words)
	if err != nil {
		return err
	}
	if u.json {
		if err := u.printJSON(append([]finding{}, found...)); err != nil {
			return err
		}
	} else {
		for _, x := range found {
			u.println(oneLine(x.Where + ": " + x.What))
		}
	}
	if len(found) > 0 {
		u.note("check: %d found in %s", len(found), strings.Join(words, ", "))
		return endWith(exitFailed)
	}
	u.note("check: nothing found in %s", strings.Join(words, ", "))
	return nil
}

// findings are the faults of what the words name, by place.
func (f *flags) findings(ctx context.Context, out string, words []string) ([]finding, error) {
	if slices.Contains(words, "artifacts") {
		if err := f.missing(); err != nil {
			return nil, err
		}
	}
	var found []finding
	if slices.Contains(words, "config") {
		found = append(found, f.checkConfig()...)
	}
	store := artifact.Open(f.artifacts)
	if rules, err := f.redactRules(); err == nil {
		store = artifact.Open(f.artifacts, rules...)
	}
	for word, check := range map[string]func() ([]finding, error){
		"artifacts": func() ([]finding, error) { return f.checkArtifacts(ctx, store) },
		"site":      func() ([]finding, error) { return checkSite(ctx, store, out) },
	} {
		if !slices.Contains(words, word) {
			continue
		}
		more, err := check()
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	slices.SortStableFunc(found, func(a, b finding) int { return strings.Compare(a.Where, b.Where) })
	return found, nil
}

func (f *flags) checkConfig() []finding {
	var out []finding
	if _, err := f.siteConfig(); err != nil {
		out = append(out, asFinding(f.config, err))
	}
	if _, err := f.plan(); err != nil {
		for _, e := range unjoin(err) {
			x := asFinding(f.config, e)
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

func asFinding(where string, err error) finding {
	var fault *artifact.Fault
	if errors.As(err, &fault) {
		at := fault.File
		if fault.Line > 0 {
			at += fmt.Sprintf(":%d", fault.Line)
		}
		return finding{at, strings.TrimPrefix(fault.Field+" "+fault.Message, " ")}
	}
	return finding{where, err.Error()}
}

func (f *flags) checkArtifacts(ctx context.Context, store *artifact.Store) ([]finding, error) {
	ids, err := store.List()
	if err != nil {
		return nil, failErr(err)
	}
	var out []finding
	for _, id := range ids {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		a, _, err := store.Read(id)
		if err != nil {
			continue // dataset.Load reports it with the reports that need it
		}
		if hash, err := a.Hash8(); err == nil && !strings.HasSuffix(a.ID, "."+hash) {
			out = append(out, finding{id + ".json", "was changed after it was written: its content has the hash " + hash})
		}
		for _, at := range a.Attachments {
			if _, err := store.Attachment(a, at.Kind); err != nil {
				out = append(out, asFinding(id, err))
			}
		}
		leaks, err := store.Leaks(a)
		if err != nil {
			continue // the attachment was reported above
		}
		for _, l := range leaks {
			out = append(out, finding{fmt.Sprintf("%s.json:%d", id, l.Line), "holds what must not be published: " + l.Text})
		}
	}
	cfg, err := f.siteConfig()
	if err != nil {
		cfg = dataset.DefaultConfig()
	}
	set, err := dataset.Load(store, cfg)
	if err != nil {
		return nil, failErr(err)
	}
	for _, p := range set.Problems {
		at := p.File
		if p.Line > 0 {
			at += fmt.Sprintf(":%d", p.Line)
		}
		out = append(out, finding{at, strings.TrimPrefix(p.Field+" "+p.Cause, " ")})
	}
	return out, nil
}

// checkSite compares the site with the list that render left in it, and scans its
// text files. A site that was never rendered
// has nothing to find.
func checkSite(ctx context.Context, store *artifact.Store, dir string) ([]finding, error) {
	out, err := asWritten(dir)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == dir && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// Artifacts lie there as they are and were scanned as artifacts, whose
		// answers are spared; assets are code, the same on every site.
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			if rel == filepath.Join("data", "artifacts") || rel == "assets" {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".html", ".md", ".js", ".json", ".svg", ".csv", ".txt", ".xml"}, filepath.Ext(path)) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, s := range store.SecretsIn(string(data)) {
			out = append(out, finding{fmt.Sprintf("%s:%d", path, s.Line), "holds a key, a token or a home path: " + s.Text})
		}
		return nil
	})
	return out, err
}

package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// reportFile is report.toml. A report names its runs, gives each a short name
// for expressions, and says which of them to compare:
//
//	title = { zh = "…", en = "…" }
//	dek = { zh = "…", en = "…" }
//	date = "2025-12-22"           # optional, else that of the newest run
//	baseline = "bf16"             # optional, a short name
//
//	[[run]]
//	alias = "bf16"
//	ref = "precision=BF16,kind=load,date=2025-12-22"   # or an id, or a hash8
//	label = { zh = "…", en = "…" }                     # optional
//	all = true                                         # optional: the reference may name several runs
//
//	[[compare]]
//	runs = ["bf16", "fp8", "nvfp4"]                    # all pairs, the first is the baseline
//
//	[[benchmark]]                                      # a planned task
//	task = "gpqa_diamond"
//	name = "GPQA Diamond"
//	reason = { zh = "…", en = "…" }
//
//	[[command]]
//	title = { zh = "…", en = "…" }
//	code = "vllm serve …"
type reportFile struct {
	Title       Text   `toml:"title"`
	Dek         Text   `toml:"dek"`
	Date        string `toml:"date"`
	Baseline    string `toml:"baseline"`
	Environment Text   `toml:"environment"`
	Run         []struct {
		Alias string `toml:"alias"`
		Ref   string `toml:"ref"`
		Label Text   `toml:"label"`
		All   bool   `toml:"all"`
	} `toml:"run"`
	Compare []struct {
		Title Text     `toml:"title"`
		Runs  []string `toml:"runs"`
	} `toml:"compare"`
	Benchmark []struct {
		Task   string `toml:"task"`
		Name   string `toml:"name"`
		Metric string `toml:"metric"`
		Reason Text   `toml:"reason"`
		Todo   Text   `toml:"todo"`
		Gated  bool   `toml:"gated"`
	} `toml:"benchmark"`
	Command []struct {
		Title Text   `toml:"title"`
		Code  string `toml:"code"`
	} `toml:"command"`
}

var (
	slugForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,79}$`)
	aliasForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
)

// readReports reads every folder of reports/. What cannot be resolved becomes a
// problem of that report; the rest of it is kept.
func (s *Set) readReports(dir string) {
	entries, err := os.ReadDir(filepath.Join(dir, "reports"))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.Problems = append(s.Problems, Problem{File: "reports", Cause: err.Error(), Advice: AdviceEditReport})
		}
		return
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		r := s.readReport(dir, e.Name())
		if r == nil {
			continue
		}
		s.Problems = append(s.Problems, r.Problems...)
		s.Reports = append(s.Reports, r)
	}
	sortReports(s.Reports)
}

// readReport reads one report; nil when there is nothing to show of it, with
// the problem noted.
func (s *Set) readReport(dir, slug string) *Report {
	file := path.Join("reports", slug, "report.toml")
	note := func(p *Problem) { p.Advice = AdviceEditReport; s.Problems = append(s.Problems, *p) }
	if !slugForm.MatchString(slug) {
		note(&Problem{File: file, Cause: fmt.Sprintf("the folder is named %q; use a–z, 0–9 and hyphens, it becomes the address", slug)})
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		note(problemOf(file, err))
		return nil
	}
	var f reportFile
	if err := decodeTOML(file, data, &f); err != nil {
		note(problemOf(file, err))
		return nil
	}
	r := &Report{
		Slug: slug, File: file, Title: f.Title, Dek: f.Dek, Date: f.Date, fileDate: f.Date, Environment: f.Environment,
		Body: map[string]Body{}, set: s,
	}
	problem := func(near, field, format string, args ...any) {
		r.Problems = append(r.Problems, Problem{
			File: file, Line: lineOfValue(data, near), Field: field, Cause: fmt.Sprintf(format, args...), Advice: AdviceEditReport,
		})
	}
	for _, lang := range s.Config.Languages {
		if f.Title.In(lang) == "" {
			problem("", "title."+lang, "is missing; every report has a title in every language of the site")
		}
	}
	if _, err := artifact.StartDay(f.Date); f.Date != "" && err != nil {
		problem(f.Date, "date", "is %q, must be a date such as 2025-12-22", f.Date)
		r.Date, r.fileDate = "", ""
	}
	r.resolveRuns(&f, problem)
	r.resolveRest(&f, problem)
	for _, lang := range languages {
		body := path.Join("reports", slug, lang+".md")
		src, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(body)))
		switch {
		case err == nil:
			r.Body[lang] = Body{File: body, Source: string(src)}
		case !errors.Is(err, fs.ErrNotExist):
			r.Problems = append(r.Problems, Problem{File: body, Cause: err.Error(), Advice: AdviceEditReport})
		}
	}
	r.finish(s)
	return r
}

type problemFunc func(near, field, format string, args ...any)

func (r *Report) resolveRuns(f *reportFile, problem problemFunc) {
	for i, e := range f.Run {
		at := fmt.Sprintf("run[%d]", i)
		if e.Ref == "" {
			problem(e.Alias, at+".ref", "is missing; give an id, a hash8 or a filter such as precision=BF16,kind=load")
			continue
		}
		if !aliasForm.MatchString(e.Alias) {
			problem(e.Ref, at+".alias", "is %q; give a short name in a–z, 0–9, - and _ that expressions can use", e.Alias)
			continue
		}
		if r.ByAlias(e.Alias) != nil {
			problem(e.Ref, at+".alias", "%q names another run already", e.Alias)
			continue
		}
		runs, err := r.set.Match(e.Ref)
		if err != nil {
			problem(e.Ref, at+".ref", "%v", err)
			continue
		}
		if len(runs) > 1 && !e.All {
			problem(e.Ref, at+".ref", "%q matches %d runs%s; narrow it, or set all = true", e.Ref, len(runs), idsOf(runs, 6))
			continue
		}
		// Repeats share the short name; different subjects or protocols get
		// the name with their hash.
		groups := [][]*Run{}
		for _, run := range runs {
			k := slices.IndexFunc(groups, func(g []*Run) bool { return g[0].Who == run.Who && g[0].How == run.How })
			if k < 0 {
				groups = append(groups, []*Run{run})
				continue
			}
			groups[k] = append(groups[k], run)
		}
		for _, g := range groups {
			alias := e.Alias
			if len(groups) > 1 {
				alias += "-" + g[0].Hash8
			}
			if g[0].Withdrawn != nil {
				problem(e.Ref, at+".ref", "%s was withdrawn on %s; name the run that replaces it", g[0].ID, g[0].Withdrawn.Date)
			}
			r.Runs = append(r.Runs, ReportRun{Alias: alias, Ref: e.Ref, Label: e.Label, Run: g[0], Repeats: g, Extra: !g[0].Standing})
		}
	}
}

func (r *Report) resolveRest(f *reportFile, problem problemFunc) {
	if f.Baseline != "" {
		if r.Baseline = r.ByAlias(f.Baseline); r.Baseline == nil {
			problem("baseline", "baseline", "%q is no short name of a run of this report%s", f.Baseline, r.aliases(f.Baseline))
		}
	}
	for i, c := range f.Compare {
		rc := ReportCompare{Title: c.Title}
		var groups [][]*Run
		for _, alias := range c.Runs {
			run := r.ByAlias(alias)
			if run == nil {
				problem(alias, fmt.Sprintf("compare[%d].runs", i), "%q is no short name of a run of this report%s", alias, r.aliases(alias))
				continue
			}
			rc.Runs = append(rc.Runs, run)
			groups = append(groups, r.repeatsOf(run))
		}
		if len(rc.Runs) < 2 {
			problem("", fmt.Sprintf("compare[%d].runs", i), "needs at least two runs")
			continue
		}
		rc.Pairs = FamilyOfGroups(groups)
		r.Compare = append(r.Compare, rc)
	}
	for i, b := range f.Benchmark {
		if b.Task == "" {
			problem(b.Name, fmt.Sprintf("benchmark[%d].task", i), "is missing; name the task as artifacts do")
			continue
		}
		name := b.Name
		if name == "" {
			name = b.Task
		}
		r.Benchmarks = append(r.Benchmarks, Benchmark{
			Task: b.Task, Name: name, Metric: b.Metric, Reason: b.Reason, Todo: b.Todo, Gated: b.Gated,
		})
	}
	for _, c := range f.Command {
		r.Commands = append(r.Commands, Command{Title: c.Title, Code: c.Code})
	}
}

func (r *Report) repeatsOf(run *Run) []*Run {
	for _, rr := range r.Runs {
		if rr.Run == run {
			return rr.Repeats
		}
	}
	return []*Run{run}
}

// aliases names the nearest short name for a message.
func (r *Report) aliases(name string) string {
	var known []string
	for _, rr := range r.Runs {
		known = append(known, rr.Alias)
	}
	return nearest(name, known)
}

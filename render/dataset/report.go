package dataset

import (
	"cmp"
	"slices"

	"benchsite/collect/artifact"
)

// Report is one folder of artifacts/reports.
type Report struct {
	Slug        string
	File        string // reports/<slug>/report.toml
	Title       Text
	Dek         Text   // standfirst
	Date        string // ISO day; that of its newest run when the file has none
	Runs        []ReportRun
	Baseline    *Run // nil: the display order decides
	Compare     []ReportCompare
	Benchmarks  []Benchmark
	Environment Text // a text beside the environment table, Markdown
	Commands    []Command
	Body        map[string]Body // language -> body
	Topics      []*Topic        // composed from its runs that count
	Notices     []Notice        // of its runs and comparisons, gathered
	Problems    []Problem       // also in Set.Problems
	Simulated   bool            // it shows simulated runs

	set      *Set
	fileDate string // date of report.toml
}

// ReportRun is a run under the short name by which expressions call it.
type ReportRun struct {
	Alias   string
	Ref     string
	Label   Text   // shown name, optional
	Run     *Run   // the newest of Repeats
	Repeats []*Run // all runs that the reference names, newest first
	Extra   bool   // an alternative or replaced run, named by its scorer or id: shown, not counted in findings
}

// ReportCompare is one family of comparisons: all pairs of its runs, the first
// is the baseline.
type ReportCompare struct {
	Title Text
	Runs  []*Run
	Pairs []*Comparison // Holm corrected; those with the first run have it as A
}

// Benchmark is a planned task of a report: done for the subjects that have a
// run of it, else not run for the reason.
type Benchmark struct {
	Task    string
	Name    string // as shown, such as "MATH-500"
	Metric  string
	Reason  Text // why it was not run
	Todo    Text // what to do about it
	Gated   bool
	Results []BenchmarkResult // one per subject of the report, display order
}

// BenchmarkResult is one cell of the table of benchmarks.
type BenchmarkResult struct {
	Subject *Subject
	Run     *Run           // nil when not run
	Score   *Score         // nil when not run
	Why     *artifact.Task // as the artifact has it, where it records why the task was not run
}

// Command is an exact command that the report prints.
type Command struct {
	Title Text
	Code  string
}

// Body is the Markdown source of a report in one language.
type Body struct {
	File   string // reports/<slug>/zh.md
	Source string
}

// ByAlias returns the run under a short name, its hash8 serving as well; nil
// when there is none.
func (r *Report) ByAlias(alias string) *Run {
	for _, rr := range r.Runs {
		if rr.Alias == alias {
			return rr.Run
		}
	}
	for _, rr := range r.Runs {
		for _, run := range rr.Repeats {
			if run.Hash8 == alias {
				return run
			}
		}
	}
	return nil
}

// Label returns the name that the report gives to a run in the language, "" when
// it gives none.
func (r *Report) Label(run *Run, lang string) string {
	for _, rr := range r.Runs {
		if slices.Contains(rr.Repeats, run) {
			return rr.Label.In(lang)
		}
	}
	return ""
}

// StandingRuns returns the runs that findings rest on, in display order, repeats
// included.
func (r *Report) StandingRuns() []*Run {
	var out []*Run
	for _, rr := range r.Runs {
		if rr.Extra {
			continue
		}
		for _, run := range rr.Repeats {
			if !slices.Contains(out, run) {
				out = append(out, run)
			}
		}
	}
	SortForDisplay(out)
	return out
}

// AllRuns returns every run of the report once: standing ones in display order,
// then the others.
func (r *Report) AllRuns() []*Run {
	out := r.StandingRuns()
	var extra []*Run
	for _, rr := range r.Runs {
		for _, run := range rr.Repeats {
			if !slices.Contains(out, run) && !slices.Contains(extra, run) {
				extra = append(extra, run)
			}
		}
	}
	SortForDisplay(extra)
	return append(out, extra...)
}

// finish computes what follows from the resolved runs.
func (r *Report) finish(s *Set) {
	runs := r.StandingRuns()
	r.Topics = arrange(runs, r.Baseline)
	var family []tested // all paired tests of the report
	for _, t := range r.Topics {
		family = append(family, t.tests()...)
	}
	for _, c := range r.Compare {
		for _, p := range c.Pairs {
			family = append(family, p.tests("")...)
		}
	}
	correct(family)
	tell(r.Topics)
	for _, run := range r.AllRuns() {
		run.Reports = append(run.Reports, r)
		r.Simulated = r.Simulated || run.Artifact.Simulated
		if r.Date == "" || r.Date < run.Day && r.fileDate == "" {
			r.Date = run.Day
		}
	}
	var lists [][]Notice
	for _, run := range r.AllRuns() {
		lists = append(lists, run.Notices)
	}
	for _, t := range r.Topics {
		lists = append(lists, t.Caveats)
	}
	for _, c := range r.Compare {
		for _, p := range c.Pairs {
			if p.A == c.Runs[0] {
				lists = append(lists, p.Notices)
			}
		}
	}
	r.Notices = Gather(lists...)
	for i := range r.Benchmarks {
		r.Benchmarks[i].fill(s, runs)
	}
}

// fill looks for a run of the task for every subject of the report: the same
// model in the same precision on the same accelerators, on however many of them.
func (b *Benchmark) fill(s *Set, runs []*Run) {
	for _, sub := range variantHeads(runs) {
		res := BenchmarkResult{Subject: sub}
		pool := slices.Concat(runs, s.Standing)
		for _, r := range pool {
			if !sameVariant(r.Who, sub) {
				continue
			}
			if score := r.Score(b.Task); score != nil {
				res.Run, res.Score = r, score
				break
			}
			if t := taskOf(r, b.Task); t != nil && t.Status == artifact.TaskNotRun && res.Why == nil {
				res.Why = t
			}
		}
		b.Results = append(b.Results, res)
	}
}

// Done reports whether any subject has a score.
func (b *Benchmark) Done() bool {
	return slices.ContainsFunc(b.Results, func(r BenchmarkResult) bool { return r.Score != nil })
}

// sortReports puts the newest first.
func sortReports(reports []*Report) {
	slices.SortStableFunc(reports, func(a, b *Report) int {
		return cmp.Or(cmp.Compare(b.Date, a.Date), cmp.Compare(a.Slug, b.Slug))
	})
}

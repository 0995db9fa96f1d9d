package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

var compareCommand = command{
	name: "compare", summary: "two runs or groups, with the statistics", args: " A B",
	usage: `
Sets two runs side by side: first whether protocol, server arguments and
environment agree, then the figures. A is the baseline: ratios are B / A,
differences B - A. Evaluations are compared item by item (flips, exact McNemar
test, Newcombe interval, and the smallest difference the test could have seen);
load tests by the median of their repeats. Runs under different protocols are
shown, not ranked. A and B are files, ids, unique hashes, or filters that match
one run, the repeats of one, or the evaluations of one subject, which are
compared suite by suite: p-values are then corrected for all of them together,
and one suite in two languages counts each question once.

  benchsite compare precision=BF16,task=hendrycks_math500 precision=NVFP4,task=hendrycks_math500

With --previous each of the runs named is compared with what it follows: the
newest earlier day of the same subject and protocol, else the baseline of its
family under the same protocol.

--fail-on ends with exit code 1 when its rule hits; it may be given more than
once. A rule is METRIC > LIMIT or METRIC < LIMIT, where LIMIT is the change from
A to B (+10 %), the ratio B / A (0.95x) or, of a score, points (-2 points); with
the word significant behind it the test of the metric must agree (p < 0.05). The
rule regression hits when a test shows anything worse by 2 % or more, or a score
worse at all, corrected over all metrics. A rule that cannot be judged, because
the runs do not compare or lack the metric, is an error (exit code 2). With
--previous that is only said, and rules look at earlier runs of the same
subject, not at the baseline.

  benchsite compare --fail-on 'ttft_p95 > +10 % significant' --fail-on 'score < -2 points' A B
  benchsite compare --previous --format markdown --fail-on regression artifacts/2026-01-31/*.json`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		var o compareOptions
		f.set.StringArrayVar(&o.failOn, "fail-on", nil, "end with exit code 1 when this `RULE` hits")
		f.set.StringVar(&o.format, "format", "text", "`FORM` of the result: text or markdown")
		f.set.BoolVar(&o.previous, "previous", false, "compare each run named with what it follows")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if o.format != "text" && o.format != "markdown" {
				return usageErr("compare: --format is %q, must be text or markdown", o.format)
			}
			for _, text := range o.failOn {
				r, err := parseRule(text)
				if err != nil {
					return err
				}
				o.rules = append(o.rules, r)
			}
			if o.previous {
				if len(args) == 0 {
					return withHint(usageErr("compare --previous takes the runs to look at"), "benchsite compare --previous ARTIFACT…")
				}
				return o.runPrevious(u, f, args)
			}
			if len(args) != 2 {
				return withHint(usageErr("compare takes two runs or groups, got %d", len(args)), "benchsite compare A B")
			}
			return o.run(u, f, args[0], args[1])
		}
	},
}

type compareOptions struct {
	failOn   []string
	rules    []rule
	format   string
	previous bool
}

func (o *compareOptions) run(u *ui, f *flags, refA, refB string) error {
	set, err := f.load()
	if err != nil {
		return err
	}
	a, err := matchRuns(set, f.artifacts, refA)
	if err != nil {
		return err
	}
	b, err := matchRuns(set, f.artifacts, refB)
	if err != nil {
		return err
	}
	if a[0] == b[0] {
		return usageErr("%s and %s are the same run, %s", refA, refB, a[0].ID)
	}
	c := dataset.Compare(aligned(a, b))
	verdicts, unjudged := o.judge(c)
	if u.json {
		if err := u.printJSON(machineComparison(c, verdicts)); err != nil {
			return err
		}
	} else {
		o.print(u, c)
		o.printVerdicts(u, verdicts)
	}
	if unjudged != nil {
		return unjudged
	}
	return endHit(verdicts)
}

// runPrevious compares each of the runs with what was there before it.
func (o *compareOptions) runPrevious(u *ui, f *flags, refs []string) error {
	set, err := f.load()
	if err != nil {
		return err
	}
	var runs []*dataset.Run
	for _, ref := range refs {
		id, err := idOfFile(f.artifacts, ref)
		if err != nil {
			return err
		}
		found, err := set.Match(id)
		if err != nil {
			return usageErr("%w", err)
		}
		if len(found) == 0 {
			return usageErr("no artifact matches %q among the %d in %s", ref, len(set.Runs), f.artifacts)
		}
		runs = append(runs, found...)
	}
	var all []verdict
	machine := []any{}
	for _, g := range set.Before(runs) {
		if g.A == nil {
			if u.json {
				machine = append(machine, map[string]any{"a": []string{}, "b": runIDs(g.B), "why": g.Why})
			} else {
				o.printAlone(u, g)
			}
			continue
		}
		c := dataset.Compare(g.A, g.B)
		var verdicts []verdict
		if g.Why == dataset.ReasonPrevious { // a subject may well be slower than the baseline
			var unjudged error
			if verdicts, unjudged = o.judge(c); unjudged != nil {
				u.note("%s: %s", g.B[0].ID, unjudged)
			}
			all = append(all, verdicts...)
		}
		if u.json {
			m := machineComparison(c, verdicts)
			m["why"] = g.Why
			machine = append(machine, m)
			continue
		}
		o.print(u, c)
		o.printVerdicts(u, verdicts)
		u.println("")
	}
	if u.json {
		if err := u.printJSON(machine); err != nil {
			return err
		}
	}
	return endHit(all)
}

// judge holds the comparison against every rule; the error is that of the first
// one that cannot be judged.
func (o *compareOptions) judge(c *dataset.Comparison) (verdicts []verdict, unjudged error) {
	for _, r := range o.rules {
		v, err := r.judge(c)
		if err != nil {
			if unjudged == nil {
				unjudged = err
			}
			continue
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, unjudged
}

func endHit(verdicts []verdict) error {
	for _, v := range verdicts {
		if v.Hit {
			return endWith(exitFailed)
		}
	}
	return nil
}

func (o *compareOptions) print(u *ui, c *dataset.Comparison) {
	if o.format == "markdown" {
		printMarkdown(u, c)
		return
	}
	printComparison(u, c)
}

func (o *compareOptions) printVerdicts(u *ui, verdicts []verdict) {
	if len(verdicts) > 0 && o.format == "markdown" {
		u.println("")
	}
	for _, v := range verdicts {
		word := "no hit"
		if v.Hit {
			word = "HIT"
		}
		if o.format == "markdown" {
			if v.Hit {
				word = "**hit**"
			}
			u.printf("- Rule %s: %s (%s)\n", mdCode(v.Rule), word, mdText(v.Why))
			continue
		}
		u.printf("rule %s: %s (%s)\n", v.Rule, word, v.Why)
	}
}

// printAlone says that there is nothing to compare a run with.
func (o *compareOptions) printAlone(u *ui, g dataset.Against) {
	r := g.B[0]
	const why = "no earlier run of this subject under this protocol, and no baseline under it"
	if o.format == "markdown" {
		u.printf("### %s\n\n%s: %s.\n\n", mdText(r.Subject.Name), mdCode(r.ID), why)
		return
	}
	u.printf("B  %s  %s%s\n%s\n\n", r.Subject.Name, r.ID, times(len(g.B)), why)
}

func runIDs(runs []*dataset.Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

// load indexes the artifacts folder under the configuration.
func (f *flags) load() (*dataset.Set, error) {
	store, err := f.existing()
	if err != nil {
		return nil, err
	}
	cfg, err := f.siteConfig()
	if err != nil {
		return nil, err
	}
	set, err := dataset.Load(store, cfg)
	if err != nil {
		return nil, failErr(err)
	}
	return set, nil
}

func (f *flags) siteConfig() (dataset.Config, error) {
	data, err := f.read()
	if err != nil {
		return dataset.Config{}, err
	}
	if data == nil {
		return dataset.DefaultConfig(), nil
	}
	return dataset.ParseConfig(f.config, data)
}

// matchRuns resolves one side of a comparison. A group of load tests must be
// repeats of one subject, or a median over it would mean nothing; a group of
// evaluations may hold several suites of one subject, which are compared one by
// one.
func matchRuns(set *dataset.Set, dir, ref string) ([]*dataset.Run, error) {
	id, err := idOfFile(dir, ref)
	if err != nil {
		return nil, err
	}
	runs, err := set.Match(id)
	if err != nil {
		return nil, usageErr("%w", err)
	}
	if len(runs) == 0 {
		return nil, usageErr("no artifact matches %q among the %d in %s", ref, len(set.Runs), dir)
	}
	for _, r := range runs[1:] {
		if r.Subject.Key() != runs[0].Subject.Key() || r.Kind != runs[0].Kind || r.Kind != artifact.KindEval && r.Protocol.ID != runs[0].Protocol.ID {
			var ids []string
			for _, r := range runs {
				ids = append(ids, r.ID)
			}
			return nil, withHint(usageErr("%q matches %d runs that are no repeats of one: %s", ref, len(runs), strings.Join(ids, ", ")),
				"add fields to the filter until one run, or the repeats of one, is left")
		}
	}
	return runs, nil
}

// aligned puts first on both sides what compares, so that the settings that are
// shown are those of one suite.
func aligned(a, b []*dataset.Run) (left, right []*dataset.Run) {
	for i, x := range a {
		for k, y := range b {
			if x.Protocol.ID == y.Protocol.ID && (x.Load != nil || len(x.Scores) > 0) {
				return first(a, i), first(b, k)
			}
		}
	}
	return a, b
}

func first(runs []*dataset.Run, i int) []*dataset.Run {
	return append([]*dataset.Run{runs[i]}, slices.Delete(slices.Clone(runs), i, i+1)...)
}

// idOfFile turns the path of an artifact file into its id.
func idOfFile(dir, ref string) (string, error) {
	if !strings.HasSuffix(ref, ".json") {
		return ref, nil
	}
	if _, err := os.Stat(ref); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return strings.TrimSuffix(ref, ".json"), nil
		}
		return "", usageErr("%w", err)
	}
	data, err := os.ReadFile(ref)
	if err != nil {
		return "", usageErr("%w", err)
	}
	a, err := artifact.Decode(ref, data)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(a.ID)+".json")); err != nil {
		return "", withHint(usageErr("%s is not in the artifacts folder %s", ref, dir), "name its folder with --artifacts")
	}
	return a.ID, nil
}

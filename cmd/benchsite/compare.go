package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
one run or the repeats of one.

  benchsite compare precision=BF16,task=hendrycks_math500 precision=NVFP4,task=hendrycks_math500`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) != 2 {
				return withHint(usageErr("compare takes two runs or groups, got %d", len(args)), "benchsite compare A B")
			}
			return runCompare(u, f, args[0], args[1])
		}
	},
}

func runCompare(u *ui, f *flags, refA, refB string) error {
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
	c := dataset.Compare(a, b)
	if u.json {
		return u.printJSON(machineComparison(c))
	}
	printComparison(u, c)
	return nil
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

// matchRuns resolves one side of a comparison. A group must be repeats of one
// subject, or a median over it would mean nothing.
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
		if r.Subject.Key() != runs[0].Subject.Key() || r.Protocol.ID != runs[0].Protocol.ID || r.Kind != runs[0].Kind {
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

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/eval"
)

var rescoreCommand = command{
	name: "rescore", summary: "score stored answers again, list what changed", args: " --scorer NAME ARTIFACT…",
	usage: `
Scores the stored answers of evaluations with another scorer, without asking the
model. Each result is a new artifact that names its parent; the items whose
outcome changed are listed, old and new. An ARTIFACT is a file, an id, a unique
hash, or a filter such as precision=BF16,date=2025-12-23.

Answers that wait for a judge model, or that another one shall judge, take the
flags of the judge. Programs are run again, isolated, on their tests. Records hold no questions: those of a standard suite are
fetched again, those of a suite of your own are kept beside the artifacts when it
is asked, or stand in the file that --suite names.

  benchsite rescore --scorer decidable task=accuracy-suite-v1,scorer=legacy-2025
  benchsite rescore --scorer judge --judge-url http://127.0.0.1:8001 --judge-model JUDGE task=hle`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		scorer := f.set.String("scorer", "", "the `NAME` of the scorer: "+scorerNames())
		judge := judgeFlags(f.set)
		suite := f.set.String("suite", "", "the `FILE` of the suite, for a judge that has to see the questions")
		data := f.set.String("data", "", "the `FOLDER` with the published files of a standard suite (the Hub)")
		var isolation collect.Isolation
		isolationFlags(f.set, &isolation)
		f.common()
		return func(ctx context.Context, u *ui, refs []string) error {
			if *scorer == "" {
				return withHint(usageErr("rescore: no --scorer given"), "there are %s", scorerNames())
			}
			s, err := eval.ScorerByName(*scorer)
			if err != nil {
				return usageErr("%w", err)
			}
			if len(refs) == 0 {
				return withHint(usageErr("rescore: no artifact given"), "benchsite rescore --scorer %s ARTIFACT…", s.Name)
			}
			store, err := f.existing()
			if err != nil {
				return err
			}
			j, err := judge()
			if err != nil {
				return err
			}
			means, done, err := newJudging(ctx, store, j, *suite, *data)
			if err != nil {
				return err
			}
			defer done()
			means.isolation = isolation
			return runRescore(ctx, u, store, s, means, refs)
		}
	},
}

func scorerNames() string {
	var names []string
	for _, s := range eval.Scorers() {
		name := s.Name
		if s.Version != "1" { // a name alone is the first version
			name += "@" + s.Version
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// rescored is one rescored artifact for machines.
type rescored struct {
	Parent  string        `json:"parent"`
	ID      string        `json:"id,omitempty"`
	Existed bool          `json:"existed"`
	Tasks   []scoredTask  `json:"tasks,omitempty"`
	Changed []changedItem `json:"changed,omitempty"`
	Error   string        `json:"error,omitempty"`

	unfit bool // the scorer cannot score it, whatever the replies
}

type scoredTask struct {
	Task    string `json:"task"`
	Old     *int64 `json:"old_correct"`
	Correct *int64 `json:"correct"`
	Items   int    `json:"items"`
}

type changedItem struct {
	Task      string           `json:"task"`
	Item      string           `json:"item"`
	Old       artifact.Outcome `json:"old"`
	New       artifact.Outcome `json:"new"`
	Extracted string           `json:"extracted"`
	Expected  string           `json:"expected"`
}

func runRescore(ctx context.Context, u *ui, store *artifact.Store, s eval.Scorer, j judging, refs []string) error {
	parents, err := findEvals(store, refs)
	if err != nil {
		return err
	}
	var all []rescored
	failed, unfit := 0, 0
	for _, parent := range parents {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r := rescoreOne(ctx, store, parent, s, j)
		if r.Error != "" {
			failed++
			if r.unfit {
				unfit++
			}
			u.warn("%s: %s", parent.ID, strings.TrimPrefix(r.Error, parent.ID+" "))
		} else if !u.json {
			printRescored(u, parent, s, r)
		}
		all = append(all, r)
	}
	if u.json {
		if err := u.printJSON(all); err != nil {
			return err
		}
	}
	switch {
	case unfit == len(parents): // nothing was written because the scorer is wrong
		return endWith(exitUsage)
	case failed == len(parents):
		return endWith(exitFailed)
	case failed > 0:
		return endWith(exitPartial)
	}
	return nil
}

func rescoreOne(ctx context.Context, store *artifact.Store, parent *artifact.Artifact, s eval.Scorer, j judging) (r rescored) {
	r = rescored{Parent: parent.ID}
	means, done, err := j.means(ctx, store, parent, s)
	if err != nil {
		r.Error = errors.Join(err, done()).Error()
		return r
	}
	defer func() {
		if err := done(); err != nil && r.Error == "" {
			r.Error = err.Error()
		}
	}()
	bundle, changes, err := eval.RescoreWith(ctx, store, parent, s, means)
	if err != nil {
		if j.judge != nil && j.judge.Kept() > 0 {
			err = fmt.Errorf("%w; the %d verdicts of this judge are kept, and the same command goes on from there", err, j.judge.Kept())
		}
		r.Error = err.Error()
		var unfit *eval.Unfit
		r.unfit = errors.As(err, &unfit)
		return r
	}
	receipt, err := store.Put(bundle)
	if err != nil {
		r.Error = err.Error()
		return r
	}
	r.ID, r.Existed = receipt.ID, receipt.Existed
	old := map[string]*int64{}
	for _, t := range parent.Eval.Tasks {
		if t.Outcomes != nil {
			old[t.Task] = t.Outcomes.Correct
		}
	}
	items := map[string]int{}
	for _, rec := range bundle.Eval {
		items[rec.Task]++
	}
	for _, t := range bundle.Artifact.Eval.Tasks {
		task := scoredTask{Task: t.Task, Old: old[t.Task], Items: items[t.Task]}
		if t.Outcomes != nil {
			task.Correct = t.Outcomes.Correct
		}
		r.Tasks = append(r.Tasks, task)
	}
	for _, c := range changes {
		r.Changed = append(r.Changed, changedItem{c.Task, c.Item, c.Old, c.New, c.Extracted, c.Expected})
	}
	return r
}

func printRescored(u *ui, parent *artifact.Artifact, s eval.Scorer, r rescored) {
	for _, t := range r.Tasks {
		u.printf("%s, %s: %s of %d as stored, %s of %d by %s\n", parent.Subject.Name, t.Task, known(t.Old), t.Items, known(t.Correct), t.Items, s)
	}
	for _, c := range r.Changed {
		u.printf("  %s %s: %s -> %s (read %q, expected %q)\n", c.Task, c.Item, cmp.Or(c.Old, "no outcome"), c.New, cut(c.Extracted), cut(c.Expected))
	}
	if len(r.Changed) == 0 {
		u.printf("  no outcome changed\n")
	}
	state := "written"
	if r.Existed {
		state = "already there"
	}
	u.printf("  %s (%s)\n", r.ID, state)
}

func known(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(*n)
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// findEvals resolves references to evaluations; a filter may match several. A
// filter that names no scorer means the results as first stored, not those
// that an earlier rescoring made of them.
func findEvals(store *artifact.Store, refs []string) ([]*artifact.Artifact, error) {
	var out []*artifact.Artifact
	seen := map[string]bool{}
	for _, ref := range refs {
		found, err := store.Find(ref)
		if err != nil {
			return nil, usageErr("%w", err)
		}
		kept := 0
		for _, a := range found {
			filtered := strings.Contains(ref, "=")
			if a.Kind != artifact.KindEval || filtered && !strings.Contains(ref, "scorer=") && a.Source.Mode == artifact.ModeRescored {
				if !filtered {
					return nil, usageErr("%s is a %s run; only evaluations have answers to score", a.ID, a.Kind)
				}
				continue
			}
			kept++
			if !seen[a.ID] {
				seen[a.ID] = true
				out = append(out, a)
			}
		}
		if kept == 0 {
			return nil, usageErr("%q matches no evaluation", ref)
		}
	}
	return out, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval"
)

// judgeFlags adds the flags that name a judge model. The function that it
// returns reads them.
func judgeFlags(fs *pflag.FlagSet) func() (collect.EvalJudge, error) {
	var j collect.EvalJudge
	var timeout string
	fs.StringVar(&j.URL, "judge-url", "", "the `URL` of the judge model's server, for answers that no rule can compare")
	fs.StringVar(&j.Model, "judge-model", "", "the judge `MODEL` as its server names it; not needed where it serves one")
	fs.StringVar(&j.KeyEnv, "judge-key-env", "", "the environment `VARIABLE` that holds the API key of the judge")
	fs.IntVar(&j.Concurrency, "judge-concurrency", 0, "`N` verdicts in flight (as many as requests)")
	fs.Int64Var(&j.MaxTokens, "judge-max-tokens", 0, "at most `N` output tokens a verdict (8192)")
	fs.StringVar(&timeout, "judge-timeout", "", "give a verdict up after this `TIME` (30m)")
	return func() (collect.EvalJudge, error) {
		if timeout != "" {
			if err := j.Timeout.UnmarshalText([]byte(timeout)); err != nil {
				return j, usageErr("--judge-timeout: %w", err)
			}
		}
		if j.URL == "" && (j.Model != "" || j.KeyEnv != "") {
			return j, withHint(usageErr("a judge is named without its server: no --judge-url given"), "--judge-url http://127.0.0.1:8001")
		}
		return j, nil
	}
}

// isolationFlags adds the flags that say how programs are run.
func isolationFlags(fs *pflag.FlagSet, i *collect.Isolation) {
	fs.StringVar(&i.Python, "python", "", "the Python `FILE` that runs programs, of the system or of a virtual environment (the system's)")
	fs.StringVar(&i.Sandbox, "sandbox", "", "the `KIND` of isolation for programs: bwrap, or none together with --confirm-no-isolation (bwrap)")
	fs.BoolVar(&i.NoIsolation, "confirm-no-isolation", false, "with --sandbox=none: run programs that nobody has read with all your rights")
}

// suiteSource says where the questions of suites come from.
func suiteSource(folder string) eval.Source {
	return eval.Source{Hub: os.Getenv("HF_ENDPOINT"), Token: os.Getenv("HF_TOKEN"), Folder: folder}
}

// judging is what a rescoring asks a judge with.
type judging struct {
	judge *eval.Remembering // nil: none was named
	suite string
	data  string

	isolation collect.Isolation // of programs that are run again
}

// newJudging reaches the judge where one was named.
func newJudging(ctx context.Context, store *artifact.Store, j collect.EvalJudge, suite, data string) (judging, func(), error) {
	out := judging{suite: suite, data: data}
	if j.URL == "" {
		return out, func() {}, nil
	}
	m, done, err := j.Reach(ctx, 8, eval.Retry{}, os.Getenv)
	if err != nil {
		if ctx.Err() != nil {
			return out, nil, ctx.Err()
		}
		var e *endpoint.Error
		if errors.As(err, &e) && e.Unsent() {
			return out, nil, usageErr("the judge: %w", err)
		}
		return out, nil, failErr(fmt.Errorf("the judge: %w", err))
	}
	if out.judge, err = eval.Remember(m, store.StateDir()); err != nil {
		done()
		return out, nil, failErr(err)
	}
	return out, done, nil
}

// means are what deciding the answers of one evaluation again takes.
// What it returns must be called when that is done.
func (j judging) means(ctx context.Context, store *artifact.Store, parent *artifact.Artifact, s eval.Scorer) (eval.Means, func() error, error) {
	none := func() error { return nil }
	if parent.Eval == nil {
		return eval.Means{}, none, nil
	}
	means, done := eval.Means{}, none
	if s.Runs() {
		var err error
		if means, done, err = collect.ProgramMeans(ctx, store, parent, j.suite, suiteSource(j.data), j.isolation); err != nil {
			return means, done, err
		}
	}
	if j.judge == nil || !s.Judged {
		return means, done, nil
	}
	items, err := collect.Questions(ctx, store, parent, j.suite, suiteSource(j.data))
	if err != nil {
		return means, done, err
	}
	if means.Items == nil {
		means.Items, means.Judges = map[string]eval.Item{}, map[string]eval.Judge{}
	}
	for hash, it := range items {
		if _, ready := means.Items[hash]; !ready { // those of programs are made ready for their box
			means.Items[hash] = it
		}
	}
	means.Judges["judge"] = j.judge
	return means, done, nil
}

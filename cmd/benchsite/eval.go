package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/eval"
	"benchsite/collect/imports"
)

var evalCommand = command{
	name: "eval", summary: "one evaluation, no config needed",
	usage: `
Asks every question of a suite of an OpenAI-compatible endpoint, scores the
answers, and stores the run with the record of every item. The suite is one that
is known by name, or a file of JSON lines (collect/eval/README.md shows how to
write one). A file of texts (.txt, or JSON lines with a text) is not asked but
read: the result is its perplexity. The URL is taken with or without /v1.

An interrupted run goes on where it ended when the same command is given again:
what is answered is not asked twice. The first Ctrl-C awaits what is in flight.

  benchsite eval --url http://127.0.0.1:8000 --model Qwen/Qwen3-32B --suite decidable-40-en -c 8 \
      --thinking=false --temperature 0 --set precision=BF16
  benchsite eval --url http://127.0.0.1:8000 --suite mine.jsonl --repeats 4 --temperature 0.6 --top-p 0.95
  benchsite eval --url http://127.0.0.1:8000 --suite hle -c 16 --judge-url http://127.0.0.1:8001 --judge-model JUDGE
  benchsite eval --url http://127.0.0.1:8000 --suite texts.jsonl --window 8192`,
	build: buildEval,
}

func buildEval(f *flags) func(context.Context, *ui, []string) error {
	var e collect.Eval
	var s collect.Subject
	var temperature, topP, maxErrorShare float64
	var topK, seed int64
	var thinking, again bool
	var timeout, body string
	var set []string
	fs := f.set
	fs.StringVar(&s.Endpoint, "url", "", "the `URL` of the server, or simulate:PROFILE")
	fs.StringVar(&s.Model, "model", "", "the `MODEL` as the server names it; not needed where it serves one")
	fs.StringVar(&e.Suite, "suite", "", "a suite by `NAME`, or a FILE.jsonl or FILE.txt: "+strings.Join(eval.SuiteNames(), ", "))
	fs.StringVar(&e.Data, "data", "", "the `FOLDER` with the published files of a standard suite (the Hub)")
	fs.IntVarP(&e.Concurrency, "concurrency", "c", 1, "`N` requests in flight")
	fs.IntVar(&e.Limit, "limit", 0, "ask a stratified sample of `N` items only")
	fs.IntVar(&e.Repeats, "repeats", 1, "ask each item `N` times, with seeds that differ")
	fs.Int64Var(&e.MaxTokens, "max-tokens", 0, "at most `N` output tokens an answer (what the suite needs)")
	fs.Float64Var(&temperature, "temperature", 0, "sampling temperature, a `NUMBER`; not sent when not given")
	fs.Float64Var(&topP, "top-p", 1, "nucleus sampling, a `NUMBER`; not sent when not given")
	fs.Int64Var(&topK, "top-k", 0, "`N` likeliest tokens; not sent when not given")
	fs.Int64Var(&seed, "seed", 0, "the sampling seed of the first repeat, a `NUMBER`; not sent when not given")
	fs.BoolVar(&thinking, "thinking", true, "thinking mode on or off (--thinking=false); not sent when not given")
	fs.StringVar(&e.System, "system", "", "a system instruction, a `TEXT`, before each item")
	fs.StringVar(&e.Scorer, "scorer", "", "the `NAME` of the scorer (the suite's own): "+scorerNames())
	judge := judgeFlags(fs)
	fs.IntVar(&e.Window, "window", 0, "read `N` bytes of a text at once (8192)")
	fs.IntVar(&e.Stride, "stride", 0, "advance windows by `N` bytes; what goes before leads in (the window)")
	isolationFlags(fs, &e.Isolation)
	fs.StringVar(&timeout, "timeout", "", "give an answer up after this `TIME` (30m)")
	fs.Float64Var(&maxErrorShare, "max-error-share", 0, "`SHARE` of failed items, 0 to 1, that still ends with exit code 0")
	fs.StringVar(&s.KeyEnv, "api-key-env", "", "the environment `VARIABLE` that holds the API key")
	fs.StringVar(&body, "extra-body", "", "further fields of each request, a `JSON` object")
	fs.StringArrayVar(&set, "set", nil, "a fact about the subject, as `KEY=VALUE`; the keys are those of import")
	fs.BoolVar(&again, "again", false, "begin anew: forget what an unfinished run has done")
	f.common()
	return func(ctx context.Context, u *ui, args []string) error {
		if len(args) > 0 {
			return usageErr("eval takes no argument, got %q", args[0])
		}
		if s.Endpoint == "" {
			return withHint(usageErr("eval: no --url given"), "benchsite eval --url http://127.0.0.1:8000 --suite decidable-40-en -c 8")
		}
		given := fs.Changed
		for _, n := range []struct {
			flag  string
			value int64
		}{{"max-tokens", e.MaxTokens}, {"limit", int64(e.Limit)}, {"repeats", int64(e.Repeats)}, {"concurrency", int64(e.Concurrency)}} {
			if given(n.flag) && n.value < 1 {
				return withHint(usageErr("--%s is %d, must be at least 1", n.flag, n.value), "leave it out to take its default")
			}
		}
		if given("temperature") {
			e.Temperature = &temperature
		}
		if given("top-p") {
			e.TopP = &topP
		}
		if given("top-k") {
			e.TopK = &topK
		}
		if given("seed") {
			e.Seed = &seed
		}
		if given("thinking") {
			e.Thinking = &thinking
		}
		if timeout != "" {
			if err := e.Timeout.UnmarshalText([]byte(timeout)); err != nil {
				return usageErr("--timeout: %w", err)
			}
		}
		if body != "" {
			if err := json.Unmarshal([]byte(body), &e.ExtraBody); err != nil {
				return usageErr("--extra-body is not a JSON object: %w", err)
			}
		}
		var err error
		if e.Judge, err = judge(); err != nil {
			return err
		}
		facts, err := imports.ParseSet(set)
		if err != nil {
			return usageErr("%w", err)
		}
		points, err := collect.SingleEval(s, e)
		if err != nil {
			return &exitError{code: exitUsage, cause: err}
		}
		store, err := f.store()
		if err != nil {
			return err
		}
		defer recoverRuns(u, store)()
		o := evalOptions(collect.RunOptions{Again: again, MaxErrorShare: maxErrorShare, Set: facts,
			Adjust: func(a *artifact.Artifact) error { return imports.ApplySet(a, facts) }})
		out, err := runEvals(ctx, u, store, points, o)
		if err != nil {
			return err
		}
		for _, r := range out.Results {
			if err := printEval(u, store, r); err != nil {
				return err
			}
		}
		return endWith(out.ExitCode())
	}
}

// evalOptions completes the options with what comes from the environment.
func evalOptions(o collect.RunOptions) collect.EvalOptions {
	o.Command, o.Version, o.Getenv = commandLine(), version(), os.Getenv
	return collect.EvalOptions{RunOptions: o, Source: eval.Source{Hub: os.Getenv("HF_ENDPOINT"), Token: os.Getenv("HF_TOKEN")}}
}

// runEvals runs evaluations and shows how far they are.
func runEvals(ctx context.Context, u *ui, store *artifact.Store, points []collect.EvalPoint, o collect.EvalOptions) (collect.EvalOutcome, error) {
	bar := u.progress()
	out, err := collect.RunEvals(ctx, points, store, func(e collect.EvalEvent) {
		head := fmt.Sprintf("[%d/%d] %s", e.Index+1, e.Total, e.Point)
		switch e.Kind {
		case collect.EventTick:
			bar.show(func() string { return head + "  " + evalTick(e.Snapshot) })
			return
		case collect.EventStart:
			return
		}
		bar.done()
		switch e.Kind {
		case collect.EventDone, collect.EventSkip:
			u.note("%s  %s", head, cmp.Or(e.Note, e.ID))
		case collect.EventFail:
			u.warn("%s: %s", e.Point, reasonOf(e.Err))
		case collect.EventNote:
			u.warn("%s: %s", e.Point, e.Note)
		}
	}, o)
	bar.done()
	if err != nil {
		return out, failErr(err)
	}
	return out, nil
}

// evalTick is one line of live figures.
func evalTick(s eval.Snapshot) string {
	line := fmt.Sprintf("%d/%d answered, %d in flight, %d correct", s.Done, s.Total, s.InFlight, s.Correct)
	for _, c := range []struct {
		n    int64
		what string
	}{{s.Truncated, "truncated"}, {s.Failed, "failed"}, {s.Retries, "sent again"}} {
		if c.n > 0 {
			line += fmt.Sprintf(", %d %s", c.n, c.what)
		}
	}
	if sec := s.Elapsed.Seconds(); sec > 0 {
		line += fmt.Sprintf(", %.1f items/s, %d tokens", float64(s.Done-s.Resumed)/sec, s.PromptTokens+s.OutputTokens)
	}
	if left, ok := s.ETA(); ok {
		line += ", " + left.Round(time.Second).String() + " left"
	}
	return line
}

// printEval prints the score with all five counts, or with --json the artifact
// as it was stored.
func printEval(u *ui, store *artifact.Store, r collect.EvalResult) error {
	if r.ID == "" {
		return nil
	}
	a, raw, err := store.Read(r.ID)
	if err != nil {
		return failErr(err)
	}
	if u.json {
		u.printf("%s", raw)
		return nil
	}
	if err := eval.Summary(u.out, a); err != nil {
		return failErr(err)
	}
	if a.Simulated {
		u.println("simulated: these figures come from the embedded endpoint and describe no model")
	}
	u.println("artifact: " + r.ID)
	return nil
}

// plannedEval is one evaluation of a plan for machines.
type plannedEval struct {
	Eval     string `json:"eval"`
	Suite    string `json:"suite"`
	Subject  string `json:"subject"`
	Endpoint string `json:"endpoint"`
	Limit    int    `json:"limit,omitempty"`
	Repeats  int    `json:"repeats"`
}

// withEvals is one list of all that is planned.
func withEvals(points []plannedPoint, evals []collect.EvalPoint) []any {
	list := make([]any, 0, len(points)+len(evals))
	for _, p := range points {
		list = append(list, p)
	}
	for _, p := range evals {
		list = append(list, plannedEval{p.Eval.Name, p.Eval.Suite, p.Subject.Name, p.Subject.Endpoint, p.Eval.Limit, max(p.Eval.Repeats, 1)})
	}
	return list
}

func printEvalPlan(u *ui, evals []collect.EvalPoint) {
	for _, p := range evals {
		times := "once"
		if p.Eval.Repeats > 1 {
			times = fmt.Sprintf("%d times", p.Eval.Repeats)
		}
		u.printf("%s: each question of %s %s, %s\n", p, p.Eval.Suite, times, p.Subject.Endpoint)
	}
}

// bothCodes is the exit code of load tests and evaluations together: what one of
// them did in full and the other did not is done in part.
func bothCodes(loads, points, evals int) int {
	switch {
	case points == 0 || loads == evals:
		return evals
	case loads == exitOK || evals == exitOK:
		return exitPartial
	}
	return min(loads, evals)
}

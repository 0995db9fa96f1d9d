package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"benchsite/collect"
	"benchsite/collect/artifact"
	"benchsite/collect/eval"
	"benchsite/collect/imports"
	"benchsite/collect/load"
)

var loadCommand = command{
	name: "load", summary: "one load test, no config needed",
	usage: `
Keeps -c requests in flight against an OpenAI-compatible endpoint, or sends --rate
requests a second by the clock, until -n have been sent (or --duration is over),
prints a summary, and stores the run with the record of every request. The URL is
taken with or without /v1; model "" takes the only one that is served. Warm-up
requests open the connections and are not measured. The first Ctrl-C lets what is
in flight finish and keeps everything.

  benchsite load --url http://127.0.0.1:8000 --model Qwen/Qwen3-32B -c 16 -n 64 --max-tokens 256 \
      --set precision=BF16 --set parallel.tp=1
  benchsite load --url http://127.0.0.1:8000 --rate 4 --duration 5m                 Poisson arrivals
  benchsite load --url http://127.0.0.1:8000 --find 0.5,32 -n 300 --slo-ttft 500ms  the highest rate that is served well
  benchsite load --url http://127.0.0.1:8000 -c 8 -n 200 --input-tokens 2304 --prefix-tokens 2048 --prefix-groups 8
  benchsite load --url http://127.0.0.1:8000 --workload trace --prompt-file trace.jsonl --arrival trace`,
	build: buildLoad,
}

// loadFlags are the flags of load that do not fit the types of a plan.
type loadFlags struct {
	url, model, keyEnv, body           string
	set                                []string
	concurrency, warmup                int
	temperature, topP                  float64
	topK, seed                         int64
	noStream, again                    bool
	prompt, promptFile                 string
	promptSeed                         uint64
	duration, timeout, ttft, tpot, e2e string
	thinking                           bool
	maxErrorShare                      float64
	rate                               float64
	find                               []float64
	thinkTime, ramp                    string
	dryRun                             bool
	selfTest                           bool
	selfTestPart                       string
}

func buildLoad(f *flags) func(context.Context, *ui, []string) error {
	var v loadFlags
	var l collect.Load
	s := f.set
	s.StringVar(&v.url, "url", "", "the `URL` of the server, or simulate:PROFILE")
	s.StringVar(&v.model, "model", "", "the `MODEL` as the server names it")
	s.IntVarP(&v.concurrency, "concurrency", "c", 1, "`N` requests in flight")
	s.IntVarP(&l.Requests, "requests", "n", 0, "`N` requests in all (64 when no --duration is given)")
	s.Float64Var(&v.rate, "rate", 0, "`N` requests a second by the clock, instead of -c in flight")
	s.StringVar(&l.Arrival, "arrival", "", "how they come: poisson (the default with --rate), constant, gamma, trace: a `PROCESS`")
	s.Float64Var(&l.Burstiness, "burstiness", 0, "of gamma arrivals, a `NUMBER`: 1 is Poisson, below 1 burstier")
	s.Float64SliceVar(&v.find, "find", nil, "search the highest rate that keeps the SLO, between `LOW,HIGH` requests a second")
	s.StringVar(&v.thinkTime, "think-time", "", "pause between an answer and the next request of its slot, a `TIME`")
	s.StringVar(&v.ramp, "ramp", "", "let the rate or the number in flight rise within this `TIME`")
	s.Float64Var(&l.Speed, "speed", 0, "replay a trace so many `TIMES` as fast")
	s.IntVar(&l.MaxInFlight, "max-in-flight", 0, "at most `N` requests of an open loop in flight (16384)")
	s.StringVar(&v.duration, "duration", "", "end after this `TIME` (30s, 5m), whatever comes first")
	s.Int64Var(&l.MaxTokens, "max-tokens", 256, "at most `N` output tokens a request")
	s.Int64Var(&l.MinTokens, "min-tokens", 0, "at least `N` output tokens, where the server knows it")
	s.BoolVar(&l.IgnoreEOS, "ignore-eos", false, "go on to max-tokens, where the server knows it")
	s.IntVar(&v.warmup, "warmup", 0, "`N` requests that are not measured (as many as in flight)")
	s.IntVar(&l.Repeats, "repeats", 1, "measure `N` times, an artifact each")
	s.Float64Var(&v.temperature, "temperature", 0, "sampling temperature, a `NUMBER`; not sent when not given")
	s.Float64Var(&v.topP, "top-p", 1, "nucleus sampling, a `NUMBER`; not sent when not given")
	s.Int64Var(&v.topK, "top-k", 0, "`N` likeliest tokens; not sent when not given")
	s.Int64Var(&v.seed, "seed", 0, "the sampling seed, a `NUMBER`; not sent when not given")
	s.BoolVar(&v.thinking, "thinking", true, "thinking mode on or off (--thinking=false); not sent when not given")
	s.BoolVar(&v.noStream, "no-stream", false, "ask for whole answers: no TTFT, no TPOT")
	s.StringVar(&l.Workload.Kind, "workload", "", "the `KIND` of prompts: "+strings.Join(collect.WorkloadKinds(), ", "))
	s.StringVar(&v.prompt, "prompt", "", "one `TEXT` for all requests, which a prefix cache makes cheap")
	s.StringVar(&v.promptFile, "prompt-file", "", "prompts or messages of a JSON lines `FILE`; with --workload one-prompt, sharegpt or trace a file of that kind")
	s.IntVar(&l.Workload.InputTokens, "input-tokens", 0, "`N` tokens in each built-in prompt; about so many of synthetic ones")
	s.IntVar(&l.Workload.InputSpread, "input-tokens-spread", 0, "up to `N` tokens more or fewer in each")
	s.IntVar(&l.Workload.PrefixTokens, "prefix-tokens", 0, "`N` of the input tokens are shared with others")
	s.IntVar(&l.Workload.PrefixGroups, "prefix-groups", 0, "`N` groups that share a prefix each (1)")
	s.IntVar(&l.Workload.Turns, "turns", 0, "`N` turns of each conversation, with the server's own answers")
	s.IntVar(&l.Workload.Images, "images", 0, "`N` generated pictures in each request (1 with --image-size)")
	s.StringVar(&l.Workload.ImageSize, "image-size", "", "their `SIZE` (512x512)")
	s.Uint64Var(&v.promptSeed, "prompt-seed", 0, "`NUMBER` that draws the built-in prompts or shuffles a file; new ones each time when not given")
	s.StringVar(&v.ttft, "slo-ttft", "", "limit of TTFT for one request, a `TIME` (500ms)")
	s.StringVar(&v.tpot, "slo-tpot", "", "limit of TPOT for one request, a `TIME` (50ms)")
	s.StringVar(&v.e2e, "slo-e2e", "", "limit of end-to-end latency for one request, a `TIME` (20s)")
	s.Float64Var(&l.SLOShare, "slo-share", 0, "wanted `SHARE` of requests within the limits, for --find (0.95)")
	s.StringVar(&v.timeout, "timeout", "", "give a request up after this `TIME` (10m)")
	s.Float64Var(&v.maxErrorShare, "max-error-share", 0, "`SHARE` of failed requests, 0 to 1, that still ends with exit code 0")
	s.Float64Var(&l.StopErrorShare, "stop-error-share", 0, "stop early when a larger `SHARE` of at least 20 requests failed; 0 goes on")
	s.BoolVar(&v.dryRun, "dry-run", false, "show what would be sent and about how long it takes, send nothing")
	s.StringVar(&v.keyEnv, "api-key-env", "", "the environment `VARIABLE` that holds the API key")
	s.StringVar(&v.body, "extra-body", "", "further fields of each request, a `JSON` object")
	s.StringArrayVar(&v.set, "set", nil, "a fact about the subject, as `KEY=VALUE`; the keys are those of import")
	s.BoolVar(&v.again, "again", false, "measure a simulated point again that is there already")
	s.BoolVar(&l.KeepChunks, "keep-chunks", false, "keep the arrival of every chunk in the records")
	s.BoolVar(&v.selfTest, "self-test", false, "measure the client's own error on this machine instead (a minute)")
	s.StringVar(&v.selfTestPart, "self-test-part", "", "")
	_ = s.MarkHidden("self-test-part")
	f.common()
	return func(ctx context.Context, u *ui, args []string) error {
		if len(args) > 0 {
			return usageErr("load takes no argument, got %q", args[0])
		}
		if v.selfTestPart != "" {
			return selfTestPart(ctx, u, v.selfTestPart)
		}
		if v.selfTest {
			return selfTest(ctx, u, f)
		}
		if v.url == "" {
			return withHint(usageErr("load: no --url given"), "benchsite load --url http://127.0.0.1:8000 --model MODEL -c 16 -n 64")
		}
		subject, err := v.subject(f, &l)
		if err != nil {
			return err
		}
		set, err := imports.ParseSet(v.set)
		if err != nil {
			return usageErr("%w", err)
		}
		plan, err := collect.SinglePlan(subject, l)
		if err != nil {
			return &exitError{code: exitUsage, cause: err}
		}
		if v.dryRun {
			return printPlan(u, plan, nil)
		}
		return runLoad(ctx, u, f, plan, v, set)
	}
}

// subject carries the flags into the types of a plan; a flag that was not given
// stays unset, since what is not sent is part of the protocol.
func (v *loadFlags) subject(f *flags, l *collect.Load) (collect.Subject, error) {
	given := f.set.Changed
	trace := l.Arrival == "trace"
	open := given("rate") || given("find") || trace
	if !open || given("concurrency") {
		l.Concurrency = []int{v.concurrency}
	}
	if given("rate") {
		l.Rate = []float64{v.rate}
	}
	if given("find") {
		if len(v.find) != 2 {
			return collect.Subject{}, usageErr("--find takes two rates, such as 0.5,32")
		}
		l.Find = &collect.Find{Low: v.find[0], High: v.find[1]}
	}
	if l.Requests == 0 && v.duration == "" && !given("requests") && !trace {
		l.Requests = 64
	}
	if given("warmup") {
		l.Warmup = &v.warmup
	}
	if given("temperature") {
		l.Temperature = &v.temperature
	}
	if given("top-p") {
		l.TopP = &v.topP
	}
	if given("top-k") {
		l.TopK = &v.topK
	}
	if given("seed") {
		l.Seed = &v.seed
	}
	if given("thinking") {
		l.Thinking = &v.thinking
	}
	if v.noStream {
		l.Stream = artifact.Ptr(false)
	}
	l.Workload.Prompt, l.Workload.File = v.prompt, v.promptFile
	if given("prompt-seed") {
		l.Workload.Seed = &v.promptSeed
	}
	for _, d := range []struct {
		flag, text string
		into       *collect.Duration
	}{
		{"duration", v.duration, &l.Duration}, {"timeout", v.timeout, &l.Timeout},
		{"think-time", v.thinkTime, &l.ThinkTime}, {"ramp", v.ramp, &l.Ramp},
		{"slo-ttft", v.ttft, &l.SLO.TTFT}, {"slo-tpot", v.tpot, &l.SLO.TPOT}, {"slo-e2e", v.e2e, &l.SLO.E2E},
	} {
		if d.text == "" {
			continue
		}
		if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
			return collect.Subject{}, usageErr("--%s: %w", d.flag, err)
		}
	}
	if v.body != "" {
		if err := json.Unmarshal([]byte(v.body), &l.ExtraBody); err != nil {
			return collect.Subject{}, usageErr("--extra-body is not a JSON object: %w", err)
		}
	}
	return collect.Subject{Endpoint: v.url, Model: v.model, KeyEnv: v.keyEnv}, nil
}

func runLoad(ctx context.Context, u *ui, f *flags, plan collect.Plan, v loadFlags, set map[string]string) error {
	store, err := f.store()
	if err != nil {
		return err
	}
	recoverRuns(u, store)()
	watch := newWatcher(u)
	out, err := collect.Run(ctx, plan, store, watch.event, collect.RunOptions{
		Again: v.again, MaxErrorShare: v.maxErrorShare, Command: commandLine(), Version: version(), Getenv: os.Getenv, Set: set,
		Adjust: func(a *artifact.Artifact) error { return imports.ApplySet(a, set) },
	})
	watch.bar.done()
	if err != nil {
		return failErr(err)
	}
	if v.find != nil && !u.json {
		printTrials(u, out, watch.found)
		return endWith(out.ExitCode())
	}
	for _, r := range out.Results {
		if err := printLoad(u, store, r); err != nil {
			return err
		}
	}
	return endWith(out.ExitCode())
}

// printTrials prints the rates that a search tried, a line each, and its answer.
func printTrials(u *ui, out collect.Outcome, found []string) {
	for _, r := range out.Results {
		if a := r.Artifact; a != nil && a.Load.Goodput != nil && a.Load.Goodput.Share != nil {
			u.printf("%8v req/s  %5.1f %% within the SLO  %s\n", r.Point.Rate, 100**a.Load.Goodput.Share, r.ID)
		}
	}
	for _, text := range found {
		u.println(text)
	}
}

// printLoad prints the summary of a run, or with --json the artifact as it was
// stored.
func printLoad(u *ui, store *artifact.Store, r collect.Result) error {
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
	if err := load.Summary(u.out, a); err != nil {
		return failErr(err)
	}
	if a.Simulated {
		u.println("simulated: these figures come from the embedded endpoint and describe no model")
	}
	u.println("artifact: " + r.ID)
	return nil
}

// commandLine is what was typed, for the artifact; the store hides secrets.
func commandLine() []string { return append([]string{"benchsite"}, os.Args[1:]...) }

// recoverRuns turns the journals of killed load tests into artifacts marked
// interrupted, so that nothing measured is lost, and says which evaluations are
// unfinished. The function that it returns does the same with those of them that
// were not gone on with meanwhile.
func recoverRuns(u *ui, store *artifact.Store) (rest func()) {
	for _, r := range collect.Recover(store) {
		switch {
		case r.Err != nil:
			u.warn("the journal %s of an earlier run cannot be used: %v", r.Journal, r.Err)
		case r.ID != "":
			u.note("an earlier run did not end; what it measured is kept as %s", r.ID)
		}
	}
	for _, r := range eval.Unfinished(store) {
		if r.Err == nil {
			u.note("an earlier evaluation did not end: %s of %s, %d of %d answers are there", r.Task, r.Subject, r.Done, r.Of)
		}
	}
	return func() {
		for _, r := range eval.Recover(store) {
			switch {
			case r.Err != nil:
				u.warn("an earlier evaluation cannot be kept: %v", r.Err)
			case r.ID != "":
				u.note("the unfinished evaluation of %s is kept as %s; its command asks only the rest", r.Task, r.ID)
			}
		}
	}
}

// reasonOf is the last cause, without the wrapping that repeats the point.
func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		var parts []string
		for _, e := range many.Unwrap() {
			parts = append(parts, e.Error())
		}
		return strings.Join(parts, "; ")
	}
	return err.Error()
}

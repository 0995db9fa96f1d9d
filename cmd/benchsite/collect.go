package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"benchsite/collect"
)

var collectCommand = command{
	name: "collect", summary: "run the plan of config.toml into artifacts",
	usage: `
Runs every load test and evaluation of the configuration against every subject it names and
stores each point as it ends. A point that fails is said and the rest goes on
(exit code 3). The first Ctrl-C lets what is in flight finish and keeps
everything; --resume goes on where an unfinished plan ended.`,
	build: func(f *flags) func(context.Context, *ui, []string) error {
		var o collectOptions
		f.set.StringSliceVar(&o.only, "only", nil, "only load tests, evaluations or subjects of this `NAME` (may be repeated)")
		dry := f.set.Bool("dry-run", false, "show the plan, send nothing")
		f.set.BoolVar(&o.resume, "resume", false, "leave out what an unfinished run of this plan has done")
		f.set.BoolVar(&o.again, "again", false, "collect simulated points again")
		f.set.Float64Var(&o.maxErrorShare, "max-error-share", 0, "`SHARE` of failed requests, 0 to 1, that a point may have")
		f.common()
		return func(ctx context.Context, u *ui, args []string) error {
			if len(args) > 0 {
				return usageErr("collect takes no argument, got %q", args[0])
			}
			plan, err := f.plan()
			if err != nil {
				return err
			}
			evals, err := f.evalPlan()
			if err != nil {
				return err
			}
			if plan, evals, err = restrict(plan, evals, o.only); err != nil {
				return err
			}
			if *dry {
				return printPlan(u, plan, evals)
			}
			return runCollect(ctx, u, f, plan, evals, o)
		}
	},
}

type collectOptions struct {
	only          []string
	resume, again bool
	maxErrorShare float64
}

// restrict keeps the points that --only names. A name that the plan does not
// know is an error also beside one that it knows.
func restrict(plan collect.Plan, evals []collect.EvalPoint, only []string) (collect.Plan, []collect.EvalPoint, error) {
	known := plan.Names()
	for _, p := range evals {
		known = append(known, p.Eval.Name, p.Subject.Name)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, name := range only {
		if !slices.Contains(known, name) {
			return plan, evals, withHint(usageErr("--only %q is no load test, no evaluation and no subject of the plan", name), "there are %s", strings.Join(known, ", "))
		}
	}
	if len(only) > 0 {
		plan.Points = slices.DeleteFunc(slices.Clone(plan.Points), func(p collect.Point) bool {
			return !slices.Contains(only, p.Load.Name) && !slices.Contains(only, p.Subject.Name)
		})
		evals = slices.DeleteFunc(slices.Clone(evals), func(p collect.EvalPoint) bool {
			return !slices.Contains(only, p.Eval.Name) && !slices.Contains(only, p.Subject.Name)
		})
	}
	return plan, evals, nil
}

func runCollect(ctx context.Context, u *ui, f *flags, plan collect.Plan, evals []collect.EvalPoint, o collectOptions) error {
	store, err := f.store()
	if err != nil {
		return err
	}
	defer recoverRuns(u, store)()
	if len(plan.Points) == 0 && len(evals) == 0 {
		u.note("%s plans no load test and no evaluation; nothing to collect", f.config)
		return nil
	}
	session, err := collect.OpenSession(store, plan.Points, evals, o.resume)
	if err != nil {
		return failErr(err)
	}
	m := &matrix{u: u, store: store, options: collect.RunOptions{
		Session: session, Again: o.again, MaxErrorShare: o.maxErrorShare, Command: commandLine(), Version: version(), Getenv: os.Getenv,
	}}
	for _, part := range collect.Parts(plan.Points, evals) {
		if err := m.run(ctx, part); err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return m.end(ctx, len(plan.Points), len(evals))
}

// watcher shows the events of a running plan.
type watcher struct {
	u       *ui
	bar     *progress
	skipped int
	found   []string // the answers of searches
}

func newWatcher(u *ui) *watcher { return &watcher{u: u, bar: u.progress()} }

func (w *watcher) event(e collect.Event) {
	head := fmt.Sprintf("[%d/%d] %s", e.Index+1, e.Total, e.Point)
	switch e.Kind {
	case collect.EventTick:
		w.bar.show(func() string { return head + "  " + tick(e) })
		return
	case collect.EventStart:
		return
	case collect.EventSkip:
		w.skipped++
		return
	}
	w.bar.done()
	switch e.Kind {
	case collect.EventDone:
		w.u.note("%s  %s", head, e.ID)
	case collect.EventFound:
		w.found = append(w.found, e.Note)
		w.u.note("%s: %s", e.Point, e.Note)
	case collect.EventFail:
		w.u.warn("%s", named(e, reasonOf(e.Err)))
	case collect.EventNote:
		w.u.warn("%s", named(e, e.Note))
	}
}

// named puts the point before what happened to it, where there are several.
func named(e collect.Event, what string) string {
	if e.Total == 1 {
		return what
	}
	return fmt.Sprintf("%s: %s", e.Point, what)
}

// tick is one line of live figures: phase, done, in flight, rate, TTFT, ETA.
func tick(e collect.Event) string {
	s := e.Snapshot
	line := fmt.Sprintf("%s  %d", s.Phase, s.Done)
	if s.Requests > 0 {
		line += fmt.Sprintf("/%d", s.Requests)
	}
	line += fmt.Sprintf(" done, %d in flight", s.InFlight)
	if s.Failed > 0 {
		line += fmt.Sprintf(", %d failed", s.Failed)
	}
	if sec := s.Elapsed.Seconds(); sec > 0 {
		line += fmt.Sprintf(", %.1f req/s, %.0f tokens/s", float64(s.Done)/sec, float64(s.OutputTokens)/sec)
	}
	if s.TTFTP50 > 0 {
		line += fmt.Sprintf(", TTFT p50 %s p99 %s", milliseconds(s.TTFTP50), milliseconds(s.TTFTP99))
	}
	if left, ok := s.ETA(); ok {
		line += ", " + left.Round(time.Second).String() + " left"
	}
	return line
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.0f ms", seconds*1000) }

func (w *watcher) summary(out collect.Outcome) {
	done, failed := 0, 0
	for _, r := range out.Results {
		switch {
		case r.Err != nil:
			failed++
		case !r.Skipped:
			done++
		}
	}
	line := fmt.Sprintf("collected %d", done)
	if w.skipped > 0 {
		line += fmt.Sprintf(", %d were there already (--again measures them again)", w.skipped)
	}
	if failed > 0 {
		line += fmt.Sprintf(", %d failed", failed)
	}
	w.u.note("%s", line)
}

// plannedPoint is one point of a plan for machines.
type plannedPoint struct {
	Load        string  `json:"load"`
	Subject     string  `json:"subject"`
	Endpoint    string  `json:"endpoint"`
	Arrival     string  `json:"arrival"`
	Concurrency int     `json:"concurrency,omitempty"`
	Rate        float64 `json:"rate,omitempty"`
	Trials      int     `json:"trials,omitempty"` // points that a search makes at most
	Repeat      int     `json:"repeat,omitempty"`
	Requests    int     `json:"requests"` // at most; 0 = as many as its time allows
	Warmup      int     `json:"warmup"`
	EstimateS   float64 `json:"estimate_s"`
	Assumed     bool    `json:"estimate_assumed"` // rests on what was assumed of the server
}

func printPlan(u *ui, plan collect.Plan, evals []collect.EvalPoint) error {
	points := make([]plannedPoint, 0, len(plan.Points))
	if !u.json {
		printStarts(u, plan, evals)
	}
	count := 0
	for _, p := range plan.Points {
		n, known := p.Requests()
		d, firm := p.Estimate()
		one := plannedPoint{Load: p.Load.Name, Subject: p.Subject.Name, Endpoint: p.Subject.Endpoint, Arrival: string(p.Process()),
			Concurrency: p.Concurrency, Rate: p.Rate, Repeat: p.Repeat, Requests: n, Warmup: p.Warmup(), EstimateS: d.Seconds(), Assumed: !firm}
		count += p.Trials()
		what := fmt.Sprintf("%d requests", n)
		switch {
		case p.Searches():
			one.Trials = p.Trials()
			what = fmt.Sprintf("at most %d points of together %d requests, each", p.Trials(), n)
		case !known:
			what = "requests for " + time.Duration(p.Load.Duration).String()
		}
		points = append(points, one)
		if !u.json {
			u.printf("%s: %s after %d of warm-up, about %s, %s\n", p, what, p.Warmup(), about(d), p.Subject.Endpoint)
		}
	}
	if u.json {
		return u.printJSON(withEvals(points, evals))
	}
	printEvalPlan(u, evals)
	n, open := plan.Requests()
	d, firm := plan.Estimate()
	more := ""
	if open {
		more = " and those limited by time"
	}
	u.printf("%d points, %d requests%s, about %s; nothing was sent\n", count, n, more, about(d))
	if !firm {
		u.note("the time assumes %v to the first token and %v for each after it, and for a search that it tries every rate it may", collect.AssumedFirst, collect.AssumedToken)
	}
	return nil
}

// printStarts lists the servers that the plan starts, in order.
func printStarts(u *ui, plan collect.Plan, evals []collect.EvalPoint) {
	for _, part := range collect.Parts(plan.Points, evals) {
		if s := part.Subject; s != nil {
			u.printf("%s starts: %s\n", s.Name, strings.Join(s.Server.Command, " "))
		}
	}
}

// about rounds a duration to what an estimate is worth.
func about(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < 10*time.Minute:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Minute).String()
}

package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/load"
	"benchsite/render/stats"
)

// RunOptions says how a plan is run.
type RunOptions struct {
	Resume        bool                           // skip the points that an unfinished run of the same plan has done
	Session       *Session                       // of the plan that these points are a part of; nil = they are all of it
	Log           func() []byte                  // what the server wrote so far; nil = not known
	Again         bool                           // collect simulated points again
	Only          []string                       // names of load tests or subjects; none = all
	MaxErrorShare float64                        // share of failed requests that a point may have and still count as done
	Command       []string                       // for source.command
	Version       string                         // of benchsite
	Getenv        func(string) string            // for api_key_env
	Set           map[string]string              // for source.set
	Adjust        func(*artifact.Artifact) error // changes what is known of a point before it runs; nil = nothing
}

// Result is what became of one point.
type Result struct {
	Point    Point
	ID       string             // of the artifact, "" when none was stored
	Artifact *artifact.Artifact // as stored; nil when skipped or not stored
	Skipped  bool
	Trial    bool  // a rate that a search tried, which may be more than the server can take
	Err      error // why there is no artifact
}

// Outcome is what became of a plan.
type Outcome struct {
	Results       []Result
	Interrupted   bool
	MaxErrorShare float64
}

// unsent reports whether the point was refused before any load was sent.
func (r Result) unsent() bool {
	var e *endpoint.Error
	return errors.As(r.Err, &e) && e.Unsent()
}

// empty reports whether the point gave no measurement.
func (r Result) empty() bool {
	return r.Err != nil || r.Artifact != nil && r.Artifact.Status == artifact.StatusFailed && !r.Trial
}

// faulty reports whether the point gave less than was planned.
func (r Result) faulty(share float64) bool {
	if r.empty() {
		return true
	}
	if r.Artifact == nil || r.Trial {
		return false
	}
	q := r.Artifact.Load.Requests
	return r.Artifact.Status != artifact.StatusComplete || float64(*q.Failed) > share*float64(*q.Offered)
}

// ExitCode maps the outcome to the exit codes of the command line: 0 done, 2
// nothing was sent because address, key or model are wrong, 1 nothing was
// measured, 3 a part failed, 130 interrupted.
func (o Outcome) ExitCode() int {
	if o.Interrupted {
		return 130
	}
	all := func(is func(Result) bool) bool {
		return len(o.Results) > 0 && !slices.ContainsFunc(o.Results, func(r Result) bool { return !is(r) })
	}
	switch {
	case all(Result.unsent):
		return 2
	case all(Result.empty):
		return 1
	case slices.ContainsFunc(o.Results, func(r Result) bool { return r.faulty(o.MaxErrorShare) }):
		return 3
	}
	return 0
}

// Run runs the points of a plan in order and stores each as it ends. A point
// that fails is a result; the error is only about the store. When ctx is done
// the running point ends politely and the rest is left out.
func Run(ctx context.Context, plan Plan, store *artifact.Store, progress Progress, o RunOptions) (Outcome, error) {
	if progress == nil {
		progress = func(Event) {}
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	r := &runner{store: store, progress: progress, options: o, seed: rand.Uint64(),
		targets: map[string]*target{}, lost: map[string]error{}}
	defer r.close()
	points := plan.only(o.Only)
	r.curves = curves(points)
	for _, p := range points {
		r.peak = max(r.peak, p.connections())
		r.total += p.Trials()
	}
	var err error
	if r.done, err = r.collected(points); err != nil {
		return Outcome{}, err
	}
	if r.session = o.Session; r.session == nil {
		if r.session, err = OpenSession(store, points, nil, o.Resume); err != nil {
			return Outcome{}, err
		}
	}
	out := Outcome{MaxErrorShare: o.MaxErrorShare}
	for len(points) > 0 && ctx.Err() == nil {
		var results []Result
		if n := searches(points); n > 0 {
			results, err = r.search(ctx, points[:n])
			points = points[n:]
		} else {
			results, err = r.single(ctx, points[0])
			points = points[1:]
		}
		out.Results = append(out.Results, results...)
		if err != nil {
			return out, err
		}
	}
	out.Interrupted = ctx.Err() != nil
	if o.Session == nil {
		return out, r.session.Complete(out.Whole())
	}
	return out, nil
}

// Whole reports whether every point gave what was planned.
func (o Outcome) Whole() bool {
	return !o.Interrupted && !slices.ContainsFunc(o.Results, func(x Result) bool { return x.faulty(o.MaxErrorShare) })
}

// only keeps the points whose load test or subject is named.
func (p Plan) only(names []string) []Point {
	if len(names) == 0 {
		return p.Points
	}
	var out []Point
	for _, point := range p.Points {
		if slices.Contains(names, point.Load.Name) || slices.Contains(names, point.Subject.Name) {
			out = append(out, point)
		}
	}
	return out
}

// Names returns the names that RunOptions.Only may hold.
func (p Plan) Names() []string {
	var names []string
	for _, point := range p.Points {
		names = append(names, point.Load.Name, point.Subject.Name)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}

// runner holds what the points of one run share.
type runner struct {
	store    *artifact.Store
	progress Progress
	options  RunOptions
	seed     uint64
	peak     int
	index    int                // of the next point
	total    int                // points, with those that searches may make
	targets  map[string]*target // by subject and time limit
	lost     map[string]error   // targets that could not be reached
	done     map[string]string  // simulated points that are there: key -> id
	session  *Session
	curves   map[string]*curve
}

func (r *runner) close() {
	for _, t := range r.targets {
		t.close()
	}
}

// single runs one point. The last of a sweep tells the knee of its curve.
func (r *runner) single(ctx context.Context, p Point) ([]Result, error) {
	c := r.curves[p.sweep()]
	found, knee := false, stats.Knee{}
	res, err := r.point(ctx, p, func(a *artifact.Artifact) {
		if c == nil || ctx.Err() != nil {
			return
		}
		if knee, found = c.add(p, a); found {
			a.Source.Extra["knee"] = map[string]any{"level": knee.Load, "from": knee.From, "to": knee.To}
		}
	})
	if res == nil {
		return nil, err
	}
	if c != nil && res.Skipped && err == nil {
		if a, _, err := r.store.Read(res.ID); err == nil && a.Load != nil {
			knee, found = c.add(p, a)
		}
	}
	if found {
		r.progress(Event{Kind: EventFound, Point: p, Index: r.index - 1, Total: r.total, ID: res.ID, Note: sayKnee(p, knee)})
	}
	return []Result{*res}, err
}

// point runs one point. The error is about the store; anything else is in the
// result, which is nil when nothing came of an interrupted point. complete, if
// not nil, adds to the artifact what is known once the point was measured.
func (r *runner) point(ctx context.Context, p Point, complete func(*artifact.Artifact)) (*Result, error) {
	e := Event{Point: p, Index: r.index, Total: r.total}
	r.index++
	tell := func(kind EventKind, change func(*Event)) {
		e := e
		e.Kind = kind
		change(&e)
		r.progress(e)
	}
	skip := func(id, why string) (*Result, error) {
		tell(EventSkip, func(e *Event) { e.ID, e.Note = id, why })
		return &Result{Point: p, ID: id, Skipped: true}, nil
	}
	if id, ok := r.session.has(p.Key()); ok {
		return skip(id, "done before the interruption")
	}
	if id, ok := r.done[p.Key()]; ok {
		return skip(id, "a complete simulated run of the same plan is there")
	}
	tell(EventStart, func(*Event) {})
	fail := func(err error) (*Result, error) {
		tell(EventFail, func(e *Event) { e.Err = err })
		return &Result{Point: p, Err: err}, nil
	}
	t, err := r.reach(ctx, p)
	if ctx.Err() != nil && err != nil {
		return nil, nil
	}
	if err != nil {
		return fail(err)
	}
	spec, err := p.spec(t.model, r.seed)
	if err != nil {
		return fail(err)
	}
	base, err := r.base(p, t)
	if err != nil {
		return fail(err)
	}
	if err := r.session.begin(); err != nil {
		return nil, err
	}
	measured, err := load.Run(ctx, spec, load.Setting{Client: t.client, Base: base, JournalDir: journalDir(r.store), SelfTests: r.store.StateDir(),
		Progress: func(s load.Snapshot) { tell(EventTick, func(e *Event) { e.Snapshot = s }) }})
	if err != nil {
		return fail(err)
	}
	if measured.Warning != nil {
		tell(EventNote, func(e *Event) { e.Note = measured.Warning.Error() })
	}
	if ctx.Err() != nil && *measured.Bundle.Artifact.Load.Requests.Offered == 0 {
		return nil, measured.Journal.Remove()
	}
	if complete != nil {
		complete(measured.Bundle.Artifact)
	}
	if r.options.Log != nil {
		measured.Bundle.ServerLog = r.options.Log()
	}
	receipt, err := r.store.Put(measured.Bundle)
	if err != nil {
		return nil, err // the journal stays and is tried again at the next start
	}
	if err := measured.Journal.Remove(); err != nil {
		tell(EventNote, func(e *Event) { e.Note = err.Error() })
	}
	stored, _, err := r.store.Read(receipt.ID)
	if err != nil {
		return nil, err
	}
	if stored.Status == artifact.StatusComplete {
		if err := r.session.add(p.Key(), receipt.ID); err != nil {
			return nil, err
		}
	}
	for _, class := range slices.Sorted(maps.Keys(stored.Load.Requests.ByError)) {
		examples, _ := stored.Source.Extra["error_examples"].(map[string]any)
		tell(EventNote, func(e *Event) {
			e.Note = fmt.Sprintf("%d of %d requests failed with %s: %v", stored.Load.Requests.ByError[class], *stored.Load.Requests.Offered, class, examples[class])
		})
	}
	tell(EventDone, func(e *Event) { e.ID = receipt.ID })
	return &Result{Point: p, ID: receipt.ID, Artifact: stored}, nil
}

// reach returns the point's target, which is shared by the points of a subject
// with the same time limit. One that was lost once is not asked again.
func (r *runner) reach(ctx context.Context, p Point) (*target, error) {
	key := p.Subject.Name + "\x00" + time.Duration(p.Load.Timeout).String()
	if t, ok := r.targets[key]; ok {
		return t, nil
	}
	if err, ok := r.lost[key]; ok {
		return nil, err
	}
	t, err := reach(ctx, p.Subject, r.peak, time.Duration(p.Load.Timeout), r.options.Getenv)
	if err != nil {
		r.lost[key] = err
		return nil, err
	}
	r.targets[key] = t
	return t, nil
}

// base is the artifact of a point before it runs.
func (r *runner) base(p Point, t *target) (artifact.Artifact, error) {
	extra := map[string]any{"plan": p.Key()}
	for k, v := range map[string]string{"subject": p.Subject.Name, "profile": t.profile, "endpoint": p.Subject.Endpoint} {
		if v != "" {
			extra[k] = v
		}
	}
	if n := p.Load.repeats(); n > 1 {
		extra["repeat"], extra["repeats"] = p.Repeat, n
	}
	if p.Load.SLO != (SLO{}) {
		extra["slo_share"] = p.Load.sloShare()
	}
	a := artifact.Artifact{
		Simulated:   t.isSim,
		Subject:     t.subject,
		Environment: artifact.Environment{Server: t.server, Client: clientFacts(r.options.Version)},
		Source:      artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured, Command: r.options.Command, Set: r.options.Set, Extra: extra},
	}
	if r.options.Version != "" {
		a.Source.ToolVersion = &r.options.Version
	}
	if t.simulated != nil {
		a.Environment.Host = hostFacts()
	}
	if f, ok := p.workload.(load.Read); ok {
		name, sum := f.Source()
		a.Source.Files = []artifact.SourceFile{{Name: name, SHA256: sum}}
	}
	if r.options.Adjust != nil {
		if err := r.options.Adjust(&a); err != nil {
			return a, err
		}
	}
	return a, nil
}

// collected finds the complete simulated runs that the points would repeat.
func (r *runner) collected(points []Point) (map[string]string, error) {
	done := map[string]string{}
	if r.options.Again || !slices.ContainsFunc(points, Point.Simulated) {
		return done, nil
	}
	ids, err := r.store.List()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		a, _, err := r.store.Read(id)
		if err != nil || !a.Simulated || a.Kind != artifact.KindLoad || a.Status != artifact.StatusComplete || *a.Load.Requests.Failed > 0 {
			continue // a file that cannot be read is for check and render to report
		}
		if key, ok := a.Source.Extra["plan"].(string); ok {
			done[key] = id
		}
	}
	return done, nil
}

func journalDir(s *artifact.Store) string { return filepath.Join(s.StateDir(), "journal") }

// Recover stores the runs of processes that were killed, marked interrupted. It
// is meant for the start of every command that collects.
func Recover(store *artifact.Store) []load.Recovered { return load.Recover(journalDir(store), store) }

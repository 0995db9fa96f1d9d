package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval"
)

// evalRunner holds what the evaluations of one run share.
type evalRunner struct {
	store   *artifact.Store
	options EvalOptions
	suites  map[string]*eval.Suite // by name and folder
	done    map[string]string      // simulated evaluations that are there: key -> id

	workshops map[Isolation]workshop
}

// suite loads the suite of a point, once.
func (r *evalRunner) suite(ctx context.Context, e Eval) (*eval.Suite, error) {
	key := fmt.Sprint(e.Suite, "\x00", e.Data, "\x00", e.Window, "\x00", e.Stride)
	if s, ok := r.suites[key]; ok {
		return s.Limit(e.Limit), nil
	}
	from := r.options.Source
	from.Folder = cmp.Or(e.Data, from.Folder)
	from.Windows = eval.Windows{Bytes: e.Window, Stride: e.Stride}
	s, err := eval.LoadSuite(ctx, e.Suite, from)
	if err != nil {
		return nil, err
	}
	r.suites[key] = s
	return s.Limit(e.Limit), nil
}

func (r *evalRunner) point(ctx context.Context, p EvalPoint, tell func(EventKind, func(*EvalEvent))) (*EvalResult, error) {
	fail := func(err error) (*EvalResult, error) {
		tell(EventFail, func(e *EvalEvent) { e.Err = err })
		return &EvalResult{Point: p, Err: err, Usage: refusedEval(err)}, nil
	}
	if id, ok := r.options.Session.has(p.planKey()); ok {
		tell(EventSkip, func(e *EvalEvent) { e.ID, e.Note = id, "done before the interruption" })
		return &EvalResult{Point: p, ID: id, Skipped: true}, nil
	}
	tell(EventStart, func(*EvalEvent) {})
	suite, err := r.suite(ctx, p.Eval)
	var missing *eval.NotRun
	if err != nil && !errors.As(err, &missing) {
		res, _ := fail(err)
		res.Usage = res.Usage || !p.Eval.known() || errors.Is(err, fs.ErrNotExist)
		return res, nil
	}
	var coder *eval.CodeJudge
	var box map[string]any
	if missing == nil {
		if coder, box, err = r.programs(ctx, p, suite); err != nil && !errors.As(err, &missing) {
			if ctx.Err() != nil {
				return nil, nil
			}
			return fail(err)
		}
	}
	timeout := time.Duration(p.Eval.Timeout)
	if timeout <= 0 {
		timeout = defaultEvalTimeout
	}
	t, err := reach(ctx, p.Subject, max(p.Eval.Concurrency, 1), timeout, r.options.Getenv)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil
		}
		return fail(err)
	}
	defer t.close()
	if missing == nil && suite.Windows != nil {
		if err := eval.Offers(ctx, t.client, t.model, suite.Name); err != nil && !errors.As(err, &missing) {
			return fail(err)
		}
	}
	if missing != nil {
		return r.notRun(p, t, missing, tell)
	}
	spec, err := p.Eval.spec(suite, t, r.options.Retry)
	if err != nil {
		return fail(err)
	}
	key := p.key(suite, spec.Scorer)
	if id, ok := r.done[key]; ok {
		tell(EventSkip, func(e *EvalEvent) { e.ID, e.Note = id, "a complete simulated run of the same plan is there" })
		return &EvalResult{Point: p, ID: id, Skipped: true}, nil
	}
	judges, waiting, closeJudge, err := r.judges(ctx, p, suite, spec.Scorer)
	if err != nil {
		return fail(err)
	}
	defer closeJudge()
	spec.Judges = judges
	warnings := append(spec.Warnings(), p.Eval.capped(spec, t)...)
	if waiting != "" {
		warnings = append(warnings, waiting)
	}
	for _, w := range warnings {
		tell(EventNote, func(e *EvalEvent) { e.Note = w })
	}
	if t.simulated != nil {
		t.simulated.Answers(suite.Keys())
	}
	base, err := r.base(p, t, key)
	if err != nil {
		return fail(err)
	}
	if coder != nil {
		if spec.Judges == nil {
			spec.Judges = map[string]eval.Judge{}
		}
		spec.Judges[eval.CodeType] = coder
		base.Source.Extra["sandbox"] = box
	}
	server := t.client.BaseURL()
	if t.simulated != nil {
		server = p.Subject.Endpoint // its port is another each time
	}
	if err := r.options.Session.begin(); err != nil {
		return nil, err
	}
	res, err := eval.Run(ctx, spec, eval.Setting{Client: t.client, Server: server, Base: base, StateDir: r.store.StateDir(),
		Again: r.options.Again, Progress: func(s eval.Snapshot) { tell(EventTick, func(e *EvalEvent) { e.Snapshot = s }) }})
	if err != nil {
		return fail(err)
	}
	if res.Resumed > 0 {
		tell(EventNote, func(e *EvalEvent) {
			e.Note = fmt.Sprintf("%d answers of an unfinished run were kept and not asked again", res.Resumed)
		})
	}
	if res.Kept == 0 { // interrupted or lost before the first answer
		if err := res.Close(); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, nil
		}
		return fail(res.Lost)
	}
	out, err := r.keep(p, res.Bundle, tell)
	if err != nil {
		return nil, errors.Join(err, res.Close()) // the journal stays
	}
	if res.Lost != nil && ctx.Err() == nil {
		tell(EventNote, func(e *EvalEvent) {
			e.Note = *out.Artifact.StatusReason + "; the same command asks only the rest"
		})
	}
	_, raw, err := r.store.Read(out.ID)
	if err != nil {
		return nil, errors.Join(err, res.Close())
	}
	if err := res.Stored(out.ID, raw); err != nil {
		tell(EventNote, func(e *EvalEvent) { e.Note = err.Error() })
	}
	r.warn(out.Artifact, tell)
	return out, nil
}

// warn says what makes less of a score than it looks.
func (r *evalRunner) warn(a *artifact.Artifact, tell func(EventKind, func(*EvalEvent))) {
	o := a.Eval.Tasks[0].Outcomes
	if o == nil {
		return
	}
	if j := a.Eval.Tasks[0].Judge; j != nil && j.Unreadable > 0 {
		tell(EventNote, func(e *EvalEvent) {
			e.Note = fmt.Sprintf("%d answers of the judge were neither yes nor no; they count as unparsed: %s", j.Unreadable, strings.Join(j.Items[:min(len(j.Items), 8)], ", "))
		})
	}
	for _, w := range []struct {
		n    *int64
		what string
	}{{o.Truncated, "were cut at the token limit before an answer"}, {o.Error, "failed"}, {o.Unparsed, "held no answer that the scorer could find"}} {
		if w.n != nil && *w.n > 0 {
			tell(EventNote, func(e *EvalEvent) { e.Note = fmt.Sprintf("%d replies %s", *w.n, w.what) })
		}
	}
}

// keep stores a bundle.
func (r *evalRunner) keep(p EvalPoint, b artifact.Bundle, tell func(EventKind, func(*EvalEvent))) (*EvalResult, error) {
	if r.options.Log != nil {
		b.ServerLog = r.options.Log()
	}
	receipt, err := r.store.Put(b)
	if err != nil {
		return nil, err
	}
	stored, _, err := r.store.Read(receipt.ID)
	if err != nil {
		return nil, err
	}
	out := &EvalResult{Point: p, ID: receipt.ID, Artifact: stored}
	if !out.short(r.options.MaxErrorShare) {
		if err := r.options.Session.add(p.planKey(), receipt.ID); err != nil {
			return nil, err
		}
	}
	tell(EventDone, func(e *EvalEvent) { e.ID = receipt.ID })
	return out, nil
}

// notRun stores that a suite could not be asked, with the reason, so that the
// page can show it as not available.
func (r *evalRunner) notRun(p EvalPoint, t *target, why *eval.NotRun, tell func(EventKind, func(*EvalEvent))) (*EvalResult, error) {
	base, err := r.base(p, t, "")
	if err != nil {
		return nil, err
	}
	a := base
	a.Schema, a.Kind, a.Name, a.Status = artifact.Schema, artifact.KindEval, cmp.Or(p.Eval.Name, why.Suite), artifact.StatusComplete
	a.StartedAt = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	a.Protocol = artifact.Protocol{Parameters: map[string]any{"task": why.Suite}}
	task := artifact.Task{Task: why.Suite, Status: artifact.TaskNotRun, Reason: &why.Reason}
	if why.Why != "" {
		task.Why = artifact.Ptr(string(why.Why))
	}
	if why.Dataset != "" {
		task.Dataset.Name = &why.Dataset
	}
	a.Eval = &artifact.Eval{Tasks: []artifact.Task{task}}
	out, err := r.keep(p, artifact.Bundle{Artifact: &a, Slug: why.Suite}, tell)
	if err != nil {
		return nil, err
	}
	tell(EventNote, func(e *EvalEvent) { e.Note = why.Error() })
	out.Err = why
	return out, nil
}

// known reports whether the suite is one with a name.
func (e Eval) known() bool { return eval.Known(e.Suite) }

// spec is the evaluation as the eval package takes it.
func (e Eval) spec(s *eval.Suite, t *target, retry eval.Retry) (eval.Spec, error) {
	rule, err := eval.ScorerByName(cmp.Or(e.Scorer, s.Scorer))
	if err != nil {
		return eval.Spec{}, err
	}
	if texts := s.Windows != nil; texts != (rule.Name == "perplexity") {
		what := map[bool]string{true: "a set of texts", false: "a set of questions"}[texts]
		return eval.Spec{}, &eval.Unfit{Reason: fmt.Sprintf("%s does not score %s, which is %s", rule, s.Name, what)}
	}
	if err := rule.Fits(s); err != nil {
		return eval.Spec{}, err
	}
	spec := eval.Spec{
		Name: e.Name, Suite: s, Model: t.model, Concurrency: max(e.Concurrency, 1), Repeats: e.Repeats, MaxTokens: e.MaxTokens,
		Sampling: endpoint.Sampling{Temperature: e.Temperature, TopP: e.TopP, TopK: e.TopK, Seed: e.Seed},
		Thinking: e.Thinking, System: e.System, Extra: e.ExtraBody, Scorer: rule, Retry: retry,
	}
	if spec.MaxTokens == 0 {
		spec.MaxTokens = s.Need(e.Thinking)
		if most := room(t); most > 0 {
			spec.MaxTokens = min(spec.MaxTokens, most)
		}
	}
	return spec, nil
}

// room is how many output tokens the model can take beside a prompt; 0 =
// unknown.
func room(t *target) int64 {
	n := t.subject.MaxModelLen
	if n == nil {
		return 0
	}
	return max(*n-min(*n/2, 4096), 1)
}

// capped words a limit that the model's length set and nobody asked for.
func (e Eval) capped(spec eval.Spec, t *target) []string {
	if e.MaxTokens > 0 || spec.MaxTokens >= spec.Suite.Need(e.Thinking) {
		return nil
	}
	return []string{fmt.Sprintf("the model takes %d tokens in all, so that max tokens was set to %d", *t.subject.MaxModelLen, spec.MaxTokens)}
}

// base is the artifact of an evaluation before it runs.
func (r *evalRunner) base(p EvalPoint, t *target, key string) (artifact.Artifact, error) {
	extra := map[string]any{"point": p.planKey()}
	for k, v := range map[string]string{"plan": key, "subject": p.Subject.Name, "profile": t.profile, "endpoint": p.Subject.Endpoint, "system_instruction": p.Eval.System} {
		if v != "" {
			extra[k] = v
		}
	}
	o := r.options
	a := artifact.Artifact{
		Simulated: t.isSim, Subject: t.subject,
		Environment: artifact.Environment{Server: t.server, Client: clientFacts(o.Version)},
		Source:      artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured, Command: o.Command, Set: o.Set, Extra: extra},
	}
	if o.Version != "" {
		a.Source.ToolVersion = &o.Version
	}
	if t.simulated != nil {
		a.Environment.Host = hostFacts()
	}
	if o.Adjust != nil {
		if err := o.Adjust(&a); err != nil {
			return a, err
		}
	}
	return a, nil
}

// collected finds the complete simulated evaluations that the points would
// repeat.
func (r *evalRunner) collected(points []EvalPoint) (map[string]string, error) {
	done := map[string]string{}
	if r.options.Again || !slices.ContainsFunc(points, EvalPoint.Simulated) {
		return done, nil
	}
	ids, err := r.store.List()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		a, _, err := r.store.Read(id)
		if err != nil || !a.Simulated || a.Kind != artifact.KindEval || a.Status != artifact.StatusComplete || a.Source.Mode != artifact.ModeMeasured {
			continue // a file that cannot be read is for check and render to report
		}
		if key, ok := a.Source.Extra["plan"].(string); ok && key != "" {
			done[key] = id
		}
	}
	return done, nil
}

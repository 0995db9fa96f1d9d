package main

import (
	"context"

	"benchsite/collect"
	"benchsite/collect/artifact"
)

// matrix runs the parts of a plan, each with the server that it needs, and
// gathers what became of them.
type matrix struct {
	u       *ui
	store   *artifact.Store
	options collect.RunOptions
	loads   collect.Outcome
	evals   collect.EvalOutcome
	dead    int // servers that did not come up
}

// run starts the server of the part, if it has one, runs its load tests and
// evaluations, and stops the server. A server that does not come up is kept as
// an artifact, and all that it was for counts as failed; the rest goes on.
func (m *matrix) run(ctx context.Context, part collect.Part) error {
	options := m.options
	if s := part.Subject; s != nil {
		if loads, evals, ok := m.options.Session.Finished(part); ok { // its server need not be started
			m.u.note("%s: all of it was done before the interruption", s.Name)
			m.loads.Results = append(m.loads.Results, loads...)
			m.evals.Results = append(m.evals.Results, evals...)
			return nil
		}
		m.u.note("%s: starting its server", s.Name)
		server, err := collect.Serve(ctx, *s, m.store, func(line string) { m.u.note("%s: %s", s.Name, line) })
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return m.failed(part, err)
		}
		defer func() {
			if err := server.Died(); err != nil && ctx.Err() == nil {
				m.u.warn("%s: %v", s.Name, err)
			}
			server.Stop()
			m.u.note("%s: its server is stopped", s.Name)
		}()
		options.Adjust, options.Log = server.Describe, server.Log
	}
	if len(part.Points) > 0 {
		watch := newWatcher(m.u)
		out, err := collect.Run(ctx, collect.Plan{Points: part.Points}, m.store, watch.event, options)
		watch.bar.done()
		if err != nil {
			return failErr(err)
		}
		watch.summary(out)
		m.loads.Results = append(m.loads.Results, out.Results...)
	}
	if len(part.Evals) == 0 || ctx.Err() != nil {
		return nil
	}
	out, err := runEvals(ctx, m.u, m.store, part.Evals, evalOptions(options))
	m.evals.Results = append(m.evals.Results, out.Results...)
	return err
}

// failed keeps why the subject could not be measured.
func (m *matrix) failed(part collect.Part, why error) error {
	m.dead++
	m.u.warn("%s: %v", part.Subject.Name, why)
	id, err := collect.KeepFailed(m.store, *part.Subject, why, m.options)
	if err != nil {
		return failErr(err)
	}
	m.u.note("%s: not measured; the reason and the log are kept in %s", part.Subject.Name, id)
	for _, p := range part.Points {
		m.loads.Results = append(m.loads.Results, collect.Result{Point: p, Err: why})
	}
	for _, p := range part.Evals {
		m.evals.Results = append(m.evals.Results, collect.EvalResult{Point: p, Err: why})
	}
	return nil
}

// end says how the plan came out: forgotten when all of it is there, else what
// --resume is to repeat stays known.
func (m *matrix) end(ctx context.Context, points, evals int) error {
	m.loads.MaxErrorShare, m.evals.MaxErrorShare = m.options.MaxErrorShare, m.options.MaxErrorShare
	if ctx.Err() != nil {
		return context.Canceled
	}
	if err := m.options.Session.Complete(m.loads.Whole() && m.evals.Whole()); err != nil {
		return failErr(err)
	}
	if m.dead > 0 {
		m.u.warn("%d of the servers did not come up; benchsite collect --resume tries them again", m.dead)
	}
	switch {
	case evals == 0:
		return endWith(m.loads.ExitCode())
	case points == 0:
		return endWith(m.evals.ExitCode())
	}
	return endWith(bothCodes(m.loads.ExitCode(), points, m.evals.ExitCode()))
}

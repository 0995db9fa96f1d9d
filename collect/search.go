package collect

import (
	"context"
	"errors"
	"fmt"

	"benchsite/collect/artifact"
	"benchsite/collect/load"
)

// searches returns how many of the first points are searches of one load test,
// which go on side by side.
func searches(points []Point) int {
	n := 0
	for n < len(points) && points[n].Searches() && points[n].Load.Name == points[0].Load.Name {
		n++
	}
	return n
}

// hunt is the search of one subject.
type hunt struct {
	point  Point
	search load.Search
	trials []load.Trial
	runs   int  // points made so far
	over   bool // ended or given up
}

// search runs the searches of several subjects in turns: each rate of a round is
// measured as often as the load test repeats, the subjects alternating, so that
// a drift of the machine falls on all of them alike. Each rate is an ordinary
// point; the last of a subject tells what was found in source.extra.
func (r *runner) search(ctx context.Context, points []Point) ([]Result, error) {
	var hunts []*hunt
	for _, p := range points {
		hunts = append(hunts, &hunt{point: p, search: p.Load.search()})
	}
	var out []Result
	end := r.index + len(points)*points[0].Trials()
	for {
		var round []*hunt
		for _, h := range hunts {
			rate, ok := h.search.Next(h.trials)
			if h.over || !ok {
				h.over = true
				continue
			}
			h.trials = append(h.trials, load.Trial{Rate: rate})
			round = append(round, h)
		}
		if len(round) == 0 || ctx.Err() != nil {
			break
		}
		for repeat := range points[0].Load.repeats() {
			for _, h := range round {
				if h.over || ctx.Err() != nil {
					continue
				}
				res, err := r.try(ctx, h, repeat+1)
				if res != nil {
					out = append(out, *res)
				}
				if err != nil {
					return out, err
				}
			}
		}
	}
	r.index = end
	return out, nil
}

// try measures the latest rate of a search once more.
func (r *runner) try(ctx context.Context, h *hunt, repeat int) (*Result, error) {
	p := h.point
	trial := &h.trials[len(h.trials)-1]
	p.Rate, p.Repeat = trial.Rate, repeat
	if p.workload == nil {
		p.firstPrompt += h.runs * load.PromptStride
	}
	h.runs++
	last := repeat == p.Load.repeats()
	res, err := r.point(ctx, p, func(a *artifact.Artifact) {
		if note(trial, a); ctx.Err() != nil {
			return
		}
		if _, more := h.search.Next(h.trials); last && !more {
			a.Source.Extra["find"] = h.search.Extra(h.trials)
		}
	})
	if err != nil || res == nil {
		h.over = true
		return res, err
	}
	res.Trial = true
	if res.Err != nil { // a search cannot go on without knowing
		h.over = true
		res.Err = fmt.Errorf("the search ended at %v req/s: %w", p.Rate, res.Err)
		return res, nil
	}
	if res.Skipped {
		a, _, err := r.store.Read(res.ID)
		if err == nil && a.Load == nil {
			err = errors.New("holds no load test")
		}
		if err != nil {
			h.over = true
			return res, fmt.Errorf("%s: %w", res.ID, err)
		}
		note(trial, a)
	}
	if res.Artifact != nil && res.Artifact.Status == artifact.StatusInterrupted && ctx.Err() != nil {
		h.over = true
		return res, nil
	}
	if _, more := h.search.Next(h.trials); last && !more {
		h.over = true
		r.progress(Event{Kind: EventFound, Point: h.point, Index: r.index - 1, Total: r.total, ID: res.ID, Note: h.search.Say(h.trials)})
	}
	return res, nil
}

// note adds what a measured point says of its rate. A point without a single
// good answer has a share of 0.
func note(t *load.Trial, a *artifact.Artifact) {
	share := 0.0
	if g := a.Load.Goodput; g != nil && g.Share != nil {
		share = *g.Share
	}
	t.Shares = append(t.Shares, share)
	if b := a.Load.Client.Bound; b != nil && *b {
		t.Bound++
	}
	if v := a.Load.Throughput.RequestsPerS; v != nil {
		t.Throughput = append(t.Throughput, *v)
	}
	if d := a.Load.Latency.E2E; d != nil && d.P50 != nil {
		t.Latency = append(t.Latency, *d.P50)
	}
}

// mostIdle bounds the connections that are kept open for an open loop.
const mostIdle = 4096

// connections is how many connections are kept for the point.
func (p Point) connections() int {
	if p.Concurrency > 0 {
		return p.Concurrency
	}
	if p.Load.MaxInFlight > 0 {
		return p.Load.MaxInFlight
	}
	return mostIdle
}

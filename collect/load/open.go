package load

import (
	"context"
	"sync"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// due is a request of an open loop and when it is to be sent.
type due struct {
	after   time.Duration // from the start of the loop
	request *endpoint.Request
}

// open sends each request at its time, whatever became of those before. Where
// it cannot, because the most that may be in flight is reached or the machine
// is late, the request is sent as soon as it can be and keeps its time.
func (l *loop) open(ctx, hard context.Context) {
	ready := make(chan due, l.room(ahead))
	first := make(chan struct{}) // closed when enough is built to begin
	halt, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(ready)
		n, opened := 0, false
		begin := func() {
			if !opened {
				opened = true
				close(first)
			}
		}
		defer begin()
		for at := range l.arrival.Schedule(l.requests, l.duration) {
			d := due{at, l.request(n, n)}
			l.client.Prepare(d.request)
			select {
			case ready <- d:
			case <-halt.Done():
				return
			}
			if n++; n == cap(ready)/2 {
				begin()
			}
		}
	}()
	<-first
	l.mu.Lock()
	l.start = time.Now()
	l.planned = l.arrival.Count(l.requests, l.duration)
	l.mu.Unlock()
	clock := newAlarm()
	defer clock.close()
	places := make(chan struct{}, l.arrival.maxInFlight())
	var flying sync.WaitGroup
	for d := range ready {
		at := l.start.Add(d.after)
		if !clock.until(halt, at) {
			break
		}
		select {
		case places <- struct{}{}:
		case <-halt.Done():
		}
		if !l.depart(ctx) {
			break
		}
		flying.Go(func() {
			x, _ := l.send(hard, d.request)
			<-places
			l.finished <- done{x: x, scheduled: at}
		})
	}
	stop()
	flying.Wait()
}

// depart counts a request that is sent now, unless the loop was stopped.
func (l *loop) depart(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil || l.stopped != "" {
		return false
	}
	l.next++
	return true
}

// shape is what summarize needs to know of a point beside its observations.
type shape struct {
	Concurrency int     `json:"concurrency"`
	SLO         SLO     `json:"slo"`
	Open        bool    `json:"open,omitempty"`
	RampS       float64 `json:"ramp_s,omitempty"`
}

func (s Spec) shape() shape {
	h := shape{Concurrency: s.Concurrency, SLO: s.SLO, Open: s.Arrival.Open(), RampS: s.Arrival.Ramp.Seconds()}
	if h.Open {
		h.Concurrency = 0
	}
	return h
}

// summarize is Summarize with what an open loop adds: TTFT from the scheduled
// time, goodput judged from it, since a request that waited in the client has
// waited, and the steady window, which lasts from the end of the ramp to the
// last scheduled request.
func summarize(obs []Observation, h shape) *artifact.Load {
	l := Summarize(obs, h.Concurrency, h.SLO)
	if !h.Open || l.DurationS == nil {
		return l
	}
	var ttft []float64
	judged := make([]Observation, len(obs))
	first, from, to := *obs[0].Record.SentS, *obs[0].Record.ScheduledS, 0.0
	for i, o := range obs {
		if o.completed() && o.Record.FirstS != nil {
			ttft = append(ttft, *o.Record.FirstS-*o.Record.ScheduledS)
		}
		o.Record.SentS = o.Record.ScheduledS
		judged[i] = o
		first = min(first, *obs[i].Record.SentS)
		from, to = min(from, *o.Record.ScheduledS), max(to, *o.Record.ScheduledS)
	}
	l.Latency.TTFTScheduled = Distribution(ttft)
	l.Goodput = goodput(judged, h.SLO, *l.DurationS)
	if from += h.RampS; to > from {
		l.Steady = window(obs, from, to, first)
	}
	return l
}

// window returns the figures between two moments; zero is the first send.
func window(all []Observation, from, to, zero float64) *artifact.Steady {
	s := &artifact.Steady{StartS: round(from - zero), EndS: round(to - zero), Requests: artifact.Ptr(int64(0))}
	tokens, known := 0.0, true
	for _, o := range all {
		if !o.completed() {
			continue
		}
		if last := *o.Record.LastS; last > from && last <= to {
			*s.Requests++
		}
		begin, rate, ok := spread(o.Record)
		known = known && ok
		tokens += rate * overlap(begin, *o.Record.LastS, from, to)
	}
	s.RequestsPerS = artifact.Ptr(float64(*s.Requests) / (to - from))
	if known {
		s.OutputTokensPerS = artifact.Ptr(tokens / (to - from))
	}
	return s
}

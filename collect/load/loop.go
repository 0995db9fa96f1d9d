package load

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"benchsite/collect/endpoint"
)

// done is a finished exchange on its way from its sender to the collector.
type done struct {
	x         *endpoint.Exchange
	scheduled time.Time
}

// loop sends requests as its arrival process says: closed with a fixed number
// of slots, open by the clock.
type loop struct {
	client   *endpoint.Client
	spec     Spec
	arrival  Arrival
	workload Workload
	prefix   string        // of request ids
	slots    int           // of a closed loop
	requests int           // limit, 0 = none
	duration time.Duration // limit, 0 = none
	finished chan<- done
	count    *counts

	mu       sync.Mutex
	start    time.Time
	planned  int    // requests that an open loop will make, 0 = not known yet
	next     int    // requests given out
	sessions int    // conversations begun
	ended    int    // requests that ended
	failed   int    // of those
	row      int    // failed in a row without a token
	stopped  string // why no further request is sent, "" = a limit was reached
}

// patience is how many requests in a row may fail without a token before the
// loop gives up: enough to be sure, few enough not to hammer a dead server.
func (l *loop) patience() int { return max(4*l.slots, 50) }

// enough is how many requests must have ended before their share of failures
// can stop a loop.
const enough = 20

// maxRetryAfter bounds how long a slot obeys a Retry-After.
const maxRetryAfter = 10 * time.Second

// run sends requests until a limit is reached, ctx is done or too many failed.
// Requests in flight then go on to their end, after an interruption for at
// most the drain time. It returns why it stopped before its limits.
func (l *loop) run(ctx context.Context) (stopped string) {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	drain := l.spec.Drain
	if drain <= 0 {
		drain = DefaultDrain
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-ctx.Done():
		case <-over:
			return
		}
		l.count.drain()
		select {
		case <-time.After(drain):
			cut()
		case <-over:
		}
	}()
	if l.arrival.Open() {
		l.open(ctx, hard)
	} else {
		var ready <-chan *endpoint.Request // of conversations only the answers tell how they go on
		if _, ok := l.workload.(Dialogue); !ok {
			halt, stop := context.WithCancel(ctx)
			defer stop()
			ready = l.build(halt)
		}
		l.start = time.Now()
		var slots sync.WaitGroup
		for k := range l.slots {
			slots.Go(func() { l.slot(ctx, hard, k, ready) })
		}
		slots.Wait()
	}
	if ctx.Err() != nil && l.stopped == "" && !l.reached() {
		l.stopped = "interrupted"
	}
	return l.stopped
}

// slot is one of the places of a closed loop. It holds one conversation after
// the other; of most workloads each has a single turn.
func (l *loop) slot(ctx, hard context.Context, k int, ready <-chan *endpoint.Request) {
	due := l.start.Add(l.arrival.slotStart(k, l.slots))
	if !sleepUntil(ctx, due) {
		return
	}
	talk, _ := l.workload.(Dialogue)
	for {
		session, ok := 0, true
		turns := 1
		var history []endpoint.Message
		for turn := 0; turn < turns; turn++ {
			var n int
			if n, session, ok = l.take(ctx, due, session, turn); !ok {
				return
			}
			var r *endpoint.Request
			if talk == nil {
				if r = <-ready; r == nil { // closed: interrupted
					return
				}
			} else {
				r = l.request(n, session)
				turns = talk.Turns(l.spec.FirstPrompt + session)
				history = append(history, talk.Turn(l.spec.FirstPrompt+session, turn)...)
				r.Messages, r.KeepText = history, turn < turns-1
				r.ID = fmt.Sprintf("%s-%d.%d", l.prefix, session, turn+1)
			}
			// Streams end together. Readers that have something to stamp come
			// before requests that are only about to be sent.
			runtime.Gosched()
			x, rest := l.send(hard, r)
			if r.KeepText && x.OK() {
				x.Decode()
				history = append(history, endpoint.Message{Role: "assistant", Content: x.Text})
			}
			l.finished <- done{x, due}
			due = time.Now().Add(max(rest, l.arrival.Think))
			if due.After(time.Now()) && !sleepUntil(ctx, due) {
				return
			}
			if !x.OK() {
				break // what would follow has no answer to follow
			}
		}
	}
}

// request builds the n-th request for the prompt of that session.
func (l *loop) request(n, session int) *endpoint.Request {
	r := &endpoint.Request{
		ID:        fmt.Sprintf("%s-%d", l.prefix, n),
		Model:     l.spec.Model,
		MaxTokens: l.spec.MaxTokens,
		Stream:    !l.spec.Whole,
		Sampling:  l.spec.Sampling,
		Extra:     l.spec.body(),
	}
	i := l.spec.FirstPrompt + session
	if _, ok := l.workload.(Dialogue); !ok {
		r.Messages = l.workload.Messages(i)
	}
	if w, ok := l.workload.(Limiter); ok {
		if n := w.MaxTokens(i); n > 0 {
			r.MaxTokens = n
		}
	}
	return r
}

// send sends one request and returns how long its slot should rest.
func (l *loop) send(hard context.Context, r *endpoint.Request) (*endpoint.Exchange, time.Duration) {
	l.count.flight(1)
	x := l.client.Do(hard, r)
	l.count.flight(-1)
	l.count.ended(x.OK())
	return x, l.note(x)
}

// take gives out the next index and, for a first turn, the next session, or
// neither when the loop is at its end.
func (l *loop) take(ctx context.Context, now time.Time, session, turn int) (n, s int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil || l.stopped != "" || l.reachedLocked(now) {
		return 0, 0, false
	}
	if turn == 0 {
		session = l.sessions
		l.sessions++
	}
	l.next++
	return l.next - 1, session, true
}

func (l *loop) reached() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reachedLocked(time.Now())
}

func (l *loop) reachedLocked(now time.Time) bool {
	if l.planned > 0 {
		return l.next >= l.planned
	}
	return l.requests > 0 && l.next >= l.requests || l.duration > 0 && now.Sub(l.start) >= l.duration
}

// note counts a result and returns how long its slot should rest.
func (l *loop) note(x *endpoint.Exchange) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended++
	if x.Err == nil {
		l.row = 0
		return 0
	}
	l.failed++
	if l.row++; x.Chunks > 0 {
		l.row = 0
	}
	if l.stopped == "" && !l.reachedLocked(time.Now()) {
		share := float64(l.failed) / float64(l.ended)
		switch limit := l.spec.StopErrorShare; {
		case l.row >= l.patience():
			l.stopped = fmt.Sprintf("stopped: the last %d requests all failed (%s)", l.row, x.Err.Class)
		case limit > 0 && l.ended >= enough && share > limit:
			l.stopped = fmt.Sprintf("stopped: %d of %d requests failed, more than the share of %v (the last with %s)", l.failed, l.ended, limit, x.Err.Class)
		}
	}
	return min(x.Err.RetryAfter, maxRetryAfter)
}

// sleepUntil waits for a moment on the monotonic clock. It is false when ctx
// was done before.
func sleepUntil(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

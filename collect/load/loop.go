package load

import (
	"context"
	"fmt"
	"sync"
	"time"

	"benchsite/collect/endpoint"
)

// done is a finished exchange on its way from a slot to the collector.
type done struct {
	x         *endpoint.Exchange
	scheduled time.Time
}

// loop keeps a fixed number of requests in flight. Each slot sends its next
// request as soon as its last has ended.
type loop struct {
	client   *endpoint.Client
	spec     Spec
	workload Workload
	prefix   string // of request ids
	slots    int
	requests int           // limit, 0 = none
	duration time.Duration // limit, 0 = none
	finished chan<- done   // may be nil for a loop that is not measured
	count    *counts

	mu       sync.Mutex
	start    time.Time
	next     int
	failures int    // failed in a row without a token
	stopped  string // why no further request is sent, "" = a limit was reached
}

// patience is how many requests in a row may fail without a token before the
// loop gives up: enough to be sure, few enough not to hammer a dead server.
func (l *loop) patience() int { return max(4*l.slots, 50) }

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
	l.start = time.Now()
	var slots sync.WaitGroup
	for range l.slots {
		slots.Go(func() { l.slot(ctx, hard) })
	}
	slots.Wait()
	if ctx.Err() != nil && l.stopped == "" && !l.reached() {
		l.stopped = "interrupted"
	}
	return l.stopped
}

func (l *loop) slot(ctx, hard context.Context) {
	for {
		free := time.Now()
		i, ok := l.take(ctx, free)
		if !ok {
			return
		}
		r := &endpoint.Request{
			ID:        fmt.Sprintf("%s-%d", l.prefix, i),
			Model:     l.spec.Model,
			Messages:  l.workload.Messages(l.spec.FirstPrompt + i),
			MaxTokens: l.spec.MaxTokens,
			Stream:    !l.spec.Whole,
			Sampling:  l.spec.Sampling,
			Extra:     l.spec.body(),
		}
		l.count.flight(1)
		x := l.client.Do(hard, r)
		l.count.flight(-1)
		l.count.ended(x.OK())
		wait := l.note(x)
		if l.finished != nil {
			l.finished <- done{x, free}
		}
		if wait > 0 {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
	}
}

// take gives out the next index, or none when the loop is at its end.
func (l *loop) take(ctx context.Context, now time.Time) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil || l.stopped != "" || l.reachedLocked(now) {
		return 0, false
	}
	l.next++
	return l.next - 1, true
}

func (l *loop) reached() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reachedLocked(time.Now())
}

func (l *loop) reachedLocked(now time.Time) bool {
	return l.requests > 0 && l.next >= l.requests || l.duration > 0 && now.Sub(l.start) >= l.duration
}

// note counts a result and returns how long its slot should rest.
func (l *loop) note(x *endpoint.Exchange) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x.Err == nil || x.Chunks > 0 {
		l.failures = 0
	} else if l.failures++; l.failures >= l.patience() && l.stopped == "" && !l.reachedLocked(time.Now()) {
		l.stopped = fmt.Sprintf("stopped: the last %d requests all failed (%s)", l.failures, x.Err.Class)
	}
	if x.Err == nil {
		return 0
	}
	return min(x.Err.RetryAfter, maxRetryAfter)
}

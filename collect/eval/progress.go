package eval

import (
	"sync"
	"time"

	"benchsite/collect/artifact"
)

// Snapshot is how far an evaluation is.
type Snapshot struct {
	Elapsed      time.Duration
	Total        int // answers wanted in all, repeats counted
	Done         int // finished, those of earlier sessions included
	Resumed      int // of them, finished in earlier sessions
	InFlight     int
	Waiting      int // answered, without a verdict yet
	Correct      int64
	Truncated    int64
	Failed       int64
	Retries      int64
	PromptTokens int64
	OutputTokens int64
}

// ETA estimates the time that is left; ok is false before the first answer.
func (s Snapshot) ETA() (left time.Duration, ok bool) {
	n := s.Done - s.Resumed
	if n == 0 {
		return 0, false
	}
	return time.Duration(float64(s.Elapsed) / float64(n) * float64(s.Total-s.Done)), true
}

// reportEvery is how often progress is told.
const reportEvery = 200 * time.Millisecond

// counter counts what happens and tells it.
type counter struct {
	mu    sync.Mutex
	now   Snapshot
	begun time.Time
	tell  func(Snapshot)
	quit  chan struct{}
	gone  chan struct{}
}

func newCounter(spec Spec, tell func(Snapshot)) *counter {
	return &counter{tell: tell, now: Snapshot{Total: len(spec.Suite.Items) * spec.repeats()}, quit: make(chan struct{}), gone: make(chan struct{})}
}

func (c *counter) begin(t *tally) {
	c.begun = time.Now()
	c.now.Done, c.now.Resumed = t.final, t.final
	c.now.Correct, c.now.Truncated, c.now.Failed = t.counts[0], t.counts[3], t.counts[4]
	for _, s := range []struct {
		to   *int64
		from *int64
	}{{&c.now.PromptTokens, t.prompt}, {&c.now.OutputTokens, t.output}} {
		if s.from != nil {
			*s.to = *s.from
		}
	}
	c.now.Waiting = t.kept - t.final
	go func() {
		defer close(c.gone)
		t := time.NewTicker(reportEvery)
		defer t.Stop()
		for c.tell != nil {
			select {
			case <-t.C:
				c.tell(c.snapshot())
			case <-c.quit:
				c.tell(c.snapshot())
				return
			}
		}
	}()
}

func (c *counter) end() { close(c.quit); <-c.gone }

func (c *counter) snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.now
	s.Elapsed = time.Since(c.begun)
	return s
}

func (c *counter) sent(n int) { c.mu.Lock(); c.now.InFlight += n; c.mu.Unlock() }

func (c *counter) retried() { c.mu.Lock(); c.now.Retries++; c.mu.Unlock() }

func (c *counter) retries() int64 { c.mu.Lock(); defer c.mu.Unlock(); return c.now.Retries }

// kept counts an answer: one that was waiting comes again with its outcome.
func (c *counter) kept(r *artifact.EvalRecord) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Outcome == nil && r.Likelihood == nil {
		c.now.Waiting++
		return
	}
	c.now.Done++
	outcome := artifact.Outcome("")
	if r.Outcome != nil {
		outcome = *r.Outcome
	}
	switch outcome {
	case artifact.OutcomeCorrect:
		c.now.Correct++
	case artifact.OutcomeTruncated:
		c.now.Truncated++
	case artifact.OutcomeError:
		c.now.Failed++
	}
	if r.PromptTokens != nil {
		c.now.PromptTokens += *r.PromptTokens
	}
	if r.OutputTokens != nil {
		c.now.OutputTokens += *r.OutputTokens
	}
}

// judged takes an answer out of those that wait.
func (c *counter) judged() { c.mu.Lock(); c.now.Waiting--; c.mu.Unlock() }

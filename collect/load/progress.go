package load

import (
	"slices"
	"sync"
	"time"

	"benchsite/render/stats"
)

// Phase says what a running point is doing.
type Phase string

// The phases, in order.
const (
	PhaseWarmup  Phase = "warmup"
	PhaseMeasure Phase = "measure"
	PhaseDrain   Phase = "drain" // no further request is sent
)

// Snapshot is the state of a running point, for a progress line.
type Snapshot struct {
	Phase        Phase
	Elapsed      time.Duration // of the phase
	InFlight     int
	Done, Failed int           // of this phase; Done includes Failed
	Requests     int           // limit, 0 = none
	Duration     time.Duration // limit, 0 = none
	OutputTokens int64         // of ended requests; chunks where the server counts only at the end
	TTFTP50      float64       // seconds, of the latest requests; 0 = unknown
	TTFTP99      float64
}

// ETA estimates how long the phase still takes; ok is false before anything
// has ended.
func (s Snapshot) ETA() (left time.Duration, ok bool) {
	byTime := s.Duration - s.Elapsed
	if s.Requests == 0 {
		return max(byTime, 0), s.Duration > 0
	}
	if s.Done == 0 || s.Elapsed <= 0 {
		return 0, false
	}
	byCount := time.Duration(float64(s.Elapsed) / float64(s.Done) * float64(s.Requests-s.Done))
	if s.Duration > 0 {
		byCount = min(byCount, byTime)
	}
	return max(byCount, 0), true
}

// tick is how often progress is reported.
const tick = 200 * time.Millisecond

// recent is how many of the latest first tokens the live percentiles cover.
const recent = 2000

// counts are what Snapshot is made of.
type counts struct {
	mu    sync.Mutex
	now   Snapshot
	start time.Time
	ttft  []float64
}

func (c *counts) begin(p Phase, requests int, duration time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = Snapshot{Phase: p, Requests: requests, Duration: duration}
	c.start, c.ttft = time.Now(), nil
}

func (c *counts) drain() {
	c.mu.Lock()
	c.now.Phase = PhaseDrain
	c.mu.Unlock()
}

func (c *counts) flight(d int) {
	c.mu.Lock()
	c.now.InFlight += d
	c.mu.Unlock()
}

func (c *counts) ended(ok bool) {
	c.mu.Lock()
	c.now.Done++
	if !ok {
		c.now.Failed++
	}
	c.mu.Unlock()
}

func (c *counts) figures(o Observation) {
	if !o.completed() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.OutputTokens += o.tokens
	if o.Record.FirstS != nil {
		if len(c.ttft) >= recent {
			c.ttft = slices.Delete(c.ttft, 0, recent/2)
		}
		c.ttft = append(c.ttft, *o.Record.FirstS-*o.Record.SentS)
	}
}

func (c *counts) snapshot() Snapshot {
	c.mu.Lock()
	s := c.now
	s.Elapsed = time.Since(c.start)
	latest := slices.Clone(c.ttft)
	c.mu.Unlock()
	ttft := stats.Summarize(latest) // sorting must hold up no request
	s.TTFTP50, _ = ttft.Percentile(50)
	s.TTFTP99, _ = ttft.Percentile(99)
	return s
}

// report calls progress regularly until the returned function is called.
func (c *counts) report(progress func(Snapshot)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		t := time.NewTicker(tick)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				progress(c.snapshot())
			case <-quit:
				progress(c.snapshot())
				return
			}
		}
	}()
	return func() { close(quit); <-gone }
}

package simulate

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// sequence is one request inside the engine.
type sequence struct {
	prompt  int           // tokens still to prefill
	want    int           // tokens to produce
	made    int           // tokens produced
	out     chan struct{} // one value a token; holds all of them, so no step waits for a reader
	dropped bool          // the client has gone
}

// engine decodes in steps, all running sequences at once.
type engine struct {
	profile Profile
	clock   float64

	mu      sync.Mutex
	jitter  *rand.Rand
	waiting []*sequence
	running []*sequence
	wake    chan struct{} // holds one value when there may be work
	stop    chan struct{}
	count   counters
}

// counters feed the /metrics page.
type counters struct {
	Running, Waiting                    int
	PromptTokens, OutputTokens, Done    int64
	PrefixQueries, PrefixHits, Canceled int64
}

func newEngine(p Profile, o Options) *engine {
	if o.MaxNumSeqs > 0 {
		p.MaxNumSeqs = o.MaxNumSeqs
	}
	e := &engine{profile: p, clock: o.Clock, wake: make(chan struct{}, 1), stop: make(chan struct{}),
		jitter: rand.New(rand.NewPCG(o.Seed, 0x5eed))}
	if e.clock <= 0 {
		e.clock = 1
	}
	go e.run()
	return e
}

// add queues a request of so many prompt tokens to prefill and answer tokens.
func (e *engine) add(prompt, want int) *sequence {
	s := &sequence{prompt: max(prompt, 1), want: want, out: make(chan struct{}, want)}
	e.mu.Lock()
	e.waiting = append(e.waiting, s)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return s
}

// drop takes a request out whose client has gone.
func (e *engine) drop(s *sequence) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.dropped = true
	e.count.Canceled++
}

func (e *engine) counters() counters {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.count
	c.Running, c.Waiting = len(e.running), len(e.waiting)
	return c
}

// run takes one step after the other on absolute deadlines, so that the time
// a step takes does not depend on how late the one before was woken.
func (e *engine) run() {
	deadline := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		span, ready, busy := e.plan()
		if !busy {
			select {
			case <-e.wake:
				deadline = time.Now()
				continue
			case <-e.stop:
				return
			}
		}
		deadline = deadline.Add(time.Duration(float64(span) / e.clock))
		if late := time.Since(deadline); late > time.Second {
			deadline = time.Now() // the machine slept; do not race to catch up
		}
		timer.Reset(time.Until(deadline))
		select {
		case <-timer.C:
		case <-e.stop:
			return
		}
		e.emit(ready)
	}
}

// plan fills the batch and returns how long the step takes and which sequences
// have a token at its end.
func (e *engine) plan() (span time.Duration, ready []*sequence, busy bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	gone := func(s *sequence) bool { return s.dropped }
	e.waiting = slices.DeleteFunc(e.waiting, gone)
	e.running = slices.DeleteFunc(e.running, gone)
	for len(e.waiting) > 0 && len(e.running) < e.profile.MaxNumSeqs {
		e.running = append(e.running, e.waiting[0])
		e.waiting = e.waiting[1:]
	}
	if len(e.running) == 0 {
		return 0, nil, false
	}
	budget, prefill := maxBatchedTokens, 0
	for _, s := range e.running {
		if s.prompt == 0 {
			budget--
		}
	}
	for _, s := range e.running {
		n := min(s.prompt, max(budget, 0))
		s.prompt -= n
		budget -= n
		prefill += n
		if s.prompt == 0 {
			ready = append(ready, s)
		}
	}
	span = e.profile.StepBase + time.Duration(len(ready))*e.profile.StepPerSeq +
		time.Duration(float64(prefill)/e.profile.PrefillRate*float64(time.Second))
	span += time.Duration((e.jitter.Float64() - 0.5) * 0.02 * float64(span)) // ±1 %
	return span, ready, true
}

// emit gives each ready sequence its token and retires the finished ones.
func (e *engine) emit(ready []*sequence) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range ready {
		s.made++
		e.count.OutputTokens++
		s.out <- struct{}{}
		if s.made == s.want {
			e.count.Done++
		}
	}
	e.running = slices.DeleteFunc(e.running, func(s *sequence) bool { return s.made == s.want })
}

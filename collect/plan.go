package collect

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/load"
	"benchsite/collect/simulate"
)

// Plan is what a configuration asks for, in the order of the run: the repeats
// of a load test outermost and the subjects innermost, so that a drift of the
// machine falls on all of them alike.
type Plan struct {
	Points []Point
}

// Point is one run: one subject under one load.
type Point struct {
	Subject     Subject
	Load        Load
	Concurrency int     // of a closed loop, else 0
	Rate        float64 // of an open loop that follows no trace, else 0
	Repeat      int     // from 1; 0 = a search that has not chosen a rate yet

	workload    load.Workload // nil when it is drawn for the run
	firstPrompt int
}

// NewPlan lays out a configuration that Validate found no fault in. The error
// is about a prompt file that cannot be read.
func NewPlan(c Config) (Plan, error) {
	var p Plan
	ordinal := 0
	for i, l := range c.Loads {
		var w load.Workload
		if !l.Workload.drawn() {
			var err error
			if w, err = l.Workload.build(0); err != nil {
				return Plan{}, fmt.Errorf("load[%d].workload: %w", i, err)
			}
		}
		level := Point{Load: l, workload: w}
		if l.Find != nil {
			p.add(c, level, ordinal)
			ordinal += l.search().Max() * l.repeats()
			continue
		}
		for repeat := range l.repeats() {
			level.Repeat = repeat + 1
			for _, level.Concurrency = range l.Concurrency {
				p.add(c, level, ordinal)
				ordinal++
			}
			for _, level.Rate = range l.Rate {
				p.add(c, level, ordinal)
				ordinal++
			}
			if l.process() == load.Trace {
				p.add(c, level, ordinal)
			}
		}
	}
	return p, nil
}

// add appends the point for each subject of its load test.
func (p *Plan) add(c Config, level Point, ordinal int) {
	if level.workload == nil {
		level.firstPrompt = ordinal * load.PromptStride
	}
	for _, s := range c.Subjects {
		if level.Load.uses(s) {
			level.Subject = s
			p.Points = append(p.Points, level)
		}
	}
}

// SinglePlan is the plan of one load test of one subject that come from flags,
// so that neither needs a name. Faults are *FieldError without a path.
func SinglePlan(s Subject, l Load) (Plan, error) {
	v := &validator{}
	s.validate(v)
	l.validate(v)
	if len(v.faults) > 0 {
		return Plan{}, errors.Join(v.faults...)
	}
	l.Subjects = nil
	return NewPlan(Config{Subjects: []Subject{s}, Loads: []Load{l}})
}

// Requests returns how many measured requests the plan sends at most; open is
// true when a closed loop is limited by time alone, so that there will be more.
func (p Plan) Requests() (n int, open bool) {
	for _, point := range p.Points {
		m, known := point.Requests()
		n += m
		open = open || !known
	}
	return n, open
}

// Requests returns how many measured requests the point sends at most; known is
// false when a closed loop is limited by time alone.
func (p Point) Requests() (n int, known bool) {
	a := p.arrival(0)
	switch {
	case p.Searches():
		a.Rate = p.Load.Find.High
		return a.Count(p.Load.Requests, time.Duration(p.Load.Duration)) * p.Trials(), true
	case a.Open():
		return a.Count(p.Load.Requests, time.Duration(p.Load.Duration)), true
	}
	return p.Load.Requests, p.Load.Requests > 0
}

// Searches reports whether the point stands for a search, which makes points of
// its own.
func (p Point) Searches() bool { return p.Load.Find != nil && p.Repeat == 0 }

// Trials is how many points it makes at most; 1 without a search.
func (p Point) Trials() int {
	if !p.Searches() {
		return 1
	}
	return p.Load.search().Max() * p.Load.repeats()
}

// Simulated reports whether the point is of the embedded endpoint.
func (p Point) Simulated() bool {
	_, _, ok, _ := simulate.Parse(p.Subject.Endpoint)
	return ok
}

// mostWarmup bounds the warm-up of an open loop when none is given.
const mostWarmup = 64

// Warmup returns how many requests are sent before the measured window: as many
// as a closed loop has in flight, as many as an open one sends in a second.
func (p Point) Warmup() int {
	switch {
	case p.Load.Warmup != nil:
		return *p.Load.Warmup
	case p.Concurrency > 0:
		return p.Concurrency
	case p.Searches():
		return min(int(math.Ceil(p.Load.Find.High)), mostWarmup)
	case p.Rate > 0:
		return min(int(math.Ceil(p.Rate)), mostWarmup)
	}
	return 8
}

// String names the point for people: sweep, sim-bf16, c=4, repeat 2 of 5.
func (p Point) String() string {
	s := ""
	for _, name := range []string{p.Load.Name, p.Subject.Name} {
		if name != "" {
			s += name + ", "
		}
	}
	switch {
	case p.Searches():
		s += fmt.Sprintf("search from %v to %v/s", p.Load.Find.Low, p.Load.Find.High)
	case p.Rate > 0:
		s += fmt.Sprintf("%s %v/s", p.Load.process(), p.Rate)
	case p.Concurrency > 0:
		s += fmt.Sprintf("c=%d", p.Concurrency)
	default:
		s += "trace"
	}
	if n := p.Load.repeats(); n > 1 && p.Repeat > 0 {
		s += fmt.Sprintf(", repeat %d of %d", p.Repeat, n)
	}
	return s
}

// Key identifies the point by everything that decides its result, so that a
// simulated point is not collected twice and a broken plan can be resumed.
func (p Point) Key() string {
	profile, options, _, _ := simulate.Parse(p.Subject.Endpoint)
	subject, l := p.Subject, p.Load
	subject.Color, l.Subjects, l.Concurrency, l.Rate, l.Find, l.Repeats = "", nil, nil, nil, nil, 0
	digest := ""
	if p.workload != nil {
		digest = p.workload.Describe().SHA256
	}
	parts := []any{subject, l, p.Concurrency, p.Repeat, digest, profile, options, simulate.Version, load.Definitions}
	if p.Load.process() != load.Closed {
		parts = append(parts, p.Rate)
	}
	if p.Searches() {
		parts = append(parts, *p.Load.Find, p.Load.Repeats)
	}
	b, err := json.Marshal(parts)
	if err != nil { // only extra_body can hold what is not JSON, and TOML cannot write that
		b = fmt.Appendf(nil, "%v", p)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// spec is the point as the load package takes it. seed is used where the
// configuration gives none.
func (p Point) spec(model string, seed uint64) (load.Spec, error) {
	l := p.Load
	w := p.workload
	if w == nil {
		var err error
		if w, err = l.Workload.build(seed); err != nil {
			return load.Spec{}, err
		}
	}
	a := p.arrival(seed)
	return load.Spec{
		Name: l.Name, Model: model, Arrival: a, Concurrency: p.Concurrency, Requests: l.Requests, Duration: time.Duration(l.Duration),
		Warmup: p.Warmup(), MaxTokens: l.MaxTokens, MinTokens: l.MinTokens, IgnoreEOS: l.IgnoreEOS, Thinking: l.Thinking,
		Sampling: endpoint.Sampling{Temperature: l.Temperature, TopP: l.TopP, TopK: l.TopK, Seed: l.Seed},
		Whole:    l.Stream != nil && !*l.Stream, Extra: l.ExtraBody, Workload: w, FirstPrompt: p.firstPrompt,
		SLO:        load.SLO{TTFT: time.Duration(l.SLO.TTFT).Seconds(), TPOT: time.Duration(l.SLO.TPOT).Seconds(), E2E: time.Duration(l.SLO.E2E).Seconds()},
		KeepChunks: l.KeepChunks, StopErrorShare: l.StopErrorShare,
	}, nil
}

// process names the arrival process that is given or that follows from the
// other keys; "" when nothing says a level.
func (l Load) process() load.Process {
	switch {
	case l.Arrival != "":
		return load.Process(l.Arrival)
	case len(l.Concurrency) > 0:
		return load.Closed
	case len(l.Rate) > 0 || l.Find != nil:
		return load.Poisson
	}
	return ""
}

// arrival is the arrival process of the point. Repeats differ in their gaps,
// subjects do not, so that each repeat puts all of them under the same load.
func (p Point) arrival(seed uint64) load.Arrival {
	l := p.Load
	if l.Workload.Seed != nil {
		seed = *l.Workload.Seed
	}
	return load.Arrival{
		Process: l.process(), Rate: p.Rate, Burstiness: l.Burstiness, Seed: seed + uint64(p.Repeat)<<32,
		Ramp: time.Duration(l.Ramp), Think: time.Duration(l.ThinkTime), Speed: l.Speed, MaxInFlight: l.MaxInFlight, Times: p.times(),
	}
}

// times are those of a trace.
func (p Point) times() []time.Duration {
	if t, ok := p.workload.(*load.TraceFile); ok {
		return t.Times()
	}
	return nil
}

// search is the search that the load test asks for.
func (l Load) search() load.Search {
	return load.Search{Low: l.Find.Low, High: l.Find.High, Share: l.sloShare(), Tolerance: l.Find.Tolerance, Points: l.Find.Points}
}

func (l Load) sloShare() float64 { return cmp.Or(l.SLOShare, 0.95) }

// Process names the arrival process of the point.
func (p Point) Process() load.Process { return p.Load.process() }

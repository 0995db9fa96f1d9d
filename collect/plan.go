package collect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
	Concurrency int
	Repeat      int // from 1

	workload    load.Workload // nil when it is drawn for the run
	firstPrompt int
}

// promptStride keeps the synthetic prompts of two points apart: a server with a
// prefix cache must not know a prompt from the point before.
const promptStride = 1 << 20

// NewPlan lays out a configuration that Validate found no fault in. The error
// is about a prompt file that cannot be read.
func NewPlan(c Config) (Plan, error) {
	var p Plan
	ordinal := 0
	for i, l := range c.Loads {
		var w load.Workload
		if l.Workload.kind() != "synthetic" {
			var err error
			if w, err = l.Workload.build(0); err != nil {
				return Plan{}, fmt.Errorf("load[%d].workload: %w", i, err)
			}
		}
		for repeat := range l.repeats() {
			for _, concurrency := range l.Concurrency {
				for _, s := range c.Subjects {
					if l.uses(s) {
						point := Point{Subject: s, Load: l, Concurrency: concurrency, Repeat: repeat + 1, workload: w}
						if w == nil {
							point.firstPrompt = ordinal * promptStride
						}
						p.Points = append(p.Points, point)
					}
				}
				ordinal++
			}
		}
	}
	return p, nil
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

// Requests returns how many measured requests the plan sends; open is true when
// a point is limited by time alone, so that there will be more.
func (p Plan) Requests() (n int, open bool) {
	for _, point := range p.Points {
		n += point.Load.Requests
		open = open || point.Load.Requests == 0
	}
	return n, open
}

// Simulated reports whether the point is of the embedded endpoint.
func (p Point) Simulated() bool {
	_, _, ok, _ := simulate.Parse(p.Subject.Endpoint)
	return ok
}

// Warmup returns how many requests are sent before the measured window.
func (p Point) Warmup() int {
	if p.Load.Warmup != nil {
		return *p.Load.Warmup
	}
	return p.Concurrency
}

// String names the point for people: sweep, sim-bf16, c=4, repeat 2 of 5.
func (p Point) String() string {
	s := ""
	for _, name := range []string{p.Load.Name, p.Subject.Name} {
		if name != "" {
			s += name + ", "
		}
	}
	s += fmt.Sprintf("c=%d", p.Concurrency)
	if p.Load.repeats() > 1 {
		s += fmt.Sprintf(", repeat %d of %d", p.Repeat, p.Load.repeats())
	}
	return s
}

// Key identifies the point by everything that decides its result, so that a
// simulated point is not collected twice and a broken plan can be resumed.
func (p Point) Key() string {
	profile, options, _, _ := simulate.Parse(p.Subject.Endpoint)
	subject, l := p.Subject, p.Load
	subject.Color, l.Subjects, l.Concurrency, l.Repeats = "", nil, nil, 0
	digest := ""
	if p.workload != nil {
		digest = p.workload.Describe().SHA256
	}
	b, err := json.Marshal([]any{subject, l, p.Concurrency, p.Repeat, digest, profile, options, simulate.Version, load.Definitions})
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
	return load.Spec{
		Name: l.Name, Model: model, Concurrency: p.Concurrency, Requests: l.Requests, Duration: time.Duration(l.Duration),
		Warmup: p.Warmup(), MaxTokens: l.MaxTokens, MinTokens: l.MinTokens, IgnoreEOS: l.IgnoreEOS, Thinking: l.Thinking,
		Sampling: endpoint.Sampling{Temperature: l.Temperature, TopP: l.TopP, TopK: l.TopK, Seed: l.Seed},
		Whole:    l.Stream != nil && !*l.Stream, Extra: l.ExtraBody, Workload: w, FirstPrompt: p.firstPrompt,
		SLO:        load.SLO{TTFT: time.Duration(l.SLO.TTFT).Seconds(), TPOT: time.Duration(l.SLO.TPOT).Seconds(), E2E: time.Duration(l.SLO.E2E).Seconds()},
		KeepChunks: l.KeepChunks,
	}, nil
}

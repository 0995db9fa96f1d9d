package load

import (
	"errors"
	"fmt"
	"time"

	"benchsite/collect/endpoint"
)

// Definitions names the set of metric definitions that Summarize follows.
const Definitions = "benchsite/1"

// DefaultDrain is how long requests in flight may go on after an interruption.
const DefaultDrain = 30 * time.Second

// Spec is one point of a load test: a closed loop of Concurrency requests in
// flight, or an open loop with the arrivals that Arrival says. At least one of
// Requests and Duration must be set, unless a trace ends the point; the first
// limit that is reached ends it.
type Spec struct {
	Name           string // of the plan's entry, "" = c16-n64
	Model          string
	Arrival        Arrival
	Concurrency    int           // of a closed loop
	Requests       int           // 0 = no limit by number
	Duration       time.Duration // 0 = no limit by time; no request is sent after it
	Warmup         int           // requests before the measured window; 0 = none
	MaxTokens      int64         // 0 = not sent
	MinTokens      int64         // 0 = not sent
	IgnoreEOS      bool
	Thinking       *bool // nil = not sent
	Sampling       endpoint.Sampling
	Whole          bool           // ask for whole answers instead of streams
	Extra          map[string]any // further body fields
	Workload       Workload
	FirstPrompt    int // index of the first prompt, so that points of one plan share none
	SLO            SLO
	KeepChunks     bool          // keep the arrival of every chunk in the records
	StopErrorShare float64       // stop when a larger share of the requests failed; 0 = go on
	Drain          time.Duration // 0 = DefaultDrain
}

// SLO holds the limits that one request must keep, in seconds; 0 = none.
type SLO struct {
	TTFT float64 `json:"ttft,omitempty"`
	TPOT float64 `json:"tpot,omitempty"`
	E2E  float64 `json:"e2e,omitempty"`
}

// IsZero reports whether no limit is set.
func (s SLO) IsZero() bool { return s == SLO{} }

// Limits returns the limits that are set by name.
func (s SLO) Limits() map[string]float64 {
	m := map[string]float64{}
	for name, v := range map[string]float64{"ttft": s.TTFT, "tpot": s.TPOT, "e2e": s.E2E} {
		if v > 0 {
			m[name] = v
		}
	}
	return m
}

// Slug is the short form of the load shape, such as c16-n64 or
// poisson-r2.5-60s.
func (s Spec) Slug() string {
	slug := s.Arrival.slug(s.Concurrency)
	if s.Requests > 0 {
		slug += fmt.Sprintf("-n%d", s.Requests)
	}
	if s.Duration > 0 {
		slug += fmt.Sprintf("-%ds", int64(s.Duration.Round(time.Second)/time.Second))
	}
	return slug
}

// Protocol returns the parameters that must agree for two points to be
// compared. How many requests, how long, warm-up and repeats are not in it.
func (s Spec) Protocol() map[string]any {
	w := s.Workload.Describe()
	p := map[string]any{
		"workload":    w.Kind,
		"streaming":   !s.Whole,
		"prompts":     w.Repetition(s.planned()),
		"definitions": Definitions,
	}
	s.Arrival.describe(p, s.Concurrency)
	if w.SHA256 != "" {
		p["workload_sha256"] = w.SHA256
	}
	for k, v := range w.More {
		p[k] = v
	}
	if w.InputTokens > 0 {
		p["input_tokens"] = w.InputTokens
	}
	if s.MaxTokens > 0 {
		p["max_tokens"] = s.MaxTokens
	}
	if s.MinTokens > 0 {
		p["min_tokens"] = s.MinTokens
	}
	if s.IgnoreEOS {
		p["ignore_eos"] = true
	}
	if s.Thinking != nil {
		p["thinking"] = *s.Thinking
	}
	set(p, "temperature", s.Sampling.Temperature)
	set(p, "top_p", s.Sampling.TopP)
	set(p, "top_k", s.Sampling.TopK)
	set(p, "seed", s.Sampling.Seed)
	for k, v := range s.Extra { // they change what the server does
		p["extra."+k] = v
	}
	return p
}

// planned is how many requests the point makes, 0 = as many as its time allows.
func (s Spec) planned() int {
	if s.Arrival.Open() {
		return s.Arrival.Count(s.Requests, s.Duration)
	}
	return s.Requests
}

// check says what is wrong with a point that cannot be run.
func (s Spec) check() error {
	a := s.Arrival
	switch {
	case s.Requests <= 0 && s.Duration <= 0 && a.Process != Trace:
		return errors.New("a load point needs a number of requests or a duration")
	case !a.Open() && s.Concurrency < 1:
		return errors.New("a load point needs a concurrency of at least 1")
	case a.Process == Trace && len(a.Times) == 0:
		return errors.New("the trace holds no request")
	case a.Open() && a.Process != Trace && !(a.Rate > 0):
		return errors.New("an open loop needs a rate above 0")
	case a.Process == Gamma && !(a.Burstiness > 0):
		return errors.New("gamma arrivals need a burstiness above 0")
	}
	if _, ok := s.Workload.(Dialogue); ok && a.Open() {
		return errors.New("conversations of several turns need a closed loop: each turn follows an answer")
	}
	return nil
}

func set[T any](p map[string]any, key string, v *T) {
	if v != nil {
		p[key] = *v
	}
}

// body returns the body fields beside those that endpoint.Request names.
func (s Spec) body() map[string]any {
	extra := map[string]any{}
	if s.MinTokens > 0 {
		extra["min_tokens"] = s.MinTokens
	}
	if s.IgnoreEOS {
		extra["ignore_eos"] = true
	}
	if s.Thinking != nil {
		extra["chat_template_kwargs"] = map[string]any{"enable_thinking": *s.Thinking}
	}
	for k, v := range s.Extra {
		extra[k] = v
	}
	if len(extra) == 0 {
		return nil
	}
	return extra
}

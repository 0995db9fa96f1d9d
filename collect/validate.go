package collect

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/agnivade/levenshtein"

	"benchsite/collect/load"
	"benchsite/collect/simulate"
)

// FieldError is a fault of one field of the configuration.
type FieldError struct {
	Field   string // such as load[0].concurrency
	Message string // what is wrong and what to do
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// Validate returns every fault as a *FieldError, in the order of the file.
func (c Config) Validate() []error {
	v := &validator{}
	if len(c.Subjects) == 0 && len(c.Loads) > 0 {
		v.fault("subject", "there is none: say what is measured")
	}
	var names []string
	for i, s := range c.Subjects {
		v.at = fmt.Sprintf("subject[%d].", i)
		v.name(s.Name, names)
		names = append(names, s.Name)
		s.validate(v)
	}
	var loads []string
	for i, l := range c.Loads {
		v.at = fmt.Sprintf("load[%d].", i)
		v.name(l.Name, loads)
		loads = append(loads, l.Name)
		l.validate(v)
		for _, s := range l.Subjects {
			if !slices.Contains(names, s) {
				v.fault("subjects", "%q is no subject; there are %s%s", s, quoted(names), nearest(s, names))
			}
		}
	}
	return v.faults
}

// validator collects faults under a path.
type validator struct {
	at     string
	faults []error
}

func (v *validator) fault(field, format string, args ...any) {
	v.faults = append(v.faults, &FieldError{Field: v.at + field, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) name(name string, before []string) {
	switch {
	case name == "":
		v.fault("name", "is missing")
	case slices.Contains(before, name):
		v.fault("name", "%q is there twice", name)
	}
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (s Subject) validate(v *validator) {
	if s.Server != nil {
		_, _, simulated, _ := simulate.Parse(s.Endpoint)
		s.Server.validate(s.Endpoint, simulated, v)
	}
	switch _, _, simulated, err := simulate.Parse(s.Endpoint); {
	case s.Endpoint == "":
		v.fault("endpoint", "is missing: the URL of the server, or simulate:bf16 for the embedded one")
	case err != nil:
		v.fault("endpoint", "%v", err)
	case !simulated:
		if u, err := url.Parse(s.Endpoint); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			v.fault("endpoint", "%q is neither an http or https URL nor simulate:PROFILE", s.Endpoint)
		} else if u.User != nil {
			v.fault("endpoint", "holds a user name or password: name the key in api_key_env instead")
		}
	}
	if s.KeyEnv != "" && !envName.MatchString(s.KeyEnv) {
		v.fault("api_key_env", "must be the name of an environment variable, not the key itself")
	}
	for _, n := range []struct {
		field string
		value *int64
	}{{"parallel.tp", s.Parallel.TP}, {"parallel.pp", s.Parallel.PP}, {"parallel.dp", s.Parallel.DP}, {"parallel.ep", s.Parallel.EP},
		{"max_model_len", s.MaxModelLen}, {"accelerator_count", s.AcceleratorCount}} {
		if n.value != nil && *n.value < 1 {
			v.fault(n.field, "is %d, must be at least 1", *n.value)
		}
	}
	if m := s.AcceleratorMemoryGB; m != nil && !(*m > 0) {
		v.fault("accelerator_memory_gb", "is %v, must be above 0", *m)
	}
}

// maxConcurrency is far above what one client can time; it catches slips.
const maxConcurrency = 16384

func (l Load) validate(v *validator) {
	l.validateLevel(v)
	trace := l.process() == load.Trace
	if l.Requests <= 0 && l.Duration <= 0 && !trace {
		v.fault("requests", "and duration are both missing: give at least one limit")
	}
	for _, n := range []struct {
		field string
		value float64
	}{{"requests", float64(l.Requests)}, {"duration", float64(l.Duration)}, {"repeats", float64(l.Repeats)}, {"timeout", float64(l.Timeout)},
		{"think_time", float64(l.ThinkTime)}, {"ramp", float64(l.Ramp)}, {"max_in_flight", float64(l.MaxInFlight)}, {"speed", l.Speed},
		{"max_tokens", float64(l.MaxTokens)}, {"min_tokens", float64(l.MinTokens)}, {"slo.ttft", float64(l.SLO.TTFT)},
		{"slo.tpot", float64(l.SLO.TPOT)}, {"slo.e2e", float64(l.SLO.E2E)}} {
		if n.value < 0 {
			v.fault(n.field, "must not be negative")
		}
	}
	if l.Warmup != nil && *l.Warmup < 0 {
		v.fault("warmup", "must not be negative; 0 sends none")
	}
	if l.MaxTokens > 0 && l.MinTokens > l.MaxTokens {
		v.fault("min_tokens", "is %d, more than max_tokens %d", l.MinTokens, l.MaxTokens)
	}
	if t := l.Temperature; t != nil && !(*t >= 0 && *t <= 10) {
		v.fault("temperature", "is %v, must be from 0 to 10", *t)
	}
	if p := l.TopP; p != nil && !(*p > 0 && *p <= 1) {
		v.fault("top_p", "is %v, must be above 0 and up to 1", *p)
	}
	if !(l.SLOShare >= 0 && l.SLOShare <= 1) {
		v.fault("slo_share", "is %v, must be from 0 to 1", l.SLOShare)
	}
	if !(l.StopErrorShare >= 0 && l.StopErrorShare < 1) {
		v.fault("stop_error_share", "is %v, must be from 0 (go on) to below 1", l.StopErrorShare)
	}
	for _, key := range []string{"model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed", "min_tokens", "ignore_eos"} {
		if _, ok := l.ExtraBody[key]; ok {
			v.fault("extra_body."+key, "is set by benchsite itself: use the key of [[load]]")
		}
	}
	l.Workload.validate(v)
}

// maxRate is above what one client can send on time; it catches slips.
const maxRate = 100000

// validateLevel checks what decides the level of a point: one of concurrency,
// rate, find and a trace, and the keys that go with it.
func (l Load) validateLevel(v *validator) {
	var processes []string
	for _, p := range load.Processes() {
		processes = append(processes, string(p))
	}
	if l.Arrival != "" && !slices.Contains(processes, l.Arrival) {
		v.fault("arrival", "%q is none of %s%s", l.Arrival, quoted(processes), nearest(l.Arrival, processes))
		return
	}
	process := l.process()
	closed, trace := process == load.Closed, process == load.Trace
	if process == "" {
		v.fault("concurrency", "is missing: the numbers of requests in flight, such as [1, 4, 16]; or give rate or find for an open loop")
		return
	}
	given := ""
	for _, k := range []struct {
		field string
		set   bool
	}{{"concurrency", len(l.Concurrency) > 0}, {"rate", len(l.Rate) > 0}, {"find", l.Find != nil}} {
		switch {
		case k.set && given != "":
			v.fault(k.field, "and %s are both given: a load test has one of concurrency, rate and find", given)
			return
		case k.set:
			given = k.field
		}
	}
	for _, k := range []struct {
		field string
		set   bool
		fits  bool
		with  string
	}{
		{"concurrency", len(l.Concurrency) > 0, closed, "a closed loop"},
		{"think_time", l.ThinkTime != 0, closed, "a closed loop"},
		{"rate", len(l.Rate) > 0, !closed && !trace && l.Find == nil, "an open loop without find"},
		{"find", l.Find != nil, !closed && !trace, "an open loop"},
		{"burstiness", l.Burstiness != 0, process == load.Gamma, "arrival = \"gamma\""},
		{"speed", l.Speed != 0, trace, "arrival = \"trace\""},
		{"max_in_flight", l.MaxInFlight != 0, !closed, "an open loop"},
		{"ramp", l.Ramp != 0, !trace, "a rate or a concurrency"},
	} {
		if k.set && !k.fits {
			v.fault(k.field, "goes with %s only; this is %s", k.with, process)
		}
	}
	if closed && len(l.Concurrency) == 0 {
		v.fault("concurrency", "is missing: the numbers of requests in flight, such as [1, 4, 16]")
	}
	if !closed && !trace && len(l.Rate) == 0 && l.Find == nil {
		v.fault("rate", "is missing: the requests a second, such as [2, 4, 8]")
	}
	if process == load.Gamma && !(l.Burstiness > 0 && l.Burstiness <= 1000) {
		v.fault("burstiness", "is %v, must be above 0; 1 is Poisson, below 1 burstier", l.Burstiness)
	}
	if kind := l.Workload.kind(); trace != (kind == "trace") {
		v.fault("workload.kind", "trace and arrival = \"trace\" go together only; this is the kind %s with arrival %s", kind, process)
	} else if (kind == "multi-turn" || kind == "sharegpt" && l.Workload.Turns > 1) && !closed {
		v.fault("workload.turns", "needs concurrency: each turn follows the answer before it, so no clock can say when it comes")
	}
	for i, c := range l.Concurrency {
		switch {
		case c < 1 || c > maxConcurrency:
			v.fault("concurrency", "is %d, must be from 1 to %d", c, maxConcurrency)
		case slices.Contains(l.Concurrency[:i], c):
			v.fault("concurrency", "%d is there twice; use repeats", c)
		}
	}
	for i, r := range l.Rate {
		switch {
		case !(r > 0 && r <= maxRate):
			v.fault("rate", "is %v, must be above 0 and up to %d requests a second", r, maxRate)
		case slices.Contains(l.Rate[:i], r):
			v.fault("rate", "%v is there twice; use repeats", r)
		}
	}
	l.validateFind(v)
}

func (l Load) validateFind(v *validator) {
	f := l.Find
	if f == nil {
		return
	}
	if !(f.Low > 0 && f.Low < f.High && f.High <= maxRate) {
		v.fault("find", "needs low and high with 0 < low < high ≤ %d requests a second, has %v and %v", maxRate, f.Low, f.High)
	}
	if !(f.Tolerance >= 0 && f.Tolerance < 1) {
		v.fault("find.tolerance", "is %v, must be from 0 to below 1", f.Tolerance)
	}
	if f.Points != 0 && (f.Points < 3 || f.Points > 50) {
		v.fault("find.points", "is %d, must be from 3 to 50", f.Points)
	}
	if l.SLO == (SLO{}) {
		v.fault("slo", "is missing: find needs to know what a good request is, such as { ttft = \"500ms\" }")
	}
}

func nearest(word string, list []string) string {
	best, dist := "", len(word)/2+1
	for _, s := range list {
		if d := levenshtein.ComputeDistance(word, s); d < dist {
			best, dist = s, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

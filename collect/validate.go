package collect

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/agnivade/levenshtein"

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
	if len(l.Concurrency) == 0 {
		v.fault("concurrency", "is missing: the numbers of requests in flight, such as [1, 4, 16]")
	}
	for i, c := range l.Concurrency {
		switch {
		case c < 1 || c > maxConcurrency:
			v.fault("concurrency", "is %d, must be from 1 to %d", c, maxConcurrency)
		case slices.Contains(l.Concurrency[:i], c):
			v.fault("concurrency", "%d is there twice; use repeats", c)
		}
	}
	if l.Requests <= 0 && l.Duration <= 0 {
		v.fault("requests", "and duration are both missing: give at least one limit")
	}
	for _, n := range []struct {
		field string
		value float64
	}{{"requests", float64(l.Requests)}, {"duration", float64(l.Duration)}, {"repeats", float64(l.Repeats)}, {"timeout", float64(l.Timeout)},
		{"max_tokens", float64(l.MaxTokens)}, {"min_tokens", float64(l.MinTokens)}, {"slo.ttft", float64(l.SLO.TTFT)},
		{"slo.tpot", float64(l.SLO.TPOT)}, {"slo.e2e", float64(l.SLO.E2E)}, {"workload.input_tokens", float64(l.Workload.InputTokens)}} {
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
	for _, key := range []string{"model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed", "min_tokens", "ignore_eos"} {
		if _, ok := l.ExtraBody[key]; ok {
			v.fault("extra_body."+key, "is set by benchsite itself: use the key of [[load]]")
		}
	}
	l.Workload.validate(v)
}

func (w Workload) validate(v *validator) {
	kinds := []string{"synthetic", "one-prompt", "file"}
	kind := w.kind()
	if !slices.Contains(kinds, kind) {
		v.fault("workload.kind", "%q is none of %s", kind, quoted(kinds))
		return
	}
	for _, need := range []struct {
		field, of string
		set       bool
		must      bool
	}{{"prompt", "one-prompt", w.Prompt != "", true}, {"file", "file", w.File != "", true},
		{"input_tokens", "synthetic", w.InputTokens != 0, false}, {"seed", "synthetic", w.Seed != nil, false}} {
		if need.set && kind != need.of {
			v.fault("workload."+need.field, "does not go with the kind %s", kind)
		}
		if need.must && !need.set && kind == need.of {
			v.fault("workload."+need.field, "is missing: the kind %s needs it", kind)
		}
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

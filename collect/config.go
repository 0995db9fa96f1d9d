package collect

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/load"
)

// Config is the part of config.toml that says what to measure. The toml tags
// are the keys; unknown keys are found by whoever decodes.
type Config struct {
	Subjects []Subject `toml:"subject"`
	Loads    []Load    `toml:"load"`
}

// Subject is what is measured: the subject fields of an artifact and where to
// reach it. What is left out is unknown.
type Subject struct {
	Name     string `toml:"name"`        // by which [[load]] refers to it
	Endpoint string `toml:"endpoint"`    // URL with or without /v1, or simulate:PROFILE
	KeyEnv   string `toml:"api_key_env"` // environment variable that holds the API key
	Color    string `toml:"color"`       // for charts; not used here

	Model               string            `toml:"model"` // as the server names it; "" = the only one it serves
	BaseModel           *string           `toml:"base_model"`
	ModelRevision       *string           `toml:"model_revision"`
	Precision           *string           `toml:"precision"`
	Quantization        *string           `toml:"quantization"`
	KVCacheDtype        *string           `toml:"kv_cache_dtype"`
	Engine              *string           `toml:"engine"`
	EngineVersion       *string           `toml:"engine_version"`
	Parallel            Parallel          `toml:"parallel"`
	MaxModelLen         *int64            `toml:"max_model_len"`
	Accelerator         *string           `toml:"accelerator"`
	AcceleratorCount    *int64            `toml:"accelerator_count"`
	AcceleratorMemoryGB *float64          `toml:"accelerator_memory_gb"`
	Labels              map[string]string `toml:"labels"`
}

// Parallel is how the model is split over devices.
type Parallel struct {
	TP *int64 `toml:"tp"`
	PP *int64 `toml:"pp"`
	DP *int64 `toml:"dp"`
	EP *int64 `toml:"ep"`
}

// Load is a load test: a closed loop at one or more concurrencies.
type Load struct {
	Name        string         `toml:"name"`
	Subjects    []string       `toml:"subjects"`    // none = all
	Concurrency []int          `toml:"concurrency"` // requests in flight
	Requests    int            `toml:"requests"`    // limit of each point, 0 = none
	Duration    Duration       `toml:"duration"`    // limit of each point, 0 = none
	Warmup      *int           `toml:"warmup"`      // requests that are not measured; nil = as many as in flight
	Repeats     int            `toml:"repeats"`     // 0 = 1
	Timeout     Duration       `toml:"timeout"`     // of one request; 0 = the client's default
	MaxTokens   int64          `toml:"max_tokens"`  // 0 = not sent
	MinTokens   int64          `toml:"min_tokens"`
	IgnoreEOS   bool           `toml:"ignore_eos"`
	Thinking    *bool          `toml:"thinking"`
	Temperature *float64       `toml:"temperature"`
	TopP        *float64       `toml:"top_p"`
	TopK        *int64         `toml:"top_k"`
	Seed        *int64         `toml:"seed"`       // of the sampling
	Stream      *bool          `toml:"stream"`     // nil = true
	ExtraBody   map[string]any `toml:"extra_body"` // further body fields of each request
	Workload    Workload       `toml:"workload"`
	SLO         SLO            `toml:"slo"`
	SLOShare    float64        `toml:"slo_share"`   // wanted share of requests within the SLO; 0 = 0.95
	KeepChunks  bool           `toml:"keep_chunks"` // keep the arrival of every chunk in the records
}

// Workload says what is asked.
type Workload struct {
	Kind        string  `toml:"kind"`         // synthetic (the default), one-prompt, file
	Prompt      string  `toml:"prompt"`       // of one-prompt
	File        string  `toml:"file"`         // JSONL, of file
	InputTokens int     `toml:"input_tokens"` // about so many, of synthetic
	Seed        *uint64 `toml:"seed"`         // of synthetic; nil = drawn anew for each run, so that no cache knows the prompts
}

// SLO holds limits for one request; 0 = none.
type SLO struct {
	TTFT Duration `toml:"ttft"`
	TPOT Duration `toml:"tpot"`
	E2E  Duration `toml:"e2e"`
}

// Duration is a time.Duration that is written as text, such as "500ms".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as \"500ms\", \"20s\" or \"5m\"", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// SubjectKeys lists the keys of [[subject]].
func SubjectKeys() []string { return keysOf(reflect.TypeFor[Subject]()) }

// LoadKeys lists the keys of [[load]].
func LoadKeys() []string { return keysOf(reflect.TypeFor[Load]()) }

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("toml"))
	}
	slices.Sort(keys)
	return keys
}

// artifact returns the subject as an artifact holds it. The name there follows
// from model, precision and parallelism.
func (s Subject) artifact() artifact.Subject {
	return artifact.Subject{
		Model: s.Model, BaseModel: s.BaseModel, ModelRevision: s.ModelRevision, Precision: s.Precision,
		Quantization: s.Quantization, KVCacheDtype: s.KVCacheDtype, Engine: s.Engine, EngineVersion: s.EngineVersion,
		Parallel:    artifact.Parallel{TP: s.Parallel.TP, PP: s.Parallel.PP, DP: s.Parallel.DP, EP: s.Parallel.EP},
		MaxModelLen: s.MaxModelLen, Accelerator: s.Accelerator, AcceleratorCount: s.AcceleratorCount,
		AcceleratorMemoryGB: s.AcceleratorMemoryGB, Labels: s.Labels,
	}
}

// workload reads or builds what is asked. seed is used where none is given.
func (w Workload) build(seed uint64) (load.Workload, error) {
	switch w.kind() {
	case "one-prompt":
		return load.OnePrompt{Prompt: w.Prompt}, nil
	case "file":
		f, err := load.ReadFile(w.File, nil)
		if err != nil {
			return nil, err
		}
		return f, nil
	}
	s := load.Synthetic{Seed: seed, Drawn: true, InputTokens: w.InputTokens}
	if w.Seed != nil {
		s.Seed, s.Drawn = *w.Seed, false
	}
	return s, nil
}

// kind returns the kind that is named or that follows from the other keys.
func (w Workload) kind() string {
	switch {
	case w.Kind != "":
		return w.Kind
	case w.Prompt != "":
		return "one-prompt"
	case w.File != "":
		return "file"
	}
	return "synthetic"
}

func (l Load) repeats() int { return max(l.Repeats, 1) }

// uses reports whether the load test is for that subject.
func (l Load) uses(s Subject) bool {
	return len(l.Subjects) == 0 || slices.Contains(l.Subjects, s.Name)
}

func quoted(list []string) string { return strings.Join(list, ", ") }

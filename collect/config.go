package collect

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"benchsite/collect/artifact"
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

	Server *Server `toml:"server" json:",omitempty"` // how to start it; nil = it runs already
}

// Parallel is how the model is split over devices.
type Parallel struct {
	TP *int64 `toml:"tp"`
	PP *int64 `toml:"pp"`
	DP *int64 `toml:"dp"`
	EP *int64 `toml:"ep"`
}

// Load is a load test at one or more levels. Its level is one of
//
//	concurrency = [1, 4, 16]   closed loops: so many requests in flight
//	rate        = [2, 4, 8]    open loops: so many requests a second, by the clock
//	find        = { … }        open loops at rates that a search chooses
//	arrival     = "trace"      one open loop at the times of the workload's file
type Load struct {
	Name        string   `toml:"name"`
	Subjects    []string `toml:"subjects"`                    // none = all
	Concurrency []int    `toml:"concurrency"`                 // requests in flight of each point
	ThinkTime   Duration `toml:"think_time" json:",omitzero"` // of a closed loop, between an answer and the next request

	Rate        []float64 `toml:"rate" json:",omitzero"`          // requests a second of each point
	Find        *Find     `toml:"find" json:",omitzero"`          // search a rate instead
	Arrival     string    `toml:"arrival" json:",omitzero"`       // poisson (the default with rate and find), constant, gamma, trace
	Burstiness  float64   `toml:"burstiness" json:",omitzero"`    // of gamma: 1 = Poisson, below 1 burstier, above 1 more even
	Speed       float64   `toml:"speed" json:",omitzero"`         // of trace: 2 replays in half the time; 0 = 1
	MaxInFlight int       `toml:"max_in_flight" json:",omitzero"` // of an open loop: what is due beyond it waits and keeps its time; 0 = 16384
	Ramp        Duration  `toml:"ramp" json:",omitzero"`          // the rate rises from 0, or the slots from 1, within this time

	Requests       int            `toml:"requests"`                          // limit of each point, 0 = none
	Duration       Duration       `toml:"duration"`                          // limit of each point, 0 = none
	Warmup         *int           `toml:"warmup"`                            // requests that are not measured; nil = as many as in flight
	Repeats        int            `toml:"repeats"`                           // 0 = 1
	Timeout        Duration       `toml:"timeout"`                           // of one request; 0 = the client's default
	StopErrorShare float64        `toml:"stop_error_share" json:",omitzero"` // end a point when a larger share of its requests failed (of at least 20); 0 = go on
	MaxTokens      int64          `toml:"max_tokens"`                        // 0 = not sent
	MinTokens      int64          `toml:"min_tokens"`
	IgnoreEOS      bool           `toml:"ignore_eos"`
	Thinking       *bool          `toml:"thinking"`
	Temperature    *float64       `toml:"temperature"`
	TopP           *float64       `toml:"top_p"`
	TopK           *int64         `toml:"top_k"`
	Seed           *int64         `toml:"seed"`       // of the sampling
	Stream         *bool          `toml:"stream"`     // nil = true
	ExtraBody      map[string]any `toml:"extra_body"` // further body fields of each request
	Workload       Workload       `toml:"workload"`
	SLO            SLO            `toml:"slo"`
	SLOShare       float64        `toml:"slo_share"`   // wanted share of requests within the SLO; 0 = 0.95
	KeepChunks     bool           `toml:"keep_chunks"` // keep the arrival of every chunk in the records
}

// Workload says what is asked.
//
//	synthetic      questions in plain English, about input_tokens long (the default)
//	random         random words, input_tokens ± input_tokens_spread long as the server counts
//	shared-prefix  random, of which the first prefix_tokens are shared within prefix_groups groups
//	multi-turn     conversations of turns turns of random words, with the server's own answers
//	images         generated pictures of image_size, images in each request
//	one-prompt     one prompt for all requests: prompt, or file with its text
//	file           a JSON lines file: strings, {"prompt"} or {"messages"}
//	sharegpt       a ShareGPT JSON file: the first question, or turns questions, of each conversation
//	trace          a JSON lines file of timed requests, with arrival = "trace"
type Workload struct {
	Kind         string  `toml:"kind"`
	Prompt       string  `toml:"prompt"`
	File         string  `toml:"file"`
	InputTokens  int     `toml:"input_tokens"`
	InputSpread  int     `toml:"input_tokens_spread" json:",omitzero"`
	PrefixTokens int     `toml:"prefix_tokens" json:",omitzero"`
	PrefixGroups int     `toml:"prefix_groups" json:",omitzero"` // 0 = 1
	Turns        int     `toml:"turns" json:",omitzero"`
	Images       int     `toml:"images" json:",omitzero"`     // 0 = 1
	ImageSize    string  `toml:"image_size" json:",omitzero"` // such as 512x512, the default
	Seed         *uint64 `toml:"seed"`                        // nil = prompts drawn anew for each run, so that no cache knows them, and files in their order
}

// Find is a search for the highest rate at which slo_share of the offered
// requests keep the slo. Each rate is measured repeats times.
type Find struct {
	Low       float64 `toml:"low"`       // requests a second that surely hold
	High      float64 `toml:"high"`      // and that surely do not
	Tolerance float64 `toml:"tolerance"` // end when the rates around the answer are this close; 0 = 0.05
	Points    int     `toml:"points"`    // rates to try at most; 0 = 10
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

// ServerKeys lists the keys of [subject.server].
func ServerKeys() []string { return keysOf(reflect.TypeFor[Server]()) }

// LoadKeys lists the keys of [[load]] and of the tables in it.
func LoadKeys() []string {
	keys := keysOf(reflect.TypeFor[Load]())
	for _, t := range []reflect.Type{reflect.TypeFor[Workload](), reflect.TypeFor[Find](), reflect.TypeFor[SLO]()} {
		keys = append(keys, keysOf(t)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous {
			keys = append(keys, keysOf(f.Type)...)
		} else {
			keys = append(keys, f.Tag.Get("toml"))
		}
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

func (l Load) repeats() int { return max(l.Repeats, 1) }

// uses reports whether the load test is for that subject.
func (l Load) uses(s Subject) bool {
	return len(l.Subjects) == 0 || slices.Contains(l.Subjects, s.Name)
}

func quoted(list []string) string { return strings.Join(list, ", ") }

package eval

import (
	"fmt"
	"maps"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// Spec is one evaluation: a suite, how it is asked and how it is scored.
type Spec struct {
	Name        string // of the plan's entry; "" = the suite
	Suite       *Suite
	Model       string
	Concurrency int // requests in flight; 0 = 1
	Repeats     int // times that each item is asked; 0 = 1
	MaxTokens   int64
	Sampling    endpoint.Sampling // with repeats, the seed of repeat i is Seed+i
	Thinking    *bool             // chat_template_kwargs.enable_thinking; nil = not sent
	System      string            // system instruction before each item; "" = none
	Extra       map[string]any    // further body fields
	Scorer      Scorer
	Judges      map[string]Judge // by item type, in place of the scorer
	Retry       Retry
}

// Retry says how often and how patiently a request is sent again.
type Retry struct {
	Attempts int           // of one item for failures other than 429; 0 = 5
	First    time.Duration // wait before the second attempt, doubled each time; 0 = 1 s
	Most     time.Duration // longest wait; 0 = 60 s
	Patience time.Duration // how long a server may answer 429 or 503 before an item counts as failed; 0 = 30 min
}

func (r Retry) filled() Retry {
	if r.Attempts <= 0 {
		r.Attempts = 5
	}
	if r.First <= 0 {
		r.First = time.Second
	}
	if r.Most <= 0 {
		r.Most = time.Minute
	}
	if r.Patience <= 0 {
		r.Patience = 30 * time.Minute
	}
	return r
}

func (s Spec) repeats() int { return max(s.Repeats, 1) }

// body holds the further fields of each request.
func (s Spec) body() map[string]any {
	out := maps.Clone(s.Extra)
	if s.Thinking == nil {
		return out
	}
	if out == nil {
		out = map[string]any{}
	}
	args := map[string]any{}
	if given, ok := out["chat_template_kwargs"].(map[string]any); ok {
		args = maps.Clone(given)
	}
	args["enable_thinking"] = *s.Thinking
	out["chat_template_kwargs"] = args
	return out
}

// seed is that of a repeat: nil when one run names none.
func (s Spec) seed(repeat int) *int64 {
	if s.Sampling.Seed == nil && s.repeats() == 1 {
		return nil
	}
	v := int64(repeat)
	if s.Sampling.Seed != nil {
		v += *s.Sampling.Seed
	}
	return &v
}

// messages is what is sent of an item's own.
func (s Spec) messages(own []endpoint.Message) []endpoint.Message {
	if s.System == "" {
		return own
	}
	return append([]endpoint.Message{{Role: "system", Content: s.System}}, own...)
}

// Protocol returns the parameters that two results must share to be compared.
func (s Spec) Protocol() map[string]any {
	if s.Suite.Windows != nil {
		return s.textProtocol()
	}
	p := map[string]any{
		"task": s.Suite.Name, "items_sha256": s.Suite.ItemsHash(), "max_tokens": s.MaxTokens,
		"n_shot": s.Suite.Shots, "scorer": s.Scorer.String(),
	}
	if s.Suite.Version != "" {
		p["version"] = s.Suite.Version
	}
	for key, v := range map[string]*string{"dataset": s.Suite.Dataset.Name, "dataset_revision": s.Suite.Dataset.Revision, "dataset_sha256": s.Suite.Dataset.SHA256} {
		if v != nil {
			p[key] = *v
		}
	}
	if len(s.Suite.Items) < s.Suite.Of {
		p["limit"] = int64(len(s.Suite.Items))
	}
	if s.Suite.Prompt != "" {
		p["prompt_sha256"] = artifact.SHA256([]byte(s.Suite.Prompt))
	}
	if s.System != "" {
		p["system_sha256"] = artifact.SHA256([]byte(s.System))
	}
	if v := s.Sampling.Temperature; v != nil {
		p["temperature"] = *v
	}
	if v := s.Sampling.TopP; v != nil {
		p["top_p"] = *v
	}
	if v := s.Sampling.TopK; v != nil {
		p["top_k"] = *v
	}
	if s.Thinking != nil {
		p["thinking"] = *s.Thinking
	}
	for k, v := range s.Extra {
		p["extra_body."+k] = v
	}
	for _, j := range s.Judges {
		maps.Copy(p, j.Protocol())
	}
	return p
}

// Warnings are the words to say before a run: what its settings will spoil.
func (s Spec) Warnings() []string {
	var out []string
	if need := s.Suite.Need(s.Thinking); s.MaxTokens > 0 && s.MaxTokens < need {
		kind := "with thoughts"
		if s.Thinking != nil && !*s.Thinking {
			kind = "without thoughts"
		}
		out = append(out, fmt.Sprintf("max tokens is %d; answers to %s need up to %d %s: what is cut counts as truncated, not as correct", s.MaxTokens, s.Suite.Name, need, kind))
	}
	if len(s.Suite.Items) < s.Suite.Of {
		out = append(out, fmt.Sprintf("a sample of %d of %d items is not the score of %s", len(s.Suite.Items), s.Suite.Of, s.Suite.Name))
	}
	return out
}

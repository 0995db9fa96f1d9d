package endpoint

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"
)

// Message is one turn of a conversation; MultiContent holds images and text.
type Message = openai.ChatCompletionMessage

// User returns a conversation of one user turn.
func User(prompt string) []Message {
	return []Message{{Role: openai.ChatMessageRoleUser, Content: prompt}}
}

// Sampling holds the sampling parameters; what is nil is not sent.
type Sampling struct {
	Temperature *float64
	TopP        *float64
	TopK        *int64
	Seed        *int64
}

// Request is one chat completion to ask for, or a text to be read: then Prompt
// is set instead of Messages.
type Request struct {
	ID        string // sent as X-Request-Id
	Model     string
	Messages  []Message
	Prompt    string // a text whose tokens the server shall rate, see Likelihood
	MaxTokens int64  // 0 = not sent
	Stream    bool
	Sampling  Sampling
	Extra     map[string]any // further body fields, passed through; they win
	KeepText  bool           // keep all raw events so that Decode yields text

	body    []byte // encoded ahead by Prepare
	dialect int    // in which dialect
}

// Prepare encodes r ahead of Do, so that a request that is sent by the clock
// does not wait for it. r must not be changed afterwards.
func (c *Client) Prepare(r *Request) {
	known := c.dialect.snapshot()
	if body, err := c.dialect.body(r); err == nil { // an error is Do's to report
		r.body, r.dialect = body, known
	}
}

// encode returns the body in the present dialect.
func (c *Client) encode(r *Request, known int) ([]byte, error) {
	if r.body != nil && r.dialect == known {
		return r.body, nil
	}
	return c.dialect.body(r)
}

// dialect is what a server turned out to take, learned from its refusals. It
// starts with the form that most servers take.
type dialect struct {
	noStreamOptions atomic.Bool // refuses stream_options
	completionLimit atomic.Bool // wants max_completion_tokens for max_tokens
	echo            atomic.Bool // knows no prompt_logprobs; echo may do
}

// learn reads a refusal and reports whether another form is worth sending.
func (d *dialect) learn(r *Request, e *Error) bool {
	if r.Prompt != "" {
		unknown := e.Class == ClassNoLogprobs || (e.Status == 400 || e.Status == 422) && strings.Contains(e.Message, "prompt_logprobs")
		return unknown && d.echo.CompareAndSwap(false, true)
	}
	if e.Status != 400 && e.Status != 422 {
		return false
	}
	msg := strings.ToLower(e.Message)
	switch {
	case r.Stream && (strings.Contains(msg, "stream_options") || strings.Contains(msg, "include_usage")):
		return d.noStreamOptions.CompareAndSwap(false, true)
	case r.MaxTokens > 0 && strings.Contains(msg, "max_tokens") && strings.Contains(msg, "max_completion_tokens"):
		return d.completionLimit.CompareAndSwap(false, true)
	}
	return false
}

// snapshot is a number that changes when something was learned, so that a
// request that was refused in an old form is sent again even when another
// request learned first.
func (d *dialect) snapshot() int {
	n := 0
	if d.noStreamOptions.Load() {
		n |= 1
	}
	if d.completionLimit.Load() {
		n |= 2
	}
	if d.echo.Load() {
		n |= 4
	}
	return n
}

// body encodes r in the server's dialect. Temperature and the like go through
// a map because go-openai drops a zero, and 0 is the usual setting.
func (d *dialect) body(r *Request) ([]byte, error) {
	if r.Prompt != "" {
		return d.textBody(r)
	}
	form := openai.ChatCompletionRequest{Model: r.Model, Messages: r.Messages, Stream: r.Stream}
	if d.completionLimit.Load() {
		form.MaxCompletionTokens = int(r.MaxTokens)
	} else {
		form.MaxTokens = int(r.MaxTokens)
	}
	if r.Stream && !d.noStreamOptions.Load() {
		form.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	data, err := json.Marshal(form)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	more := map[string]any{}
	setIf(more, "temperature", r.Sampling.Temperature)
	setIf(more, "top_p", r.Sampling.TopP)
	setIf(more, "top_k", r.Sampling.TopK)
	setIf(more, "seed", r.Sampling.Seed)
	for k, v := range r.Extra {
		more[k] = v
	}
	if len(more) == 0 {
		return data, nil
	}
	fields := map[string]any{}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	for k, v := range raw {
		fields[k] = v
	}
	for k, v := range more {
		fields[k] = v
	}
	if data, err = json.Marshal(fields); err != nil {
		return nil, fmt.Errorf("encode request: extra body fields: %w", err)
	}
	return data, nil
}

func setIf[T any](m map[string]any, key string, v *T) {
	if v != nil {
		m[key] = *v
	}
}

package load

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"benchsite/collect/endpoint"
)

// TraceFile replays recorded requests: when each came, what it asked or how
// long it was, and how long its answer may be.
type TraceFile struct {
	file
	calls []call
	fit   Fit
}

type call struct {
	at       time.Duration
	messages []endpoint.Message // nil = random text of input tokens
	input    int
	output   int64
	blocks   []uint64 // of 512 tokens each, shared between calls that name the same
}

// mostTokens bounds a prompt that a trace asks for; it catches slips.
const mostTokens = 1 << 24

// traceBlock is how many tokens a hash of a trace stands for.
const traceBlock = 512

// ReadTrace reads a JSONL trace. Each line has a time, either "timestamp" in
// milliseconds as the Mooncake traces have it or "at_s" in seconds; what was
// asked, as "prompt", "messages" or "input_length" in tokens, with "hash_ids"
// for blocks of 512 tokens that several requests begin with; and optionally
// "output_length" or "max_tokens".
func ReadTrace(path string) (*TraceFile, error) {
	f, data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	w := &TraceFile{file: f}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		c, err := readCall(line)
		if err != nil {
			return nil, fmt.Errorf("trace %s, line %d: %v", f.Name, n, err)
		}
		w.calls = append(w.calls, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("trace %s: %w", f.Name, err)
	}
	if len(w.calls) == 0 {
		return nil, fmt.Errorf("trace %s holds no request", f.Name)
	}
	slices.SortStableFunc(w.calls, func(a, b call) int { return int(a.at - b.at) })
	return w, nil
}

func readCall(line []byte) (call, error) {
	var v struct {
		Timestamp *float64           `json:"timestamp"`
		AtS       *float64           `json:"at_s"`
		Prompt    string             `json:"prompt"`
		Messages  []endpoint.Message `json:"messages"`
		Input     int                `json:"input_length"`
		Hashes    []uint64           `json:"hash_ids"`
		Output    int64              `json:"output_length"`
		MaxTokens int64              `json:"max_tokens"`
	}
	if err := json.Unmarshal(line, &v); err != nil {
		return call{}, fmt.Errorf("not a JSON object: %v", err)
	}
	c := call{messages: v.Messages, input: v.Input, output: max(v.Output, v.MaxTokens), blocks: v.Hashes}
	var at float64
	switch {
	case v.AtS != nil && v.Timestamp == nil:
		at = *v.AtS
	case v.Timestamp != nil && v.AtS == nil:
		at = *v.Timestamp / 1000
	default:
		return c, fmt.Errorf("needs either at_s in seconds or timestamp in milliseconds")
	}
	if !(at >= 0 && at < 1e9) {
		return c, fmt.Errorf("the time %v s is not within a trace", at)
	}
	c.at = time.Duration(at * float64(time.Second))
	if v.Input < 0 || v.Input > mostTokens || v.Output < 0 || v.MaxTokens < 0 {
		return c, fmt.Errorf("lengths must be from 0 to %d tokens", mostTokens)
	}
	if v.Prompt != "" {
		c.messages = endpoint.User(v.Prompt)
	}
	if (v.Prompt != "") == (len(v.Messages) > 0) && (v.Prompt != "" || v.Input <= 0) {
		return c, fmt.Errorf("needs one of prompt, messages and input_length")
	}
	return c, nil
}

// Times returns when the requests came.
func (w *TraceFile) Times() []time.Duration {
	out := make([]time.Duration, len(w.calls))
	for i, c := range w.calls {
		out[i] = c.at
	}
	return out
}

// Messages implements Workload.
func (w *TraceFile) Messages(i int) []endpoint.Message {
	n := i % len(w.calls)
	c := w.calls[n]
	if c.messages != nil {
		return c.messages
	}
	words, per := w.fit.words(c.input), Fit{PerWord: w.fit.PerWord}.words(traceBlock)
	var text []string
	for _, b := range c.blocks {
		if words < per {
			break
		}
		text = append(text, prose(rand.New(rand.NewPCG(b, 0x61c0)), per))
		words -= per
	}
	if words > 0 {
		text = append(text, distinct(rand.New(rand.NewPCG(uint64(n), 0x7a11)), n, words))
	}
	return endpoint.User(strings.Join(text, " "))
}

// MaxTokens implements Limiter.
func (w *TraceFile) MaxTokens(i int) int64 { return w.calls[i%len(w.calls)].output }

// Target implements Calibrated: the median of the lengths that are given.
func (w *TraceFile) Target() int {
	var lengths []int
	for _, c := range w.calls {
		if c.messages == nil {
			lengths = append(lengths, c.input)
		}
	}
	if len(lengths) == 0 {
		return 0
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}

// Probe implements Calibrated.
func (w *TraceFile) Probe(seed uint64, words int) []endpoint.Message {
	return Random{}.Probe(seed, words)
}

// With implements Calibrated.
func (w *TraceFile) With(f Fit) Workload {
	c := *w
	c.fit = f
	return &c
}

// Describe implements Workload.
func (w *TraceFile) Describe() Description { return w.describe("trace", len(w.calls)) }

package load

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"benchsite/collect/endpoint"
)

// Workload gives the conversation of the i-th request. It is a pure value: the
// same index always gives the same conversation.
type Workload interface {
	Messages(i int) []endpoint.Message
	Describe() Description
}

// Limiter is a workload that says how long each answer may be; 0 leaves it to
// the point.
type Limiter interface {
	Workload
	MaxTokens(i int) int64
}

// Dialogue is a workload of conversations. Turn gives the messages that the
// user adds in a turn, from 0; the answers between them are the server's own.
type Dialogue interface {
	Workload
	Turns(session int) int
	Turn(session, turn int) []endpoint.Message
}

// Description is what the protocol says of a workload.
type Description struct {
	Kind        string         // synthetic, random, one-prompt, file …
	SHA256      string         // of what determines the prompts; "" when drawn anew for each run
	InputTokens int            // wanted tokens of a prompt, 0 = as they are
	Distinct    int            // how many different prompts there are, 0 = no end
	More        map[string]any // further parameters of the protocol
}

// Repetition says whether a run of n requests (0 = no limit) repeats prompts:
// distinct, repeated or identical.
func (d Description) Repetition(n int) string {
	switch {
	case d.Distinct == 1:
		return "identical"
	case d.Distinct == 0 || n > 0 && n <= d.Distinct:
		return "distinct"
	}
	return "repeated"
}

// OnePrompt sends the same prompt with every request. A server with a prefix
// cache computes it once; the artifact says that prompts are identical.
type OnePrompt struct{ Prompt string }

// Messages returns the prompt.
func (w OnePrompt) Messages(int) []endpoint.Message { return endpoint.User(w.Prompt) }

// Describe implements Workload.
func (w OnePrompt) Describe() Description {
	return Description{Kind: "one-prompt", SHA256: sum([]byte(w.Prompt)), Distinct: 1}
}

// File sends the conversations of a JSONL file in turn.
type File struct {
	file
	turns [][]endpoint.Message
}

// ReadFile reads a JSONL file: each line is a string, {"prompt": "…"} or
// {"messages": [{"role": …, "content": …}, …]}. Blank lines are skipped. A
// seed shuffles them; nil keeps their order.
func ReadFile(path string, seed *uint64) (*File, error) {
	f, data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	w := &File{file: f}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		turns, err := readTurns(line)
		if err != nil {
			return nil, fmt.Errorf("prompt file %s, line %d: %v", w.Name, n, err)
		}
		w.turns = append(w.turns, turns)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("prompt file %s: %w", w.Name, err)
	}
	if len(w.turns) == 0 {
		return nil, fmt.Errorf("prompt file %s holds no prompt", w.Name)
	}
	shuffle(seed, w.turns)
	w.shuffled = seed
	return w, nil
}

func readTurns(line []byte) ([]endpoint.Message, error) {
	var text string
	if json.Unmarshal(line, &text) == nil {
		if text == "" {
			return nil, fmt.Errorf("the prompt is empty")
		}
		return endpoint.User(text), nil
	}
	var v struct {
		Prompt   string             `json:"prompt"`
		Messages []endpoint.Message `json:"messages"`
	}
	if err := json.Unmarshal(line, &v); err != nil {
		return nil, fmt.Errorf("not a JSON string or object: %v", err)
	}
	switch {
	case v.Prompt != "" && v.Messages == nil:
		return endpoint.User(v.Prompt), nil
	case v.Prompt == "" && len(v.Messages) > 0:
		return v.Messages, nil
	}
	return nil, fmt.Errorf("needs either prompt or messages")
}

// Messages returns the i-th conversation, from the beginning again after the
// last.
func (w *File) Messages(i int) []endpoint.Message { return w.turns[i%len(w.turns)] }

// Describe implements Workload.
func (w *File) Describe() Description { return w.describe("file", w.different()) }

// different counts the prompts without those that the file holds twice.
func (w *File) different() int {
	seen := map[string]bool{}
	for _, t := range w.turns {
		b, err := json.Marshal(t)
		if err != nil {
			return len(w.turns) // text and images that were read are always JSON
		}
		seen[string(b)] = true
	}
	return len(seen)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// rehearser is a workload that makes its own warm-up.
type rehearser interface{ rehearsal() Workload }

// warmupOf returns prompts for the warm-up wave: about as long as those of w,
// and none of them, so that a prefix cache is not warmed with what is measured.
func warmupOf(w Workload) Workload {
	if r, ok := w.(rehearser); ok {
		return r.rehearsal()
	}
	length := 0
	for _, m := range w.Messages(0) {
		length += len(m.Content)
	}
	return Synthetic{Seed: 0x77a2, InputTokens: max(length/4, 16), warm: true}
}

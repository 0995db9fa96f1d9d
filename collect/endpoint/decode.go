package endpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// reply is one event of a stream or one whole answer. It takes go-openai's
// forms where they are lenient enough and adds what servers send beside them.
type reply struct {
	Model   string          `json:"model"`
	Choices []choice        `json:"choices"`
	Usage   *openai.Usage   `json:"usage"`
	Error   json.RawMessage `json:"error"`
}

type choice struct {
	Delta        *turn               `json:"delta"`
	Message      *turn               `json:"message"`
	Text         string              `json:"text"`
	FinishReason openai.FinishReason `json:"finish_reason"`
}

type turn struct {
	openai.ChatCompletionStreamChoiceDelta
	Reasoning string `json:"reasoning"`
}

// Reading is what the raw events of an answer tell.
type Reading struct {
	Usage        *Usage // nil when the server sent none
	FinishReason string // "" when the server sent none
	Text         string // of the events that were kept
	Reasoning    string // likewise
	Model        string // as the answer names it
	ToolCalls    int    // parts of tool calls
}

// Decode reads token counts, finish reason and text out of the raw events that
// were kept. It may be called more than once and from any goroutine that owns
// the Exchange; the clock of no stream depends on it.
func (x *Exchange) Decode() {
	if x.decoded {
		return
	}
	r := Read(x.raw)
	if !x.keepText && x.Streamed { // a few events of a stream are no text
		r.Text, r.Reasoning, r.ToolCalls = "", "", 0
	}
	x.Reading, x.raw, x.decoded = r, nil, true
}

// Raw returns the events that were kept and not decoded yet.
func (x *Exchange) Raw() [][]byte { return x.raw }

// Read decodes raw events in order, as Exchange.Raw returns them.
func Read(events [][]byte) Reading {
	var out Reading
	var text, reasoning strings.Builder
	for _, raw := range events {
		var r reply
		// A field of an unexpected type leaves the others readable.
		_ = json.Unmarshal(raw, &r)
		if r.Model != "" {
			out.Model = r.Model
		}
		if r.Usage != nil {
			out.Usage = usageOf(r.Usage)
		}
		for _, c := range r.Choices {
			if c.FinishReason != "" {
				out.FinishReason = string(c.FinishReason)
			}
			text.WriteString(c.Text)
			for _, t := range []*turn{c.Delta, c.Message} {
				if t == nil {
					continue
				}
				text.WriteString(t.Content)
				text.WriteString(t.Refusal)
				reasoning.WriteString(t.Reasoning)
				if t.Reasoning == "" { // some servers send both names with the same text
					reasoning.WriteString(t.ReasoningContent)
				}
				out.ToolCalls += len(t.ToolCalls)
			}
		}
	}
	out.Text, out.Reasoning = text.String(), reasoning.String()
	return out
}

func usageOf(u *openai.Usage) *Usage {
	out := &Usage{Prompt: int64(u.PromptTokens), Output: int64(u.CompletionTokens)}
	if d := u.CompletionTokensDetails; d != nil {
		n := int64(d.ReasoningTokens)
		out.Reasoning = &n
	}
	if d := u.PromptTokensDetails; d != nil {
		n := int64(d.CachedTokens)
		out.Cached = &n
	}
	return out
}

// whole takes an answer that came as one JSON object.
func (x *Exchange) whole(body []byte, wanted bool) {
	kind, _, ok := scan(bytes.TrimSpace(body))
	switch {
	case !ok:
		x.Err = &Error{Class: ClassBadReply, Status: x.Status, Message: "the answer is not a JSON object: " + snippet(body)}
	case kind&Fault != 0:
		x.Err = &Error{Class: ClassErrorObject, Status: x.Status, Message: faultMessage([][]byte{body})}
	case wanted:
		x.Err = &Error{Class: ClassNotStreamed, Status: x.Status, Message: "the server answered with one JSON object where a stream was asked for"}
	case !kind.Tokens() && kind&Finish == 0:
		x.Err = &Error{Class: ClassBadReply, Status: x.Status, Message: "the answer is not a chat completion: " + snippet(body)}
	case !kind.Tokens():
		x.Err = &Error{Class: ClassNoToken, Status: x.Status, Message: "the answer held no token"}
	}
	x.raw = [][]byte{body}
}

// faultMessage words the first error object among raw.
func faultMessage(raw [][]byte) string {
	for _, b := range raw {
		if kind, _, ok := scan(b); ok && kind&Fault == 0 {
			continue
		}
		if msg := errorText(b); msg != "" {
			return "the server put an error into its 200 answer: " + msg
		}
	}
	return "the server put an error into its 200 answer"
}

// errorText finds what an error body says: {"error": {...}}, {"error": "…"},
// {"object": "error", "message": …}, {"detail": …}, or plain text.
func errorText(body []byte) string {
	var r openai.ErrorResponse
	if json.Unmarshal(body, &r) == nil && r.Error != nil && r.Error.Message != "" {
		return clip(r.Error.Message)
	}
	var loose struct {
		Error   any `json:"error"`
		Message any `json:"message"`
		Detail  any `json:"detail"`
	}
	if json.Unmarshal(body, &loose) == nil {
		for _, v := range []any{loose.Error, loose.Message, loose.Detail} {
			switch v := v.(type) {
			case string:
				return clip(v)
			case nil:
			default:
				b, _ := json.Marshal(v)
				return clip(string(b))
			}
		}
	}
	return snippet(body)
}

// snippet shows the beginning of an unexpected body on one line.
func snippet(body []byte) string {
	return clip(strings.Join(strings.Fields(string(body)), " "))
}

func clip(s string) string {
	const limit = 200
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

func afterChunks(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", after 1 chunk"
	}
	return fmt.Sprintf(", after %d chunks", n)
}

package simulate

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"unicode/utf8"
)

// excess is how much less a profile likes a text than the first one does, in
// nats a token: the mean, and how far single tokens lie around it.
var excess = map[string]struct{ mean, spread float64 }{"bf16": {0, 0}, "fp8": {0.004, 0.25}, "nvfp4": {0.03, 0.3}}

// textRequest is what the server reads of a completion of the older form. It
// answers those that ask how likely the prompt is, and no others.
type textRequest struct {
	Model          string          `json:"model"`
	Prompt         json.RawMessage `json:"prompt"`
	Echo           bool            `json:"echo"`
	Logprobs       *int            `json:"logprobs"`
	PromptLogprobs *int            `json:"prompt_logprobs"`
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	var req textRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 32<<20)).Decode(&req); err != nil {
		refuse(w, 400, "the body is not a completion request: "+err.Error())
		return
	}
	var prompt string
	switch {
	case req.Model != s.profile.Model:
		refuse(w, 404, fmt.Sprintf("the model %q does not exist", req.Model))
		return
	case json.Unmarshal(req.Prompt, &prompt) != nil || prompt == "":
		refuse(w, 400, "prompt must be a text")
		return
	case req.PromptLogprobs == nil && (!req.Echo || req.Logprobs == nil):
		refuse(w, 400, "only prompt_logprobs, or echo with logprobs, is simulated here")
		return
	}
	list := spelled(prompt)
	if int64(len(list)) >= s.profile.MaxModelLen {
		refuse(w, 400, fmt.Sprintf("the prompt takes %d tokens, the model takes %d", len(list), s.profile.MaxModelLen))
		return
	}
	seq := s.engine.add(len(list), 1)
	if !s.wait(r.Context(), seq) {
		return
	}
	choice := map[string]any{"index": 0, "text": " the", "finish_reason": "length"}
	if req.PromptLogprobs != nil {
		rated := []any{nil}
		for i := 1; i < len(list); i++ {
			rated = append(rated, map[string]any{fmt.Sprint(hashOf(list[i]) % 150000): map[string]any{
				"logprob": s.logprob(list, i), "rank": 1, "decoded_token": list[i]}})
		}
		choice["prompt_logprobs"] = rated
	} else {
		values, offsets, at := []any{nil}, []int{}, 0
		for i, t := range list {
			if i > 0 {
				values = append(values, s.logprob(list, i))
			}
			offsets, at = append(offsets, at), at+utf8.RuneCountInString(t)
		}
		choice["text"] = prompt + " the"
		choice["logprobs"] = map[string]any{"tokens": append(list, " the"), "token_logprobs": append(values, -1.5), "text_offset": append(offsets, at)}
	}
	reply(w, 200, map[string]any{"id": "sim-text", "object": "text_completion", "created": 0, "model": s.profile.Model, "choices": []any{choice},
		"usage": map[string]any{"prompt_tokens": len(list), "completion_tokens": 1, "total_tokens": len(list) + 1}})
}

// logprob is the natural logarithm of the probability that the i-th token has
// after the two before it: the same on every profile but for its excess.
func (s *Server) logprob(list []string, i int) float64 {
	u := func(parts ...string) float64 { return (float64(hashOf(parts...)>>11) + 0.5) / (1 << 53) }
	before := append([]string{list[max(0, i-2)]}, list[i-1], list[i])
	e := excess[s.profile.Name]
	own := e.mean + e.spread*(u(append(before, s.profile.Name, fmt.Sprint(s.options.Seed))...)-0.5)
	// Cubed, so that most tokens are likely and few are not, as in a text.
	v := math.Pow(u(before...), 3)*8 + 0.02 + own
	return -max(v, 0.0001)
}

// spelled are the tokens of a text with the white space before them, so that
// together they are the text.
func spelled(text string) []string {
	var out []string
	at := 0
	for _, t := range tokens(text) {
		end := at
		for text[end:end+len(t)] != t { // only white space lies between
			end++
		}
		end += len(t)
		out = append(out, text[at:end])
		at = end
	}
	if at < len(text) {
		out = append(out, text[at:])
	}
	return out
}

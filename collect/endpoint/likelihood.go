package endpoint

import (
	"encoding/json"
	"fmt"
	"math"

	openai "github.com/sashabaranov/go-openai"
)

// Likelihood is how probable a model finds a text, token by token. Servers give
// it in two forms: vLLM answers prompt_logprobs, the older completions of OpenAI
// answer echo with logprobs. Do asks for the first form and, where a server does
// not know it, for the second.
type Likelihood struct {
	// Logprobs are the natural logarithms of the probabilities of the prompt's
	// tokens, each given all before it. The first token has none: NaN.
	Logprobs []float64
	// Texts are the tokens as the server writes them, "" where it does not.
	Texts []string
}

// path is where the request is sent, below the address of the API.
func (r *Request) path() string {
	if r.Prompt != "" {
		return "/completions"
	}
	return "/chat/completions"
}

// textBody asks for the probabilities of a text. One token of output is wanted
// because servers refuse none.
func (d *dialect) textBody(r *Request) ([]byte, error) {
	form := map[string]any{"model": r.Model, "prompt": r.Prompt, "max_tokens": 1, "temperature": 0}
	if d.echo.Load() {
		form["echo"], form["logprobs"] = true, 1
	} else {
		form["prompt_logprobs"] = 1
	}
	for k, v := range r.Extra {
		form[k] = v
	}
	data, err := json.Marshal(form)
	if err != nil {
		return nil, fmt.Errorf("encode request: extra body fields: %w", err)
	}
	return data, nil
}

// rated is one token at one place of the prompt.
type rated struct {
	Logprob float64 `json:"logprob"`
	Rank    *int    `json:"rank"`
	Text    string  `json:"decoded_token"`
}

// completion is the part of a completion that rates the prompt.
type completion struct {
	Choices []struct {
		PromptLogprobs []map[string]rated `json:"prompt_logprobs"`
		Logprobs       *struct {
			Tokens        []string   `json:"tokens"`
			TokenLogprobs []*float64 `json:"token_logprobs"`
		} `json:"logprobs"`
	} `json:"choices"`
	PromptLogprobs []map[string]rated `json:"prompt_logprobs"` // some versions put it beside the choices
	Usage          *openai.Usage      `json:"usage"`
}

// read takes an answer to a request with a Prompt.
func (x *Exchange) read(body []byte) {
	var c completion
	if err := json.Unmarshal(body, &c); err != nil {
		x.Err = &Error{Class: ClassBadReply, Status: x.Status, Message: "the answer is not a completion: " + snippet(body)}
		return
	}
	if kind, _, ok := scan(body); ok && kind&Fault != 0 {
		x.Err = &Error{Class: ClassErrorObject, Status: x.Status, Message: faultMessage([][]byte{body})}
		return
	}
	if c.Usage != nil {
		x.Usage = usageOf(c.Usage)
	}
	x.decoded = true
	list := c.PromptLogprobs
	if len(c.Choices) > 0 && c.Choices[0].PromptLogprobs != nil {
		list = c.Choices[0].PromptLogprobs
	}
	switch {
	case len(list) > 0:
		x.Likelihood = ratedAt(list)
	case len(c.Choices) > 0 && c.Choices[0].Logprobs != nil:
		l := c.Choices[0].Logprobs
		x.Likelihood = echoed(l.Tokens, l.TokenLogprobs, x.Usage)
	}
	if x.Likelihood == nil {
		x.Err = &Error{Class: ClassNoLogprobs, Status: x.Status, Message: "the answer rates no token of the prompt"}
	}
}

// ratedAt reads vLLM's form. Beside the prompt's own token a place may hold
// likelier ones; the own one has the highest rank of those that are given.
func ratedAt(list []map[string]rated) *Likelihood {
	out := &Likelihood{}
	for _, place := range list {
		own, found := rated{Logprob: math.NaN()}, false
		for _, t := range place {
			if !found || t.Rank != nil && own.Rank != nil && *t.Rank > *own.Rank {
				own, found = t, true
			}
		}
		out.Logprobs, out.Texts = append(out.Logprobs, own.Logprob), append(out.Texts, own.Text)
	}
	return out
}

// echoed reads the older form: the prompt's tokens, then those of the output.
// Without counts from the server the last token is the output's, of which one
// was asked. Nil when the list is of the output alone.
func echoed(texts []string, logprobs []*float64, u *Usage) *Likelihood {
	n := len(logprobs) - 1
	if u != nil {
		if int64(len(logprobs)) < u.Prompt {
			return nil
		}
		n = int(u.Prompt)
	}
	if n < 1 || n > len(logprobs) {
		return nil
	}
	out := &Likelihood{Texts: make([]string, n)}
	copy(out.Texts, texts)
	for _, v := range logprobs[:n] {
		if v == nil {
			v = new(float64)
			*v = math.NaN()
		}
		out.Logprobs = append(out.Logprobs, *v)
	}
	return out
}

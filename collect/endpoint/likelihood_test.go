package endpoint_test

import (
	"math"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

func rate(text string) *endpoint.Request {
	return &endpoint.Request{ID: "t1", Model: "m", Prompt: text}
}

const (
	vllmForm = `{"choices":[{"index":0,"text":"!","finish_reason":"length","prompt_logprobs":[null,
		{"9":{"logprob":-2.5,"rank":7,"decoded_token":" b"},"4":{"logprob":-0.1,"rank":1,"decoded_token":" x"}},
		{"5":{"logprob":-0.25,"rank":1,"decoded_token":" c"}}]}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`
	echoForm = `{"choices":[{"index":0,"text":"a b c!","finish_reason":"length","logprobs":{"tokens":["a"," b"," c","!"],
		"token_logprobs":[null,-2.5,-0.25,-0.01],"text_offset":[0,1,3,5]}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`
	plainForm = `{"choices":[{"index":0,"text":"!","finish_reason":"length","logprobs":{"tokens":["!"],"token_logprobs":[-0.01]}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`
)

// A text is rated in the form that the server knows, learned from its answers.
func TestLikelihood(t *testing.T) {
	asked := func(w *endpointtest.Wire) string {
		if w.Body["echo"] == true {
			return "echo"
		}
		return "prompt_logprobs"
	}
	for name, c := range map[string]struct {
		reply endpointtest.Reply
		class endpoint.Class
		tries int
	}{
		"vllm":        {func(w *endpointtest.Wire) { w.JSON(200, vllmForm) }, "", 1},
		"without one": {func(w *endpointtest.Wire) { w.JSON(200, plainForm) }, endpoint.ClassNoLogprobs, 2},
		"echo": {func(w *endpointtest.Wire) {
			if asked(w) == "echo" {
				w.JSON(200, echoForm)
				return
			}
			w.JSON(200, plainForm)
		}, "", 2},
		"echo, and strict": {func(w *endpointtest.Wire) {
			if asked(w) == "echo" {
				w.JSON(200, echoForm)
				return
			}
			w.JSON(400, `{"error":{"message":"unknown field prompt_logprobs"}}`)
		}, "", 2},
		"too long":   {func(w *endpointtest.Wire) { w.JSON(400, `{"error":{"message":"the prompt is too long"}}`) }, "http-400", 1},
		"odd":        {func(w *endpointtest.Wire) { w.JSON(200, `[1]`) }, endpoint.ClassBadReply, 1},
		"an error":   {func(w *endpointtest.Wire) { w.JSON(200, `{"error":{"message":"no"}}`) }, endpoint.ClassErrorObject, 1},
		"not at all": {nil, "http-404", 0},
	} {
		s := endpointtest.New(t)
		tries := 0
		if c.reply != nil {
			s.Complete = func(w *endpointtest.Wire) { tries++; c.reply(w) }
		}
		cl := dial(t, s, time.Second)
		x := cl.Do(t.Context(), rate("a b c"))
		x.Decode()
		if c.class != "" {
			if x.Err == nil || x.Err.Class != c.class || tries != c.tries {
				t.Errorf("%s: %v after %d tries, want %s after %d", name, x.Err, tries, c.class, c.tries)
			}
			continue
		}
		if x.Err != nil {
			t.Errorf("%s: %v", name, x.Err)
			continue
		}
		l := x.Likelihood
		if len(l.Logprobs) != 3 || !math.IsNaN(l.Logprobs[0]) || l.Logprobs[1] != -2.5 || l.Logprobs[2] != -0.25 || l.Texts[2] != " c" || x.Usage.Prompt != 3 || tries != c.tries {
			t.Errorf("%s: %+v after %d tries", name, l, tries)
		}
		if x = cl.Do(t.Context(), rate("a b c")); x.Err != nil || tries != c.tries+1 {
			t.Errorf("%s, again: %v, %d tries in all", name, x.Err, tries)
		}
	}
}

package simulate

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"benchsite/collect/endpoint"
)

// Both forms give the same figures, the text comes back whole, and a profile
// with fewer bits likes a text less.
func TestCompletionsRateTheText(t *testing.T) {
	text := "The quick brown fox, 12345 times.\n量化之后，模型还好吗？ "
	for i := range 200 {
		text += fmt.Sprintf("On day %d rain fell on roof %d and nobody counted %d drops. ", i, 7*i%101, i*i)
	}
	nll := map[string]float64{}
	for _, name := range []string{"bf16", "fp8", "nvfp4"} {
		p, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start("127.0.0.1:0", p, Options{Clock: 2000})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c, err := endpoint.Dial(t.Context(), endpoint.Options{URL: s.URL()})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var first *endpoint.Likelihood
		for _, extra := range []map[string]any{nil, {"prompt_logprobs": nil, "echo": true, "logprobs": 1}} {
			x := c.Do(t.Context(), &endpoint.Request{Model: p.Model, Prompt: text, Extra: extra})
			if x.Err != nil {
				t.Fatal(name, x.Err)
			}
			l := x.Likelihood
			if int64(len(l.Logprobs)) != x.Usage.Prompt || !math.IsNaN(l.Logprobs[0]) || !strings.HasSuffix(text, strings.Join(l.Texts[1:], "")) {
				t.Errorf("%s: %d tokens, usage %v, texts %q", name, len(l.Logprobs), x.Usage, l.Texts[:5])
			}
			if first == nil {
				first = l
			}
			for i := 1; i < len(l.Logprobs); i++ {
				if l.Logprobs[i] != first.Logprobs[i] || l.Logprobs[i] >= 0 {
					t.Fatalf("%s: token %d: %v and %v", name, i, l.Logprobs[i], first.Logprobs[i])
				}
			}
		}
		for _, v := range first.Logprobs[1:] {
			nll[name] -= v / float64(len(first.Logprobs)-1)
		}
	}
	if nll["bf16"] < 1 || nll["bf16"] > 3 || nll["nvfp4"] <= nll["bf16"] {
		t.Errorf("nats a token: %v", nll)
	}
}

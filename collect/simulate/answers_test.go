package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

func ask(t *testing.T, s *Server, prompt string, seed int) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"model": s.Profile().Model, "seed": seed, "max_tokens": 64,
		"messages": []any{map[string]any{"role": "user", "content": prompt}}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.URL()+"/v1/chat/completions", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var r struct {
		Choices []struct {
			Message struct{ Content string }
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil || len(r.Choices) != 1 {
		t.Fatal(err, r)
	}
	return r.Choices[0].Message.Content
}

func TestAnswersAreMostlyRight(t *testing.T) {
	keys := map[string]string{}
	for i := range 200 {
		keys[fmt.Sprintf("What is %d + 1?", i)] = fmt.Sprint(i + 1)
	}
	right := map[string]int{}
	for _, name := range []string{"bf16", "nvfp4"} {
		p, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start("127.0.0.1:0", p, Options{Clock: 2000})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Answers(keys)
		for prompt, key := range keys {
			got := ask(t, s, prompt, 0)
			if got == key {
				right[name]++
			} else if got != ask(t, s, prompt, 0) {
				t.Errorf("%s: two replies", prompt)
			}
		}
		if other := ask(t, s, "Tell me more.", 0); len(other) < 60 {
			t.Errorf("a prompt without an answer: %q", other)
		}
	}
	if right["bf16"] < 170 || right["bf16"] == 200 || right["nvfp4"] >= right["bf16"] || right["nvfp4"] < 150 {
		t.Errorf("right of 200: %v", right)
	}
}

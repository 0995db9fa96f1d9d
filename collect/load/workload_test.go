package load

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSynthetic(t *testing.T) {
	w := Synthetic{Seed: 7, InputTokens: 200}
	seen, begins, words := map[string]bool{}, map[string]bool{}, 0
	for i := range 2000 {
		text := w.Messages(i)[0].Content
		if text != w.Messages(i)[0].Content {
			t.Fatal("the same index gave two prompts")
		}
		seen[text], begins[text[:16]] = true, true
		words += len(strings.Fields(text))
	}
	if len(seen) != 2000 || len(begins) != 2000 {
		t.Errorf("%d prompts and %d beginnings of 2000 differ", len(seen), len(begins))
	}
	if mean := float64(words) / 2000; math.Abs(mean-150) > 20 {
		t.Errorf("%v words a prompt for 200 tokens", mean)
	}
	if (Synthetic{Seed: 8}).Messages(0)[0].Content == w.Messages(0)[0].Content {
		t.Error("two seeds gave the same prompt")
	}
	for i := range 100 {
		if seen[warmupOf(w).Messages(i)[0].Content] {
			t.Fatal("the warm-up sends a measured prompt")
		}
	}
	if d := w.Describe(); d.Kind != "synthetic" || d.SHA256 == "" || d.Repetition(10) != "distinct" {
		t.Errorf("%+v", d)
	}
	if d := (Synthetic{Seed: 7, Drawn: true}).Describe(); d.SHA256 != "" {
		t.Errorf("a drawn seed is in the protocol: %+v", d)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) string {
		path := filepath.Join(dir, "p.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	w, err := ReadFile(write("\"one\"\n\n{\"prompt\":\"two\"}\n{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"three\"}]}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.Messages(0)[0].Content != "one" || w.Messages(1)[0].Content != "two" || w.Messages(2)[1].Content != "three" || w.Messages(3)[0].Content != "one" {
		t.Error("the prompts do not follow the file")
	}
	if d := w.Describe(); d.Distinct != 3 || d.Repetition(3) != "distinct" || d.Repetition(4) != "repeated" || d.Repetition(0) != "repeated" || len(d.SHA256) != 64 {
		t.Errorf("%+v", d)
	}
	for text, says := range map[string]string{"": "no prompt", "\"a\"\n{]\n": "line 2", "{\"prompt\":\"\"}": "either prompt or messages", "\"\"": "empty", "5": "line 1"} {
		if _, err := ReadFile(write(text), nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	if (OnePrompt{"x"}).Describe().Repetition(5) != "identical" {
		t.Error("one prompt is not identical")
	}
}

func TestProtocol(t *testing.T) {
	zero := 0.0
	s := Spec{Concurrency: 4, Requests: 8, MaxTokens: 16, Workload: OnePrompt{"x"}, IgnoreEOS: true, Extra: map[string]any{"top_a": 1}}
	s.Sampling.Temperature = &zero
	p := s.Protocol()
	for k, want := range map[string]any{"arrival": "closed", "concurrency": 4, "workload": "one-prompt", "prompts": "identical", "max_tokens": int64(16),
		"ignore_eos": true, "temperature": 0.0, "streaming": true, "definitions": "benchsite/1", "extra.top_a": 1} {
		if p[k] != want {
			t.Errorf("%s is %v, want %v", k, p[k], want)
		}
	}
	if _, ok := p["requests"]; ok {
		t.Error("the number of requests is in the protocol")
	}
}

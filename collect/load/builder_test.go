package load

import (
	"context"
	"testing"
	"time"

	"benchsite/collect/endpoint/endpointtest"
)

// TestPromptsAreReproducible: a seed fixes which prompts are sent, however the
// slots took them, and each is sent once.
func TestPromptsAreReproducible(t *testing.T) {
	t.Parallel()
	for _, a := range []Arrival{{}, {Process: Poisson, Rate: 400}} {
		s := endpointtest.New(t, endpointtest.Good(1, time.Millisecond, 0))
		spec := point(300, 16)
		spec.Arrival, spec.FirstPrompt = a, PromptStride
		if _, err := Run(context.Background(), spec, setting(t, s, 16)); err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for i := range 300 {
			want[spec.Workload.Messages(PromptStride + i)[0].Content] = true
		}
		for _, in := range s.Received() {
			text := in.Body["messages"].([]any)[0].(map[string]any)["content"].(string)
			if !want[text] {
				t.Fatalf("%v: a prompt that is not among the first 300, or twice", a)
			}
			delete(want, text)
		}
		if len(want) != 0 {
			t.Errorf("%v: %d prompts were not sent", a, len(want))
		}
	}
}

// TestOneSlotKeepsTheOrder: with one request at a time, prompts come in order.
func TestOneSlotKeepsTheOrder(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(1, 0, 0))
	spec := point(50, 1)
	if _, err := Run(context.Background(), spec, setting(t, s, 1)); err != nil {
		t.Fatal(err)
	}
	for i, in := range s.Received() {
		if text := in.Body["messages"].([]any)[0].(map[string]any)["content"]; text != spec.Workload.Messages(i)[0].Content {
			t.Fatalf("request %d asks %v", i, text)
		}
	}
}

// TestRoom: long prompts are not piled up.
func TestRoom(t *testing.T) {
	l := &loop{spec: Spec{Model: "m"}, workload: Synthetic{Seed: 1}}
	if n := l.room(256); n != 256 {
		t.Errorf("room for %d short prompts", n)
	}
	l.workload = Random{Seed: 1, InputTokens: 500_000}
	if n := l.room(256); n < 4 || n > 20 {
		t.Errorf("room for %d prompts of half a million tokens", n)
	}
}

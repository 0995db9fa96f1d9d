package endpoint_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"benchsite/collect/endpoint/endpointtest"
)

// TestRoleChunks: the role in the first chunk, in every chunk, in none, and at
// once while the first token comes later. TTFT begins at the first token.
func TestRoleChunks(t *testing.T) {
	role := func(text string) string {
		return endpointtest.Chunk(map[string]any{"role": "assistant", "content": text}, "")
	}
	for name, chunks := range map[string][2]string{
		"in the first":        {role("a"), endpointtest.Text("b")},
		"in every":            {role("a"), role("b")},
		"in none":             {endpointtest.Text("a"), endpointtest.Text("b")},
		"alone, null content": {endpointtest.Chunk(map[string]any{"role": "assistant", "content": nil}, ""), endpointtest.Text("ab")},
		"alone, no content":   {endpointtest.Chunk(map[string]any{"role": "assistant"}, ""), endpointtest.Text("ab")},
		"alone, empty":        {role(""), endpointtest.Text("ab")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := endpointtest.New(t, func(w *endpointtest.Wire) {
				w.Stream()
				w.Data(chunks[0])
				w.Sleep(80 * time.Millisecond)
				w.Data(chunks[1])
				w.Data(endpointtest.Chunk(map[string]any{}, "stop"))
				w.Data("[DONE]")
				w.End()
			})
			x := dial(t, s, 5*time.Second).Do(context.Background(), ask(true))
			x.Decode()
			alone := strings.HasPrefix(name, "alone")
			want := 2
			if alone {
				want = 1
			}
			if x.Err != nil || x.Text != "ab" || x.Chunks != want {
				t.Fatalf("%v, text %q, %d chunks", x.Err, x.Text, x.Chunks)
			}
			if late := x.First >= 80*time.Millisecond; late != alone {
				t.Errorf("first token after %v", x.First)
			}
		})
	}
}

// TestEndInTheSameInstant: finish and usage in the write of the last token
// belong to the end of the answer and move none of its times.
func TestEndInTheSameInstant(t *testing.T) {
	usage := `{"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}`
	for name, end := range map[string][]string{
		"usage in the finish chunk": {usage},
		"usage in its own chunk":    {endpointtest.Chunk(map[string]any{}, "length"), endpointtest.Usage(7, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := endpointtest.New(t, func(w *endpointtest.Wire) {
				w.Stream()
				w.Data(endpointtest.Text("a"))
				w.Sleep(30 * time.Millisecond)
				w.Data(endpointtest.Text("b"))
				w.Sleep(30 * time.Millisecond)
				all := "data: " + endpointtest.Text("c") + "\n\n"
				for _, e := range append(end, "[DONE]") {
					all += "data: " + e + "\n\n"
				}
				w.Raw(all)
				w.End()
			})
			r := ask(true)
			r.KeepText = false
			x := dial(t, s, 5*time.Second).Do(context.Background(), r)
			x.Decode()
			if x.Err != nil || x.Chunks != 3 || x.FinishReason != "length" || x.Usage == nil || x.Usage.Output != 3 || x.Model == "" && name == "usage in its own chunk" {
				t.Fatalf("%v: %+v", x.Err, x.Reading)
			}
			if name == "usage in the finish chunk" && (*x.Usage.Cached != 4 || *x.Usage.Reasoning != 2) {
				t.Errorf("%+v", x.Usage)
			}
			last := x.Events[len(x.Events)-1]
			if x.Last != last.At || x.Last < 60*time.Millisecond || x.Text != "" {
				t.Errorf("last token after %v, finish after %v, text %q", x.Last, last.At, x.Text)
			}
		})
	}
}

// TestLimitThatTheServerTakes: a server that heeds max_tokens and passes over
// max_completion_tokens gets the one that it heeds, also with other sampling.
func TestLimitThatTheServerTakes(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		n := 50
		if v, ok := w.Body["max_tokens"].(float64); ok {
			n = int(v)
		}
		endpointtest.Good(n, 0, 0)(w)
	})
	r := ask(true)
	r.Extra = map[string]any{"ignore_eos": true}
	x := dial(t, s, 5*time.Second).Do(context.Background(), r)
	if x.Err != nil || x.Chunks != 16 {
		t.Fatalf("%v, %d chunks, want 16", x.Err, x.Chunks)
	}
	if body := s.Received()[0].Body; body["max_completion_tokens"] != nil {
		t.Errorf("both limits were sent: %v", body)
	}
}

// TestClosedAfterEachStream: a server that closes its connections after each
// answer without saying so costs new connections, and no request.
func TestClosedAfterEachStream(t *testing.T) {
	good := endpointtest.Good(2, 0, 0)
	s := endpointtest.New(t, func(w *endpointtest.Wire) { good(w); w.Close() })
	c := dial(t, s, 5*time.Second)
	for i := range 20 {
		x := c.Do(context.Background(), ask(true))
		if x.Err != nil || x.Chunks != 2 || x.Resent > 1 {
			t.Fatalf("request %d: %v, %d chunks, sent again %d times", i, x.Err, x.Chunks, x.Resent)
		}
	}
}

// TestPrepare: a body that was encoded ahead is what is sent, until the server
// turns out to want another form.
func TestPrepare(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		if w.Body["max_tokens"] != nil {
			w.JSON(400, `{"error":{"message":"'max_tokens' is not supported, use 'max_completion_tokens'"}}`)
			return
		}
		endpointtest.Good(1, 0, 0)(w)
	})
	c := dial(t, s, 5*time.Second)
	for range 2 {
		r := ask(true)
		c.Prepare(r)
		if x := c.Do(context.Background(), r); x.Err != nil {
			t.Fatal(x.Err)
		}
	}
	if in := s.Received(); len(in) != 3 || in[2].Body["max_completion_tokens"] != 16.0 {
		t.Errorf("%d requests, last %v", len(in), in[len(in)-1].Body)
	}
}

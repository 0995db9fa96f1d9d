package endpoint_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

func dial(t *testing.T, s *endpointtest.Server, timeout time.Duration) *endpoint.Client {
	t.Helper()
	c, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Concurrency: 4, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func ask(stream bool) *endpoint.Request {
	return &endpoint.Request{ID: "r1", Model: "m", Messages: endpoint.User("hi"), MaxTokens: 16, Stream: stream, KeepText: true}
}

// TestQuirks: ways of real servers that are right answers.
func TestQuirks(t *testing.T) {
	delta := func(kv ...string) string {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return endpointtest.Chunk(m, "")
	}
	stop := endpointtest.Chunk(map[string]any{}, "stop")
	usageInFinish := `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}`
	for name, c := range map[string]struct {
		reply   endpointtest.Reply
		text    string
		chunks  int
		output  int64 // -1 = unknown
		finish  string
		noFirst bool
	}{
		"usage in its own chunk": {events(endpointtest.Text("a"), endpointtest.Text("b"), stop, endpointtest.Usage(7, 2), "[DONE]"), "ab", 2, 2, "stop", false},
		"usage in finish chunk":  {events(endpointtest.Text("a"), endpointtest.Text("b"), usageInFinish, "[DONE]"), "ab", 2, 2, "stop", false},
		"no usage":               {events(endpointtest.Text("a"), stop, "[DONE]"), "a", 1, -1, "stop", false},
		"no done":                {events(endpointtest.Text("a"), stop), "a", 1, -1, "stop", false},
		"no finish":              {events(endpointtest.Text("a"), "[DONE]"), "a", 1, -1, "", false},
		"role in each chunk":     {events(delta("role", "assistant", "content", "a"), delta("role", "assistant", "content", "b"), stop, "[DONE]"), "ab", 2, -1, "stop", false},
		"empty content":          {events(delta("content", ""), delta("content", "a"), delta("content", ""), stop, "[DONE]"), "a", 1, -1, "stop", false},
		"reasoning":              {events(delta("reasoning", "hm"), endpointtest.Text("a"), stop, "[DONE]"), "a", 2, -1, "stop", false},
		"reasoning_content":      {events(delta("reasoning_content", "hm"), endpointtest.Text("a"), stop, "[DONE]"), "a", 2, -1, "stop", false},
		"tool call":              {events(`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{}"}}]}}]}`, endpointtest.Chunk(map[string]any{}, "tool_calls"), "[DONE]"), "", 1, -1, "tool_calls", false},
		"usage in every chunk":   {events(`{"choices":[{"delta":{"content":"ab"}}],"usage":{"prompt_tokens":7,"completion_tokens":2}}`, `{"choices":[{"delta":{"content":"cd"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":4}}`, "[DONE]"), "abcd", 2, 4, "stop", false},
		"finish with last token": {events(endpointtest.Text("a"), endpointtest.Chunk(map[string]any{"content": "b"}, "length"), "[DONE]"), "ab", 2, -1, "length", false},
		"events after usage":     {events(endpointtest.Text("a"), stop, endpointtest.Usage(1, 1), `{"choices":[]}`, "[DONE]"), "a", 1, 1, "stop", false},
		"keep-alive payload":     {events("ping", endpointtest.Text("a"), stop, "[DONE]"), "a", 1, -1, "stop", false},
		"body never ends": {func(w *endpointtest.Wire) {
			w.Stream()
			w.Data(endpointtest.Text("a"))
			w.Data("[DONE]")
			w.Sleep(1500 * time.Millisecond)
			w.Close()
		}, "a", 1, -1, "", false},
		"utf-8 cut": {func(w *endpointtest.Wire) {
			line := "data: " + endpointtest.Text("中文") + "\n\n"
			at := strings.Index(line, "中") + 1
			w.Stream()
			w.Raw(line[:at])
			w.Sleep(20 * time.Millisecond)
			w.Raw(line[at:])
			w.Data(stop)
			w.End()
		}, "中文", 1, -1, "stop", false},
		"100 events in one read": {func(w *endpointtest.Wire) {
			w.Stream()
			w.Raw(strings.Repeat("data: "+endpointtest.Text("a")+"\n\n", 100) + "data: " + stop + "\n\ndata: [DONE]\n\n")
			w.End()
		}, strings.Repeat("a", 100), 100, -1, "stop", false},
		"slow drip": {func(w *endpointtest.Wire) {
			w.Stream()
			for _, b := range []byte("data: " + endpointtest.Text("a") + "\n\ndata: " + stop + "\n\n") {
				w.Raw(string(b))
			}
			w.End()
		}, "a", 1, -1, "stop", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := dial(t, endpointtest.New(t, c.reply), 5*time.Second).Do(context.Background(), ask(true))
			x.Decode()
			if x.Err != nil {
				t.Fatal(x.Err.Class, x.Err)
			}
			if x.Text != c.text || x.Chunks != c.chunks || x.FinishReason != c.finish {
				t.Errorf("text %q, %d chunks, finish %q", x.Text, x.Chunks, x.FinishReason)
			}
			if c.output < 0 != (x.Usage == nil) || x.Usage != nil && x.Usage.Output != c.output {
				t.Errorf("usage %+v, want output %d", x.Usage, c.output)
			}
			if x.First <= 0 || x.Last < x.First || x.End < x.Last || x.Protocol != "HTTP/1.1" {
				t.Errorf("first %v, last %v, end %v, %s", x.First, x.Last, x.End, x.Protocol)
			}
		})
	}
}

// events is a reply that streams the given payloads and ends well.
func events(payloads ...string) endpointtest.Reply {
	return func(w *endpointtest.Wire) {
		w.Stream()
		for _, p := range payloads {
			w.Data(p)
		}
		w.End()
	}
}

// TestFailures: every class of failure of one request.
func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		reply endpointtest.Reply
		class endpoint.Class
		says  string
	}{
		"reset before headers": {func(w *endpointtest.Wire) { w.Reset() }, endpoint.ClassReset, "before an answer"},
		"reset after headers":  {func(w *endpointtest.Wire) { w.Stream(); w.Sleep(20 * time.Millisecond); w.Reset() }, endpoint.ClassCut, "in the middle"},
		"cut in mid-stream":    {func(w *endpointtest.Wire) { w.Stream(); w.Data(endpointtest.Text("a")); w.Close() }, endpoint.ClassCut, "in the middle"},
		"no end":               {events(endpointtest.Text("a")), endpoint.ClassNoEnd, "after 1 chunk"},
		"empty stream":         {events(), endpoint.ClassNoEnd, "neither [DONE]"},
		"no token":             {events(endpointtest.Chunk(map[string]any{"role": "assistant", "content": ""}, "stop"), "[DONE]"), endpoint.ClassNoToken, "without a token"},
		"not JSON":             {events("hello", "[DONE]"), endpoint.ClassBadReply, "not JSON"},
		"error object":         {events(endpointtest.Text("a"), `{"error":{"message":"out of KV cache","type":"x","code":500}}`, "[DONE]"), endpoint.ClassErrorObject, "out of KV cache"},
		"error object first":   {events(`{"error":"no"}`), endpoint.ClassErrorObject, "no"},
		"bare error line":      {func(w *endpointtest.Wire) { w.Stream(); w.Raw(`{"error":{"message":"late"}}` + "\n"); w.End() }, endpoint.ClassErrorObject, "late"},
		"error JSON with 200":  {func(w *endpointtest.Wire) { w.JSON(200, `{"error":{"message":"no GPU"}}`) }, endpoint.ClassErrorObject, "no GPU"},
		"not streamed":         {func(w *endpointtest.Wire) { w.JSON(200, endpointtest.Whole("hi", 1, 1)) }, endpoint.ClassNotStreamed, "one JSON object"},
		"web page":             {func(w *endpointtest.Wire) { w.HTML(200, "<html>") }, endpoint.ClassHTML, "web page"},
		"500":                  {func(w *endpointtest.Wire) { w.JSON(500, `{"detail":"engine died"}`) }, "http-500", "engine died"},
		"429":                  {func(w *endpointtest.Wire) { w.JSON(429, `{"error":{"message":"slow down"}}`, "Retry-After: 2") }, "http-429", "slow down"},
		"redirect":             {func(w *endpointtest.Wire) { w.JSON(307, ``, "Location: http://elsewhere/") }, "http-307", "http://elsewhere/"},
		"timeout": {func(w *endpointtest.Wire) {
			w.Stream()
			w.Data(endpointtest.Text("a"))
			w.Sleep(1200 * time.Millisecond)
		}, endpoint.ClassTimeout, "time limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := dial(t, endpointtest.New(t, c.reply), time.Second).Do(context.Background(), ask(true))
			if x.Err == nil || x.Err.Class != c.class || !strings.Contains(x.Err.Message, c.says) {
				t.Fatalf("got %+v, want class %s and %q", x.Err, c.class, c.says)
			}
			if name == "429" && x.Err.RetryAfter != 2*time.Second {
				t.Errorf("Retry-After %v", x.Err.RetryAfter)
			}
			if x.End <= 0 {
				t.Error("no time of the failure")
			}
		})
	}
}

func TestWhole(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(200, endpointtest.Whole("你好", 7, 2)) })
	x := dial(t, s, time.Second).Do(context.Background(), ask(false))
	x.Decode()
	if x.Err != nil || x.Text != "你好" || x.Usage == nil || x.Usage.Output != 2 || x.FinishReason != "stop" || x.First != 0 || x.Last == 0 {
		t.Fatalf("%+v", x)
	}
	for body, class := range map[string]endpoint.Class{
		`{"error":{"message":"x"}}`: endpoint.ClassErrorObject,
		`{"hello":1}`:               endpoint.ClassBadReply,
		`{"cut`:                     endpoint.ClassBadReply,
		`{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}`: endpoint.ClassNoToken,
	} {
		s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(200, body) })
		if x := dial(t, s, time.Second).Do(context.Background(), ask(false)); x.Err == nil || x.Err.Class != class {
			t.Errorf("%s: %+v, want %s", body, x.Err, class)
		}
	}
}

// TestTTFTStartsAtTheFirstToken: a role chunk at once must not count.
func TestTTFTStartsAtTheFirstToken(t *testing.T) {
	x := dial(t, endpointtest.New(t, endpointtest.Good(3, 80*time.Millisecond, 20*time.Millisecond)), time.Second).Do(context.Background(), ask(true))
	if x.Err != nil || x.First < 80*time.Millisecond || x.Last < 119*time.Millisecond || x.Chunks != 3 {
		t.Fatalf("first %v, last %v, %v", x.First, x.Last, x.Err)
	}
	if x.Headers == 0 || x.Headers >= x.First {
		t.Fatalf("headers after %v, first token after %v", x.Headers, x.First)
	}
}

// TestDeadConnection: a server that closes each connection after its answer
// without saying so costs one counted second try and no failure.
func TestDeadConnection(t *testing.T) {
	good := endpointtest.Good(1, 0, 0)
	s := endpointtest.New(t, good, func(w *endpointtest.Wire) { w.Reset() }, good, func(w *endpointtest.Wire) { w.Reset() })
	c := dial(t, s, time.Second)
	first := c.Do(context.Background(), ask(true))
	second := c.Do(context.Background(), ask(true))
	if first.Err != nil || first.Resent != 0 || second.Err != nil || second.Resent != 1 {
		t.Fatalf("first %v/%d, second %v/%d", first.Err, first.Resent, second.Err, second.Resent)
	}
	if third := c.Do(context.Background(), ask(true)); third.Err == nil || third.Err.Class != endpoint.ClassReset || third.Resent != 1 {
		t.Fatalf("third %+v: want one more try and then a reset", third.Err)
	}
}

// TestDialect: servers that refuse stream_options or max_tokens are asked once
// more in their own way, and remembered.
func TestDialect(t *testing.T) {
	picky := func(w *endpointtest.Wire) {
		switch {
		case w.Body["stream_options"] != nil:
			w.JSON(400, `{"error":{"message":"unknown field stream_options"}}`)
		case w.Body["max_tokens"] != nil:
			w.JSON(400, `{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}`)
		default:
			endpointtest.Good(2, 0, 0)(w)
		}
	}
	s := endpointtest.New(t, picky)
	c := dial(t, s, time.Second)
	for range 2 {
		if x := c.Do(context.Background(), ask(true)); x.Err != nil {
			t.Fatal(x.Err)
		}
	}
	in := s.Received()
	if len(in) != 4 || in[3].Body["max_completion_tokens"] != 16.0 {
		t.Fatalf("%d requests, last %v", len(in), in[len(in)-1].Body)
	}
}

func TestRequestForm(t *testing.T) {
	s := endpointtest.New(t, endpointtest.Good(1, 0, 0))
	c, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL + "/v1/", APIKey: "k", Header: http.Header{"x-team": {"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	r := ask(true)
	zero := 0.0
	r.Sampling.Temperature = &zero
	r.Extra = map[string]any{"ignore_eos": true, "chat_template_kwargs": map[string]any{"enable_thinking": false}}
	if x := c.Do(context.Background(), r); x.Err != nil {
		t.Fatal(x.Err)
	}
	in := s.Received()[0]
	if in.Body["temperature"] != 0.0 || in.Body["ignore_eos"] != true || in.Body["max_tokens"] != 16.0 || in.Body["stream"] != true ||
		in.Body["stream_options"].(map[string]any)["include_usage"] != true || in.Body["chat_template_kwargs"] == nil {
		t.Errorf("body %v", in.Body)
	}
	if in.Header.Get("X-Request-Id") != "r1" || in.Header.Get("Authorization") != "Bearer k" || in.Header.Get("X-Team") != "a" ||
		in.Header.Get("Accept-Encoding") != "" || in.Path != "/v1/chat/completions" {
		t.Errorf("headers %v, path %s", in.Header, in.Path)
	}
}

// TestCanceled: a canceled context ends a request with its own class.
func TestCanceled(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.Stream(); w.Data(endpointtest.Text("a")); w.Sleep(2 * time.Second) })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if x := dial(t, s, time.Minute).Do(ctx, ask(true)); x.Err == nil || x.Err.Class != endpoint.ClassCanceled || x.Chunks != 1 {
		t.Fatalf("%+v", x.Err)
	}
}

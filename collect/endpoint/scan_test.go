package endpoint

import (
	"encoding/json"
	"testing"
)

func TestScan(t *testing.T) {
	for _, c := range []struct {
		data      string
		kind      Kind
		completed int32
		ok        bool
	}{
		{`{"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}`, Content, -1, true},
		{`{"choices":[{"delta":{"role":"assistant","content":""}}],"usage":null}`, Role, -1, true},
		{`{"choices":[{"delta":{"role":"assistant","content":"x"}}]}`, Role | Content, -1, true},
		{`{"choices":[{"delta":{"reasoning_content":"a"}}]}`, Reasoning, -1, true},
		{`{"choices":[{"delta":{"reasoning":"a","content":null}}]}`, Reasoning, -1, true},
		{`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}`, Tool, -1, true},
		{`{"choices":[{"delta":{"tool_calls":[],"content":""}}]}`, 0, -1, true},
		{`{"choices":[{"delta":{},"finish_reason":"stop"}]}`, Finish, -1, true},
		{`{"choices":[{"delta":{"content":"."},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":12,"x":{"completion_tokens":9}}}`, Content | Finish | UsageInfo, 12, true},
		{`{"choices":[],"usage":{"completion_tokens":5}}`, UsageInfo, 5, true},
		{`{"error":{"message":"boom"}}`, Fault, -1, true},
		{`{"error":"boom"}`, Fault, -1, true},
		{`{"error":null,"choices":[]}`, 0, -1, true},
		{`{"object":"error","message":"boom"}`, Fault, -1, true},
		{`{"choices":[{"text":"old form"}]}`, Content, -1, true},
		{`{"choices":[{"delta":{"content":"a \"quoted\\\\\" } ] \\"}}]}`, Content, -1, true},
		{`{"choices":[{"delta":{"content":"\\\\"}},{"delta":{"role":"x"}}]}`, Content | Role, -1, true},
		{"{ \"choices\" : [ { \"delta\" : { \"content\" : \"s p\" } } ] }\n", Content, -1, true},
		{`{"model":"choices","x":{"delta":{"content":"no"},"error":1}}`, 0, -1, true},
		{`{}`, 0, -1, true},
		{`{"choices":[{"delta":{"content":"cut`, 0, -1, false},
		{`{"choices":[`, 0, -1, false},
		{`[1]`, 0, -1, false},
		{`ping`, 0, -1, false},
		{``, 0, -1, false},
		{`{"a":1} x`, 0, -1, false},
	} {
		kind, completed, ok := scan([]byte(c.data))
		if ok != c.ok || ok && (kind != c.kind || completed != c.completed) {
			t.Errorf("scan(%s) = %b %d %v, want %b %d %v", c.data, kind, completed, ok, c.kind, c.completed, c.ok)
		}
	}
}

// TestMold: an event that follows another is of the kind it has by itself.
func TestMold(t *testing.T) {
	wrap := func(delta string) string {
		return `{"id":"x","choices":[{"delta":` + delta + `,"finish_reason":null}]}`
	}
	events := []string{
		wrap(`{"content":"a"}`), wrap(`{"content":"b c"}`), wrap(`{"content":""}`), wrap(`{"content":"\""}`), wrap(`{"content":"\\"}`),
		wrap(`{"content":"a\n"}`), wrap(`{"content":"a","role":"assistant"}`), wrap(`{"content":"a\",\"role\":\"x"}`), wrap(`{"reasoning":"r"}`),
		wrap(`{"reasoning":"r","content":"a"}`), wrap(`{"reasoning":"","content":"a"}`), wrap(`{"content":"a"},"error":{"m":"x"}`), wrap(`{"content":"x","tool_calls":[{}]}`),
		wrap(`{"tool_calls":[{"a":"b"}]}`), `{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`, `{"choices":[],"usage":{"completion_tokens":3}}`,
		wrap(`{"role":"assistant","content":""}`), wrap(`{"content":"中"}`), `{"choices":[{"delta":{"content":"a`, `{"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":4}}`,
	}
	for _, first := range events {
		for _, second := range events {
			var m mold
			m.scan([]byte(first))
			kind, completed, ok := m.scan([]byte(second))
			if k, c, o := scan([]byte(second)); kind != k || completed != c || ok != o {
				t.Errorf("%s after %s: %b %d %v, by itself %b %d %v", second, first, kind, completed, ok, k, c, o)
			}
		}
	}
}

// FuzzScan: what encoding/json takes as an object, the pass follows to its
// end, and both agree on whether the first choice has content.
func FuzzScan(f *testing.F) {
	f.Add(`{"choices":[{"delta":{"content":"a\"b\\"},"finish_reason":"stop"}],"usage":{"completion_tokens":3}}`)
	f.Add(`{"a":[{},[],"]",{"b":"}"}],"choices":[{"delta":{"content":""}}]}`)
	f.Add(`{"choices":null,"error":{}}`)
	f.Fuzz(func(t *testing.T, data string) {
		kind, completed, ok := scan([]byte(data))
		m := mold{}
		m.scan([]byte(`{"choices":[{"delta":{"content":"a"}}]}`))
		if k, c, o := m.scan([]byte(data)); k != kind || c != completed || o != ok {
			t.Fatalf("%q: %b %d %v after a like event, %b %d %v by itself", data, k, c, o, kind, completed, ok)
		}
		var v map[string]json.RawMessage
		if json.Unmarshal([]byte(data), &v) != nil || v == nil {
			return
		}
		if !ok {
			t.Fatalf("%q is an object, but the pass lost its way", data)
		}
		if len(v) == 0 && kind != 0 {
			t.Fatalf("%q has kind %b", data, kind)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	data := []byte(`{"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1766400000,"model":"Qwen/Qwen3-32B","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}`)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if kind, _, ok := scan(data); kind != Content || !ok {
			b.Fatal("wrong kind")
		}
	}
}

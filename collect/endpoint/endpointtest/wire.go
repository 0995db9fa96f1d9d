package endpointtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Wire is the connection on which one reply is written. Each call is one write
// to the socket.
type Wire struct {
	Request *http.Request
	Body    map[string]any // of the request

	conn   net.Conn
	closed bool
}

// Write sends bytes as they are.
func (w *Wire) Write(s string) { _, _ = w.conn.Write([]byte(s)) }

// JSON sends a whole answer of one JSON body; kv are further header lines.
func (w *Wire) JSON(status int, body string, kv ...string) {
	w.page(status, "application/json", body, kv)
}

// HTML sends a web page.
func (w *Wire) HTML(status int, body string) { w.page(status, "text/html; charset=utf-8", body, nil) }

func (w *Wire) page(status int, kind, body string, kv []string) {
	h := ""
	for _, line := range kv {
		h += line + "\r\n"
	}
	w.Write(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", status, kind, h, len(body), body))
}

// Stream begins an event stream in chunked encoding.
func (w *Wire) Stream() {
	w.Write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
}

// Raw sends bytes as one chunk of the body.
func (w *Wire) Raw(s string) { w.Write(fmt.Sprintf("%x\r\n%s\r\n", len(s), s)) }

// Data sends one event.
func (w *Wire) Data(s string) { w.Raw("data: " + s + "\n\n") }

// End ends the body; the connection stays open.
func (w *Wire) End() { w.Write("0\r\n\r\n") }

// Sleep waits between writes.
func (w *Wire) Sleep(d time.Duration) { time.Sleep(d) }

// Close ends the connection, in the middle of the body if that has not ended.
func (w *Wire) Close() { w.closed = true; w.conn.Close() }

// Reset ends the connection with a TCP reset.
func (w *Wire) Reset() {
	if t, ok := w.conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	w.Close()
}

// Chunk is the JSON of one stream event with the given delta and finish reason
// ("" = null).
func Chunk(delta map[string]any, finish string) string {
	var reason any
	if finish != "" {
		reason = finish
	}
	return encode(map[string]any{"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
		"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": reason}}})
}

// Text is a chunk of answer text.
func Text(s string) string { return Chunk(map[string]any{"content": s}, "") }

// Usage is a chunk that holds only token counts.
func Usage(prompt, output int) string {
	return encode(map[string]any{"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []any{},
		"usage": map[string]any{"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}})
}

// Whole is the body of an answer that is not streamed.
func Whole(text string, prompt, output int) string {
	return encode(map[string]any{"id": "c", "object": "chat.completion", "created": 1, "model": "m",
		"choices": []any{map[string]any{"index": 0, "message": map[string]any{"role": "assistant", "content": text}, "finish_reason": "stop"}},
		"usage":   map[string]any{"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}})
}

// Good is a well-behaved answer of n tokens: first after ttft, then every gap,
// usage in a chunk of its own. It streams if it is asked to.
func Good(n int, ttft, gap time.Duration) Reply {
	return func(w *Wire) {
		if w.Body["stream"] != true {
			w.Sleep(ttft + time.Duration(n-1)*gap)
			w.JSON(200, Whole("word", 7, n))
			return
		}
		w.Stream()
		start := time.Now()
		w.Data(Chunk(map[string]any{"role": "assistant", "content": ""}, ""))
		for i := range n {
			time.Sleep(time.Until(start.Add(ttft + time.Duration(i)*gap)))
			w.Data(Text("word "))
		}
		w.Data(Chunk(map[string]any{}, "stop"))
		w.Data(Usage(7, n))
		w.Data("[DONE]")
		w.End()
	}
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only fixed forms are encoded
	}
	return string(b)
}

package simulate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Timing is what an exact server does with each request: the first event TTFT
// after the request was read, each later one Gap after the one before. The
// deadlines are absolute, so lateness does not add up. A Gap of 0 writes all
// events at once, Batch of them a write.
type Timing struct {
	TTFT, Gap time.Duration
	Events    int
	Batch     int // 0 = 1
}

// ExactModel is the only model that an exact server serves.
const ExactModel = "exact"

// Truth is what an exact server did for one request, by its own clock.
type Truth struct {
	RequestID string          `json:"request_id"` // as X-Request-Id named it
	TTFT      time.Duration   `json:"ttft"`       // request read -> just before the first write
	Gaps      []time.Duration `json:"gaps"`       // between the moments just before two writes
}

// Exact is a server whose events leave at moments that are known in advance and
// logged when they came. It is what a client's clock is held against: the time
// that a client sees beyond the server's truth is the client's own error. It
// writes by hand because net/http would add its own waits.
type Exact struct {
	timing   Timing
	listener net.Listener
	answer   answer
	wake     chan struct{}
	stop     chan struct{}

	mu     sync.Mutex
	firsts []*flow // wait for their first event, in order of arrival
	truth  []Truth
	conns  map[net.Conn]bool
}

// flow is one request being answered.
type flow struct {
	conn   net.Conn
	id     string
	read   time.Time
	due    time.Time
	writes []time.Time
	done   chan struct{}
}

// answer holds the bytes of an answer, which is the same for all.
type answer struct{ first, middle, last []byte }

// StartExact serves at addr, such as 127.0.0.1:0 for any free port.
func StartExact(addr string, t Timing) (*Exact, error) {
	if t.Events < 2 {
		return nil, fmt.Errorf("exact server: %d events an answer, must be at least 2", t.Events)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("exact server: %w", err)
	}
	s := &Exact{timing: t, listener: l, answer: answerOf(t), wake: make(chan struct{}, 1), stop: make(chan struct{}), conns: map[net.Conn]bool{}}
	go s.pace()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			s.mu.Unlock()
			go s.serve(c)
		}
	}()
	return s, nil
}

// URL returns the address without /v1.
func (s *Exact) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends the server and its connections.
func (s *Exact) Close() error {
	err := s.listener.Close()
	close(s.stop)
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
	return err
}

// Truth returns what was done for the requests that are answered.
func (s *Exact) Truth() []Truth {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Truth(nil), s.truth...)
}

func answerOf(t Timing) answer {
	event := func(delta, finish string) string {
		return `data: {"id":"chatcmpl-0123456789abcdef0123456789abcdef","object":"chat.completion.chunk","created":1766400000,"model":"` +
			ExactModel + `","choices":[{"index":0,"delta":{` + delta + `},"logprobs":null,"finish_reason":` + finish + "}]}\n\n"
	}
	chunk := func(body string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(body), body) }
	token := event(`"content":" token"`, "null")
	end := event("", `"length"`) + fmt.Sprintf(`data: {"id":"chatcmpl-0123456789abcdef0123456789abcdef","object":"chat.completion.chunk","created":1766400000,"model":"%s","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":%d,"total_tokens":%d}}`,
		ExactModel, t.Events, t.Events+8) + "\n\ndata: [DONE]\n\n"
	head := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
	if t.Gap > 0 {
		return answer{[]byte(head + chunk(token)), []byte(chunk(token)), []byte(chunk(token+end) + "0\r\n\r\n")}
	}
	batch := min(max(t.Batch, 1), t.Events)
	left := (t.Events-1)%batch + 1
	return answer{[]byte(head), []byte(chunk(strings.Repeat(token, batch))), []byte(chunk(strings.Repeat(token, left)+end) + "0\r\n\r\n")}
}

// serve reads the requests of one connection.
func (s *Exact) serve(c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReaderSize(c, 4<<10)
	done := make(chan struct{}, 1)
	for {
		if _, err := r.Peek(1); err != nil {
			return
		}
		read := time.Now()
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		switch {
		case req.Method == http.MethodGet && req.URL.Path == "/v1/models":
			err = page(c, map[string]any{"object": "list", "data": []any{map[string]any{"id": ExactModel, "object": "model", "created": 0, "owned_by": "simulate"}}})
		case req.Method == http.MethodGet && req.URL.Path == "/truth":
			err = page(c, s.Truth())
		case req.Method == http.MethodPost && req.URL.Path == "/v1/chat/completions":
			f := &flow{conn: c, id: req.Header.Get("X-Request-Id"), read: read, due: read.Add(s.timing.TTFT), done: done}
			if s.timing.Gap == 0 {
				err = s.burst(f)
				break
			}
			f.writes = make([]time.Time, 0, s.timing.Events)
			s.mu.Lock()
			s.firsts = append(s.firsts, f)
			s.mu.Unlock()
			select {
			case s.wake <- struct{}{}:
			default:
			}
			<-done
		default:
			_, err = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
		}
		if err != nil {
			return
		}
	}
}

func page(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(b), b)
	return err
}

// burst writes a whole answer as fast as the connection takes it.
func (s *Exact) burst(f *flow) error {
	if _, err := f.conn.Write(s.answer.first); err != nil {
		return err
	}
	batch := max(s.timing.Batch, 1)
	for range (s.timing.Events - 1) / batch {
		if _, err := f.conn.Write(s.answer.middle); err != nil {
			return err
		}
	}
	_, err := f.conn.Write(s.answer.last)
	return err
}

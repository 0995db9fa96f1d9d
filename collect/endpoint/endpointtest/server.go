// Package endpointtest is a server that answers chat completions by script,
// byte by byte where needed, so that tests can be exact about what a client
// makes of a bad or odd server. It speaks HTTP/1.1 over its own loop because
// net/http will not write broken answers.
package endpointtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Reply answers one POST of a chat completion.
type Reply func(w *Wire)

// Server answers the n-th chat completion with the n-th reply; the last reply
// serves all later ones.
type Server struct {
	URL string // without /v1

	// Get answers a GET by path with status, content type and body; a path
	// that is not in it gets 404. It starts with a list of one model, "m".
	Get map[string]Page

	// Complete answers a POST of a completion of the older form, which rates a
	// text; nil answers 404.
	Complete Reply

	mu       sync.Mutex
	replies  []Reply
	received []Received
	conns    int
	inFlight int
	peak     int
}

// Page is a fixed answer.
type Page struct {
	Status int
	Type   string
	Body   string
	Header map[string]string
}

// Received is one chat completion that came in.
type Received struct {
	At     time.Time
	Path   string
	Header http.Header
	Body   map[string]any
	Conn   int // number of the connection, from 1
}

// ModelList is the body of a list of models with the given names.
func ModelList(names ...string) string {
	data := []map[string]any{}
	for _, n := range names {
		data = append(data, map[string]any{"id": n, "object": "model", "created": 1, "owned_by": "test"})
	}
	b, _ := json.Marshal(map[string]any{"object": "list", "data": data})
	return string(b)
}

// New starts a server on a loopback port; it stops when the test ends.
func New(t testing.TB, replies ...Reply) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), replies: replies, Get: map[string]Page{
		"/v1/models": {Status: 200, Type: "application/json", Body: ModelList("m")},
	}}
	var open sync.Map
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns++
			n := s.conns
			s.mu.Unlock()
			open.Store(c, true)
			go func() { defer open.Delete(c); s.serve(c, n) }()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
	})
	return s
}

// Received returns the chat completions so far.
func (s *Server) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received(nil), s.received...)
}

// Conns returns how many connections were opened.
func (s *Server) Conns() int { s.mu.Lock(); defer s.mu.Unlock(); return s.conns }

// Peak returns the most chat completions that were in flight at once.
func (s *Server) Peak() int { s.mu.Lock(); defer s.mu.Unlock(); return s.peak }

func (s *Server) serve(c net.Conn, n int) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		w := &Wire{conn: c, Request: req}
		if req.Method == http.MethodGet {
			s.get(w, req.URL.Path)
		} else if strings.HasSuffix(req.URL.Path, "/v1/completions") && s.Complete != nil {
			_ = json.Unmarshal(body, &w.Body)
			s.Complete(w)
		} else if !strings.HasSuffix(req.URL.Path, "/chat/completions") || len(s.replies) == 0 {
			w.JSON(404, `{"detail":"Not Found"}`)
		} else {
			s.post(w, req, body, n)
		}
		if w.closed {
			return
		}
	}
}

func (s *Server) get(w *Wire, path string) {
	p, ok := s.Get[path]
	if !ok {
		p = Page{Status: 404, Type: "application/json", Body: `{"detail":"Not Found"}`}
	}
	h := ""
	for k, v := range p.Header {
		h += k + ": " + v + "\r\n"
	}
	w.Write(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", p.Status, p.Type, h, len(p.Body), p.Body))
}

func (s *Server) post(w *Wire, req *http.Request, body []byte, conn int) {
	in := Received{At: time.Now(), Path: req.URL.Path, Header: req.Header, Conn: conn}
	_ = json.Unmarshal(body, &in.Body)
	s.mu.Lock()
	i := min(len(s.received), len(s.replies)-1)
	s.received = append(s.received, in)
	s.inFlight++
	s.peak = max(s.peak, s.inFlight)
	reply := s.replies[i]
	s.mu.Unlock()
	w.Body = in.Body
	reply(w)
	s.mu.Lock()
	s.inFlight--
	s.mu.Unlock()
}

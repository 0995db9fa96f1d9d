package preview

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// ownPath is where the preview's own script and events are, beside the site:
// no file of a site begins with a dot.
const ownPath = "/.benchsite/"

//go:embed reload.js
var reloadScript []byte

//go:embed faults.gohtml
var faultsSource string

var faultsPage = template.Must(template.New("faults").Parse(faultsSource))

// Server serves a site and keeps the pages that are open in a browser up to
// date.
type Server struct {
	listener net.Listener
	http     *http.Server
	hosts    []string // names under which it may be called, besides addresses

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed and replaced when the state changes
}

// state is what a page is told: the build that is being served, and why there is
// no newer one.
type state struct {
	Build  string   `json:"build"`
	Faults []string `json:"faults"`
	start  int64
	n      int
}

// Listen starts to serve dir at an address such as 127.0.0.1:8080; port 0 takes
// a free one. It serves until ctx ends.
func Listen(ctx context.Context, addr, dir string) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{listener: listener, changed: make(chan struct{}), hosts: []string{"localhost"}}
	if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
		s.hosts = append(s.hosts, strings.ToLower(host))
	}
	if !s.Loopback() {
		if own, err := os.Hostname(); err == nil {
			s.hosts = append(s.hosts, strings.ToLower(own))
		}
	}
	s.state.start = time.Now().UnixNano()
	s.state.Faults = []string{}
	s.next()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+ownPath+"reload.js", s.script)
	mux.HandleFunc("GET "+ownPath+"events", s.events)
	mux.Handle("/", files{dir: dir, alter: s.alter, empty: http.HandlerFunc(s.empty)})
	s.http = &http.Server{
		Handler: s.guard(mux), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }, // ends the events with the server
	}
	go s.http.Serve(listener) // returns when Close is called
	return s, nil
}

// Close ends the server; requests that are being answered get a moment.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return s.http.Close()
}

// URL is the address of the site.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/" }

// Loopback says whether only this machine reaches the server.
func (s *Server) Loopback() bool {
	addr, ok := s.listener.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

// Reload tells every open page that the site was made anew.
func (s *Server) Reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Faults = []string{}
	s.next()
}

// Clear takes back what Fail said, when the site of before is right again.
func (s *Server) Clear() { s.tell([]string{}) }

// Fail tells every open page why the site was not made anew. The pages of before
// stay; the faults lie over them until Reload or Clear.
func (s *Server) Fail(faults []string) { s.tell(slices.Clone(faults)) }

func (s *Server) tell(faults []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Faults = faults
	s.wake()
}

// next counts the builds. The start of the server is part of the name, so that a
// page of an earlier server loads again too.
func (s *Server) next() {
	s.state.n++
	s.state.Build = fmt.Sprintf("%x-%d", s.state.start, s.state.n)
	s.wake()
}

func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) now() (state, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.changed
}

// guard refuses requests that name another host: a page of somebody else's whose
// name was pointed at this machine after it was loaded (DNS rebinding) could
// otherwise read what is not published yet.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		ip := net.ParseIP(host)
		if !slices.Contains(s.hosts, host) && (ip == nil || s.Loopback() && !ip.IsLoopback()) {
			http.Error(w, fmt.Sprintf("This preview does not answer to the name %q. Open %s", host, s.URL()), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) script(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", types[".js"])
	w.Header().Set("Cache-Control", "no-store")
	w.Write(reloadScript)
}

// events sends the state, and again whenever it changes, as server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for {
		now, changed := s.now()
		line, err := json.Marshal(now)
		if err != nil {
			return
		}
		fmt.Fprintf(w, "retry: 500\ndata: %s\n\n", line)
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
	}
}

// alter puts the script into a page and permits it, and the events, in the
// page's own policy.
func (s *Server) alter(page []byte) []byte {
	const closed = "default-src 'none';"
	now, _ := s.now()
	open := closed + " connect-src 'self';"
	if !bytes.Contains(page, []byte("script-src 'self'")) {
		open += " script-src 'self';" // 404.html, which has no script of its own
	}
	page = bytes.Replace(page, []byte(closed), []byte(open), 1)
	tag := fmt.Sprintf("<script defer src=\"%sreload.js?build=%s\"></script>\n</head>", ownPath, now.Build)
	return bytes.Replace(page, []byte("</head>"), []byte(tag), 1)
}

// empty stands in for every page until the first render succeeds.
func (s *Server) empty(w http.ResponseWriter, r *http.Request) {
	now, _ := s.now()
	var buf bytes.Buffer
	if err := faultsPage.Execute(&buf, now); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", types[".html"])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	w.Write(s.alter(buf.Bytes()))
}

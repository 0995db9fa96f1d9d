package browsertest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Site is a folder served as a plain web host would serve it, under a path.
type Site struct {
	URL string // with the path and a final slash

	mu     sync.Mutex
	missed []string
}

// Serve serves dir on the loopback interface under prefix ("/" or "/repo/") until the test ends. Everything outside the
// prefix is 404 and noted.
func Serve(t *testing.T, dir, prefix string) *Site {
	site := &Site{}
	files := http.StripPrefix(strings.TrimSuffix(prefix, "/"), http.FileServer(http.Dir(dir)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &status{ResponseWriter: w}
		if strings.HasPrefix(r.URL.Path, prefix) {
			files.ServeHTTP(seen, r)
		} else {
			http.NotFound(seen, r)
		}
		if seen.code >= 400 {
			site.mu.Lock()
			site.missed = append(site.missed, r.URL.Path)
			site.mu.Unlock()
		}
	}))
	t.Cleanup(server.Close)
	site.URL = server.URL + prefix
	return site
}

// Missed are the paths that were asked for and are not there, /favicon.ico included.
func (s *Site) Missed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.missed...)
}

type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// FileURL is the file:// address of a path, with a final slash for a folder when the path has one.
func FileURL(path string) string {
	slash := ""
	if strings.HasSuffix(path, "/") {
		slash = "/"
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs) + slash}).String()
}

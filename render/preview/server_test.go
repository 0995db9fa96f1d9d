package preview

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'">`

// site is a folder as render makes it, in small, beside something that must
// stay out of reach.
func site(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"secret.txt":            "out of reach",
		"site/index.html":       "<!doctype html><html><head>" + policy + "</head><body>root</body></html>",
		"site/zh/index.html":    "<!doctype html><html><head>" + policy + "</head><body>zh</body></html>",
		"site/404.html":         "<!doctype html><html><head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-x'\"></head><body>missing</body></html>",
		"site/zh/index.md":      "# zh\n",
		"site/zh/c.svg":         "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
		"site/assets/a.js":      strings.Repeat("var a = 1;\n", 200),
		"site/data/runs.csv":    "id\n",
		"site/data/r.jsonl.gz":  "\x1f\x8b",
		"site/.benchsite-files": "hidden",
		"site/zh/a b%.txt":      "odd name",
	} {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, "site", "link.txt")); err != nil {
		t.Log("SKIP: no symbolic links here: ", err)
	}
	return filepath.Join(dir, "site")
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func listen(t *testing.T, addr, dir string) *Server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Listen(ctx, addr, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask sends one request as it is written, so that no client cleans the path.
func ask(t *testing.T, s *Server, method, target, host string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(conn, method+" "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	body, _ := io.ReadAll(r.Body)
	return r, string(body)
}

func TestFilesAreServedAsAPlainHostWould(t *testing.T) {
	s := listen(t, "127.0.0.1:0", site(t))
	for _, c := range []struct {
		target string
		code   int
		kind   string
		holds  string
	}{
		{"/", 200, "text/html; charset=utf-8", "root"},
		{"/zh/", 200, "text/html; charset=utf-8", "zh"},
		{"/zh/index.html?a=1", 200, "text/html; charset=utf-8", "zh"},
		{"/zh/index.md", 200, "text/markdown; charset=utf-8", "# zh"},
		{"/zh/c.svg", 200, "image/svg+xml", "<svg"},
		{"/assets/a.js", 200, "text/javascript; charset=utf-8", "var a"},
		{"/data/runs.csv", 200, "text/csv; charset=utf-8", "id"},
		{"/data/r.jsonl.gz", 200, "application/gzip", "\x1f\x8b"},
		{"/zh/a%20b%25.txt", 200, "text/plain; charset=utf-8", "odd name"},
		{"/zh?x=1", 301, "", ""},
		{"/data/", 404, "text/html; charset=utf-8", "missing"}, // no list of files
		{"/data", 404, "text/html; charset=utf-8", "missing"},
		{"/nothing", 404, "text/html; charset=utf-8", "missing"},
		{"/link.txt", 404, "", "missing"},
		{"/.benchsite-files", 404, "", "missing"},
		{"/%2e%2e/secret.txt", 0, "", ""},
		{"/../secret.txt", 0, "", ""},
		{"/zh/..%2f..%2fsecret.txt", 0, "", ""},
		{"/zh/..%5c..%5csecret.txt", 0, "", ""},
		{"//secret.txt", 0, "", ""},
		{"/zh/%00", 404, "", "missing"},
		{"/zh/index.html/", 404, "", "missing"},
	} {
		r, body := ask(t, s, "GET", c.target, "127.0.0.1")
		if strings.Contains(body, "out of reach") || strings.Contains(body, "hidden") {
			t.Errorf("%s: gives what is not of the site: %q", c.target, body)
		}
		if c.code != 0 && r.StatusCode != c.code || c.kind != "" && r.Header.Get("Content-Type") != c.kind || !strings.Contains(body, c.holds) {
			t.Errorf("%s: %d %s %q, want %d %s %q", c.target, r.StatusCode, r.Header.Get("Content-Type"), body, c.code, c.kind, c.holds)
		}
		if c.code == 0 && r.StatusCode/100 == 2 {
			t.Errorf("%s: %d", c.target, r.StatusCode)
		}
	}
	if r, _ := ask(t, s, "POST", "/", "127.0.0.1"); r.StatusCode != 405 {
		t.Errorf("POST: %d", r.StatusCode)
	}
	if r, body := ask(t, s, "HEAD", "/zh/", "127.0.0.1"); r.StatusCode != 200 || body != "" || r.ContentLength <= 0 {
		t.Errorf("HEAD: %d %q %d", r.StatusCode, body, r.ContentLength)
	}
	r, err := http.Get(s.URL() + "assets/a.js") // asks for gzip by itself
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); !r.Uncompressed || len(body) != 200*len("var a = 1;\n") {
		t.Errorf("compressed: %v, %d bytes", r.Uncompressed, len(body))
	}
}

func TestAnotherNameIsRefused(t *testing.T) {
	dir := site(t)
	local := listen(t, "127.0.0.1:0", dir)
	for host, code := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8080": 200, "localhost:8080": 200, "LOCALHOST": 200, "[::1]:8080": 200,
		"evil.example": 403, "evil.example:8080": 403, "localhost.evil.example": 403, "192.168.1.10": 403, "": 403,
	} {
		if r, _ := ask(t, local, "GET", "/zh/", host); r.StatusCode != code {
			t.Errorf("host %q: %d, want %d", host, r.StatusCode, code)
		}
	}
	if !local.Loopback() {
		t.Error("127.0.0.1 is loopback")
	}
	open := listen(t, "0.0.0.0:0", dir)
	if open.Loopback() {
		t.Error("0.0.0.0 is not loopback")
	}
	for host, code := range map[string]int{"192.168.1.10:80": 200, "evil.example": 403} {
		if r, _ := ask(t, open, "GET", "/zh/", host); r.StatusCode != code {
			t.Errorf("all addresses, host %q: %d, want %d", host, r.StatusCode, code)
		}
	}
}

func TestThePageGetsTheScriptAndTheFileDoesNot(t *testing.T) {
	dir := site(t)
	s := listen(t, "127.0.0.1:0", dir)
	before, _ := os.ReadFile(filepath.Join(dir, "zh", "index.html"))
	_, page := ask(t, s, "GET", "/zh/", "localhost")
	for _, want := range []string{`src="/.benchsite/reload.js?build=`, "default-src 'none'; connect-src 'self'; script-src 'self'; style-src"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q: %s", want, page)
		}
	}
	_, missing := ask(t, s, "GET", "/nothing/", "localhost")
	if !strings.Contains(missing, "connect-src 'self'; script-src 'self'; style-src 'sha256-x'") {
		t.Errorf("404: %s", missing)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "zh", "index.html")); string(after) != string(before) {
		t.Error("the file was changed")
	}
	if _, script := ask(t, s, "GET", "/.benchsite/reload.js?build=1", "localhost"); !strings.Contains(script, "EventSource") {
		t.Errorf("script: %q", script)
	}
}

func TestOpenPagesAreTold(t *testing.T) {
	s := listen(t, "127.0.0.1:0", site(t))
	r, err := http.Get(s.URL() + ".benchsite/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewScanner(r.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatal("the events ended")
		return ""
	}
	first := next()
	s.Fail([]string{"config.toml:3: <b>"})
	if failed := next(); !strings.Contains(failed, `config.toml:3: \u003cb\u003e`) || failed[:20] != first[:20] {
		t.Errorf("a fault: %s after %s", failed, first)
	}
	s.Clear()
	if cleared := next(); cleared != first {
		t.Errorf("cleared: %s, want %s", cleared, first)
	}
	s.Reload()
	if made := next(); made == first || !strings.Contains(made, `"faults":[]`) {
		t.Errorf("made anew: %s", made)
	}
}

func TestAFaultBeforeTheFirstPage(t *testing.T) {
	s := listen(t, "127.0.0.1:0", filepath.Join(t.TempDir(), "site"))
	if r, page := ask(t, s, "GET", "/zh/", "localhost"); r.StatusCode != 503 || !strings.Contains(page, "Rendering") {
		t.Errorf("%d %s", r.StatusCode, page)
	}
	s.Fail([]string{"config.toml:3: <script>"})
	if r, page := ask(t, s, "GET", "/", "localhost"); r.StatusCode != 503 || !strings.Contains(page, "config.toml:3: &lt;script&gt;") {
		t.Errorf("%d %s", r.StatusCode, page)
	}
}

// The server ends at once although a page listens to its events.
func TestCloseDoesNotWaitForOpenPages(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Listen(ctx, "127.0.0.1:0", site(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Get(s.URL() + ".benchsite/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	cancel()
	began := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %s", took)
	}
}

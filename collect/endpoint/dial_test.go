package endpoint_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

func TestDialFinds(t *testing.T) {
	list := endpointtest.Page{Status: 200, Type: "application/json", Body: endpointtest.ModelList("m", "n")}
	chat := endpointtest.Good(1, 0, 0)
	for name, c := range map[string]struct{ listAt, url, base string }{
		"without v1":      {"/v1/models", "", "/v1"},
		"with v1":         {"/v1/models", "/v1", "/v1"},
		"slash":           {"/v1/models", "/v1/", "/v1"},
		"whole path":      {"/v1/models", "/v1/chat/completions", "/v1"},
		"no v1 at all":    {"/models", "", ""},
		"v1 given, is no": {"/models", "/v1", ""},
		"prefix":          {"/openai/v1/models", "/openai", "/openai/v1"},
	} {
		s := endpointtest.New(t, chat)
		s.Get = map[string]endpointtest.Page{c.listAt: list}
		client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL + c.url})
		if err != nil || client.BaseURL() != s.URL+c.base {
			t.Errorf("%s: %v, %v", name, client, err)
		}
	}
	// A server that lists no models but completes chats.
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(400, `{"error":{"message":"messages is required"}}`) })
	s.Get = nil
	client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL})
	if err != nil || client.BaseURL() != s.URL+"/v1" {
		t.Errorf("without a list: %v", err)
	}
}

func TestDialRefuses(t *testing.T) {
	list := endpointtest.Page{Status: 200, Type: "application/json", Body: endpointtest.ModelList("m")}
	page := endpointtest.Page{Status: 200, Type: "text/html", Body: "<html>hello</html>"}
	for name, c := range map[string]struct {
		get    map[string]endpointtest.Page
		path   string
		class  endpoint.Class
		unsent bool
		says   []string
	}{
		"404":        {nil, "", endpoint.ClassNotFound, true, []string{"/v1/models", "404 Not Found", "usually lies under /v1"}},
		"web page":   {map[string]endpointtest.Page{"/v1/models": page, "/models": page}, "", endpoint.ClassHTML, true, []string{"web page"}},
		"401":        {map[string]endpointtest.Page{"/v1/models": {Status: 401, Type: "application/json", Body: "{}"}}, "", "http-401", true, []string{"401 Unauthorized", "API key"}},
		"403":        {map[string]endpointtest.Page{"/v1/models": {Status: 403, Type: "application/json", Body: "{}"}}, "", "http-403", true, []string{"403 Forbidden"}},
		"503":        {map[string]endpointtest.Page{"/v1/models": {Status: 503, Type: "application/json", Body: `{"detail":"loading"}`}}, "", "http-503", false, []string{"503", "loading"}},
		"wrong path": {map[string]endpointtest.Page{"/v1/models": list}, "/ui/home", endpoint.ClassNotFound, true, []string{"the right URL is likely http://127.0.0.1", "/v1"}},
		"redirect": {map[string]endpointtest.Page{"/v1/models": {Status: 308, Type: "text/html", Header: map[string]string{"Location": "https://x.example/v1/models"}}}, "", endpoint.ClassURL, true,
			[]string{"redirect", "the right URL is likely https://x.example/v1"}},
	} {
		s := endpointtest.New(t)
		s.Get = c.get
		_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL + c.path})
		var e *endpoint.Error
		if !errors.As(err, &e) || e.Class != c.class || e.Unsent() != c.unsent {
			t.Errorf("%s: got %+v, want %s", name, err, c.class)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(e.Message, part) {
				t.Errorf("%s: %q does not say %q", name, e.Message, part)
			}
		}
		if strings.Contains(e.Message, "\n") {
			t.Errorf("%s: more than one line: %q", name, e.Message)
		}
	}
}

func TestDialBadURL(t *testing.T) {
	for url, says := range map[string]string{
		"":                            "empty",
		"localhost:8000":              "likely http://localhost:8000",
		"ftp://x":                     "not an http or https URL",
		"http://":                     "not an http or https URL",
		"http://a b":                  "not an http or https URL",
		"http://user:secret@host/v1/": "environment variable",
	} {
		_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: url})
		var e *endpoint.Error
		if !errors.As(err, &e) || !e.Unsent() || !strings.Contains(e.Message, says) || strings.Contains(e.Message, "secret") {
			t.Errorf("%q: %v, want %q", url, err, says)
		}
	}
}

func TestDialClosedPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err = endpoint.Dial(context.Background(), endpoint.Options{URL: "http://" + l.Addr().String()})
	var e *endpoint.Error
	if !errors.As(err, &e) || e.Class != endpoint.ClassConnect || e.Unsent() || !strings.Contains(e.Message, "refused") {
		t.Fatalf("%+v", err)
	}
}

// TestDialScheme: https to a server of plain http, and the other way round.
func TestDialScheme(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) })
	plain, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer plain.Close()
	defer secure.Close()
	for _, c := range []struct{ url, likely string }{
		{strings.Replace(plain.URL, "http:", "https:", 1), plain.URL},
		{strings.Replace(secure.URL, "https:", "http:", 1), secure.URL},
	} {
		_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: c.url})
		var e *endpoint.Error
		if !errors.As(err, &e) || !e.Unsent() || !strings.Contains(e.Message, "the right URL is likely "+c.likely) {
			t.Errorf("%s: %v", c.url, err)
		}
	}
	// A certificate that nobody vouches for is a failed connection.
	_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: secure.URL})
	var e *endpoint.Error
	if !errors.As(err, &e) || e.Class != endpoint.ClassConnect || !strings.Contains(e.Message, "certificate") {
		t.Errorf("%v", err)
	}
}

func TestPick(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(404, `{"error":{"message":"no such model"}}`) })
	s.Get["/v1/models"] = endpointtest.Page{Status: 200, Type: "application/json", Body: endpointtest.ModelList("Qwen/Qwen3-32B", "Qwen/Qwen3-8B")}
	c := dial(t, s, time.Second)
	if m, err := c.Pick("Qwen/Qwen3-8B"); err != nil || m.ID != "Qwen/Qwen3-8B" {
		t.Error(m, err)
	}
	var e *endpoint.Error
	if _, err := c.Pick("qwen3-32b"); !errors.As(err, &e) || !e.Unsent() || !strings.Contains(e.Message, "nearest name is Qwen/Qwen3-32B") {
		t.Error(err)
	}
	if _, err := c.Pick(""); err == nil || !strings.Contains(err.Error(), "serves 2 models") {
		t.Error(err)
	}
	s.Get["/v1/models"] = endpointtest.Page{Status: 200, Type: "application/json", Body: `{"data":[{"id":"only","created":"not a number","max_model_len":4096,"owned_by":"vllm"}]}`}
	s.Get["/version"] = endpointtest.Page{Status: 200, Type: "application/json", Body: `{"version":"0.11.0"}`}
	c = dial(t, s, time.Second)
	if m, err := c.Pick(""); err != nil || m.ID != "only" || m.MaxModelLen == nil || *m.MaxModelLen != 4096 {
		t.Error(m, err)
	}
	if f := c.Facts(context.Background()); f.Engine != "vllm" || f.EngineVersion != "0.11.0" {
		t.Error(f)
	}
}

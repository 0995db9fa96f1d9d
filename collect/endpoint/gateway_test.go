package endpoint_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"benchsite/collect/endpoint"
)

// gateway is a server that answers only a real request for the model "mine",
// and lists what it likes: as mock servers and gateways do.
func gateway(t *testing.T, listed string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && listed != "" && r.URL.Path == "/v1/models" {
			fmt.Fprintf(w, `{"object":"list","data":[{"id":%q,"object":"model"}]}`, listed)
			return
		}
		var q struct{ Model string }
		if r.URL.Path != "/v1/chat/completions" || json.NewDecoder(r.Body).Decode(&q) != nil || q.Model != "mine" {
			http.Error(w, `{"error":{"message":"no fixture"}}`, http.StatusNotFound)
			return
		}
		fmt.Fprint(w, `{"id":"1","object":"chat.completion","model":"mine","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"length"}]}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestDialBelievesACompletion(t *testing.T) {
	for _, listed := range []string{"", "other"} {
		s := gateway(t, listed)
		client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Model: "mine"})
		if err != nil {
			t.Fatalf("listed %q: %v", listed, err)
		}
		if m, err := client.Pick("mine"); err != nil || m.ID != "mine" {
			t.Errorf("listed %q: picked %v, %v", listed, m.ID, err)
		}
	}
	s := gateway(t, "other")
	client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Model: "yours"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Pick("yours"); err == nil || !strings.Contains(err.Error(), "which serves other") {
		t.Errorf("a model that is not there: %v", err)
	}
}

func TestDialKeepsToTheTimeLimit(t *testing.T) {
	block := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-block }))
	defer s.Close()
	defer close(block)
	began := time.Now()
	_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL, Timeout: 200 * time.Millisecond})
	if err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

func TestDialKnowsPorts(t *testing.T) {
	_, err := endpoint.Dial(context.Background(), endpoint.Options{URL: "http://127.0.0.1:99999"})
	e, ok := err.(*endpoint.Error)
	if !ok || !e.Unsent() || !strings.Contains(e.Message, "port") {
		t.Errorf("%v", err)
	}
}

package endpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestCountTokens: the count of a server that has /tokenize, and no count from
// one that has none, answers a page, or counts nothing.
func TestCountTokens(t *testing.T) {
	for answer, want := range map[string]int64{`{"count":17,"max_model_len":9,"tokens":[1,2]}`: 17, `{"tokens":[1]}`: 0, `<html>`: 0, "": 0} {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"object":"list","data":[{"id":"m"}]}`) })
		if answer != "" {
			mux.HandleFunc("POST /tokenize", func(w http.ResponseWriter, r *http.Request) {
				var body struct {
					Model    string
					Messages []map[string]any
				}
				if json.NewDecoder(r.Body).Decode(&body) != nil || body.Model != "m" || body.Messages[0]["content"] != "hello" {
					t.Errorf("asked with %+v", body)
				}
				fmt.Fprint(w, answer)
			})
		}
		s := httptest.NewServer(mux)
		c, err := Dial(context.Background(), Options{URL: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := c.CountTokens(context.Background(), "m", User("hello")); n != want || ok != (want > 0) {
			t.Errorf("%q: %d %v", answer, n, ok)
		}
		c.Close()
		s.Close()
	}
}

func TestWithImages(t *testing.T) {
	b, err := json.Marshal(WithImages("what is this?", "data:image/png;base64,AA=="))
	want := `[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"text","text":"what is this?"}]}]`
	if err != nil || string(b) != want {
		t.Errorf("%v %s", err, b)
	}
}

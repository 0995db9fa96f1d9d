package simulate_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/simulate"
)

func start(t *testing.T, name string, o simulate.Options) (*simulate.Server, *endpoint.Client, string) {
	t.Helper()
	p, err := simulate.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulate.Start("127.0.0.1:0", p, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL(), Concurrency: 32, Timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Pick("")
	if err != nil {
		t.Fatal(err)
	}
	return s, c, m.ID
}

func ask(model, prompt string, stream bool) *endpoint.Request {
	return &endpoint.Request{Model: model, Messages: endpoint.User(prompt), MaxTokens: 16, Stream: stream, KeepText: true}
}

func TestStreamAndWholeAgree(t *testing.T) {
	_, c, model := start(t, "fp8", simulate.Options{Clock: 20, Seed: 3})
	a := c.Do(context.Background(), ask(model, "why is the sky blue", true))
	b := c.Do(context.Background(), ask(model, "why is the sky blue", false))
	d := c.Do(context.Background(), ask(model, "why is the sea blue", true))
	for _, x := range []*endpoint.Exchange{a, b, d} {
		x.Decode()
		if x.Err != nil || x.Usage == nil || x.Usage.Output != 16 || x.FinishReason != "length" || x.Usage.Prompt < 5 {
			t.Fatalf("%+v %+v", x.Err, x)
		}
	}
	if a.Text != b.Text || a.Text == d.Text || len(strings.Fields(a.Text)) != 16 {
		t.Errorf("%q, %q, %q: want the same text for the same prompt only", a.Text, b.Text, d.Text)
	}
	if a.Chunks != 16 {
		t.Errorf("%d chunks for 16 tokens", a.Chunks)
	}
}

// TestTiming: what an engine does. Prefill grows with the prompt, a step with
// the batch, and requests beyond the batch wait their turn.
func TestTiming(t *testing.T) {
	_, c, model := start(t, "bf16", simulate.Options{Clock: 10, MaxNumSeqs: 4})
	short := c.Do(context.Background(), ask(model, "one", true))
	long := c.Do(context.Background(), ask(model, strings.Repeat("many words make a long prompt ", 200), true))
	if short.Err != nil || long.Err != nil || long.First < short.First+15*time.Millisecond {
		t.Errorf("first token %v after a short prompt, %v after a long one", short.First, long.First)
	}
	var wg sync.WaitGroup
	first := make([]time.Duration, 8)
	for i := range first {
		wg.Go(func() {
			x := c.Do(context.Background(), ask(model, strings.Repeat("x", i+1), true))
			if x.Err != nil {
				t.Error(x.Err)
			}
			first[i] = x.First
		})
	}
	wg.Wait()
	waited := 0
	for _, d := range first {
		if d > 12*4*time.Millisecond { // longer than 12 of the 16 steps of those before
			waited++
		}
	}
	if waited != 4 {
		t.Errorf("%d of 8 requests waited for a place among 4: %v", waited, first)
	}
}

// TestOrder: the profiles keep the order of the recorded runs.
func TestOrder(t *testing.T) {
	var last time.Duration
	for _, name := range []string{"nvfp4", "fp8", "bf16"} {
		_, c, model := start(t, name, simulate.Options{Clock: 5})
		x := c.Do(context.Background(), ask(model, "go", true))
		if x.Err != nil {
			t.Fatal(x.Err)
		}
		if gap := x.Last - x.First; gap <= last {
			t.Errorf("%s took %v for 15 steps, no more than the faster profile's %v", name, gap, last)
		} else {
			last = gap
		}
	}
}

func TestPrefixCache(t *testing.T) {
	_, c, model := start(t, "fp8", simulate.Options{Clock: 50, PrefixCache: true})
	prompt := strings.Repeat("the same long prefix again and again ", 20)
	var cached []int64
	for _, p := range []string{prompt + "a", prompt + "b", "other"} {
		x := c.Do(context.Background(), ask(model, p, true))
		x.Decode()
		if x.Err != nil || x.Usage == nil || x.Usage.Cached == nil {
			t.Fatalf("%+v", x)
		}
		cached = append(cached, *x.Usage.Cached)
	}
	if cached[0] != 0 || cached[1] < 100 || cached[2] != 0 {
		t.Errorf("cached tokens %v", cached)
	}
}

func TestClientGone(t *testing.T) {
	s, c, model := start(t, "bf16", simulate.Options{Clock: 1})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if x := c.Do(ctx, ask(model, "x", true)); x.Err == nil {
		t.Fatal("a canceled request ended well")
	}
	deadline := time.Now().Add(3 * time.Second)
	for time.Now().Before(deadline) {
		if page := get(t, s.URL()+"/metrics"); strings.Contains(page, `vllm:num_requests_running{model_name="simulated-32b"} 0`) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the engine still runs a request whose client has gone")
}

func TestPages(t *testing.T) {
	s, c, model := start(t, "bf16", simulate.Options{Clock: 100})
	if f := c.Facts(context.Background()); f.Engine != endpoint.Simulated || f.EngineVersion != simulate.Version {
		t.Errorf("facts %+v", f)
	}
	get(t, s.URL()+"/health")
	r := ask("other", "x", true)
	if x := c.Do(context.Background(), r); x.Err == nil || x.Err.Status != 404 {
		t.Errorf("another model: %+v", x.Err)
	}
	r = ask(model, "x", true)
	r.MaxTokens = 40000
	r.Extra = map[string]any{"ignore_eos": true}
	if x := c.Do(context.Background(), r); x.Err == nil || x.Err.Status != 400 {
		t.Errorf("too long: %+v", x.Err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %d %v", url, resp.StatusCode, err)
	}
	return string(b)
}

func TestParse(t *testing.T) {
	p, o, ok, err := simulate.Parse("simulate:FP8?clock=4&seed=9&prefix_cache=true&max_num_seqs=8")
	if err != nil || !ok || p.Name != "fp8" || o.Clock != 4 || o.Seed != 9 || !o.PrefixCache || o.MaxNumSeqs != 8 {
		t.Error(p, o, ok, err)
	}
	if _, _, ok, err := simulate.Parse("http://x"); ok || err != nil {
		t.Error("a URL was taken for a profile")
	}
	for _, bad := range []string{"simulate:int4", "simulate:fp8?clock=0", "simulate:fp8?clok=1", "simulate:fp8?seed=x", "simulate:fp8?max_num_seqs=0"} {
		if _, _, ok, err := simulate.Parse(bad); !ok || err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

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

// best returns the exchange that ended first of three, because a
// busy machine can delay any one of them.
func best(t *testing.T, c *endpoint.Client, r *endpoint.Request) *endpoint.Exchange {
	t.Helper()
	var out *endpoint.Exchange
	for range 3 {
		x := c.Do(context.Background(), r)
		if x.Err != nil {
			t.Fatal(x.Err)
		}
		if out == nil || x.Last < out.Last {
			out = x
		}
	}
	return out
}

// TestPrefill: a long prompt delays the first token.
func TestPrefill(t *testing.T) {
	_, c, model := start(t, "bf16", simulate.Options{Clock: 10})
	short := best(t, c, ask(model, "one", true))
	long := best(t, c, ask(model, strings.Repeat("many words make a long prompt ", 400), true))
	if long.First < short.First+30*time.Millisecond {
		t.Errorf("first token %v after a short prompt, %v after a long one", short.First, long.First)
	}
}

// TestQueue: what does not fit the batch waits for a place.
func TestQueue(t *testing.T) {
	_, c, model := start(t, "bf16", simulate.Options{Clock: 10, MaxNumSeqs: 4})
	got := make([]*endpoint.Exchange, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = c.Do(context.Background(), ask(model, strings.Repeat("x", i+1), true)) })
	}
	wg.Wait()
	waited := 0
	for _, x := range got {
		if x.Err != nil {
			t.Fatal(x.Err)
		}
		for _, y := range got {
			if x.Sent.Add(x.First).After(y.Sent.Add(y.Last - time.Millisecond)) {
				waited++
				break
			}
		}
	}
	if waited != 4 {
		t.Errorf("%d of 8 requests began after another had ended, want 4 behind a batch of 4", waited)
	}
}

// TestOrder: the profiles keep the order of the recorded runs.
func TestOrder(t *testing.T) {
	var last time.Duration
	for _, name := range []string{"nvfp4", "fp8", "bf16"} {
		_, c, model := start(t, name, simulate.Options{Clock: 4})
		x := best(t, c, ask(model, "go", true))
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
		if page := get(t, s.URL()+"/metrics"); strings.Contains(page, `vllm:num_requests_running{model_name="simulated-32b-bf16"} 0`) {
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

package load

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/simulate"
)

// words counts tokens like a server whose template adds seven and whose every
// word is a token and a half.
func words(messages any) int {
	n := 0
	for _, m := range messages.([]any) {
		text, _ := m.(map[string]any)["content"].(string)
		n += len(strings.Fields(text))
	}
	return 7 + n*3/2
}

// counting answers with usage that follows the prompt.
func counting(w *endpointtest.Wire) {
	n := words(w.Body["messages"])
	if w.Body["stream"] != true {
		w.JSON(200, endpointtest.Whole("word", n, 1))
		return
	}
	w.Stream()
	w.Data(endpointtest.Text("answer"))
	w.Data(endpointtest.Chunk(map[string]any{}, "stop"))
	w.Data(endpointtest.Usage(n, 1))
	w.Data("[DONE]")
	w.End()
}

// TestRandomIsCalibrated: prompts are as long as wanted on a server whose
// tokenizer is not known, by its usage, and the artifact says how.
func TestRandomIsCalibrated(t *testing.T) {
	s := endpointtest.New(t, counting)
	spec := point(40, 4)
	spec.Workload = Random{Seed: 3, InputTokens: 300, Spread: 50}
	r, err := Run(context.Background(), spec, setting(t, s, 4))
	if err != nil {
		t.Fatal(err)
	}
	var lengths []int64
	for _, rec := range r.Bundle.Load {
		lengths = append(lengths, *rec.PromptTokens)
	}
	slices.Sort(lengths)
	if lengths[0] < 248 || lengths[39] > 352 || lengths[39]-lengths[0] < 60 {
		t.Errorf("prompts of %v tokens, wanted 250 to 350", lengths)
	}
	c := r.Bundle.Artifact.Source.Extra["calibration"].(map[string]any)
	if c["method"] != "usage" || c["tokens_per_word"] != 1.5 || c["target_tokens"] != 300 {
		t.Errorf("%v", c)
	}
	p := r.Bundle.Artifact.Protocol.Parameters
	if p["workload"] != "random" || p["input_tokens"] != 300 || p["input_tokens_spread"] != 50 || p["prompts"] != "distinct" {
		t.Errorf("%v", p)
	}
	if len(s.Received()) != 43 {
		t.Errorf("%d requests for 40 and 3 probes", len(s.Received()))
	}
}

// TestNoCountNoCalibration: a server that counts no tokens leaves a guess that
// says so.
func TestNoCountNoCalibration(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		if w.Body["stream"] != true {
			w.JSON(200, `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}`)
			return
		}
		w.Stream()
		w.Data(endpointtest.Text("a"))
		w.Data("[DONE]")
		w.End()
	})
	spec := point(2, 1)
	spec.Workload = Random{Seed: 3, InputTokens: 300}
	r, err := Run(context.Background(), spec, setting(t, s, 1))
	if err != nil || r.Bundle.Artifact.Source.Extra["calibration"].(map[string]any)["method"] != "none" || r.Bundle.Artifact.Load.Tokens.Prompt != nil {
		t.Errorf("%v %v", err, r.Bundle.Artifact.Source.Extra)
	}
}

// TestFixedOutput: ignore_eos and min_tokens reach the server, so that each
// answer has the wanted length; the simulated endpoint honors them.
func TestFixedOutput(t *testing.T) {
	profile, err := simulate.Lookup("nvfp4")
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulate.Start("127.0.0.1:0", profile, simulate.Options{Clock: 100, PrefixCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL(), Concurrency: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	set := Setting{Client: client, JournalDir: t.TempDir()}
	set.Base.Subject.Model = profile.Model
	spec := point(12, 4)
	spec.Model, spec.MaxTokens, spec.MinTokens, spec.IgnoreEOS = profile.Model, 48, 48, true
	spec.Workload = Random{Seed: 1, InputTokens: 700, PrefixTokens: 512, Groups: 2}
	r, err := Run(context.Background(), spec, set)
	if err != nil {
		t.Fatal(err)
	}
	cached := int64(0)
	for _, rec := range r.Bundle.Load {
		if *rec.OutputTokens != 48 || *rec.FinishReason != "length" || *rec.PromptTokens < 697 || *rec.PromptTokens > 703 {
			t.Fatalf("%d tokens in, %d out, %s", *rec.PromptTokens, *rec.OutputTokens, *rec.FinishReason)
		}
		if *rec.Cached > 0 {
			cached++
		}
	}
	if cached < 8 || cached > 10 { // all but the first of each group, give or take two at once
		t.Errorf("%d of 12 requests met a cached prefix", cached)
	}
	p := r.Bundle.Artifact.Protocol.Parameters
	if p["workload"] != "shared-prefix" || p["prefix_tokens"] != 512 || p["prefix_groups"] != 2 || p["min_tokens"] != int64(48) || p["ignore_eos"] != true {
		t.Errorf("%v", p)
	}
	// A conversation meets what it said before in the cache.
	spec.Workload = Conversations{Random: Random{Seed: 2, InputTokens: 200}, Length: 3}
	if r, err = Run(context.Background(), spec, set); err != nil {
		t.Fatal(err)
	}
	turns := r.Bundle.Artifact.Source.Extra["turns"].([]any)
	if len(turns) != 3 || r.Bundle.Artifact.Protocol.Parameters["turns"] != 3 {
		t.Fatalf("%v", turns)
	}
	one, three := turns[0].(map[string]any), turns[2].(map[string]any)
	// Four conversations begin; one more where a slot is free before an answer is in.
	if n := one["requests"].(int64); n < 4 || n > 6 || one["cached_share"].(float64) > 0.1 || three["cached_share"].(float64) < 0.5 || three["prompt_tokens_mean"].(float64) < 600 {
		t.Errorf("%v", turns)
	}
}

// TestConversation: each turn sends what was said, with the server's answers.
func TestConversation(t *testing.T) {
	s := endpointtest.New(t, counting)
	spec := point(6, 1)
	spec.Workload = Conversations{Random: Random{Seed: 2, InputTokens: 40}, Length: 3}
	if _, err := Run(context.Background(), spec, setting(t, s, 1)); err != nil {
		t.Fatal(err)
	}
	in := s.Received()[3:] // after the probes
	for i, r := range in {
		messages := r.Body["messages"].([]any)
		if len(messages) != 1+2*(i%3) {
			t.Fatalf("request %d has %d messages", i, len(messages))
		}
		if i%3 > 0 {
			if m := messages[1].(map[string]any); m["role"] != "assistant" || m["content"] != "answer" {
				t.Errorf("request %d tells the answer as %v", i, m)
			}
			if messages[0].(map[string]any)["content"] != in[i-1].Body["messages"].([]any)[0].(map[string]any)["content"] {
				t.Errorf("request %d begins another conversation", i)
			}
		}
		if id := r.Header.Get("X-Request-Id"); !strings.HasSuffix(id, fmt.Sprintf("-%d.%d", i/3, i%3+1)) {
			t.Errorf("request %d is called %s", i, id)
		}
	}
	// A failed turn ends its conversation.
	s = endpointtest.New(t, counting, counting, counting, counting, func(w *endpointtest.Wire) { w.JSON(500, `{}`) }, counting)
	if _, err := Run(context.Background(), spec, setting(t, s, 1)); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Received()[3:][2].Body["messages"].([]any)); n != 1 {
		t.Errorf("after a failed turn the conversation went on with %d messages", n)
	}
	spec.Arrival = Arrival{Process: Poisson, Rate: 5}
	if _, err := Run(context.Background(), spec, setting(t, s, 1)); err == nil || !strings.Contains(err.Error(), "closed loop") {
		t.Errorf("an open loop of conversations: %v", err)
	}
}

func TestShareGPT(t *testing.T) {
	path := filepath.Join("testdata", "sharegpt.json")
	w, err := ReadShareGPT(path, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || w.Describe().SHA256 != sum(data) {
		t.Errorf("%v: the hash is not that of the file", err)
	}
	if d := w.Describe(); d.Kind != "sharegpt" || d.Distinct != 3 || len(d.SHA256) != 64 || d.More["turns"] != nil {
		t.Errorf("%+v", d)
	}
	if w.Messages(0)[0].Content != "Which of two clocks runs late?" || w.Messages(3)[0].Content != w.Messages(0)[0].Content {
		t.Errorf("%v", w.Messages(0))
	}
	if w, err = ReadShareGPT(path, 2, nil); err != nil || w.Turns(0) != 2 || w.Turns(1) != 1 || w.Turn(0, 1)[0].Content != "And by how much?" || w.Describe().More["turns"] != 2 {
		t.Errorf("%v %+v", err, w.Describe())
	}
	seed := uint64(1)
	a, _ := ReadShareGPT(path, 1, &seed)
	b, _ := ReadShareGPT(path, 1, &seed)
	for i := range 3 {
		if a.Messages(i)[0].Content != b.Messages(i)[0].Content {
			t.Error("one seed gave two orders")
		}
	}
	s := endpointtest.New(t, counting)
	spec := point(3, 1)
	spec.Workload, _ = ReadShareGPT(path, 2, nil)
	r, err := Run(context.Background(), spec, setting(t, s, 1))
	if err != nil || len(s.Received()[1].Body["messages"].([]any)) != 3 || r.Bundle.Artifact.Protocol.Parameters["prompts"] != "distinct" {
		t.Errorf("%v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	for text, says := range map[string]string{"{}": "not a list", "[]": "no conversation", `[{"conversations":[`: "not a list", `[{"conversations":5}]`: "not a list", "": "not a list", `[{"conversations":[{"from":"gpt","value":"x"}]}]`: "no conversation"} {
		if err := os.WriteFile(bad, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadShareGPT(bad, 1, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTraceFile(t *testing.T) {
	w, err := ReadTrace(filepath.Join("testdata", "trace.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.Times(), []time.Duration{0, 40 * time.Millisecond, 40 * time.Millisecond, 120 * time.Millisecond, 150 * time.Millisecond}) {
		t.Errorf("%v", w.Times())
	}
	s := endpointtest.New(t, counting)
	spec := point(0, 0)
	spec.Workload, spec.Arrival = w, Arrival{Process: Trace, Times: w.Times()}
	r, err := Run(context.Background(), spec, setting(t, s, 8))
	if err != nil {
		t.Fatal(err)
	}
	a := r.Bundle.Artifact
	if *a.Load.Requests.Completed != 5 || a.Protocol.Parameters["arrival"] != "trace" || a.Protocol.Parameters["workload_sha256"] == "" || r.Bundle.Slug != "trace" {
		t.Errorf("%+v %v", a.Load.Requests, a.Protocol.Parameters)
	}
	limits, prompts := map[float64]int{}, map[string]map[string]any{}
	for _, in := range s.Received()[3:] {
		limits[in.Body["max_tokens"].(float64)]++
		prompts[in.Header.Get("X-Request-Id")[strings.LastIndex(in.Header.Get("X-Request-Id"), "-"):]] = in.Body
	}
	if limits[12] != 1 || limits[8] != 3 || limits[5] != 1 { // of the trace, and max_tokens of the point where it says nothing
		t.Errorf("limits %v", limits)
	}
	for i, want := range []int{1300, 1100} { // requests 1 and 2 of the file share a block
		if n := words(prompts[fmt.Sprintf("-%d", i+1)]["messages"]); n < want-3 || n > want+3 {
			t.Errorf("request %d has %d tokens, wanted %d", i+1, n, want)
		}
	}
	one, two := w.Messages(1)[0].Content, w.Messages(2)[0].Content
	if one[:1000] != two[:1000] || one == two {
		t.Error("two requests that name a block do not share it")
	}
	bad := filepath.Join(t.TempDir(), "bad.jsonl")
	for text, says := range map[string]string{"": "no request", `{"prompt":"x"}`: "at_s", `{"at_s":1}`: "one of prompt", `{"at_s":-1,"prompt":"x"}`: "within a trace", `{"at_s":1,"input_length":99999999999}`: "lengths", `{"at_s":1,"timestamp":1,"prompt":"x"}`: "either", "{": "line 1"} {
		if err := os.WriteFile(bad, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadTrace(bad); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestImages(t *testing.T) {
	w := Images{Seed: 4, Count: 2, Width: 96, Height: 64}
	seen := map[string]bool{}
	for i := range 50 {
		m := w.Messages(i)[0]
		if len(m.MultiContent) != 3 || m.MultiContent[2].Text == "" {
			t.Fatalf("%+v", m)
		}
		for _, part := range m.MultiContent[:2] {
			data, ok := strings.CutPrefix(part.ImageURL.URL, "data:image/png;base64,")
			raw, err := base64.StdEncoding.DecodeString(data)
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			p, err := png.Decode(bytes.NewReader(raw))
			if err != nil || p.Bounds().Dx() != 96 || p.Bounds().Dy() != 64 {
				t.Fatal(err, p.Bounds())
			}
			seen[data] = true
		}
	}
	if len(seen) != 100 || w.Messages(3)[0].MultiContent[0].ImageURL.URL != w.Messages(3)[0].MultiContent[0].ImageURL.URL {
		t.Errorf("%d pictures of 100 differ", len(seen))
	}
	s := endpointtest.New(t, counting)
	spec := point(4, 2)
	spec.Workload, spec.Warmup = w, 2
	r, err := Run(context.Background(), spec, setting(t, s, 2))
	if err != nil {
		t.Fatal(err)
	}
	p := r.Bundle.Artifact.Protocol.Parameters
	if p["workload"] != "images" || p["images"] != 2 || p["image_size"] != "96x64" || p["prompts"] != "distinct" {
		t.Errorf("%v", p)
	}
	for _, in := range s.Received() {
		parts := in.Body["messages"].([]any)[0].(map[string]any)["content"].([]any)
		if len(parts) != 3 || parts[0].(map[string]any)["type"] != "image_url" {
			t.Fatalf("%v", in.Body)
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	w := Images{Seed: 1}
	for i := 0; b.Loop(); i++ {
		w.Messages(i)
	}
}

// TestRandomIsDistinct: no two prompts begin alike, groups share their prefix,
// and prompts of two points share none.
func TestRandomIsDistinct(t *testing.T) {
	unique := map[string]bool{}
	for _, word := range lexicon {
		if unique[word] || len(word) > 4 {
			t.Fatalf("%q is there twice or too long", word)
		}
		unique[word] = true
	}
	w := Random{Seed: 1, InputTokens: 60}
	begins := map[string]bool{}
	for i := range 3000 {
		text := w.Messages(i)[0].Content
		begins[strings.Join(strings.Fields(text)[:5], " ")] = true
		if len(strings.Fields(text)) != 60 {
			t.Fatalf("%d words", len(strings.Fields(text)))
		}
	}
	if len(begins) != 3000 {
		t.Errorf("%d of 3000 begin apart", len(begins))
	}
	w.PrefixTokens, w.Groups = 40, 3
	prefix := func(i int) string { return strings.Join(strings.Fields(w.Messages(i)[0].Content)[:40], " ") }
	if prefix(0) != prefix(3) || prefix(0) == prefix(1) || prefix(0) == prefix(PromptStride) || prefix(0) == warmupOf(w).Messages(0)[0].Content[:len(prefix(0))] {
		t.Error("prefixes are not shared within groups alone")
	}
	if (Random{Seed: 2}).Messages(0)[0].Content == (Random{Seed: 1}).Messages(0)[0].Content {
		t.Error("two seeds gave one prompt")
	}
}

// FuzzTrace: a line is a request or an error, and what is a request can be sent.
func FuzzTrace(f *testing.F) {
	for _, s := range []string{`{"timestamp":1,"input_length":3,"hash_ids":[1,2]}`, `{"at_s":0.5,"prompt":"x","max_tokens":3}`, `{"at_s":1e300}`, `{"at_s":1,"messages":[]}`, `[]`, `{"at_s":1,"input_length":-1}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := readCall([]byte(line))
		if err != nil || c.input > 1<<12 {
			return
		}
		w := &TraceFile{calls: []call{c}}
		if m := w.Messages(0); len(m) == 0 || c.at < 0 || c.output < 0 {
			t.Errorf("%q gives %v at %v", line, m, c.at)
		}
	})
}

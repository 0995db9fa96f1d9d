package eval

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

// Every byte is rated once, whatever the windows, and no character is cut.
func TestWindowsCoverTheText(t *testing.T) {
	long := strings.Repeat("Rain falls on the old roof, and nobody counts. 雨落在旧屋顶上，没有人去数它。", 40)
	for _, text := range []string{"a", "word", long, strings.Repeat("没有空格的文字", 300), strings.Repeat("x", 1000), strings.Repeat("é", 999) + " end"} {
		for _, w := range []Windows{{Bytes: 64, Stride: 64}, {Bytes: 200, Stride: 100}, {Bytes: 333, Stride: 7}, {}} {
			items := windowsOf([]document{{id: "d", text: text}}, w)
			var all strings.Builder
			for i, it := range items {
				whole := it.Messages[0].Content
				if !utf8.ValidString(whole) || it.Lead >= len(whole) || len(whole) > max(w.filled().Bytes, 4) && w.Bytes > 0 {
					t.Fatalf("%+v: window %d: %d bytes, %d lead in, %q", w, i, len(whole), it.Lead, whole)
				}
				if lead := whole[:it.Lead]; !strings.HasSuffix(all.String(), lead) {
					t.Fatalf("%+v: window %d leads in with %q", w, i, lead)
				}
				all.WriteString(whole[it.Lead:])
			}
			if all.String() != text {
				t.Errorf("%+v: the windows are not the text: %d of %d bytes", w, all.Len(), len(text))
			}
		}
	}
}

// rater rates texts word by word: a word costs as many nats as it has letters,
// in the form of vLLM, without a token before the first.
func rater(calls *atomic.Int32) endpointtest.Reply {
	return func(w *endpointtest.Wire) {
		if calls != nil {
			calls.Add(1)
		}
		prompt := w.Body["prompt"].(string)
		var list []any
		for i, word := range splitWords(prompt) {
			if i == 0 {
				list = append(list, nil)
				continue
			}
			list = append(list, map[string]any{"7": map[string]any{"logprob": -float64(len(strings.TrimSpace(word))), "rank": 3, "decoded_token": word}})
		}
		b, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"text": "x", "prompt_logprobs": list}},
			"usage": map[string]any{"prompt_tokens": len(list), "completion_tokens": 1}})
		w.JSON(200, string(b))
	}
}

// splitWords keeps the space before a word with it.
func splitWords(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		end := i + 1
		for end < len(s) && s[end] != ' ' {
			end++
		}
		out = append(out, s[i:end])
		i = end
	}
	return out
}

func textsAt(t *testing.T, w Windows, lines ...string) *Suite {
	t.Helper()
	path := filepath.Join(t.TempDir(), "texts.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := LoadSuite(t.Context(), path, Source{Windows: w})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPerplexityByHand(t *testing.T) {
	server := endpointtest.New(t)
	server.Complete = rater(nil)
	st := artifact.Open(t.TempDir())
	spec := specOf(t)
	spec.Scorer = mustScorer(t, "perplexity")
	// "aa bbb c": 3 + 1 nats over 2 tokens, the first is left out; "dddd e": 1 over 1.
	spec.Suite = textsAt(t, Windows{}, `{"id":"one","text":"aa bbb c","category":"x"}`, `{"id":"two","text":"dddd e","category":"y"}`)
	r, err := Run(t.Context(), spec, settingOf(t, server, st.StateDir()))
	if err != nil || r.Lost != nil {
		t.Fatal(err, r.Lost)
	}
	a := put(t, st, r)
	task := a.Eval.Tasks[0]
	m := task.Metrics
	if a.Status != artifact.StatusComplete || task.Status != artifact.TaskDone || len(m) != 3 || m[0].Metric != "perplexity" || !m[0].Primary || *m[0].Better != "lower" {
		t.Fatalf("%s %+v", a.Status, task)
	}
	if near := func(got, want float64) bool { return math.Abs(got-want) < 1e-12 }; !near(*m[1].Value, 5.0/3) || !near(*m[0].Value, math.Exp(5.0/3)) || !near(*m[2].Value, 5/math.Ln2/8) || *m[0].N != 2 {
		t.Errorf("%v %v %v", *m[0].Value, *m[1].Value, *m[2].Value)
	}
	// Deviations from the mean 5/3: 4 − 10/3 and 1 − 5/3.
	if want := math.Sqrt(2*2*4.0/9) / 3; math.Abs(*m[1].Stderr-want) > 1e-12 || math.Abs(*m[0].Stderr-want*math.Exp(5.0/3)) > 1e-9 {
		t.Errorf("standard error %v, want %v", *m[1].Stderr, want)
	}
	if x := task.Text; x.Tokens != 3 || x.Bytes != 8 || x.Left != 2 { // " bbb", " c", " e"
		t.Errorf("%+v", x)
	}
	if g := task.Groups; len(g) != 2 || g[0].Name != "x" || *g[0].NLL != 2 || *g[0].Tokens != 2 || math.Abs(*g[1].Value-math.E) > 1e-12 {
		t.Errorf("%+v", g)
	}
	if p := a.Protocol.Parameters; fmt.Sprint(p["tokens"]) != "3" || fmt.Sprint(p["window_bytes"]) != "8192" || p["scorer"] != "perplexity v1" || p["max_tokens"] != nil {
		t.Errorf("%v", p)
	}
	if task.Outcomes != nil {
		t.Errorf("a text has outcomes: %+v", task.Outcomes)
	}
	records, err := st.EvalRecords(a)
	if err != nil || len(records) != 2 || records[0].Likelihood == nil || records[0].Outcome != nil || records[0].Output != nil || records[0].ItemHash == nil {
		t.Errorf("%v %+v", err, records)
	}
}

// What leads in is rated with the window before: with and without overlap the
// same tokens are rated but for the first of each window.
func TestStrideRatesEachTokenOnce(t *testing.T) {
	server := endpointtest.New(t)
	server.Complete = rater(nil)
	var words []string
	total, tokens := 0, 0
	for i := range 400 {
		w := strings.Repeat("w", 1+i*i%7)
		words = append(words, w)
		if i > 0 {
			total, tokens = total+len(w), tokens+1
		}
	}
	line, _ := json.Marshal(map[string]string{"id": "d", "text": strings.Join(words, " ")})
	spec := specOf(t)
	spec.Scorer, spec.Concurrency = mustScorer(t, "perplexity"), 4
	spec.Suite = textsAt(t, Windows{Bytes: 256, Stride: 64}, string(line))
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), spec, settingOf(t, server, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	task := put(t, st, r).Eval.Tasks[0]
	if task.Text.Tokens != int64(tokens) || task.Text.Left != 1 || math.Abs(*task.Metrics[1].Value-float64(total)/float64(tokens)) > 1e-9 {
		t.Errorf("%+v, %v nats a token; want %d tokens, %v", task.Text, *task.Metrics[1].Value, tokens, float64(total)/float64(tokens))
	}
}

// An interrupted run over texts goes on, and a window that the server refuses is
// an error of its own.
func TestPerplexityResumes(t *testing.T) {
	server := endpointtest.New(t)
	var calls, gone atomic.Int32
	good := rater(nil)
	server.Complete = func(w *endpointtest.Wire) {
		n := calls.Add(1)
		switch {
		case n > 5 && gone.Load() == 0:
			w.Reset()
		case strings.Contains(w.Body["prompt"].(string), "seven"):
			w.JSON(400, `{"error":{"message":"too long"}}`)
		default:
			good(w)
		}
	}
	var lines []string
	for i := range 10 {
		lines = append(lines, fmt.Sprintf(`{"id":"t%d","text":"a %s text of words"}`, i, map[bool]string{true: "seven", false: "plain"}[i == 7]))
	}
	spec := specOf(t)
	spec.Scorer = mustScorer(t, "perplexity")
	spec.Suite = textsAt(t, Windows{}, lines...)
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), spec, settingOf(t, server, st.StateDir()))
	if err != nil || r.Lost == nil {
		t.Fatal(err, r)
	}
	if part := put(t, st, r); part.Status != artifact.StatusInterrupted || *part.Eval.Tasks[0].Metrics[0].N != 5 {
		t.Errorf("%s %+v", part.Status, part.Eval.Tasks[0])
	}
	gone.Store(1)
	before := calls.Load()
	if r, err = Run(t.Context(), spec, settingOf(t, server, st.StateDir())); err != nil {
		t.Fatal(err)
	}
	whole := put(t, st, r)
	task := whole.Eval.Tasks[0]
	if whole.Status != artifact.StatusComplete || calls.Load()-before != 5 || *task.Metrics[0].N != 9 || *task.Outcomes.Error != 1 || task.Outcomes.Correct != nil {
		t.Errorf("%s after %d requests: %+v %+v", whole.Status, calls.Load()-before, task.Metrics[0], task.Outcomes)
	}
}

// A server without probabilities of the prompt is told of, with what it lacks.
func TestPerplexityIsNotOffered(t *testing.T) {
	for name, reply := range map[string]endpointtest.Reply{
		"no such path": nil,
		"no logprobs":  func(w *endpointtest.Wire) { w.JSON(200, `{"choices":[{"text":"x"}]}`) },
	} {
		server := endpointtest.New(t, answer)
		server.Complete = reply
		set := settingOf(t, server, t.TempDir())
		err := Offers(t.Context(), set.Client, "m", "texts")
		if missing, ok := err.(*NotRun); !ok || !strings.Contains(missing.Reason, "does not say how probable a prompt is") {
			t.Errorf("%s: %v", name, err)
		}
	}
	server := endpointtest.New(t)
	server.Complete = rater(nil)
	if err := Offers(t.Context(), settingOf(t, server, t.TempDir()).Client, "m", "texts"); err != nil {
		t.Error(err)
	}
}

func TestTextFaultsNameTheLine(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":"a","text":" "}`:              "text: is empty",
		`{"id":"ok","text":"again"}`:         `id: "ok" stands in line 1 already`,
		`{"id":"a","text":"x","expected":1}`: `unknown field "expected"`,
		`{"id":"a","text":7}`:                "text: is a JSON number",
		"{\"text\":\"\xff\"}":                "text: is not UTF-8",
	} {
		path := filepath.Join(t.TempDir(), "t.jsonl")
		if err := os.WriteFile(path, []byte(`{"id":"ok","text":"well"}`+"\n"+line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSuite(t.Context(), path, Source{}); err == nil || !strings.Contains(err.Error(), "t.jsonl:2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "Book One.txt")
	if err := os.WriteFile(path, []byte("\ufeffOnce upon a time."), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := LoadSuite(t.Context(), path, Source{})
	if err != nil || s.Name != "book-one" || len(s.Items) != 1 || s.Items[0].Messages[0].Content != "Once upon a time." {
		t.Errorf("%v %+v", err, s)
	}
	if err := os.WriteFile(path, []byte(" \n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSuite(t.Context(), path, Source{}); err == nil {
		t.Error("an empty text is one")
	}
}

func TestLikelihoodOfAWindow(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		l    endpoint.Likelihood
		lead int
		part string
		want artifact.Likelihood
		bad  bool
	}{
		"first token left out, with its bytes": {endpoint.Likelihood{Logprobs: []float64{nan, -1, -2}, Texts: []string{"", " b", " c"}}, 0, "aa b c", artifact.Likelihood{NLL: 3, Tokens: 2, Bytes: 4, Left: 1}, false},
		"a token before the text":              {endpoint.Likelihood{Logprobs: []float64{nan, -1, -2}, Texts: []string{"", "a", " c"}}, 0, "a c", artifact.Likelihood{NLL: 3, Tokens: 2, Bytes: 3, Left: 1}, false},
		"tokens that are parts of characters":  {endpoint.Likelihood{Logprobs: []float64{nan, -1, -2}, Texts: []string{"", "\ufffd", "\ufffd"}}, 0, "雨落", artifact.Likelihood{NLL: 3, Tokens: 2, Bytes: 6, Left: 1}, false},
		"tokens without texts":                 {endpoint.Likelihood{Logprobs: []float64{nan, -1}, Texts: []string{"", ""}}, 0, "a b", artifact.Likelihood{NLL: 1, Tokens: 1, Bytes: 3, Left: 1}, false},
		"with a lead-in":                       {endpoint.Likelihood{Logprobs: []float64{nan, -1, -2}, Texts: []string{"", " b", " c"}}, 2, " c", artifact.Likelihood{NLL: 2, Tokens: 1, Bytes: 2}, false},
		"a lead-in of all":                     {endpoint.Likelihood{Logprobs: []float64{nan, -1}, Texts: []string{"", " b"}}, 2, " b", artifact.Likelihood{}, true},
		"no probability":                       {endpoint.Likelihood{Logprobs: []float64{nan, 2}, Texts: []string{"", " b"}}, 0, "a b", artifact.Likelihood{}, true},
	} {
		got, err := likelihoodOf(&c.l, c.lead, c.part)
		if (err != nil) != c.bad || !c.bad && got != c.want {
			t.Errorf("%s: %+v %v, want %+v", name, got, err, c.want)
		}
	}
}

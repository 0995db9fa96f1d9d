package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/journal"
)

// forty is a suite of questions whose answer is their number.
func forty() *Suite {
	s := &Suite{Name: "forty", Version: "1", Of: 40, Scorer: "typed", Answer: 8, Think: 64}
	for i := range 40 {
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("q%02d", i), Type: "number", Expected: fmt.Sprint(1000 + i),
			Category: []string{"even", "odd"}[i%2], Messages: endpoint.User(fmt.Sprintf("say %d", 1000+i))})
	}
	return s
}

func askedFor(w *endpointtest.Wire) string {
	m := w.Body["messages"].([]any)
	return strings.TrimPrefix(m[len(m)-1].(map[string]any)["content"].(string), "say ")
}

func answer(w *endpointtest.Wire) {
	w.JSON(200, endpointtest.Whole("<think>\n\n</think>\n\n"+askedFor(w), 5, 3))
}

func specOf(t *testing.T) Spec {
	t.Helper()
	rule, err := ScorerByName("typed")
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Suite: forty(), Model: "m", Concurrency: 1, MaxTokens: 64, Scorer: rule,
		Retry: Retry{Attempts: 3, First: time.Millisecond, Most: 4 * time.Millisecond}}
}

func settingOf(t *testing.T, s *endpointtest.Server, dir string) Setting {
	t.Helper()
	c, err := endpoint.Dial(t.Context(), endpoint.Options{URL: s.URL, Concurrency: 4, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return Setting{Client: c, Server: s.URL, StateDir: dir,
		Base: artifact.Artifact{Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured}}}
}

func put(t *testing.T, st *artifact.Store, r *Result) *artifact.Artifact {
	t.Helper()
	receipt, err := st.Put(r.Bundle)
	if err != nil {
		t.Fatal(err)
	}
	a, raw, err := st.Read(receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Stored(receipt.ID, raw); err != nil {
		t.Fatal(err)
	}
	return a
}

// recordsIn reads the records of a result, which are then left to the journal.
func recordsIn(t *testing.T, r *Result) (out []artifact.EvalRecord) {
	t.Helper()
	for rec, err := range r.Bundle.EvalFrom {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rec)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func asked(s *endpointtest.Server) map[string]int {
	out := map[string]int{}
	for _, r := range s.Received() {
		m := r.Body["messages"].([]any)
		out[m[0].(map[string]any)["content"].(string)]++
	}
	return out
}

func journals(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "journal", "eval", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestRunAsksEverythingOnce(t *testing.T) {
	s := endpointtest.New(t, answer)
	st := artifact.Open(t.TempDir())
	spec := specOf(t)
	spec.Concurrency = 4
	spec.Thinking = p(false)
	spec.Sampling.Temperature = p(0.0)
	var last Snapshot
	set := settingOf(t, s, st.StateDir())
	set.Progress = func(now Snapshot) { last = now }
	r, err := Run(t.Context(), spec, set)
	if err != nil || r.Lost != nil {
		t.Fatal(err, r)
	}
	a := put(t, st, r)
	task := a.Eval.Tasks[0]
	if a.Status != artifact.StatusComplete || *task.Metrics[0].Value != 1 || *task.Outcomes.Correct != 40 || *task.Outcomes.Truncated != 0 ||
		*task.Outcomes.Error != 0 || len(task.Groups) != 2 || *task.Groups[0].N != 20 || *a.Eval.Tokens.Output != 120 || *a.Eval.DurationS <= 0 {
		t.Errorf("figures: %+v %+v", a.Eval, task)
	}
	if p := a.Protocol.Parameters; p["task"] != "forty" || p["scorer"] != "typed v1" || p["thinking"] != false || p["temperature"] == nil || p["items_sha256"] != spec.Suite.ItemsHash() {
		t.Errorf("protocol: %v", p)
	}
	if last.Done != 40 || last.Correct != 40 || last.InFlight != 0 || last.OutputTokens != 120 {
		t.Errorf("progress: %+v", last)
	}
	body := s.Received()[0].Body
	if args, _ := body["chat_template_kwargs"].(map[string]any); args["enable_thinking"] != false || body["temperature"] != 0.0 || body["max_tokens"] != 64.0 || body["seed"] != nil {
		t.Errorf("body: %v", body)
	}
	records, err := st.EvalRecords(a)
	if err != nil || len(records) != 40 || records[17].Item != "q17" || records[17].LatencyS == nil || records[17].PromptHash == nil ||
		*records[17].FinishReason != "stop" || *records[17].Extracted != "1017" || *records[17].ItemHash != spec.Suite.Items[17].Hash() {
		t.Errorf("records: %v %+v", err, records[17])
	}
	if files := journals(t, st.StateDir()); len(files) != 0 {
		t.Errorf("journals left: %v", files)
	}
}

// A process that is killed at item 17 of 40: the next one asks exactly the rest.
func TestCrashAndResume(t *testing.T) {
	s := endpointtest.New(t, answer)
	dir := t.TempDir()
	st := artifact.Open(dir)
	spec := specOf(t)
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	set := settingOf(t, s, st.StateDir())
	var n atomic.Int32
	inner := set.Client
	set.Client = clientFunc(func(ctx context.Context, q *endpoint.Request) *endpoint.Exchange {
		if n.Add(1) == 18 { // 17 are done; this one never comes back
			kill()
			return &endpoint.Exchange{Err: &endpoint.Error{Class: endpoint.ClassReset, Message: "killed"}}
		}
		return inner.Do(ctx, q)
	})
	r, err := Run(ctx, spec, set)
	if err != nil {
		t.Fatal(err)
	}
	// Nothing was stored, as after a kill; and the last line was cut off.
	files := journals(t, st.StateDir())
	if got := recordsIn(t, r); len(files) != 1 || len(got) != 17 {
		t.Fatal(files, len(got))
	}
	f, err := os.OpenFile(files[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"record":{"task":"forty","it`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	before := asked(s)
	r, err = Run(t.Context(), spec, settingOf(t, s, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	after := asked(s)
	if len(before) != 17 || len(after) != 40 || len(s.Received()) != 40 || r.Resumed != 17 {
		t.Errorf("asked %d before, %d in all (%d requests), resumed %d", len(before), len(after), len(s.Received()), r.Resumed)
	}
	a := put(t, st, r)
	if a.Status != artifact.StatusComplete || *a.Eval.Tasks[0].Outcomes.Correct != 40 || len(a.DerivedFrom) != 0 {
		t.Errorf("%s %+v", a.Status, a.Eval.Tasks[0].Outcomes)
	}
	if files := journals(t, st.StateDir()); len(files) != 0 {
		t.Errorf("journals left: %v", files)
	}
}

type clientFunc func(context.Context, *endpoint.Request) *endpoint.Exchange

func (f clientFunc) Do(ctx context.Context, q *endpoint.Request) *endpoint.Exchange { return f(ctx, q) }

// A server that sends 429 for a while, and one that stumbles, lose nothing.
func TestRetriesLoseNothing(t *testing.T) {
	var n atomic.Int32
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		switch i := n.Add(1); {
		case i <= 30:
			w.JSON(429, `{"error":{"message":"slow down"}}`, "Retry-After: 0.02")
		case i%7 == 0:
			w.JSON(500, `{"error":{"message":"stumbled"}}`)
		default:
			answer(w)
		}
	})
	spec := specOf(t)
	spec.Concurrency = 4
	r, err := Run(t.Context(), spec, settingOf(t, s, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	c := r.Bundle.Artifact.Eval.Tasks[0].Outcomes
	if *c.Correct != 40 || r.Bundle.Artifact.Status != artifact.StatusComplete || r.Bundle.Artifact.Source.Extra["retries"].(int64) < 30 {
		t.Errorf("%+v %v", c, r.Bundle.Artifact.Source.Extra)
	}
}

// A server that dies leaves a valid partial artifact; the next run completes it.
func TestServerDies(t *testing.T) {
	var n atomic.Int32
	dead := atomic.Bool{}
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		if n.Add(1) > 12 && dead.Load() {
			w.Reset()
			return
		}
		answer(w)
	})
	dead.Store(true)
	dir := t.TempDir()
	st := artifact.Open(dir)
	spec := specOf(t)
	r, err := Run(t.Context(), spec, settingOf(t, s, st.StateDir()))
	if err != nil || !errors.Is(r.Lost, errGone) {
		t.Fatal(err, r)
	}
	part := put(t, st, r)
	if part.Status != artifact.StatusInterrupted || !strings.Contains(*part.StatusReason, "12 of 40 answers") || *part.Eval.Tasks[0].Outcomes.Correct != 12 {
		t.Errorf("%s %v %+v", part.Status, *part.StatusReason, part.Eval.Tasks[0].Outcomes)
	}
	if lost := len(s.Received()) - 12; lost < 3 || lost > 6 { // a connection that dies idle is tried twice
		t.Errorf("a dead server was asked %d times, want the 3 attempts of one item", lost)
	}
	dead.Store(false)
	r, err = Run(t.Context(), spec, settingOf(t, s, st.StateDir()))
	if err != nil || r.Resumed != 12 {
		t.Fatal(err, r)
	}
	whole := put(t, st, r)
	if whole.Status != artifact.StatusComplete || len(whole.DerivedFrom) != 1 || whole.DerivedFrom[0].ID != part.ID || whole.DerivedFrom[0].How != artifact.HowResume {
		t.Errorf("%s %+v", whole.Status, whole.DerivedFrom)
	}
}

func TestOddAnswers(t *testing.T) {
	reply := func(content any, finish, more string) string {
		b, _ := json.Marshal(content)
		return fmt.Sprintf(`{"object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%s%s},"finish_reason":%q}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`, b, more, finish)
	}
	for name, c := range map[string]struct {
		reply endpointtest.Reply
		want  artifact.Outcome
	}{
		"cut in a thought":      {func(w *endpointtest.Wire) { w.JSON(200, reply("<think>1000", "length", "")) }, cut},
		"thought in its field":  {func(w *endpointtest.Wire) { w.JSON(200, reply("1000", "stop", `,"reasoning":"7"`)) }, yes},
		"only a thought":        {func(w *endpointtest.Wire) { w.JSON(200, reply(nil, "length", `,"reasoning_content":"1000"`)) }, cut},
		"null":                  {func(w *endpointtest.Wire) { w.JSON(200, reply(nil, "stop", "")) }, nothing},
		"empty at the limit":    {func(w *endpointtest.Wire) { w.JSON(200, reply("", "length", "")) }, cut},
		"refused by the server": {func(w *endpointtest.Wire) { w.JSON(400, `{"error":{"message":"too long"}}`) }, failed},
		"broken for good":       {func(w *endpointtest.Wire) { w.JSON(500, `{"error":{"message":"CUDA"}}`) }, failed},
		"wrong":                 {func(w *endpointtest.Wire) { w.JSON(200, reply("1001", "stop", "")) }, no},
	} {
		s := endpointtest.New(t, c.reply)
		spec := specOf(t)
		spec.Suite.Items = spec.Suite.Items[:1]
		r, err := Run(t.Context(), spec, settingOf(t, s, t.TempDir()))
		if err != nil {
			t.Fatal(name, err)
		}
		if rec := recordsIn(t, r)[0]; *rec.Outcome != c.want {
			t.Errorf("%s: %s (%s)", name, *rec.Outcome, text(rec.Detail))
		}
	}
	s := endpointtest.New(t, func(w *endpointtest.Wire) { w.JSON(401, `{"error":{"message":"no key"}}`) })
	dir := t.TempDir()
	var e *endpoint.Error
	if _, err := Run(t.Context(), specOf(t), settingOf(t, s, dir)); !errors.As(err, &e) || !e.Unsent() {
		t.Errorf("a refused key: %v", err)
	}
	if files := journals(t, dir); len(files) != 0 {
		t.Errorf("journals left: %v", files)
	}
}

func TestRepeats(t *testing.T) {
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		text := askedFor(w)
		if w.Body["seed"] == 8.0 && text < "1020" {
			text = "1"
		}
		w.JSON(200, endpointtest.Whole(text, 5, 3))
	})
	spec := specOf(t)
	spec.Repeats, spec.Sampling.Seed = 2, p(int64(7))
	spec.Suite.Items[0].Stem, spec.Suite.Items[1].Stem = "one", "one"
	r, err := Run(t.Context(), spec, settingOf(t, s, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	m := r.Bundle.Artifact.Eval.Tasks[0].Metrics
	if got := recordsIn(t, r); len(got) != 80 || *m[0].Value != 0.75 || *m[0].N != 40 || m[0].Stderr == nil || m[1].Metric != "pass@2" || *m[1].Value != 1 {
		t.Errorf("%d records, %+v", len(got), m)
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	plan := headOf(specOf(t), "plan", artifact.Artifact{})
	j, _, err := openJournal(dir, plan, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := openJournal(dir, plan, nil, false); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("a journal in use: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.jsonl"), []byte("{}\n{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	plan.Plan = "other"
	if _, _, err := openJournal(dir, plan, nil, false); err == nil || !strings.Contains(err.Error(), "no plan of the form") {
		t.Errorf("a foreign journal: %v", err)
	}
}

func TestLimitIsAStratifiedSample(t *testing.T) {
	s := forty()
	for i := range s.Items {
		s.Items[i].Category = []string{"a", "b", "b", "b"}[i%4]
	}
	for n, want := range map[int][2]int{4: {1, 3}, 8: {2, 6}, 39: {9, 30}, 1: {0, 1}} {
		sample := s.Limit(n)
		got := [2]int{}
		for _, it := range sample.Items {
			got[b2i(it.Category == "b")]++
		}
		if got != want || sample.ItemsHash() != s.Limit(n).ItemsHash() || !slices.IsSortedFunc(sample.Items, func(a, b Item) int { return strings.Compare(a.ID, b.ID) }) {
			t.Errorf("limit %d: %v, want %v", n, got, want)
		}
		spec := Spec{Suite: sample, MaxTokens: 4}
		if spec.Protocol()["limit"] != int64(n) || len(spec.Warnings()) != 2 {
			t.Errorf("limit %d: %v %v", n, spec.Protocol()["limit"], spec.Warnings())
		}
	}
}

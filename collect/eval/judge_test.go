package eval

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
)

// verdictOn is what a well-behaved judge writes.
func verdictOn(yes bool) string {
	if yes {
		return "extracted: it\nreason: the same\ncorrect: yes"
	}
	return "extracted: none\nreason: another\ncorrect: no"
}

// asked takes the key and the answer out of what a judge is asked.
func judgedPair(w *endpointtest.Wire) (key, answer string) {
	m := w.Body["messages"].([]any)
	_, rest, _ := strings.Cut(m[len(m)-1].(map[string]any)["content"].(string), "Reference answer:\n")
	key, rest, _ = strings.Cut(rest, "\n\nAnswer to compare")
	_, rest, _ = strings.Cut(rest, "\n====================\n")
	answer, _, _ = strings.Cut(rest, "\n====================\n")
	return key, answer
}

// judgeServer answers by what reply makes of key and answer.
func judgeServer(t *testing.T, reply func(key, answer string) string) *endpointtest.Server {
	return endpointtest.New(t, func(w *endpointtest.Wire) {
		w.JSON(200, endpointtest.Whole(reply(judgedPair(w)), 100, 9))
	})
}

func modelAt(t *testing.T, s *endpointtest.Server) *ModelJudge {
	t.Helper()
	c, err := endpoint.Dial(t.Context(), endpoint.Options{URL: s.URL, Concurrency: 4, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &ModelJudge{Client: c, Model: "m", Endpoint: s.URL, Concurrency: 2, Retry: Retry{Attempts: 2, First: time.Millisecond, Most: 2 * time.Millisecond}}
}

func judgeOf(t *testing.T, reply func(key, answer string) string) *ModelJudge {
	return modelAt(t, judgeServer(t, reply))
}

// open is a suite of ten questions for a judge.
func open() *Suite {
	s := &Suite{Name: "open", Of: 10, Scorer: "typed", Answer: 64, Think: 64}
	for i := range 10 {
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("o%02d", i), Type: typeJudge, Expected: fmt.Sprintf("key-%d", i), Messages: endpoint.User(fmt.Sprintf("say key-%d", i))})
	}
	return s
}

func openSpec(t *testing.T, j Judge) Spec {
	spec := specOf(t)
	spec.Suite, spec.Concurrency = open(), 2
	if j != nil {
		spec.Judges = map[string]Judge{typeJudge: j}
	}
	return spec
}

func TestReadVerdict(t *testing.T) {
	for text, want := range map[string]string{
		"extracted: 42\nreason: same\ncorrect: yes":                        "yes 42",
		"Extracted: none\nReason: it hedges.\nCorrect: No.":                "no -",
		"**extracted:** x^2\n**reason:** y\n**correct:** yes":              "yes x^2",
		"extracted_final_answer: \\frac{1}{2}\nreasoning: z\ncorrect: yes": `yes \frac{1}{2}`,
		`{"extracted": "3", "reason": "same", "correct": "yes"}`:           "yes 3",
		"```json\n{\"correct\": \"no\"}\n```":                              "no -",
		"yes":                                                              "yes -",
		"No.":                                                              "no -",
		"<think>correct: no</think>\nyes":                                  "yes -",
		"<think>correct: yes":                                              "",
		"correct: yes\ncorrect: yes":                                       "yes -",
		"correct: yes\ncorrect: no":                                        "",
		"correct: partly":                                                  "",
		"correct: yes and no":                                              "",
		"It is correct.":                                                   "",
		"yes, it is":                                                       "",
		`{"correct": true}`:                                                "",
		`{"correct": "maybe"}`:                                             "",
		"incorrect: yes":                                                   "",
		"":                                                                 "",
		"correct:":                                                         "",
		"The answer agrees. correct: yes":                                  "",
	} {
		yes, extracted, ok := ReadVerdict(text)
		got := ""
		if ok {
			got = map[bool]string{true: "yes ", false: "no "}[yes] + "-"
			if extracted != nil {
				got = strings.TrimSuffix(got, "-") + *extracted
			}
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

// The judge decides; its answer, its tokens and its name are kept; what it does
// not decide is counted and listed.
func TestJudgeModelDecides(t *testing.T) {
	subject := endpointtest.New(t, answer)
	judge := judgeOf(t, func(key, answer string) string {
		switch {
		case key == "key-3":
			return "Well, that depends." // garbage
		case key == "key-4":
			return verdictOn(false)
		}
		return verdictOn(key == answer)
	})
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), openSpec(t, judge), settingOf(t, subject, st.StateDir()))
	if err != nil || r.Lost != nil {
		t.Fatal(err, r.Lost)
	}
	a := put(t, st, r)
	task := a.Eval.Tasks[0]
	if o := task.Outcomes; a.Status != artifact.StatusComplete || *o.Correct != 8 || *o.Wrong != 1 || *o.Unparsed != 1 {
		t.Fatalf("%s %+v", a.Status, o)
	}
	j := task.Judge
	if j == nil || j.Model != "m" || j.Judged != 9 || j.Unreadable != 1 || j.Failed != 0 || j.Pending != 0 || len(j.Items) != 1 || j.Items[0] != "o03" ||
		*j.PromptTokens != 1000 || *j.OutputTokens != 90 || j.BusyS == nil || j.PromptSHA256 != JudgePromptSHA256() {
		t.Errorf("%+v", j)
	}
	if *a.Eval.Tokens.Prompt != 50 || *a.Eval.Tokens.Output != 30 {
		t.Errorf("the judge's tokens are among the subject's: %v %v", *a.Eval.Tokens.Prompt, *a.Eval.Tokens.Output)
	}
	p := a.Protocol.Parameters
	if p["judge_model"] != "m" || p["judge_prompt_sha256"] != JudgePromptSHA256() || p["scorer"] != "typed v1" || task.Metrics[0].Metric != "accuracy" {
		t.Errorf("%v %v", p, task.Metrics)
	}
	records, err := st.EvalRecords(a)
	if err != nil {
		t.Fatal(err)
	}
	if rec := records[3]; *rec.Outcome != artifact.OutcomeUnparsed || rec.Judge == nil || rec.Judge.Verdict != nil || *rec.Judge.Output != "Well, that depends." || rec.Detail == nil {
		t.Errorf("%+v", rec)
	}
	if rec := records[0]; *rec.Judge.Verdict != "yes" || *rec.Extracted != "it" || !strings.Contains(*rec.Judge.Output, "correct: yes") {
		t.Errorf("%+v", rec)
	}
}

// A judge that is busy loses nothing, one that dies half way keeps the answers
// and its verdicts, and the same command judges only the rest.
func TestJudgeBusyDiesAndComesBack(t *testing.T) {
	subject := endpointtest.New(t, answer)
	var calls, gone atomic.Int32
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		n := calls.Add(1)
		switch {
		case n <= 2:
			w.JSON(429, `{"error":{"message":"later"}}`, "Retry-After: 0")
		case n > 6 && gone.Load() == 0:
			w.Reset()
		default:
			key, answer := judgedPair(w)
			w.JSON(200, endpointtest.Whole(verdictOn(key == answer), 100, 9))
		}
	})
	judge := modelAt(t, s)
	judge.Concurrency = 1
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), openSpec(t, judge), settingOf(t, subject, st.StateDir()))
	if err != nil || r.Lost == nil || r.Kept != 10 {
		t.Fatal(err, r.Lost, r.Kept)
	}
	part := put(t, st, r)
	task := part.Eval.Tasks[0]
	if part.Status != artifact.StatusInterrupted || task.Status != artifact.TaskNotRun || len(task.Metrics) != 0 || *task.Outcomes.Correct != 4 || task.Judge.Pending != 6 ||
		!strings.Contains(*part.StatusReason, "4 of 10 answers have their verdict") || !strings.Contains(*task.Reason, "6 answers are kept and wait for a verdict") || !strings.Contains(*task.Reason, "rescore --scorer typed") {
		t.Fatalf("%s %s %+v %v %v", part.Status, task.Status, task.Judge, *part.StatusReason, *task.Reason)
	}
	records, err := st.EvalRecords(part)
	if err != nil || len(records) != 10 || records[9].Outcome != nil || records[9].Output == nil {
		t.Fatalf("%v: the answers are not kept: %+v", err, records)
	}
	gone.Store(1)
	before := calls.Load()
	r, err = Run(t.Context(), openSpec(t, judge), settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	whole := put(t, st, r)
	if n := len(subject.Received()); n != 10 || calls.Load()-before != 6 {
		t.Errorf("%d questions and %d verdicts asked for, want 10 and 6", n, calls.Load()-before)
	}
	if task := whole.Eval.Tasks[0]; whole.Status != artifact.StatusComplete || *task.Outcomes.Correct != 10 || task.Judge.Judged != 10 || *task.Judge.PromptTokens != 1000 || *whole.Eval.Tokens.Prompt != 50 {
		t.Errorf("%s %+v %+v", whole.Status, task.Outcomes, task.Judge)
	}
}

// A request that the judge refuses is an error of that item, and tried again by
// the next run of the plan without asking the question again.
func TestJudgeFailsOnOneItem(t *testing.T) {
	subject := endpointtest.New(t, answer)
	var well atomic.Bool
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		key, answer := judgedPair(w)
		switch {
		case w.Body["temperature"] != nil:
			w.JSON(400, `{"error":{"message":"temperature is not supported by this model"}}`)
		case key == "key-7" && !well.Load():
			w.JSON(400, `{"error":{"message":"no such thing here"}}`)
		default:
			w.JSON(200, endpointtest.Whole(verdictOn(key == answer), 100, 9))
		}
	})
	st := artifact.Open(t.TempDir())
	spec := openSpec(t, modelAt(t, s))
	r, err := Run(t.Context(), spec, settingOf(t, subject, st.StateDir()))
	if err != nil || r.Lost != nil {
		t.Fatal(err, r.Lost)
	}
	if task := r.Bundle.Artifact.Eval.Tasks[0]; *task.Outcomes.Correct != 9 || *task.Outcomes.Error != 1 || task.Judge.Failed != 1 || task.Judge.Items[0] != "o07" || task.Status != artifact.TaskDone {
		t.Errorf("%+v %+v", task.Outcomes, task.Judge)
	}
	if err := r.Close(); err != nil { // the process ends before the run is stored
		t.Fatal(err)
	}
	well.Store(true)
	if r, err = Run(t.Context(), spec, settingOf(t, subject, st.StateDir())); err != nil {
		t.Fatal(err)
	}
	if a := put(t, st, r); *a.Eval.Tasks[0].Outcomes.Correct != 10 || len(subject.Received()) != 10 {
		t.Errorf("%+v after %d questions", a.Eval.Tasks[0].Outcomes, len(subject.Received()))
	}
}

// Without a judge the answers are kept, and a judge named later decides them; a
// second judge is another protocol; what has been paid for is not asked again.
func TestAnswersAreJudgedLater(t *testing.T) {
	subject := endpointtest.New(t, answer)
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), openSpec(t, nil), settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	parent := put(t, st, r)
	if task := parent.Eval.Tasks[0]; parent.Status != artifact.StatusInterrupted || task.Status != artifact.TaskNotRun || !strings.Contains(*task.Reason, "no judge is named") || text(task.Why) != string(WhyUnjudged) || task.Judge != nil {
		t.Fatalf("%s %+v", parent.Status, task)
	}
	items := map[string]Item{}
	for _, it := range open().Items {
		items[it.Hash()] = it
	}
	// The same command with a judge asks no question again, nor does one with
	// another judge, whose verdicts are its own.
	for i, yes := range []bool{false, true} {
		judge := judgeOf(t, func(string, string) string { return verdictOn(yes) })
		judge.Model = fmt.Sprint("judge-", i)
		r, err := Run(t.Context(), openSpec(t, judge), settingOf(t, subject, st.StateDir()))
		if err != nil {
			t.Fatal(err)
		}
		if task := r.Bundle.Artifact.Eval.Tasks[0]; task.Judge.Judged != 10 || *task.Outcomes.Correct != int64(10*i) || len(subject.Received()) != 10 || r.Bundle.Artifact.DerivedFrom[0].ID != parent.ID {
			t.Fatalf("judge %d: %+v %+v after %d questions, from %v", i, task.Judge, task.Outcomes, len(subject.Received()), r.Bundle.Artifact.DerivedFrom)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	rule, _ := ScorerByName("judge")
	if _, _, err := Rescore(st, parent, rule); err == nil || !strings.Contains(err.Error(), "--judge-url") {
		t.Errorf("without a judge: %v", err)
	}
	var calls atomic.Int32
	var back atomic.Bool
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		if n := calls.Add(1); n > 4 && !back.Load() {
			w.Reset()
			return
		}
		key, answer := judgedPair(w)
		w.JSON(200, endpointtest.Whole(verdictOn(key == answer && key != "key-2"), 100, 9))
	})
	judge := modelAt(t, s)
	judge.Concurrency = 1
	if _, _, err := RescoreWith(t.Context(), st, parent, rule, Means{Judges: map[string]Judge{typeJudge: judge}}); err == nil || !strings.Contains(err.Error(), "--suite") {
		t.Errorf("without questions: %v", err)
	}
	rescore := func() (artifact.Bundle, error) {
		kept, err := Remember(judge, st.StateDir())
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := RescoreWith(t.Context(), st, parent, rule, Means{Judges: map[string]Judge{typeJudge: kept}, Items: items})
		return b, err
	}
	if _, err := rescore(); err == nil {
		t.Fatal("a judge that died half way")
	}
	back.Store(true)
	gone := calls.Load()
	b, err := rescore()
	if err != nil || calls.Load()-gone != 6 { // 4 verdicts are remembered
		t.Fatalf("%v after %d calls", err, calls.Load()-gone)
	}
	receipt, err := st.Put(b)
	if err != nil {
		t.Fatal(err)
	}
	child, _, err := st.Read(receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	task := child.Eval.Tasks[0]
	if child.Status != artifact.StatusComplete || task.Status != artifact.TaskDone || task.Reason != nil || task.Why != nil || *task.Outcomes.Correct != 9 || *task.Outcomes.Wrong != 1 || task.Judge.Judged != 10 || task.Metrics[0].Metric != "accuracy" {
		t.Errorf("%s %+v %+v", child.Status, task.Outcomes, task.Judge)
	}
	if p := child.Protocol.Parameters; p["judge_model"] != "m" || p["scorer"] != "judge v1" {
		t.Errorf("%v", p)
	}
	// By a rule the same answers have another metric, and no judge in the protocol.
	contains, _ := ScorerByName("contains")
	b, _, err = Rescore(st, child, contains)
	if err != nil {
		t.Fatal(err)
	}
	if task := b.Artifact.Eval.Tasks[0]; task.Judge != nil || task.Metrics[0].Metric != MetricMatch || b.Artifact.Protocol.Parameters["judge_model"] != nil || b.Eval[0].Judge != nil {
		t.Errorf("%+v %v", task, b.Artifact.Protocol.Parameters)
	}
	// The very same judge is not asked about what it has decided.
	before := calls.Load()
	if _, _, err = RescoreWith(t.Context(), st, child, rule, Means{Judges: map[string]Judge{typeJudge: judge}, Items: items}); err != nil || calls.Load() != before {
		t.Errorf("%v, %d verdicts asked for again", err, calls.Load()-before)
	}
}

// A thought that never ends and an empty reply are not the judge's to decide.
func TestNothingToJudge(t *testing.T) {
	subject := endpointtest.New(t, func(w *endpointtest.Wire) {
		text := map[string]string{"key-0": "<think>well", "key-1": " "}[askedFor(w)]
		if text == "" {
			text = askedFor(w)
		}
		w.JSON(200, endpointtest.Whole(text, 5, 3))
	})
	var calls atomic.Int32
	judge := judgeOf(t, func(key, answer string) string { calls.Add(1); return verdictOn(true) })
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), openSpec(t, judge), settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	if o := put(t, st, r).Eval.Tasks[0].Outcomes; *o.Truncated != 1 || *o.Unparsed != 1 || *o.Correct != 8 || calls.Load() != 8 {
		t.Errorf("%+v after %d verdicts", o, calls.Load())
	}
}

// An interrupt does not wait for a judge that asks to come back later.
func TestBusyJudgeEndsAtTheInterrupt(t *testing.T) {
	subject := endpointtest.New(t, answer)
	ctx, cancel := context.WithCancel(t.Context())
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		w.JSON(429, `{"error":{"message":"later"}}`, "Retry-After: 3600")
		cancel()
	})
	judge := modelAt(t, s)
	judge.Stop = ctx
	st := artifact.Open(t.TempDir())
	begun := time.Now()
	r, err := Run(ctx, openSpec(t, judge), settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || time.Since(begun) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

func TestConfidence(t *testing.T) {
	for text, want := range map[string]float64{
		"Explanation: x\nAnswer: 4\nConfidence: 85%":  0.85,
		"**Confidence:** 7 %":                         0.07,
		"Confidence: 100":                             1,
		"置信度：60％":                                     0.6,
		"Confidence: 10%\nConfidence: 99.5%":          0.995,
		"<think>Confidence: 1%</think>Confidence: 2%": 0.02,
		"Confidence: 0.9":                             -1,
		"Confidence: 120%":                            -1,
		"Confidence: high":                            -1,
		"I have confidence: 50% of the time it works": -1,
		"": -1,
	} {
		got, ok := Confidence(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q states %v, want %v", text, got, want)
		}
	}
}

// A suite whose replies say how sure they are has a calibration error, and by a
// rule another metric than accuracy.
func TestCalibratedSuite(t *testing.T) {
	subject := endpointtest.New(t, func(w *endpointtest.Wire) {
		k := askedFor(w)
		w.JSON(200, endpointtest.Whole("Explanation: so\nAnswer: "+k+"\nConfidence: 80%", 5, 3))
	})
	judge := judgeOf(t, func(key, answer string) string { return verdictOn(key >= "key-5") })
	st := artifact.Open(t.TempDir())
	spec := openSpec(t, judge)
	spec.Suite.Sure, spec.Suite.Hashes = true, true
	r, err := Run(t.Context(), spec, settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	a := put(t, st, r)
	m := a.Eval.Tasks[0].Metrics
	if len(m) != 2 || m[0].Metric != "accuracy" || *m[0].Value != 0.5 || m[1].Metric != MetricCalibration || *m[1].N != 10 || *m[1].Better != "lower" || *m[1].Value < 0.2999 || *m[1].Value > 0.3001 {
		t.Errorf("%+v", m)
	}
	records, err := st.EvalRecords(a)
	if err != nil {
		t.Fatal(err)
	}
	if rec := records[0]; rec.Judge == nil || rec.Judge.Output != nil || rec.Judge.Verdict == nil || rec.Output != nil || rec.Confidence == nil {
		t.Errorf("published: %+v", rec)
	}
	private, err := st.Attachment(a, artifact.AttachPrivate)
	if err != nil || !strings.Contains(string(private), "correct: no") {
		t.Errorf("the judge's words are not in the private records: %v", err)
	}
	// Another judge over the private texts; then a rule.
	items := map[string]Item{}
	for _, it := range spec.Suite.Items {
		items[it.Hash()] = it
	}
	rule, _ := ScorerByName("judge")
	strict := judgeOf(t, func(string, string) string { return verdictOn(false) })
	strict.Model = "strict"
	b, changes, err := RescoreWith(t.Context(), st, a, rule, Means{Judges: map[string]Judge{typeJudge: strict}, Items: items})
	if err != nil || len(changes) != 5 || changes[0].Old != artifact.OutcomeCorrect {
		t.Fatalf("%v, %d changes", err, len(changes))
	}
	if task := b.Artifact.Eval.Tasks[0]; *task.Outcomes.Wrong != 10 || task.Judge.Model != "strict" || len(task.Metrics) != 2 || *task.Metrics[1].Value < 0.79999 {
		t.Errorf("%+v %+v", task.Outcomes, task.Metrics)
	}
	if b.Eval[0].Judge.Output != nil || b.Private[0].Judge == nil || b.Private[0].Judge.Output == nil {
		t.Error("the words of the judge are in the wrong file")
	}
	spec.Judges, spec.Scorer = nil, mustScorer(t, "contains")
	r, err = Run(t.Context(), spec, settingOf(t, subject, st.StateDir()))
	if err != nil {
		t.Fatal(err)
	}
	if m := put(t, st, r).Eval.Tasks[0].Metrics; m[0].Metric != MetricMatch || *m[0].Value != 1 {
		t.Errorf("%+v", m[0])
	}
}

func mustScorer(t *testing.T, ref string) Scorer {
	t.Helper()
	s, err := ScorerByName(ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

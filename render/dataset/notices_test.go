package dataset

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// The untouched artifacts carry no notice but those that every lone small run
// has; each rule is shown one artifact that trips it and one that comes close.
func TestCleanRunsCarryNoNotice(t *testing.T) {
	f := newFixture(t)
	f.put(bundle(loadRun("BF16", 1, "2025-12-22", 300)))
	f.put(bundle(loadRun("BF16", 1, "2025-12-23", 301)))
	f.put(evalRun("BF16", "suite", "exact", strings.Repeat("+-", 100)))
	for _, r := range f.clean().Runs {
		if len(r.Notices) > 0 {
			t.Errorf("%s: %v", r.ID, codes(r.Notices))
		}
	}
}

func TestLoadNotices(t *testing.T) {
	type change = func(a *artifact.Artifact)
	for _, c := range []struct {
		code     string
		severity Severity
		trips    change
		close    change // nil: the untouched artifact
		slots    map[string]any
	}{
		{"few-requests", Warn, func(a *artifact.Artifact) {
			a.Load.Latency.TTFT.N, a.Load.Latency.TPOT.N, a.Load.Latency.E2E.N = ptr(int64(64)), ptr(int64(64)), ptr(int64(64))
		}, func(a *artifact.Artifact) { a.Load.Latency.E2E.N = ptr(int64(100)) }, map[string]any{"percentile": "p99", "n": 64, "need": 100}},
		{"few-requests", Warn, func(a *artifact.Artifact) {
			a.Load.Latency = artifact.Latency{E2E: &artifact.Distribution{N: ptr(int64(19)), P95: ptr(1.0)}}
		}, func(a *artifact.Artifact) {
			a.Load.Latency = artifact.Latency{E2E: &artifact.Distribution{N: ptr(int64(20)), P95: ptr(1.0)}}
		}, map[string]any{"percentile": "p95", "n": 19, "need": 20}},
		{"not-streamed", Info, func(a *artifact.Artifact) { a.Protocol.Parameters["streaming"] = false },
			func(a *artifact.Artifact) { a.Protocol.Parameters["streaming"] = true }, map[string]any{}},
		{"identical-prompts", Warn, func(a *artifact.Artifact) { a.Protocol.Parameters["prompts"] = "identical" },
			func(a *artifact.Artifact) { a.Protocol.Parameters["prompts"] = "distinct" }, map[string]any{"n": 200}},
		{"prefix-cache-hot", Warn, func(a *artifact.Artifact) {
			a.Load.ServerMetrics = &artifact.ServerMetrics{PrefixCacheHitRate: ptr(0.859)}
		}, func(a *artifact.Artifact) {
			a.Load.ServerMetrics = &artifact.ServerMetrics{PrefixCacheHitRate: ptr(0.5)}
		}, map[string]any{"hit_rate": 0.859}},
		{"prefix-cache-hot", Warn, func(a *artifact.Artifact) { a.Load.Tokens.Cached = ptr(int64(16500)) },
			func(a *artifact.Artifact) { a.Load.Tokens.Cached = ptr(int64(2200)) }, map[string]any{"hit_rate": 0.75}},
		{"output-capped", Info, func(a *artifact.Artifact) { a.Load.FinishReasons = map[string]int64{"length": 200} },
			func(a *artifact.Artifact) { a.Load.FinishReasons = map[string]int64{"length": 199, "stop": 1} },
			map[string]any{"n": 200, "max_tokens": 256}},
		{"output-capped", Info, func(a *artifact.Artifact) { a.Load.FinishReasons, a.Load.Tokens.Output = nil, ptr(int64(51200)) },
			func(a *artifact.Artifact) { a.Load.FinishReasons, a.Load.Tokens.Output = nil, ptr(int64(51199)) },
			map[string]any{"n": 200, "max_tokens": 256}},
		{"failed-requests", Warn, func(a *artifact.Artifact) {
			a.Load.Requests = artifact.Requests{
				Offered: ptr(int64(200)), Completed: ptr(int64(195)), Failed: ptr(int64(5)),
				ByError: map[string]int64{"http-500": 2, "timeout": 2, "reset": 1},
			}
		}, nil, map[string]any{"failed": 5, "offered": 200, "top_error": "http-500"}},
		{"client-bound", Invalid, func(a *artifact.Artifact) {
			a.Load.Client = artifact.LoadClient{
				DispatchLag: &artifact.Distribution{P99: ptr(0.127)}, CPU: ptr(0.98), Bound: ptr(true), Reason: ptr("cpu"),
			}
		}, func(a *artifact.Artifact) { a.Load.Client = artifact.LoadClient{Bound: ptr(false)} },
			map[string]any{"lag": 0.127, "cpu": 0.98, "reason": "cpu"}},
		{"rate-not-reached", Warn, func(a *artifact.Artifact) {
			delete(a.Protocol.Parameters, "concurrency")
			a.Protocol.Parameters["arrival"], a.Protocol.Parameters["rate"] = "poisson", 5
			a.Load.Latency.E2E.Max = ptr(20.0)
		}, func(a *artifact.Artifact) { // 199 / (100 − 20) = 2.49 a second may well have been 2.5
			delete(a.Protocol.Parameters, "concurrency")
			a.Protocol.Parameters["arrival"], a.Protocol.Parameters["rate"] = "poisson", 2.5
			a.Load.Latency.E2E.Max = ptr(20.0)
		}, map[string]any{"target": 5.0, "achieved": 2.0, "share": 0.4}},
		{"start-burst", Warn, func(a *artifact.Artifact) { a.Load.Latency.TTFT.P99 = ptr(9.0) },
			func(a *artifact.Artifact) { // one request in flight makes no wave
				a.Load.Latency.TTFT.P99, a.Protocol.Parameters["concurrency"] = ptr(9.0), 1
			}, map[string]any{"concurrency": 16, "share": 0.08, "percentile": "p90"}},
		{"chunks-are-not-tokens", Warn, func(a *artifact.Artifact) {
			a.Load.Latency.ICL = &artifact.Distribution{N: ptr(int64(19800))} // + 200 first chunks
		}, func(a *artifact.Artifact) {
			a.Load.Latency.ICL = &artifact.Distribution{N: ptr(int64(39800))}
		}, map[string]any{"tokens_per_chunk": 2.0}},
		{"zero-latency-import", Invalid, func(a *artifact.Artifact) {
			a.Source.Mode, a.Source.Tool = artifact.ModeImported, "other-bench"
			a.Load.Latency.TTFT.Mean, a.Load.Latency.TTFT.P50 = ptr(0.0), ptr(0.0)
		}, func(a *artifact.Artifact) { a.Source.Mode = artifact.ModeImported },
			map[string]any{"tool": "other-bench", "fields": []string{"ttft_s"}}},
		{"zero-latency-import", Invalid, func(a *artifact.Artifact) {
			a.Source.Mode, a.Source.Tool = artifact.ModeImported, "other-bench"
			a.Source.Extra = map[string]any{"zero_fields": []any{"tpot_s"}}
		}, nil, map[string]any{"tool": "other-bench", "fields": []string{"tpot_s"}}},
		{"import-contradicts", Warn, func(a *artifact.Artifact) {
			a.Source.Mode, a.Source.Tool = artifact.ModeImported, "other-bench"
			a.Source.Extra = map[string]any{"identity_breaks": []any{map[string]any{"figure": "requests_per_s", "file": 1.5481806, "computed": 1.5481901}}}
		}, func(a *artifact.Artifact) {
			a.Source.Mode, a.Source.Extra = artifact.ModeImported, map[string]any{"identity_breaks": []any{}}
		}, map[string]any{"tool": "other-bench", "figure": []string{"requests_per_s"}, "file": "1.54818", "computed": "1.54819"}},
		{"chunks-are-not-tokens", Warn, func(a *artifact.Artifact) {
			a.Load.Latency.ICL, a.Load.Latency.TPOT = &artifact.Distribution{P50: ptr(0.09)}, &artifact.Distribution{P50: ptr(0.01)}
		}, func(a *artifact.Artifact) {
			a.Load.Latency.ICL, a.Load.Latency.TPOT = &artifact.Distribution{P50: ptr(0.012)}, &artifact.Distribution{P50: ptr(0.01)}
		}, nil},
		{"chunks-are-not-tokens", Warn, func(a *artifact.Artifact) {
			a.Load.Latency.ICL, a.Load.TokensPerChunk = &artifact.Distribution{}, ptr(9.9)
		}, func(a *artifact.Artifact) {
			a.Load.Latency.ICL, a.Load.TokensPerChunk = &artifact.Distribution{}, ptr(1.001)
		}, map[string]any{"tokens_per_chunk": 9.9}},
		{"imported-no-raw", Info, func(a *artifact.Artifact) { a.Source.Mode, a.Source.Tool = artifact.ModeImported, "other-bench" },
			nil, map[string]any{"tool": "other-bench"}},
		{"no-environment", Warn, func(a *artifact.Artifact) { a.Environment = artifact.Environment{}; a.Subject.EngineVersion = nil },
			func(a *artifact.Artifact) { a.Environment.Host = nil },
			map[string]any{"fields": []string{"driver", "cuda", "engine_version", "host"}}},
		{"unknown-parameters", Info, func(a *artifact.Artifact) { a.Protocol.Unknown = []string{"thinking", "seed"} },
			nil, map[string]any{"fields": []string{"seed", "thinking"}}},
		{"interrupted", Warn, func(a *artifact.Artifact) {
			a.Status, a.StatusReason = artifact.StatusInterrupted, ptr("stopped by the user")
			a.Load.Requests.Completed = ptr(int64(120))
		}, nil, map[string]any{"completed": 120, "offered": 200, "reason": "stopped by the user"}},
		{"interrupted", Invalid, func(a *artifact.Artifact) { a.Status = artifact.StatusFailed }, nil, nil},
		{"simulated", Warn, func(a *artifact.Artifact) {
			a.Simulated, a.Source.Extra = true, map[string]any{"profile": "steady"}
		}, nil, map[string]any{"profile": "steady"}},
	} {
		t.Run(c.code, func(t *testing.T) {
			run := func(ch change) *Run {
				f := newFixture(t)
				var id string
				for _, day := range []string{"2025-12-22", "2025-12-23"} {
					a := loadRun("BF16", 1, day, 300)
					if ch != nil {
						ch(a)
					}
					id = f.put(bundle(a))
				}
				return f.clean().Run(id)
			}
			r := run(c.trips)
			n := notice(r.Notices, c.code)
			if n == nil {
				t.Fatalf("not raised; there are %v", codes(r.Notices))
			}
			if n.Severity != c.severity || c.slots != nil && !reflect.DeepEqual(n.Slots, c.slots) {
				t.Errorf("%s %v, want %s %v", n.Severity, n.Slots, c.severity, c.slots)
			}
			if len(n.Runs) != 1 || n.Runs[0] != r {
				t.Errorf("runs %v", n.Runs)
			}
			if n := notice(run(c.close).Notices, c.code); n != nil {
				t.Errorf("raised on the artifact that only comes close: %v", n.Slots)
			}
		})
	}
}

func TestSingleRepeat(t *testing.T) {
	f := newFixture(t)
	id := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 300)))
	f.put(bundle(loadRun("FP8", 1, "2025-12-22", 300))) // another subject is no repeat
	sim := loadRun("BF16", 1, "2025-12-23", 300)
	sim.Simulated = true
	f.put(bundle(sim)) // nor is a simulated run
	if notice(f.clean().Run(id).Notices, "single-repeat") == nil {
		t.Error("one measurement, no notice")
	}
	f.put(bundle(loadRun("BF16", 1, "2025-12-24", 300)))
	if notice(f.clean().Run(id).Notices, "single-repeat") != nil {
		t.Error("two measurements, and a notice")
	}
	warm := evalRun("BF16", "suite", "exact", strings.Repeat("+", 200))
	warm.Artifact.Protocol.Parameters["temperature"] = 0.7
	if notice(f.at(warm).Notices, "single-repeat") == nil {
		t.Error("an evaluation above temperature 0 asked once, no notice")
	}
	cold := evalRun("BF16", "suite", "exact", strings.Repeat("+", 200))
	if notice(f.at(cold).Notices, "single-repeat") != nil {
		t.Error("at temperature 0 once is enough")
	}
}

// at stores a run and returns it as the set sees it.
func (f *fixture) at(b artifact.Bundle) *Run {
	id := f.put(b)
	return f.load().Run(id)
}

func TestStartBurstNeedsTheFirstWave(t *testing.T) {
	f := newFixture(t)
	with := func(slow func(i int) bool) *Run {
		a := loadRun("BF16", 1, "2025-12-22", 300)
		a.Load.Latency.TTFT.P99 = ptr(9.0)
		var recs []artifact.LoadRecord
		for i := range 200 {
			ttft := 0.5
			if slow(i) {
				ttft = 9
			}
			sent := float64(i)
			recs = append(recs, artifact.LoadRecord{RequestID: "r", SentS: &sent, FirstS: ptr(sent + ttft)})
		}
		return f.at(artifact.Bundle{Artifact: a, Load: recs})
	}
	if notice(with(func(i int) bool { return i < 16 }).Notices, "start-burst") == nil {
		t.Error("the first wave is slow, no notice")
	}
	if notice(with(func(i int) bool { return i >= 184 }).Notices, "start-burst") != nil {
		t.Error("the last requests are slow; the first wave is not to blame")
	}
}

func TestRateFromRecords(t *testing.T) {
	f := newFixture(t)
	with := func(gap float64) *Run {
		a := loadRun("BF16", 1, "2025-12-22", 300)
		delete(a.Protocol.Parameters, "concurrency")
		a.Protocol.Parameters["rate"] = 2
		var recs []artifact.LoadRecord
		for i := range 200 {
			recs = append(recs, artifact.LoadRecord{RequestID: "r", SentS: ptr(float64(i) * gap)})
		}
		return f.at(artifact.Bundle{Artifact: a, Load: recs})
	}
	if n := notice(with(1).Notices, "rate-not-reached"); n == nil || n.Slots["achieved"] != 1.0 {
		t.Errorf("half the rate: %+v", n)
	}
	if n := notice(with(0.5).Notices, "rate-not-reached"); n != nil {
		t.Errorf("the full rate: %+v", n.Slots)
	}
}

func TestEvalNotices(t *testing.T) {
	many := strings.Repeat("+", 190)
	short := func(b artifact.Bundle) artifact.Bundle {
		for i := range b.Eval {
			b.Eval[i].Output = ptr("<think>\n\n</think>\n\n42")
		}
		return b
	}
	withInstruction := func(b artifact.Bundle, text string) artifact.Bundle {
		b.Artifact.Source.Extra = map[string]any{"system_instruction": text}
		return b
	}
	for _, c := range []struct {
		code         string
		trips, close artifact.Bundle
		slots        map[string]any
	}{
		{"truncated-answers", evalRun("BF16", "s", "exact", many+"ttt-------"), evalRun("BF16", "s", "exact", many+"----------"),
			map[string]any{"truncated": 3, "n": 200, "max_tokens": 256}},
		{"unparsed-answers", evalRun("BF16", "s", "exact", many+"uu--------"), evalRun("BF16", "s", "exact", many+"----------"),
			map[string]any{"unparsed": 2, "n": 200, "scorer": "exact v1"}},
		{"judge-undecided", judgedBy(evalRun("BF16", "s", "judge", many+"uu--------"), "other", 1, 1), judgedBy(evalRun("BF16", "s", "judge", many+"----------"), "other", 0, 0),
			map[string]any{"undecided": 2, "n": 200, "judge": "other"}},
		{"judge-is-subject", judgedBy(evalRun("BF16", "s", "judge", many+"----------"), evalRun("BF16", "s", "judge", "+").Artifact.Subject.Model, 0, 0),
			judgedBy(evalRun("BF16", "s", "judge", many+"----------"), "other", 0, 0), nil},
		{"small-n", evalRun("BF16", "s", "exact", strings.Repeat("+", 199)), evalRun("BF16", "s", "exact", strings.Repeat("+", 200)), nil},
		{"answer-only", short(evalRun("BF16", "hendrycks_math500", "boxed", many+"----------")),
			evalRun("BF16", "hendrycks_math500", "boxed", many+"----------"), map[string]any{"median": 2.0}},
		{"answer-only", withInstruction(short(evalRun("BF16", "s", "exact", many)), "对每个问题，只输出最终答案，不要输出推理过程。"),
			withInstruction(evalRun("BF16", "s", "exact", many), "Reply with only the final answer."), map[string]any{"median": 2.0}},
		{"answer-only", withInstruction(short(evalRun("BF16", "s", "exact", many)), "Give only the final answer."),
			withInstruction(short(evalRun("BF16", "s", "exact", many)), "You are a careful assistant."), map[string]any{"median": 2.0}},
		{"answer-only", short(evalRun("BF16", "gpqa_diamond", "choice", many)),
			withInstruction(short(evalRun("BF16", "accuracy-suite-v1", "decidable", many)), "Give only the final answer."), nil},
	} {
		t.Run(c.code, func(t *testing.T) {
			r := newFixture(t).at(c.trips)
			n := notice(r.Notices, c.code)
			if n == nil {
				t.Fatalf("not raised; there are %v", codes(r.Notices))
			}
			if n.Severity != Warn || n.Task != c.trips.Artifact.Name || c.slots != nil && !reflect.DeepEqual(n.Slots, c.slots) {
				t.Errorf("%s %q %v, want %v", n.Severity, n.Task, n.Slots, c.slots)
			}
			if n := notice(newFixture(t).at(c.close).Notices, c.code); n != nil {
				t.Errorf("raised on the artifact that only comes close: %v", n.Slots)
			}
		})
	}
}

// judgedBy is an evaluation whose outcomes rest on a judge model.
func judgedBy(b artifact.Bundle, model string, unreadable, failed int64) artifact.Bundle {
	b.Artifact.Eval.Tasks[0].Judge = &artifact.TaskJudge{Model: model, PromptSHA256: strings.Repeat("a", 64), Judged: 200 - unreadable - failed, Unreadable: unreadable, Failed: failed}
	return b
}

func TestSmallNFigures(t *testing.T) {
	r := newFixture(t).at(evalRun("NVFP4", "s", "exact", strings.Repeat("+", 34)+"------"))
	n := notice(r.Notices, "small-n")
	lo, hi, mde := n.Slots["lo"].(float64), n.Slots["hi"].(float64), n.Slots["mde"].(float64)
	// 34 of 40: Wilson 70.9–92.9 %, and 19.1 points could have been seen.
	if n.Slots["n"] != 40 || lo < 0.7085 || lo > 0.7095 || hi < 0.9285 || hi > 0.9295 || mde != 0.191 {
		t.Errorf("slots %v", n.Slots)
	}
}

func TestThinkNotClosed(t *testing.T) {
	b := evalRun("BF16", "s", "exact", "+---")
	b.Eval[1].Output, b.Eval[2].Output = ptr("<think> first"), ptr("<think> a <think> b")
	b.Eval[3].Output = ptr("lone closing tag</think> 42")
	n := notice(newFixture(t).at(b).Notices, "think-not-closed")
	if n == nil || n.Slots["open"] != 2 || n.Slots["n"] != 4 {
		t.Fatalf("notice %+v", n)
	}
	if notice(newFixture(t).at(evalRun("BF16", "s", "exact", "+---")).Notices, "think-not-closed") != nil {
		t.Error("raised without thinking")
	}
}

func TestMacroMeanOfLimit(t *testing.T) {
	groups := func(sizes ...int64) artifact.Bundle {
		b := evalRun("BF16", "mmlu_pro", "choice", strings.Repeat("+", 200))
		b.Artifact.Protocol.Parameters["limit"] = 100
		for _, n := range sizes {
			b.Artifact.Eval.Tasks[0].Groups = append(b.Artifact.Eval.Tasks[0].Groups, artifact.Group{Name: "g", N: &n})
		}
		return b
	}
	n := notice(newFixture(t).at(groups(100, 100)).Notices, "macro-mean-of-limit")
	if n == nil || n.Slots["limit"] != 100 || n.Slots["full"] != 500 {
		t.Errorf("notice %+v", n)
	}
	several := groups(100, 100)
	several.Artifact.Protocol.Parameters = map[string]any{"tasks": map[string]any{"mmlu_pro": map[string]any{"limit": 100}}}
	if notice(newFixture(t).at(several).Notices, "macro-mean-of-limit") == nil {
		t.Error("not raised where the limit stands with the task")
	}
	if notice(newFixture(t).at(groups(100, 37)).Notices, "macro-mean-of-limit") != nil {
		t.Error("raised where a group is smaller than the limit, so sizes weigh")
	}
}

func TestAsPublishedScorer(t *testing.T) {
	f := newFixture(t)
	b := evalRun("BF16", "accuracy-suite-v1", "legacy-2025", "+++-")
	parent := f.put(b)
	child := f.put(f.rescored(parent, "decidable", "++++"))
	s := f.clean()
	n := notice(s.Run(parent).Notices, "as-published-scorer")
	if n == nil || !maps.Equal(n.Slots, map[string]any{"scorer": "legacy-2025 v1", "old": "3/4", "new": "4/4"}) {
		t.Errorf("notice %+v", n)
	}
	if notice(s.Run(child).Notices, "as-published-scorer") != nil {
		t.Error("raised on the rescored run")
	}
	recorded := evalRun("FP8", "accuracy-suite-v1", "recorded", "+++-")
	recorded.Artifact.Source = artifact.Source{Tool: "eval_openai_accuracy.py", Mode: artifact.ModeImported}
	if n := notice(f.at(recorded).Notices, "as-published-scorer"); n == nil || n.Slots["new"] != nil {
		t.Errorf("verdicts of the tool itself: %+v", n)
	}
}

func TestGather(t *testing.T) {
	a, b := &Run{}, &Run{}
	got := Gather(
		[]Notice{{Code: "not-streamed", Severity: Info, Runs: []*Run{a}}, {Code: "prefix-cache-hot", Severity: Warn, Slots: map[string]any{"hit_rate": 0.8}, Runs: []*Run{a}}},
		[]Notice{{Code: "client-bound", Severity: Invalid, Runs: []*Run{b}}, {Code: "not-streamed", Severity: Info, Runs: []*Run{b}},
			{Code: "prefix-cache-hot", Severity: Warn, Slots: map[string]any{"hit_rate": 0.9}, Runs: []*Run{b}}},
	)
	if want := []string{"client-bound", "prefix-cache-hot", "prefix-cache-hot", "not-streamed"}; !slices.Equal(codes(got), want) {
		t.Fatalf("codes %v, want %v", codes(got), want)
	}
	if len(got[3].Runs) != 2 || len(got[1].Runs) != 1 {
		t.Error("equal notices share their runs, others do not")
	}
	merged := Merge(got)
	if want := []string{"client-bound", "prefix-cache-hot", "not-streamed"}; !slices.Equal(codes(merged), want) {
		t.Fatalf("merged %v, want %v", codes(merged), want)
	}
	if hot := merged[1]; len(hot.Runs) != 2 || len(hot.More) != 1 || hot.Slots["hit_rate"] != 0.8 || hot.More[0].Slots["hit_rate"] != 0.9 {
		t.Errorf("merged notice %+v", hot)
	}
}

// A rate that rises from 0 takes longer to send the same number of requests,
// and has reached its target all the same.
func TestPlannedSpanKnowsTheRamp(t *testing.T) {
	for _, c := range []struct{ n, target, ramp, want float64 }{
		{100, 10, 0, 10}, // no ramp: n / rate
		{100, 10, 4, 12}, // half of the ramp is lost
		{20, 10, 4, 4},   // exactly the ramp
		{5, 10, 4, 2},    // a quarter of the requests: half of the ramp
	} {
		if got := plannedSpan(c.n, c.target, c.ramp); got != c.want {
			t.Errorf("%v requests at %v/s after a ramp of %v s: %v s, want %v", c.n, c.target, c.ramp, got, c.want)
		}
	}
}

// A group that was asked as its parts is one result: its parts are no findings
// of their own and raise no notices of few items.
func TestAGroupStandsForItsParts(t *testing.T) {
	b := evalRun("BF16", "mmlu_pro", "choice", strings.Repeat("+", 400))
	whole := &b.Artifact.Eval.Tasks[0]
	for _, name := range []string{"mmlu_pro_law", "mmlu_pro_math"} {
		part := *whole
		part.Task, part.Dataset.Items, part.Groups = name, artifact.Ptr(int64(50)), nil
		part.Metrics = []artifact.Metric{{Metric: "accuracy", Value: artifact.Ptr(0.8), N: artifact.Ptr(int64(50)), Primary: true}}
		part.Outcomes = nil
		b.Artifact.Eval.Tasks = append(b.Artifact.Eval.Tasks, part)
		whole = &b.Artifact.Eval.Tasks[0]
		whole.Groups = append(whole.Groups, artifact.Group{Name: name, N: artifact.Ptr(int64(50))})
	}
	b.Artifact.Protocol.Parameters = map[string]any{"tasks": map[string]any{
		"mmlu_pro":      map[string]any{"task": "mmlu_pro", "n_shot": 5.0, "prompt_sha256": "a"},
		"mmlu_pro_law":  map[string]any{"task": "mmlu_pro_law", "n_shot": 5.0, "temperature": 0.0, "prompt_sha256": "b"},
		"mmlu_pro_math": map[string]any{"task": "mmlu_pro_math", "n_shot": 5.0, "temperature": 0.5},
	}}
	r := newFixture(t).at(b)
	if r.PartOf("mmlu_pro") || !r.PartOf("mmlu_pro_law") || !r.PartOf("mmlu_pro_math") {
		t.Error("the parts of the group are not told from the whole")
	}
	if notice(r.Notices, "small-n") != nil {
		t.Error("the parts of a group raise small-n")
	}
	b.Artifact.Eval.Tasks[0].Metrics, b.Artifact.Eval.Tasks[0].Outcomes = nil, nil
	if none := newFixture(t).at(b); none.PartOf("mmlu_pro_law") {
		t.Error("a group without a score hides those of its parts")
	}
	got := map[string]any{}
	for _, f := range r.Parameters() {
		if f.Verdict != Unknown {
			got[f.Name] = f.A
		}
	}
	c := b.Artifact.Protocol.Parameters["tasks"].(map[string]any)["mmlu_pro_law"].(map[string]any)
	c["prompt_sha256"] = "other"
	other := newFixture(t).at(b)
	if !slices.ContainsFunc(diffProtocols(r, other), func(f Field) bool { return f.Name == "prompt_sha256" && f.Verdict == Differs }) {
		t.Error("another prompt of one task is no difference")
	}
	if got["n_shot"] != 5.0 || len(got["temperature"].([]any)) != 2 || got["tasks"] != nil || got["task"] != nil || got["prompt_sha256"] != nil {
		t.Errorf("parameters %v", got)
	}
}

// Programs that ran without isolation are marked, in whatever way the run says it.
func TestNoIsolation(t *testing.T) {
	box := func(kind string) artifact.Bundle {
		b := evalRun("BF16", "s", "code", "++--")
		b.Artifact.Source.Extra = map[string]any{"sandbox": map[string]any{"kind": kind}}
		return b
	}
	rescored := evalRun("BF16", "s", "code", "++--")
	rescored.Artifact.Protocol.Parameters["sandbox"] = "none"
	for _, c := range []struct {
		name string
		b    artifact.Bundle
		want bool
	}{{"none", box("none"), true}, {"rescored with none", rescored, true}, {"bwrap", box("bwrap"), false}, {"not said", evalRun("BF16", "s", "code", "++--"), false}} {
		n := notice(newFixture(t).at(c.b).Notices, "no-isolation")
		if (n != nil) != c.want || n != nil && n.Severity != Warn {
			t.Errorf("%s: %+v", c.name, n)
		}
	}
}

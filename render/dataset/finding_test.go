package dataset

import (
	"slices"
	"strings"
	"testing"
)

func templates(list []Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Template)
	}
	return out
}

func TestLoadTopic(t *testing.T) {
	f := newFixture(t)
	f.put(bundle(loadRun("NVFP4", 1, "2025-12-22", 606.47)))
	f.put(bundle(loadRun("FP8", 1, "2025-12-22", 381.87)))
	f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322.09)))
	topics := f.clean().Topics()
	if len(topics) != 1 {
		t.Fatalf("%d topics, want one", len(topics))
	}
	topic := topics[0]
	if topic.Baseline == nil || topic.Baseline.Who.Precision != "BF16" || len(topic.Pairs) != 3 || topic.Scaling {
		t.Errorf("baseline %v, %d pairs, scaling %v", topic.Baseline, len(topic.Pairs), topic.Scaling)
	}
	if got := strings.Join(templates(topic.Findings), " "); got != "ratio-higher latency-lower ratio-higher latency-lower" {
		t.Errorf("findings %s", got)
	}
	head := topic.Findings[0]
	if head.Run.Who.Precision != "NVFP4" || !near(head.Lead.Num, 606.47/322.09, 1e-9) || head.Slots["a"] != 606.47 ||
		head.Slots["b"] != 322.09 || head.Metric != "output-throughput" || head.Kind != KindThroughput {
		t.Errorf("headline %+v", head)
	}
	if got := templates(head.More); !slices.Equal(got, []string{"one-repeat"}) {
		t.Errorf("doubts %v", got)
	}
	if got := codes(topic.Caveats); !slices.Equal(got, []string{"single-repeat"}) {
		t.Errorf("caveats %v", got)
	}
	if n := topic.Caveats[0]; len(n.Runs) != 3 {
		t.Errorf("the caveat names %d runs", len(n.Runs))
	}
}

func TestScalingTopic(t *testing.T) {
	f := newFixture(t)
	f.put(bundle(loadRun("FP8", 2, "2025-12-22", 348.01)))
	f.put(bundle(loadRun("FP8", 1, "2025-12-22", 260.37)))
	topic := f.clean().Topics()[0]
	if !topic.Scaling || topic.Baseline.Devices() != 1 {
		t.Fatalf("scaling %v, baseline on %d devices", topic.Scaling, topic.Baseline.Devices())
	}
	if got := strings.Join(templates(topic.Findings), " "); got != "ratio-higher scaling latency-lower" {
		t.Errorf("findings %s", got)
	}
	s := topic.Findings[1].Slots
	if s["n1"] != 1 || s["n2"] != 2 || s["device"] != "mig" || s["linear"] != 2.0 || !near(s["ratio"].(float64), 348.01/260.37, 1e-9) {
		t.Errorf("slots %v", s)
	}
	// On how many devices a subject runs is its name, not an argument that differs.
	if got := codes(topic.Caveats); slices.Contains(got, "server-args-differ") {
		t.Errorf("caveats %v", got)
	}
}

func TestRepeatsInTopic(t *testing.T) {
	f := newFixture(t)
	for i, v := range []float64{300, 310, 305} {
		f.put(bundle(loadRun("BF16", 1, "2025-12-2"+string(rune('1'+i)), v)))
	}
	topic := f.clean().Topics()[0]
	if len(topic.Runs) != 1 || len(topic.Repeats[topic.Runs[0]]) != 3 || topic.Date != "2025-12-23" {
		t.Fatalf("runs %d, date %s", len(topic.Runs), topic.Date)
	}
	head := topic.Findings[0]
	if head.Template != "value" || head.More[0].Template != "repeats" || head.More[0].Slots["median"] != 305.0 ||
		head.More[0].Slots["min"] != 300.0 || head.More[0].Slots["n"] != 3 || head.More[0].More[0].Template != "repeats-few" {
		t.Errorf("finding %+v", head)
	}
}

func TestFailedLoadTopic(t *testing.T) {
	f := newFixture(t)
	a := loadRun("BF16", 1, "2025-12-22", 300)
	a.Load.Requests.Completed, a.Load.Requests.Failed = ptr(int64(190)), ptr(int64(10))
	f.put(bundle(a))
	topic := f.clean().Topics()[0]
	if got := strings.Join(templates(topic.Findings), " "); got != "value failures-some" {
		t.Errorf("findings %s", got)
	}
}

func TestEvalTopic(t *testing.T) {
	f := newFixture(t)
	published := map[string]string{"BF16": "++-------", "FP8": "+--------", "NVFP4": "++-------"}
	for _, p := range []string{"NVFP4", "BF16", "FP8"} {
		parent := f.put(evalRun(p, "accuracy-suite-v1", "legacy-2025", published[p]))
		f.put(f.rescored(parent, "decidable", map[string]string{"BF16": "+++++++++", "FP8": "-++++++++", "NVFP4": "++++++++-"}[p]))
	}
	topics := f.clean().Topics()
	if len(topics) != 1 {
		t.Fatalf("%d topics, want the rescored runs alone", len(topics))
	}
	topic := topics[0]
	want := "paired-none paired-none paired-none score score score published-rescored published-rescored published-rescored"
	if got := strings.Join(templates(topic.Findings), " "); got != want {
		t.Fatalf("findings %s", got)
	}
	head := topic.Findings[0]
	if head.Run.Who.Precision != "NVFP4" || head.Baseline.Who.Precision != "BF16" || head.Slots["ka"] != 8 || head.Slots["kb"] != 9 ||
		head.Slots["fa"] != 0 || head.Slots["fb"] != 1 || head.Slots["family"] != 3 || head.Lead.Kind != KindP || head.More[0].Template != "mde" {
		t.Errorf("headline %+v", head)
	}
	score := topic.Findings[3].Slots
	if score["k"] != 9 || score["n"] != 9 || score["wrong"] != 0 || score["error"] != 0 {
		t.Errorf("score of the baseline %v", score)
	}
	old := topic.Findings[6].Slots
	if old["old"] != "2/9" || old["new"] != "9/9" || old["up"] != 7 || old["down"] != 0 || old["scorer"] != "decidable v1" {
		t.Errorf("rescored %v", old)
	}
}

func TestAllTruncated(t *testing.T) {
	f := newFixture(t)
	for _, p := range []string{"BF16", "FP8"} {
		b := evalRun(p, "aime24", "boxed", strings.Repeat("t", 30))
		f.put(b)
	}
	open := evalRun("NVFP4", "aime24", "boxed", strings.Repeat("-", 30)) // the source knows no finish reason
	for i := range open.Eval {
		open.Eval[i].Output = ptr("<think> so")
	}
	f.put(open)
	topic := f.clean().Topics()[0]
	if got := strings.Join(templates(topic.Findings), " "); got != "all-truncated all-truncated all-truncated" {
		t.Errorf("findings %s: what was cut off must not be compared", got)
	}
	if s := topic.Findings[0].Slots; s["n"] != 30 || s["k"] != 0 || s["max_tokens"] != 256 {
		t.Errorf("slots %v", s)
	}
}

func TestTopicsByTypeNewestFirst(t *testing.T) {
	f := newFixture(t)
	f.put(bundle(loadRun("BF16", 1, "2025-12-20", 300)))
	other := loadRun("BF16", 1, "2025-12-22", 300)
	other.Protocol.Parameters["concurrency"] = 32
	f.put(bundle(other))
	f.put(evalRun("BF16", "suite", "exact", "+-")) // 2025-12-23
	sim := loadRun("BF16", 1, "2026-01-01", 300)
	sim.Simulated = true
	f.put(bundle(sim))
	s := f.clean()
	var got []string
	for _, topic := range s.Topics() {
		got = append(got, topic.Kind+" "+topic.Date)
	}
	if want := []string{"eval 2025-12-23", "load 2025-12-22", "load 2025-12-20"}; !slices.Equal(got, want) {
		t.Errorf("topics %v, want %v", got, want)
	}
	if sim := s.SimulatedTopics(); len(sim) != 1 || !sim[0].Simulated {
		t.Errorf("simulated topics %v", sim)
	}
}

func TestSeriesAndTrends(t *testing.T) {
	f := newFixture(t)
	for _, c := range []int{16, 1, 4} {
		a := loadRun("BF16", 1, "2025-12-22", 100*float64(c))
		a.Protocol.Parameters["concurrency"] = c
		f.put(bundle(a))
	}
	f.put(bundle(loadRun("BF16", 1, "2025-12-24", 1700))) // c = 16 once more, two days later
	f.put(bundle(loadRun("FP8", 1, "2025-12-22", 300)))   // a single point is no sweep
	s := f.clean()
	if len(s.Series) != 1 || s.Series[0].Axis != "concurrency" || len(s.Series[0].Points) != 3 {
		t.Fatalf("series %+v", s.Series)
	}
	var xs []float64
	for _, p := range s.Series[0].Points {
		xs = append(xs, p.X)
	}
	if !slices.Equal(xs, []float64{1, 4, 16}) || len(s.Series[0].Points[2].Runs) != 2 {
		t.Errorf("points %v", xs)
	}
	trends := s.Trends()
	if len(trends) != 1 || len(trends[0].Runs) != 2 || trends[0].Runs[0].Day != "2025-12-22" {
		t.Errorf("trends %+v", trends)
	}
}

func TestCoverage(t *testing.T) {
	f := newFixture(t)
	f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	b := evalRun("BF16", "math", "boxed", "+-+-")
	b.Artifact.Subject = subject("BF16", 2)
	f.put(b)
	f.put(bundle(loadRun("FP8", 1, "2025-12-22", 260)))
	f.put(bundle(loadRun("FP8", 2, "2025-12-22", 348)))
	f.write("reports/plan/report.toml", `
title = "Plan"
[[benchmark]]
task = "hle"
name = "HLE"
gated = true
reason = "gated"
`)
	c := f.clean().Coverage()
	var rows []string
	for _, r := range c.Rows {
		rows = append(rows, r.Name+" "+string(rune('0'+r.Devices)))
	}
	// BF16 was loaded on one device and scored on two: one row. FP8 was loaded
	// on both: a row for each.
	if want := []string{"Small-1B BF16 0", "Small-1B FP8 1", "Small-1B FP8 2"}; !slices.Equal(rows, want) {
		t.Errorf("rows %v, want %v", rows, want)
	}
	if c.Rows[0].Load == nil || c.Rows[0].Scores["math"].Correct != 2 || !c.Rows[1].Split {
		t.Errorf("first row %+v", c.Rows[0])
	}
	if !slices.Equal(c.Tasks, []string{"math", "hle"}) || c.Benchmark("hle") == nil || !c.Benchmark("hle").Gated {
		t.Errorf("tasks %v", c.Tasks)
	}
}

func TestFilterReverses(t *testing.T) {
	f := newFixture(t)
	for p, v := range map[string][2]float64{"BF16": {0.585, 0.755}, "FP8": {0.590, 0.750}, "NVFP4": {0.375, 0.780}} {
		f.put(filteredRun(p, v[0], v[1]))
	}
	topic := f.clean().Topics()[0]
	i := slices.IndexFunc(topic.Findings, func(f Finding) bool { return f.Template == "filter-reverses" })
	if i < 0 {
		t.Fatalf("findings %v", templates(topic.Findings))
	}
	order := func(slot string) (out []string) {
		for _, n := range topic.Findings[i].Slots[slot].([]NamedValue) {
			out = append(out, n.Run.Who.Precision)
		}
		return out
	}
	if a, b := order("list_a"), order("list_b"); !slices.Equal(a, []string{"FP8", "BF16", "NVFP4"}) || !slices.Equal(b, []string{"NVFP4", "BF16", "FP8"}) {
		t.Errorf("by the first filter %v, by the second %v", a, b)
	}
	if n := notice(topic.Caveats, "filter-changes-ranking"); n == nil || len(n.Runs) != 3 {
		t.Errorf("caveat %+v", n)
	}
}

func TestAnotherEngineVersionIsNoRepeat(t *testing.T) {
	f := newFixture(t)
	old := loadRun("BF16", 1, "2025-12-01", 200)
	old.Subject.EngineVersion = ptr("0.12.0")
	f.put(bundle(old))
	id := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	s := f.clean()
	topic := s.Topics()[0]
	if len(topic.Runs) != 1 || len(topic.Repeats[topic.Runs[0]]) != 1 || topic.Findings[0].Slots["a"] != 322.0 {
		t.Errorf("runs %d, finding %+v", len(topic.Runs), topic.Findings[0])
	}
	if notice(s.Run(id).Notices, "single-repeat") == nil {
		t.Error("a run of another version repeats nothing")
	}
	if len(s.Trends()) != 1 {
		t.Error("it is a point of the trend")
	}
}

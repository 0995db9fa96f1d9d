package dataset

import (
	"slices"
	"strings"
	"testing"
)

const precisionReport = `
title = { zh = "三种精度", en = "Three precisions" }
dek = { zh = "一句话", en = "One sentence." }
baseline = "bf16"

[[run]]
alias = "bf16"
ref = "precision=BF16,kind=load"
label = { zh = "BF16", en = "BF16" }

[[run]]
alias = "nvfp4"
ref = "precision=NVFP4,kind=load"

[[run]]
alias = "bf16-acc"
ref = "precision=BF16,task=accuracy-suite-v1"

[[run]]
alias = "nvfp4-acc"
ref = "precision=NVFP4,task=accuracy-suite-v1"

[[run]]
alias = "bf16-published"
ref = "precision=BF16,scorer=legacy-2025"

[[compare]]
runs = ["bf16-acc", "nvfp4-acc"]

[[benchmark]]
task = "accuracy-suite-v1"

[[benchmark]]
task = "hle"
name = "HLE"
reason = { zh = "需授权", en = "Gated." }

[[command]]
title = { zh = "启动", en = "Start" }
code = "vllm serve x"
`

func reportFixture(t *testing.T) (*fixture, *Report, *Set) {
	t.Helper()
	f := newFixture(t)
	f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322.0868)))
	f.put(bundle(loadRun("NVFP4", 1, "2025-12-22", 606.4682)))
	for p, v := range map[string]string{"BF16": strings.Repeat("+", 39) + "-", "NVFP4": strings.Repeat("+", 38) + "--"} {
		parent := f.put(evalRun(p, "accuracy-suite-v1", "legacy-2025", strings.Repeat("+", 35)+"-----"))
		f.put(f.rescored(parent, "decidable", v))
	}
	f.write("reports/precisions/report.toml", precisionReport)
	f.write("reports/precisions/en.md", "NVFP4 delivers {{ratio}}")
	s := f.clean()
	r := s.Report("precisions")
	if r == nil {
		t.Fatal("the report is missing")
	}
	return f, r, s
}

func TestReport(t *testing.T) {
	_, r, _ := reportFixture(t)
	if r.Title.In("zh") != "三种精度" || r.Date != "2025-12-23" || r.Baseline.Who.Precision != "BF16" || r.Simulated {
		t.Errorf("report %+v", r)
	}
	if r.Body["en"].Source == "" || r.Body["en"].File != "reports/precisions/en.md" || r.Body["zh"].Source != "" {
		t.Errorf("bodies %v", r.Body)
	}
	if len(r.Runs) != 5 || !r.Runs[4].Extra || r.Runs[0].Extra || r.Label(r.Runs[0].Run, "zh") != "BF16" {
		t.Errorf("runs %+v", r.Runs)
	}
	if n := len(r.StandingRuns()); n != 4 {
		t.Errorf("%d runs count, want 4: the published verdicts are shown only", n)
	}
	var topics []string
	for _, topic := range r.Topics {
		topics = append(topics, topic.Kind)
	}
	if !slices.Equal(topics, []string{"eval", "load"}) {
		t.Errorf("topics %v", topics)
	}
	if len(r.Compare) != 1 || len(r.Compare[0].Pairs) != 1 || r.Compare[0].Pairs[0].A.Who.Precision != "BF16" {
		t.Errorf("compare %+v", r.Compare)
	}
	if notice(r.Notices, "as-published-scorer") == nil || notice(r.Notices, "small-n") == nil || notice(r.Notices, "single-repeat") == nil {
		t.Errorf("notices %v", codes(r.Notices))
	}
	if b := r.Benchmarks; len(b) != 2 || !b[0].Done() || b[1].Done() || len(b[0].Results) != 2 || b[0].Results[0].Score.Correct != 39 ||
		b[0].Name != "accuracy-suite-v1" || b[1].Reason.In("en") != "Gated." {
		t.Errorf("benchmarks %+v", b)
	}
	if len(r.Commands) != 1 || r.Commands[0].Code != "vllm serve x" || len(r.ByAlias("bf16").Reports) != 1 {
		t.Errorf("commands %+v", r.Commands)
	}
}

func TestReportProblemsKeepTheRest(t *testing.T) {
	f, _, _ := reportFixture(t)
	f.write("reports/broken/report.toml", "title = { en = \"x\" }\ntitel = 1\n")
	f.write("reports/Bad Name/report.toml", "title = \"x\"\n")
	f.write("reports/empty/en.md", "no report.toml beside it")
	f.write("reports/odd/report.toml", `title = { en = "Odd" }
baseline = "nvfp"
date = "yesterday"
[[run]]
alias = "nvfp4"
ref = "precision=NVFP4,kind=load"
[[run]]
alias = "none"
ref = "precision=INT2,kind=load"
[[run]]
alias = "many"
ref = "kind=load"
[[run]]
alias = "nvfp4"
ref = "precision=BF16,kind=load"
[[run]]
alias = "Odd One"
ref = "precision=BF16,kind=eval"
[[run]]
alias = "typo"
ref = "precison=BF16"
[[compare]]
runs = ["nvfp4", "fp8"]
`)
	s := f.load()
	r := s.Report("odd")
	if r == nil || len(r.Runs) != 1 || r.ByAlias("nvfp4") == nil {
		t.Fatalf("the rest of the report is lost: %+v", r)
	}
	for _, want := range []struct {
		file, field, says string
		line              int
	}{
		{"reports/odd/report.toml", "title.zh", "missing", 0},
		{"reports/odd/report.toml", "date", "yesterday", 3},
		{"reports/odd/report.toml", "baseline", "nearest is nvfp4", 2},
		{"reports/odd/report.toml", "run[1].ref", "no run of the", 9},
		{"reports/odd/report.toml", "run[2].ref", "matches 2 runs", 12},
		{"reports/odd/report.toml", "run[3].alias", "another run already", 0},
		{"reports/odd/report.toml", "run[4].alias", "short name", 0},
		{"reports/odd/report.toml", "run[5].ref", "nearest is precision", 0},
		{"reports/odd/report.toml", "compare[0].runs", "\"fp8\"", 23},
		{"reports/broken/report.toml", "titel", "nearest is title", 2},
		{"reports/Bad Name/report.toml", "", "Bad Name", 0},
		{"reports/empty/report.toml", "", "missing", 0},
	} {
		i := slices.IndexFunc(s.Problems, func(p Problem) bool {
			return p.File == want.file && p.Field == want.field && strings.Contains(p.Cause, want.says)
		})
		if i < 0 {
			t.Errorf("no problem for %s %s (%s)", want.file, want.field, want.says)
			continue
		}
		if p := s.Problems[i]; want.line != 0 && p.Line != want.line || p.Advice != AdviceEditReport {
			t.Errorf("%s %s: line %d, advice %s; want line %d", p.File, p.Field, p.Line, p.Advice, want.line)
		}
	}
	if s.Report("precisions") == nil || len(s.Report("precisions").Problems) != 0 {
		t.Error("the good report is touched by the bad ones")
	}
}

func TestAllOfAReference(t *testing.T) {
	f, _, _ := reportFixture(t)
	f.put(bundle(loadRun("BF16", 1, "2025-12-24", 325)))
	f.write("reports/all/report.toml", `title = "All"
[[run]]
alias = "bf16"
ref = "precision=BF16,kind=load"
all = true
[[run]]
alias = "acc"
ref = "kind=eval"
all = true
`)
	s := f.load()
	r := s.Report("all")
	if len(r.Runs) != 3 || len(r.Runs[0].Repeats) != 2 || r.Runs[0].Alias != "bf16" || r.Runs[0].Run.Day != "2025-12-24" {
		t.Fatalf("runs %+v", r.Runs)
	}
	if !strings.HasPrefix(r.Runs[1].Alias, "acc-") || r.ByAlias(r.Runs[1].Run.Hash8) != r.Runs[1].Run {
		t.Errorf("alias %s", r.Runs[1].Alias)
	}
}

func TestExpressions(t *testing.T) {
	_, r, _ := reportFixture(t)
	for _, c := range []struct {
		args []string
		kind Kind
		num  float64
		text string
	}{
		{[]string{"nvfp4", "load.throughput.output_tokens_per_s"}, KindThroughput, 606.4682, ""},
		{[]string{"nvfp4", "load.throughput.requests_per_s"}, KindRate, 606.4682 / 200, ""},
		{[]string{"bf16", "load.latency.tpot_s.p50"}, KindTokenSeconds, 8 * 322 / 322.0868 * 0.005, ""},
		{[]string{"bf16", "load.latency.e2e_s.n"}, KindCount, 200, ""},
		{[]string{"bf16", "load.latency.e2e_s.p95_over_p50"}, KindRatio, 1.15, ""},
		{[]string{"bf16", "load.tokens.output_mean"}, KindTokens, 200, ""},
		{[]string{"bf16", "load.seconds_per_output_token"}, KindTokenSeconds, 8 * 322 / 322.0868 / 200, ""},
		{[]string{"bf16", "load.requests.failed"}, KindCount, 0, ""},
		{[]string{"bf16", "protocol.max_tokens"}, KindSetting, 256, ""},
		{[]string{"bf16", "protocol.id"}, KindText, 0, r.ByAlias("bf16").How.ID},
		{[]string{"bf16", "environment.server.max_num_seqs"}, KindSetting, 32, ""},
		{[]string{"bf16", "environment.server.args.max_model_len"}, KindSetting, 4096, ""},
		{[]string{"bf16", "subject.precision"}, KindText, 0, "BF16"},
		{[]string{"bf16", "simulated"}, KindBool, 0, ""},
		{[]string{"bf16", "date"}, KindDate, 0, "2025-12-22"},
		{[]string{"bf16", "devices"}, KindCount, 1, ""},
		{[]string{"bf16-acc", "eval.accuracy-suite-v1.correct"}, KindCount, 39, ""},
		{[]string{"bf16-acc", "eval.correct"}, KindCount, 39, ""},
		{[]string{"bf16-published", "eval.correct"}, KindCount, 35, ""},
		{[]string{"bf16-acc", "eval.score"}, KindShare, 0.975, ""},
		{[]string{"bf16-acc", "eval.wrong"}, KindCount, 1, ""},
		{[]string{"bf16-acc", "eval.of"}, KindCount, 500, ""},
		{[]string{"bf16-acc", "eval.scorer"}, KindText, 0, "decidable v1"},
		{[]string{"bf16-acc", "eval.metric.accuracy"}, KindShare, 0.975, ""},
		{[]string{"bf16-acc", "eval.median_reply_chars"}, KindCount, 38, ""},
		{[]string{"bf16-acc", "notices.small-n.n"}, KindCount, 40, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.p"}, KindP, 1, ""},
		{[]string{"paired.nvfp4-acc.bf16-acc.accuracy-suite-v1.flips_b"}, KindCount, 1, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.flips_a"}, KindCount, 0, ""},
		{[]string{"bf16-acc", "paired.nvfp4-acc.flips_a"}, KindCount, 1, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.diff"}, KindPoints, -0.025, ""},
		{[]string{"bf16-acc", "paired.nvfp4-acc.diff"}, KindPoints, 0.025, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.correct_a"}, KindCount, 38, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.mde"}, KindPoints, 0.191, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.mde_items"}, KindCount, 8, ""},
		{[]string{"nvfp4-acc", "paired.bf16-acc.family"}, KindCount, 1, ""},
		{[]string{"bf16-acc", "paired.bf16-published.flips_a"}, KindCount, 4, ""},
	} {
		v, err := r.Value(c.args...)
		if err != nil {
			t.Errorf("%v: %v", c.args, err)
			continue
		}
		if v.Kind != c.kind || !near(v.Num, c.num, 1e-9) || v.Text != c.text {
			t.Errorf("%v: %+v, want %s %v %q", c.args, v, c.kind, c.num, c.text)
		}
	}
	lo, _ := r.Value("nvfp4-acc", "paired.bf16-acc.ci_lo")
	hi, _ := r.Value("bf16-acc", "paired.nvfp4-acc.ci_hi")
	if !near(lo.Num, -0.135, 5e-4) || !near(lo.Num, -hi.Num, 1e-12) {
		t.Errorf("interval %v, the other way %v", lo.Num, hi.Num)
	}
	if v, err := r.Ratio("nvfp4", "bf16", "load.throughput.output_tokens_per_s"); err != nil || v.Kind != KindRatio || !near(v.Num, 1.8829, 1e-4) {
		t.Errorf("ratio %+v, %v", v, err)
	}
	for path, want := range map[string]Value{
		"load.latency.e2e_s.mean": {Kind: KindRelative, Num: 322.0868/606.4682 - 1},
		"load.requests.completed": {Kind: KindCount, Num: 0},
	} {
		if v, err := r.Diff("nvfp4", "bf16", path); err != nil || v.Kind != want.Kind || !near(v.Num, want.Num, 1e-9) {
			t.Errorf("diff of %s: %+v, %v", path, v, err)
		}
	}
	if v, err := r.Diff("nvfp4-acc", "bf16-acc", "eval.score"); err != nil || v.Kind != KindPoints || !near(v.Num, -0.025, 1e-9) {
		t.Errorf("diff of scores %+v, %v", v, err)
	}
	if v, err := r.Diff("bf16-acc", "bf16-published", "eval.correct"); err != nil || v.Num != 4 {
		t.Errorf("a rescore against its parent: %+v, %v", v, err)
	}
}

func TestExpressionErrorsSayWhatIsThere(t *testing.T) {
	_, r, _ := reportFixture(t)
	value := func(args ...string) func() error {
		return func() error { _, err := r.Value(args...); return err }
	}
	for _, c := range []struct {
		eval func() error
		says []string
	}{
		{value("nvfp", "date"), []string{"nvfp4"}},
		{value("date"), []string{"short name"}},
		{value("bf16", "load.throughput.output_tokens"), []string{"load.throughput.output_tokens", "nearest is output_tokens_per_s"}},
		{value("bf16", "load.latency.itl_s.p50"), []string{"load.latency.itl_s", "not recorded", "ttft_s"}},
		{value("bf16", "load.latency.e2e_s"), []string{"group", "p50"}},
		{value("bf16", "load.latency.e2e_s.p50.x"), []string{"single value"}},
		{value("bf16", "attachments.0.path"), []string{"0 entries"}},
		{value("bf16-acc", "eval.aime24.correct"), []string{"accuracy-suite-v1"}},
		{value("bf16-acc", "eval.accuracy-suite-v1.corect"), []string{"correct"}},
		{value("bf16-acc", "eval.metric.acc"), []string{"accuracy"}},
		{value("bf16-acc", "paired.fp8.p"), []string{"fp8"}},
		{value("nvfp4-acc", "paired.bf16-acc.pp"), []string{"nearest is p"}},
		{value("nvfp4-acc", "paired.bf16.p"), []string{"share 0 tasks"}},
		{value("bf16-acc", "paired.bf16-published.p"), []string{"do not compare"}},
		{value("bf16", "notices.small-n.n"), []string{"no notice small-n"}},
		{func() error { _, err := r.Ratio("nvfp4", "bf16", "subject.precision"); return err }, []string{"word"}},
		{func() error { _, err := r.Ratio("nvfp4", "bf16", "load.requests.failed"); return err }, []string{"is 0"}},
		{func() error { _, err := r.Diff("bf16-acc", "bf16", "date"); return err }, []string{"word"}},
	} {
		err := c.eval()
		if err == nil {
			t.Errorf("no error; want one that says %v", c.says)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%v; does not say %q", err, s)
			}
		}
	}
}

func TestRatioAcrossProtocolsIsRefused(t *testing.T) {
	f, _, _ := reportFixture(t)
	other := loadRun("FP8", 1, "2025-12-22", 381)
	other.Protocol.Parameters["max_tokens"] = 1024
	f.put(bundle(other))
	f.write("reports/mixed/report.toml", `title = "Mixed"
[[run]]
alias = "a"
ref = "precision=FP8"
[[run]]
alias = "b"
ref = "precision=BF16,kind=load"
`)
	r := f.load().Report("mixed")
	if _, err := r.Ratio("a", "b", "load.throughput.output_tokens_per_s"); err == nil || !strings.Contains(err.Error(), "max_tokens") {
		t.Errorf("error %v, want one that names max_tokens", err)
	}
	if v, err := r.Ratio("a", "b", "environment.server.max_num_seqs"); err != nil || v.Num != 1 {
		t.Errorf("settings of a server need no common protocol: %v, %v", v, err)
	}
}

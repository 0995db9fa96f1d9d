package locale

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// example builds one sentence of testdata/sentences.txt.
type example struct {
	name string // key and number in the file
	text func(l *Locale) string
}

// pick gives a word that differs between the languages.
func pick(l *Locale, en, zh string) string {
	if l.Lang() == ZH {
		return zh
	}
	return en
}

func conditions(l *Locale) string {
	return l.Fill("finding.conditions-closed", Slots{"c": 16, "n": 64, "max_tokens": Setting(256)})
}

func mig(l *Locale, n int) string {
	return l.Bracket(fmt.Sprintf("%d× MIG", n), fmt.Sprintf("TP=%d", n))
}

func throughput(subject, baseline func(*Locale) string, a, b float64) func(*Locale) string {
	return func(l *Locale) string {
		m, _ := l.Term("output-throughput")
		return l.Fill(RatioKey(a/b), Slots{
			"subject": subject(l), "baseline": baseline(l), "metric": m.Short, "unit": l.Throughput(a).Unit, "conditions": conditions(l),
			"ratio": l.RatioNumber(a / b), "rel": l.RelSize(a/b - 1), "a": l.Throughput(a).Number, "b": l.Throughput(b).Number,
		})
	}
}

func latency(subject, baseline func(*Locale) string, a, b float64) func(*Locale) string {
	return func(l *Locale) string {
		m, _ := l.Term("e2e")
		scale := l.TimeScale(a, b)
		return l.Fill(LatencyKey(a/b-1), Slots{
			"subject": subject(l), "baseline": baseline(l), "metric": m.Short, "percentile": "p50", "unit": scale.Unit(),
			"conditions": conditions(l), "rel": l.RelSize(a/b - 1), "a": scale.Number(a), "b": scale.Number(b),
		})
	}
}

func name(s string) func(*Locale) string { return func(*Locale) string { return s } }
func migName(n int) func(*Locale) string { return func(l *Locale) string { return mig(l, n) } }
func slots(s Slots) func(*Locale) Slots  { return func(*Locale) Slots { return s } }
func with(key string, s func(*Locale) Slots) func(*Locale) string {
	return func(l *Locale) string { return l.Fill(key, s(l)) }
}

func scaling(metric string, a, b string, unit string) func(*Locale) string {
	return func(l *Locale) string {
		m, _ := l.Term(metric)
		return l.Fill("finding.scaling", Slots{"device": "mig", "n1": 1, "n2": 2, "metric": m.Short, "a": a, "b": b, "unit": unit, "ratio": l.RatioNumber(1.3366), "linear": "2"})
	}
}

func score(subject string, k int, lo, hi float64) func(*Locale) string {
	return with("finding.score", func(l *Locale) Slots {
		return Slots{"subject": subject, "k": k, "n": 40, "task": "accuracy-suite-v1", "pct": l.Percent(float64(k) / 40), "ci": l.PercentRange(lo, hi),
			"wrong": 40 - k, "unparsed": 0, "truncated": 0, "error": 0}
	})
}

func math500(l *Locale) string {
	return l.Fill("finding.task-first", Slots{"task": "MATH-500", "n": 100, "of": 500})
}

func paired(baseline string, kb, fa, fb int, p, diff, lo, hi float64) func(*Locale) string {
	return func(l *Locale) string {
		return l.Fill(PairedKey(false, diff), Slots{"subject": "NVFP4", "baseline": baseline, "task": math500(l), "ka": 28, "kb": kb, "n": 100,
			"fa": fa, "fb": fb, "p": l.PValue(p), "diff": l.PointsNumber(diff), "ci": l.PointsRange(lo, hi)})
	}
}

func gsm8k(filter string, n int) func(*Locale) string {
	return with("finding.task-filter-first", slots(Slots{"task": "GSM8K", "filter": filter, "n": n}))
}

func unpaired(found bool, subject string, task func(*Locale) string, a, b, lo, hi float64) func(*Locale) string {
	return func(l *Locale) string {
		return l.Fill(UnpairedKey(found, a-b), Slots{"subject": subject, "baseline": "BF16", "task": task(l), "abs": l.PointsSize(a - b),
			"a": l.Percent(a), "b": l.Percent(b), "ci": l.PointsRange(lo, hi)})
	}
}

func filters(n int, a, b []string) func(*Locale) string {
	return func(l *Locale) string {
		task := pick(l, fmt.Sprintf("GSM8K (first %d items)", n), fmt.Sprintf("GSM8K（前 %d 题）", n))
		return l.Fill("finding.filter-reverses", Slots{"task": task, "filter_a": "strict-match", "filter_b": "flexible-extract", "list_a": l.Enum(a...), "list_b": l.Enum(b...)})
	}
}

func truncated(subject string) func(*Locale) string {
	return with("finding.all-truncated", func(l *Locale) Slots {
		return Slots{"subject": subject, "task": l.Fill("finding.task-thinking", Slots{"task": "AIME 2024"}), "n": 30, "k": 0, "max_tokens": Setting(1024)}
	})
}

func notRun(task, reason string) func(*Locale) string {
	return func(l *Locale) string {
		return l.Fill("finding.not-run", Slots{"task": task, "what_to_do": l.Text("text.not-run-" + reason + "-todo"),
			"reason": l.Fill("text.not-run-"+reason, Slots{"dataset": "`cais/hle`"})})
	}
}

func bound(point func(*Locale) string, lag, cpu func(*Locale) string) func(*Locale) string {
	return with("finding.client-bound", func(l *Locale) Slots { return Slots{"point": point(l), "lag": lag(l), "cpu": cpu(l)} })
}

func rate(target, achieved string, share float64) func(*Locale) string {
	return with("finding.rate-not-reached", func(l *Locale) Slots {
		return Slots{"target": target, "achieved": achieved, "share": l.Percent(share)}
	})
}

func failures(failed, offered int) func(*Locale) string {
	return with(FailuresKey(failed, offered), slots(Slots{"failed": failed, "offered": offered, "completed": offered - failed}))
}

var examples = []example{
	{"ratio-higher 1", throughput(name("NVFP4"), name("BF16"), 606.4682, 322.0868)},
	{"ratio-higher 2", throughput(migName(2), migName(1), 348.0055, 260.3688)},
	{"ratio-lower 1", throughput(name("BF16"), name("NVFP4"), 322.0868, 606.4682)},
	{"ratio-lower 2", throughput(name("FP8"), name("NVFP4"), 381.8702, 606.4682)},
	{"latency-lower 1", latency(name("NVFP4"), name("BF16"), 6.7577, 12.7105)},
	{"latency-lower 2", latency(migName(2), migName(1), 11.7613, 15.6923)},
	{"latency-higher 1", latency(name("BF16"), name("NVFP4"), 12.7105, 6.7577)},
	{"latency-higher 2", latency(name("FP8"), name("NVFP4"), 10.6898, 6.7577)},
	{"scaling 1", scaling("output-throughput", "348.01", "260.37", "tokens/s")},
	{"scaling 2", scaling("request-throughput", "1.36", "1.02", "req/s")},
	{"score 1", score("NVFP4", 34, .709, .929)},
	{"score 2", score("FP8", 35, .739, .945)},
	{"paired-none 1", paired("BF16", 27, 4, 3, 1, .01, -.047, .067)},
	{"paired-none 2", paired("FP8", 25, 7, 4, .549, .03, -.038, .099)},
	{"paired-found 1", func(l *Locale) string {
		return l.Fill(PairedKey(true, .03), Slots{"subject": "B", "baseline": "A", "task": l.Fill("finding.task-all", Slots{"task": "MATH-500", "n": 500}),
			"abs": l.PointsSize(.03), "fa": 25, "fb": 10, "p": l.PValue(.0167), "ci": l.PointsRange(.007, .053)})
	}},
	{"unpaired-found 1", unpaired(true, "NVFP4", gsm8k("strict-match", 200), .375, .585, -.302, -.112)},
	{"unpaired-found 2", unpaired(true, "NVFP4", gsm8k("strict-match", 50), .36, .58, -.393, -.025)},
	{"unpaired-none 1", unpaired(false, "NVFP4", gsm8k("flexible-extract", 200), .78, .755, -.058, .107)},
	{"unpaired-none 2", unpaired(false, "FP8", gsm8k("strict-match", 200), .59, .585, -.091, .101)},
	{"mde 1", with("finding.mde", slots(Slots{"n": 40, "flips": 1, "mde": "19.1", "k": 8}))},
	{"mde 2", with("finding.mde", slots(Slots{"n": 100, "flips": 7, "mde": "7.8", "k": 8}))},
	{"not-comparable 1", func(l *Locale) string {
		thinking := pick(l, "thinking (off vs on)", "thinking（off 对 on）")
		return l.Fill("finding.not-comparable", Slots{"fields": l.List(l.Differ("max_tokens", 256, 1024), thinking)})
	}},
	{"not-comparable 2", func(l *Locale) string {
		return l.Fill("finding.not-comparable", Slots{"fields": pick(l, "limit (50 vs 200)", "limit（50 对 200）")})
	}},
	{"all-truncated 1", truncated("BF16")},
	{"all-truncated 2", truncated("FP8")},
	{"filter-reverses 1", filters(200, []string{"FP8 59.0%", "BF16 58.5%", "NVFP4 37.5%"}, []string{"NVFP4 78.0%", "BF16 75.5%", "FP8 75.0%"})},
	{"filter-reverses 2", filters(50, []string{"BF16 58.0%", "FP8 52.0%", "NVFP4 36.0%"}, []string{"NVFP4 84.0%", "BF16 76.0%", "FP8 70.0%"})},
	{"one-repeat 1", with("finding.one-repeat", slots(Slots{"ratio": "1.88"}))},
	{"one-repeat 2", with("finding.one-repeat", slots(Slots{"ratio": "1.34"}))},
	{"repeats 1", func(l *Locale) string {
		m, _ := l.Term("output-throughput")
		return l.Sentences(l.Fill("finding.repeats", Slots{"subject": "opt-125m", "n": 2, "metric": m.Short, "median": "146.56", "unit": "tokens/s", "min": "93.75", "max": "199.37"}), l.Text("finding.repeats-few"))
	}},
	{"repeats 2", with("finding.repeats", slots(Slots{"subject": "opt-125m", "n": 2, "metric": "p99 TTFT", "median": "410", "unit": "ms", "min": "58", "max": "762"}))},
	{"published-rescored 1", with("finding.published-rescored", slots(Slots{"subject": "NVFP4", "task": "accuracy-suite-v1", "old": "34/40", "new": "38/40", "scorer": "decidable v1", "up": 5, "down": 1}))},
	{"published-rescored 2", with("finding.published-rescored", slots(Slots{"subject": "BF16", "task": "accuracy-suite-v1", "old": "35/40", "new": "39/40", "scorer": "decidable v1", "up": 5, "down": 1}))},
	{"not-run 1", notRun("HLE", "gated")},
	{"not-run 2", notRun("LiveCodeBench v6", "sandbox")},
	{"simulated 1", with("finding.simulated", slots(Slots{"profile": "steady"}))},
	{"simulated 2", with("finding.simulated", slots(Slots{"profile": "bursty"}))},
	{"import-definition 1", with("finding.import-definition", func(l *Locale) Slots {
		return Slots{"metric": "TPOT", "tool": "GuideLLM",
			"theirs": pick(l, "(last token − sent) / output tokens, which includes TTFT", "（末 token − 发出时刻）/ 输出 token 数，含 TTFT"),
			"ours":   pick(l, "(last token − first token) / (output tokens − 1)", "（末 token − 首 token）/（输出 token 数 − 1）")}
	})},
	{"import-definition 2", with("finding.import-definition", func(l *Locale) Slots {
		return Slots{"metric": "ITL", "tool": "vLLM bench serve",
			"theirs": pick(l, "the gap between chunks (9.96 tokens per chunk here)", "数据块之间的间隔（此处每块 9.96 个 token）"),
			"ours":   pick(l, "the gap between tokens", "token 之间的间隔")}
	})},
	{"client-bound 1", bound(name("254.9 req/s"), name("26 s"), func(l *Locale) string { return l.Text("word.unknown") })},
	{"client-bound 2", bound(func(l *Locale) string { return pick(l, "concurrency 4096", "并发数 4096") }, func(l *Locale) string { return l.Seconds(.127).String() }, func(l *Locale) string { return l.Percent(.98) })},
	{"rate-not-reached 1", rate("254.9", "177.0", .694)},
	{"rate-not-reached 2", rate("236.0", "78.00", .331)},
	{"failures 1", failures(0, 64)},
	{"failures 2", failures(8, 8)},
}

// TestSentences composes every example of the glossary from its slots, in both
// languages, and lints what comes out.
func TestSentences(t *testing.T) {
	data, err := os.ReadFile("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if f := strings.SplitN(line, "\t", 4); len(f) == 4 {
			want[f[0]+" "+f[1]+" "+f[2]] = f[3]
		}
	}
	c := load(t)
	for _, lang := range Langs() {
		l := c.Locale(lang)
		for _, e := range examples {
			id := e.name + " " + string(lang)
			got := Plain(e.text(l))
			if got != want[id] {
				t.Errorf("%s:\n got %s\nwant %s", id, got, want[id])
			}
			for _, f := range Lint(lang, got) {
				t.Errorf("%s: %s at %q in %s", id, f.Rule, f.Text, got)
			}
			delete(want, id)
		}
	}
	for id := range want {
		t.Errorf("no example builds %s", id)
	}
}

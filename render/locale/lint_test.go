package locale

import (
	"slices"
	"strings"
	"testing"
)

// sentence tells whether the string under key is whole sentences rather than a
// label.
func sentence(key string) bool {
	p := strings.Split(key, ".")
	last := p[len(p)-1]
	switch p[0] {
	case "finding":
		return key != "finding.p-holm" && !strings.HasPrefix(last, "conditions-") && !strings.HasPrefix(last, "task-")
	case "notice":
		return !strings.HasPrefix(last, "title") && last != "level"
	case "term":
		return slices.Contains([]string{"definition", "formula-note", "reading", "not-same", "examples", "otherwise-note"}, last)
	case "note", "text":
		return !slices.Contains([]string{"feed-title", "llms-title"}, last)
	case "side":
		return last == "text"
	case "fig":
		return strings.HasPrefix(last, "note-") || slices.Contains([]string{"desc-values", "desc-sweep", "desc-items"}, last)
	case "method", "runs", "trend", "report", "problem", "landing":
		return last == "dek" || last == "month-dek" || last == "dek-list" || strings.HasSuffix(last, "-text") || last == "note" || last == "so-far"
	case "cite":
		return last == "text" || last == "note"
	}
	return slices.Contains([]string{"err.404-hint", "item.pair", "item.pairs", "cmp.no-test", "cmp.no-ratio", "overview.gated",
		"overview.not-run", "overview.two-workloads", "overview.rest-ratio", "overview.rest-answered"}, key)
}

// TestCatalogueStyle runs the linters over every string of both catalogues.
func TestCatalogueStyle(t *testing.T) {
	c := load(t)
	for _, lang := range Langs() {
		l := c.Locale(lang)
		for _, key := range l.Keys() {
			if neutral(key) {
				continue
			}
			s := l.raw(key)
			if strings.HasSuffix(key, "nav.language") || key == "md.language" {
				continue // each names the other language in that language
			}
			check := LintLabel
			if sentence(key) {
				check = Lint
				if stop := map[Lang]string{ZH: "。", EN: "."}[lang]; !strings.HasSuffix(s, stop) && !strings.HasSuffix(s, "}") {
					t.Errorf("%s: %s: a sentence without full stop: %s", lang, key, s)
				}
			}
			for _, f := range check(lang, s) {
				t.Errorf("%s: %s: %s at %q in %s", lang, key, f.Rule, f.Text, s)
			}
		}
		for name, n := range l.nouns {
			for _, form := range []string{n.one, n.other, n.zero, n.name} {
				for _, f := range LintLabel(lang, form) {
					t.Errorf("%s: noun.%s: %s at %q", lang, name, f.Rule, f.Text)
				}
			}
		}
	}
}

// TestLintFinds gives each rule something to find and something right beside it.
func TestLintFinds(t *testing.T) {
	for _, c := range []struct {
		lang       Lang
		rule, s    string
		rightSense string
	}{
		{ZH, "Z1", "用vLLM跑 3 次", "用 vLLM 跑 3 次"},
		{ZH, "Z1", "命中率 85.9%的测试", "命中率 85.9% 的测试"},
		{ZH, "Z2", "TTFT （首 token 延迟）", "TTFT（首 token 延迟）为"},
		{ZH, "Z3", "注意:先看口径", "注意：先看口径"},
		{ZH, "Z4", "占８５％", "占 85.0%"},
		{ZH, "Z5", "「未运行」", "“未运行”"},
		{ZH, "Z5", "显示为\"未知\"", "显示为“未知”"},
		{ZH, "Z6", "还没有…", "还没有……就停了"},
		{ZH, "Z7", "58~762", "58～762"},
		{ZH, "Z7", "58-762 ms", "58～762 ms"},
		{ZH, "Z8", "延迟 412ms", "延迟 412 ms"},
		{ZH, "Z8", "占 85 %", "占 85%"},
		{ZH, "Z9", "，然后", "然后"},
		{ZH, "Z10", "看 TTFT, TPOT 两项", "看 TTFT、TPOT 两项，共 12,032 题"},
		{ZH, "Z11", "完成！", "完成"},
		{ZH, "Z12", "请先看口径，再请重测", "请先看口径。请重测"},
		{ZH, "Z12", "你可以重测", "可以重测"},
		{ZH, "Z13", "256 个 Token", "256 个 token，设 HF_TOKEN"},
		{ZH, "Z14", "差异显著", "有统计显著性"},
		{ZH, "Z14", "首包延迟", "首 token 延迟，数值精度，访问令牌，基准测试"},
		{ZH, "Z15", "进行了比较", "比较两次测试"},
		{ZH, "Z17", "提升了 1.88 倍", "是 BF16 的 1.88 倍"},
		{ZH, "Z18", "相差 2.5%", "相差 +2.5 个百分点"},
		{ZH, "Z19", "差值 -4.7", "差值 −4.7，日期 2025-12-24"},
		{ZH, "Z20", strings.Repeat("很长的句子", 13) + "。", strings.Repeat("短句。", 30)},
		{ZH, "Z1", "见下表\n\n| 列 |\n|---|\n| 用vLLM |\n", "| 数值精度 | `用vLLM` |\n"},
		{EN, "E2", "We measured this", "This was measured"},
		{EN, "E3", "the behaviour of the server", "the behavior of a colored line"},
		{EN, "E4", "the warmup wave", "the warm-up wave"},
		{EN, "E5", "at 606 TPS", "at 606.47 tokens/s"},
		{EN, "E6", "1.88× faster", "1.88× the output throughput of BF16"},
		{EN, "E6", "up to 5 s", "at most 5 s"},
		{EN, "E7", "BF16 vs. FP8", "BF16 vs FP8"},
		{EN, "E8", "a significant difference", "statistically significant (p = 0.017)"},
		{EN, "E9", "This holds. 64 requests were sent.", "This holds. All 64 requests were sent."},
		{EN, "E10", "85 % of items", "85% of items"},
		{EN, "E10", "from 58-762 ms", "58–762 ms on 2025-12-24 with Qwen3-32B"},
		{EN, "E10", `the "raw" data`, "the “raw” data; `\"raw\"`"},
		{EN, "E10", "a change of -4.7", "a change of −4.7 with `-c 16`"},
		{EN, "E11", "3 request(s)", "3 requests"},
		{EN, "E12", "see the below table", "see the table below"},
		{EN, "E14", "the 吞吐量", "the language switch 中文"},
		{EN, "E14", "a（b）", "a (b), see [there](https://example.org/中文)"},
	} {
		var found []string
		for _, f := range Lint(c.lang, c.s) {
			found = append(found, f.Rule)
		}
		if !slices.Contains(found, c.rule) {
			t.Errorf("%s does not find %q (found %v)", c.rule, c.s, found)
		}
		if f := Lint(c.lang, c.rightSense); len(f) > 0 {
			t.Errorf("%q is right, but: %+v", c.rightSense, f)
		}
	}
	for _, s := range []string{"Raw Data", "Show all.", "How to Cite"} {
		if len(LintLabel(EN, s)) == 0 {
			t.Errorf("label %q passes", s)
		}
	}
	for _, s := range []string{"Raw data", "Wilson interval", "TTFT p50 (ms)", "95% CI", "Download CSV", "N/A: not run"} {
		if f := LintLabel(EN, s); len(f) > 0 {
			t.Errorf("label %q: %+v", s, f)
		}
	}
}

// TestLintKeepsLines proves that a fault names the line of the source.
func TestLintKeepsLines(t *testing.T) {
	f := LintZH("# 标题\n\n```sh\n用vLLM\n```\n\n用vLLM\n")
	if len(f) != 1 || f[0].Line != 7 || f[0].Rule != "Z1" {
		t.Errorf("got %+v, want one Z1 in line 7", f)
	}
}

package page

import (
	"slices"
	"strings"
	"testing"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// TestMethodPages: both languages define the same things under the same
// anchors, each once, and nothing is left open.
func TestMethodPages(t *testing.T) {
	anchors := map[locale.Lang][]string{}
	for _, lang := range locale.Langs() {
		p := edition(t, lang).Method()
		seen := map[string]bool{}
		for _, g := range p.Groups {
			for _, m := range append([]MethodEntry{{ID: g.ID, Name: g.Title}}, g.Entries...) {
				if seen[m.ID] {
					t.Errorf("%s: two anchors %s", lang, m.ID)
				}
				seen[m.ID] = true
				anchors[lang] = append(anchors[lang], m.ID)
				for _, d := range m.Defs {
					if s := d.Value.Flat(); strings.TrimSpace(s) == "" || strings.Contains(s+d.Term, "⟦") {
						t.Errorf("%s: %s: %s: %q", lang, m.ID, d.Term, s)
					}
				}
				if strings.Contains(m.Name, "⟦") {
					t.Errorf("%s: %s: %s", lang, m.ID, m.Name)
				}
			}
			if len(g.Entries) == 0 && len(g.Text) == 0 {
				t.Errorf("%s: %s is empty", lang, g.ID)
			}
		}
		for _, id := range append([]string{"tpot", "output-throughput", "wilson", "mde", "scorer-decidable", "comparability"}, dataset.Codes...) {
			if !seen[id] {
				t.Errorf("%s: nothing under %s", lang, id)
			}
		}
	}
	if !slices.Equal(anchors[locale.ZH], anchors[locale.EN]) {
		t.Errorf("anchors differ:\n%v\n%v", anchors[locale.ZH], anchors[locale.EN])
	}
}

// TestMethodExamples: the worked examples are the figures of render/stats.
func TestMethodExamples(t *testing.T) {
	for term, want := range map[string][2][]string{
		"mde":         {{"40 题、1 题翻转：19.1 个百分点（8 题）", "100 题、7 题翻转：7.8 个百分点（8 题）", "5 题：任何差异都检不出"}, {"With 40 items and 1 flip: 19.1 percentage points (8 items)", "With 100 items and 7 flips: 7.8 percentage points (8 items)", "With 5 items: no difference"}},
		"wilson":      {{"85.0%，95% 置信区间 70.9%～92.9%"}, {"Correct in 34 of 40 items: 85.0%, 95% CI 70.9–92.9%"}},
		"mcnemar":     {{"p = 1.0", "p = 0.017"}, {"4 flips one way and 3 the other: p = 1.0", "25 flips one way and 10 the other: p = 0.017"}},
		"paired-test": {{"+1.0 个百分点，95% 置信区间 −4.7 至 +6.7"}, {"Correct in 28 and 27 of 100 items", "+1.0 percentage points, 95% CI −4.7 to +6.7"}},
		"spread":      {{"75.0%", "93.8%", "96.9%"}, {"3 repeats", "75.0%"}},
		"pass-at-k":   {{"30.0%", "91.7%"}, {"pass@5 is 91.7%"}},
		"holm":        {{"0.030、0.060 和 0.060"}, {"become 0.030, 0.060, and 0.060"}},
	} {
		for i, lang := range locale.Langs() {
			got := locale.Plain(edition(t, lang).examples(term).Flat())
			for _, w := range want[i] {
				if !strings.Contains(got, w) {
					t.Errorf("%s %s: %q does not say %q", lang, term, got, w)
				}
			}
			for _, f := range locale.Lint(lang, got) {
				t.Errorf("%s %s: %s at %q in %q", lang, term, f.Rule, f.Text, got)
			}
		}
	}
}

// TestMethodFindsRuns: a notice leads to the runs that raise it, not to those
// that were replaced.
func TestMethodFindsRuns(t *testing.T) {
	e := siteOf(t, repository).In(locale.EN)
	found := e.noticesFound()
	for code, least := range map[string]int{"prefix-cache-hot": 3, "identical-prompts": 5, "answer-only": 6, "as-published-scorer": 3, "server-args-differ": 2} {
		if len(found[code]) < least {
			t.Errorf("%s is found in %d runs, want at least %d", code, len(found[code]), least)
		}
		for _, r := range found[code] {
			if r.Replacer != nil && code != "as-published-scorer" {
				t.Errorf("%s leads to %s, which was replaced", code, r.ID)
			}
		}
	}
	text := e.foundIn(&Base{Lang: locale.EN, Dir: "en/method/"}, found["answer-only"])
	if s := text.Flat(); !strings.HasPrefix(s, itoa(len(found["answer-only"]))+" runs: Qwen3-32B") {
		t.Errorf("found in: %q", s)
	}
	if text[1].Href == "" || !strings.HasPrefix(string(text[1].Href), "../runs/") {
		t.Errorf("the first run has no link: %+v", text[1])
	}
}

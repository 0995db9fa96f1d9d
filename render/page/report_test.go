package page

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/templates"
)

// repository is the folder of the artifacts that the site is made of.
const repository = "../../artifacts"

// siteOf loads the artifacts of a folder.
func siteOf(t testing.TB, dir string) *Site {
	t.Helper()
	set, err := dataset.Load(artifact.Open(dir), dataset.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	words, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	return &Site{Set: set, Words: words, Version: "test"}
}

// wording is everything that the page of a report says, as plain text.
func wording(p *ReportPage) string {
	var b strings.Builder
	say := func(list ...string) {
		for _, s := range list {
			b.WriteString(locale.Plain(s) + "\n")
		}
	}
	table := func(t *Table) {
		if t == nil {
			return
		}
		for _, c := range t.Head {
			say(c.Text.Flat())
		}
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				say(c.Text.Flat())
			}
		}
		for _, f := range t.Foot {
			say(f.Flat())
		}
	}
	say(p.Title, p.Dek, p.Note.Flat())
	for _, k := range p.Keys {
		say(k.Figure, k.Head+k.Tail, k.Text.Flat())
	}
	for _, n := range p.Notices {
		say(n.Title, n.Text.Flat())
	}
	for _, f := range p.Figures {
		say(f.Chart.Title, f.Chart.Sub, f.Chart.Desc, f.Note.Flat())
		table(f.Table)
	}
	for _, s := range p.Sections {
		say(s.Title)
		for _, x := range s.Side {
			say(x.Lead, x.Text.Flat())
		}
		for _, x := range s.Blocks {
			say(x.Text.Flat(), x.Small.Flat())
			if x.Prose != nil {
				say(x.Prose.Markdown)
			}
			if x.Code != nil {
				say(x.Code.Lead, x.Code.Text)
			}
			for _, n := range x.Notices {
				say(n.Title, n.Text.Flat())
			}
			for _, pair := range x.Env {
				say(pair.Term, pair.Value.Flat())
			}
			table(x.Table)
		}
	}
	return b.String()
}

// TestReports: every report of the repository comes out in both languages with
// its body, its figures, and nothing left open.
func TestReports(t *testing.T) {
	site := siteOf(t, repository)
	for _, p := range append(site.Set.Problems, site.ReportProblems()...) {
		if strings.HasPrefix(p.File, "reports/") {
			t.Errorf("%s:%d: %s %s", p.File, p.Line, p.Field, p.Cause)
		}
	}
	for slug, want := range map[string]struct{ both, zh, en []string }{
		"qwen2-5-vl-72b-fp8-mig-scaling": {
			both: []string{"1.34×", "260.37", "348.01 tokens/s", "−25.1%", "25.2%", "--max-num-seqs 32"},
			zh:   []string{"是原来的 1.34 倍", "低 25.2%", "SYS", "线性扩展应为 2 倍", "启动参数不同"},
			en:   []string{"delivers 1.34×", "25.2% lower", "SYS", "Linear scaling would be 2×", "Server arguments differ"},
		},
		"qwen3-32b-precision-throughput": {
			both: []string{"606.47", "381.87", "322.09", "1.88×", "1.19×", "85.9%", "284,992", "2.49"},
			zh:   []string{"是 BF16 的 1.88 倍", "低 46.8%", "19.4 GiB", "所有请求用了同一条提示词"},
			en:   []string{"1.88× the output throughput of BF16", "46.8% lower", "19.4 GiB", "All requests used the same prompt"},
		},
		"qwen3-32b-40-questions": {
			both: []string{"39/40", "38/40", "35/40", "34/40", "p = 1.0", "91334", "123999"},
			zh:   []string{"分别答对 35、35、34 题", "分别是 39、38、38 题", "则是 40、39、40 题", "19.1 个百分点，折合 8 题", "评分器已知有误"},
			en:   []string{"have 35, 35, and 34 items correct", "they have 39, 38, and 38", "they have 40, 39, and 40", "19.1 percentage points, or 8 items", "Scored by a scorer known to be wrong"},
		},
		"qwen3-32b-aime-math500": {
			both: []string{"0/30", "0.0%", "11.4%", "p = 1.0"},
			zh:   []string{"分别答对 27、25、28 题", "分别是 30、27、31 题", "4 题对 3 题", "7.8 个百分点，折合 8 题", "结束原因一栏是未知", "只许写答案"},
			en:   []string{"have 27, 25, and 28 items correct", "they have 30, 27, and 31", "4 flips for NVFP4 and 3 for BF16", "7.8 percentage points, or 8 items", "no finish reason", "No working was allowed"},
		},
		"qwen3-32b-standard-benchmarks": {
			both: []string{"MMLU-Pro", "GPQA Diamond", "HLE", "LiveCodeBench", "SciCode", "MATH-500", "AIME 2024", "N/A", "cais/hle", "HF_TOKEN", "30/100", "0/30"},
			zh:   []string{"需授权的数据集", "只测了 500 题中的前 100 题", "只许写答案"},
			en:   []string{"gated dataset", "First 100 of 500 items only", "No working was allowed"},
		},
	} {
		r := site.Set.Report(slug)
		if r == nil {
			t.Errorf("no report %s", slug)
			continue
		}
		for _, lang := range locale.Langs() {
			p := site.In(lang).Report(r)
			text := wording(p)
			wants := append(append([]string{}, want.both...), map[locale.Lang][]string{locale.ZH: want.zh, locale.EN: want.en}[lang]...)
			for _, s := range wants {
				if !strings.Contains(text, s) {
					t.Errorf("%s %s does not say %q", lang, slug, s)
				}
			}
			if i := strings.IndexAny(text, "⟦⟧\uE001"); i >= 0 || len(p.Note) > 0 {
				t.Errorf("%s %s: open slot or no body: %s", lang, slug, p.Note.Flat())
			}
			if len(p.Keys) < 2 || len(p.Keys) > mostKeys {
				t.Errorf("%s %s: %d key findings", lang, slug, len(p.Keys))
			}
			for _, k := range p.Keys {
				if k.Chart == nil || k.Figure == "" || len(k.Text) == 0 {
					t.Errorf("%s %s: key finding without chart, figure or doubt: %+v", lang, slug, k)
				}
			}
			if p.Glance == nil || p.Protocol == nil {
				t.Errorf("%s %s: no drawing at the head or no protocol", lang, slug)
			}
		}
		seen := map[string]bool{}
		for _, id := range strings.Fields(anchors(site.In(locale.EN).Report(r))) {
			if seen[id] {
				t.Errorf("%s: two anchors %s", slug, id)
			}
			seen[id] = true
		}
		if a, b := anchors(site.In(locale.ZH).Report(r)), anchors(site.In(locale.EN).Report(r)); a != b {
			t.Errorf("%s: anchors differ:\n%s\n%s", slug, a, b)
		}
	}
}

func anchors(p *ReportPage) string {
	var out []string
	for _, n := range p.Notices {
		out = append(out, n.ID)
	}
	for _, s := range p.Sections {
		out = append(out, s.ID)
		for _, b := range s.Blocks {
			if b.Table != nil {
				out = append(out, b.Table.ID)
			}
			for _, n := range b.Notices {
				out = append(out, n.ID)
			}
		}
	}
	for _, f := range p.Figures {
		out = append(out, f.Chart.ID)
	}
	return strings.Join(out, " ")
}

// TestReportsAreWrittenWell: the bodies follow the rules of their language, as
// written and with their figures, and hold no figure of their own.
func TestReportsAreWrittenWell(t *testing.T) {
	site := siteOf(t, repository)
	names := regexp.MustCompile(strings.Join([]string{
		`Qwen3-32B`, `Qwen2\.5-VL-72B`, `NVFP4`, `FP8`, `BF16`, `RTX Pro 6000`, `[12]× MIG`, `TP=[12]`, `AIME 2024`, `MATH-500`, `p50`, `p95`, `95% (CI|置信区间)`, `80% (of cases|机会)`,
		"`[^`]*`", `\{#[a-z0-9-]+\}`,
	}, "|"))
	expression := regexp.MustCompile(`\{\{[^}]*\}\}`)
	digit := regexp.MustCompile(`.{0,20}[0-9].{0,20}`)
	for _, r := range site.Set.Reports {
		for lang, b := range r.Body {
			l := locale.Lang(lang)
			for n, line := range strings.Split(b.Source, "\n") {
				if m := digit.FindString(names.ReplaceAllString(expression.ReplaceAllString(line, ""), "")); m != "" {
					t.Errorf("%s:%d: a figure that is no expression: %s", b.File, n+1, m)
				}
			}
			pieces, note := site.In(l).bodyOf(r)
			if len(note) > 0 {
				t.Errorf("%s: %s", b.File, note.Flat())
			}
			var text strings.Builder
			for _, p := range pieces {
				text.WriteString(p.text)
			}
			for _, f := range locale.Lint(l, text.String()) {
				t.Errorf("%s: %s at %q", b.File, f.Rule, f.Text)
			}
			for _, s := range []string{r.Title.In(lang), r.Dek.In(lang), r.Environment.In(lang)} {
				for _, f := range locale.Lint(l, s) {
					t.Errorf("%s: %s at %q in %s", r.File, f.Rule, f.Text, s)
				}
			}
			for _, c := range r.Commands {
				for _, f := range locale.LintLabel(l, c.Title.In(lang)) {
					t.Errorf("%s: %s at %q in %s", r.File, f.Rule, f.Text, c.Title.In(lang))
				}
			}
		}
	}
}

// TestReportFollowsData: when an artifact is measured again, text, tables and
// charts of the report move with it.
func TestReportFollowsData(t *testing.T) {
	const slug = "qwen3-32b-precision-throughput"
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "reports", slug), os.DirFS(filepath.Join(repository, "reports", slug))); err != nil {
		t.Fatal(err)
	}
	from, to := artifact.Open(repository), artifact.Open(dir)
	set := siteOf(t, repository).Set
	for _, r := range set.Report(slug).AllRuns() {
		a, _, err := from.Read(r.ID)
		if err != nil {
			t.Fatal(err)
		}
		a.Attachments = nil
		if *a.Subject.Precision == "NVFP4" {
			a.Load.Throughput.OutputTokensPerS = artifact.Ptr(700.25)
		}
		if _, err := to.Put(artifact.Bundle{Artifact: a, Slug: "c16-n64"}); err != nil {
			t.Fatal(err)
		}
	}
	site := siteOf(t, dir)
	for lang, want := range map[locale.Lang][]string{
		locale.ZH: {"NVFP4 为 700.25 tokens/s，是 BF16 的 2.17 倍", "NVFP4 的输出吞吐量是 BF16 的 2.17 倍：700.25 对 322.09 tokens/s", "2.17×"},
		locale.EN: {"NVFP4 delivers 700.25 tokens/s: 2.17× the output throughput of BF16", "700.25 vs 322.09 tokens/s", "2.17×"},
	} {
		text := wording(site.In(lang).Report(site.Set.Report(slug)))
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not say %q", lang, s)
			}
		}
		for _, s := range []string{"606.47", "1.88"} {
			if strings.Contains(text, s) {
				t.Errorf("%s still says %q", lang, s)
			}
		}
	}
}

package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/render/locale"
)

// written puts bodies beside a report of the repository, in a folder of its own.
func written(t *testing.T, slug string, bodies map[string]string) *Site {
	t.Helper()
	dir := t.TempDir()
	for _, day := range []string{"2025-12-22", "2025-12-23"} {
		if err := os.CopyFS(filepath.Join(dir, day), os.DirFS(filepath.Join(repository, day))); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(dir, "reports", slug)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if bodies["report.toml"] == "" {
		toml, err := os.ReadFile(filepath.Join(repository, "reports", slug, "report.toml"))
		if err != nil {
			t.Fatal(err)
		}
		bodies["report.toml"] = string(toml)
	}
	for name, text := range bodies {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return siteOf(t, dir)
}

// TestBodyInOneLanguage: the other page shows the composed findings, the
// standard charts, and says so.
func TestBodyInOneLanguage(t *testing.T) {
	const slug = "qwen3-32b-40-questions"
	site := written(t, slug, map[string]string{"en.md": "## Scores {#scores}\n\nNVFP4 has {{value \"nvfp4\" \"eval.correct\"}} correct.\n\n{{chart \"accuracy\"}}\n"})
	r := site.Set.Report(slug)
	en, zh := site.In(locale.EN).Report(r), site.In(locale.ZH).Report(r)
	if len(en.Note) > 0 || !strings.Contains(wording(en), "NVFP4 has 38 correct.") {
		t.Errorf("the body is not shown: %s", en.Note.Flat())
	}
	if !strings.Contains(zh.Note.Flat(), "只有英文版") || strings.Contains(wording(zh), "NVFP4 has") {
		t.Errorf("the other page says %q", zh.Note.Flat())
	}
	for _, want := range []string{"区分不出 NVFP4 与 BF16 的差异", "39/40（97.5%）"} {
		if !strings.Contains(wording(zh), want) {
			t.Errorf("the composed page does not say %q", want)
		}
	}
	for _, id := range []string{"fig-accuracy-accuracy-suite-v1", "fig-paired-accuracy-suite-v1", "eval-accuracy-suite-v1", "flips"} {
		if !strings.Contains(anchors(zh), id) {
			t.Errorf("the composed page has no %s: %s", id, anchors(zh))
		}
	}
	if problems := site.ReportProblems(); len(problems) > 0 {
		t.Errorf("a body in one language is no problem: %+v", problems)
	}
}

// TestBodyWithFault: a figure that is missing is a problem with file and line;
// the page keeps everything but the body.
func TestBodyWithFault(t *testing.T) {
	const slug = "qwen3-32b-precision-throughput"
	for body, want := range map[string]struct {
		line int
		says string
	}{
		"## A\n\n{{value \"nvfp4\" \"load.throughput.output_token_per_s\"}}\n": {3, "output_token"},
		"## A\n\n{{value \"int4\" \"load.throughput.requests_per_s\"}}\n":      {3, "int4"},
		"{{range .}}x{{end}}\n":                            {1, "loops"},
		"a\n{{chart \"throughputs\"}}\n":                   {2, "no chart"},
		"a\n\n{{chart \"accuracy\"}}\n":                    {3, "no run of this report"},
		"a\n\n{{table \"flips\" \"x\"}}\n":                 {3, "no run of this report"},
		"a\n\n{{notices \"small\"}}\n":                     {3, "no code"},
		"## A {#cite}\n":                                   {0, "is taken"},
		"{{chart \"latency\"}}\n\n{{chart \"latency\"}}\n": {3, "twice"},
	} {
		site := written(t, slug, map[string]string{"zh.md": body})
		problems := site.ReportProblems()
		if len(problems) != 1 {
			t.Errorf("%q: problems %+v", body, problems)
			continue
		}
		p := problems[0]
		if p.File != "reports/"+slug+"/zh.md" || p.Line != want.line || !strings.Contains(p.Cause, want.says) {
			t.Errorf("%q: %s:%d %q, want line %d with %q", body, p.File, p.Line, p.Cause, want.line, want.says)
		}
		page := site.In(locale.ZH).Report(site.Set.Report(slug))
		if !strings.Contains(page.Note.Flat(), "无法读取") || len(page.Keys) == 0 || len(page.Figures) < 4 {
			t.Errorf("%q: the rest of the page is gone: %q, %d key findings, %d figures", body, page.Note.Flat(), len(page.Keys), len(page.Figures))
		}
	}
}

// TestBodySections: headings begin sections, code blocks are left alone, and
// blocks stand where the body puts them.
func TestBodySections(t *testing.T) {
	const slug = "qwen3-32b-precision-throughput"
	site := written(t, slug, map[string]string{"en.md": "Before.\n\n## One {{value \"nvfp4\" \"load.requests.offered\"}} {#one}\n\nText.\n\n```\n## not a heading\n```\n\n{{chart \"latency\"}}\n\nAfter.\n\n## Two\n\n{{table \"server\"}}\n\n{{notices \"identical-prompts\"}}\n"})
	p := site.In(locale.EN).Report(site.Set.Report(slug))
	if len(p.Note) > 0 {
		t.Fatal(p.Note.Flat())
	}
	var got []string
	for _, s := range p.Sections[:5] {
		line := s.ID + "/" + s.Title + ":"
		for _, b := range s.Blocks {
			switch {
			case b.Prose != nil:
				line += " prose"
			case b.Figure != nil:
				line += " " + b.Figure.Chart.ID
			case b.Table != nil:
				line += " table"
			case len(b.Notices) > 0:
				line += " " + b.Notices[0].Code
			}
		}
		got = append(got, line)
	}
	want := "/: prose|one/One 64: prose|/: fig-latency|/: prose|section-2/Two: table identical-prompts"
	if strings.Join(got, "|") != want {
		t.Errorf("sections\n%s\nwant\n%s", strings.Join(got, "|"), want)
	}
	for _, n := range p.Notices {
		if n.Code == "identical-prompts" {
			t.Error("a notice that the body shows stands under the findings again")
		}
	}
}

// TestReportOfAnything: whatever runs a report names, its page comes out whole
// in both languages.
func TestReportOfAnything(t *testing.T) {
	for name, runs := range map[string]string{
		"nothing":      "",
		"unresolved":   "[[run]]\nalias = \"x\"\nref = \"precision=INT4\"\n",
		"one load":     "[[run]]\nalias = \"x\"\nref = \"precision=BF16,kind=load\"\n",
		"one eval":     "[[run]]\nalias = \"x\"\nref = \"precision=BF16,kind=eval\"\n",
		"load, eval":   "[[run]]\nalias = \"x\"\nref = \"precision=BF16\"\nall = true\n",
		"two models":   "[[run]]\nalias = \"x\"\nref = \"precision=FP8,kind=load\"\nall = true\n",
		"only extra":   "[[run]]\nalias = \"x\"\nref = \"precision=FP8,scorer=legacy-2025\"\n",
		"all of them":  "[[run]]\nalias = \"x\"\nref = \"date=2025-12\"\nall = true\n",
		"bad baseline": "baseline = \"y\"\n[[run]]\nalias = \"x\"\nref = \"precision=BF16,kind=load\"\n",
		"plan":         "[[benchmark]]\ntask = \"hle\"\n[[run]]\nalias = \"x\"\nref = \"precision=BF16,kind=eval\"\n",
		"bare plan":    "[[benchmark]]\ntask = \"hle\"\n",
	} {
		site := written(t, "any", map[string]string{"report.toml": "title = { zh = \"标题\", en = \"Title\" }\n" + runs})
		r := site.Set.Report("any")
		if r == nil {
			t.Errorf("%s: no report", name)
			continue
		}
		for _, lang := range locale.Langs() {
			p := site.In(lang).Report(r)
			text := wording(p)
			if strings.ContainsAny(text, "⟦⟧") || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Errorf("%s %s: %s", name, lang, text)
			}
			seen := map[string]bool{}
			for _, id := range strings.Fields(anchors(p)) {
				if seen[id] {
					t.Errorf("%s %s: two anchors %s", name, lang, id)
				}
				seen[id] = true
			}
		}
	}
}

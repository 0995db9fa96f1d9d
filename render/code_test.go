package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// codeRun is a run of programs: item 0 always passes, item 1 has the verdict given,
// with a program and a test that try to be markup.
func codeRun(precision string, verdict artifact.Verdict) artifact.Bundle {
	b := evalRun(precision, 1)
	a := b.Artifact
	a.Name = "programs"
	a.Protocol.Parameters = map[string]any{"task": "programs", "scorer": "code v1"}
	correct := int64(1)
	if verdict == artifact.Passed {
		correct = 2
	}
	half := func(name, by string, c int64) artifact.Group {
		return artifact.Group{Name: name, By: by, N: count(1), Correct: count(c), Value: num(float64(c))}
	}
	a.Eval.Tasks = []artifact.Task{{
		Task: "programs", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "code", Version: "1"}, Repeats: count(1),
		Dataset:  artifact.Dataset{Name: word("programs"), Items: count(2), Of: count(2)},
		Metrics:  []artifact.Metric{{Metric: "pass@1", Value: num(float64(correct) / 2), N: count(2), Better: word("higher"), Primary: true}},
		Outcomes: &artifact.Outcomes{Correct: count(correct), Wrong: count(2 - correct), Unparsed: count(0), Truncated: count(0), Error: count(0)},
		Groups:   []artifact.Group{half("easy", "", 1), half("hard", "", correct-1), half("atcoder", "platform", 1), half("leetcode", "platform", correct-1)},
	}}
	b = artifact.Bundle{Artifact: a, Slug: "programs"}
	for i, v := range []artifact.Verdict{artifact.Passed, verdict} {
		o := artifact.OutcomeWrong
		run := &artifact.CodeRun{Verdict: v, Tests: 3, Passed: 3}
		if v == artifact.Passed {
			o = artifact.OutcomeCorrect
		} else {
			run.Passed, run.Failed = 1, &artifact.FailedTest{Test: 2, Input: "<b>in</b>", Expected: "want", Got: "</code><script>alert(1)</script>"}
		}
		b.Eval = append(b.Eval, artifact.EvalRecord{
			Task: "programs", Item: []string{"one", "two"}[i], ItemHash: word(strings.Repeat([]string{"0", "1"}[i], 64)), Outcome: &o, Type: word("code"), Category: word([]string{"easy", "hard"}[i]),
			Extracted: word("print('<script>alert(2)</script>')"), Expected: word(`{"form": "stdin"}`), Output: word("```python\nprint(1)\n```"), Code: run,
		})
	}
	return b
}

// Verdicts, scores by group, and on the page of a flip the programs with the first
// failing test: escaped, folded away, in both languages and in Markdown.
func TestPrograms(t *testing.T) {
	store := artifact.Open(t.TempDir())
	put(t, store, codeRun("BF16", artifact.Passed))
	id := put(t, store, codeRun("FP8", artifact.TimeOut))
	none := codeRun("NVFP4", artifact.Passed)
	none.Artifact.Source.Extra = map[string]any{"sandbox": map[string]any{"kind": "none"}}
	none.Artifact.Protocol.Parameters["sandbox"] = "none"
	open := put(t, store, none)
	missing := emptyRun(artifact.KindEval)
	missing.Artifact.Eval.Tasks = []artifact.Task{{Task: "livecodebench-v6-2024-10-2025-03", Status: artifact.TaskNotRun, Why: word("isolation"), Reason: word("no isolation: bwrap is not installed. Install it.")}}
	unrun := put(t, store, missing)
	site := renderTo(t, store, testConfig())
	read := func(parts ...string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(append([]string{site}, parts...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, c := range []struct {
		lang, timeout, program, failed, tag, notRun, platform string
	}{
		{"en", "timeout", "Program", "First failing test", "No isolation", "not run: no isolation", "atcoder (platform)"},
		{"zh", "超时", "程序", "首个未通过的测试", "无隔离", "未运行：没有隔离环境", "atcoder（平台）"},
	} {
		page := read(c.lang, "runs", filepath.FromSlash(id), "index.html")
		for _, want := range []string{c.timeout, c.platform, "1/3", "pass@1"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the run does not say %q", c.lang, want)
			}
		}
		var item string
		for _, path := range pagesBelow(t, filepath.Join(site, c.lang)) {
			if strings.HasSuffix(path, filepath.Join("items", "two", "index.html")) {
				item = path
			}
		}
		if item == "" {
			t.Fatalf("%s: the flip has no page", c.lang)
		}
		html := read(strings.TrimPrefix(item, site))
		for _, want := range []string{"<summary>" + c.program + "</summary>", "<summary>" + c.failed + "</summary>", "print(&#39;&lt;script&gt;alert(2)", "&lt;b&gt;in&lt;/b&gt;", "&lt;/code&gt;&lt;script&gt;alert(1)"} {
			if !strings.Contains(html, want) {
				t.Errorf("%s: the item does not hold %q", c.lang, want)
			}
		}
		if strings.Contains(html, "<script>alert") || strings.Contains(html, `"form"`) {
			t.Errorf("%s: the item holds markup of the model, or the tests", c.lang)
		}
		if md := read(strings.TrimPrefix(strings.TrimSuffix(item, "html")+"md", site)); !strings.Contains(md, c.failed) || !strings.Contains(md, "print('<script>alert(2)") {
			t.Errorf("%s: the twin is %s", c.lang, md)
		}
		for _, path := range []string{"index.html", "runs/index.html", "runs/" + open + "/index.html"} {
			if !strings.Contains(read(c.lang, filepath.FromSlash(path)), c.tag) {
				t.Errorf("%s: %s does not mark the run without isolation", c.lang, path)
			}
		}
		if page := read(c.lang, "runs", filepath.FromSlash(unrun), "index.html"); !strings.Contains(page, c.notRun) || strings.Contains(page, "0.0%") {
			t.Errorf("%s: the page of what was not run does not say %q", c.lang, c.notRun)
		}
	}
}

// pagesBelow lists the HTML pages of a folder.
func pagesBelow(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".html" {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

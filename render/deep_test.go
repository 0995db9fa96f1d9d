package render

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// shipped renders the artifacts of this repository.
func shipped(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("../artifacts/2025-12-22"); err != nil {
		t.Skip("SKIP: no artifacts in this tree")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../artifacts")); err != nil {
		t.Fatal(err)
	}
	return renderTo(t, artifact.Open(dir), testConfig())
}

// has fails for every text that a file lacks.
func has(t *testing.T, out, name string, texts ...string) {
	t.Helper()
	b, err := fs.ReadFile(os.DirFS(out), name)
	if err != nil {
		t.Error(err)
		return
	}
	for _, s := range texts {
		if !strings.Contains(string(b), s) {
			t.Errorf("%s has no %q", name, s)
		}
	}
}

func lacks(t *testing.T, out, name string, texts ...string) {
	t.Helper()
	b, err := fs.ReadFile(os.DirFS(out), name)
	if err != nil {
		t.Error(err)
		return
	}
	for _, s := range texts {
		if strings.Contains(string(b), s) {
			t.Errorf("%s has %q", name, s)
		}
	}
}

// TestFlipsHaveStripAndPages: item 008 is right with BF16 and NVFP4 and was
// wrong with all three as published; the page says all of it in both languages.
func TestFlipsHaveStripAndPages(t *testing.T) {
	out := shipped(t)
	item := "runs/2025-12-23/qwen3-32b-bf16-accuracy-suite-v1-decidable.bfe7ef95/items/008/"
	has(t, out, "en/"+item+"index.md", "| `19134`", "| `91334`", "A flip in the pairs FP8 − BF16 and NVFP4 − FP8.",
		"legacy-2025 v1: BF16 reads `34`, wrong; FP8 reads `34`, wrong", "decidable v1: BF16 reads `19134`, correct; FP8 reads `91334`, wrong")
	has(t, out, "zh/"+item+"index.md", "第 008 题", "标准答案", "原公布的判定", "BF16 读成 `34`，答错；FP8 读成 `34`，答错", "从不保存题目文本")
	for _, lang := range []string{"zh", "en"} {
		report := lang + "/reports/qwen3-32b-40-questions/index.html"
		has(t, out, report, `id="items-accuracy-suite-v1"`, `items/008/index.html`, `items/020/index.html`, `class="band"`)
		lacks(t, out, report, `data-chart="items-`) // nothing to zoom into
		lacks(t, out, lang+"/reports/qwen3-32b-40-questions/charts-data.js", `"items-`)
	}
	has(t, out, "en/reports/qwen3-32b-40-questions/index.html", "Of 40 items, 37 are correct with every subject, and 2 flip")
	has(t, out, "zh/reports/qwen3-32b-40-questions/index.html", "40\u00a0题中 37\u00a0题各方都答对，2\u00a0题翻转")
	// Only flips have pages.
	entries, err := fs.ReadDir(os.DirFS(out), "en/runs/2025-12-23/qwen3-32b-bf16-accuracy-suite-v1-decidable.bfe7ef95/items")
	if err != nil || len(entries) != 2 {
		t.Errorf("%d pages of items (%v), want 2", len(entries), err)
	}
}

// TestSweepStandsOnRunsAndOverview: three levels of concurrency make a curve.
func TestSweepStandsOnRunsAndOverview(t *testing.T) {
	out := shipped(t)
	for _, lang := range []string{"zh", "en"} {
		has(t, out, lang+"/index.html", `id="simulated-sweep"`)
		names, err := fs.Glob(os.DirFS(out), lang+"/runs/simulated/*/simulated-32b-nvfp4-c4-*/index.html")
		if err != nil || len(names) != 1 {
			t.Fatalf("%v %v", names, err)
		}
		has(t, out, names[0], `id="sweep-chart"`, "c16-n20", "c1-n20")
		b, _ := fs.ReadFile(os.DirFS(out), names[0])
		if m := regexp.MustCompile(`p99 \d`).Find(b); m != nil {
			t.Errorf("%s shows p99 of 20 requests", names[0])
		}
		lacks(t, out, lang+"/runs/2025-12-22/qwen3-32b-bf16-c16-n64.3fd983e8/index.html", `id="sweep`) // one level only
	}
}

// TestTwinsKeepTheMarksOfTheirLanguage: colons and brackets beside Han are wide.
func TestTwinsKeepTheMarksOfTheirLanguage(t *testing.T) {
	out := shipped(t)
	name := "zh/reports/qwen3-32b-precision-throughput/index.md"
	has(t, out, name, "（图 1）", "**注意：", "- 到达过程：")
	lacks(t, out, name, " (图", "注意: ", "到达过程: ")
}

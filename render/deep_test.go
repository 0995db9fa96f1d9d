package render

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
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

// TestShippedPages looks at one render of the artifacts of this repository.
func TestShippedPages(t *testing.T) {
	out := shipped(t)
	t.Run("flips", func(t *testing.T) { flipsOfShipped(t, out) })
	t.Run("twins", func(t *testing.T) { twinsOfShipped(t, out) })
	t.Run("comparisons", func(t *testing.T) { comparisonsOfShipped(t, out) })
}

// flipsOfShipped: item 008 is right with BF16 and NVFP4 and was
// wrong with all three as published; the page says all of it in both languages.
func flipsOfShipped(t *testing.T, out string) {
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

// TestSweeps: three levels of concurrency make a curve on the page of each
// point, and what was simulated one on the overview; one level makes none.
func TestSweeps(t *testing.T) {
	store := artifact.Open(t.TempDir())
	var ids []string
	for i, c := range []int64{1, 4, 16} {
		b := loadRun("NVFP4", 300*float64(i+1))
		b.Artifact.Protocol.Parameters["concurrency"] = c
		b.Artifact.Simulated = true
		ids = append(ids, put(t, store, b))
	}
	alone := put(t, store, loadRun("FP8", 381))
	out := renderTo(t, store, testConfig())
	for _, lang := range []string{"zh", "en"} {
		has(t, out, lang+"/index.html", `id="simulated-sweep"`)
		has(t, out, lang+"/runs/"+ids[1]+"/index.html", `id="sweep-chart"`, path.Base(ids[0]), path.Base(ids[2]))
		lacks(t, out, lang+"/runs/"+ids[1]+"/index.html", "p99 6.8") // of 64 requests
		lacks(t, out, lang+"/runs/"+alone+"/index.html", `id="sweep`)
	}
	has(t, out, "en/runs/"+ids[1]+"/index.md", "All parameters but concurrency are equal")
}

// TestSweepIsOneFinding: the levels of a sweep are one entry of the overview,
// with its curve; the page of a point marks the knee and draws the limit that
// all points were held to.
func TestSweepIsOneFinding(t *testing.T) {
	store := artifact.Open(t.TempDir())
	var last string
	for _, precision := range []string{"BF16", "FP8"} {
		for i, c := range []int64{1, 4, 16, 64, 128} {
			throughput := []float64{100, 350, 900, 1000, 1010}[i]
			if precision == "FP8" {
				throughput *= 1.2 + float64(i)/100
			}
			b := loadRun(precision, throughput)
			b.Artifact.Protocol.Parameters["concurrency"] = c
			b.Artifact.Load.Latency.TTFT = b.Artifact.Load.Latency.E2E
			e2e := *b.Artifact.Load.Latency.E2E
			v := []float64{.1, .12, .2, 1.5, 4}[i]
			e2e.P50 = &v
			b.Artifact.Load.Latency.TTFT, b.Artifact.Load.Latency.E2E = &e2e, &e2e
			share := 1.0
			b.Artifact.Load.Goodput = &artifact.Goodput{SLO: map[string]float64{"ttft": .5}, Share: &share}
			last = put(t, store, b)
		}
	}
	out := renderTo(t, store, testConfig())
	has(t, out, "en/index.html", "Over 5 levels, concurrency from 1 to 128, the ratio lies between 1.20× and 1.24×.", "TTFT against output throughput")
	has(t, out, "zh/index.html", "并发数从 1 到 128 共", "倍数在")
	overview, _ := fs.ReadFile(os.DirFS(out), "en/index.html")
	if n := strings.Count(string(overview), `<article class="finding">`); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	has(t, out, "en/runs/"+last+"/index.html", "16 (knee)", "SLO: TTFT", "Knee at concurrency 16, between 4 and 64", "SLO met", "100.0%")
	has(t, out, "zh/runs/"+last+"/index.html", "16（拐点）", "SLO：TTFT", "SLO 达标率")
}

// TestOverviewIsBounded: however many tests there are, the overview lists the
// newest; the parts of a group are told by the score of the whole, and what was
// measured elsewhere is in no table of this machine.
func TestOverviewIsBounded(t *testing.T) {
	store := artifact.Open(t.TempDir())
	for i := range 30 {
		b := loadRun("BF16", 100+float64(i))
		b.Artifact.Protocol.Parameters["max_tokens"] = 100.0 + float64(i)
		put(t, store, b)
	}
	elsewhere := loadRun("BF16", 77)
	elsewhere.Artifact.Subject.Accelerator = word("another card")
	elsewhere.Artifact.Subject.BaseModel = word("example/other-model")
	put(t, store, elsewhere)
	group := evalRun("BF16", 20)
	whole := group.Artifact.Eval.Tasks[0]
	for _, name := range []string{"math-algebra", "math-geometry"} {
		part := whole
		part.Task, part.Groups = name, nil
		group.Artifact.Eval.Tasks = append(group.Artifact.Eval.Tasks, part)
	}
	group.Artifact.Eval.Tasks[0].Groups = []artifact.Group{{Name: "math-algebra"}, {Name: "math-geometry"}}
	put(t, store, group)
	out := renderTo(t, store, testConfig())
	overview, _ := fs.ReadFile(os.DirFS(out), "en/index.html")
	page := string(overview)
	if n := strings.Count(page, `<article class="finding">`); n != 12+1+1 {
		t.Errorf("%d entries, want 12 load tests, one evaluation and one of another machine", n)
	}
	has(t, out, "en/index.html", "18 further findings: all runs")
	has(t, out, "zh/index.md", "另有 18 条结论：全部测试记录")
	if cover := page[strings.Index(page, `id="coverage"`):]; strings.Contains(cover, "other-model") || strings.Contains(cover, "algebra") {
		t.Error("the table of what was measured holds another machine or the part of a group")
	}
}

// twinsOfShipped: colons and brackets beside Han are wide.
func twinsOfShipped(t *testing.T, out string) {
	name := "zh/reports/qwen3-32b-precision-throughput/index.md"
	has(t, out, name, "（图 1）", "**注意：", "- 到达过程：")
	lacks(t, out, name, " (图", "注意: ", "到达过程: ")
}

// comparisonsOfShipped: pairs of findings have a page and, for each direction,
// a script; ratios are turned, Holm's correction is kept.
func comparisonsOfShipped(t *testing.T, out string) {
	pair := "7e225cf6-3b94f7c8" // the FP8 vision model on one and on two MIG instances
	has(t, out, "en/compare/"+pair+"/index.md", "| Output throughput (tokens/s)", "1.34×", "higher is better", "TP (1 vs 2)", "the same as far as recorded")
	has(t, out, "zh/compare/"+pair+"/index.html", "能否比较", "1.34×", "越高越好", "就已记录的参数而言相同")
	has(t, out, "en/compare/pair-"+pair+".js", `benchsite.compared("`+pair+`"`, "1.34×", `\u003csection`)
	has(t, out, "en/compare/pair-3b94f7c8-7e225cf6.js", "0.75×")
	lacks(t, out, "en/compare/pair-3b94f7c8-7e225cf6.js", "1.34×<", "</script", "data-chart")
	evals := "1e74b479-5d594825"
	has(t, out, "en/compare/"+evals+"/index.md", "Right only with FP8: 1 item; only with NVFP4: 1 item.", "over 3 tests")
	has(t, out, "en/compare/pair-5d594825-1e74b479.js", "over 3 tests")
	has(t, out, "en/compare/index.html", `href="`+pair+`/index.html"`, "compare-data.js", `<a href="index.html" aria-current="page">Compare</a>`)
	has(t, out, "en/runs/2025-12-22/qwen3-32b-bf16-c16-n64.3fd983e8/index.html", `compare/index.html?runs=3fd983e8`)
	// Different protocols: no prepared pair, and so no ratio anywhere.
	if _, err := fs.Stat(os.DirFS(out), "en/compare/pair-3fd983e8-7e225cf6.js"); err == nil {
		t.Error("runs under two protocols have a prepared comparison")
	}
}

// TestTrends renders nine months of three repeats: the level rises in the
// seventh, the engine changes in the fifth. Without a second day the page says
// what is missing.
func TestTrends(t *testing.T) {
	store := artifact.Open(t.TempDir())
	for i, median := range []float64{596, 594, 593, 597, 592, 595, 640, 641, 638} {
		for j, off := range []float64{-8, 0, 6} {
			b := loadRun("BF16", median+off)
			b.Artifact.StartedAt = fmt.Sprintf("2026-%02d-05T0%d:00:00Z", i+1, j)
			version := "0.12.0"
			if i >= 4 {
				version = "0.13.0"
			}
			b.Artifact.Subject.EngineVersion = word(version)
			put(t, store, b)
		}
	}
	out := renderTo(t, store, testConfig())
	has(t, out, "en/trends/index.html", `id="trend-1"`, "engine 0.12.0 → 0.13.0", "change point: +7.7%", "Output throughput is 7.7% higher from 2026-07-05 on",
		`<a href="index.html" aria-current="page">Trends</a>`)
	has(t, out, "zh/trends/index.md", "自 2026-07-05 起高 7.7%", "| 2026-07-05", "632.00～646.00")
	has(t, out, "zh/trends/index.html", "推理引擎 0.12.0 → 0.13.0", "变点：+7.7%")
	lacks(t, out, "en/trends/index.html", "A trend needs at least 2 runs")
	has(t, out, "en/index.html", `id="news"`, "641.00", "638.00", "−0.5%", "Too few repeats to tell a change from the spread", `href="trends/index.html#t-p`)
	has(t, out, "zh/index.md", "## 与上一次相比", "测试次数太少，分不清变化与波动")

	out = renderTo(t, testStore(t), testConfig())
	has(t, out, "en/trends/index.md", "A trend needs at least 2 runs of one protocol", "so far", "How a change point is found")
}

// TestRegressionIsNews: four repeats, then four of a newer engine that are
// slower beyond the spread stand on the overview and in the feed; an evaluation
// that was asked again tells how many items it won and lost.
func TestRegressionIsNews(t *testing.T) {
	store := artifact.Open(t.TempDir())
	for day, median := range []float64{640, 601} {
		for j, off := range []float64{-8, 0, 6, 3, -2} {
			b := loadRun("BF16", median+off)
			b.Artifact.StartedAt = fmt.Sprintf("2026-0%d-05T0%d:00:00Z", day+1, j)
			b.Artifact.Subject.EngineVersion = word([]string{"0.12.0", "0.13.0"}[day])
			put(t, store, b)
		}
	}
	c := testConfig()
	c.BaseURL = "https://bench.example/"
	out := renderTo(t, store, c)
	has(t, out, "en/index.html", "−6.1%", "The level changed (change point, p = 0.008). Engine version: 0.12.0, then 0.13.0.")
	has(t, out, "zh/index.html", "水平改变（变点，p = 0.008）。推理引擎版本：先 0.12.0，后 0.13.0。")
	has(t, out, "en/feed.xml", "<title>Worse: ", "Output throughput", "2026-02-05", "(−6.1%)", "/en/trends/#t-p")
	has(t, out, "zh/feed.xml", "<title>变差：")
}

// TestBadges: a file for each subject and figure in the schema of shields.io,
// and none where the site has no address.
func TestBadges(t *testing.T) {
	c := testConfig()
	c.BaseURL = ""
	store := testStore(t)
	if _, err := fs.Stat(os.DirFS(renderTo(t, store, c)), "data/badges"); err == nil {
		t.Error("badges without an address")
	}
	c.BaseURL = "https://bench.example/"
	out := renderTo(t, store, c)
	names, err := fs.Glob(os.DirFS(out), "data/badges/en/*-output-throughput.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no badge of throughput: %v", err)
	}
	for _, lang := range []string{"zh", "en"} {
		all, _ := fs.Glob(os.DirFS(out), "data/badges/"+lang+"/*.json")
		for _, name := range all {
			b, err := fs.ReadFile(os.DirFS(out), name)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(b, &got); err != nil || got["schemaVersion"] != 1.0 || got["label"] == "" || got["message"] == "" || len(got) != 4 {
				t.Errorf("%s: %s (%v)", name, b, err)
			}
		}
	}
}

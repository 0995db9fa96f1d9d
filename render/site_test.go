package render

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"

	"golang.org/x/net/html"
)

func TestSiteIsWhole(t *testing.T) {
	checkSite(t, renderTo(t, testStore(t), testConfig()))
}

func TestEmptySiteIsWhole(t *testing.T) {
	checkSite(t, renderTo(t, artifact.Open(t.TempDir()), testConfig()))
}

// The artifacts of the repository are what a visitor sees first.
func TestShippedArtifacts(t *testing.T) {
	if _, err := os.Stat("../artifacts/2025-12-22"); err != nil {
		t.Skip("SKIP: no artifacts in this tree")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../artifacts")); err != nil {
		t.Fatal(err)
	}
	out := renderTo(t, artifact.Open(dir), testConfig())
	checkSite(t, out)
	err := filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(name, "assets") {
			return err
		}
		b, err := os.ReadFile(name)
		if strings.Contains(string(b), "⟦") {
			t.Errorf("%s: a word or a slot is missing: %.80s", name, string(b)[strings.Index(string(b), "⟦"):])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tree reads a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameTree(t *testing.T, a, b map[string]string) {
	t.Helper()
	for name := range a {
		if _, ok := b[name]; !ok {
			t.Errorf("%s is only in the first", name)
		} else if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			t.Errorf("%s is only in the second", name)
		}
	}
}

func TestRendersAreEqual(t *testing.T) {
	store := testStore(t)
	first := tree(t, renderTo(t, store, testConfig()))
	sameTree(t, first, tree(t, renderTo(t, store, testConfig())))

	// Written to the disk in another order, elsewhere.
	files := tree(t, store.Dir())
	var names []string
	for name := range files {
		names = append(names, name)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	dir := t.TempDir()
	for _, name := range names {
		writeTest(t, filepath.Join(dir, filepath.FromSlash(name)), files[name])
	}
	sameTree(t, first, tree(t, renderTo(t, artifact.Open(dir), testConfig())))

	// After what is kept between runs is gone.
	if err := os.RemoveAll(store.StateDir()); err != nil {
		t.Fatal(err)
	}
	sameTree(t, first, tree(t, renderTo(t, store, testConfig())))
}

func TestBaseURL(t *testing.T) {
	store := testStore(t)
	plain := tree(t, renderTo(t, store, testConfig()))
	c := testConfig()
	c.BaseURL = "https://example.org/repo/"
	full := tree(t, renderTo(t, store, c))
	for _, name := range []string{"sitemap.xml", "zh/feed.xml", "en/feed.xml"} {
		if plain[name] != "" || full[name] == "" {
			t.Errorf("%s belongs to a site with a base URL only", name)
		}
	}
	for _, s := range []string{`rel="canonical"`, `rel="alternate" hreflang`, "og:url"} {
		if strings.Contains(plain["en/index.html"], s) {
			t.Errorf("without a base URL: %s", s)
		}
		if !strings.Contains(full["en/index.html"], s) {
			t.Errorf("with a base URL no %s", s)
		}
	}
	for _, s := range []string{
		`hreflang="zh-CN" href="https://example.org/repo/zh/"`, `hreflang="en" href="https://example.org/repo/en/"`, `hreflang="x-default" href="https://example.org/repo/"`,
	} {
		if !strings.Contains(full["en/index.html"], s) {
			t.Errorf("no %s", s)
		}
	}
	if !strings.Contains(full["404.html"], `href="https://example.org/repo/zh/index.html"`) {
		t.Error("404.html is served under any address: its links must be whole")
	}
	if n := strings.Count(full["en/feed.xml"], "<entry>"); n != 5 {
		t.Errorf("the feed holds %d runs; 5 stand (3 load tests, 2 evaluations): no simulated, replaced, withdrawn or interrupted ones beside them", n)
	}
	res, err := Site(context.Background(), Options{Store: store, Config: testConfig(), Out: filepath.Join(t.TempDir(), "x")})
	if err != nil || len(res.Notes) != 1 || len(res.Problems) != 1 || res.Pages == 0 {
		t.Errorf("result %+v, %v", res, err)
	}
}

// find returns the texts of the elements that have the class (".x"), the id
// ("#x") or the name.
func find(p *parsed, selector string) []string {
	var out []string
	nodes(p.root, func(n *html.Node) {
		ok := n.Data == selector
		switch selector[0] {
		case '.':
			ok = strings.Contains(" "+attr(n, "class")+" ", " "+selector[1:]+" ")
		case '#':
			ok = attr(n, "id") == selector[1:]
		}
		if ok {
			out = append(out, innerText(n))
		}
	})
	return out
}

func TestKeyFacts(t *testing.T) {
	store := testStore(t)
	set, err := dataset.Load(store, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	out := renderTo(t, store, testConfig())
	run := func(ref string) string {
		runs, err := set.Match(ref)
		if err != nil || len(runs) == 0 {
			t.Fatal(ref, err)
		}
		return "runs/" + runs[0].ID + "/"
	}
	nvfp4 := run("precision=NVFP4,kind=load")
	var replaced, withdrawn string
	for _, r := range set.Runs {
		if r.Replacer != nil {
			replaced = "runs/" + r.ID + "/"
		}
		if r.Withdrawn != nil {
			withdrawn = "runs/" + r.ID + "/"
		}
	}
	for _, c := range []struct{ page, selector, want string }{
		{"en/" + nvfp4, "h1", "Qwen3-32B NVFP4, concurrency 16, 64 requests"},
		{"zh/" + nvfp4, "h1", "Qwen3-32B NVFP4，并发数 16，64 个请求"},
		{"en/" + nvfp4, ".tile", "606.47 tokens/s"},
		{"en/" + nvfp4, ".tile", "2 of 64 requests failed"},
		{"en/" + nvfp4, ".tile", "6.76 s"},
		{"en/" + nvfp4, ".notice", "Prefix cache hit rate 85.9%."},
		{"zh/" + nvfp4, ".notice", "所有请求用了同一条提示词。"},
		{"en/" + nvfp4, ".proto", "max_tokens256"},
		{"en/" + nvfp4, ".proto", "one prompt, 110 tokens"},
		{"en/" + nvfp4, "#latency", "exclusive"},
		{"en/" + nvfp4, "#failures", "timeout"},
		{"en/" + nvfp4, "#environment", "284,992 tokens"},
		{"en/" + nvfp4, "#commands", "--max-tokens 256"},
		{"en/" + nvfp4, "#raw", "bench.json"},
		{"en/" + nvfp4, "#cite", "benchsite-"},
		{"en/" + nvfp4, ".foot", "by benchsite v1"},
		{"en/" + run("precision=NVFP4,kind=eval"), "#changes", "60.0%"},
		{"en/" + run("precision=NVFP4,kind=eval"), ".tile", "80.0%"},
		{"en/" + run("precision=BF16,kind=eval"), "#outcomes", "first 10 of 500"},
		{"en/" + replaced, ".relations", "replaced by"},
		{"zh/" + withdrawn, ".relations", "时钟有误。"},
		{"en/", ".finding", "NVFP4 delivers 1.88× the output throughput of BF16: 606.47 vs 322.09 tokens/s"},
		{"zh/", ".finding", "NVFP4 的输出吞吐量是 BF16 的 1.88 倍"},
		{"en/", "#coverage", "606.47"},
		{"en/runs/", ".runs", "606.47 tokens/s"},
		{"en/runs/2025-12/", "h1", "Runs of 2025-12"},
		{"en/problems/", ".probs", "2025-12-22/broken.00000000.json"},
	} {
		p := parsePage(t, out, c.page+"index.html")
		text := strings.ReplaceAll(strings.Join(find(p, c.selector), "\n"), "\u00a0", " ")
		if !strings.Contains(text, c.want) {
			t.Errorf("%s %s: no %q in %.600q", c.page, c.selector, c.want, text)
		}
	}
	// p99 of 62 requests is not shown, though the artifact holds it.
	if text := strings.Join(find(parsePage(t, out, "en/"+nvfp4+"index.html"), "#latency"), ""); strings.Count(text, "6.80") != 1 { // the maximum
		t.Errorf("latency shows a percentile of too few requests: %q", text)
	}
	for name, b := range tree(t, out) {
		if strings.HasSuffix(name, ".html") && name != "404.html" {
			const policy = `<meta charset="utf-8">` + "\n" + `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'">`
			if !strings.Contains(b, policy) {
				t.Errorf("%s: no policy right after charset", name)
			}
		}
		if strings.Contains(b, "⟦") && !strings.HasPrefix(name, "assets/") {
			t.Errorf("%s: a word or a slot is missing", name)
		}
	}
}

// What was simulated has its own group and never comes before a measurement.
func TestSimulatedStandsApart(t *testing.T) {
	store := testStore(t)
	later := loadRun("BF16", 7)
	later.Artifact.StartedAt, later.Artifact.Simulated = "2026-06-01", true
	put(t, store, later)
	out := renderTo(t, store, testConfig())
	if s := strings.Join(find(parsePage(t, out, "index.html"), ".half"), ""); strings.Contains(s, "2026-06-01") {
		t.Error("a simulated finding stands on the landing page beside measured ones")
	}
	if s := strings.Join(find(parsePage(t, out, "en/index.html"), "#simulated"), ""); !strings.Contains(s, "Simulated") {
		t.Errorf("the overview does not mark what was simulated: %q", s)
	}
	if s := strings.Join(find(parsePage(t, out, "en/index.html"), "#load"), ""); strings.Contains(s, "2026-06-01") {
		t.Error("a simulated finding stands among the measured ones")
	}

	only := artifact.Open(t.TempDir())
	put(t, only, later)
	fp8 := loadRun("FP8", 9)
	fp8.Artifact.StartedAt, fp8.Artifact.Simulated = "2026-06-01", true
	put(t, only, fp8)
	if s := strings.Join(find(parsePage(t, renderTo(t, only, testConfig()), "index.html"), ".tag"), ""); !strings.Contains(s, "Simulated") {
		t.Error("with nothing measured the landing page shows what was simulated, marked")
	}
}

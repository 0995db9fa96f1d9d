package render_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"benchsite/render/browsertest"
)

// testTwin holds charts.js to its contract on a page made by hand, where each part of an option is known.
func testTwin(t *testing.T, browser *browsertest.Browser) {
	dir := t.TempDir()
	for _, name := range []string{"index.html", "style.css", "options.js"} {
		copyFile(t, filepath.Join("testdata/twin", name), filepath.Join(dir, name))
	}
	for _, name := range []string{"charts.js", "echarts/echarts.min.js"} {
		copyFile(t, filepath.Join(assets, name), filepath.Join(dir, "assets", name))
	}
	site := browsertest.Serve(t, dir, "/repo/")
	file := browsertest.FileURL(filepath.Join(dir, "index.html"))

	t.Run("waits for the view", func(t *testing.T) {
		tab := browser.Tab(t, browsertest.View{})
		tab.Open(site.URL)
		if got := tab.Requests(); slices.ContainsFunc(got, func(u string) bool { return strings.Contains(u, "echarts") }) {
			t.Errorf("the library is loaded before a chart is near: %q", got)
		}
		if !browsertest.Eval[bool](tab, `document.querySelector("#bars .chart.w svg").getBoundingClientRect().width > 500`) {
			t.Error("the static drawing does not stand before the twin comes")
		}
	})

	for _, url := range []string{site.URL, file} {
		t.Run(url[:4], func(t *testing.T) {
			tab := browser.Tab(t, browsertest.View{})
			tab.Open(url)
			before := browsertest.Eval[float64](tab, "document.documentElement.scrollHeight")
			tab.Scroll()
			tab.Wait(`document.querySelectorAll("figure.live, figure.failed").length === 4`)

			texts := browsertest.Eval[[]string](tab, `[...document.querySelectorAll(".twin svg text")].map((e) => e.textContent)`)
			for _, want := range []string{"zero", "ten", "twenty", "10.00", "$nvfp4", "<b>B</b>", `<img src=x onerror="window.__xss=1">`,
				"10 a", "50 a", "200 a", "1 s", "5 s", "20 s", "100 s", "c = 1", "c = 8", "c = 64"} {
				if !slices.Contains(texts, want) {
					t.Errorf("the twins do not write %q: %q", want, texts)
				}
			}
			if n := browsertest.Eval[int](tab, `document.querySelectorAll(".live .static").length`); n != 2 {
				t.Errorf("%d twins, want 2", n)
			}
			if shown := browsertest.Eval[bool](tab, `[...document.querySelectorAll(".live .static, .failed .twin")].some((e) => e.checkVisibility())`); shown {
				t.Error("static drawing and twin stand on the page together")
			}
			for _, id := range []string{"broken", "lost"} {
				got := browsertest.Eval[string](tab, `(() => { const f = document.getElementById("`+id+`");
					return [f.className, f.querySelector(".static").checkVisibility(), f.querySelector("[role=status]").textContent].join(); })()`)
				if got != "fig failed,true,The static one is shown" {
					t.Errorf("%s: %s", id, got)
				}
			}
			after := browsertest.Eval[float64](tab, `document.documentElement.scrollHeight -
				[...document.querySelectorAll(".chart-error, .twin-toggle")].reduce((s, e) => s + e.getBoundingClientRect().height, 0)`)
			if after > before+80 || after < before-80 {
				t.Errorf("the page is %v px high before the twins and %v after", before, after)
			}

			// Both errors above are said on the console, and nothing else is: no violation of the policy, no missing file.
			for _, line := range tab.Console() {
				if !strings.Contains(line, "no formatter alert(1)") && !strings.Contains(line, "no options for lost") {
					t.Errorf("console: %s", line)
				}
			}
			if f := tab.Failures(); len(f) > 0 {
				t.Errorf("failed requests: %q", f)
			}
		})
	}

	t.Run("colours follow the scheme", func(t *testing.T) {
		tab := browser.Tab(t, browsertest.View{})
		tab.Open(site.URL)
		tab.Scroll()
		tab.Wait(`document.querySelectorAll("figure.live").length === 2`)
		tab.Wait(`document.querySelector('#bars .twin [fill="rgb(29, 95, 166)"]')`)
		if !browsertest.Eval[bool](tab, `document.querySelector("#bars .twin svg").outerHTML.includes('fill-opacity="0.4"')`) {
			t.Error("$fp8/40 is not drawn at 40 %")
		}
		tab.Show(browsertest.View{Scheme: browsertest.Dark})
		tab.Wait(`document.querySelector('#bars .twin [fill="rgb(116, 172, 234)"]')`)
	})

	t.Run("keyboard and tooltip", func(t *testing.T) {
		tab := browser.Tab(t, browsertest.View{Calm: true})
		tab.Open(site.URL)
		tab.Scroll()
		tab.Wait(`document.querySelectorAll("figure.live").length === 2`)
		browsertest.Eval[bool](tab, `(document.querySelector("#bars .twin").focus(), true)`)
		said := func() string {
			return browsertest.Eval[string](tab, `document.querySelector("#bars [aria-live]").textContent`)
		}
		for i, want := range []string{"A 10.00 tokens/s", `<img src=x onerror="window.__xss=1"> 20.00`, "A 9 to 12", "B 18 to 24", "B 18 to 24"} {
			tab.Press(kb.ArrowRight)
			if got := said(); got != want {
				t.Errorf("arrow %d says %q, want %q", i+1, got, want)
			}
		}
		tab.Press(kb.Home)
		tab.Press(kb.ArrowDown)
		tip := browsertest.Eval[string](tab, `document.querySelector("#bars .twin-tip").innerText`)
		if !strings.Contains(tip, `<img src=x onerror="window.__xss=1">`) {
			t.Errorf("the tooltip reads %q", tip)
		}
		tab.Press(kb.Escape)
		if got := said(); got != "" {
			t.Errorf("after Escape: %q", got)
		}
		if browsertest.Eval[bool](tab, `"__xss" in window || !!document.querySelector(".twin img")`) {
			t.Error("a text became markup")
		}
		label := browsertest.Eval[string](tab, `document.querySelector("#bars .twin").getAttribute("aria-label")`)
		if label != "Bars with intervals A 10, B 20." {
			t.Errorf("aria-label = %q", label)
		}
	})

	t.Run("back to the static drawing", func(t *testing.T) {
		tab := browser.Tab(t, browsertest.View{Width: 390})
		tab.Open(site.URL)
		tab.Scroll()
		tab.Wait(`document.querySelectorAll("figure.live").length === 2`)
		if h := browsertest.Eval[float64](tab, `document.querySelector("#bars .twin").clientHeight`); h != 280 {
			t.Errorf("on a phone the twin is %v px high, want 280 as the narrow drawing", h)
		}
		tab.Click("#bars .twin-toggle")
		got := browsertest.Eval[string](tab, `[document.querySelector("#bars .twin-toggle").textContent,
			document.querySelector("#bars .chart.n").checkVisibility(), document.querySelector("#bars .twin").checkVisibility()].join()`)
		if got != "Interactive chart,true,false" {
			t.Errorf("after the button: %s", got)
		}
		tab.Show(browsertest.View{})
		tab.Click("#bars .twin-toggle")
		tab.Wait(`document.querySelector("#bars .twin").clientHeight === 200`)
		if w := browsertest.Eval[float64](tab, `document.querySelector("#bars .twin svg").getBoundingClientRect().width`); w < 560 {
			t.Errorf("the twin keeps the width of a phone: %v px", w)
		}
	})

	t.Run("no scripts", func(t *testing.T) {
		tab := browser.Tab(t, browsertest.View{NoScript: true})
		tab.Open(site.URL)
		if n := browsertest.Eval[int](tab, `[...document.querySelectorAll(".chart.w svg")].filter((e) => e.checkVisibility()).length`); n != 4 {
			t.Errorf("%d static drawings, want 4", n)
		}
	})

	if m := site.Missed(); len(m) > 0 {
		t.Errorf("asked for and not there: %q", m)
	}
}

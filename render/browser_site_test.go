package render_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"benchsite/render/browsertest"
)

// kinds are the pages to open: the first page of each language whose path matches. The hostile ones come apart, since a page
// of real results must be looked at as well.
var kinds = []struct{ name, path string }{
	{"overview", `$`},
	{"reports", `reports/$`},
	{"report", `reports/qwen[^/]*/$`},
	{"hostile report", `reports/hostile/$`},
	{"runs", `runs/$`},
	{"month", `runs/\d{4}-\d\d/$`},
	{"load run", `runs/2025-12-22/[^/]*/$`},
	{"evaluation", `runs/2025-12-24/[^/]*/$`},
	{"hostile load run", `runs/2024-01-02/[^/]*/$`},
	{"hostile evaluation", `runs/2024-01-03/[^/]*/$`},
	{"item", `runs/.*/items/.*/$`},
	{"problems", `problems/$`},
	{"compare", `compare/$`},
	{"comparison", `compare/[^/]+/$`},
	{"trends", `trends/$`},
	{"method", `method/$`},
}

// optional kinds have no page while the artifacts give no reason for one.
var optional = []string{"item", "compare", "comparison", "trends", "month"}

type openPage struct{ name, path string }

// pagesOf returns the landing page, 404 and one page of each kind in both languages, as paths below the site. whole says that
// the site holds what addHostile adds.
func pagesOf(t *testing.T, out string, whole bool) []openPage {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS(out), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Base(name) == "index.html" {
			all = append(all, strings.TrimSuffix(name, "index.html"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	pages := []openPage{{"landing", ""}, {"404", "404.html"}}
	for _, lang := range []string{"zh", "en"} {
		for _, kind := range kinds {
			form := regexp.MustCompile("^" + lang + "/" + kind.path)
			i := slices.IndexFunc(all, form.MatchString)
			if i >= 0 {
				pages = append(pages, openPage{lang + " " + kind.name, all[i]})
			} else if whole && !slices.Contains(optional, kind.name) {
				t.Errorf("the site has no page of the kind %s in %s", kind.name, lang)
			}
		}
	}
	return pages
}

// testSite opens the rendered site as a reader's browser would: under a path, at the root, and from a folder.
func testSite(t *testing.T, browser *browsertest.Browser) {
	artifacts := copyArtifacts(t)
	addHostile(t, artifacts)
	out := renderSite(t, artifacts)
	pages := pagesOf(t, out, true)
	repo := browsertest.Serve(t, out, "/repo/")

	t.Run("repo", func(t *testing.T) { openAll(t, browser, pages, repo.URL, true) })
	// Where a site stands changes addresses, not words: one language each is enough there.
	t.Run("root", func(t *testing.T) {
		root := browsertest.Serve(t, out, "/")
		openAll(t, browser, without(pages, "zh "), root.URL, false)
		if m := root.Missed(); len(m) > 0 {
			t.Errorf("asked for and not there: %q", m)
		}
	})
	t.Run("file", func(t *testing.T) { openAll(t, browser, without(pages, "en "), browsertest.FileURL(out+"/"), false) })
	t.Run("no scripts", func(t *testing.T) { withoutScripts(t, browser, pages, repo.URL) })
	t.Run("language switch", func(t *testing.T) { languageSwitch(t, browser, pages, repo.URL) })
	t.Run("sorting", func(t *testing.T) { sortByKeyboard(t, browser, repo.URL) })
	t.Run("comparing", func(t *testing.T) { compareByKeyboard(t, browser, repo.URL) })
	t.Run("comparing from a folder", func(t *testing.T) { compareByKeyboard(t, browser, browsertest.FileURL(out+"/")) })
	if m := repo.Missed(); len(m) > 0 {
		t.Errorf("asked for and not there: %q", m)
	}
}

func without(pages []openPage, prefix string) []openPage {
	return slices.DeleteFunc(slices.Clone(pages), func(p openPage) bool { return strings.HasPrefix(p.name, prefix) })
}

// openAll opens every page below base and scrolls through it. thorough adds axe in both colour schemes and the width of a phone.
func openAll(t *testing.T, browser *browsertest.Browser, pages []openPage, base string, thorough bool) {
	axe := []byte(read(t, "testdata/axe/axe.min.js"))
	for _, page := range pages {
		t.Run(page.name, func(t *testing.T) {
			tab := browser.Tab(t, browsertest.View{})
			url := base + page.path
			if strings.HasPrefix(base, "file:") && !strings.HasSuffix(url, ".html") {
				url += "index.html" // a browser shows the folder otherwise
			}
			tab.Open(url)
			tab.Scroll()
			chartsUp(t, tab)

			for _, u := range tab.Requests() {
				if !strings.HasPrefix(u, base) {
					t.Errorf("asks for %s outside of %s", u, base)
				}
			}
			if f := tab.Failures(); len(f) > 0 {
				t.Errorf("failed requests: %q", f)
			}
			if c := tab.Console(); len(c) > 0 {
				t.Errorf("console: %q", c)
			}
			if twice := browsertest.Eval[[]string](tab, `[...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) < i)`); len(twice) > 0 {
				t.Errorf("ids that stand twice: %q", twice)
			}
			if strings.Contains(page.name, "hostile") {
				staysText(t, tab)
			}
			if !thorough {
				return
			}
			found := map[string]bool{} // most violations are the same in both schemes and at both widths
			for _, width := range []int64{0, 390} {
				for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
					tab.Show(browsertest.View{Scheme: scheme, Width: width})
					for _, v := range tab.Axe(axe) {
						if text := v.String(); !found[text] {
							found[text] = true
							t.Errorf("axe, %s, %d px: %s", scheme, width, text)
						}
					}
				}
			}
			for _, width := range []int64{390, 320} {
				tab.Show(browsertest.View{Width: width})
				tab.Settle()
				if w := browsertest.Eval[int64](tab, "document.documentElement.scrollWidth"); w > width {
					t.Errorf("at %d px the page is %d px wide: %s", width, w, widest(tab))
				}
			}
		})
	}
}

// chartsUp waits until every chart of the page has its twin, and holds the twin to the words and numbers of the static drawing.
func chartsUp(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Wait(`[...document.querySelectorAll("figure[data-chart]")].every((f) => f.matches(".live, .failed"))`)
	got := browsertest.Eval[[]string](tab, `[...document.querySelectorAll("figure[data-chart]")].filter((f) =>
		!f.querySelector(".twin svg :is(path, text)") || f.querySelector(".static").checkVisibility()).map((f) => f.id)`)
	if len(got) > 0 {
		t.Errorf("charts without an interactive twin: %q", got)
	}
	for _, difference := range browsertest.Eval[[]string](tab, `(() => {
		const parts = (text) => [...text.childNodes].filter((e) => e.nodeName !== "title"); // a title is the whole of a text cut short
		const words = (svg) => [...svg.querySelectorAll("text")].flatMap(parts).map((e) => e.textContent).join(" ").split(/\s+/).sort().join(" ").trim();
		return [...document.querySelectorAll("figure[data-chart].live")].flatMap((f) => {
			const still = [...f.querySelectorAll(".static svg")].map(words), twin = words(f.querySelector(".twin svg"));
			// Names too long for the room are cut in both, not always at the same letter.
			return still.includes(twin) || still[0].includes("…") ? [] : [f.id + " writes " + twin.slice(0, 1000) + "\nbut drawn still it writes " + still[0].slice(0, 1000)];
		}); })()`) {
		t.Error(difference)
	}
}

// staysText holds a page full of hostile strings to showing them: nothing ran, nothing became an element.
func staysText(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	if browsertest.Eval[bool](tab, `"__xss" in window`) {
		t.Error("a string of an artifact ran as a script")
	}
	if d := tab.Dialogs(); len(d) > 0 {
		t.Errorf("dialogs: %q", d)
	}
	if n := browsertest.Eval[int](tab, `document.querySelectorAll("img, [onerror], [href^='javascript:']").length`); n > 0 {
		t.Errorf("%d elements were made by strings of an artifact", n)
	}
	if !browsertest.Eval[bool](tab, "document.body.innerText.includes(`</script><img src=x onerror=`)") {
		t.Error("the hostile text does not show")
	}
}

// widest names the element that reaches farthest to the right, for the message.
func widest(tab *browsertest.Tab) string {
	return browsertest.Eval[string](tab, `(() => {
		const clipped = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
		const all = [...document.body.querySelectorAll("*")].filter((e) => e.checkVisibility() && !clipped(e));
		const right = (e) => Math.round(e.getBoundingClientRect().right);
		return all.reduce((a, b) => right(b) >= right(a) ? b : a).outerHTML.slice(0, 200); // of equals the innermost
	})()`)
}

// withoutScripts: everything is there to read, and no interactive part is offered.
func withoutScripts(t *testing.T, browser *browsertest.Browser, pages []openPage, base string) {
	tab := browser.Tab(t, browsertest.View{NoScript: true})
	charts := 0
	for _, page := range pages {
		tab.Open(base + page.path)
		got := browsertest.Eval[[]bool](tab, `[...document.querySelectorAll("figure[data-chart]")].map((f) =>
			[...f.querySelectorAll(".static svg")].some((s) => s.checkVisibility() && s.querySelector("path, rect, line, circle")))`)
		charts += len(got)
		if slices.Contains(got, false) {
			t.Errorf("%s: a chart is not drawn", page.name)
		}
		if !browsertest.Eval[bool](tab, `document.querySelector("h1").checkVisibility()`) {
			t.Errorf("%s: no heading", page.name)
		}
		// What a table or a drawing says is text in the page, not made by a script.
		silent := browsertest.Eval[[]string](tab, `(() => {
			const hidden = (e) => !e.closest("[hidden], .n, .hint, template") && !(e.closest("svg") || e).checkVisibility();
			const cells = [...document.querySelectorAll("main :is(h1, h2, h3, p, li, dt, dd)")].filter((e) => !e.closest("details:not([open])") && e.textContent.trim() && hidden(e));
			const drawn = [...document.querySelectorAll("figure[data-chart] .static .w svg")].filter((s) => !/[0-9]/.test(s.textContent));
			return [...cells, ...drawn].map((e) => e.outerHTML.slice(0, 160));
		})()`)
		if len(silent) > 0 {
			t.Errorf("%s: without scripts these do not show: %q", page.name, silent[:min(len(silent), 5)])
		}
		if n := browsertest.Eval[int](tab, `document.querySelector("main").innerText.trim().length`); n < 60 {
			t.Errorf("%s: without scripts only %d characters are to be read", page.name, n)
		}
	}
	if charts == 0 {
		t.Error("no page has a chart")
	}
}

// languageSwitch: the link leads to the same page, query and anchor in the other language, and back.
func languageSwitch(t *testing.T, browser *browsertest.Browser, pages []openPage, base string) {
	tab := browser.Tab(t, browsertest.View{})
	for _, page := range pages {
		if !strings.HasPrefix(page.path, "zh/") {
			continue
		}
		tab.Open(base + page.path)
		anchor := browsertest.Eval[string](tab, `(document.querySelector("main [id]") || {id: "main"}).id`)
		tab.Open(base + page.path + "?q=1#" + anchor)
		for _, lang := range []string{"en", "zh"} {
			tab.Follow(`.lang a[hreflang^="` + lang + `"]`)
			got := browsertest.Eval[string](tab, `decodeURIComponent(location.href)`)
			want := base + strings.Replace(page.path, "zh/", lang+"/", 1)
			if got = strings.Replace(got, "/index.html", "/", 1); got != want+"?q=1#"+anchor {
				t.Errorf("%s: the switch to %s leads to %s", page.name, lang, got)
			}
			if !browsertest.Eval[bool](tab, `!!document.getElementById(decodeURIComponent(location.hash.slice(1)))`) {
				t.Errorf("%s: #%s is not there in %s", page.name, anchor, lang)
			}
			if tag := browsertest.Eval[string](tab, "document.documentElement.lang"); !strings.HasPrefix(tag, lang) {
				t.Errorf("%s: lang is %q after the switch to %s", page.name, tag, lang)
			}
		}
	}
}

// sortByKeyboard: a column of the table of runs is reached with Tab and sorted with Enter, both ways.
func sortByKeyboard(t *testing.T, browser *browsertest.Browser, base string) {
	tab := browser.Tab(t, browsertest.View{})
	tab.Open(base + "en/runs/")
	const column = `[...document.querySelectorAll("main table")].flatMap((t) => [...t.querySelectorAll("th[data-sort]")]).find((h) => h.querySelector("button"))`
	tab.Wait(column)
	const state = `(() => { const h = ` + column + `; const i = h.cellIndex;
		return [h.getAttribute("aria-sort") || "none", ...[...h.closest("table").querySelectorAll("tbody tr")].filter((r) => r.checkVisibility())
			.map((r) => r.cells[i].dataset.value || r.cells[i].innerText)]; })()`
	browsertest.Eval[bool](tab, `(`+column+`.querySelector("button").focus(), true)`)
	seen := map[string]bool{}
	for range 2 {
		tab.Press(kb.Enter)
		now := browsertest.Eval[[]string](tab, state)
		seen[now[0]] = true
		sorted := slices.Clone(now[1:])
		slices.Sort(sorted)
		if now[0] == "descending" {
			slices.Reverse(sorted)
		}
		if !slices.Equal(now[1:], sorted) {
			t.Errorf("sorted %s: %q", now[0], now[1:])
		}
	}
	if !seen["ascending"] || !seen["descending"] {
		t.Errorf("Enter on the head of a column gives %v, want ascending and descending", seen)
	}
}

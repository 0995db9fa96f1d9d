package render_test

import (
	"strings"
	"testing"

	"benchsite/render/browsertest"

	"github.com/chromedp/chromedp/kb"
)

// compareByKeyboard: the address names a pair, its prepared statistics come in; swapping and removing are keys on buttons, and the
// address follows. Runs under two protocols get no ratio.
func compareByKeyboard(t *testing.T, browser *browsertest.Browser, base string) {
	tab := browser.Tab(t, browsertest.View{})
	page := base + "en/compare/"
	if strings.HasPrefix(base, "file:") {
		page += "index.html"
	}
	tab.Open(page)
	tab.Wait(`document.querySelector("#add-run option:nth-child(2)")`)
	pair := browsertest.Eval[string](tab, `benchsite.compare.pairs[0]`)
	a, b, _ := strings.Cut(pair, "-")
	tab.Open(page + "?runs=" + a + "," + b)
	tab.Wait(`document.querySelector('[data-pair="` + pair + `"] section h2')`)
	if got := browsertest.Eval[string](tab, `document.querySelector("#compare .compared h2").textContent`); got != "Can they be compared" {
		t.Errorf("the first thing under the head is %q", got)
	}
	browsertest.Eval[bool](tab, `(document.getElementById("swap-sides").focus(), true)`)
	tab.Press(kb.Enter)
	tab.Wait(`document.querySelector('[data-pair="` + b + "-" + a + `"] section h2')`)
	if got := browsertest.Eval[string](tab, "location.search"); got != "?runs="+b+","+a {
		t.Errorf("after swapping the address says %s", got)
	}
	if got := browsertest.Eval[string](tab, "document.activeElement.id"); got != "swap-sides" {
		t.Errorf("after swapping the focus is on %q", got)
	}
	if got := browsertest.Eval[string](tab, `document.querySelector("a[data-switch]").search`); got != "?runs="+b+","+a {
		t.Errorf("the language switch leads to %s", got)
	}
	browsertest.Eval[bool](tab, `(document.getElementById("remove-0").focus(), true)`)
	tab.Press(kb.Enter)
	if got := browsertest.Eval[string](tab, "location.search"); got != "?runs="+a {
		t.Errorf("after removing B the address says %s", got)
	}
	// Two protocols: what was recorded stands side by side, without a ratio.
	other := browsertest.Eval[string](tab, `(() => { const r = benchsite.compare.runs, p = benchsite.compare.pairs;
		for (const x of r) for (const y of r) if (x.protocol !== y.protocol && !p.includes(x.hash + "-" + y.hash)) return x.hash + "," + y.hash;
		return ""; })()`)
	if other == "" {
		t.Fatal("all runs are under one protocol")
	}
	tab.Open(page + "?runs=" + other)
	tab.Wait(`document.querySelector("#compare .compared table.diff")`)
	if got := browsertest.Eval[string](tab, `document.querySelector("#compare .compared p").textContent`); got != "Protocols differ: no ratio, no test." {
		t.Errorf("two protocols say %q", got)
	}
	if list := tab.Console(); len(list) > 0 {
		t.Errorf("console: %q", list)
	}
}

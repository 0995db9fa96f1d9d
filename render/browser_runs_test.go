package render_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"benchsite/collect/artifact"
	"benchsite/render"
	"benchsite/render/browsertest"
	"benchsite/render/dataset"
	"benchsite/render/synthetic"
)

// copies of the rendered rows make a list of copies × renderedRuns.
const (
	renderedRuns = 208
	copies       = 48
)

// testRuns looks at the run table with about ten thousand rows: those of a rendered site, over and over under other hashes.
func testRuns(t *testing.T, browser *browsertest.Browser) {
	artifacts, out := t.TempDir(), filepath.Join(t.TempDir(), "site")
	if err := synthetic.Write(artifacts, synthetic.Options{N: renderedRuns}); err != nil {
		t.Fatal(err)
	}
	if _, err := render.Site(context.Background(), render.Options{Store: artifact.Open(artifacts), Config: dataset.DefaultConfig(), Out: out}); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(out, "en", "runs", "index.html"))
	if n := strings.Count(page, "<tr"); n != 201 {
		t.Errorf("without scripts the list of %d runs has %d rows with its head, want 201", renderedRuns, n)
	}
	first := regexp.MustCompile(`(?s)<tbody>\s*(<tr.*?</tr>)`).FindStringSubmatch(page)[1]
	total := multiply(t, filepath.Join(out, "en", "runs"), page)

	tab := browser.Tab(t, browsertest.View{})
	base := browsertest.Serve(t, out, "/").URL
	tab.Open(base + "en/runs/")
	tab.Wait(`!document.querySelector("form[data-filters]").hidden`)
	count := func() string {
		return browsertest.Eval[string](tab, `document.querySelector("[data-count]").textContent`)
	}
	all := fmt.Sprintf("%s of %s shown", thousands(total), thousands(total))
	if got := count(); got != all {
		t.Errorf("the table says %q, want %q", got, all)
	}
	t.Logf("first paint and ready, in ms: %v", browsertest.Eval[[]float64](tab, `[...performance.getEntriesByName("first-contentful-paint").map((e) => Math.round(e.startTime)), Math.round(performance.now())]`))
	if n := browsertest.Eval[int](tab, `document.querySelectorAll("table.runs tr").length`); n > 150 {
		t.Errorf("%d rows are drawn", n)
	}
	if n := browsertest.Eval[string](tab, `document.querySelector("table.runs").getAttribute("aria-rowcount")`); n != fmt.Sprint(total+1) {
		t.Errorf("a screen reader hears of %s rows", n)
	}

	// A row is the same whether the page or the script made it.
	want, _ := json.Marshal(first)
	if differ := browsertest.Eval[string](tab, `(() => {
		const box = document.createElement("tbody");
		box.innerHTML = `+string(want)+`;
		const made = document.querySelector('table.runs tr[aria-rowindex="2"]').cloneNode(true), was = box.firstChild;
		made.removeAttribute("aria-rowindex"); was.removeAttribute("id");
		const text = (e) => e.outerHTML.replace(/[0-9a-f]{8}\/index\.html/, "");
		return text(made) === text(was) ? "" : text(made) + "\n" + text(was);
	})()`); differ != "" {
		t.Errorf("the rows of script and page differ:\n%s", differ)
	}

	// Scrolling draws what comes into view.
	for _, to := range []float64{.5, 1} {
		browsertest.Eval[bool](tab, fmt.Sprintf(`(window.scrollTo(0, document.body.scrollHeight * %g), true)`, to))
		tab.Wait(fmt.Sprintf(`(() => {
			const rows = [...document.querySelectorAll("table.runs tr[aria-rowindex]")].filter((r) => { const b = r.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; });
			return rows.length > 5 && rows.every((r) => r.cells.length > 5) && +rows[0].getAttribute("aria-rowindex") > %d;
		})()`, int(to*float64(total)*.9)-100))
	}
	tab.Wait(fmt.Sprintf(`document.querySelector('table.runs tr[aria-rowindex="%d"]')`, total+1))

	set := func(name, value string) {
		browsertest.Eval[bool](tab, fmt.Sprintf(`(() => { const e = document.querySelector("form[data-filters]").elements[%q]; e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`, name, value))
	}
	shown := func() int {
		n := 0
		fmt.Sscan(strings.ReplaceAll(count(), ",", ""), &n)
		return n
	}
	ms := browsertest.Eval[float64](tab, `(() => { const e = document.querySelector("form[data-filters]").elements.q; const t = performance.now(); e.value = "fp8 c = 16"; e.dispatchEvent(new Event("input", {bubbles: true})); return performance.now() - t; })()`)
	t.Logf("a first search over %d runs took %.0f ms", total, ms)
	if n := shown(); n == 0 || n >= total {
		t.Errorf("a search for FP8 at 16 finds %d", n)
	}
	// The name of a notice in the other language is found as well, in part, and finds what the filter finds.
	words := read(t, filepath.Join(out, "en", "runs", "words.js"))
	title := regexp.MustCompile(`"single-repeat":"(\p{Han}{3})`).FindStringSubmatch(words)
	if title == nil {
		t.Fatalf("no Chinese words for single-repeat in %q", words)
	}
	set("q", title[1])
	inWords := shown()
	set("q", "")
	set("notice", "single-repeat")
	if n := shown(); n == 0 || n > inWords {
		t.Errorf("%q finds %d runs, the filter %d", title[1], inWords, n)
	}
	set("notice", "")
	set("from", "2023-01-10")
	set("to", "2023-01-11")
	set("precision", "BF16")
	narrow := shown()
	if narrow == 0 || narrow >= total {
		t.Errorf("two days and a precision leave %d runs", narrow)
	}

	// Sorting by keyboard, choosing columns; all of it stands in the address and comes back from it.
	browsertest.Eval[bool](tab, `(document.querySelectorAll("table.runs th button")[4].focus(), true)`)
	tab.Press(kb.Enter)
	browsertest.Eval[bool](tab, `(() => { const box = document.querySelector("[data-columns]"); box.parentNode.open = true; [...box.querySelectorAll("label")].at(-1).querySelector("input").click(); return true; })()`)
	const state = `JSON.stringify([document.querySelector("[data-count]").textContent, [...document.querySelectorAll("table.runs th[aria-sort]")].map((h) => h.innerText + h.getAttribute("aria-sort")),
		[...document.querySelectorAll("table.runs thead th:not([hidden])")].length, document.querySelector("table.runs tr[aria-rowindex='2']").innerText])`
	before, address := browsertest.Eval[string](tab, state), browsertest.Eval[string](tab, "location.href")
	for _, part := range []string{"from=2023-01-10", "to=2023-01-11", "precision=BF16", "sort=-result", "cols=date,subject,"} {
		if !strings.Contains(address, part) {
			t.Errorf("%s is not in the address %s", part, address)
		}
	}
	if !strings.Contains(before, "Resultdescending") {
		t.Errorf("after Enter on the head: %s", before)
	}
	if to := browsertest.Eval[string](tab, `document.querySelector("a[data-switch]").href`); !strings.Contains(to, "sort=-result") {
		t.Errorf("the other language opens %s", to)
	}
	tab.Open(address)
	tab.Wait(`!document.querySelector("form[data-filters]").hidden`)
	if after := browsertest.Eval[string](tab, state); after != before {
		t.Errorf("the address brings back\n%s\nwant\n%s", after, before)
	}

	// The file holds what is shown, guarded, numbers as numbers.
	csv := browsertest.Eval[string](tab, `new Promise((done) => {
		const was = URL.createObjectURL;
		URL.createObjectURL = (blob) => { blob.text().then(done); URL.createObjectURL = was; return "data:,"; };
		document.querySelector("[data-csv]").click();
	})`)
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	if len(lines) != narrow+1 || !strings.HasPrefix(lines[0], "id,date,subject,type,protocol,result") {
		t.Errorf("the CSV has %d lines, want %d; head %q", len(lines), narrow+1, lines[0])
	}
	if !strings.Contains(csv, ",'=1+1") || !regexp.MustCompile(`,\d+(\.\d+)?,`).MatchString(lines[1]) {
		t.Errorf("formulas or numbers: %q", lines[:2])
	}
	if said := tab.Console(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
}

// multiply gives the list in a folder its rows many times over, each time under other hashes and in a month of their own, and one name
// that a spreadsheet could run. It returns how many there are.
func multiply(t *testing.T, dir, page string) int {
	t.Helper()
	months := strings.Fields(regexp.MustCompile(`data-rows="([^"]*)"`).FindStringSubmatch(page)[1])
	total := 0
	var names []string
	for n := range copies {
		for _, month := range months {
			var data [2]json.RawMessage
			text := read(t, filepath.Join(dir, month, "rows.js"))
			text = strings.TrimSuffix(strings.TrimSpace(text), ");")
			if err := json.Unmarshal([]byte(text[strings.Index(text, ",")+1:]), &data); err != nil {
				t.Fatal(err)
			}
			var rows [][]any
			var words []string
			if err := json.Unmarshal(data[1], &rows); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data[0], &words); err != nil {
				t.Fatal(err)
			}
			for i, w := range words {
				if w == "vLLM 0.4.0" {
					words[i] = "=1+1"
				}
			}
			for _, r := range rows {
				r[1] = fmt.Sprintf("%08x", total)
				total++
			}
			name := fmt.Sprintf("%s-%02d", month, n)
			names = append(names, name)
			all, _ := json.Marshal([]any{words, rows})
			if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name, "rows.js"), fmt.Appendf(nil, "benchsite.rows(%q,%s);\n", name, all), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	page = regexp.MustCompile(`data-rows="[^"]*"`).ReplaceAllString(page, `data-rows="`+strings.Join(names, " ")+`"`)
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	return total
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

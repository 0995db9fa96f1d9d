package preview_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/render/browsertest"
	"benchsite/render/preview"
)

// In a browser: the policy of the page lets the script and its events through
// and nothing is said on the console; a fault lies over the page and goes; the
// page loads again when the site was made anew.
func TestOpenPageReloads(t *testing.T) {
	dir := t.TempDir()
	page := func(words string) {
		t.Helper()
		html := `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="` +
			`default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'">` +
			`<title>t</title><link rel="icon" href="data:,"></head><body><h1>` + words + `</h1></body></html>`
		if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(html), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	page("before")
	ctx, cancel := context.WithCancel(context.Background())
	s, err := preview.Listen(ctx, "127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		s.Close()
	}()
	tab := browsertest.Start(t).Tab(t, browsertest.View{})
	tab.Open(s.URL())
	tab.Wait(`document.querySelector("h1").textContent === "before"`)
	s.Fail([]string{`reports/x/zh.md:3: <img src=x onerror="document.title='harm'">`})
	tab.Wait(`!!document.querySelector("#benchsite-faults code")`)
	if got := browsertest.Eval[string](tab, `document.querySelector("#benchsite-faults").innerText`); !strings.Contains(got, "reports/x/zh.md:3: <img") || !strings.Contains(got, "之前的页面") {
		t.Errorf("the fault reads %q", got)
	}
	s.Clear()
	tab.Wait(`!document.querySelector("#benchsite-faults")`)
	page("after")
	s.Reload()
	tab.Wait(`document.querySelector("h1").textContent === "after"`)
	if got := browsertest.Eval[string](tab, `document.title`); got != "t" {
		t.Errorf("title %q", got)
	}
	if said := tab.Console(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
}

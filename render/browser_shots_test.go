package render_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/render/browsertest"
)

var shots = flag.String("shots", "", "write pictures of the pages to this `FOLDER` (from the root of the repository)")

// TestScreenshots takes pictures of one page of each kind, in both languages, as desktop and phone, light and dark, to lay them
// beside each other:
//
//	go test ./render -run TestScreenshots -shots shots
//
// Without the flag there is nothing to do: it checks nothing.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		return
	}
	dir := *shots
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	browser := browsertest.Start(t)
	out := renderSite(t, copyArtifacts(t))
	site := browsertest.Serve(t, out, "/")
	tab := browser.Tab(t, browsertest.View{})
	for _, page := range pagesOf(t, out, false) {
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
				tab.Show(browsertest.View{Width: width, Scheme: scheme, Calm: true})
				tab.Open(site.URL + page.path)
				tab.Scroll()
				chartsUp(t, tab)
				name := fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(page.name, " ", "-"), width, scheme)
				if err := os.WriteFile(filepath.Join(dir, name), tab.Screenshot(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

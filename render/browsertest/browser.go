// Package browsertest drives one headless Chromium for the tests of rendered pages: it opens pages, records what they ask
// for and what they say on the console, emulates widths and colour schemes, runs axe and takes pictures.
//
// Only tests import it. It knows nothing of our pages: what to expect stands in the tests.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// ErrNoBrowser is the answer of Find on a machine without Chromium.
var ErrNoBrowser = errors.New("no Chromium found: `apt-get install chromium` (Debian) or `brew install --cask chromium` (macOS), " +
	"or name the program in BENCHSITE_CHROMIUM")

// programs are looked up in this order, first in PATH, then as they stand.
var programs = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Find returns the path of Chromium, or ErrNoBrowser. The environment variable BENCHSITE_CHROMIUM stands above the search.
func Find() (string, error) {
	if named := os.Getenv("BENCHSITE_CHROMIUM"); named != "" {
		return exec.LookPath(named)
	}
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

// Browser is a running Chromium. It ends with the test that started it.
type Browser struct{ ctx context.Context }

// Start starts Chromium. Without one the test is skipped and says so; under CI=true it fails, so that a green run has seen
// every page.
func Start(t *testing.T) *Browser {
	t.Helper()
	path, err := Find()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIP: the pages were not opened in a browser: %v", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		// Nothing but this machine can be reached, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	return &Browser{ctx: ctx}
}

package render_test

import (
	"os"
	"path/filepath"
	"testing"

	"benchsite/render/browsertest"
)

// TestBrowser opens pages in a real browser. One Chromium serves all of it, since starting one costs more than most pages.
func TestBrowser(t *testing.T) {
	browser := browsertest.Start(t)
	t.Run("twin", func(t *testing.T) { testTwin(t, browser) })
	t.Run("site", func(t *testing.T) { testSite(t, browser) })
	t.Run("runs", func(t *testing.T) { testRuns(t, browser) })
}

// assets is the folder of style sheet and scripts, from this package.
const assets = "../templates/assets"

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

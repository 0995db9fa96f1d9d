package render

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteOnlyWhatChanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	o := output{"index.html": []byte("a"), "zh/runs/x/index.html": []byte("b"), "zh/runs/y/index.html": []byte("c")}
	n, err := o.write(dir)
	if err != nil || n != (written{Written: 3}) {
		t.Fatal(n, err)
	}
	mine := filepath.Join(dir, "zh", "CNAME")
	writeTest(t, mine, "put here by someone")
	before, err := os.Stat(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	n, err = output{"index.html": []byte("a"), "zh/runs/x/index.html": []byte("changed")}.write(dir)
	if err != nil || n != (written{Written: 1, Removed: 1}) {
		t.Errorf("second write: %+v, %v; want one file written and one removed", n, err)
	}
	after, err := os.Stat(filepath.Join(dir, "index.html"))
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Error("a file that did not change was written again")
	}
	if _, err := os.Stat(filepath.Join(dir, "zh", "runs", "y")); err == nil {
		t.Error("the empty folder of a removed file stays")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("a file that is not in the manifest was removed")
	}
	manifest, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(manifest)), "\n")
	if len(lines) != 2 || !strings.HasSuffix(lines[0], "  index.html") || !strings.HasSuffix(lines[1], "  zh/runs/x/index.html") {
		t.Errorf("manifest: %q", manifest)
	}
	// A file that was changed by hand is brought back.
	writeTest(t, filepath.Join(dir, "index.html"), "z")
	if n, err := (output{"index.html": []byte("a"), "zh/runs/x/index.html": []byte("changed")}).write(dir); err != nil || n.Written != 1 {
		t.Errorf("after a change by hand: %+v, %v", n, err)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	writeTest(t, filepath.Join(dir, "thesis.doc"), "years of work")
	_, err := output{"index.html": []byte("a")}.write(dir)
	if !errors.Is(err, ErrForeignFolder) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Error("something was written")
	}
	if _, err := (output{"index.html": []byte("a")}).write(t.TempDir()); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestManifestCannotLeadOut(t *testing.T) {
	for _, line := range []string{"00  ../precious", "00  /etc/precious", "00  a/../../precious", "00  .benchsite-files", "no path"} {
		root := t.TempDir()
		dir := filepath.Join(root, "site")
		writeTest(t, filepath.Join(root, "precious"), "x")
		writeTest(t, filepath.Join(dir, manifestName), line+"\n")
		if _, err := (output{"index.html": nil}).write(dir); err == nil {
			t.Errorf("%q: no error", line)
		}
		if _, err := os.Stat(filepath.Join(root, "precious")); err != nil {
			t.Errorf("%q: removed a file outside", line)
		}
	}
}

package render

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written counts what a write did.
type written struct{ Written, Removed int64 }

// write brings dir to the state of these files, a unit each, with the ledger
// that lies in state.
func write(dir, state string, files map[string]string) (written, error) {
	var units []unit
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := []byte(files[name])
		units = append(units, unit{name: name, of: sha256.Sum256(data), make: func() ([]file, error) { return []file{{name, data}}, nil }})
	}
	f, err := openFolder(dir)
	if err != nil {
		return written{}, err
	}
	ledger := ledgerFile(state, dir)
	err = bring(context.Background(), f, readLedger(ledger, sum{}, f.manifest), ledger, units)
	return written{f.written.Load(), f.removed.Load()}, err
}

func TestWriteOnlyWhatChanged(t *testing.T) {
	for _, remember := range []bool{true, false} {
		dir, state := filepath.Join(t.TempDir(), "site"), t.TempDir()
		step := func(files map[string]string, want written) {
			t.Helper()
			if !remember {
				os.RemoveAll(filepath.Join(state, "site"))
			}
			if n, err := write(dir, state, files); err != nil || n != want {
				t.Errorf("wrote %+v, %v; want %+v", n, err, want)
			}
		}
		step(map[string]string{"index.html": "a", "zh/runs/x/index.html": "b", "zh/runs/y/index.html": "c"}, written{Written: 3})
		mine := filepath.Join(dir, "zh", "CNAME")
		writeTest(t, mine, "put here by someone")
		before, err := os.Stat(filepath.Join(dir, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		two := map[string]string{"index.html": "a", "zh/runs/x/index.html": "changed"}
		step(two, written{Written: 1, Removed: 1})
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
		// A file that was changed by hand, in its very size too, or taken away is brought back.
		writeTest(t, filepath.Join(dir, "index.html"), "z")
		step(two, written{Written: 1})
		if err := os.Remove(filepath.Join(dir, "zh", "runs", "x", "index.html")); err != nil {
			t.Fatal(err)
		}
		step(two, written{Written: 1})
		step(two, written{})
		if entries, _ := os.ReadDir(dir); len(entries) != 3 { // index.html, zh, the manifest
			t.Errorf("left behind: %v", entries)
		}
	}
}

// A render that is cut short leaves files that no manifest names; the journal
// does, and the next render takes them away.
func TestCutShort(t *testing.T) {
	dir, state := filepath.Join(t.TempDir(), "site"), t.TempDir()
	broken := errors.New("broken")
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	units := []unit{
		{name: "a", make: func() ([]file, error) { return []file{{"old/a.html", []byte("a")}}, nil }},
		{name: "b", make: func() ([]file, error) { return nil, broken }},
	}
	if err := bring(context.Background(), f, &ledger{}, "", units); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	n, err := write(dir, state, map[string]string{"index.html": "new"})
	if err != nil || n.Removed != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	writeTest(t, filepath.Join(dir, "thesis.doc"), "years of work")
	_, err := write(dir, t.TempDir(), map[string]string{"index.html": "a"})
	if !errors.Is(err, ErrForeignFolder) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Error("something was written")
	}
	if _, err := write(t.TempDir(), t.TempDir(), map[string]string{"index.html": "a"}); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestManifestCannotLeadOut(t *testing.T) {
	for _, line := range []string{"00  ../precious", "00  /etc/precious", "00  a/../../precious", "00  .benchsite-files", "no path"} {
		root := t.TempDir()
		dir := filepath.Join(root, "site")
		writeTest(t, filepath.Join(root, "precious"), "x")
		writeTest(t, filepath.Join(dir, manifestName), line+"\n")
		if _, err := write(dir, t.TempDir(), map[string]string{"index.html": ""}); err == nil {
			t.Errorf("%q: no error", line)
		}
		if _, err := os.Stat(filepath.Join(root, "precious")); err != nil {
			t.Errorf("%q: removed a file outside", line)
		}
	}
}

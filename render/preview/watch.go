package preview

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Times of [Watch]: how long it waits for more changes after one, and how long
// it lets a stream of them put it off.
const (
	quiet  = 100 * time.Millisecond
	atMost = time.Second
)

// Watch calls changed, one call at a time: at once, when everything is watched,
// so that no change is lost in between, and after something at the paths changed:
// a file, also one that does not exist yet or that is replaced by another of its
// name, as editors do, or a folder with everything below it, folders that are
// made later included. Names that begin with a dot are left out. It returns when
// ctx ends, or with the error that keeps it from watching.
func Watch(ctx context.Context, paths []string, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	t := tree{w: w}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return err
		}
		t.roots = append(t.roots, abs)
		if real, err := filepath.EvalSymlinks(abs); err == nil && real != abs {
			t.roots = append(t.roots, real)
		}
	}
	if err := t.cover(); err != nil {
		return err
	}
	changed()
	var first time.Time // of the changes not yet told
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if e.Op == fsnotify.Chmod || !t.concerns(e.Name) {
				continue
			}
			if st, err := os.Stat(e.Name); err == nil && st.IsDir() {
				// A new folder is watched from now on; what came into it before
				// that is seen because the call below is still to come.
				if err := t.cover(); err != nil {
					return err
				}
			}
			now := time.Now()
			if first.IsZero() {
				first = now
			}
			timer.Reset(max(0, min(quiet, atMost-now.Sub(first))))
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return err
			}
			timer.Reset(quiet) // some were lost: take it that something changed
		case <-timer.C:
			first = time.Time{}
			if err := t.cover(); err != nil { // a root may be there again
				return err
			}
			changed()
		}
	}
}

// tree is what is watched. Folders are watched, never files: a file that an
// editor replaces would be lost with the one that was there before.
type tree struct {
	w     *fsnotify.Watcher
	roots []string
}

// cover adds every folder of the roots that is not watched yet, and the folder
// above each root, in which it may appear or be replaced.
func (t *tree) cover() error {
	have := map[string]bool{}
	for _, name := range t.w.WatchList() {
		have[name] = true
	}
	add := func(dir string) error {
		if have[dir] {
			return nil
		}
		have[dir] = true
		if err := t.w.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	for _, root := range t.roots {
		if err := add(existing(filepath.Dir(root))); err != nil {
			return err
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // it went while we looked
			case err != nil:
				return err
			case !d.IsDir():
				return nil
			case path != root && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			}
			return add(path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// existing is the nearest folder at or above dir that is there.
func existing(dir string) string {
	for {
		if st, err := os.Stat(dir); err == nil && st.IsDir() || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// concerns says whether a change at the path is one of a root: at it, below it
// without a hidden name, or above it.
func (t *tree) concerns(path string) bool {
	return slices.ContainsFunc(t.roots, func(root string) bool {
		if below(path, root) {
			return true // the root itself, or a folder above it that comes or goes
		}
		rel, err := filepath.Rel(root, path)
		if err != nil || !filepath.IsLocal(rel) {
			return false
		}
		for part := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
			if strings.HasPrefix(part, ".") {
				return false
			}
		}
		return true
	})
}

// below says whether path is dir or lies below it.
func below(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"benchsite/render/cache"
)

// manifestName is the file in the output folder that lists what a render wrote
// there: only files that stand in it are ever removed. journalName takes down
// what is about to appear while a render is under way, so that one that is cut
// short leaves nothing that the next one would not know.
const (
	manifestName = ".benchsite-files"
	journalName  = ".benchsite-files.new"
	tmpSuffix    = ".benchsite-tmp"
)

// ErrForeignFolder says that the output folder holds files and no manifest of
// an earlier render: they may be anyone's.
var ErrForeignFolder = errors.New("the folder is not empty and was not written by benchsite")

// sum is a SHA-256.
type sum = cache.Sum

// made is a file as it was left in the output folder.
type made struct {
	name string // slash path from the root of the site
	sum  sum
	seen cache.Stamp // zero when it is not known
}

// folder is the output folder during one render. Files are written as they are
// made, by several goroutines: nothing but names and hashes is kept of them.
type folder struct {
	dir      string
	manifest []byte          // text of the manifest before this render
	strays   map[string]bool // files of a render that was cut short
	fresh    bool            // nothing was there before

	mu      sync.Mutex
	journal *os.File
	dirs    map[string]bool // that are known to exist

	written, removed atomic.Int64
	reseen           atomic.Bool // a file was looked into and found as it should be
}

// checkFolder says whether dir may be written into.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("%s: %w; choose another folder with --out, or empty this one", dir, ErrForeignFolder)
	}
	return nil
}

// openFolder reads what is known of dir. It writes nothing.
func openFolder(dir string) (*folder, error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	f := &folder{dir: dir, dirs: map[string]bool{}, strays: map[string]bool{}}
	var err error
	f.manifest, err = os.ReadFile(filepath.Join(dir, manifestName))
	if f.fresh = errors.Is(err, fs.ErrNotExist); err != nil && !f.fresh {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, journalName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		name, whole := strings.CutSuffix(string(line), "\n")
		if whole && filepath.IsLocal(filepath.FromSlash(name)) { // the last line may be cut short: its file was not begun
			f.strays[name] = true
		}
	}
	return f, nil
}

// names are all files of earlier renders.
func (f *folder) names() (map[string]bool, error) {
	listed, err := parseManifest(f.dir, f.manifest)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(listed))
	for name := range listed {
		out[name] = true
	}
	for name := range f.strays {
		out[name], out[name+tmpSuffix] = true, true
	}
	return out, nil
}

// readManifest reads the paths and hashes of an earlier render.
func readManifest(dir string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return parseManifest(dir, text)
}

// parseManifest refuses a line that leads out of the folder: the manifest
// decides what is removed.
func parseManifest(dir string, text []byte) (map[string]string, error) {
	out := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		hash, name, ok := strings.Cut(line, "  ")
		if !ok || name == manifestName || !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%s, line %d: not a file of this folder; remove the folder and render again", filepath.Join(dir, manifestName), n)
		}
		out[name] = hash
	}
	return out, nil
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// announce takes down names before their files are made.
func (f *folder) announce(names []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal == nil {
		if err := os.MkdirAll(f.dir, 0o777); err != nil {
			return err
		}
		// Without a manifest the folder would be foreign to the next render.
		if f.fresh {
			if _, err := replaceFile(filepath.Join(f.dir, manifestName), nil); err != nil {
				return err
			}
		}
		j, err := os.OpenFile(filepath.Join(f.dir, journalName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		f.journal = j
	}
	_, err := f.journal.WriteString(strings.Join(names, "\n") + "\n")
	return err
}

// put brings files to their state: those that differ are written, each whole.
func (f *folder) put(files []file) ([]made, error) {
	out := make([]made, len(files))
	var names []string
	for i, x := range files {
		out[i] = made{name: x.name, sum: sha256.Sum256(x.data)}
		if seen, same := holds(f.path(x.name), out[i].sum, int64(len(x.data))); same {
			out[i].seen = seen
		} else {
			names = append(names, x.name)
		}
	}
	if len(names) == 0 {
		return out, nil
	}
	if err := f.announce(names); err != nil {
		return nil, err
	}
	for i, x := range files {
		if out[i].seen != (cache.Stamp{}) {
			continue
		}
		if err := f.makeDir(path.Dir(x.name)); err != nil {
			return nil, err
		}
		seen, err := replaceFile(f.path(x.name), x.data)
		if err != nil {
			return nil, err
		}
		out[i].seen = seen
		f.written.Add(1)
	}
	return out, nil
}

func (f *folder) makeDir(dir string) error {
	f.mu.Lock()
	known := f.dirs[dir]
	f.mu.Unlock()
	if known {
		return nil
	}
	if err := os.MkdirAll(f.path(dir), 0o777); err != nil {
		return err
	}
	f.mu.Lock()
	f.dirs[dir] = true
	f.mu.Unlock()
	return nil
}

// holds reports whether a file has the content, and when it was seen so.
func holds(name string, want sum, size int64) (cache.Stamp, bool) {
	before, err := cache.Look(name)
	if err != nil || before.Size != size {
		return cache.Stamp{}, false
	}
	data, err := os.ReadFile(name)
	if err != nil || sha256.Sum256(data) != want {
		return cache.Stamp{}, false
	}
	return before, true
}

// replaceFile writes a file whole. One that is new is written in place: its name
// stands in the journal, and what a cut leaves of it is not what its hash says.
func replaceFile(name string, data []byte) (cache.Stamp, error) {
	h, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = h.Write(data)
		var seen cache.Stamp
		if err == nil {
			seen, err = cache.LookOpen(h)
		}
		if cerr := h.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(name)
		}
		return seen, err
	}
	if !errors.Is(err, fs.ErrExist) {
		return cache.Stamp{}, err
	}
	tmp := name + tmpSuffix
	err = os.WriteFile(tmp, data, 0o666)
	if err == nil {
		err = os.Rename(tmp, name)
	}
	if err != nil {
		os.Remove(tmp)
		return cache.Stamp{}, err
	}
	return cache.Look(name)
}

// remove takes files of earlier renders away, and the folders that hold nothing
// more. What is no longer there is no error.
func (f *folder) remove(names []string) error {
	for _, name := range names {
		err := os.Remove(f.path(name))
		if err == nil {
			f.removed.Add(1)
			removeEmpty(f.dir, path.Dir(name))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// removeEmpty removes the folders of a removed file that hold nothing more.
func removeEmpty(root, dir string) {
	for dir != "." && dir != "/" {
		if os.Remove(filepath.Join(root, filepath.FromSlash(dir))) != nil {
			return // it still holds something
		}
		dir = path.Dir(dir)
	}
}

// close ends a render: the manifest takes the place of the journal.
func (f *folder) close(manifest []byte) error {
	if !bytes.Equal(manifest, f.manifest) || f.fresh {
		if err := os.MkdirAll(f.dir, 0o777); err != nil {
			return err
		}
		if _, err := replaceFile(filepath.Join(f.dir, manifestName), manifest); err != nil {
			return err
		}
	}
	f.leave()
	if err := os.Remove(filepath.Join(f.dir, journalName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// leave lets go of the journal; after a render that did not come to its end the
// next one reads it.
func (f *folder) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal != nil {
		f.journal.Close()
		f.journal = nil
	}
}

// manifestText is the manifest of these files: hash and path, sorted by path.
func manifestText(files []made) []byte {
	size := 0
	for i := range files {
		size += len(files[i].name) + 2*sha256.Size + 3
	}
	slices.SortFunc(files, func(a, b made) int { return strings.Compare(a.name, b.name) })
	out := make([]byte, 0, size)
	for i := range files {
		out = appendLine(out, &files[i])
	}
	return out
}

func appendLine(out []byte, m *made) []byte {
	out = hex.AppendEncode(out, m.sum[:])
	out = append(append(out, "  "...), m.name...)
	return append(out, '\n')
}

// amend is a manifest with some of its lines changed: an entry without a hash
// is a line taken out. Both are sorted by path.
func amend(manifest []byte, changes []made) []byte {
	out := make([]byte, 0, len(manifest)+256*len(changes))
	next := func() { // writes the first change
		if changes[0].sum != (sum{}) {
			out = appendLine(out, &changes[0])
		}
		changes = changes[1:]
	}
	for line := range bytes.Lines(manifest) {
		name := string(bytes.TrimSuffix(line[min(len(line), 2*sha256.Size+2):], []byte("\n")))
		for len(changes) > 0 && changes[0].name < name {
			next()
		}
		if len(changes) > 0 && changes[0].name == name {
			next()
			continue
		}
		out = append(out, line...)
	}
	for len(changes) > 0 {
		next()
	}
	return out
}

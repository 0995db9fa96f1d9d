package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// manifestName is the file in the output folder that lists what a render wrote
// there: only files that stand in it are ever removed.
const manifestName = ".benchsite-files"

// ErrForeignFolder says that the output folder holds files and no manifest of
// an earlier render: they may be anyone's.
var ErrForeignFolder = errors.New("the folder is not empty and was not written by benchsite")

// output is a whole site by slash path from its root.
type output map[string][]byte

// written counts what a write did.
type written struct{ Written, Removed int }

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

// write brings dir to the state of the output: files that differ are written,
// files of an earlier render that are no longer made are removed, files that
// were there before are left alone. The manifest is written last: after a write
// that was cut short it still lists every file of before.
func (o output) write(dir string) (written, error) {
	var n written
	if err := checkFolder(dir); err != nil {
		return n, err
	}
	old, err := readManifest(dir)
	if err != nil {
		return n, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return n, err
	}
	// Files that are about to appear go into the manifest first, so that a render
	// that is cut short leaves nothing that the next one would not know.
	if fresh := o.missingFrom(old); len(fresh) > 0 || len(old) == 0 {
		all := maps.Clone(old)
		for _, name := range fresh {
			all[name] = ""
		}
		if err := writeManifest(dir, all); err != nil {
			return n, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		changed, err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), o[name])
		if err != nil {
			return n, err
		}
		if changed {
			n.Written++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, kept := o[name]; kept {
			continue
		}
		err := os.Remove(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil {
			n.Removed++
			removeEmpty(dir, path.Dir(name))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return n, err
		}
	}
	return n, writeManifest(dir, o.hashes())
}

func (o output) missingFrom(old map[string]string) []string {
	var out []string
	for name := range o {
		if _, ok := old[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

func (o output) hashes() map[string]string {
	out := make(map[string]string, len(o))
	for name, data := range o {
		sum := sha256.Sum256(data)
		out[name] = hex.EncodeToString(sum[:])
	}
	return out
}

// writeFile writes data unless the file already holds it. The new file takes
// the place of the old one whole.
func writeFile(name string, data []byte) (bool, error) {
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(data)) {
		if have, err := os.ReadFile(name); err == nil && bytes.Equal(have, data) {
			return false, nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return false, err
	}
	tmp := filepath.Join(filepath.Dir(name), ".benchsite-tmp")
	if err := os.WriteFile(tmp, data, 0o666); err != nil {
		os.Remove(tmp)
		return false, err
	}
	if err := os.Rename(tmp, name); err != nil {
		os.Remove(tmp)
		return false, err
	}
	return true, nil
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

// readManifest reads the paths and hashes of an earlier render. A line that
// leads out of the folder is refused: the manifest decides what is removed.
func readManifest(dir string) (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if line == "" {
			continue
		}
		hash, name, ok := strings.Cut(line, "  ")
		if !ok || name == manifestName || !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%s, line %d: not a file of this folder; remove the folder and render again", filepath.Join(dir, manifestName), i+1)
		}
		out[name] = hash
	}
	return out, nil
}

func writeManifest(dir string, files map[string]string) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b.WriteString(files[name] + "  " + name + "\n")
	}
	_, err := writeFile(filepath.Join(dir, manifestName), []byte(b.String()))
	return err
}

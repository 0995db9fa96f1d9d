package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
)

// Sizes above which a plain host has trouble with a site: GitHub Pages takes 1 GB.
const (
	manyRecords = 5000
	manyBytes   = 800_000_000
)

// recordFiles counts the files beside the artifacts that a site may hold.
func recordFiles(set *dataset.Set) (n int) {
	for _, r := range set.Runs {
		for _, a := range r.Attachments {
			if a.Kind != artifact.AttachPrivate {
				n++
			}
		}
	}
	return n
}

// ErrNotRendered says that a folder holds no site.
var ErrNotRendered = errors.New("the folder was not written by benchsite render")

// Folder is what [Inspect] found in the folder of a site.
type Folder struct {
	Files   []string // slash paths, sorted, hidden ones included
	Bytes   int64
	Records int // files beside the artifacts: records and logs

	// Faults are files that are not as render wrote them, each with what is wrong.
	Faults []FileFault
}

// FileFault is a file of a site with what is wrong with it.
type FileFault struct{ Path, What string }

// Large says in one sentence why the folder is too much for a plain host, or "".
func (f Folder) Large() string {
	switch {
	case f.Bytes > manyBytes:
		return fmt.Sprintf("the site has %d MB, and GitHub Pages takes 1000: [publish] records = \"repository\" or \"none\" in config.toml leaves the %d record files out", f.Bytes/1_000_000, f.Records)
	case f.Records > manyRecords:
		return fmt.Sprintf("the site has %d record files, more than %d: [publish] records = \"repository\" or \"none\" in config.toml leaves them out", f.Records, manyRecords)
	}
	return ""
}

// Inspect compares the folder of a site with the list that render left in it. The
// error is [ErrNotRendered] when there is no such list.
func Inspect(dir string) (Folder, error) {
	var f Folder
	if _, err := os.Stat(filepath.Join(dir, manifestName)); errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("%s: %w", dir, ErrNotRendered)
	}
	listed, err := readManifest(dir)
	if err != nil {
		return f, err
	}
	fault := func(name, what string) { f.Faults = append(f.Faults, FileFault{name, what}) }
	found := map[string]bool{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if !d.Type().IsRegular() {
			fault(name, "is no plain file")
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found[name] = true
		f.Files, f.Bytes = append(f.Files, name), f.Bytes+int64(len(data))
		if strings.HasPrefix(name, "data/artifacts/") && !strings.HasSuffix(name, ".json") {
			f.Records++
		}
		hash, known := listed[name]
		switch sum := sha256.Sum256(data); {
		case name == manifestName:
		case !known:
			fault(name, "was not written by benchsite render")
		case hash != hex.EncodeToString(sum[:]):
			fault(name, "was changed after it was rendered")
		}
		return nil
	})
	for name := range listed {
		if !found[name] {
			fault(name, "is missing")
		}
	}
	slices.Sort(f.Files)
	slices.SortFunc(f.Faults, func(a, b FileFault) int { return strings.Compare(a.Path, b.Path) })
	return f, err
}

// Stale says whether the site in dir was rendered from anything but the set: from
// other artifacts, reports or another configuration.
func Stale(dir string, set *dataset.Set) (bool, error) {
	data, err := os.ReadFile(filepath.Join(dir, "data", "index.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	var index struct{ Input string }
	if err := json.Unmarshal(data, &index); err != nil {
		return true, nil
	}
	return index.Input != set.Hash, nil
}

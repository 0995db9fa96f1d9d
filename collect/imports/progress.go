package imports

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"benchsite/collect/artifact"
)

// measure counts the files and their sizes, so that it can be said how far the
// import is. What cannot be looked at is left to the import to tell.
func (im *importer) measure(paths []string) {
	if im.Options.Progress == nil {
		return
	}
	add := func(info fs.FileInfo, err error) {
		if err == nil && info.Mode().IsRegular() {
			im.so.Of++
			im.so.Total += info.Size()
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			add(info, err)
			continue
		}
		if !im.Recursive {
			continue
		}
		filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
			if err == nil {
				add(d.Info())
			}
			return nil
		})
	}
}

// progress tells how much was read while a file is.
func (im *importer) progress(path string) func(int) {
	if im.Options.Progress == nil {
		return nil
	}
	im.so.Path = path
	return func(n int) {
		im.so.Bytes = min(im.so.Bytes+int64(n), im.so.Total)
		im.Options.Progress(im.so)
	}
}

// point is the place of a load test in a sweep over concurrency or rate.
func point(a *artifact.Artifact) *Point {
	if a.Kind != artifact.KindLoad {
		return nil
	}
	for _, axis := range []string{"concurrency", "rate"} {
		var x float64
		switch v := a.Protocol.Parameters[axis].(type) {
		case int64:
			x = float64(v)
		case float64:
			x = v
		default:
			continue
		}
		fixed := maps.Clone(a.Protocol.Parameters)
		delete(fixed, axis)
		id, err := artifact.ProtocolID(fixed)
		if err != nil {
			return nil
		}
		name := a.Subject.Name
		if name == "" {
			name = artifact.SubjectName(a.Subject)
		}
		return &Point{Subject: name, Series: a.Subject.Key() + id, Axis: axis, X: x}
	}
	return nil
}

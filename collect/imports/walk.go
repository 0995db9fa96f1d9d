package imports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// unknownForm means that no reader knows the file. Met in a folder it is left,
// given by name it is refused.
type unknownForm struct{ message string }

func (e *unknownForm) Error() string { return e.message }

// path imports a file or, when asked for, all files under a folder in the order
// of their names.
func (im *importer) path(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return im.done(Result{Path: path, State: Refused, Reason: reason(filepath.Base(path), err)})
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		// A file is read more than once; a pipe or a device may also never end.
		return im.done(Result{Path: path, State: Refused, Reason: filepath.Base(path) + ": is no regular file; save what it gives to one"})
	}
	if !info.IsDir() {
		if err := ctx.Err(); err != nil {
			return err
		}
		return im.file(path, false)
	}
	if !im.Recursive {
		return im.done(Result{Path: path, State: Refused, Reason: filepath.Base(path) + ": is a folder; add --recursive to import what it holds"})
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return im.done(Result{Path: p, State: Refused, Reason: reason(filepath.Base(p), err)})
		case p != path && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir() || !d.Type().IsRegular():
			return nil
		case im.companions[p] != "":
			return im.done(Result{Path: p, State: Left, Reason: d.Name() + ": was read with " + im.companions[p]})
		}
		return im.file(p, true)
	})
}

// recognise finds the reader of a file, by --format or by its head.
func (im *importer) recognise(in Input) (*Reader, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(h.Bytes)) == 0 {
		return nil, &Refusal{File: in.Name, Message: "is empty"}
	}
	if im.reader != nil {
		return im.reader, nil
	}
	for _, aside := range asides {
		if aside.sniff(h) {
			return nil, &unknownForm{aside.what}
		}
	}
	for _, r := range im.readers {
		if r.Sniff(h) {
			return &r, nil
		}
	}
	return nil, why(in, h)
}

// aside is a file that lies beside results and is none, with the reason why it
// is not imported.
type aside struct {
	sniff func(h *Head) bool
	what  string // "is …", and what to give instead
}

// asides are asked before the readers.
var asides = slices.Concat([]aside{{
	func(h *Head) bool { return h.has("schema", "kind", "subject", "protocol") },
	"is an artifact of benchsite itself; it belongs in the artifacts folder as it is",
}}, loadAsides, evalAsides)

// why says what an unknown file is, as far as it tells.
func why(in Input, h *Head) error {
	trimmed := bytes.TrimLeft(h.Bytes, " \t\r\n")
	switch {
	case bytes.IndexByte(trimmed, 0) >= 0:
		return &unknownForm{"is no text (a NUL byte in its first 64 KiB), so no result file"}
	case looksYAML(in.Name, h.Bytes):
		return &unknownForm{"is YAML of a form that no reader knows"}
	case trimmed[0] != '{' && trimmed[0] != '[':
		return &unknownForm{"is not JSON, so no result file that is known"}
	}
	// Only whether it is JSON matters; nothing of it is kept.
	count := 0
	if _, err := in.values(func(int, *node) error { count++; return nil }, sink{path: "[]"}); err != nil {
		return err
	}
	if count > 1 && trimmed[0] == '{' {
		return &unknownForm{"is JSON lines of a form that no reader knows"}
	}
	return &unknownForm{"is JSON of a form that no reader knows"}
}

// fileSum is the sha256 of a file, read in pieces; of a packed file it is over
// what is in it, so that the same result packed and not is the same.
func fileSum(in Input, name string) (string, error) {
	f, err := in.FS.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := unpacked(f)
	if err != nil {
		return "", &Refusal{File: name, Message: err.Error()}
	}
	h := sha256.New()
	if _, err := io.Copy(h, content); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package imports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
		im.done(Result{Path: path, State: Refused, Reason: reason(filepath.Base(path), err)})
		return nil
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		// A file is read more than once; a pipe or a device may also never end.
		im.done(Result{Path: path, State: Refused, Reason: filepath.Base(path) + ": is no regular file; save what it gives to one"})
		return nil
	}
	if !info.IsDir() {
		if err := ctx.Err(); err != nil {
			return err
		}
		return im.file(path, false)
	}
	if !im.Recursive {
		im.done(Result{Path: path, State: Refused, Reason: filepath.Base(path) + ": is a folder; add --recursive to import what it holds"})
		return nil
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			im.done(Result{Path: p, State: Refused, Reason: reason(filepath.Base(p), err)})
			return nil
		case p != path && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir() || !d.Type().IsRegular():
			return nil
		case im.companions[p] != "":
			im.done(Result{Path: p, State: Left, Reason: d.Name() + ": was read with " + im.companions[p]})
			return nil
		}
		return im.file(p, true)
	})
}

// recognise finds the reader of a file, by --format or by its head.
func (im *importer) recognise(in Input) (*Reader, error) {
	h, err := head(in)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(h)) == 0 {
		return nil, &Refusal{File: in.Name, Message: "is empty"}
	}
	if im.reader != nil {
		return im.reader, nil
	}
	for _, r := range Readers() {
		if r.Sniff(h, in.Name) {
			return &r, nil
		}
	}
	return nil, why(in, h)
}

// why says what an unknown file is, as far as its head tells.
func why(in Input, h []byte) error {
	trimmed := bytes.TrimLeft(toUTF8(h), " \t\r\n")
	switch {
	case bytes.IndexByte(trimmed, 0) >= 0:
		return &unknownForm{"is no text (a NUL byte in its first 64 KiB), so no result file"}
	case hasAll(h, "schema", "kind", "subject", "protocol"):
		return &unknownForm{"is an artifact of benchsite itself; it belongs in the artifacts folder as it is"}
	case hasAll(h, "doc_id", "resps"):
		return &unknownForm{"holds samples of lm-evaluation-harness; give the results file beside it, which reads them"}
	case trimmed[0] != '{' && trimmed[0] != '[':
		return &unknownForm{"is not JSON, so no result file that is known"}
	}
	if strings.HasSuffix(in.Name, ".jsonl") {
		return &unknownForm{"is JSON lines of a form that no reader knows"}
	}
	if _, err := in.document(); err != nil {
		return err
	}
	return &unknownForm{"is JSON of a form that no reader knows"}
}

// fileSum is the sha256 of a file, read in pieces.
func fileSum(in Input, name string) (string, error) {
	f, err := in.FS.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package artifact

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// maxAttachment bounds what one attachment may unpack to.
const maxAttachment = 1 << 30

// writeOnce puts what write writes under path unless a file is there: temp file
// in the same folder, fsync, then a hard link, which fails where a rename would
// overwrite. The same bytes already in place are no error.
func writeOnce(path string, write content) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	out := bufio.NewWriterSize(tmp, 64<<10)
	if err = write(out); err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err != nil {
		return err
	}
	err = os.Link(tmp.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		if sameFile(tmp.Name(), path) {
			return nil
		}
		return fmt.Errorf("%s is there already and differs", path)
	}
	if err != nil { // a file system without hard links
		if _, serr := os.Lstat(path); serr == nil {
			return fmt.Errorf("%s is there already", path)
		}
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// sameFile reports whether two files hold the same bytes.
func sameFile(a, b string) bool {
	digest := func(path string) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		sum, _, err := measure(func(w io.Writer) error { _, err := io.Copy(w, f); return err })
		return sum, err
	}
	x, errA := digest(a)
	y, errB := digest(b)
	return errA == nil && errB == nil && x == y
}

// syncDir makes the new name itself durable. Some file systems refuse to sync a
// folder; the data is safe by then.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

func lenient(data []byte) (*Artifact, error) {
	a := new(Artifact)
	return a, json.Unmarshal(data, a)
}

// Attachment returns the uncompressed bytes of the artifact's attachment of
// this kind, checked against the artifact, or nil when it has none.
func (s *Store) Attachment(a *Artifact, kind AttachmentKind) ([]byte, error) {
	for _, at := range a.Attachments {
		if at.Kind == kind {
			return s.unpack(a, at)
		}
	}
	return nil, nil
}

func (s *Store) unpack(a *Artifact, at Attachment) ([]byte, error) {
	name := path.Join(path.Dir(a.ID), at.Path)
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	if at.Bytes > maxAttachment {
		return nil, &Fault{File: name, Message: fmt.Sprintf("has %d bytes, by what %s says; at most %d are read", at.Bytes, a.ID, maxAttachment)}
	}
	// A link could put any file of this machine on the site.
	if st, err := os.Lstat(file); err == nil && !st.Mode().IsRegular() {
		return nil, &Fault{File: name, Message: "is not a regular file"}
	}
	f, err := os.Open(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &Fault{File: name, Message: "is named by " + a.ID + " and is missing"}
		}
		return nil, unreadable(name, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, &Fault{File: name, Message: "is not gzip: " + err.Error()}
	}
	data, err := io.ReadAll(io.LimitReader(z, at.Bytes+1))
	if err != nil {
		return nil, &Fault{File: name, Message: "is damaged: " + err.Error()}
	}
	if int64(len(data)) != at.Bytes || SHA256(data) != at.SHA256 {
		return nil, &Fault{File: name, Message: "differs from what " + a.ID + " says of it (size or sha256)"}
	}
	return data, nil
}

// LoadRecords reads the request records of a load test, or nil when none are
// stored.
func (s *Store) LoadRecords(a *Artifact) ([]LoadRecord, error) {
	return storedRecords[LoadRecord](s, a, KindLoad, AttachSamples)
}

// EvalRecords reads the item records of an evaluation, or nil when none are
// stored.
func (s *Store) EvalRecords(a *Artifact) ([]EvalRecord, error) {
	return storedRecords[EvalRecord](s, a, KindEval, AttachSamples)
}

func storedRecords[T any](s *Store, a *Artifact, kind Kind, at AttachmentKind) ([]T, error) {
	if a.Kind != kind {
		return nil, nil
	}
	data, err := s.Attachment(a, at)
	if err != nil || data == nil {
		return nil, err
	}
	return decodeRecords[T](a.ID+at.ending(), data)
}

package imports

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Bounds of a ZIP, whatever its directory promises.
const (
	maxZipEntries = 200_000
	maxZipEntry   = 128 << 20 // one file in it, unpacked
	maxZipTotal   = 1 << 30   // all files that are read, unpacked
	zipZstd       = 93        // the method that newer logs are packed with
)

// isInspectZip looks for the names that the tool gives to the first files of a
// log: the journal comes first.
func isInspectZip(head []byte) bool {
	for _, name := range []string{"_journal/start.json", "_journal/summaries/", "samples/", "header.json", "summaries.json", "reductions.json"} {
		if bytes.Contains(head, []byte(name)) {
			return true
		}
	}
	return false
}

// zipLog is an open .eval file.
type zipLog struct {
	name  string
	files map[string]*zip.File
	left  int64 // bytes that may still be unpacked
}

func readInspectZip(in Input) ([]Draft, error) {
	f, err := in.FS.Open(in.Name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	at, size, err := readerAt(f)
	if err != nil {
		return nil, err
	}
	refuse := func(format string, args ...any) error {
		return &Refusal{File: in.Name, Message: fmt.Sprintf(format, args...)}
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, refuse("is no whole ZIP (%v); the run may have been killed while it wrote", err)
	}
	if len(z.File) > maxZipEntries {
		return nil, refuse("holds more than %d files", maxZipEntries)
	}
	// The 64 MiB window of the format's best level is allowed, no more.
	z.RegisterDecompressor(zipZstd, func(r io.Reader) io.ReadCloser {
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxZipEntry), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return io.NopCloser(errReader{err})
		}
		return d.IOReadCloser()
	})
	log := &zipLog{name: in.Name, files: map[string]*zip.File{}, left: maxZipTotal}
	var samples []string
	for _, file := range z.File {
		name := strings.ReplaceAll(file.Name, `\`, "/")
		if log.files[name] == nil && strings.HasPrefix(name, "samples/") && strings.HasSuffix(name, ".json") {
			samples = append(samples, name)
		}
		log.files[name] = file // the last one counts, as for the tool
	}
	return log.read(samples)
}

func (l *zipLog) read(samples []string) ([]Draft, error) {
	root, err := l.document("header.json")
	if err == nil && root == nil {
		root, err = l.document("_journal/start.json")
	}
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, &unknownForm{"is a ZIP without header.json and _journal/start.json, so no log of inspect"}
	}
	run := &inspectRun{root: root, reductions: &node{doc: root.doc}}
	if reductions, err := l.document("reductions.json"); err != nil {
		return nil, err
	} else if reductions != nil {
		reductions.doc = root.doc
		run.reductions = reductions
	}
	run.begin()
	if len(samples) > 0 {
		for _, name := range samples {
			n, err := l.document(name, inspectSinks("")...)
			if err != nil {
				return nil, err
			}
			n.need(object)
			s := sampleOf(n)
			run.sample(s)
			if n.doc.fault != nil {
				n.doc.fault.Field = name + " " + n.doc.fault.Field
				return nil, n.doc.fault
			}
		}
		run.whole = true
		return run.drafts(l.name)
	}
	if err := l.summaries(run); err != nil {
		return nil, err
	}
	return run.drafts(l.name)
}

// summaries takes what the journal tells of finished samples when none of them is
// in the log itself.
func (l *zipLog) summaries(run *inspectRun) error {
	list, err := l.document("summaries.json")
	if err != nil {
		return err
	}
	if list != nil {
		list.doc = run.root.doc
		for _, s := range list.each() {
			run.sample(sampleOf(s))
		}
		return nil
	}
	for n := 1; ; n++ {
		part, err := l.document(fmt.Sprintf("_journal/summaries/%d.json", n))
		if err != nil || part == nil {
			return err
		}
		part.doc = run.root.doc
		for _, s := range part.each() {
			run.sample(sampleOf(s))
		}
	}
}

// document reads one JSON file of the ZIP; nil when it is not there.
func (l *zipLog) document(name string, sinks ...sink) (*node, error) {
	if l.files[name] == nil {
		return nil, nil
	}
	data, err := l.bytes(name)
	if err != nil {
		return nil, err
	}
	root, err := parse(l.name, data, sinks...)
	var r *Refusal
	if errors.As(err, &r) {
		r.Field = name
	}
	return root, err
}

// bytes unpacks one file, within what the whole may unpack to.
func (l *zipLog) bytes(name string) ([]byte, error) {
	refuse := func(format string, args ...any) error {
		return &Refusal{File: l.name, Field: name, Message: fmt.Sprintf(format, args...)}
	}
	r, err := l.files[name].Open()
	if err != nil {
		return nil, refuse("cannot be unpacked: %v", err)
	}
	defer r.Close()
	limit := min(maxZipEntry, l.left)
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, refuse("cannot be unpacked: %v", err)
	}
	if int64(len(data)) > limit {
		return nil, refuse("unpacks to more than is read (%d MiB for one file, %d MiB for all)", maxZipEntry>>20, maxZipTotal>>20)
	}
	l.left -= int64(len(data))
	return data, nil
}

type errReader struct{ error }

func (e errReader) Read([]byte) (int, error) { return 0, e.error }

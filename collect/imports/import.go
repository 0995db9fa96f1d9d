package imports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/server"
)

// Options are the flags of benchsite import.
type Options struct {
	Store     *artifact.Store
	Format    string            // a reader's name; empty or "auto" asks each
	Date      string            // for files without one: 2025-12-22, or RFC 3339
	Set       map[string]string // subject fields, label.X, server.X; wins over the file
	ServerLog string            // path of the log that belongs to all files
	Recursive bool
	DryRun    bool // say what would be done
	Again     bool // a file imported before with other settings is corrected

	Progress func(Progress) // when not nil, is called now and then while files are read
}

// Progress is how far an import is.
type Progress struct {
	Path  string // the file that is being read
	Files int    // that are done
	Of    int    // files there are
	Bytes int64  // read so far
	Total int64  // of all files
}

// State is what became of a file.
type State string

// The states of a file.
const (
	Imported State = "imported"
	Exists   State = "exists"  // the same file with the same settings is there
	Planned  State = "planned" // a dry run: it would be imported
	Left     State = "left"    // met in a folder: no result file, or read together with another
	Refused  State = "refused"
)

// Result is one run of one file, or a file without one.
type Result struct {
	Path     string // as given
	Tool     string // what the file was taken for; empty when unknown
	State    State
	ID       string // of the artifact; empty when left or refused
	Replaces string // id of the import that this one corrects
	Reason   string // why left or refused, one line

	Series *Point // where the run stands in a sweep; nil for what can be in none
}

// Point is the place of a load test among others of the same subject under the
// same protocol but for the swept axis.
type Point struct {
	Subject string
	Series  string // equal for the points of a sweep and their repeats
	Axis    string // "concurrency" or "rate"
	X       float64
}

// UsageError is a wrong call: nothing was read or written.
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return e.Message }

// ExitCode is 0 when all is in or was there, 3 when some files were refused, 2
// when nothing is in.
func ExitCode(results []Result) int {
	in, refused := 0, 0
	for _, r := range results {
		switch r.State {
		case Imported, Exists, Planned:
			in++
		case Refused:
			refused++
		}
	}
	switch {
	case in == 0:
		return 2
	case refused > 0:
		return 3
	}
	return 0
}

// Import reads the files, and the folders when o.Recursive, and stores their
// runs. report, when not nil, is called as each result is known. A *[UsageError]
// means that the call is wrong; any other error that the store failed, after the
// results so far, or that ctx ended.
func Import(ctx context.Context, o Options, paths []string, report func(Result)) ([]Result, error) {
	im := &importer{Options: o, readers: Readers(), queue: queue{report: report}, companions: map[string]string{}}
	if err := im.prepare(paths); err != nil {
		return nil, &UsageError{err.Error()}
	}
	var err error
	if im.index, err = readIndex(o.Store); err != nil {
		return nil, err
	}
	im.measure(paths)
	for _, path := range paths {
		if err = im.path(ctx, path); err != nil {
			break
		}
	}
	if late := im.queue.flush(true); err == nil {
		err = late
	}
	return im.queue.results, err
}

type importer struct {
	Options
	readers []Reader
	reader  *Reader // by --format
	log     []byte  // the server log without colours
	logFile artifact.SourceFile
	facts   *server.LogFacts
	index   *index
	queue   queue
	so      Progress

	companions map[string]string // path of a file that was read with another -> that other
}

func (im *importer) prepare(paths []string) error {
	if len(paths) == 0 {
		return errors.New("no file is given")
	}
	if im.Format != "" && im.Format != "auto" {
		r, err := readerByName(im.Format)
		if err != nil {
			return err
		}
		im.reader = r
	}
	if im.Date != "" {
		day, err := startedAt(im.Date)
		if err != nil {
			return err
		}
		im.Date = day
	}
	if err := ApplySet(new(artifact.Artifact), im.Set); err != nil {
		return err
	}
	if im.ServerLog == "" {
		return nil
	}
	if st, err := os.Stat(im.ServerLog); err == nil && !st.Mode().IsRegular() {
		return fmt.Errorf("the server log %s is no regular file", im.ServerLog)
	}
	raw, err := os.ReadFile(im.ServerLog)
	if err != nil {
		return fmt.Errorf("the server log cannot be read: %w", err)
	}
	if im.facts, err = server.ReadLog(bytes.NewReader(raw)); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(im.ServerLog), err)
	}
	im.log = server.StripANSI(raw)
	im.logFile = artifact.SourceFile{Name: filepath.Base(im.ServerLog), SHA256: artifact.SHA256(raw)}
	return nil
}

// startedAt reads --date.
func startedAt(date string) (string, error) {
	if t, err := time.Parse(time.DateOnly, date); err == nil {
		return t.Format(time.DateOnly), nil
	}
	t, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return "", fmt.Errorf("--date %q is neither a day (2025-12-22) nor a time with its zone (2025-12-22T16:03:24Z)", date)
	}
	return t.UTC().Format(time.RFC3339), nil
}

func (im *importer) done(r Result) error { return im.queue.push(&pending{Result: r}) }

// file imports one file. The error is the store's; what is wrong with the file
// is a result.
func (im *importer) file(path string, inFolder bool) error {
	in := Input{FS: os.DirFS(filepath.Dir(path)), Name: filepath.Base(path), read: im.progress(path)}
	defer func() { im.so.Files++ }()
	reader, err := im.recognise(in)
	refuse := func(err error) error {
		r := Result{Path: path, State: Refused, Reason: reason(in.Name, err)}
		var unknown *unknownForm
		if errors.As(err, &unknown) && inFolder {
			r.State = Left
		}
		if reader != nil {
			r.Tool = reader.Tool
		}
		return im.done(r)
	}
	if err != nil {
		return refuse(err)
	}
	drafts, err := reader.Read(in)
	if err != nil {
		return refuse(err)
	}
	for _, d := range drafts {
		for _, name := range d.Companions {
			im.companions[filepath.Join(filepath.Dir(path), name)] = in.Name
		}
		bundle, err := im.complete(in, *reader, d)
		if err != nil {
			err = refuse(err)
		} else {
			err = im.place(bundle, Result{Path: path, Tool: reader.Tool, Series: point(bundle.Artifact)}, refuse)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// complete adds what is the same for all tools: the date, the log, --set, the
// source.
func (im *importer) complete(in Input, by Reader, d Draft) (artifact.Bundle, error) {
	a := d.Artifact
	refuse := func(message, advice string) (artifact.Bundle, error) {
		return artifact.Bundle{}, &Refusal{File: in.Name, Message: message, Advice: advice}
	}
	if a.StartedAt == "" {
		a.StartedAt = im.Date
	}
	bundle := artifact.Bundle{Artifact: a, Load: d.Load, Eval: d.Eval, Slug: d.Slug}
	files, err := sourceFiles(in, d.Companions)
	if err != nil {
		return bundle, err
	}
	a.Source.Files = files
	if im.facts != nil {
		if a.Subject.Model != "" && !im.facts.Serves(a.Subject.Model) {
			return refuse(fmt.Sprintf("is of %s, the server log is of %s", a.Subject.Model, im.facts.Models[0]), "import it without --server-log, or with its own")
		}
		im.facts.Apply(a)
		a.Source.Files = append(a.Source.Files, im.logFile)
		bundle.ServerLog = im.log
	}
	if err := ApplySet(a, im.Set); err != nil {
		return bundle, err
	}
	a.Source.Set = im.Set
	switch dated, named := a.StartedAt != "", strings.TrimSpace(a.Subject.Model) != ""; {
	case !dated && !named:
		return refuse("the file does not say when the run was, nor does it name the model", "add --date 2025-12-22 --set model=NAME")
	case !dated:
		return refuse("the file does not say when the run was", "add --date 2025-12-22")
	case !named:
		return refuse("the file does not name the model", "add --set model=NAME")
	}
	state(a, by.Differences, d)
	return bundle, nil
}

func sourceFiles(in Input, companions []string) (files []artifact.SourceFile, err error) {
	for _, name := range append([]string{in.Name}, companions...) {
		sum, err := fileSum(in, name)
		if err != nil {
			return nil, err
		}
		files = append(files, artifact.SourceFile{Name: name, SHA256: sum})
	}
	return files, nil
}

// reason is one line that begins with the file.
func reason(name string, err error) string {
	var r *Refusal
	var u *unknownForm
	switch {
	case errors.As(err, &r):
		return r.Error()
	case errors.As(err, &u):
		return name + ": " + u.message
	}
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Sprintf("%s: %v", name, err)
}

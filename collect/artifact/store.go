package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Store is the artifacts folder. Opening it creates nothing.
type Store struct {
	dir   string
	hosts []string
	allow []string
	known []string
}

// Option changes what a store hides when it writes.
type Option func(*Store)

// HideHosts makes the store hide these host names.
func HideHosts(names ...string) Option { return func(s *Store) { s.hosts = names } }

// Allow names exact finds of the redaction that are harmless ([redact] allow).
func Allow(finds ...string) Option { return func(s *Store) { s.allow = finds } }

// HideValues makes the store hide these values wherever outside text repeats
// them: the API keys in use, which may have any form.
func HideValues(values ...string) Option { return func(s *Store) { s.known = values } }

// Redactor returns a new redactor with the rules of the store.
func (s *Store) Redactor() *Redactor {
	return &Redactor{Hosts: s.hosts, Known: s.known, Allow: s.allow}
}

// Open returns the store in dir.
func Open(dir string, opts ...Option) *Store {
	s := &Store{dir: dir}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Dir is the artifacts folder; StateDir the ignored folder of journals, indexes
// and caches in it.
func (s *Store) Dir() string { return s.dir }

// StateDir is the folder for journals, indexes and caches.
func (s *Store) StateDir() string { return filepath.Join(s.dir, ".state") }

// Bundle is a finished run before it is written. Slug is the last part of the
// file name (c16-n64, a task); empty takes the artifact's name.
type Bundle struct {
	Artifact    *Artifact
	Load        []LoadRecord
	Eval        []EvalRecord
	Private     []EvalRecord
	EvalFrom    Records // in place of Eval
	PrivateFrom Records // in place of Private
	ServerLog   []byte
	Slug        string
}

// Records are item records one by one, so that a long evaluation need not be
// held in memory. They are ranged over more than once and are the same each
// time.
type Records = iter.Seq2[EvalRecord, error]

// Receipt says what Put did.
type Receipt struct {
	ID      string
	Existed bool // the very same run was there already
	Path    string
}

// Put redacts, names and writes a run: attachments first, the artifact last,
// each by temp file, fsync and an exclusive link, so that no reader ever sees
// half a run and nothing is overwritten. b is not changed.
func (s *Store) Put(b Bundle) (Receipt, error) {
	a, files, err := s.prepare(b)
	if err != nil {
		return Receipt{}, err
	}
	data, err := a.Encode()
	if err != nil {
		return Receipt{}, err
	}
	path := s.path(a.ID)
	if _, err := Decode(path, data); err != nil {
		return Receipt{}, fmt.Errorf("BUG: the run does not fit its own form: %w", err)
	}
	if old, err := os.ReadFile(path); err == nil {
		if !bytes.Equal(old, data) {
			return Receipt{}, fmt.Errorf("%s holds another run under the same name; move it away first", path)
		}
		return Receipt{ID: a.ID, Existed: true, Path: path}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Receipt{}, fmt.Errorf("the run cannot be stored: %w", err)
	}
	for i, at := range a.Attachments {
		if err := writeOnce(filepath.Join(filepath.Dir(path), at.Path), packed(files[i])); err != nil {
			return Receipt{}, fmt.Errorf("the %s of the run cannot be stored: %w", at.Kind, err)
		}
	}
	if err := writeOnce(path, plain(data)); err != nil {
		return Receipt{}, fmt.Errorf("the run cannot be stored: %w", err)
	}
	return Receipt{ID: a.ID, Path: path}, nil
}

// Name returns the id that Put would give, without writing.
func (s *Store) Name(b Bundle) (string, error) {
	a, _, err := s.prepare(b)
	if err != nil {
		return "", err
	}
	return a.ID, nil
}

// prepare completes the artifact and returns what writes each attachment. An
// attachment is written twice, here for its size and hash, which the id rests
// on, so that none need be held in memory.
func (s *Store) prepare(b Bundle) (*Artifact, []content, error) {
	a, err := clone(b.Artifact)
	if err != nil {
		return nil, nil, err
	}
	a.Schema, a.Attachments = Schema, []Attachment{}
	r := s.Redactor()
	a.redact(r)
	if a.Subject.Name == "" {
		a.Subject.Name = SubjectName(a.Subject)
	}
	if a.Protocol.ID, err = ProtocolID(a.Protocol.Parameters); err != nil {
		return nil, nil, err
	}
	a.normalize()
	loads := slices.Clone(b.Load)
	for i := range loads {
		loads[i].redact(r)
	}
	log := plain([]byte(r.Text(string(b.ServerLog))))
	var files []content
	for _, at := range []struct {
		kind  AttachmentKind
		write content
	}{
		{AttachSamples, lines(each(loads))}, {AttachSamples, lines(redacted(r, either(b.EvalFrom, b.Eval)))},
		{AttachPrivate, lines(redacted(r, either(b.PrivateFrom, b.Private)))}, {AttachServerLog, log},
	} {
		sum, n, err := measure(at.write)
		if err != nil {
			return nil, nil, err
		}
		if n > 0 {
			a.Attachments = append(a.Attachments, Attachment{SHA256: sum, Bytes: n, Kind: at.kind})
			files = append(files, at.write)
		}
	}
	slug := b.Slug
	if slug == "" {
		slug = a.Name
	}
	return a, files, a.seal(Slug(a.Subject.Name, slug))
}

// normalize gives the always-present lists and maps their empty form.
func (a *Artifact) normalize() {
	orEmpty(&a.DerivedFrom)
	orEmpty(&a.Protocol.Unknown)
	orEmpty(&a.Source.Files)
	slices.Sort(a.Protocol.Unknown)
	if a.Subject.Labels == nil {
		a.Subject.Labels = map[string]string{}
	}
	if a.Protocol.Parameters == nil {
		a.Protocol.Parameters = map[string]any{}
	}
	if a.Source.Set == nil {
		a.Source.Set = map[string]string{}
	}
	if a.Load != nil && a.Load.Requests.ByError == nil && a.Load.Requests.Failed != nil && *a.Load.Requests.Failed == 0 {
		a.Load.Requests.ByError = map[string]int64{}
	}
	if a.Eval != nil {
		orEmpty(&a.Eval.Tasks)
		for i := range a.Eval.Tasks {
			orEmpty(&a.Eval.Tasks[i].Metrics)
		}
	}
}

func orEmpty[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, filepath.FromSlash(id)+".json") }

// List returns the ids of all artifact files, sorted; reports/ and folders that
// begin with a point are left out. A folder named like an artifact is listed, so
// that Read reports it. A folder that does not exist is empty.
func (s *Store) List() ([]string, error) {
	var ids []string
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == s.dir && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		rel, _ := filepath.Rel(s.dir, path)
		if d.IsDir() {
			if path != s.dir && (strings.HasPrefix(d.Name(), ".") || rel == "reports") {
				return filepath.SkipDir
			}
			if strings.HasSuffix(rel, ".json") && strings.Contains(filepath.ToSlash(rel), "/") {
				ids = append(ids, strings.TrimSuffix(filepath.ToSlash(rel), ".json")) // Read says that it is a folder
				return filepath.SkipDir
			}
			return nil
		}
		if id, ok := strings.CutSuffix(filepath.ToSlash(rel), ".json"); ok && strings.Contains(id, "/") && !strings.HasPrefix(d.Name(), ".") {
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("artifacts folder cannot be listed: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// Read decodes the artifact with this id and returns its bytes as well. The
// error is a *[Fault] where the file is at fault.
func (s *Store) Read(id string) (*Artifact, []byte, error) {
	path := s.path(id)
	data, err := readBounded(path)
	if err != nil {
		return nil, nil, unreadable(id+".json", err)
	}
	a, err := Decode(id+".json", data)
	if err != nil {
		return nil, data, err
	}
	if a.ID != id {
		return nil, data, &Fault{File: id + ".json", Field: "id", Message: fmt.Sprintf("is %q, the file is named otherwise", a.ID)}
	}
	return a, data, nil
}

// unreadable names the file by its place in the store: the path on this machine
// is nobody's business on a page. A file that does not exist stays what it is,
// so that callers can tell.
func unreadable(file string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && !errors.Is(err, fs.ErrNotExist) {
		return &Fault{File: file, Message: "cannot be read: " + p.Err.Error()}
	}
	return err
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}

func clone(a *Artifact) (*Artifact, error) {
	data, err := a.Encode()
	if err != nil {
		return nil, err
	}
	return lenient(data)
}

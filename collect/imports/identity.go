package imports

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// partKey is where source.extra keeps which run of a file an artifact is.
const partKey = "part"

// index knows the imports that are in the store. It is read from the artifacts
// themselves, so that no second file can be wrong.
type index struct {
	same map[string]*entry // by identity
	of   map[string][]*entry
}

// entry is an import in the store.
type entry struct {
	id       string
	of       *pending // while it is being written
	sha256   string   // of the artifact's file; empty until it is needed
	replaced bool
	a        *artifact.Artifact
}

// name is the id, once it is known. It is empty for a run that was refused.
func (e *entry) name() string {
	if e.of != nil {
		<-e.of.ready
		return e.of.ID
	}
	return e.id
}

// sum is the sha256 of the artifact's file. A dry run has none to read.
func (e *entry) sum(s *artifact.Store) (string, error) {
	if e.sha256 != "" {
		return e.sha256, nil
	}
	_, raw, err := s.Read(e.name())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	e.sha256 = artifact.SHA256(raw)
	return e.sha256, nil
}

// readIndex scans the store. An artifact that cannot be read is another
// command's problem.
func readIndex(s *artifact.Store) (*index, error) {
	x := &index{same: map[string]*entry{}, of: map[string][]*entry{}}
	ids, err := s.List()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if strings.HasPrefix(id, "simulated/") {
			continue
		}
		a, raw, err := s.Read(id)
		if err != nil || a.Source.Mode != artifact.ModeImported {
			continue
		}
		x.add(&entry{id: id, sha256: artifact.SHA256(raw), a: a})
	}
	for _, entries := range x.of {
		for _, e := range entries {
			x.replace(entries, e.a)
		}
	}
	return x, nil
}

func (x *index) add(e *entry) {
	x.same[identity(e.a)] = e
	key := mainFile(e.a)
	x.replace(x.of[key], e.a)
	x.of[key] = append(x.of[key], e)
}

func (x *index) replace(entries []*entry, child *artifact.Artifact) {
	for _, d := range child.DerivedFrom {
		for _, e := range entries {
			e.replaced = e.replaced || e.name() == d.ID
		}
	}
}

// latest is the import of a file that no other import has corrected.
func (x *index) latest(key string) *entry {
	entries := x.of[key]
	for i := len(entries) - 1; i >= 0; i-- {
		if !entries[i].replaced {
			return entries[i]
		}
	}
	return nil
}

// mainFile names the run within its file, whatever else was given with it.
func mainFile(a *artifact.Artifact) string {
	if len(a.Source.Files) == 0 {
		return ""
	}
	return a.Source.Files[0].SHA256 + " " + part(a)
}

func part(a *artifact.Artifact) string {
	p, _ := a.Source.Extra[partKey].(string)
	return p
}

// identity is equal for the same import: sha256 over the files and the log, the
// set, the date and the scorer.
func identity(a *artifact.Artifact) string {
	parts := append(fileSums(a), "part="+part(a), "date="+a.StartedAt, "scorer="+scorers(a))
	for _, k := range slices.Sorted(maps.Keys(a.Source.Set)) {
		parts = append(parts, "set "+k+"="+stored(a.Source.Set[k]))
	}
	return artifact.SHA256([]byte(strings.Join(parts, "\x00")))
}

// stored is a value as the store keeps it: an address in it is hidden there.
func stored(v string) string { return (&artifact.Redactor{}).Text(v) }

func fileSums(a *artifact.Artifact) (sums []string) {
	for _, f := range a.Source.Files {
		sums = append(sums, f.SHA256)
	}
	slices.Sort(sums)
	return sums
}

func scorers(a *artifact.Artifact) string {
	if a.Eval == nil {
		return ""
	}
	var names []string
	for _, t := range a.Eval.Tasks {
		if t.Scorer != nil {
			names = append(names, t.Scorer.Name+" v"+t.Scorer.Version)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// differs says in what a differs from the import that is there.
func (e *entry) differs(a *artifact.Artifact) string {
	var out []string
	keys := map[string]bool{}
	for k := range a.Source.Set {
		keys[k] = true
	}
	for k := range e.a.Source.Set {
		keys[k] = true
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if stored(a.Source.Set[k]) != stored(e.a.Source.Set[k]) {
			out = append(out, fmt.Sprintf("--set %s", k))
		}
	}
	if a.StartedAt != e.a.StartedAt {
		out = append(out, "--date")
	}
	if !slices.Equal(fileSums(a), fileSums(e.a)) {
		out = append(out, "files (server log, samples)")
	}
	if scorers(a) != scorers(e.a) {
		out = append(out, "scorer")
	}
	return strings.Join(out, ", ")
}

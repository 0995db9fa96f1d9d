package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"benchsite/collect/artifact"
	"benchsite/render/cache"
)

// workers read and judge artifacts at the same time. Two keep a small machine
// busy; more only wait for its disk.
const workers = 2

// Load reads every artifact, withdrawn.toml and every report below the folder
// of the store. A file that cannot be used becomes a [Problem] and the rest is
// read; the error says only that the folder itself cannot be listed. The result
// does not depend on the order in which the store lists.
func Load(store Store, cfg Config) (*Set, error) { return LoadIndexed(store, cfg, nil) }

// LoadIndexed is Load with an index, which spares it the reading of runs that
// did not change and is brought up to date. The set is the same with any index,
// or none.
func LoadIndexed(store Store, cfg Config, x *Index) (*Set, error) {
	ids, err := store.List()
	if err != nil {
		return nil, fmt.Errorf("cannot list the artifacts: %w", err)
	}
	dir := filepath.Dir(store.StateDir())
	s := &Set{Config: cfg, store: store, byID: map[string]*Run{}}
	s.readRuns(dir, ids, x)
	s.withdraw(dir)
	s.linkSubjects()
	s.linkParents()
	s.linkProtocols()
	s.linkSeries()
	s.linkHistory()
	for _, r := range s.Runs {
		switch {
		case r.Standing && !r.Artifact.Simulated:
			s.Standing = append(s.Standing, r)
		case r.Standing:
			s.Simulated = append(s.Simulated, r)
		}
	}
	s.judge()
	s.readReports(dir)
	slices.SortStableFunc(s.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field))
	})
	s.Hash = s.hash(dir)
	return s, nil
}

// each calls f for every index below n from a few goroutines. f touches only
// what belongs to its index.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func (s *Set) readRuns(dir string, ids []string, x *Index) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if x != nil {
		x.open(ids)
	}
	runs, problems, entries := make([]*Run, len(ids)), make([][]Problem, len(ids)), make([]*kept, len(ids))
	each(len(ids), func(i int) {
		var before cache.Stamp
		if x != nil {
			if runs[i] = x.recall(s.store, dir, ids[i]); runs[i] != nil {
				return
			}
			before, _ = cache.Look(filepath.Join(dir, filepath.FromSlash(ids[i])+".json")) // the zero stamp is not kept
		}
		runs[i], problems[i] = s.readRun(dir, ids[i])
		if runs[i] != nil && x != nil {
			if k, ok := x.keep(dir, runs[i], before); ok {
				entries[i] = &k
			}
		}
	})
	for i, id := range ids {
		s.Problems = append(s.Problems, problems[i]...)
		if x != nil {
			x.note(id, runs[i], entries[i])
		}
		if runs[i] != nil {
			s.Runs = append(s.Runs, runs[i])
			s.byID[id] = runs[i]
		}
	}
	slices.SortFunc(s.Runs, newestFirst)
}

// readRun reads an artifact and everything beside it, and finds what can be said
// of it without the others. A run that cannot be read is nil.
func (s *Set) readRun(dir, id string) (*Run, []Problem) {
	a, raw, err := s.store.Read(id)
	if err != nil {
		return nil, []Problem{*problemOf(id+".json", err)}
	}
	r, err := newRun(s.store, id, a, artifact.SHA256(raw))
	if err != nil {
		return nil, []Problem{*problemOf(id+".json", err)}
	}
	problems := r.readAttachments(dir)
	r.own = ownNotices(r)
	return r, problems
}

// problemOf turns an error of a reader into a problem. The message of a fault
// has no language other than that of the file format; the advice is a key.
func problemOf(file string, err error) *Problem {
	p := &Problem{File: file, Cause: err.Error(), Advice: AdviceFixWriter}
	var f *artifact.Fault
	if errors.As(err, &f) {
		p.Line, p.Field, p.Cause = f.Line, f.Field, f.Message
		// The file of a fault is a path of the reader's machine unless it
		// lies beside ours; only its name is told.
		if base := filepath.Base(f.File); f.File != "" && base != filepath.Base(file) {
			p.Cause = base + ": " + p.Cause
		}
	} else if errors.Is(err, fs.ErrNotExist) {
		p.Cause = "the file is missing"
	}
	switch {
	case p.Field == "schema" && strings.Contains(p.Cause, "update"):
		p.Advice = AdviceUpgrade
	case p.Field == "id", strings.HasPrefix(p.Field, "sha256"):
		p.Advice = AdviceRestore
	case strings.HasPrefix(p.Field, "attachments"):
		p.Advice = AdviceRestoreRecords
	case strings.Contains(p.Cause, "unexpected end"), strings.Contains(p.Cause, "is empty"), strings.Contains(p.Cause, "ends"):
		p.Advice = AdviceCopyAgain
	}
	return p
}

// withdraw reads withdrawn.toml and marks the runs that it names.
func (s *Set) withdraw(dir string) {
	const file = "withdrawn.toml"
	data, err := os.ReadFile(filepath.Join(dir, file))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var w struct {
		Withdrawn []struct {
			ID     string `toml:"id"`
			Date   string `toml:"date"`
			Reason Text   `toml:"reason"`
		} `toml:"withdrawn"`
	}
	if err == nil {
		err = decodeTOML(file, data, &w)
	}
	if err != nil {
		p := problemOf(file, err)
		p.Advice = AdviceEditWithdrawn
		s.Problems = append(s.Problems, *p)
		return
	}
	for i, e := range w.Withdrawn {
		problem := func(field, cause string) {
			s.Problems = append(s.Problems, Problem{
				File: file, Line: lineOfValue(data, e.ID), Field: fmt.Sprintf("withdrawn[%d].%s", i, field),
				Cause: cause, Advice: AdviceEditWithdrawn,
			})
		}
		r := s.byID[strings.TrimSuffix(e.ID, ".json")]
		if r == nil {
			problem("id", fmt.Sprintf("names %q, and there is no such artifact", e.ID))
			continue
		}
		if _, err := artifact.StartDay(e.Date); err != nil {
			problem("date", fmt.Sprintf("is %q, must be a date such as 2026-01-31", e.Date))
		}
		for _, lang := range s.Config.Languages {
			if e.Reason.In(lang) == "" {
				problem("reason", "has no text in "+lang)
			}
		}
		// Even an incomplete entry takes the run out: it was meant to.
		r.Withdrawn = &Withdrawal{ID: r.ID, Date: e.Date, Reason: e.Reason}
	}
}

// lineOfValue finds the first line that holds the value as a whole string, else
// one that holds it at all; 0 when there is none.
func lineOfValue(data []byte, value string) int {
	if value == "" {
		return 0
	}
	lines := strings.Split(string(data), "\n")
	for _, form := range []string{strconv.Quote(value), value} {
		for i, line := range lines {
			if strings.Contains(line, form) {
				return i + 1
			}
		}
	}
	return 0
}

// readAttachments reads every file beside the artifact through the store, which
// checks it against what the artifact says: a file that is gone, was changed or
// is no file at all is a problem and is not published. Private records may be
// missing.
func (r *Run) readAttachments(dir string) []Problem {
	var out []Problem
	r.seen = map[string]cache.Stamp{}
	for i, at := range r.Attachments {
		if at.Kind == artifact.AttachPrivate {
			continue
		}
		name := attachmentPath(r, at)
		r.seen[name], _ = cache.Look(filepath.Join(dir, filepath.FromSlash(name)))
		var err error
		records := at.Kind == artifact.AttachSamples && r.Kind == artifact.KindEval
		if records {
			_, err = r.Items() // all of them, for the notices
		} else {
			_, err = r.store.Attachment(r.Artifact, at.Kind)
		}
		if err == nil {
			continue
		}
		p := problemOf(r.ID+".json", err)
		if p.Advice = AdviceRestoreRecords; !records {
			p.Field = fmt.Sprintf("attachments[%d].path", i)
		}
		if !records || !intact(r, at) {
			r.broken = append(r.broken, at.Path)
		}
		out = append(out, *p)
	}
	return out
}

// intact tells records that cannot be understood from a file that is not what
// the artifact says: the former may still be passed on.
func intact(r *Run, at artifact.Attachment) bool {
	_, err := r.store.Attachment(r.Artifact, at.Kind)
	return err == nil
}

// attachmentPath is a file beside the artifact, from the artifacts folder.
func attachmentPath(r *Run, at artifact.Attachment) string {
	return path.Join(path.Dir(r.ID), path.Base(at.Path))
}

// judge puts together what can be said of every run alone and among the others.
func (s *Set) judge() {
	each(len(s.Runs), func(i int) { s.Runs[i].Notices = runNotices(s, s.Runs[i]) })
}

// hash is over everything that was read: artifacts with their records (named by
// hash inside them), config, withdrawals, reports.
func (s *Set) hash(dir string) string {
	h := sha256.New()
	fmt.Fprintf(h, "config %s\n", s.Config.Hash)
	for _, r := range s.Runs {
		fmt.Fprintf(h, "%s %s\n", r.ID, r.SHA256)
	}
	for _, p := range s.Problems {
		fmt.Fprintf(h, "%s:%d %s %s\n", p.File, p.Line, p.Field, p.Cause)
	}
	files := []string{"withdrawn.toml"}
	for _, r := range s.Reports {
		files = append(files, r.File)
		for _, lang := range languages {
			if b, ok := r.Body[lang]; ok {
				files = append(files, b.File)
			}
		}
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f)))
		if err == nil {
			fmt.Fprintf(h, "%s %s\n", f, artifact.SHA256(data))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"benchsite/collect/artifact"
)

// workers read and judge artifacts at the same time. Two keep a small machine
// busy; more only wait for its disk.
const workers = 2

// Load reads every artifact, withdrawn.toml and every report below the folder
// of the store. A file that cannot be used becomes a [Problem] and the rest is
// read; the error says only that the folder itself cannot be listed. The result
// does not depend on the order in which the store lists.
func Load(store Store, cfg Config) (*Set, error) {
	ids, err := store.List()
	if err != nil {
		return nil, fmt.Errorf("cannot list the artifacts: %w", err)
	}
	dir := filepath.Dir(store.StateDir())
	s := &Set{Config: cfg, store: store, byID: map[string]*Run{}}
	s.readRuns(ids)
	s.withdraw(dir)
	s.linkSubjects()
	s.linkParents()
	s.linkProtocols()
	s.linkSeries()
	for _, r := range s.Runs {
		switch {
		case r.Standing && !r.Artifact.Simulated:
			s.Standing = append(s.Standing, r)
		case r.Standing:
			s.Simulated = append(s.Simulated, r)
		}
	}
	s.findAttachments()
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

func (s *Set) readRuns(ids []string) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	runs, problems := make([]*Run, len(ids)), make([]*Problem, len(ids))
	each(len(ids), func(i int) {
		a, raw, err := s.store.Read(ids[i])
		if err != nil {
			problems[i] = problemOf(ids[i]+".json", err)
			return
		}
		runs[i], err = newRun(s.store, ids[i], a, raw)
		if err != nil {
			problems[i] = problemOf(ids[i]+".json", err)
		}
	})
	for i := range ids {
		if problems[i] != nil {
			s.Problems = append(s.Problems, *problems[i])
			continue
		}
		s.Runs = append(s.Runs, runs[i])
		s.byID[runs[i].ID] = runs[i]
	}
	slices.SortFunc(s.Runs, newestFirst)
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

// findAttachments reads every file beside an artifact through the store, which
// checks it against what the artifact says: a file that is gone, was changed or
// is no file at all is a problem and is not published. Private records may be
// missing; the records of an evaluation are reported where they are judged.
func (s *Set) findAttachments() {
	found := make([][]Problem, len(s.Runs))
	each(len(s.Runs), func(n int) {
		r := s.Runs[n]
		for i, at := range r.Attachments {
			if at.Kind == artifact.AttachPrivate {
				continue
			}
			_, err := s.store.Attachment(r.Artifact, at.Kind)
			if err == nil {
				continue
			}
			r.broken = append(r.broken, at.Path)
			if at.Kind == artifact.AttachSamples && r.Kind == artifact.KindEval {
				continue
			}
			p := problemOf(r.ID+".json", err)
			p.Field, p.Advice = fmt.Sprintf("attachments[%d].path", i), AdviceRestoreRecords
			found[n] = append(found[n], *p)
		}
	})
	for _, p := range found {
		s.Problems = append(s.Problems, p...)
	}
}

// judge computes the notices of every run, item records included.
func (s *Set) judge() {
	problems := make([]*Problem, len(s.Runs))
	each(len(s.Runs), func(i int) {
		r := s.Runs[i]
		if r.hasRecords() && r.Kind == artifact.KindEval {
			if _, err := r.Items(); err != nil {
				problems[i] = problemOf(r.ID+".json", err)
				problems[i].Advice = AdviceRestoreRecords
			}
		}
		r.Notices = runNotices(s, r)
	})
	for _, p := range problems {
		if p != nil {
			s.Problems = append(s.Problems, *p)
		}
	}
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

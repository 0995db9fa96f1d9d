package collect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"benchsite/collect/artifact"
)

// Session remembers which points of a plan are done until all are, so that an
// interrupted plan can be resumed. The load tests and evaluations of a plan
// share one, over however many starts of servers they are spread.
type Session struct {
	path  string
	Plan  string            `json:"plan"`  // over the keys of all points
	Began string            `json:"began"` // RFC 3339, UTC
	Done  map[string]string `json:"done"`  // key -> id
	begun bool
}

// OpenSession begins anew or, to resume, goes on with what is there if it is of
// the same plan.
func OpenSession(store *artifact.Store, points []Point, evals []EvalPoint, resume bool) (*Session, error) {
	h := sha256.New()
	for _, p := range points {
		fmt.Fprintln(h, p.Key())
	}
	for _, p := range evals {
		fmt.Fprintln(h, p.planKey())
	}
	s := &Session{path: filepath.Join(store.StateDir(), "collect.json"), Plan: hex.EncodeToString(h.Sum(nil))[:16], Began: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), Done: map[string]string{}}
	if resume {
		data, err := os.ReadFile(s.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the unfinished run cannot be read: %w", err)
		}
		old := Session{path: s.path}
		if json.Unmarshal(data, &old) == nil && old.Plan == s.Plan && old.Done != nil {
			return &old, old.adopt(store)
		}
	}
	return s, nil
}

// begin notes that the plan runs, before its first point is measured: what is
// stored from now on is of this session. Nothing is written for a plan that is
// refused.
func (s *Session) begin() error {
	if s == nil || s.begun {
		return nil
	}
	s.begun = true
	return s.write()
}

// adopt finds the runs that were stored and, because the collector was killed in
// that moment, not noted.
func (s *Session) adopt(store *artifact.Store) error {
	ids, err := store.List()
	if err != nil {
		return err
	}
	noted := map[string]bool{}
	for _, id := range s.Done {
		noted[id] = true
	}
	for _, id := range ids {
		day := strings.TrimPrefix(id, "simulated/")
		if noted[id] || len(s.Began) < 10 || len(day) < 10 || day[:10] < s.Began[:10] {
			continue
		}
		a, _, err := store.Read(id)
		if err != nil || a.Status != artifact.StatusComplete || a.StartedAt < s.Began {
			continue
		}
		for _, field := range []string{"plan", "point"} { // of a load test, of an evaluation
			if key, ok := a.Source.Extra[field].(string); ok && s.Done[key] == "" {
				s.Done[key] = id
			}
		}
	}
	return s.write()
}

// Complete says whether all of a plan came to a good end: its session is
// forgotten then. Else --resume repeats what is missing.
func (s *Session) Complete(all bool) error {
	if !all {
		return nil
	}
	return s.end()
}

// has returns the run of a point that is done. Without a session none is.
func (s *Session) has(key string) (id string, ok bool) {
	if s == nil {
		return "", false
	}
	id, ok = s.Done[key]
	return id, ok
}

// Finished returns what became of a part that is done as a whole; ok is false
// while something of it is missing.
func (s *Session) Finished(p Part) (loads []Result, evals []EvalResult, ok bool) {
	for _, x := range p.Points {
		id, done := s.has(x.Key())
		if !done {
			return nil, nil, false
		}
		loads = append(loads, Result{Point: x, ID: id, Skipped: true})
	}
	for _, x := range p.Evals {
		id, done := s.has(x.planKey())
		if !done {
			return nil, nil, false
		}
		evals = append(evals, EvalResult{Point: x, ID: id, Skipped: true})
	}
	return loads, evals, true
}

func (s *Session) add(key, id string) error {
	if s == nil {
		return nil
	}
	s.Done[key] = id
	return s.write()
}

func (s *Session) write() error {
	data, err := json.Marshal(s)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(s.path), 0o755)
	}
	if err == nil {
		err = renameio.WriteFile(s.path, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("the state of the run cannot be stored: %w", err)
	}
	return nil
}

// end forgets the session of a plan that came to its end.
func (s *Session) end() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the state of the run cannot be removed: %w", err)
	}
	return nil
}

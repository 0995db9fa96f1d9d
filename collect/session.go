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

	"github.com/google/renameio/v2"
)

// session remembers which points of a plan are done until all are, so that an
// interrupted plan can be resumed.
type session struct {
	path string
	Plan string            `json:"plan"` // over the keys of all points
	Done map[string]string `json:"done"` // key -> id
}

// openSession begins anew or, to resume, goes on with what is there if it is of
// the same plan.
func openSession(dir string, points []Point, resume bool) (*session, error) {
	h := sha256.New()
	for _, p := range points {
		fmt.Fprintln(h, p.Key())
	}
	s := &session{path: filepath.Join(dir, "collect.json"), Plan: hex.EncodeToString(h.Sum(nil))[:16], Done: map[string]string{}}
	if !resume {
		return s, nil
	}
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the unfinished run cannot be read: %w", err)
	}
	old := session{path: s.path}
	if json.Unmarshal(data, &old) == nil && old.Plan == s.Plan && old.Done != nil {
		return &old, nil
	}
	return s, nil
}

func (s *session) has(key string) (string, bool) {
	id, ok := s.Done[key]
	return id, ok
}

func (s *session) add(key, id string) error {
	s.Done[key] = id
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
func (s *session) end() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the state of the run cannot be removed: %w", err)
	}
	return nil
}

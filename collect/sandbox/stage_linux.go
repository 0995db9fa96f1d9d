package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// stage makes files of the host reachable for the user that a box runs as. As
// an ordinary user that is ourselves. As root it is another user, who may not
// enter a folder such as /root: what lies there is copied once, to a folder
// that lasts as long as the Box.
type stage struct {
	copies bool

	mu   sync.Mutex
	dir  string
	done map[string]string // copy by original
}

// reachable is the path to bind for a file or folder.
func (s *stage) reachable(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path, err = filepath.EvalSymlinks(path)
	if err != nil || !s.copies || closedTo(path) == "" {
		return path, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if copied, done := s.done[path]; done {
		return copied, nil
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "benchsite-stage-"); err != nil {
			return "", err
		}
		if err := os.Chmod(s.dir, 0o755); err != nil {
			return "", err
		}
		s.done = map[string]string{}
	}
	to := filepath.Join(s.dir, strconv.Itoa(len(s.done)))
	if closedTo(s.dir) != "" {
		return "", fmt.Errorf("%s may be read by root only, and so may the temporary folder %s", path, os.TempDir())
	}
	if err := copyReadable(path, to); err != nil {
		return "", err
	}
	s.done[path] = to
	return to, nil
}

func (s *stage) Close() error {
	if s == nil || s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// closedTo names the first part of a path that other users may not enter or, at
// its end, read; "" when there is none.
func closedTo(path string) string {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return dir
		}
		need := os.FileMode(0)
		if info.IsDir() {
			need |= 0o001
		}
		if dir == path {
			need |= 0o004
		}
		if info.Mode().Perm()&need != need {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// copyReadable copies a file or a folder of files so that everybody may read it.
func copyReadable(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := os.Mkdir(to, 0o755); err != nil {
			return err
		}
		entries, err := os.ReadDir(from)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := copyReadable(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
				return err
			}
		}
		return nil
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is neither a file nor a folder", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(0o644), out.Close())
}

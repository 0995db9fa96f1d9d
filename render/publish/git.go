package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// ErrNoRepository says that there is no git repository around a folder, and
// ErrNoGit that there is no git.
var (
	ErrNoRepository = errors.New("this folder is in no git repository")
	ErrNoGit        = errors.New("git is not installed")
)

// Repository is the git repository around a folder.
type Repository struct{ dir string } // the repository itself, .git as a rule

// Open finds the repository around dir.
func Open(ctx context.Context, dir string) (*Repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, ErrNoGit
	}
	cmd := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "--absolute-git-dir")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && bytes.Contains(exit.Stderr, []byte("not a git repository")) {
			return nil, ErrNoRepository
		}
		return nil, gitError("rev-parse", err, stderrOf(err))
	}
	return &Repository{dir: strings.TrimSpace(string(out))}, nil
}

func stderrOf(err error) []byte {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

// call is one call of git: its arguments, what it reads, and the index it works
// on, "" for none.
type call struct {
	args  []string
	stdin []byte
	index string
	dir   string
}

// git runs a command and returns what it prints, without the last line end.
func (r *Repository) git(ctx context.Context, args ...string) (string, error) {
	return r.run(ctx, call{args: args})
}

func (r *Repository) run(ctx context.Context, c call) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir=" + r.dir, "-c", "core.quotePath=false"}, c.args...)...)
	cmd.Dir = c.dir
	// A hook that calls us has set these for its own repository and index.
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY":
			continue
		}
		cmd.Env = append(cmd.Env, kv)
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	if c.index != "" {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+c.index)
	}
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.stdin), &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", gitError(c.args[0], err, said.Bytes())
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// Error is a git command that failed, with what it said.
type Error struct {
	Command string
	Said    string
	cause   error
}

func (e *Error) Error() string { return fmt.Sprintf("git %s: %s", e.Command, e.Said) }

func (e *Error) Unwrap() error { return e.cause }

func gitError(command string, err error, said []byte) error {
	lines := strings.Fields(string(said))
	if len(lines) == 0 {
		return &Error{command, err.Error(), err}
	}
	return &Error{command, strings.Join(lines, " "), err}
}

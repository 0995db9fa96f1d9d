//go:build unix

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// bare runs programs without isolation: as this user, with its files and its
// network. It holds the time, the output and, where prlimit is found, the
// limits of each process.
type bare struct{ prlimit string }

func openNone(python, int) (runner, error) {
	path, _ := exec.LookPath("prlimit")
	return &bare{path}, nil
}

func (*bare) Close() error { return nil }

func (*bare) facts() map[string]any {
	return map[string]any{"kind": None, "isolated": false, "network": true}
}

func (b *bare) run(ctx context.Context, p Program, _ int, turn turn) (Result, error) {
	failed := func(err error) (Result, error) { return Result{End: HarnessError, ExitCode: -1}, err }
	done, err := turn(ctx)
	if err != nil {
		return failed(err)
	}
	defer done()
	top, err := os.MkdirTemp("", "benchsite-box-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(top)
	box, tmp := filepath.Join(top, "box"), filepath.Join(top, "tmp")
	if err := layOut(p, box, tmp); err != nil {
		return failed(err)
	}
	s := &session{program: p, ended: make(chan struct{})}
	argv := b.command(p, box)
	s.cmd = &exec.Cmd{Path: argv[0], Args: argv, Dir: tmp, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	for _, name := range sortedKeys(p.environ(box, tmp)) {
		s.cmd.Env = append(s.cmd.Env, name+"="+p.environ(box, tmp)[name])
	}
	s.cmd.Stdin = strings.NewReader(string(p.Stdin))
	// What is left of it after the program ended gets no more time than this.
	s.cmd.WaitDelay = time.Second
	s.kill = func() { syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }
	theirs, err := s.openChannel()
	if err != nil {
		return failed(err)
	}
	if theirs != nil {
		s.cmd.ExtraFiles = []*os.File{theirs}
	}
	ends, err := s.outputs()
	if err != nil {
		return failed(err)
	}
	started := time.Now()
	err = s.cmd.Start()
	for _, f := range ends {
		f.Close()
	}
	if theirs != nil {
		theirs.Close()
	}
	if err != nil {
		s.pipes.Wait()
		return failed(fmt.Errorf("sandbox: starting the program: %w", err))
	}
	var helpers sync.WaitGroup
	helpers.Go(func() {
		select {
		case <-ctx.Done():
			s.end(HarnessError)
		case <-time.After(p.Limits.Wall):
			s.end(TimeOut)
		case <-s.ended:
		}
	})
	var controlErr error
	if s.channel != nil {
		helpers.Go(func() { controlErr = s.control(ctx) })
	}
	waitErr := s.cmd.Wait()
	wall := time.Since(started)
	s.over()
	s.kill() // children that stayed behind in the group
	helpers.Wait()
	s.pipes.Wait()
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) && !errors.Is(waitErr, exec.ErrWaitDelay) {
		return failed(fmt.Errorf("sandbox: waiting for the program: %w", waitErr))
	}
	if err := ctx.Err(); err != nil && s.reason == HarnessError {
		return failed(err)
	}
	r := s.result(s.cmd.ProcessState.UserTime()+s.cmd.ProcessState.SystemTime(), false)
	r.Wall, r.ControlErr = wall, controlErr
	return r, nil
}

// command puts the real folder for /box and the limits that a process can have.
// There is no limit of processes: it would count all of this user.
func (b *bare) command(p Program, box string) []string {
	var argv []string
	if l := p.Limits; b.prlimit != "" {
		cpu := int64(math.Ceil(l.CPU.Seconds()))
		argv = append(argv, b.prlimit, fmt.Sprintf("--as=%d", l.MemoryBytes+AddressSpaceRoom),
			fmt.Sprintf("--cpu=%d:%d", cpu, cpu+1), fmt.Sprintf("--fsize=%d", l.FileBytes),
			fmt.Sprintf("--nofile=%d", l.OpenFiles), "--core=0", "--")
	}
	for _, arg := range p.Argv {
		if within(arg, Dir) {
			arg = box + strings.TrimPrefix(arg, Dir)
		}
		argv = append(argv, arg)
	}
	return argv
}

// layOut writes the files of the program to a folder of its own.
func layOut(p Program, box, tmp string) error {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(box, 0o755); err != nil {
		return err
	}
	for name, content := range p.Files {
		path := filepath.Join(box, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o444); err != nil {
			return err
		}
	}
	for name, from := range p.ReadOnly {
		path := filepath.Join(box, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		from, err := filepath.Abs(from)
		if err != nil {
			return err
		}
		if err := os.Symlink(from, path); err != nil {
			return err
		}
	}
	return nil
}

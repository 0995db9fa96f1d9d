//go:build unix

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// session is a running program seen from outside, under any kind of isolation.
type session struct {
	program  Program
	cmd      *exec.Cmd
	kill     func()   // ends all processes of the program
	channel  *os.File // our end of the control channel; nil without
	out, err capture
	readers  []*os.File // our ends of stdout and stderr
	pipes    sync.WaitGroup

	once   sync.Once
	reason End           // why we ended it; "" while, and where, it ends by itself
	ended  chan struct{} // closed when it has ended or is being ended
}

// end kills the program; the first reason stands.
func (s *session) end(reason End) {
	s.once.Do(func() {
		s.reason = reason
		close(s.ended)
		s.kill()
	})
}

// over notes that the program has ended, by itself unless a reason stands
// already, and lets nobody wait for its channel any longer: what it wrote last
// can still be read, then comes the end of file.
func (s *session) over() {
	s.once.Do(func() { close(s.ended) })
	for _, r := range s.readers {
		r.SetReadDeadline(time.Now().Add(time.Second)) // without isolation, a child may hold the other end for ever
	}
	if s.channel != nil {
		s.channel.SetDeadline(time.Now().Add(time.Second))
	}
}

// outputs gives the command two pipes and reads their other ends. It returns
// the ends to close here once the command has them.
func (s *session) outputs() (ends []*os.File, err error) {
	limit := s.program.Limits.OutputBytes
	for _, o := range []struct {
		capture *capture
		to      *io.Writer
	}{{&s.out, &s.cmd.Stdout}, {&s.err, &s.cmd.Stderr}} {
		r, w, err := os.Pipe()
		if err != nil {
			for _, f := range ends {
				f.Close()
			}
			return nil, err
		}
		*o.to = w
		ends = append(ends, w)
		s.readers = append(s.readers, r)
		s.pipes.Add(1)
		go func() {
			defer s.pipes.Done()
			defer r.Close()
			o.capture.from(r, limit, func() { s.end(OutputLimit) })
		}()
	}
	return ends, nil
}

// openChannel makes the control channel where the program wants one, and
// returns its end of it.
func (s *session) openChannel() (theirs *os.File, err error) {
	if s.program.Control == nil {
		return nil, nil
	}
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("sandbox: the control channel: %w", err)
	}
	syscall.SetNonblock(pair[0], true) // so that a deadline can end a read
	s.channel = os.NewFile(uintptr(pair[0]), "control")
	return os.NewFile(uintptr(pair[1]), "control"), nil
}

// control runs the caller's side of the channel. Its context ends with the
// caller's, or a second after the program, so that it can read to the end what
// the program wrote last.
func (s *session) control(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	returned := make(chan struct{})
	go func() {
		select {
		case <-returned:
			return
		case <-s.ended:
		}
		select {
		case <-returned:
		case <-time.After(time.Second):
			cancel()
		}
	}()
	err := s.program.Control(ctx, channel{s.channel})
	close(returned)
	s.channel.Close()
	select {
	case <-s.ended:
	case <-time.After(time.Second):
		s.end(Stopped)
	}
	return err
}

// channel is our end of the control channel. A program that dies with bytes
// unread resets it, which is an end like any other.
type channel struct{ f *os.File }

func (c channel) Read(b []byte) (int, error) {
	n, err := c.f.Read(b)
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = io.EOF
	}
	return n, err
}

func (c channel) Write(b []byte) (int, error) { return c.f.Write(b) }

// result reads the end off the exit status, of bwrap or of the program itself.
// outOfMemory is the kernel's word.
func (s *session) result(cpu time.Duration, outOfMemory bool) Result {
	r := Result{
		End: s.reason, ExitCode: -1, Stdout: s.out.kept, Stderr: s.err.kept,
		OutputCut: s.out.cut || s.err.cut, CPU: cpu,
	}
	if s.reason == "" {
		code := s.cmd.ProcessState.ExitCode()
		if status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			code = 128 + int(status.Signal())
		}
		classify(&r, code, outOfMemory, s.program.Limits)
	}
	return r
}

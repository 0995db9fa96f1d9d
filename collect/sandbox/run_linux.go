package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// launch is one program on its way through a box.
type launch struct {
	session
	slot    int
	child   int // process 1 of the box, as the host numbers it
	childFD int // the same, so that a reused number is never hit; −1 without
	release *os.File
}

// kill ends the box. Process 1 of the box goes first: with it the kernel kills
// every process of its namespace, and bwrap, which waits for it, comes back
// only after that.
func (l *launch) kill() {
	if l.childFD >= 0 {
		unix.PidfdSendSignal(l.childFD, unix.SIGKILL, nil, 0)
	} else if l.child > 0 {
		unix.Kill(l.child, unix.SIGKILL)
	} else {
		l.cmd.Process.Kill()
	}
}

// bury waits until no process of the box is left. bwrap comes back as soon as
// it knows the exit code, a moment before its process 1 is gone; and that
// process belongs to the program, which may have made it do anything.
func (l *launch) bury() {
	if l.childFD < 0 {
		unix.Kill(l.child, unix.SIGKILL)
		return
	}
	unix.PidfdSendSignal(l.childFD, unix.SIGKILL, nil, 0)
	poll := []unix.PollFd{{Fd: int32(l.childFD), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(poll, 5000); err != unix.EINTR {
			return
		}
	}
}

// run takes a program from its description to its result.
func (w *bubblewrap) run(ctx context.Context, p Program, slot int) (Result, error) {
	failed := func(err error) (Result, error) { return Result{End: HarnessError, ExitCode: -1}, err }
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
	// The kernel sends the signal of --die-with-parent when the thread that
	// started bwrap ends, so that thread is kept until the program has ended.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l := &launch{session: session{program: p, ended: make(chan struct{})}, slot: slot, childFD: -1}
	l.session.kill = l.kill
	if err := w.start(ctx, l); err != nil {
		return failed(err)
	}
	defer func() {
		if l.childFD >= 0 {
			unix.Close(l.childFD)
		}
	}()
	group := w.groups.slot(slot)
	if err := errors.Join(group.prepare(p.Limits), group.add(l.child)); err != nil {
		l.end(HarnessError)
		l.cmd.Wait()
		l.pipes.Wait()
		return failed(fmt.Errorf("sandbox: the cgroup of the box: %w", err))
	}
	// Where memory runs out for the whole host, the box is to go first.
	os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", l.child), []byte("1000"), 0)

	running, cancel := context.WithCancel(ctx)
	defer cancel()
	started := time.Now()
	l.release.Write([]byte{0})
	l.release.Close()
	var helpers sync.WaitGroup
	seen := &sizes{}
	helpers.Go(func() { l.watch(running, started, group, seen) })
	var controlErr error
	if l.channel != nil {
		helpers.Go(func() { controlErr = l.control(running) })
	}
	waitErr := l.cmd.Wait()
	wall := time.Since(started)
	l.over()
	l.bury()
	cancel()
	helpers.Wait()
	l.pipes.Wait()
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return failed(fmt.Errorf("sandbox: waiting for bwrap: %w", waitErr))
	}
	if err := ctx.Err(); err != nil && l.reason == HarnessError {
		return failed(err)
	}
	cpu := group.cpu()
	if cpu == 0 {
		cpu = seen.cpu()
	}
	r := l.result(cpu, group.killed())
	r.Wall, r.ControlErr = wall, controlErr
	r.MaxRSSBytes = group.peak()
	if r.MaxRSSBytes == 0 {
		r.MaxRSSBytes = seen.largest()
	}
	return r, nil
}

// start brings up bwrap and waits until the box stands, with its process 1
// held before the program.
func (w *bubblewrap) start(ctx context.Context, l *launch) error {
	fds := &descriptors{}
	defer fds.Close()
	theirs, err := l.openChannel()
	if err != nil {
		return err
	}
	if theirs != nil {
		fds.add(theirs) // the first, so it is descriptor 3
	}
	ok := false
	defer func() {
		if !ok && l.channel != nil {
			l.channel.Close()
		}
	}()
	args, err := w.boxArgs(l.program, fds)
	if err != nil {
		return err
	}
	filter, err := fds.data(w.filter)
	if err != nil {
		return err
	}
	infoRead, infoWrite, err := os.Pipe()
	if err != nil {
		return err
	}
	defer infoRead.Close()
	blockRead, blockWrite, err := os.Pipe()
	if err != nil {
		infoWrite.Close()
		return err
	}
	l.release = blockWrite
	defer func() {
		if !ok {
			blockWrite.Close()
		}
	}()
	args = append(args, "--seccomp", filter, "--info-fd", fds.add(infoWrite), "--block-fd", fds.add(blockRead))
	list, err := fds.data(joinZero(args))
	if err != nil {
		return err
	}
	stdin, err := memoryFile(l.program.Stdin)
	if err != nil {
		return err
	}
	defer stdin.Close()

	l.cmd = &exec.Cmd{
		Path: w.bwrap,
		Args: append([]string{"bwrap", "--args", list, "--"}, w.command(l.program)...),
		// Empty, not nil: a program in the box can read it in /proc/1/environ.
		Env: []string{}, Dir: "/", Stdin: stdin, ExtraFiles: fds.files,
		SysProcAttr: &syscall.SysProcAttr{},
	}
	if w.root {
		// As root, files below /proc/sys would open for writing inside.
		id := uint32(firstUID + l.slot)
		l.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id, Gid: id, Groups: []uint32{}}
	}
	outEnds, err := l.outputs()
	if err != nil {
		return err
	}
	err = l.cmd.Start()
	for _, f := range outEnds {
		f.Close()
	}
	fds.Close() // ours of what bwrap has inherited, or info would never end
	if err != nil {
		l.pipes.Wait()
		return fmt.Errorf("sandbox: starting bwrap: %w", err)
	}
	infoRead.SetReadDeadline(time.Now().Add(timeToSetUp))
	stop := context.AfterFunc(ctx, func() { infoRead.SetReadDeadline(time.Now()) })
	defer stop()
	var info struct {
		Child int `json:"child-pid"`
	}
	if err := json.NewDecoder(infoRead).Decode(&info); err != nil || info.Child <= 0 {
		l.cmd.Process.Kill()
		l.cmd.Wait()
		l.pipes.Wait()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &setUpError{said: lastLine(l.err.kept)}
	}
	l.child = info.Child
	if l.childFD, err = unix.PidfdOpen(l.child, 0); err != nil {
		l.childFD = -1 // before Linux 5.3
	}
	ok = true
	return nil
}

// setUpError is bwrap's own complaint.
type setUpError struct{ said string }

func (e *setUpError) Error() string {
	if e.said == "" {
		return "sandbox: bwrap did not set up a box in time"
	}
	return "sandbox: bwrap could not set up a box: " + e.said
}

// joinZero is the form that bwrap's --args reads.
func joinZero(args []string) []byte {
	var out []byte
	for _, arg := range args {
		out = append(append(out, arg...), 0)
	}
	return slices.Clip(out)
}

// statusField reads a line of /proc/…/status given in KiB, as bytes.
func statusField(status []byte, name string) int64 {
	for line := range linesOf(status) {
		if fields := fieldsOf(line); len(fields) >= 2 && fields[0] == name {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n * 1024
		}
	}
	return 0
}

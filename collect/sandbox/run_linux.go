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
	child   int      // process 1 of the box, as the host numbers it
	childFD int      // the same, so that a reused number is never hit; −1 without
	release *os.File // our ends of the pipe that holds process 1 back
	held    *os.File
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

// released says whether process 1 took the byte that let it go on to the
// program. If not, bwrap failed before, and its exit status is not the
// program's.
func (l *launch) released() bool {
	poll := []unix.PollFd{{Fd: int32(l.held.Fd()), Events: unix.POLLIN}}
	n, _ := unix.Poll(poll, 0)
	return n == 0
}

// abandon ends a box whose program has not begun.
func (l *launch) abandon() {
	l.end(HarnessError)
	l.cmd.Wait()
	l.over()
	l.bury()
	l.pipes.Wait()
	if l.channel != nil {
		l.channel.Close()
	}
}

func (l *launch) close() {
	l.release.Close()
	l.held.Close()
	if l.childFD >= 0 {
		unix.Close(l.childFD)
	}
}

// run takes a program from its description to its result.
func (w *bubblewrap) run(ctx context.Context, p Program, slot int, turn turn) (Result, error) {
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
	if err := w.start(l); err != nil {
		return failed(err)
	}
	defer l.close()
	group := w.groups.slot(slot)
	if err := errors.Join(group.prepare(p.Limits), group.add(l.child)); err != nil {
		l.abandon()
		if errors.Is(err, unix.ESRCH) { // it is gone already
			return failed(&setUpError{said: lastLine(l.err.kept)})
		}
		return failed(fmt.Errorf("sandbox: the cgroup of the box: %w", err))
	}
	// Where memory runs out for the whole host, the box is to go first.
	os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", l.child), []byte("1000"), 0)

	done, err := turn(ctx)
	if err != nil {
		l.abandon()
		return failed(err)
	}
	defer done()
	l.release.Write([]byte{0})
	var helpers sync.WaitGroup
	seen := &sizes{}
	started := time.Now()
	helpers.Go(func() { started = l.watch(ctx, group, seen) })
	var controlErr error
	if l.channel != nil {
		helpers.Go(func() { controlErr = l.control(ctx) })
	}
	waitErr := l.cmd.Wait()
	ended := time.Now()
	l.over()
	left := l.bury()
	helpers.Wait()
	l.pipes.Wait()
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return failed(fmt.Errorf("sandbox: waiting for bwrap: %w", waitErr))
	}
	if err := ctx.Err(); err != nil && l.reason == HarnessError {
		return failed(err)
	}
	if !l.released() {
		return failed(&setUpError{said: lastLine(l.err.kept)})
	}
	// A cgroup counts everyone. What the kernel hands to the collector lacks
	// those whom nobody waited for, and what was seen lacks the last moment.
	r := l.result(max(group.cpu(), left.cpu, seen.cpu()), group.killed())
	r.Wall, r.ControlErr = max(ended.Sub(started), 0), controlErr
	r.MaxRSSBytes = group.peak()
	if r.MaxRSSBytes == 0 {
		r.MaxRSSBytes = max(left.rss, seen.largest())
	}
	return r, nil
}

// start brings up bwrap and waits until the box stands, with its process 1
// held before the program.
func (w *bubblewrap) start(l *launch) error {
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
	l.release, l.held = blockWrite, blockRead
	defer func() {
		if !ok {
			blockWrite.Close()
			blockRead.Close()
		}
	}()
	args = append(args, "--seccomp", filter, "--info-fd", fds.add(infoWrite), "--block-fd", fds.lend(blockRead))
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
		// A group of its own: Ctrl-C on the terminal is for us, who finish politely.
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
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
	var info struct {
		Child int `json:"child-pid"`
	}
	// Not cut short by the context: a bwrap that is killed in these milliseconds
	// can leave its child waiting for ever.
	if err := json.NewDecoder(infoRead).Decode(&info); err != nil || info.Child <= 0 {
		unix.Kill(-l.cmd.Process.Pid, unix.SIGKILL)
		l.cmd.Wait()
		l.over()
		l.pipes.Wait()
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

package load

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// alarm wakes one goroutine at a moment. The runtime waits for its timers in
// steps of a millisecond when nothing else runs; a timer of the kernel that is
// polled like a socket has no such steps.
type alarm struct{ file *os.File }

func newAlarm() *alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return &alarm{}
	}
	return &alarm{os.NewFile(uintptr(fd), "timerfd")}
}

// until waits for a moment on the monotonic clock. It is false when ctx was
// done before. Only one goroutine may wait.
func (a *alarm) until(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 || a.file == nil {
		return sleepUntil(ctx, at)
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(wait))}
	if unix.TimerfdSettime(a.fd(), 0, &spec, nil) != nil {
		return sleepUntil(ctx, at)
	}
	stop := context.AfterFunc(ctx, func() { _ = a.file.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var ticks [8]byte
	if _, err := a.file.Read(ticks[:]); err != nil {
		return sleepUntil(ctx, at)
	}
	return ctx.Err() == nil
}

// fd returns the descriptor without making it blocking, as File.Fd would.
func (a *alarm) fd() (fd int) {
	c, err := a.file.SyscallConn()
	if err != nil {
		return -1
	}
	_ = c.Control(func(n uintptr) { fd = int(n) })
	return fd
}

func (a *alarm) close() {
	if a.file != nil {
		_ = a.file.Close()
	}
}

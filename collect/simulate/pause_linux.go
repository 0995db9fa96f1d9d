package simulate

import (
	"time"

	"golang.org/x/sys/unix"
)

// pause blocks the thread of the caller. The runtime's own sleep may end a
// millisecond late.
func pause(d time.Duration) {
	ts := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil) // woken by a signal: the caller looks at its clock again
}

// yield lets another thread have the core.
func yield() { _, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

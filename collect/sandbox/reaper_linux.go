package sandbox

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// reaping counts the open boxes that want orphans to come to this process.
var reaping struct {
	sync.Mutex
	boxes int
}

// reap makes this process the one that orphans among its descendants go to,
// while a Box is open: bwrap comes back as soon as it knows the exit code and
// leaves its process 1 behind, dying. Where the system's own process 1 collects
// no dead, as in many containers, thousands of programs would fill the process
// table; and the kernel's count of what a box used goes to who collects.
func reap(more int) {
	reaping.Lock()
	defer reaping.Unlock()
	before := reaping.boxes > 0
	reaping.boxes += more
	if now := reaping.boxes > 0; now != before {
		value := uintptr(0)
		if now {
			value = 1
		}
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, value, 0, 0, 0)
	}
}

// remains is what the kernel counted of a box that ended.
type remains struct {
	cpu time.Duration
	rss int64
}

// bury waits until no process of the box is left. Process 1 of the box belongs
// to the program, which may have made it do anything, so it is killed here
// whatever it seemed to do. Once it is gone the kernel has killed all others.
func (l *launch) bury() (r remains) {
	if l.childFD >= 0 {
		unix.PidfdSendSignal(l.childFD, unix.SIGKILL, nil, 0)
		poll := []unix.PollFd{{Fd: int32(l.childFD), Events: unix.POLLIN}}
		for {
			if _, err := unix.Poll(poll, 5000); err != unix.EINTR {
				break
			}
		}
	}
	var usage unix.Rusage
	for range 100 {
		pid, err := unix.Wait4(l.child, nil, unix.WNOHANG, &usage)
		switch {
		case pid == l.child:
			return remains{
				cpu: time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
				rss: usage.Maxrss * 1024,
			}
		case err != nil && err != unix.EINTR:
			return r // bwrap has collected it
		}
		time.Sleep(time.Millisecond) // before Linux 5.3, without a descriptor to wait on
	}
	return r
}

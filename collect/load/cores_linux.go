package load

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// splitCores divides the cores of this process: one, and the others. Both are
// nil when there is only one.
func splitCores() (one, others *unix.CPUSet) {
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil || all.Count() < 2 {
		return nil, nil
	}
	one, others = &unix.CPUSet{}, &unix.CPUSet{}
	for i, left := 0, all.Count(); left > 0; i++ {
		if !all.IsSet(i) {
			continue
		}
		if one.Count() == 0 {
			one.Set(i)
		} else {
			others.Set(i)
		}
		left--
	}
	return one, others
}

// startOn starts a process that stays on the given cores; nil = any.
func startOn(cores *unix.CPUSet, cmd *exec.Cmd) error {
	var before unix.CPUSet
	if cores == nil || unix.SchedGetaffinity(0, &before) != nil {
		return cmd.Start()
	}
	runtime.LockOSThread() // a new process takes over the cores of the thread that starts it
	defer runtime.UnlockOSThread()
	if unix.SchedSetaffinity(0, cores) != nil {
		return cmd.Start()
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	return cmd.Start()
}

//go:build unix

package load

import (
	"syscall"
	"time"
)

// processCPU returns the seconds of processor time that this process has used.
func processCPU() (float64, bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds(), true
}

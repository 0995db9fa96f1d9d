//go:build unix

package journal

import (
	"os"
	"syscall"
)

// lock takes the file for this process until it is closed; false when another
// process holds it. It tells a journal that is being written from one whose
// process was killed.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

package cache

import (
	"io/fs"
	"syscall"
)

// beyond is what a program cannot set by itself: the time of the last change of
// any kind, and the number of the file.
func beyond(info fs.FileInfo) (ctime int64, serial uint64) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano(), st.Ino
	}
	return 0, 0
}

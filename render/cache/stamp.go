package cache

import (
	"errors"
	"io/fs"
	"os"
)

// Stamp is how a file looks from outside. Two equal stamps mean that nobody has
// written to the file in between, unless it was within one tick of the clock of
// the file system: see [Stamp.Before].
type Stamp struct {
	Size   int64
	Mtime  int64  // nanoseconds
	Ctime  int64  // nanoseconds; 0 where the system does not tell it
	Serial uint64 // of the file in its file system; 0 where the system does not tell it
}

// tick is how coarse the clock of a file system may be, in nanoseconds.
const tick = 50_000_000

// Before reports whether the file was written for the last time clearly before a
// moment of the same clock. A file that was written later may have been written
// again in the same tick and would show the same stamp: its content decides.
func (s Stamp) Before(moment int64) bool { return s != Stamp{} && max(s.Mtime, s.Ctime) < moment-tick }

var errNotAFile = errors.New("is no regular file")

// Look is the stamp of a file. Links and folders have none.
func Look(name string) (Stamp, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return Stamp{}, err
	}
	return stampOf(info)
}

// LookOpen is the stamp of an open file.
func LookOpen(f *os.File) (Stamp, error) {
	info, err := f.Stat()
	if err != nil {
		return Stamp{}, err
	}
	return stampOf(info)
}

func stampOf(info fs.FileInfo) (Stamp, error) {
	if !info.Mode().IsRegular() {
		return Stamp{}, errNotAFile
	}
	s := Stamp{Size: info.Size(), Mtime: info.ModTime().UnixNano()}
	s.Ctime, s.Serial = beyond(info)
	return s, nil
}

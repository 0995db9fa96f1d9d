package sandbox

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// descriptors are the files that bwrap inherits, numbered from 3. bwrap closes
// those that its options name, so that only the control channel reaches the
// program.
type descriptors struct {
	files []*os.File
	lent  map[*os.File]bool
}

// add takes a file over and gives its number in bwrap.
func (d *descriptors) add(f *os.File) string {
	d.files = append(d.files, f)
	return strconv.Itoa(2 + len(d.files))
}

// lend is add for a file that stays the caller's.
func (d *descriptors) lend(f *os.File) string {
	if d.lent == nil {
		d.lent = map[*os.File]bool{}
	}
	d.lent[f] = true
	return d.add(f)
}

// data is a sealed file in memory with this content.
func (d *descriptors) data(content []byte) (string, error) {
	f, err := memoryFile(content)
	if err != nil {
		return "", err
	}
	return d.add(f), nil
}

func (d *descriptors) Close() {
	for _, f := range d.files {
		if !d.lent[f] {
			f.Close()
		}
	}
	d.files = nil
}

// memoryFile holds the content, read from its start. It is sealed: a program
// that gets it as standard input could otherwise use it as storage.
func memoryFile(content []byte) (*os.File, error) {
	n, err := unix.MemfdCreate("box", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("sandbox: a file in memory: %w", err)
	}
	f := os.NewFile(uintptr(n), "box")
	if _, err = f.Write(content); err == nil {
		if _, err = f.Seek(0, 0); err == nil {
			_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE)
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("sandbox: a file in memory: %w", err)
	}
	return f, nil
}

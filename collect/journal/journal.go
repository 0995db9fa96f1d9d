// Package journal keeps on disk what a running measurement has finished, a line
// each, so that a killed process loses nothing of it.
//
//   - [Create] begins a journal, [Open] goes on with one; either holds a lock by
//     which others tell a journal that is being written from one that was left.
//   - [Lines] reads one, [Left] finds those whose process has ended.
//
// What the lines say is for the packages that write them.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// syncEvery is how often a journal is forced to the disk. A crash of the
// machine loses at most so much; a killed process loses nothing that was
// flushed.
const syncEvery = time.Second

// ErrBusy says that another process writes the journal.
var ErrBusy = errors.New("another process is writing it")

// File is a journal that is being written. Its methods may be called at the
// same time.
type File struct {
	path  string
	file  *os.File
	mu    sync.Mutex
	out   *bufio.Writer
	size  int64 // with what waits in out
	fault error // the first failure to write
	quit  chan struct{}
	gone  chan struct{}
	once  sync.Once
}

// Create begins a journal that is not there yet. first is its first line, on
// the disk before Create returns.
func Create(path string, first any) (*File, error) {
	f, err := open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, err
	}
	f.AppendJSON(first)
	if err := f.Sync(); err != nil {
		f.file.Close()
		return nil, err
	}
	go f.keepSynced()
	return f, nil
}

// Open goes on with a journal, or begins one. read is given what is there, from
// the start, and returns how many bytes of it stand; the rest is cut off. It may
// be nil: then all that was there is forgotten.
func Open(path string, read func(*os.File) (keep int64, err error)) (*File, error) {
	f, err := open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if read != nil {
		f.size, err = read(f.file)
	}
	if err == nil {
		err = f.file.Truncate(f.size)
	}
	if err == nil {
		_, err = f.file.Seek(f.size, io.SeekStart)
	}
	if err != nil {
		f.file.Close()
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	go f.keepSynced()
	return f, nil
}

func open(path string, flags int) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if !lock(f) {
		f.Close()
		return nil, fmt.Errorf("journal %s: %w", path, ErrBusy)
	}
	return &File{path: path, file: f, out: bufio.NewWriterSize(f, 64<<10), quit: make(chan struct{}), gone: make(chan struct{})}, nil
}

// Path is where the journal lies.
func (f *File) Path() string { return f.path }

// Append adds a line, given without its end, and returns the byte at which it
// begins. What is appended reaches the disk with the next flush.
func (f *File) Append(line []byte) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.size
	_, err := f.out.Write(line)
	if err == nil {
		err = f.out.WriteByte('\n')
	}
	f.failed(err)
	f.size += int64(len(line)) + 1
	return at
}

// AppendJSON adds v as a line.
func (f *File) AppendJSON(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.failed(err)
		return
	}
	f.Append(line)
}

// Flush hands what was appended to the system, so that it outlives the process.
func (f *File) Flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed(f.out.Flush())
}

// Sync flushes and forces all to the disk. It returns the first failure to
// write since the journal was opened.
func (f *File) Sync() error {
	f.Flush()
	err := f.file.Sync() // outside the lock: lines must not wait for a disk
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed(err)
	return f.fault
}

// Err is the first failure to write.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault
}

func (f *File) failed(err error) {
	if err != nil && f.fault == nil {
		f.fault = fmt.Errorf("journal: %w", err)
	}
}

// ReadAt reads what was flushed.
func (f *File) ReadAt(p []byte, at int64) (int, error) { return f.file.ReadAt(p, at) }

func (f *File) keepSynced() {
	defer close(f.gone)
	t := time.NewTicker(syncEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			_ = f.Sync() // kept in fault
		case <-f.quit:
			return
		}
	}
}

// Close ends the journal and returns the first failure to write it. The file
// stays. Closing again does nothing.
func (f *File) Close() (err error) {
	f.once.Do(func() {
		close(f.quit)
		<-f.gone
		err = f.Sync()
		if e := f.file.Close(); err == nil && e != nil {
			err = fmt.Errorf("journal: %w", e)
		}
	})
	return err
}

// Remove closes the journal and removes it: what it held is stored elsewhere.
func (f *File) Remove() error {
	_ = f.Close() // what could not be written is not needed any more
	if err := os.Remove(f.path); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

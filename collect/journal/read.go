package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Line is one line of a journal: its number from 1, the byte at which it begins,
// and its text without the end, which is only valid until the next line.
type Line struct {
	Number int
	At     int64
	Text   []byte
}

// Lines hands each line of a journal to take and returns how many bytes of it
// stand. A last line that a crash cut off, or that take does not accept, is left
// out; an earlier one that take does not accept ends the reading.
func Lines(r io.Reader, take func(Line) error) (whole int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var long []byte
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		for long = long[:0]; errors.Is(err, bufio.ErrBufferFull); text, err = in.ReadSlice('\n') {
			long = append(long, text...)
		}
		if len(long) > 0 {
			long = append(long, text...)
			text = long
		}
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return whole, err
		}
		if err := take(Line{n, whole, text[:len(text)-1]}); err != nil {
			if _, more := in.Peek(1); n > 1 && more == io.EOF {
				return whole, nil
			}
			return whole, fmt.Errorf("line %d: %w", n, err)
		}
		whole += int64(len(text))
	}
}

// Abandoned is what was made of a journal whose process had ended.
type Abandoned struct {
	Path string
	Keep bool  // it stays
	Err  error // it could not be read or stored; it stays
}

// Left hands each journal in dir that no running process holds to take, in the
// order of their names, and removes those that take does not keep.
func Left(dir string, take func(path string, f *os.File) (keep bool, err error)) []Abandoned {
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	var out []Abandoned
	for _, path := range files {
		a := Abandoned{Path: path, Keep: true}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
		switch {
		case err != nil:
			a.Err = err
		case !lock(f): // its run is still going on
			f.Close()
			continue
		default:
			if a.Keep, a.Err = take(path, f); a.Err != nil {
				a.Keep, a.Err = true, fmt.Errorf("journal %s: %w", filepath.Base(path), a.Err)
			}
			f.Close()
			if !a.Keep {
				a.Err = os.Remove(path)
			}
		}
		out = append(out, a)
	}
	return out
}

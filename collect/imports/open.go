package imports

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDecoded bounds a file after unpacking; a small packed file may hold more
// than any disk.
const maxDecoded = 8 << 30

// open reads a file of the folder as UTF-8: gzip is unpacked whatever the file
// is called, byte order marks are taken off, UTF-16 is converted.
func (in Input) open(name string) (io.ReadCloser, error) {
	f, err := in.FS.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := decoded(&metered{f, in.read})
	if err != nil {
		f.Close()
		return nil, &Refusal{File: name, Message: err.Error()}
	}
	return &opened{r, f}, nil
}

// metered says how much of a file was read.
type metered struct {
	in   io.Reader
	tell func(bytes int)
}

func (t *metered) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	if t.tell != nil {
		t.tell(n)
	}
	return n, err
}

type opened struct {
	io.Reader
	io.Closer
}

// unpacked is the content of a file that may be gzip.
func unpacked(in io.Reader) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	if magic, _ := r.Peek(2); !bytes.Equal(magic, []byte{0x1F, 0x8B}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("begins like gzip and is none: %v", err)
	}
	return bufio.NewReaderSize(&capped{in: z, left: maxDecoded}, 64<<10), nil
}

// capped ends with an error where io.LimitReader would end in silence.
type capped struct {
	in   io.Reader
	left int64
}

func (b *capped) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("unpacks to more than %d GiB", maxDecoded>>30)
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// decoded is the content of a file as UTF-8.
func decoded(in io.Reader) (io.Reader, error) {
	r, err := unpacked(in)
	if err != nil {
		return nil, err
	}
	mark, _ := r.Peek(4)
	switch {
	case bytes.HasPrefix(mark, []byte{0xEF, 0xBB, 0xBF}):
		_, err = r.Discard(3)
		return r, err
	case bytes.HasPrefix(mark, []byte{0xFF, 0xFE}):
		_, err = r.Discard(2)
		return &wide{in: r}, err
	case bytes.HasPrefix(mark, []byte{0xFE, 0xFF}):
		_, err = r.Discard(2)
		return &wide{in: r, big: true}, err
	case len(mark) == 4 && mark[0] != 0 && mark[1] == 0 && mark[2] != 0 && mark[3] == 0:
		return &wide{in: r}, nil // without a mark; the first two letters are ASCII
	case len(mark) == 4 && mark[0] == 0 && mark[1] != 0 && mark[2] == 0 && mark[3] != 0:
		return &wide{in: r, big: true}, nil
	}
	return r, nil
}

// wide converts UTF-16, which some editors and shells write.
type wide struct {
	in   *bufio.Reader
	big  bool
	high rune // the first half of a pair
	out  []byte
}

func (w *wide) Read(p []byte) (int, error) {
	for len(w.out) < len(p) {
		unit, err := w.unit()
		if err != nil {
			if w.high != 0 {
				w.out, w.high = utf8.AppendRune(w.out, utf8.RuneError), 0
			}
			if len(w.out) > 0 {
				break
			}
			return 0, err
		}
		switch {
		case w.high != 0:
			if both := utf16.DecodeRune(w.high, unit); both != utf8.RuneError {
				w.out, w.high = utf8.AppendRune(w.out, both), 0
				continue
			}
			w.out, w.high = utf8.AppendRune(w.out, utf8.RuneError), 0
			fallthrough
		default:
			if unit >= 0xD800 && unit < 0xDC00 {
				w.high = unit
				continue
			}
			w.out = utf8.AppendRune(w.out, unit)
		}
	}
	n := copy(p, w.out)
	w.out = append(w.out[:0], w.out[n:]...)
	return n, nil
}

func (w *wide) unit() (rune, error) {
	a, err := w.in.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := w.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if w.big {
		a, b = b, a
	}
	return rune(b)<<8 | rune(a), nil
}

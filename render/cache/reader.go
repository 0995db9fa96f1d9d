package cache

import "errors"

// Reader reads what was appended, in the same order. After an error it gives
// zeros; Err says so at the end.
type Reader struct {
	text string
	at   int
	Err  error
}

// Read begins with the body of a file.
func Read(body string) *Reader { return &Reader{text: body} }

var errShort = errors.New("the cache is cut short")

// Done reports whether everything was read, and nothing failed.
func (r *Reader) Done() bool { return r.Err == nil && r.at == len(r.text) }

func (r *Reader) take(n int) string {
	if r.Err != nil || n < 0 || n > len(r.text)-r.at {
		if r.Err == nil {
			r.Err = errShort
		}
		return ""
	}
	r.at += n
	return r.text[r.at-n : r.at]
}

func (r *Reader) byte() byte {
	if s := r.take(1); s != "" {
		return s[0]
	}
	return 0
}

// Sum reads 32 bytes.
func (r *Reader) Sum() (s Sum) {
	copy(s[:], r.take(len(s)))
	return s
}

// Uint reads an unsigned number.
func (r *Reader) Uint() uint64 {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		c := r.byte()
		if r.Err != nil {
			return 0
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	r.Err = errShort
	return 0
}

// Int reads a signed number.
func (r *Reader) Int() int64 {
	u := r.Uint()
	return int64(u>>1) ^ -int64(u&1)
}

// Count reads how many things follow, each of at least a byte (one more is
// allowed for lists, which tell nil from empty).
func (r *Reader) Count() int {
	n := r.Uint()
	if r.Err != nil || n > uint64(len(r.text)-r.at)+1 {
		if r.Err == nil {
			r.Err = errShort
		}
		return 0
	}
	return int(n)
}

// String reads a string: a part of the text.
func (r *Reader) String() string { return r.take(r.Count()) }

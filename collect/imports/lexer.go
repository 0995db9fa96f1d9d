package imports

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// lexer reads the marks of JSON from a stream, byte by byte and in one pass. It
// is as strict as the standard, with one exception: the bare words NaN, Infinity
// and -Infinity, which Python writes, are values.
type lexer struct {
	in    io.Reader
	buf   []byte
	pos   int
	end   int
	start int64 // place of buf[0] in the stream
	lines int   // newlines passed
	err   error // of in
}

// errTorn means that the input ends within a value.
var errTorn = errors.New("the file ends in the middle of the JSON value")

func newLexer(in io.Reader) *lexer { return &lexer{in: in, buf: make([]byte, 64<<10)} }

// offset is how many bytes were taken.
func (l *lexer) offset() int64 { return l.start + int64(l.pos) }

// more reads on when the buffer is used up; false at the end.
func (l *lexer) more() bool {
	for l.pos == l.end {
		if l.err != nil {
			return false
		}
		l.start += int64(l.end)
		l.pos, l.end = 0, 0
		l.end, l.err = l.in.Read(l.buf)
	}
	return true
}

// failed is what the reader said when it ended otherwise than with its end. A
// packed file that is cut off counts as ended.
func (l *lexer) failed() error {
	if l.err == nil || l.err == io.EOF || errors.Is(l.err, io.ErrUnexpectedEOF) {
		return nil
	}
	return l.err
}

// torn is the error for an end within a value.
func (l *lexer) torn() error {
	if err := l.failed(); err != nil {
		return err
	}
	return errTorn
}

// peek skips white space and returns the next byte without taking it; 0 at the
// end, and for a NUL, which no JSON holds.
func (l *lexer) peek() byte {
	for l.more() {
		switch c := l.buf[l.pos]; c {
		case '\n':
			l.lines++
			l.pos++
		case ' ', '\t', '\r':
			l.pos++
		default:
			return c
		}
	}
	return 0
}

// take takes the next byte that is no white space, which must be want.
func (l *lexer) take(want byte, where string) error {
	c := l.peek()
	if c == want {
		l.pos++
		return nil
	}
	return l.unexpected(where)
}

// unexpected says what stands where something else should.
func (l *lexer) unexpected(where string) error {
	if !l.more() {
		return l.torn()
	}
	r, _ := utf8.DecodeRune(l.buf[l.pos:min(l.end, l.pos+utf8.UTFMax)])
	return fmt.Errorf("invalid character %q %s", r, where)
}

// word takes a literal such as true.
func (l *lexer) word(w string) error {
	for i := range len(w) {
		if !l.more() {
			return l.torn()
		}
		if l.buf[l.pos] != w[i] {
			return l.unexpected("in the word " + w)
		}
		l.pos++
	}
	return nil
}

// number takes a number as written. Infinity behind a minus is told by the
// second value.
func (l *lexer) number(into []byte) (out []byte, infinite bool, err error) {
	digits := func() error {
		n := 0
		for l.more() && l.buf[l.pos] >= '0' && l.buf[l.pos] <= '9' {
			into = append(into, l.buf[l.pos])
			l.pos++
			n++
		}
		if n == 0 {
			return l.unexpected("in a number")
		}
		if len(into) > maxNumber {
			return fmt.Errorf("a number has more than %d digits", maxNumber)
		}
		return nil
	}
	next := func(want string) bool {
		if l.more() && (l.buf[l.pos] == want[0] || l.buf[l.pos] == want[len(want)-1]) {
			into = append(into, l.buf[l.pos])
			l.pos++
			return true
		}
		return false
	}
	if next("-") && l.more() && l.buf[l.pos] == 'I' {
		return nil, true, l.word("Infinity")
	}
	if !next("0") {
		if err := digits(); err != nil {
			return nil, false, err
		}
	}
	if next(".") {
		if err := digits(); err != nil {
			return nil, false, err
		}
	}
	if next("eE") {
		next("+-")
		if err := digits(); err != nil {
			return nil, false, err
		}
	}
	return into, false, nil
}

// maxNumber bounds the digits of a number.
const maxNumber = 1 << 10

// text takes a string behind its opening quote and appends it to into, or only
// passes over it when keep is false. Bytes that are no UTF-8 become U+FFFD.
func (l *lexer) text(into []byte, keep bool) ([]byte, error) {
	clean := true
	for {
		if !l.more() {
			return nil, l.torn()
		}
		i := l.pos
		for i < l.end && l.buf[i] != '"' && l.buf[i] != '\\' && l.buf[i] >= ' ' {
			clean = clean && l.buf[i] < utf8.RuneSelf
			i++
		}
		if keep {
			into = append(into, l.buf[l.pos:i]...)
			if len(into) > maxText {
				return nil, fmt.Errorf("a text is longer than %d MiB", maxText>>20)
			}
		}
		l.pos = i
		if i == l.end {
			continue
		}
		switch l.buf[i] {
		case '"':
			l.pos++
			if !clean && keep && !utf8.Valid(into) {
				into = []byte(string([]rune(string(into))))
			}
			return into, nil
		case '\\':
			l.pos++
			var err error
			if into, err = l.escape(into); err != nil {
				return nil, err
			}
		default:
			fault := l.unexpected("in a text")
			if l.peek() == 0 && !l.more() {
				return nil, l.torn() // a line that is cut off and ended all the same
			}
			return nil, fault
		}
	}
}

// maxText bounds one text that is kept.
const maxText = 64 << 20

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape takes what follows a backslash.
func (l *lexer) escape(into []byte) ([]byte, error) {
	if !l.more() {
		return nil, l.torn()
	}
	c := l.buf[l.pos]
	if plain, ok := escapes[c]; ok {
		l.pos++
		return append(into, plain), nil
	}
	if c != 'u' {
		return nil, l.unexpected("behind a backslash")
	}
	l.pos++
	r, err := l.hex()
	if err != nil {
		return nil, err
	}
	for utf16.IsSurrogate(r) {
		// The other half follows as a second escape, or the half is alone.
		if !l.more() || l.buf[l.pos] != '\\' {
			r = utf8.RuneError
			break
		}
		l.pos++
		if !l.more() {
			return nil, l.torn()
		}
		if l.buf[l.pos] != 'u' {
			return l.escape(utf8.AppendRune(into, utf8.RuneError))
		}
		l.pos++
		second, err := l.hex()
		if err != nil {
			return nil, err
		}
		if both := utf16.DecodeRune(r, second); both != utf8.RuneError {
			r = both
			break
		}
		into = utf8.AppendRune(into, utf8.RuneError)
		r = second
	}
	return utf8.AppendRune(into, r), nil
}

func (l *lexer) hex() (rune, error) {
	var four [4]byte
	for i := range four {
		if !l.more() {
			return 0, l.torn()
		}
		four[i] = l.buf[l.pos]
		if !isHex(four[i]) {
			return 0, l.unexpected(`in a \u escape`)
		}
		l.pos++
	}
	n, err := strconv.ParseUint(string(four[:]), 16, 32)
	return rune(n), err
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

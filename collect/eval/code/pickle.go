package code

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// The opcodes of a pickle that holds one string, from the documentation of
// Python's pickletools. No other is accepted: a pickle is a program, and none of
// it is run here.
const (
	opProto           = 0x80
	opFrame           = 0x95
	opShortBinUnicode = 0x8c
	opBinUnicode      = 'X'
	opBinUnicode8     = 0x8d
	opMemoize         = 0x94
	opBinPut          = 'q'
	opLongBinPut      = 'r'
	opStop            = '.'
)

// opcodeNames are for the words of a refusal.
var opcodeNames = map[byte]string{
	'c': "GLOBAL", 'R': "REDUCE", 'b': "BUILD", 'i': "INST", 'o': "OBJ", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX", 0x93: "STACK_GLOBAL", 'P': "PERSID", 'Q': "BINPERSID",
	0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", '(': "MARK", '0': "POP", '1': "POP_MARK", '2': "DUP", 'F': "FLOAT", 'I': "INT", 'J': "BININT", 'K': "BININT1",
	'L': "LONG", 'M': "BININT2", 'N': "NONE", 'S': "STRING", 'T': "BINSTRING", 'U': "SHORT_BINSTRING", 'V': "UNICODE", 'a': "APPEND", 'd': "DICT", '}': "EMPTY_DICT",
	'e': "APPENDS", 'g': "GET", 'h': "BINGET", 'j': "LONG_BINGET", 'l': "LIST", ']': "EMPTY_LIST", 'p': "PUT", 's': "SETITEM", 't': "TUPLE", ')': "EMPTY_TUPLE",
	'u': "SETITEMS", 'G': "BINFLOAT", 0x85: "TUPLE1", 0x86: "TUPLE2", 0x87: "TUPLE3", 0x88: "NEWTRUE", 0x89: "NEWFALSE", 0x8a: "LONG1", 0x8b: "LONG4",
	'B': "BINBYTES", 'C': "SHORT_BINBYTES", 0x8e: "BINBYTES8", 0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
}

var errShortPickle = errors.New("the pickle ends early")

// Unpickle reads a pickle that holds one string and nothing else, protocols 2 to
// 5. Anything else is refused, with its opcode named.
func Unpickle(data []byte) (string, error) {
	p := pickle{data: data}
	text, have := "", false
	for first := true; ; first = false {
		op, err := p.byte()
		if err != nil {
			return "", err
		}
		switch op {
		case opProto:
			v, err := p.byte()
			if err != nil {
				return "", err
			}
			if !first || v < 2 || v > 5 {
				return "", fmt.Errorf("a pickle of protocol %d at byte %d is refused", v, p.at-2)
			}
		case opFrame:
			// The length of a frame is a hint to readers; it must not lie all the same.
			n, err := p.number(8)
			if err != nil {
				return "", err
			}
			if n > uint64(len(p.data)-p.at) {
				return "", errShortPickle
			}
		case opShortBinUnicode, opBinUnicode, opBinUnicode8:
			if have {
				return "", errors.New("the pickle holds more than one string")
			}
			size := map[byte]int{opShortBinUnicode: 1, opBinUnicode: 4, opBinUnicode8: 8}[op]
			n, err := p.number(size)
			if err != nil {
				return "", err
			}
			raw, err := p.take(n)
			if err != nil {
				return "", err
			}
			if !utf8.Valid(raw) {
				return "", errors.New("the string of the pickle is not UTF-8")
			}
			text, have = string(raw), true
		case opMemoize, opBinPut, opLongBinPut:
			if !have {
				return "", errors.New("the pickle remembers a value before there is one")
			}
			if _, err := p.take(map[byte]uint64{opMemoize: 0, opBinPut: 1, opLongBinPut: 4}[op]); err != nil {
				return "", err
			}
		case opStop:
			switch {
			case !have:
				return "", errors.New("the pickle holds no string")
			case p.at != len(p.data):
				return "", fmt.Errorf("%d bytes follow the end of the pickle", len(p.data)-p.at)
			}
			return text, nil
		default:
			name := opcodeNames[op]
			if name == "" {
				name = "unknown"
			}
			return "", fmt.Errorf("the opcode %s (0x%02x) at byte %d is refused: a pickle may hold one string and nothing else", name, op, p.at-1)
		}
	}
}

type pickle struct {
	data []byte
	at   int
}

func (p *pickle) take(n uint64) ([]byte, error) {
	if n > uint64(len(p.data)-p.at) {
		return nil, errShortPickle
	}
	out := p.data[p.at : p.at+int(n)]
	p.at += int(n)
	return out, nil
}

func (p *pickle) byte() (byte, error) {
	b, err := p.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// number reads a little-endian number of 1, 4 or 8 bytes.
func (p *pickle) number(size int) (uint64, error) {
	b, err := p.take(uint64(size))
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], b)
	return binary.LittleEndian.Uint64(wide[:]), nil
}

// maxPacked bounds what private tests may unpack to, in bytes: far above the
// largest published ones, far below what would hurt.
const maxPacked = 512 << 20

// Unpack decodes private tests: base64 of zlib of a pickled string.
func Unpack(packed string) (string, error) { return unpack(packed, maxPacked) }

func unpack(packed string, most int64) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return "", fmt.Errorf("private tests are no base64: %w", err)
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("private tests are not packed with zlib: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil {
		return "", fmt.Errorf("private tests do not unpack: %w", err)
	}
	if int64(len(data)) > most {
		return "", fmt.Errorf("private tests unpack to more than %d bytes", most)
	}
	return Unpickle(data)
}

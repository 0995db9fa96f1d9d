package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxNesting bounds how deep a document may nest.
const maxNesting = 200

// kind is the JSON type of a node.
type kind byte

const (
	missing kind = iota
	null
	boolean
	numeral
	text
	list
	object
)

var kindNames = map[kind]string{missing: "nothing", null: "null", boolean: "true or false", numeral: "a number", text: "text", list: "a list", object: "an object"}

// node is a JSON value with its place. Keys keep the order of the file, which
// tells what a tool takes for its first metric. The first wrong type that is met
// through any node is kept in the document.
type node struct {
	doc    *document
	path   string
	kind   kind
	scalar string // text, or a number as written
	truth  bool
	keys   []string
	fields map[string]*node
	items  []*node
}

type document struct {
	file  string
	fault *Refusal
}

// parse reads one JSON value. Bare NaN and Infinity, which Python writes, become
// null; byte order marks and UTF-16 are taken off. Nothing may follow the value.
func parse(file string, data []byte) (*node, error) {
	clean, shifts := tolerate(toUTF8(data))
	dec := json.NewDecoder(bytes.NewReader(clean))
	dec.UseNumber()
	p := &parser{dec: dec, doc: &document{file: file}}
	root, err := p.value("", 0)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("more follows after the end of the JSON value")
		}
	}
	if err == nil {
		return root, nil
	}
	var deep *Refusal
	if errors.As(err, &deep) {
		return nil, deep
	}
	at := dec.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = syntax.Offset
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		at, err = int64(len(clean)), errors.New("the file ends in the middle of the JSON value")
	}
	for _, s := range shifts {
		if s < at {
			at--
		}
	}
	return nil, &Refusal{File: file, Message: fmt.Sprintf("is not valid JSON at byte %d: %v", at, err)}
}

type parser struct {
	dec *json.Decoder
	doc *document
}

func (p *parser) value(path string, depth int) (*node, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxNesting {
		return nil, &Refusal{File: p.doc.file, Message: fmt.Sprintf("nests deeper than %d levels", maxNesting)}
	}
	n := &node{doc: p.doc, path: path}
	switch t := t.(type) {
	case nil:
		n.kind = null
	case bool:
		n.kind, n.truth = boolean, t
	case json.Number:
		n.kind, n.scalar = numeral, t.String()
	case string:
		n.kind, n.scalar = text, t
	case json.Delim:
		if t == '[' {
			n.kind = list
			for p.dec.More() {
				item, err := p.value(fmt.Sprintf("%s[%d]", path, len(n.items)), depth+1)
				if err != nil {
					return nil, err
				}
				n.items = append(n.items, item)
			}
		} else {
			n.kind, n.fields = object, map[string]*node{}
			for p.dec.More() {
				key, err := p.dec.Token()
				if err != nil {
					return nil, err
				}
				name := key.(string)
				field, err := p.value(join(path, name), depth+1)
				if err != nil {
					return nil, err
				}
				if _, twice := n.fields[name]; !twice {
					n.keys = append(n.keys, name)
				}
				n.fields[name] = field // the last one counts, as in Python
			}
		}
		if _, err := p.dec.Token(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// tolerate replaces bare NaN, Infinity and -Infinity by null. Words keep their
// length where null is not longer; shifts lists the places where it is.
func tolerate(data []byte) (out []byte, shifts []int64) {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data, nil
	}
	inText := false
	for i := 0; i < len(data); i++ {
		c := data[i]
		if inText {
			out = append(out, c)
			if c == '\\' && i+1 < len(data) {
				i++
				out = append(out, data[i])
			} else if c == '"' {
				inText = false
			}
			continue
		}
		word := 0
		for _, w := range []string{"NaN", "Infinity", "-Infinity"} {
			if bytes.HasPrefix(data[i:], []byte(w)) {
				word = len(w)
			}
		}
		switch {
		case word == 3:
			out = append(out, "null"...)
			shifts = append(shifts, int64(len(out)))
		case word > 3:
			out = append(append(out, "null"...), bytes.Repeat([]byte(" "), word-4)...)
		default:
			inText = c == '"'
			out = append(out, c)
			continue
		}
		i += word - 1
	}
	return out, shifts
}

// toUTF8 takes off a byte order mark and converts UTF-16, which some editors and
// shells write.
func toUTF8(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		return data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		big := data[0] == 0xFE
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			lo, hi := data[i], data[i+1]
			if big {
				lo, hi = hi, lo
			}
			units = append(units, uint16(hi)<<8|uint16(lo))
		}
		out := make([]byte, 0, len(units))
		for _, r := range utf16.Decode(units) {
			out = utf8.AppendRune(out, r)
		}
		return out
	}
	return data
}

// topKeys lists the keys of the outermost object in the order of the file, as
// far as head goes.
func topKeys(head []byte) (keys []string) {
	head = bytes.TrimLeft(toUTF8(head), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return nil
	}
	depth := 0
	for i := 0; i < len(head); i++ {
		switch head[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			start := i + 1
			for i++; i < len(head) && head[i] != '"'; i++ {
				if head[i] == '\\' {
					i++
				}
			}
			if depth != 1 || i >= len(head) {
				continue
			}
			rest := bytes.TrimLeft(head[i+1:], " \t\r\n")
			if len(rest) > 0 && rest[0] == ':' {
				keys = append(keys, string(head[start:i]))
			}
		}
	}
	return keys
}

// finite reads a number as written; nil when it does not fit.
func finite(s string) *float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	return &f
}

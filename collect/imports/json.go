package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Bounds of what is kept of one document: how deep it nests, and about how many
// bytes its values take in memory.
const (
	maxNesting = 200
	maxKept    = 192 << 20
	nodeCost   = 160 // bytes of a value, about
	objectCost = 320 // more for an object
)

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
	up     *node  // the value it stands in
	key    string // its name there
	place  int    // its place there, when up is a list
	kind   kind
	truth  bool
	seen   bool   // a reader has asked for it
	whole  bool   // with all that stands under it
	scalar string // text, or a number as written; of null the bare word that stood there
	keys   []string
	fields map[string]*node
	items  []*node
}

type document struct {
	file  string
	line  int // of a file of lines, 1-based
	fault *Refusal
}

// path is where the value stands: results.mmlu, items[3].id.
func (n *node) path() string {
	if n.up == nil {
		return n.key
	}
	if n.up.kind == list {
		return fmt.Sprintf("%s[%d]", n.up.path(), n.place)
	}
	return join(n.up.path(), n.key)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// parse reads one JSON value. Bare NaN and Infinity, which Python writes, become
// null; byte order marks and UTF-16 are taken off. Nothing may follow the value.
func parse(file string, data []byte, sinks ...sink) (*node, error) {
	in, err := decoded(bytes.NewReader(data))
	if err != nil {
		return nil, &Refusal{File: file, Message: err.Error()}
	}
	return parseStream(file, in, sinks...)
}

// parseStream is parse of a stream that is UTF-8.
func parseStream(file string, in io.Reader, sinks ...sink) (*node, error) {
	p := &parser{lexer: newLexer(in), doc: &document{file: file}, steps: steps(sinks)}
	root, err := p.value(nil, "", 0, p.steps, 0)
	if err == nil {
		if p.peek() != 0 || p.more() {
			err = errors.New("more follows after the end of the JSON value")
		} else {
			err = p.failed()
		}
	}
	if err != nil {
		return nil, p.refusal(err)
	}
	return root, nil
}

type parser struct {
	*lexer
	doc     *document
	steps   *step
	kept    int
	scratch []byte
	lent    node // a value without parts, for as long as a sink looks at it
}

// refusal is a fault of the JSON with its place.
func (p *parser) refusal(err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		if r.File == "" {
			r.File = p.doc.file
		}
		return err
	}
	if p.failed() != nil {
		return &Refusal{File: p.doc.file, Message: "cannot be read: " + p.failed().Error()}
	}
	return &Refusal{File: p.doc.file, Line: p.doc.line, Message: fmt.Sprintf("is not valid JSON at byte %d: %v", p.offset(), err)}
}

// value takes the next value. at is the step of the sinks that the value has
// reached, nil when none leads here.
func (p *parser) value(up *node, key string, place int, at *step, depth int) (*node, error) {
	n := new(node)
	if err := p.into(n, up, key, place, at, depth); err != nil {
		return nil, err
	}
	return n, nil
}

// into is value with the node to fill.
func (p *parser) into(n, up *node, key string, place int, at *step, depth int) error {
	if depth > maxNesting {
		return &Refusal{File: p.doc.file, Line: p.doc.line, Message: fmt.Sprintf("nests deeper than %d levels", maxNesting)}
	}
	if p.kept += nodeCost; p.kept > maxKept {
		return &Refusal{File: p.doc.file, Line: p.doc.line, Message: fmt.Sprintf("holds more than %d MiB of values that have to be kept", maxKept>>20)}
	}
	n.doc, n.up, n.key, n.place = p.doc, up, key, place
	var err error
	switch c := p.peek(); c {
	case '{':
		err = p.object(n, at, depth)
	case '[':
		err = p.list(n, at, depth)
	case '"':
		p.pos++
		n.kind = text
		if p.scratch, err = p.text(p.scratch[:0], true); err == nil {
			n.scalar = string(p.scratch)
			p.kept += len(n.scalar)
		}
	case 't':
		n.kind, n.truth, err = boolean, true, p.word("true")
	case 'f':
		n.kind, err = boolean, p.word("false")
	case 'n':
		n.kind, err = null, p.word("null")
	case 'N':
		n.kind, n.scalar, err = null, "NaN", p.word("NaN")
	case 'I':
		n.kind, n.scalar, err = null, "Infinity", p.word("Infinity")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return p.unexpected("looking for the beginning of a value")
		}
		var infinite bool
		p.scratch, infinite, err = p.number(p.scratch[:0])
		if n.kind, n.scalar = numeral, string(p.scratch); infinite {
			n.kind, n.scalar = null, "-Infinity"
		}
	}
	return err
}

func (p *parser) object(n *node, at *step, depth int) error {
	p.pos++
	n.kind, n.fields = object, map[string]*node{}
	p.kept += objectCost
	for first := true; ; first = false {
		if p.peek() == '}' {
			p.pos++
			return nil
		}
		if !first {
			if err := p.take(',', "after a value in an object"); err != nil {
				return err
			}
		}
		if err := p.take('"', "looking for the name of a field"); err != nil {
			return err
		}
		var err error
		if p.scratch, err = p.text(p.scratch[:0], true); err != nil {
			return err
		}
		name := string(p.scratch)
		p.kept += len(name)
		if err := p.take(':', "after the name of a field"); err != nil {
			return err
		}
		field, err := p.handed(n, name, 0, at.field(name), depth)
		if err != nil {
			return err
		}
		if field == nil {
			continue
		}
		if _, twice := n.fields[name]; !twice {
			n.keys = append(n.keys, name)
		}
		n.fields[name] = field // the last one counts, as in Python
	}
}

func (p *parser) list(n *node, at *step, depth int) error {
	p.pos++
	n.kind = list
	for i := 0; ; i++ {
		if p.peek() == ']' {
			p.pos++
			return nil
		}
		if i > 0 {
			if err := p.take(',', "after a value in a list"); err != nil {
				return err
			}
		}
		item, err := p.handed(n, "", i, at.item(), depth)
		if err != nil {
			return err
		}
		if item != nil {
			n.items = append(n.items, item)
		}
	}
}

// handed takes a value and, where a sink stands at its place, hands it on
// instead of returning it.
func (p *parser) handed(up *node, key string, place int, at *step, depth int) (*node, error) {
	if at == nil || !at.end {
		return p.value(up, key, place, at, depth+1)
	}
	if at.take == nil {
		return nil, p.skip(depth + 1)
	}
	kept := p.kept
	if c := p.peek(); c != '{' && c != '[' {
		p.lent = node{} // a list may hold millions of numbers
		err := p.into(&p.lent, up, key, place, at, depth+1)
		if err == nil {
			err = at.take(&p.lent)
		}
		p.kept = kept
		return nil, err
	}
	n, err := p.value(up, key, place, at, depth+1)
	if err == nil {
		err = at.take(n)
	}
	p.kept = kept
	return nil, err
}

// skip passes over a value and keeps nothing of it.
func (p *parser) skip(depth int) error {
	if depth > maxNesting {
		return &Refusal{File: p.doc.file, Line: p.doc.line, Message: fmt.Sprintf("nests deeper than %d levels", maxNesting)}
	}
	closing := byte('}')
	switch p.peek() {
	case '"':
		p.pos++
		var err error
		p.scratch, err = p.text(p.scratch[:0], false)
		return err
	case '[':
		closing = ']'
	case '{':
	default:
		_, err := p.value(nil, "", 0, nil, depth)
		p.kept -= nodeCost
		return err
	}
	p.pos++
	for first := true; ; first = false {
		if p.peek() == closing {
			p.pos++
			return nil
		}
		if !first {
			if err := p.take(',', "after a value"); err != nil {
				return err
			}
		}
		if closing == '}' {
			if err := p.take('"', "looking for the name of a field"); err != nil {
				return err
			}
			var err error
			if p.scratch, err = p.text(p.scratch[:0], false); err != nil {
				return err
			}
			if err := p.take(':', "after the name of a field"); err != nil {
				return err
			}
		}
		if err := p.skip(depth + 1); err != nil {
			return err
		}
	}
}

// step is a place on the way to a sink.
type step struct {
	fields map[string]*step
	each   *step
	end    bool
	take   func(*node) error
}

func (s *step) field(name string) *step {
	if s == nil {
		return nil
	}
	return s.fields[name]
}

func (s *step) item() *step {
	if s == nil {
		return nil
	}
	return s.each
}

// sink hands a value on as it is read, instead of keeping it in the tree: a
// field ("generated_texts"), or each item of a list ("benchmarks[].requests[]").
// Without take the value is passed over. An object or a list may be kept; a value
// without parts is only lent.
type sink struct {
	path string
	take func(*node) error
}

func steps(sinks []sink) *step {
	root := &step{}
	for _, s := range sinks {
		at := root
		for _, name := range strings.Split(s.path, ".") {
			field, lists := strings.CutSuffix(name, "[]")
			depth := 0
			for ; lists; depth++ {
				field, lists = strings.CutSuffix(field, "[]")
			}
			if field != "" {
				if at.fields == nil {
					at.fields = map[string]*step{}
				}
				if at.fields[field] == nil {
					at.fields[field] = &step{}
				}
				at = at.fields[field]
			}
			for range depth {
				if at.each == nil {
					at.each = &step{}
				}
				at = at.each
			}
		}
		at.end, at.take = true, s.take
	}
	return root
}

// finite reads a number as written; nil when it does not fit.
func finite(s string) *float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	return &f
}

package server

import (
	"strconv"
	"strings"
)

// maxDepth bounds how deep a printed value may nest.
const maxDepth = 64

// literals reads values as Python prints them: strings, numbers, True, False,
// None, lists, tuples, sets and dicts. What it does not know (an enum in angle
// brackets, a call such as Config(a=1), a bare name) becomes a string of the
// text as it stands, so that one odd value never loses the rest.
type literals struct {
	s     string
	i     int
	depth int
}

// parseDict reads the dict that s begins with.
func parseDict(s string) (map[string]any, bool) {
	p := &literals{s: s}
	p.space()
	if p.i >= len(s) || s[p.i] != '{' {
		return nil, false
	}
	m, ok := p.value().(map[string]any)
	return m, ok
}

// parseKeywords reads name=value, name=value … until the text ends or no name
// follows.
func parseKeywords(s string) map[string]any {
	p := &literals{s: s}
	out := map[string]any{}
	for {
		p.space()
		start := p.i
		for p.i < len(p.s) && nameByte(p.s[p.i]) {
			p.i++
		}
		name := p.s[start:p.i]
		if name == "" || p.i >= len(p.s) || p.s[p.i] != '=' {
			return out
		}
		p.i++
		out[name] = p.value()
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ',' {
			return out
		}
		p.i++
	}
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *literals) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\n') {
		p.i++
	}
}

func (p *literals) value() any {
	p.space()
	start := p.i
	if p.i >= len(p.s) || p.depth >= maxDepth {
		return p.opaque(start)
	}
	p.depth++
	defer func() { p.depth-- }()
	var v any
	ok := false
	switch c := p.s[p.i]; c {
	case '\'', '"':
		v, ok = p.text()
	case '{':
		v, ok = p.dict()
	case '[':
		v, ok = p.list(']')
	case '(':
		v, ok = p.list(')')
	default:
		v, ok = p.word()
	}
	if !ok || !p.ends() {
		return p.opaque(start)
	}
	return v
}

// ends reports whether the value just read is whole: nothing but a separator
// follows.
func (p *literals) ends() bool {
	at := p.i
	p.space()
	ok := p.i >= len(p.s) || strings.IndexByte(",:)]}", p.s[p.i]) >= 0
	p.i = at
	return ok
}

func (p *literals) word() (any, bool) {
	start := p.i
	for p.i < len(p.s) && (nameByte(p.s[p.i]) || strings.IndexByte("+-.", p.s[p.i]) >= 0) {
		p.i++
	}
	switch w := p.s[start:p.i]; w {
	case "":
		return nil, false
	case "None":
		return nil, true
	case "True":
		return true, true
	case "False":
		return false, true
	default:
		if n, err := strconv.ParseInt(w, 10, 64); err == nil {
			return n, true
		}
		if f, err := strconv.ParseFloat(w, 64); err == nil && strings.ContainsAny(w, "0123456789") {
			return f, true
		}
		return w, true
	}
}

func (p *literals) text() (string, bool) {
	quote := p.s[p.i]
	var b strings.Builder
	for p.i++; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		switch {
		case c == quote:
			p.i++
			return b.String(), true
		case c == '\\' && p.i+1 < len(p.s):
			p.i++
			switch e := p.s[p.i]; e {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '\\', '\'', '"':
				b.WriteByte(e)
			default:
				b.WriteString(`\` + string(rune(e)))
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

func (p *literals) dict() (any, bool) {
	m := map[string]any{}
	var set []any
	isSet := false
	for p.i++; ; {
		p.space()
		if p.i >= len(p.s) {
			return nil, false
		}
		if p.s[p.i] == '}' {
			p.i++
			if isSet {
				return set, true
			}
			return m, true
		}
		key := p.value()
		p.space()
		if p.i >= len(p.s) {
			return nil, false
		}
		if p.s[p.i] == ':' {
			p.i++
			m[printed(key)] = p.value()
		} else {
			isSet = true
			set = append(set, key)
		}
		if !p.comma('}') {
			return nil, false
		}
	}
}

func (p *literals) list(end byte) (any, bool) {
	out := []any{}
	for p.i++; ; {
		p.space()
		if p.i >= len(p.s) {
			return nil, false
		}
		if p.s[p.i] == end {
			p.i++
			return out, true
		}
		out = append(out, p.value())
		if !p.comma(end) {
			return nil, false
		}
	}
}

// comma steps over the separator of two values; the end stays where it is.
func (p *literals) comma(end byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ',' {
		p.i++
		return true
	}
	return p.i < len(p.s) && p.s[p.i] == end
}

// opaque takes the text from start to the separator that ends the value,
// stepping over whatever it holds in quotes and brackets.
func (p *literals) opaque(start int) any {
	depth := 0
	for p.i = start; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; c {
		case '\'', '"':
			if _, ok := p.text(); !ok {
				p.i = len(p.s)
			}
			p.i--
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}', '>':
			if depth == 0 {
				return strings.TrimSpace(p.s[start:p.i])
			}
			depth--
		case ',':
			if depth == 0 {
				return strings.TrimSpace(p.s[start:p.i])
			}
		}
	}
	return strings.TrimSpace(p.s[start:])
}

func printed(key any) string {
	switch k := key.(type) {
	case string:
		return k
	case int64:
		return strconv.FormatInt(k, 10)
	case nil:
		return "None"
	case bool:
		return strconv.FormatBool(k)
	case float64:
		return strconv.FormatFloat(k, 'g', -1, 64)
	}
	return "?"
}

package endpoint

import "bytes"

// Kind says what an event of a stream carries; an event may carry several.
type Kind uint8

// The kinds of events. Content, Reasoning and Tool bear tokens. Role alone is
// the opening chunk that many servers send before the first token exists.
const (
	Content   Kind = 1 << iota // non-empty answer text
	Reasoning                  // non-empty reasoning or reasoning_content
	Tool                       // part of a tool call
	Role                       // names the role
	Finish                     // a finish reason
	UsageInfo                  // token counts
	Fault                      // an error object
	Unread                     // not JSON that the pass could follow
)

// Tokens reports whether an event of kind k bears tokens.
func (k Kind) Tokens() bool { return k&(Content|Reasoning|Tool) != 0 }

// scanner finds the kind of an event in one pass over its bytes. It follows
// only the few keys that matter and steps over everything else, because a full
// JSON decode inside the measured window costs more than the read itself and
// shows in the tail of the gaps.
type scanner struct {
	b         []byte
	i         int
	kind      Kind
	completed int32 // usage.completion_tokens of this event, -1 when absent
	from, to  int   // where the text of the last filled delta lies, 0 when there is none
}

// scan returns the kind of the event and the completion tokens it reports so
// far (-1 when it reports none). ok is false when data is no whole JSON object.
func scan(data []byte) (kind Kind, completed int32, ok bool) {
	s := scanner{b: data, completed: -1}
	ok = s.all()
	return s.kind, s.completed, ok
}

func (s *scanner) all() bool {
	if !s.object((*scanner).top) {
		return false
	}
	s.space()
	return s.i == len(s.b)
}

// mold is the frame of the latest event that held nothing but text. The events
// of a stream differ in their text alone, as a rule, and one that has the same
// frame is of the same kind without another pass.
type mold struct {
	head, tail []byte
	kind       Kind
}

// fits reports whether data is the frame with another text in it. The text must
// hold no quote and not end in a backslash: then its string ends where the tail
// begins.
func (m *mold) fits(data []byte) bool {
	n := len(data) - len(m.head) - len(m.tail)
	if m.kind == 0 || n < 1 || !bytes.HasSuffix(data, m.tail) || !bytes.HasPrefix(data, m.head) {
		return false
	}
	text := data[len(m.head) : len(m.head)+n]
	return text[n-1] != '\\' && bytes.IndexByte(text, '"') < 0
}

// scan is the function scan, and keeps the frame when it can serve again.
func (m *mold) scan(data []byte) (kind Kind, completed int32, ok bool) {
	if m.fits(data) {
		return m.kind, -1, true
	}
	s := scanner{b: data, completed: -1}
	ok = s.all()
	if ok && s.to > s.from && s.kind&^(Content|Reasoning|Role) == 0 {
		m.head, m.tail, m.kind = append(m.head[:0], data[:s.from]...), append(m.tail[:0], data[s.to:]...), s.kind
	}
	return s.kind, s.completed, ok
}

// top handles one member of the event object.
func (s *scanner) top(key []byte) bool {
	switch string(key) {
	case "choices":
		return s.array(func(s *scanner) bool { return s.object((*scanner).choice) })
	case "usage":
		if s.peek() != '{' {
			return s.skip()
		}
		s.kind |= UsageInfo
		return s.object((*scanner).usage)
	case "error":
		if s.filled() {
			s.kind |= Fault
		}
	case "object":
		if bytes.HasPrefix(s.b[s.i:], []byte(`"error"`)) { // an error without a wrapper
			s.kind |= Fault
		}
	}
	return s.skip()
}

func (s *scanner) choice(key []byte) bool {
	switch string(key) {
	case "delta", "message":
		if s.peek() != '{' {
			return s.skip()
		}
		return s.object((*scanner).delta)
	case "finish_reason":
		if s.peek() == '"' && s.filled() {
			s.kind |= Finish
		}
	case "text":
		if s.filled() {
			s.kind |= Content
		}
	}
	return s.skip()
}

func (s *scanner) delta(key []byte) bool {
	var kind Kind
	switch string(key) {
	case "content", "refusal":
		kind = Content
	case "reasoning", "reasoning_content":
		kind = Reasoning
	case "tool_calls", "function_call":
		kind = Tool
	case "role":
		kind = Role
	}
	if kind == 0 || !s.filled() {
		return s.skip()
	}
	s.kind |= kind
	from, text := s.i+1, s.b[s.i] == '"' && kind != Role
	ok := s.skip()
	if text && ok {
		s.from, s.to = from, s.i-1
	}
	return ok
}

func (s *scanner) usage(key []byte) bool {
	if string(key) != "completion_tokens" {
		return s.skip()
	}
	n := int32(0)
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' && s.i-start < 9 {
		n = n*10 + int32(s.b[s.i]-'0')
		s.i++
	}
	if s.i > start {
		s.completed = n
	}
	return s.skip()
}

// filled reports whether the value at the cursor is neither null nor empty.
func (s *scanner) filled() bool {
	if s.i+1 >= len(s.b) {
		return false
	}
	switch s.b[s.i] {
	case '"':
		return s.b[s.i+1] != '"'
	case '[':
		return s.b[s.i+1] != ']'
	case '{':
		return s.b[s.i+1] != '}'
	}
	return false
}

// object walks the object at the cursor and gives each key to member, which
// must leave the cursor behind the value.
func (s *scanner) object(member func(*scanner, []byte) bool) bool {
	if s.peek() != '{' {
		return false
	}
	s.i++
	for first := true; ; first = false {
		switch s.peek() {
		case '}':
			s.i++
			return true
		case ',':
			if first {
				return false
			}
			s.i++
		default:
			if !first {
				return false
			}
		}
		if s.peek() != '"' {
			return false
		}
		start := s.i + 1
		if !s.str() {
			return false
		}
		key := s.b[start : s.i-1]
		if s.peek() != ':' {
			return false
		}
		s.i++
		s.space()
		if !member(s, key) {
			return false
		}
	}
}

func (s *scanner) array(element func(*scanner) bool) bool {
	if s.peek() != '[' {
		return s.skip()
	}
	s.i++
	for {
		switch s.peek() {
		case ']':
			s.i++
			return true
		case ',':
			s.i++
			s.space()
		case 0:
			return false
		}
		if !element(s) {
			return false
		}
	}
}

// skip steps over the value at the cursor without recursion.
func (s *scanner) skip() bool {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			if !s.str() {
				return false
			}
			if depth == 0 {
				return true
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return true // end of a number or literal
			}
			depth--
			if depth == 0 {
				s.i++
				return true
			}
		case ',':
			if depth == 0 {
				return true
			}
		}
		s.i++
	}
	return false
}

// str steps over the string at the cursor.
func (s *scanner) str() bool {
	s.i++
	for {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			s.i = len(s.b)
			return false
		}
		end := s.i + n
		back := end - 1
		for back >= s.i && s.b[back] == '\\' {
			back--
		}
		s.i = end + 1
		if (end-back)%2 == 1 { // an even number of backslashes before the quote
			return true
		}
		// The quote was escaped. The next search starts behind it, where no
		// backslash of this run can be counted again.
	}
}

func (s *scanner) peek() byte {
	s.space()
	if s.i >= len(s.b) {
		return 0
	}
	return s.b[s.i]
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\t' || s.b[s.i] == '\n' || s.b[s.i] == '\r') {
		s.i++
	}
}

package imports

import (
	"fmt"
	"math"
	"strconv"
)

// at returns the field with this name, a missing node when there is none.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		field := n.fields[name]
		if field == nil {
			if n.kind != object && n.kind != null && n.kind != missing {
				n.wrong(object)
			}
			field = &node{doc: n.doc, up: n, key: name}
		}
		field.seen = true
		n = field
	}
	return n
}

// known reports whether the field is there and not null.
func (n *node) known() bool { return n.kind != missing && n.kind != null }

// wrong records the first field whose type is not the expected one.
func (n *node) wrong(want kind) {
	n.fail(fmt.Sprintf("expected %s, found %s", kindNames[want], kindNames[n.kind]))
}

func (n *node) fail(message string) {
	if n.doc.fault == nil {
		n.doc.fault = &Refusal{File: n.doc.file, Line: n.doc.line, Field: n.path(), Message: message}
	}
}

// is reports whether the node has the kind; another kind but null is a fault.
func (n *node) is(k kind) bool {
	if n.kind == k {
		return true
	}
	if n.known() {
		n.wrong(k)
	}
	return false
}

// need records a fault unless the node has the kind.
func (n *node) need(k kind) bool {
	if n.kind == missing {
		n.fail("is missing")
	} else if n.kind != k {
		n.wrong(k)
	}
	return n.kind == k
}

func (n *node) text() *string {
	if !n.is(text) {
		return nil
	}
	return &n.scalar
}

func (n *node) float() *float64 {
	if !n.is(numeral) {
		return nil
	}
	return finite(n.scalar)
}

// positive reads a duration or a rate, which is never negative.
func (n *node) positive() *float64 {
	f := n.float()
	if f != nil && *f < 0 {
		n.fail(fmt.Sprintf("expected a number that is not negative, found %.40s", n.scalar))
		return nil
	}
	return f
}

// count reads a whole number that is not negative; 64.0 is one.
func (n *node) count() *int64 {
	if !n.is(numeral) {
		return nil
	}
	f := finite(n.scalar)
	if f == nil || *f != math.Trunc(*f) || *f < 0 || *f > 1<<53 {
		n.fail(fmt.Sprintf("expected a count, found %.40s", n.scalar))
		return nil
	}
	return ptr(int64(*f))
}

func (n *node) flag() *bool {
	if !n.is(boolean) {
		return nil
	}
	return &n.truth
}

// literal is a number or a text as written, for versions and keys that tools
// write as either.
func (n *node) literal() *string {
	if n.kind == numeral || n.kind == text {
		return &n.scalar
	}
	if n.known() {
		n.wrong(text)
	}
	return nil
}

// plain is the value as encoding/json would decode it, whole numbers as int64.
func (n *node) plain() any {
	switch n.kind {
	case boolean:
		return n.truth
	case text:
		return n.scalar
	case numeral:
		if i, err := strconv.ParseInt(n.scalar, 10, 64); err == nil && i > -1<<53 && i < 1<<53 {
			return i
		}
		if f := finite(n.scalar); f != nil {
			return *f
		}
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.plain()
		}
		return out
	case object:
		out := make(map[string]any, len(n.keys))
		for k, v := range n.fields {
			out[k] = v.plain()
		}
		return out
	}
	return nil
}

// Bounds of what source.extra takes over.
const (
	maxExtraText = 4 << 10
	maxExtraList = 64
)

// keep copies named fields into extra where they are known, and bounds them.
func (n *node) keep(extra map[string]any, names ...string) {
	for _, name := range names {
		if f := n.fields[name]; f != nil && f.known() {
			f.seen = true
			extra[name] = bounded(f.plain(), 0)
		}
	}
}

func bounded(v any, depth int) any {
	switch v := v.(type) {
	case string:
		if len(v) > maxExtraText {
			return v[:maxExtraText] + "…"
		}
	case []any:
		if len(v) > maxExtraList || depth > 4 {
			return fmt.Sprintf("(%d values left out)", len(v))
		}
		for i := range v {
			v[i] = bounded(v[i], depth+1)
		}
	case map[string]any:
		if len(v) > maxExtraList || depth > 4 {
			return fmt.Sprintf("(%d values left out)", len(v))
		}
		for k := range v {
			if v[k] = bounded(v[k], depth+1); v[k] == nil || secret.MatchString(k) {
				delete(v, k)
			}
		}
	}
	return v
}

// fail records the first fault of a document at a place that has no node.
func (d *document) fail(field, message string) {
	if d.fault == nil {
		d.fault = &Refusal{File: d.file, Field: field, Message: message}
	}
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

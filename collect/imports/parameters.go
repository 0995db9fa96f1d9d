package imports

import (
	"reflect"

	"benchsite/collect/artifact"
)

// parameters collects a protocol: what is known, and the names of what the file
// does not say.
type parameters struct {
	known   map[string]any
	unknown []string
}

// set records a value or, when it is nil or a nil pointer, that the source does
// not say it.
func (p *parameters) set(name string, v any) {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			v = nil
		} else {
			v = r.Elem().Interface()
		}
	}
	if v == nil {
		p.unknown = append(p.unknown, name)
		return
	}
	p.sent(name, v)
}

// sent records a value that is simply not sent when it is absent: absence is
// knowledge.
func (p *parameters) sent(name string, v any) {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return
		}
		v = r.Elem().Interface()
	}
	if v == nil {
		return
	}
	if p.known == nil {
		p.known = map[string]any{}
	}
	p.known[name] = v
}

func (p *parameters) protocol() artifact.Protocol {
	return artifact.Protocol{Parameters: p.known, Unknown: p.unknown}
}

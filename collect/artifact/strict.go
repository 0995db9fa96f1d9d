package artifact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"
)

// decodeStrict walks the text beside the Go type and reports the first field
// that does not fit. encoding/json alone would accept a missing or repeated
// field and name neither file, line nor path.
func decodeStrict(file string, data []byte, into any) error {
	s := &strict{file: file, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	s.dec.UseNumber()
	if f := s.value(reflect.TypeOf(into).Elem(), ""); f != nil {
		return f
	}
	if _, err := s.dec.Token(); !errors.Is(err, io.EOF) {
		return s.fault("", "has text after the JSON value")
	}
	return nil
}

type strict struct {
	file string
	data []byte
	dec  *json.Decoder
}

func (s *strict) fault(path, format string, args ...any) *Fault {
	at := min(int(s.dec.InputOffset()), len(s.data))
	return &Fault{File: s.file, Line: 1 + bytes.Count(s.data[:at], []byte{'\n'}), Field: path, Message: fmt.Sprintf(format, args...)}
}

func (s *strict) token(path string) (json.Token, *Fault) {
	t, err := s.dec.Token()
	if err == nil {
		return t, nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, s.fault(path, "ends in the middle; the file was cut short")
	}
	rest := bytes.TrimLeft(s.data[min(int(s.dec.InputOffset()), len(s.data)):], " \t\r\n:,")
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return nil, s.fault(path, "is %s, which is not JSON; an unknown figure is null", word)
		}
	}
	return nil, s.fault(path, "is not JSON: %v", err)
}

func (s *strict) value(t reflect.Type, path string) *Fault {
	tok, f := s.token(path)
	if f != nil {
		return f
	}
	if tok == nil {
		switch t.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
			return nil
		}
		return s.fault(path, "must not be null")
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.object(t, tok, path)
	case reflect.Map:
		return s.dict(t, tok, path)
	case reflect.Slice:
		return s.list(t, tok, path)
	case reflect.Interface:
		return s.skip(tok, path, 0)
	case reflect.String:
		if _, ok := tok.(string); !ok {
			return s.fault(path, "must be a string, is %s", describe(tok))
		}
	case reflect.Bool:
		if _, ok := tok.(bool); !ok {
			return s.fault(path, "must be true or false, is %s", describe(tok))
		}
	default:
		n, ok := tok.(json.Number)
		if !ok {
			return s.fault(path, "must be a number, is %s", describe(tok))
		}
		if err := json.Unmarshal([]byte(n), reflect.New(t).Interface()); err != nil {
			return s.fault(path, "is %s, which is not %s", n, map[bool]string{true: "a finite number", false: "a whole number"}[t.Kind() == reflect.Float64])
		}
	}
	return nil
}

func (s *strict) object(t reflect.Type, tok json.Token, path string) *Fault {
	if tok != json.Delim('{') {
		return s.fault(path, "must be an object, is %s", describe(tok))
	}
	fields, required := layout(t)
	seen := map[string]bool{}
	for s.dec.More() {
		key, f := s.token(path)
		if f != nil {
			return f
		}
		name, _ := key.(string)
		at := join(path, name)
		ft, ok := fields[name]
		if !ok {
			return s.fault(at, "is not a known field%s", nearest(name, fields))
		}
		if seen[name] {
			return s.fault(at, "stands twice")
		}
		seen[name] = true
		if f := s.value(ft, at); f != nil {
			return f
		}
	}
	if _, f := s.token(path); f != nil {
		return f
	}
	for _, name := range required {
		if !seen[name] {
			return s.fault(join(path, name), "is missing")
		}
	}
	return nil
}

func (s *strict) dict(t reflect.Type, tok json.Token, path string) *Fault {
	if tok != json.Delim('{') {
		return s.fault(path, "must be an object, is %s", describe(tok))
	}
	seen := map[string]bool{}
	for s.dec.More() {
		key, f := s.token(path)
		if f != nil {
			return f
		}
		name, _ := key.(string)
		if seen[name] {
			return s.fault(join(path, name), "stands twice")
		}
		seen[name] = true
		if f := s.value(t.Elem(), join(path, name)); f != nil {
			return f
		}
	}
	_, f := s.token(path)
	return f
}

func (s *strict) list(t reflect.Type, tok json.Token, path string) *Fault {
	if tok != json.Delim('[') {
		return s.fault(path, "must be a list, is %s", describe(tok))
	}
	for i := 0; s.dec.More(); i++ {
		if f := s.value(t.Elem(), fmt.Sprintf("%s[%d]", path, i)); f != nil {
			return f
		}
	}
	_, f := s.token(path)
	return f
}

// maxDepth bounds free values such as source.extra.
const maxDepth = 64

func (s *strict) skip(tok json.Token, path string, depth int) *Fault {
	d, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	if depth > maxDepth {
		return s.fault(path, "is nested more than %d deep", maxDepth)
	}
	seen := map[string]bool{}
	for i := 0; s.dec.More(); i++ {
		at := fmt.Sprintf("%s[%d]", path, i)
		if d == '{' {
			key, f := s.token(path)
			if f != nil {
				return f
			}
			name, _ := key.(string)
			if at = join(path, name); seen[name] {
				return s.fault(at, "stands twice")
			}
			seen[name] = true
		}
		next, f := s.token(at)
		if f != nil {
			return f
		}
		if n, ok := next.(json.Number); ok {
			if _, err := n.Float64(); err != nil {
				return s.fault(at, "is %s, which is not a finite number", n)
			}
		}
		if f := s.skip(next, at, depth+1); f != nil {
			return f
		}
	}
	_, f := s.token(path)
	return f
}

func layout(t reflect.Type) (fields map[string]reflect.Type, required []string) {
	fields = map[string]reflect.Type{}
	for i := range t.NumField() {
		name, opts, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
		if opts != "omitempty" {
			required = append(required, name)
		}
	}
	return fields, required
}

func join(path, name string) string {
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func describe(tok json.Token) string {
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			return "an object"
		}
		return "a list"
	case string:
		return "a string"
	case json.Number:
		return "the number " + v.String()
	default:
		return fmt.Sprint(v)
	}
}

func nearest[T any](name string, known map[string]T) string {
	names := make([]string, 0, len(known))
	for k := range known {
		names = append(names, k)
	}
	sort.Strings(names)
	best, cost := "", 4
	for _, k := range names {
		if d := levenshtein.ComputeDistance(name, k); d < cost {
			best, cost = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

package chart

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// go-echarts gives its options as maps over typed structs. Writing them as JSON
// only to read them back as maps that can be completed was most of the time that
// a page with charts takes; tree makes the same maps directly, and appendJSON
// writes what comes of them. A test compares both with encoding/json.

// tree is v as encoding/json would read it back from its own output, without
// the nulls in maps. Lists keep theirs: a null value interrupts a line.
func tree(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return tree(v.Elem())
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(v.Uint())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		return list(v)
	case reflect.Array:
		return list(v)
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		out := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			if child := tree(it.Value()); child != nil {
				out[it.Key().String()] = child
			}
		}
		return out
	case reflect.Struct:
		out := map[string]any{}
		fields(out, v)
		return out
	}
	return nil // functions and channels are no JSON
}

func list(v reflect.Value) []any {
	out := make([]any, v.Len())
	for i := range out {
		out[i] = tree(v.Index(i))
	}
	return out
}

// field is how encoding/json sees a field of a struct.
type field struct {
	index int
	name  string
	omit  bool // when empty
	flat  bool // an embedded struct whose fields stand beside the others
}

var fieldsOf sync.Map // reflect.Type -> []field

func fields(out map[string]any, v reflect.Value) {
	for _, f := range layout(v.Type()) {
		x := v.Field(f.index)
		switch {
		case f.flat:
			fields(out, x)
		case f.omit && empty(x):
		default:
			if child := tree(x); child != nil {
				out[f.name] = child
			}
		}
	}
}

func layout(t reflect.Type) []field {
	if known, ok := fieldsOf.Load(t); ok {
		return known.([]field)
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			out = append(out, field{index: i, flat: true})
		default:
			if name == "" {
				name = f.Name
			}
			out = append(out, field{index: i, name: name, omit: strings.Contains(options, "omitempty")})
		}
	}
	fieldsOf.Store(t, out)
	return out
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// appendJSON writes a tree as json.Marshal does: keys sorted, and what could
// end a script escaped.
func appendJSON(b []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case float64:
		if v == float64(int64(v)) && v > -1e15 && v < 1e15 && v != 0 {
			return strconv.AppendInt(b, int64(v), 10), nil
		}
	case []any:
		return appendList(b, v)
	case []float64:
		return appendList(b, v)
	case []string:
		return appendList(b, v)
	case []int:
		return appendList(b, v)
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(append(appendString(b, k), ':'), v[k]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	text, err := json.Marshal(v)
	return append(b, text...), err
}

func appendList[T any](b []byte, list []T) ([]byte, error) {
	if list == nil {
		return append(b, "null"...), nil
	}
	var err error
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(b, x); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendString(b []byte, s string) []byte {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x20, c == '"', c == '\\', c == '<', c == '>', c == '&', c == 0xe2, c == 0x7f: // 0xe2 begins the separators of lines
			plain = false
		}
	}
	if plain {
		return append(append(append(b, '"'), s...), '"')
	}
	text, _ := json.Marshal(s) // a string is always JSON
	return append(b, text...)
}

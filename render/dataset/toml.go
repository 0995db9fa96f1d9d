package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"benchsite/collect/artifact"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"
)

// decodeTOML reads data into v, a pointer to a struct, strictly: a key that no
// field takes is an error that names the nearest known one. Every error is an
// *artifact.Fault with file and line.
func decodeTOML(file string, data []byte, v any) error {
	md, err := toml.NewDecoder(bytes.NewReader(data)).Decode(v)
	if err != nil {
		f := &artifact.Fault{File: file, Message: err.Error()}
		var p toml.ParseError
		if errors.As(err, &p) {
			f.Line, f.Message = p.Position.Line, p.Message
			if f.Message == "" {
				f.Message = strings.TrimPrefix(err.Error(), "toml: ")
			}
			if p.LastKey != "" {
				f.Field = p.LastKey
			}
		}
		return f
	}
	for _, key := range md.Undecoded() {
		last := key[len(key)-1]
		known, free := knownKeys(reflect.TypeOf(v), key[:len(key)-1])
		if free {
			continue // inside a table that belongs to another reader
		}
		return &artifact.Fault{
			File: file, Line: lineOfKey(data, last), Field: key.String(),
			Message: "is not a known key" + nearest(last, known),
		}
	}
	return nil
}

// nearest is the part of a message that helps somebody who mistyped a name.
func nearest(name string, known []string) string {
	best, far := "", 1<<30
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), k); d < far {
			best, far = k, d
		}
	}
	switch {
	case best == "":
		return ""
	case far <= 1+len(name)/2:
		return fmt.Sprintf("; the nearest is %s", best)
	default:
		return "; known are " + strings.Join(known, ", ")
	}
}

// knownKeys lists the keys that the struct at the path takes. free reports that
// the path leads into a value without a fixed form, which takes any key.
func knownKeys(t reflect.Type, path []string) (keys []string, free bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, t.Kind() == reflect.Map || t.Kind() == reflect.Interface
	}
	for f := range t.Fields() {
		name := f.Tag.Get("toml")
		if len(path) > 0 && name == path[0] {
			return knownKeys(f.Type, path[1:])
		}
		keys = append(keys, name)
	}
	slices.Sort(keys)
	return keys, false
}

// lineOfKey finds the first line that sets the key. The decoder does not say
// where an unknown key stands.
func lineOfKey(data []byte, key string) int {
	for i, line := range strings.Split(string(data), "\n") {
		t := strings.Trim(strings.TrimSpace(line), "[]")
		if rest, ok := strings.CutPrefix(t, key); ok && (rest == "" || strings.ContainsAny(rest[:1], " =.\t")) {
			return i + 1
		}
		if strings.HasSuffix(t, "."+key) || strings.Contains(t, "{ "+key+" ") || strings.Contains(t, "{"+key+" ") || strings.Contains(t, ", "+key+" ") {
			return i + 1
		}
	}
	return 0
}

// UnmarshalTOML takes a table of languages, or one string for all of them.
func (t *Text) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case string:
		*t = Text{}
		for _, lang := range languages {
			(*t)[lang] = v
		}
		return nil
	case map[string]any:
		*t = Text{}
		for lang, words := range v {
			s, ok := words.(string)
			if !ok {
				return fmt.Errorf("text of %s must be a string", lang)
			}
			if !slices.Contains(languages, lang) {
				return fmt.Errorf("language %q is not known; known are %s", lang, strings.Join(languages, ", "))
			}
			(*t)[lang] = s
		}
		return nil
	}
	return fmt.Errorf("must be a string or a table such as { zh = \"…\", en = \"…\" }")
}

package imports

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
)

// headSize is how much of a file the readers see to recognise it.
const headSize = 64 << 10

// Head is the beginning of a file, by which a reader recognises it. Bytes are
// UTF-8, unpacked, at most the first 64 KiB. Name is the base name; it may tell
// what to look at, never a value.
type Head struct {
	Bytes []byte
	Name  string

	read bool
	keys []string
}

// head reads the beginning of a file.
func (in Input) head() (*Head, error) {
	f, err := in.open(in.Name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, headSize))
	if err != nil && len(data) == 0 {
		return nil, &Refusal{File: in.Name, Message: "cannot be read: " + err.Error()}
	}
	return &Head{Bytes: data, Name: in.Name}, nil
}

// Keys lists the names of the fields of the first object of the file, in their
// order, as far as the head goes. Of a list it is the first item's.
func (h *Head) Keys() []string {
	if !h.read {
		if h.read = true; looksYAML(h.Name, h.Bytes) {
			for _, m := range yamlKeys.FindAllSubmatch(h.Bytes, -1) {
				h.keys = append(h.keys, string(m[1]))
			}
		} else {
			h.keys = topKeys(h.Bytes)
		}
	}
	return h.keys
}

// has reports whether the first object holds all of want.
func (h *Head) has(want ...string) bool {
	for _, k := range want {
		if !slices.Contains(h.Keys(), k) {
			return false
		}
	}
	return true
}

// hasAny reports whether the first object holds one of want.
func (h *Head) hasAny(want ...string) bool {
	return slices.ContainsFunc(want, func(k string) bool { return slices.Contains(h.Keys(), k) })
}

// mentions reports whether the head holds "key" with its quotes, at any depth.
func (h *Head) mentions(key string) bool {
	return bytes.Contains(h.Bytes, []byte(`"`+key+`"`))
}

// topKeys lists the keys of the outermost object in the order of the file, as
// far as head goes.
func topKeys(head []byte) (keys []string) {
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) > 0 && head[0] == '[' {
		head = bytes.TrimLeft(head[1:], " \t\r\n")
	}
	if len(head) == 0 || head[0] != '{' {
		return nil
	}
	depth := 0
	for i := 0; i < len(head); i++ {
		switch head[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return keys
			}
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

// yamlKeys finds the names of the fields of the outermost mapping.
var yamlKeys = regexp.MustCompile(`(?m)^["']?([A-Za-z_][\w .()/-]*)["']?:(?:\s|$)`)

// looksYAML reports whether a file is YAML: by its name, and because it is no
// JSON.
func looksYAML(name string, head []byte) bool {
	head = bytes.TrimSpace(head)
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) && len(head) > 0 && head[0] != '{' && head[0] != '['
}

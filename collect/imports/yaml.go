package imports

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a YAML file: a few aliases may stand for billions of values.
const (
	maxYAMLBytes = 16 << 20
	maxYAMLNodes = 1 << 20
)

// yamlDocument reads the file as one YAML document, in the form of its JSON twin.
func (in Input) yamlDocument() (*node, error) {
	f, err := in.open(in.Name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxYAMLBytes+1))
	if err != nil {
		return nil, &Refusal{File: in.Name, Message: "cannot be read: " + err.Error()}
	}
	return parseYAML(in.Name, data)
}

// parseYAML reads one YAML document. Keys are texts, numbers keep what was
// written, .nan and .inf are null.
func parseYAML(file string, data []byte) (*node, error) {
	if len(data) > maxYAMLBytes {
		return nil, &Refusal{File: file, Message: fmt.Sprintf("is larger than %d MiB, too large for YAML", maxYAMLBytes>>20)}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, &Refusal{File: file, Message: "is not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if len(doc.Content) == 0 {
		return nil, &Refusal{File: file, Message: "is an empty YAML document"}
	}
	t := &yamlTree{doc: &document{file: file}}
	root, err := t.value(nil, "", 0, doc.Content[0], 0)
	if err != nil {
		return nil, &Refusal{File: file, Message: "is YAML that cannot be read: " + err.Error()}
	}
	return root, nil
}

type yamlTree struct {
	doc   *document
	count int
}

func (t *yamlTree) value(up *node, key string, place int, y *yaml.Node, depth int) (*node, error) {
	if t.count++; t.count > maxYAMLNodes {
		return nil, fmt.Errorf("holds more than %d values", maxYAMLNodes)
	}
	if depth > maxNesting {
		return nil, fmt.Errorf("nests deeper than %d levels", maxNesting)
	}
	n := &node{doc: t.doc, up: up, key: key, place: place}
	switch y.Kind {
	case yaml.AliasNode:
		return t.value(up, key, place, y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = list
		for i, item := range y.Content {
			v, err := t.value(n, "", i, item, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
	case yaml.MappingNode:
		n.kind, n.fields = object, map[string]*node{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			name := y.Content[i].Value
			if y.Content[i].Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("line %d: a key is no text", y.Content[i].Line)
			}
			v, err := t.value(n, name, 0, y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			if _, twice := n.fields[name]; !twice {
				n.keys = append(n.keys, name)
			}
			n.fields[name] = v
		}
	case yaml.ScalarNode:
		return n, yamlScalar(n, y)
	default:
		return nil, errors.New("a value of no known kind")
	}
	return n, nil
}

// yamlScalar takes over a value with the type that YAML gives it.
func yamlScalar(n *node, y *yaml.Node) error {
	switch y.ShortTag() {
	case "!!null":
		n.kind = null
	case "!!bool":
		n.kind = boolean
		return y.Decode(&n.truth)
	case "!!int":
		n.kind, n.scalar = numeral, y.Value
		if finite(y.Value) == nil || strings.ContainsAny(y.Value, "_xXoObB+") { // 0x10, 1_000
			var v int64
			if err := y.Decode(&v); err != nil {
				return fmt.Errorf("line %d: %q is no whole number that can be kept", y.Line, short(y.Value))
			}
			n.scalar = fmt.Sprint(v)
		}
	case "!!float":
		n.kind, n.scalar = numeral, y.Value
		if f := finite(y.Value); f == nil || strings.ContainsAny(y.Value, "_xX") {
			n.kind, n.scalar = null, strings.TrimPrefix(y.Value, ".") // .nan, .inf
		}
	default: // text, and dates as they are written
		n.kind, n.scalar = text, y.Value
	}
	return nil
}

func short(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

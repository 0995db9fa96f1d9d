package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxBytes is the largest artifact file that is read. Records live beside the
// artifact, so that a real one stays far below.
const MaxBytes = 32 << 20

// Fault says what is wrong with one file: where (file, line, field) and what.
type Fault struct {
	File    string
	Line    int    // 1-based; 0 when the fault has no place in the text
	Field   string // dotted path such as load.latency.e2e_s.p50; empty for the whole file
	Message string
}

// Error is one line for the person who has to mend the file.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Field != "" {
		b.WriteString(": " + f.Field)
	}
	return b.String() + ": " + f.Message
}

// Decode reads an artifact strictly: no unknown, missing or repeated field, no
// wrong type, no value outside its set. file is used in messages only. Every
// error is a *[Fault].
func Decode(file string, data []byte) (*Artifact, error) {
	if f := readable(file, data); f != nil {
		return nil, f
	}
	// The number comes first: a newer form would otherwise be reported as a
	// list of unknown fields.
	var head struct {
		Schema *json.Number `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err == nil {
		switch {
		case head.Schema == nil:
			return nil, &Fault{File: file, Field: "schema", Message: "is missing; this is not a benchsite artifact"}
		case head.Schema.String() != fmt.Sprint(Schema):
			return nil, &Fault{File: file, Field: "schema", Message: fmt.Sprintf("is %s, this version reads schema %d; update benchsite", head.Schema, Schema)}
		}
	}
	if err := decodeStrict(file, data, new(Artifact)); err != nil {
		return nil, err
	}
	a := new(Artifact)
	if err := json.Unmarshal(data, a); err != nil {
		return nil, &Fault{File: file, Message: err.Error()}
	}
	if f := a.validate(); f != nil {
		f.File = file
		return nil, f
	}
	return a, nil
}

// readable names the faults that a JSON parser reports badly.
func readable(file string, data []byte) *Fault {
	switch trimmed := bytes.TrimSpace(data); {
	case len(data) > MaxBytes:
		return &Fault{File: file, Message: fmt.Sprintf("has %d bytes; an artifact has at most %d", len(data), MaxBytes)}
	case len(trimmed) == 0:
		return &Fault{File: file, Message: "is empty"}
	case trimmed[0] != '{':
		return &Fault{File: file, Line: 1, Message: fmt.Sprintf("is not a JSON object: it begins with %s", printable(trimmed))}
	case !utf8.Valid(data): // encoding/json would put U+FFFD in its place and say nothing
		return &Fault{File: file, Line: 1 + bytes.Count(data[:invalidAt(data)], []byte{'\n'}), Message: "holds bytes that are not UTF-8"}
	}
	return nil
}

// invalidAt is the offset of the first byte that is not UTF-8.
func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

func printable(b []byte) string {
	r, _ := utf8.DecodeRune(b)
	return fmt.Sprintf("%q", r)
}

// decodeRecords reads JSON lines strictly into records of type T.
func decodeRecords[T any](file string, data []byte) ([]T, error) {
	var out []T
	for n := 1; len(data) > 0; n++ {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var rec T
		if err := decodeStrict(file, line, &rec); err != nil {
			f := err.(*Fault)
			f.Line = n
			return nil, f
		}
		if err := json.Unmarshal(line, &rec); err != nil {
			return nil, &Fault{File: file, Line: n, Message: err.Error()}
		}
		out = append(out, rec)
	}
	return out, nil
}

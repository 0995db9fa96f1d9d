package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Encode writes the canonical form: fields in the order of the structs, map
// keys sorted, two spaces of indent, no HTML escapes, one final newline.
// Decoding a canonical file and encoding it again gives the same bytes.
func (a *Artifact) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(a); err != nil {
		return nil, fmt.Errorf("artifact %s cannot be written as JSON (a figure is not finite?): %w", a.ID, err)
	}
	return b.Bytes(), nil
}

// EncodeRecord writes one record as one JSON line, newline included.
func EncodeRecord(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("record cannot be written as JSON (a figure is not finite?): %w", err)
	}
	return b.Bytes(), nil
}

// SHA256 is the lower-case hex digest that artifacts use everywhere.
func SHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Ptr returns a pointer to v: the known value of an optional field.
func Ptr[T any](v T) *T { return &v }

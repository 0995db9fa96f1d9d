package code

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// SameValue reports whether a value of the program, as the channel carries it, is
// what a test expects, a JSON text: tuples count as lists, numbers are equal when
// their values are (1 is 1.0, and True is 1, as in Python), texts and keys byte by
// byte. The error is about the expected text.
func SameValue(got json.RawMessage, want string) (bool, error) {
	w, err := decodeJSON([]byte(want))
	if err != nil {
		return false, fmt.Errorf("the expected value is no JSON: %w", err)
	}
	g, err := decodeJSON(got)
	if err != nil {
		return false, nil
	}
	return same(unpack1(g), w), nil
}

func decodeJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	return v, nil
}

// other is a value that no JSON text equals.
type other struct{}

// pairs is a dict of the program, whose keys need not be texts.
type pairs [][2]any

// unpack1 turns what the channel carries into plain values: lists stay, tuples
// become lists, and of the tagged forms numbers and dicts are read.
func unpack1(v any) any {
	switch v := v.(type) {
	case []any:
		return unpackAll(v)
	case map[string]any:
		kind, _ := v["t"].(string)
		switch inner := v["v"].(type) {
		case []any:
			switch kind {
			case "tuple":
				return unpackAll(inner)
			case "dict":
				var out pairs
				for _, p := range inner {
					kv, ok := p.([]any)
					if !ok || len(kv) != 2 {
						return other{}
					}
					out = append(out, [2]any{unpack1(kv[0]), unpack1(kv[1])})
				}
				return out
			}
		case string:
			switch kind {
			case "int":
				if len(inner) > maxDigits {
					return other{}
				}
				if n, ok := new(big.Int).SetString(inner, 0); ok {
					return new(big.Rat).SetInt(n)
				}
			case "float":
				if f, err := strconv.ParseFloat(inner, 64); err == nil && math.IsInf(f, 0) {
					return f
				}
			}
		}
		return other{}
	}
	return v
}

func unpackAll(list []any) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = unpack1(x)
	}
	return out
}

func same(got, want any) bool {
	if g, ok := exact(got); ok {
		w, ok := exact(want)
		return ok && g.Cmp(w) == 0
	}
	switch w := want.(type) {
	case nil:
		return got == nil
	case string:
		g, ok := got.(string)
		return ok && g == w
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !same(g[i], w[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		g, ok := got.(pairs)
		if !ok || len(g) != len(w) {
			return false
		}
		seen := map[string]bool{}
		for _, p := range g {
			key, ok := p[0].(string)
			v, there := w[key]
			if !ok || !there || seen[key] || !same(p[1], v) {
				return false
			}
			seen[key] = true
		}
		return true
	}
	return false
}

// maxDigits bounds the numbers that a program may make us read.
const maxDigits = 1 << 20

// exact is the exact value of a number or truth value.
func exact(v any) (*big.Rat, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return big.NewRat(1, 1), true
		}
		return new(big.Rat), true
	case *big.Rat:
		return v, true
	case json.Number:
		if len(v) > maxDigits {
			return nil, false
		}
		if strings.ContainsAny(string(v), ".eE") {
			f, err := v.Float64()
			if err != nil { // beyond what a double holds: infinite in Python
				return nil, false
			}
			return new(big.Rat).SetFloat64(f), true
		}
		if n, ok := new(big.Int).SetString(string(v), 10); ok {
			return new(big.Rat).SetInt(n), true
		}
	}
	return nil, false
}

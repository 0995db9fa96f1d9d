package code

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestSameOutput(t *testing.T) {
	for _, c := range []struct {
		got, want string
		same      bool
	}{
		{"1 2\n3", "1 2\n3", true},
		{"\n 1 2 \r\n3\n\n", "1 2\n3", true},
		{"1.0 2\n3e0", "1 2.00\n3", true},
		{"50000000000000000", "50000000000000001", false},
		{"0.1", "0.10000000000000001", false},
		{"-0", "0", true},
		{"+5", "5", true},
		{".5", "0.5", true},
		{"5.", "5", true},
		{"1_000", "1000", true},
		{"inf", "Infinity", true},
		{"-inf", "inf", false},
		{"nan", "NaN", false},
		{"nan", "nan", true}, // equal as texts
		{"1e400", "10e399", true},
		{"1e999999999999", "1", false},
		{"yes", "YES", false},
		{"1  2", "1 2", true},
		{"a  b", "a b", false},
		{"1 2 3", "1 2", false},
		{"1\n2", "1 2", false},
		{"1\n\n2", "1\n2", false},
		{"", "", true},
		{"", "\n \n", true},
		{"0", "", false},
		{"1 x", "1.0 x", false},
		{"0x10", "16", false},
		{"1e", "1", false},
		{"--1", "-1", false},
		{".", "0", false},
		{"١", "1", false},
	} {
		if SameOutput(c.got, c.want) != c.same {
			t.Errorf("%q and %q: want %v", c.got, c.want, c.same)
		}
	}
	begun := time.Now()
	if SameOutput("1e99999999999999999999", "1") || SameOutput("1e"+strings.Repeat("9", 1<<20), "1") {
		t.Error("huge exponents equal 1")
	}
	if d := time.Since(begun); d > 2*time.Second {
		t.Errorf("huge exponents took %v", d)
	}
}

func TestSameValue(t *testing.T) {
	for _, c := range []struct {
		got, want string
		same      bool
	}{
		{`3`, `3`, true}, {`3`, `3.0`, true}, {`3.0`, `3`, true}, {`true`, `1`, true}, {`true`, `true`, true}, {`false`, `0`, true}, {`true`, `"true"`, false},
		{`"3"`, `3`, false}, {`null`, `null`, true}, {`null`, `0`, false}, {`null`, `[]`, false}, {`[]`, `[]`, true},
		{`[1, 2]`, `[1, 2]`, true}, {`[1, 2]`, `[2, 1]`, false}, {`[1]`, `[1, 2]`, false},
		{`{"t": "tuple", "v": [1, {"t": "tuple", "v": [2]}]}`, `[1, [2]]`, true},
		{`{"t": "dict", "v": [["a", 1]]}`, `{"a": 1}`, true}, {`{"t": "dict", "v": [[1, 1]]}`, `{"1": 1}`, false},
		{`{"t": "dict", "v": [["a", 1], ["a", 1]]}`, `{"a": 1, "b": 1}`, false}, {`{"t": "set", "v": [1]}`, `[1]`, false},
		{`{"t": "int", "v": "0x20000000000001"}`, `9007199254740993`, true}, {`9007199254740992`, `9007199254740993`, false}, {`9007199254740992.0`, `9007199254740992`, true},
		{`0.1`, `0.1`, true}, {`0.30000000000000004`, `0.3`, false}, {`{"t": "float", "v": "nan"}`, `0`, false}, {`{"t": "float", "v": "inf"}`, `1e999`, false},
		{`"é"`, `"\u00e9"`, true}, {`{"a": 1}`, `{"a": 1}`, false}, {`{}`, `{}`, false}, {`{"t": "dict", "v": []}`, `{}`, true},
		{`[`, `[]`, false}, {`{"t": "dict", "v": [1]}`, `{}`, false},
	} {
		same, err := SameValue(json.RawMessage(c.got), c.want)
		if err != nil || same != c.same {
			t.Errorf("%s and %s: %v, %v; want %v", c.got, c.want, same, err, c.same)
		}
	}
	if _, err := SameValue(json.RawMessage(`1`), "NaN"); err == nil {
		t.Error("an expected value that is no JSON")
	}
}

// FuzzSameOutput holds that a text equals itself and that the order of the two
// does not matter.
func FuzzSameOutput(f *testing.F) {
	f.Add("1 2\n3", "1.0 2\n3")
	f.Add("nan", "1e5")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !SameOutput(a, a) {
			t.Errorf("%q does not equal itself", a)
		}
		if SameOutput(a, b) != SameOutput(b, a) {
			t.Errorf("%q and %q: the order matters", a, b)
		}
	})
}

// FuzzSameValue holds that no message of a program makes the comparison panic.
func FuzzSameValue(f *testing.F) {
	f.Add([]byte(`{"t": "tuple", "v": [1, {"t": "dict", "v": [["a", null]]}]}`))
	f.Fuzz(func(t *testing.T, got []byte) {
		if _, err := SameValue(got, `[1, {"a": null}]`); err != nil {
			t.Error(err)
		}
		readable(got)
	})
}

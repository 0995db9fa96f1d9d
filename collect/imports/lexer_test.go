package imports

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// TestLexerAgreesWithTheStandard compares what is taken for JSON, and its value,
// with encoding/json.
func TestLexerAgreesWithTheStandard(t *testing.T) {
	for _, s := range []string{
		`{}`, `[]`, `null`, `true`, `false`, `0`, `-0`, `1.5e-3`, `1E+2`, `""`, `"a\"b\\\/\b\f\n\r\t"`, `"\u00e9\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`,
		`"\ud83d\ud83d\ude00"`, `"\ud83d\n"`, `[1,2,[3,{"a":[]}]]`, " {\"a\" :\n1 }\r\n", `{"a":1,"a":2}`, "\"\xff\"", `"é😀"`,
		`01`, `1.`, `.5`, `-`, `+1`, `1e`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{'a':1}`, `[1 2]`, `{"a":1 "b":2}`, `nul`, `truex`,
		`"a`, "\"a\nb\"", `"\x"`, `"\u12"`, `"\u12g4"`, `[`, `{`, `{"a"`, `{"a":`, `1 2`, `{}{}`, `]`, `}`, `/* */ 1`, `0x1`, "\x00", "1\x00", `"\ud800`,
	} {
		var want any
		dec := json.NewDecoder(strings.NewReader(s))
		dec.UseNumber()
		fault := json.Unmarshal([]byte(s), &want)
		n, err := parse("in", []byte(s))
		if (err == nil) != (fault == nil) {
			t.Errorf("%q: %v, the standard library says %v", s, err, fault)
			continue
		}
		if err == nil {
			var again any
			data, err := json.Marshal(n.plain())
			if err == nil {
				err = json.Unmarshal(data, &again)
			}
			if err != nil || !reflect.DeepEqual(again, want) {
				t.Errorf("%q: %v, want %v (%v)", s, again, want, err)
			}
		}
	}
}

func FuzzLexer(f *testing.F) {
	for _, s := range []string{`{"a": [1, NaN, "\ud83d\ude00"]}`, "{\"a\": 1}\n{\"a\": ", `[{}, {}]`, "\xff\xfe{\x00}\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := parse("in", data)
		if json.Valid(data) && err != nil && !strings.Contains(err.Error(), "nests deeper") && !strings.Contains(err.Error(), "digits") {
			t.Fatalf("refused: %v", err)
		}
		if err == nil {
			if _, err := json.Marshal(n.plain()); err != nil {
				t.Fatal(err)
			}
			if _, err := parse("in", data, sink{path: "[]"}, sink{path: "a"}); err != nil {
				t.Fatalf("refused when passed over: %v", err)
			}
		}
		in := Input{FS: fstest.MapFS{"in": {Data: data}}, Name: "in"}
		if _, err := in.values(func(int, *node) error { return nil }); err != nil {
			var r *Refusal
			if !errors.As(err, &r) {
				t.Fatalf("%T: %v", err, err)
			}
		}
	})
}

func TestValues(t *testing.T) {
	packed := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(s))
		w.Close()
		return b.String()
	}
	wide := func(s string) string {
		out := "\xfe\xff"
		for _, r := range s {
			out += "\x00" + string(r)
		}
		return out
	}
	long := packed(strings.Repeat(`{"a": 1, "b": "some more text"}`+"\n", 3000))
	for name, c := range map[string]struct {
		text  string
		count int
		torn  bool
		fault string
	}{
		"lines":            {"{\"a\": 1}\n\n{\"a\": 2}\n", 2, false, ""},
		"windows":          {"\xef\xbb\xbf{\"a\": 1}\r\n{\"a\": 2}\r\n", 2, false, ""},
		"appended":         {"{\"a\":\n 1}{\"a\": 2}", 2, false, ""},
		"list":             {`[{"a": 1}, {"a": NaN}]`, 2, false, ""},
		"one":              {`{"a": 1}`, 1, false, ""},
		"packed":           {packed("{\"a\": 1}\n{\"a\": 2}\n"), 2, false, ""},
		"utf16":            {wide("{\"a\": 1}\n{\"a\": 2}\n"), 2, false, ""},
		"torn":             {"{\"a\": 1}\n{\"a\": 2, \"b", 1, true, ""},
		"torn in a word":   {"{\"a\": 1}\n{\"a\": tr", 1, true, ""},
		"torn and ended":   {"{\"a\": 1}\n{\"a\": 2, \"b\n", 1, true, ""},
		"torn list":        {`[{"a": 1}, {"a": `, 1, true, ""},
		"torn packed":      {long[:len(long)/2], -1, true, ""},
		"only torn":        {`{"a": 1`, 0, false, "is not valid JSON at byte 7: the file ends in the middle"},
		"broken":           {"{\"a\": 1}\n{\"a\": 2,}\n{\"a\": 3}\n", 1, false, "in.jsonl:2: is not valid JSON at byte 17"},
		"torn in between":  {"{\"a\": 1}\n{\"a\": 2, \"b\n{\"a\": 3}\n", 1, false, "in.jsonl:2: is not valid JSON"},
		"wrong type":       {"{\"a\": 1}\n{\"a\": \"x\"}\n", 1, false, "in.jsonl:2: a: expected a count, found text"},
		"trailing comma":   {`[{"a": 1},]`, 1, false, "is not valid JSON at byte 10"},
		"more behind list": {`[{"a": 1}] 3`, 1, false, "more follows after the end of the list"},
	} {
		in := Input{FS: fstest.MapFS{"in.jsonl": {Data: []byte(c.text)}}, Name: "in.jsonl"}
		count := 0
		torn, err := in.values(func(_ int, n *node) error {
			if n.at("a").count(); n.doc.fault == nil {
				count++
			}
			return nil
		})
		if c.count >= 0 && count != c.count || torn != c.torn {
			t.Errorf("%s: %d values, torn %v", name, count, torn)
		}
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "a number", "a count"), c.fault)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSinks(t *testing.T) {
	var sum float64
	var names []string
	n, err := parse("in", []byte(`{"runs": [{"name": "x", "times": [1, 2], "texts": ["long", {"deep": []}]}, {"name": "y", "times": [[3]]}], "left": {"a": [1]}, "skip": [1, {"x": "\ud800"}]}`),
		sink{"runs[].times[]", func(n *node) error {
			if f := n.float(); f != nil {
				sum += *f
			}
			return nil
		}}, sink{path: "runs[].texts"}, sink{path: "skip"},
		sink{"left.a", func(n *node) error { names = append(names, n.path()); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	runs := n.at("runs").items
	if sum != 3 || len(runs) != 2 || *runs[1].at("name").text() != "y" || runs[0].at("texts").known() || n.at("skip").known() || len(names) != 1 || names[0] != "left.a" {
		t.Errorf("%v %v %v", sum, names, n.plain())
	}
	if f := n.doc.fault; f == nil || f.Error() != "in: runs[1].times[0]: expected a number, found a list" {
		t.Errorf("%v", f)
	}
}

func TestRest(t *testing.T) {
	n, _ := parse("in", []byte(`{"a": 1, "b": {"c": 1, "d": [true]}, "part": "x", "e": null, "f": {"g": 1}}`))
	n.at("a")
	n.at("b", "c")
	extra := map[string]any{}
	if n.rest(extra); !reflect.DeepEqual(extra, map[string]any{"b": map[string]any{"d": []any{true}}, "f": map[string]any{"g": int64(1)}, "left_out": 1}) {
		t.Errorf("%v", extra)
	}
}

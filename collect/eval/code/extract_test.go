package code

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	data, err := os.ReadFile("testdata/replies.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(string(data), "=== ")[1:]
	if len(cases) < 60 {
		t.Errorf("only %d forms of replies", len(cases))
	}
	for _, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		field := map[string]string{}
		for line := range strings.Lines(rest) {
			if k, v, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
				field[k] = v
			}
		}
		var reply, want string
		if json.Unmarshal([]byte(field["reply"]), &reply) != nil || json.Unmarshal([]byte(field["program"]), &want) != nil {
			t.Fatalf("%s: no JSON text", name)
		}
		got, how := Extract(reply, strings.Split(field["wanted"], ",")...)
		if h := strings.TrimPrefix(field["how"], "none"); got != want || string(how) != h {
			t.Errorf("%s: %q %q, want %q %q", name, how, got, h, want)
		}
	}
}

func TestExtractOfficial(t *testing.T) {
	for _, c := range []struct{ reply, want string }{
		{"```python\nprint(1)\n```", "print(1)"},
		{"```python\nprint(1)\n```\n```\n2\n```", "2"}, // the rule loses the program
		{"```python\nprint(1)", ""},
		{"print(1)", ""},
	} {
		if got, _ := ExtractOfficial(c.reply); got != c.want {
			t.Errorf("%q: %q, want %q", c.reply, got, c.want)
		}
	}
}

// FuzzExtract holds that a program is part of the reply, line by line, and that
// none is found where nothing is.
func FuzzExtract(f *testing.F) {
	for _, s := range []string{"```python\nprint(1)\n```", "~~~\nx = 1", "def f():\n  pass", "[PYTHON]\nx\n[/PYTHON]", "````md\n```py\nx=1\n```\n````", " - ```\n\tif x:\n```"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		got, how := Extract(reply, "f")
		if (how == FoundNone) != (got == "") && how == FoundNone {
			t.Errorf("%q without a program: %q", how, got)
		}
		clean := strings.ReplaceAll(reply, "\r\n", "\n")
		for line := range strings.Lines(got) {
			if !strings.Contains(clean, strings.TrimSpace(line)) {
				t.Errorf("the line %q is not in the reply", line)
			}
		}
		ExtractOfficial(reply)
	})
}

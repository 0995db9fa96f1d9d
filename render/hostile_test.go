package render

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"benchsite/collect/artifact"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// evil does harm wherever it is taken for more than text: in HTML, in an
// attribute, in a template, in Markdown, in a formula, in the order of letters.
const evil = "</script><img src=x onerror=alert(1)>\"'`{{.}}[a](javascript:alert(1))<!--|$x$ **b** _c_ &lt; \u202eabc\u2066\x07\n# d\n- e"

// tame is as long and has no power.
var tame = strings.Repeat("x", len([]rune(evil)))

// poison writes s into every string of an artifact that may hold any string.
// Types of their own (kinds, statuses) are fixed words, and stay.
func poison(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() && v.Type().Elem().Kind() == reflect.String && v.CanSet() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		if !v.IsNil() {
			poison(v.Elem(), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "ID", "StartedAt", "SHA256", "DerivedFrom", "Attachments", "Better", "Time":
			default:
				poison(v.Field(i), s)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String && v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			poison(v.Index(i), s)
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[map[string]string]() {
			v.Set(reflect.ValueOf(map[string]string{s: s}))
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(s)
		}
	}
}

// poisoned renders one load test and one evaluation with s in every string.
func poisoned(t *testing.T, s string) (site map[string]string, dir string) {
	t.Helper()
	store := artifact.Open(t.TempDir())
	load, eval := loadRun("NVFP4", 606.47), evalRun("NVFP4", 8)
	for _, b := range []*artifact.Bundle{&load, &eval} {
		poison(reflect.ValueOf(b.Artifact).Elem(), s)
		b.Artifact.Protocol.Parameters = map[string]any{"concurrency": s, "workload": s, s: s, "max_tokens": s}
		b.Artifact.Protocol.Unknown = []string{s}
		b.Artifact.Source.Extra = map[string]any{s: s}
		b.Slug = string(b.Artifact.Kind)
	}
	load.Artifact.Load.Requests.ByError = map[string]int64{s: 2}
	load.Artifact.Load.FinishReasons = map[string]int64{s: 62}
	load.Artifact.Environment.Server.Args = map[string]any{s: s}
	for i := range eval.Eval {
		r := &eval.Eval[i]
		r.Task, r.Item = s, string(rune('a'+i))+s
		r.Extracted, r.Expected, r.Output = word(s), word(s), word(s)
	}
	put(t, store, load)
	put(t, store, eval)
	c := testConfig()
	c.Title["zh"], c.Title["en"] = s, s
	c.Description = map[string]string{"zh": s, "en": s}
	dir = renderTo(t, store, c)
	return tree(t, dir), dir
}

// structure is the tags and the names of the attributes of a page.
func structure(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	nodes(root, func(n *html.Node) {
		if n.Namespace == "svg" {
			return // the length of a drawn word decides how it is laid out
		}
		b.WriteString("<" + n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteString(">\n")
	})
	return b.String()
}

func TestHostileStringsStayText(t *testing.T) {
	bad, dir := poisoned(t, evil)
	good, _ := poisoned(t, tame)
	byPage := map[string]string{}
	name := func(p string) string { // the folder of a run holds its subject and its hash
		if run := filepath.Dir(p); strings.Contains(filepath.Base(run), ".") {
			return filepath.Dir(run) + "/run/" + filepath.Base(p)
		}
		return p
	}
	for p, b := range good {
		byPage[name(p)] = b
	}
	shown := false
	for p, b := range bad {
		if strings.HasPrefix(p, "data/") || strings.HasPrefix(p, "assets/") || strings.HasSuffix(p, ".csv") {
			continue
		}
		for _, r := range b { // data are kept as they are; pages show them
			if hidden(r) {
				t.Errorf("%s: holds %U", p, r)
				break
			}
		}
		switch filepath.Ext(p) {
		case ".html":
			want := structure(t, byPage[name(p)])
			if got := structure(t, b); got != want {
				t.Errorf("%s: its elements depend on the strings:\n%s", p, firstDifference(want, got))
			}
			root, _ := html.Parse(strings.NewReader(b))
			shown = shown || strings.Contains(innerText(root), "</script><img src=x onerror=alert(1)>\"'`{{.}}[a](javascript:alert(1))<!--|$x$ **b** _c_ &lt; ")
		case ".md":
			checkMarkdown(t, dir, p)
			plainMarkdown(t, p, b)
		case ".svg":
			if strings.Contains(b, "<img") {
				t.Errorf("%s: an element of the string", p)
			}
		}
	}
	if !shown {
		t.Error("no page shows the string as it is")
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "…" + strings.Join(x[max(0, i-4):i+1], " ") + "\nbut\n…" + strings.Join(y[max(0, i-4):i+1], " ")
		}
	}
	return "one goes on"
}

// plainMarkdown finds markup that only a string from outside can have brought.
func plainMarkdown(t *testing.T, name, source string) {
	doc := markdown.Parser().Parse(text.NewReader([]byte(source)))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			if strings.HasPrefix(string(n.Destination), "javascript") {
				t.Errorf("%s: a link of the string", name)
			}
		case *ast.Emphasis:
			var b strings.Builder
			_ = ast.Walk(n, func(c ast.Node, in bool) (ast.WalkStatus, error) {
				if s, ok := c.(*ast.Text); ok && in {
					b.Write(s.Segment.Value([]byte(source)))
				}
				return ast.WalkContinue, nil
			})
			if b.String() == "b" || b.String() == "c" {
				t.Errorf("%s: emphasis of the string", name)
			}
		case *ast.Heading:
			if n.Lines().Len() > 0 {
				at := n.Lines().At(0)
				if strings.TrimSpace(string(at.Value([]byte(source)))) == "d" {
					t.Errorf("%s: a heading of the string", name)
				}
			}
		}
		return ast.WalkContinue, nil
	})
}

// A long string is cut where it would push everything else away.
func TestLongStrings(t *testing.T) {
	site, _ := poisoned(t, strings.Repeat("long 很长 ", 1500))
	for name, b := range site {
		if strings.HasSuffix(name, "runs/index.html") && len(b) > 80_000 {
			t.Errorf("%s: %d bytes for two runs", name, len(b))
		}
		if strings.HasSuffix(name, ".md") {
			for line := range strings.Lines(b) {
				if strings.HasPrefix(line, "|") && len(line) > 3000 {
					t.Errorf("%s: a row of %d bytes", name, len(line))
					break
				}
			}
		}
	}
}

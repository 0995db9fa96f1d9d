package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources are the folders whose strings are searched for keys, and the layouts.
var sources = []string{"..", "../page", "../chart", "../dataset"}

// fileName is what looks like a key and is the name of a file.
var fileName = regexp.MustCompile(`\.(?:toml|md|html|gohtml|gomd|json|jsonl|js|css|svg|xml|txt|csv|gz)$`)

var keyForm = regexp.MustCompile(`^[a-z]+(?:\.[a-z0-9][a-z0-9_-]*)+$`)

// TestKeysInUse looks up every literal key in the sources and the layouts: a key
// that does not exist, a slot that is missing or one that no sentence takes
// would otherwise show on a page.
func TestKeysInUse(t *testing.T) {
	l := load(t).Locale(ZH)
	found := 0
	for _, dir := range sources {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if key, ok := literal(n); ok && isKey(key) {
						found++
						if !l.Has(key) && !begins(l, key) {
							t.Errorf("%s: there is no key %s", set.Position(n.Pos()), key)
						}
					}
				case *ast.CallExpr:
					checkFill(t, l, set, n)
				}
				return true
			})
		}
	}
	if found == 0 {
		t.Error("no key found in the sources: the search is broken")
	}
}

// begins tells whether s is the beginning of keys that the program completes.
func begins(l *Locale, s string) bool {
	return strings.HasSuffix(s, "-") && slices.ContainsFunc(l.keys, func(k string) bool { return strings.HasPrefix(k, s) })
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func isKey(s string) bool {
	head, _, _ := strings.Cut(s, ".")
	return slices.Contains(groups, head) && keyForm.MatchString(s) && !fileName.MatchString(s)
}

// checkFill compares the slots of a call Fill("key", Slots{…}) with those of the
// sentence.
func checkFill(t *testing.T, l *Locale, set *token.FileSet, call *ast.CallExpr) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Fill" || len(call.Args) != 2 {
		return
	}
	key, ok := literal(call.Args[0])
	values, ok2 := call.Args[1].(*ast.CompositeLit)
	if !ok || !ok2 || !l.Has(key) {
		return
	}
	var given []string
	for _, e := range values.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := literal(kv.Key); ok {
				given = append(given, name)
			}
		}
	}
	slices.Sort(given)
	if want := l.Slots(key); !slices.Equal(given, want) {
		t.Errorf("%s: %s is given %v and takes %v", set.Position(call.Pos()), key, given, want)
	}
}

var layoutKey = regexp.MustCompile(`\(?\bt "([^"]+)"`)

func TestKeysInLayouts(t *testing.T) {
	l := load(t).Locale(ZH)
	err := filepath.WalkDir("../../templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".gohtml") && !strings.HasSuffix(path, ".gomd") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, m := range layoutKey.FindAllStringSubmatch(line, -1) {
				if key := m[1]; !l.Has(key) && !strings.HasSuffix(key, ".") {
					t.Errorf("%s:%d: there is no key %s", path, i+1, key)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers says which of our own packages each package may import: the table of
// the design, in full. A package or an arrow that is not here is an error, so
// that the layering can change, but not in silence.
var layers = map[string][]string{
	"cmd/benchsite":    {"*"},
	"collect":          {"collect/*", "render/stats"},
	"collect/artifact": {},
	"collect/endpoint": {"collect/artifact"},
	"collect/server":   {"collect/artifact", "collect/endpoint"},
	"collect/simulate": {"collect/artifact", "collect/endpoint"},
	"collect/journal":  {},
	"collect/sandbox":  {},
	"collect/load":     {"collect/artifact", "collect/endpoint", "collect/journal", "render/stats"},
	"collect/eval":     {"collect/artifact", "collect/endpoint", "collect/eval/code", "collect/journal", "collect/sandbox", "render/stats"},
	"collect/export":   {"collect/artifact"},
	"collect/imports":  {"collect/artifact", "collect/endpoint", "collect/eval", "collect/server", "render/stats"},
	"render":           {"collect/artifact", "render/cache", "render/chart", "render/page", "render/dataset", "render/locale", "render/stats", "templates"},
	"render/stats":     {},
	"render/cache":     {},
	"render/dataset":   {"collect/artifact", "render/cache", "render/stats"},
	"render/locale":    {"templates"},
	"render/preview":   {},
	"render/publish":   {},
	"render/page":      {"collect/artifact", "render/dataset", "render/stats", "render/locale"},
	"render/chart":     {"render/page", "render/locale"},
	"templates":        {},

	// The judging of programs: problems, the two boxes, the comparison.
	"collect/eval/code": {"collect/artifact", "collect/sandbox"},

	// Programs of the tests alone.
	"collect/endpoint/endpointtest": {},
	"render/browsertest":            {},
	"render/synthetic":              {"collect/artifact"},
	"render/synthetic/generate":     {"render/synthetic"},
}

// doors says where a third-party package may be imported.
var doors = map[string][]string{
	"github.com/sashabaranov/go-openai": {"collect/endpoint"},
	"github.com/go-echarts/go-echarts/": {"render/chart"},
	"github.com/yuin/goldmark":          {"render"},
	"github.com/spf13/pflag":            {"cmd/benchsite"},
	"github.com/BurntSushi/toml":        {"cmd/benchsite", "render/dataset", "render/locale"},
	"github.com/chromedp/":              {"render/browsertest"},
	"github.com/fsnotify/fsnotify":      {"render/preview"},
	"github.com/rhysd/actionlint":       {"render/publish"},
	"github.com/rogpeppe/go-internal":   {"cmd/benchsite"},
	"golang.org/x/image/":               {"render/chart"},
	"golang.org/x/net/html":             {"render", "render/sitetest"},
	"github.com/gowebpki/jcs":           {"collect/artifact"},
	"github.com/parquet-go/":            {"collect/eval", "collect/export"},
	"github.com/HdrHistogram/":          {"collect/load"},
	"github.com/elastic/":               {"collect/sandbox"},
	"github.com/jba/templatecheck":      {"render", "render/page"},
	"github.com/mattn/go-runewidth":     {"render", "render/page"},
	"github.com/agnivade/levenshtein":   {"cmd/benchsite", "collect", "collect/artifact", "collect/endpoint", "collect/imports", "collect/eval", "render/dataset"},
}

func TestImportsPointOneWay(t *testing.T) {
	root := "../.."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, _ := filepath.Rel(root, path)
		pkg := filepath.ToSlash(filepath.Dir(rel))
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(path, "_test.go")
		if _, known := layers[pkg]; !known {
			t.Errorf("%s: package %s has no place in the table of layers", rel, pkg)
		}
		seen[pkg] = true
		for _, imp := range f.Imports {
			name := strings.Trim(imp.Path.Value, `"`)
			if ours, ok := strings.CutPrefix(name, "benchsite/"); ok && !test && !allowed(layers[pkg], ours) {
				t.Errorf("%s imports %s, which the table of layers does not allow", rel, ours)
			}
			for door, pkgs := range doors {
				if strings.HasPrefix(name, door) && !slices.Contains(pkgs, pkg) && !test {
					t.Errorf("%s imports %s, whose door is %s", rel, name, strings.Join(pkgs, ", "))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"cmd/benchsite", "collect/artifact", "render/stats"} {
		if !seen[must] {
			t.Errorf("package %s was not found: the walk is broken", must)
		}
	}
}

func allowed(list []string, pkg string) bool {
	for _, a := range list {
		if a == "*" || a == pkg || strings.HasSuffix(a, "/*") && strings.HasPrefix(pkg, strings.TrimSuffix(a, "*")) {
			return true
		}
	}
	return false
}

// The top level is fixed: what joins must be agreed first. What git ignores
// (the built program, a profile) is nobody's business.
func TestTopLevelIsFixed(t *testing.T) {
	allowed := []string{"cmd", "collect", "render", "templates", "site", "artifacts", "config.toml", "go.mod", "go.sum", "README.md", "LICENSE", "Makefile", "CONTRIBUTING.md"}
	out, err := exec.Command("git", "-C", "../..", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, file := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		top, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s does not belong at the top level", file)
		}
	}
}

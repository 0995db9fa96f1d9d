package render

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// page is one parsed HTML file of a site.
type parsed struct {
	name string
	root *html.Node
	ids  []string
}

// nodes calls f for every element below n.
func nodes(n *html.Node, f func(*html.Node)) {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode {
			f(c)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func innerText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func parsePage(t *testing.T, dir, name string) *parsed {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	root, err := html.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	p := &parsed{name: name, root: root}
	nodes(root, func(n *html.Node) {
		if id := attr(n, "id"); id != "" {
			p.ids = append(p.ids, id)
		}
	})
	return p
}

// checkSite looks at every page of a rendered folder: that each link, source
// and anchor leads somewhere inside it without naming the root or a folder,
// that ids are unique, that each page has its twin in the other language with
// the same anchors and its twin in Markdown, and that the links of those lead
// somewhere too.
func checkSite(t *testing.T, dir string) {
	t.Helper()
	pages := map[string]*parsed{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		switch {
		case strings.HasSuffix(rel, ".html"):
			pages[rel] = parsePage(t, dir, rel)
		case strings.HasSuffix(rel, ".md"):
			checkMarkdown(t, dir, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 {
		t.Fatal("no pages")
	}
	for _, p := range pages {
		checkHTML(t, dir, p, pages)
	}
}

func checkHTML(t *testing.T, dir string, p *parsed, pages map[string]*parsed) {
	fault := func(format string, args ...any) { t.Errorf("%s: %s", p.name, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	for _, id := range p.ids {
		if seen[id] {
			fault("id %q twice", id)
		}
		seen[id] = true
	}
	h1 := 0
	nodes(p.root, func(n *html.Node) {
		switch n.Data {
		case "h1":
			h1++
		case "script":
			if attr(n, "src") == "" || n.FirstChild != nil {
				fault("a script inside the page")
			}
		case "style":
			if p.name != "404.html" {
				fault("a style inside the page")
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				fault("<%s %s=…>", n.Data, a.Key)
			}
			switch a.Key {
			case "href", "src", "data-options":
				if n.Namespace == "" {
					if why := resolve(dir, p.name, a.Val, pages); why != "" {
						fault("<%s %s=%q>: %s", n.Data, a.Key, a.Val, why)
					}
				}
			}
		}
	})
	if h1 == 0 {
		fault("no h1")
	}
	if p.name == "404.html" {
		return
	}
	if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path.Dir(p.name)), "index.md")); err != nil {
		fault("no Markdown twin")
	}
	for from, to := range map[string]string{"zh/": "en/", "en/": "zh/"} {
		if rest, ok := strings.CutPrefix(p.name, from); ok {
			twin := pages[to+rest]
			if twin == nil {
				fault("no twin %s", to+rest)
			} else if !slices.Equal(p.ids, twin.ids) {
				fault("anchors differ from those of %s:\n%v\n%v", twin.name, p.ids, twin.ids)
			}
		}
	}
}

// resolve says what is wrong with a link, or "".
func resolve(dir, from, link string, pages map[string]*parsed) string {
	u, err := url.Parse(link)
	switch {
	case err != nil:
		return err.Error()
	case u.Scheme == "data":
		return ""
	case u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/"):
		return "not relative"
	}
	to := from
	if u.Path != "" {
		to = path.Join(path.Dir(from), u.Path)
	}
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(to)))
	switch {
	case strings.HasPrefix(to, "../"):
		return "leads out of the site"
	case err != nil:
		return "leads nowhere"
	case info.IsDir():
		return "leads to a folder"
	}
	if u.Fragment != "" && pages != nil && !slices.Contains(pages[to].ids, u.Fragment) {
		return "there is no such anchor"
	}
	return ""
}

// checkMarkdown reads a twin as GitHub would: its links lead somewhere, nothing
// in it is HTML, and it begins with its one first heading.
func checkMarkdown(t *testing.T, dir, name string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	doc := markdown.Parser().Parse(text.NewReader(source))
	first, ok := doc.FirstChild().(*ast.Heading)
	if !ok || first.Level != 1 {
		t.Errorf("%s: does not begin with a heading", name)
	}
	err = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var link string
		switch n := n.(type) {
		case *ast.Link:
			link = string(n.Destination)
		case *ast.Image:
			link = string(n.Destination)
		case *ast.RawHTML, *ast.HTMLBlock:
			t.Errorf("%s: HTML in it", name)
		}
		if link != "" {
			if why := resolve(dir, name, link, nil); why != "" {
				t.Errorf("%s: link %q: %s", name, link, why)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

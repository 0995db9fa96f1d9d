package render

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"benchsite/render/locale"
	"benchsite/render/page"
)

// layouts are the templates of one language. A page is executed by its kind.
type layouts struct {
	html     map[string]*htmltemplate.Template
	markdown map[string]*template.Template
}

// Files whose templates every kind may use; each other file is a kind.
var (
	sharedHTML     = []string{"html/base.gohtml", "html/parts.gohtml"}
	sharedMarkdown = []string{"markdown/base.gomd", "markdown/parts.gomd"}
)

// parseLayouts reads html/ and markdown/ of the tree for one language. The
// words of the language are bound into the templates, so that a part can ask
// for a label without being handed it.
func parseLayouts(tree fs.FS, l *locale.Locale) (*layouts, error) {
	out := &layouts{html: map[string]*htmltemplate.Template{}, markdown: map[string]*template.Template{}}
	html, err := htmltemplate.New("html").Funcs(htmlFuncs(l)).ParseFS(tree, sharedHTML...)
	if err != nil {
		return nil, err
	}
	markdown, err := template.New("markdown").Funcs(markdownFuncs(l)).ParseFS(tree, sharedMarkdown...)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds(tree, "html", ".gohtml", sharedHTML) {
		t, err := html.Clone()
		if err != nil {
			return nil, err
		}
		if out.html[kind], err = t.ParseFS(tree, "html/"+kind+".gohtml"); err != nil {
			return nil, err
		}
	}
	for _, kind := range kinds(tree, "markdown", ".gomd", sharedMarkdown) {
		t, err := markdown.Clone()
		if err != nil {
			return nil, err
		}
		if out.markdown[kind], err = t.ParseFS(tree, "markdown/"+kind+".gomd"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// kinds lists the layouts of a folder that are not shared.
func kinds(tree fs.FS, dir, ending string, shared []string) []string {
	files, _ := fs.Glob(tree, dir+"/*"+ending) // the pattern is well formed
	var out []string
next:
	for _, f := range files {
		for _, s := range shared {
			if f == s {
				continue next
			}
		}
		out = append(out, strings.TrimSuffix(path.Base(f), ending))
	}
	return out
}

// HTML executes the page's HTML template into a buffer: a page is whole or it
// is an error.
func (l *layouts) HTML(p page.Page) ([]byte, error) {
	t := l.html[p.Meta().Kind]
	if t == nil {
		return nil, fmt.Errorf("no template html/%s.gohtml", p.Meta().Kind)
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, "page", p); err != nil {
		return nil, err
	}
	return neutral(buf.Bytes()), nil
}

// Markdown executes the page's Markdown template.
func (l *layouts) Markdown(p page.Page) ([]byte, error) {
	t := l.markdown[p.Meta().Kind]
	if t == nil {
		return nil, fmt.Errorf("no template markdown/%s.gomd", p.Meta().Kind)
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, "page", p); err != nil {
		return nil, err
	}
	return neutral(tidy(buf.Bytes())), nil
}

// HasMarkdown says whether the kind has a Markdown twin.
func (l *layouts) HasMarkdown(kind string) bool { return l.markdown[kind] != nil }

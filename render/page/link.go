package page

import (
	"net/url"
	"strings"
)

// Href is a finished link. Links inside the site are relative to the page they
// stand on and name the file, index.html included, so that the site works at a
// root, in a subfolder and from a local disk.
type Href string

// Rel is the link from a folder of the site to a file of the site. Both are
// slash paths from the root of the site: from is "" or ends in "/", to may
// carry an anchor.
func Rel(from, to string) Href {
	to, anchor, _ := strings.Cut(to, "#")
	f := strings.Split(strings.TrimSuffix(from, "/"), "/")
	if from == "" {
		f = nil
	}
	t := strings.Split(to, "/")
	same := 0
	for same < len(f) && same < len(t)-1 && f[same] == t[same] {
		same++
	}
	path := strings.Repeat("../", len(f)-same) + strings.Join(t[same:], "/")
	u := url.URL{Path: path}
	link := u.EscapedPath()
	if first, _, _ := strings.Cut(link, "/"); strings.Contains(first, ":") {
		link = "./" + link // a colon in the first part would read as a scheme
	}
	if anchor != "" {
		link += "#" + url.PathEscape(anchor)
	}
	return Href(link)
}

// Markdown is the same link for the Markdown twin: it leads to the twin of the
// page. Links out of the site and to files stay.
func (h Href) Markdown() Href {
	path, anchor, found := strings.Cut(string(h), "#")
	if strings.Contains(path, "://") {
		return h
	}
	path, _, _ = strings.Cut(path, "?") // a query is for a script, and a twin has none
	if path == "index.html" || strings.HasSuffix(path, "/index.html") {
		path = strings.TrimSuffix(path, "html") + "md"
	}
	if found {
		path += "#" + anchor
	}
	return Href(path)
}

// Anchor is a link to a heading or figure of the same page.
func Anchor(id string) Href { return Href("#" + url.PathEscape(id)) }

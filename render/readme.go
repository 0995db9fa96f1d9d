package render

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/page"
	"benchsite/templates"
)

// Readme is a Markdown file with sections that the site fills. A section stands
// between two lines:
//
//	<!-- benchsite:contents lang=en links=PREFIX -->
//	<!-- /benchsite:contents -->
//
// lang is the language, that of the site's first when left out. links is put
// before every link, "none" leaves links out; without it links lead to the
// published site when its address is known, else to the Markdown pages in the
// output folder. Everything outside of the sections stays as it is, byte for byte.
type Readme struct {
	file     string
	parts    [][]byte // what stays: before, between and behind the sections, marker lines included
	sections []readmeSection
}

type readmeSection struct {
	lang    string
	links   string
	given   bool   // links was given
	lineEnd string // of its first line
}

var (
	beginMark = regexp.MustCompile(`^<!--\s*benchsite:contents((?:\s+[a-z]+=\S+)*)\s*-->\s*$`)
	anyMark   = regexp.MustCompile(`^<!--\s*/?benchsite:`)
	endMark   = regexp.MustCompile(`^<!--\s*/benchsite:contents\s*-->\s*$`)
)

// OpenReadme reads a file and finds its sections, which may be in the languages
// of the site. Every error is an *artifact.Fault with the line, and says what to
// write.
func OpenReadme(file string, languages []string) (*Readme, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &artifact.Fault{File: file, Message: "cannot be read: " + err.Error()}
	}
	r := &Readme{file: file}
	fence, line, began := "", 0, 0
	var keep []byte
	for text := range bytes.Lines(data) {
		line++
		fault := func(format string, args ...any) error {
			return &artifact.Fault{File: file, Line: line, Message: fmt.Sprintf(format, args...)}
		}
		if mark := fenceOf(text); mark != "" && (fence == "" || mark == fence) && began == 0 {
			if fence == "" {
				fence = mark
			} else {
				fence = ""
			}
		}
		switch {
		case fence != "": // a code block may show the marks
		case endMark.Match(text):
			if began == 0 {
				return nil, fault("the section ends before it begins; write <!-- benchsite:contents --> above it")
			}
			began = 0
		case anyMark.Match(text):
			if began > 0 {
				return nil, fault("a section begins in the one of line %d; close that with <!-- /benchsite:contents -->", began)
			}
			s, err := parseMark(text)
			if err != nil {
				return nil, fault("%s", err)
			}
			if s.lang != "" && !slices.Contains(languages, s.lang) {
				return nil, fault("lang=%s, and the site is in %s", s.lang, strings.Join(languages, " and "))
			}
			r.sections = append(r.sections, s)
			r.parts, keep = append(r.parts, append(keep, text...)), nil
			began = line
			continue
		}
		if began == 0 {
			keep = append(keep, text...)
		}
	}
	if began > 0 {
		return nil, &artifact.Fault{File: file, Line: began, Message: "the section is not closed; write <!-- /benchsite:contents --> below it"}
	}
	if len(r.sections) == 0 {
		return nil, &artifact.Fault{File: file, Message: "has no section to fill; write the lines <!-- benchsite:contents lang=en --> and <!-- /benchsite:contents --> where it is to stand"}
	}
	r.parts = append(r.parts, keep)
	return r, nil
}

func parseMark(text []byte) (readmeSection, error) {
	s := readmeSection{lineEnd: "\n"}
	if bytes.HasSuffix(text, []byte("\r\n")) {
		s.lineEnd = "\r\n"
	}
	m := beginMark.FindSubmatch(text)
	if m == nil {
		return s, fmt.Errorf("is no mark that is known; write <!-- benchsite:contents lang=en -->")
	}
	for _, kv := range strings.Fields(string(m[1])) {
		switch key, value, _ := strings.Cut(kv, "="); key {
		case "lang":
			s.lang = value
		case "links":
			s.links, s.given = value, true
		default:
			return s, fmt.Errorf("%q is no setting of a section; there are lang and links", key)
		}
	}
	return s, nil
}

// Fill writes the sections from the artifacts of the options and says whether the
// file changed.
func (r *Readme) Fill(o Options) (bool, error) {
	set, err := dataset.Load(o.Store, o.Config)
	if err != nil {
		return false, err
	}
	words, err := locale.Load(templates.FS)
	if err != nil {
		return false, err
	}
	site := &page.Site{Set: set, Words: words, Version: o.Version}
	var out []byte
	for i, s := range r.sections {
		out = append(out, r.parts[i]...)
		text, err := r.section(site, s, o)
		if err != nil {
			return false, err
		}
		out = append(out, bytes.ReplaceAll(text, []byte("\n"), []byte(s.lineEnd))...)
	}
	out = append(out, r.parts[len(r.sections)]...)
	return r.write(out)
}

func (r *Readme) section(site *page.Site, s readmeSection, o Options) ([]byte, error) {
	lang := site.Languages()[0]
	if s.lang != "" {
		lang = locale.Lang(s.lang)
	}
	prefix := s.links
	if !s.given {
		prefix = site.Set.Config.BaseURL
		if prefix == "" {
			rel, err := filepath.Rel(filepath.Dir(r.file), o.Out)
			if err != nil {
				return nil, &artifact.Fault{File: r.file, Field: "links", Message: "is needed: no link leads from the file to " + o.Out}
			}
			prefix = string(page.Rel("", filepath.ToSlash(rel)+"/"))
		}
	}
	e := site.In(lang)
	funcs := markdownFuncs(e.L)
	funcs["target"] = func(h page.Href) string {
		switch {
		case prefix == "none":
			return ""
		case !s.given && site.Set.Config.BaseURL != "":
			return prefix + strings.TrimSuffix(string(h), "index.html")
		}
		return prefix + string(h.Markdown())
	}
	t, err := template.New("readme.gomd").Funcs(funcs).ParseFS(templates.FS, "markdown/standalone/readme.gomd")
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, e.Contents()); err != nil {
		return nil, err
	}
	text := neutral(tidy(buf.Bytes()))
	return append(append([]byte("\n"), text...), '\n'), nil
}

// write puts the new text in the place of the old one, with its permissions, and
// through a link to the file that it names.
func (r *Readme) write(text []byte) (bool, error) {
	name, err := filepath.EvalSymlinks(r.file)
	if err != nil {
		return false, err
	}
	old, err := os.ReadFile(name)
	if err != nil || bytes.Equal(old, text) {
		return false, err
	}
	var mode fs.FileMode = 0o666
	if st, err := os.Stat(name); err == nil {
		mode = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".benchsite-readme-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return false, err
	}
	return true, os.Rename(tmp.Name(), name)
}

package page

import (
	"strings"
	"unicode/utf8"

	"benchsite/render/locale"
)

// Page is a finished page of any kind. Every page struct embeds a [Base].
type Page interface {
	Meta() *Base
}

// Base is what every page has: head, navigation, language switch, footer, and
// the figures whose files lie beside it.
type Base struct {
	Kind        string      // names the templates html/Kind.gohtml and markdown/Kind.gomd
	Lang        locale.Lang // language of the page
	Tag         string      // the same as HTML wants it: zh-CN, en
	Dir         string      // folder of the page from the root of the site, "zh/runs/"; "" is the root
	Title       string      // heading and, with the name of the site, title of the window
	Description string      // a sentence for search engines and previews
	Site        string      // name of the site
	Home        Href        // overview of this language
	Nav         []NavLink
	Switch      []LangLink
	Foot        Foot
	Figures     []*Figure // in the order of the page

	// Only with a base URL; without it they are empty.
	Canonical  string
	Alternates []Alternate
	Image      string // picture for link previews; may be empty

	// Feed is the link to the feed of the language; empty when there is none.
	Feed Href

	figureWord func(n int) string
	numbered   int
}

// Meta makes every page struct that embeds Base a [Page].
func (b *Base) Meta() *Base { return b }

// NavLink is an entry of the navigation.
type NavLink struct {
	Link
	Current bool
}

// LangLink leads to the same page in another language.
type LangLink struct {
	Link
	Tag     string // zh-CN, en
	Label   string // what it does, for screen readers, in that language
	Current bool
}

// Alternate is the address of the page in another language, for search
// engines.
type Alternate struct{ Tag, URL string }

// Foot is the last line of a page.
type Foot struct {
	Generated string // from how many files, by which version
	Links     []Link
}

// Link leads to a page in the same language. The path is that of the page's
// folder in the edition: "" is the overview, "runs/" the list of runs; it may
// carry an anchor: "method/#tpot".
func (b *Base) Link(path string) Href {
	dir, anchor, found := strings.Cut(path, "#")
	to := string(b.Lang) + "/" + dir + "index.html"
	if found {
		to += "#" + anchor
	}
	return Rel(b.Dir, to)
}

// File leads to a file from the root of the site: "data/runs.csv".
func (b *Base) File(path string) Href { return Rel(b.Dir, path) }

// Asset leads to a file of the assets folder: "style.css".
func (b *Base) Asset(name string) Href { return Rel(b.Dir, "assets/"+name) }

// Locale is the language as Open Graph writes it.
func (b *Base) Locale() string {
	if b.Lang == locale.ZH {
		return "zh_CN"
	}
	return "en_US"
}

// HasCharts says whether the page needs the script of the interactive charts.
func (b *Base) HasCharts() bool { return len(b.Figures) > 0 }

// Twin is the Markdown page at the same place.
func (b *Base) Twin() Href { return "index.md" }

// windowTitle is the longest title of a window, in characters: search engines
// and tabs show no more.
const windowTitle = 70

// WindowTitle is the title of the browser window. The name of the site gives way
// to that of the page.
func (b *Base) WindowTitle() string {
	site := Cut(b.Site, windowTitle-1)
	if b.Title == b.Site {
		return site
	}
	const sep = " · "
	room := windowTitle - utf8.RuneCountInString(sep+site) - 1 // the last is for the ellipsis
	if room < windowTitle/2 {
		return Cut(b.Title, windowTitle-1)
	}
	return Cut(b.Title, room) + sep + site
}

// AddFigure registers a chart as the next figure of the page: it gets its
// number, its table, and its files in the folder of the page. A chart without
// data gives no figure (nil): write why instead.
func (b *Base) AddFigure(c Chart) *Figure {
	f := b.AddPlain(c)
	if f != nil {
		b.numbered++
		f.Number = b.figureWord(b.numbered)
	}
	return f
}

// AddPlain is AddFigure for a drawing that stands without number and frame.
func (b *Base) AddPlain(c Chart) *Figure {
	if c.Empty() {
		return nil
	}
	f := &Figure{
		Chart: c, Note: T(c.Note), Table: chartTable(c),
		SVG: Href(c.ID + ".svg"), CSV: Href(c.ID + ".csv"),
	}
	b.Figures = append(b.Figures, f)
	return f
}

// chartTable is the table that stands behind "show table".
func chartTable(c Chart) *Table {
	if len(c.Table.Rows) == 0 {
		return nil
	}
	right := max(c.Table.Right, 1)
	t := &Table{Label: c.Title}
	for i, h := range c.Table.Head {
		t.Head = append(t.Head, Column{Text: T(h), Right: i >= right})
	}
	for _, cells := range c.Table.Rows {
		var row Row
		for i, s := range cells {
			cell := CellText(Cut(s, CutCell))
			if i >= right {
				cell = CellNum(Cut(s, CutCell))
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

package render

import (
	"html/template"
	"strconv"
	"strings"

	"benchsite/render/locale"
	"benchsite/render/page"
)

// Running text and tables are most of every page, and a template that walks
// them span by span is what a render would spend its time on. So these two are
// written here; the templates call them like any other part. Every string goes
// through appendText or appendAttr, every link through appendHref: a test
// compares them with what html/template makes of the same.

// htmlText is running text with its links and styles.
func htmlText(t page.Text) template.HTML { return template.HTML(appendSpans(nil, t)) }

func appendSpans(b []byte, t page.Text) []byte {
	for i := range t {
		s := &t[i]
		if s.Href != "" {
			b = append(b, `<a href="`...)
			b = appendHref(b, string(s.Href))
			b = append(appendClass(append(b, '"'), s.Class), '>')
		}
		switch s.Style {
		case page.Code:
			b = appendElement(b, "code", s.Class, s.Text)
		case page.Strong:
			b = appendElement(b, "b", "", s.Text)
		case page.Muted:
			b = appendElement(b, "span", "muted", s.Text)
		case page.Sup:
			b = appendElement(b, "sup", "", s.Text)
		case page.Break:
			b = append(b, "<br>"...)
		default:
			if s.Class != "" && s.Href == "" {
				b = appendElement(b, "span", s.Class, s.Text)
			} else {
				b = appendText(b, s.Text)
			}
		}
		if s.Href != "" {
			b = append(b, "</a>"...)
		}
	}
	return b
}

func appendElement(b []byte, name, class, text string) []byte {
	b = append(append(b, '<'), name...)
	b = append(appendClass(b, class), '>')
	b = appendText(b, text)
	b = append(append(b, "</"...), name...)
	return append(b, '>')
}

func appendClass(b []byte, class string) []byte {
	if class == "" {
		return b
	}
	return appendAttr(b, "class", class)
}

// appendAttr writes an attribute with a space before it.
func appendAttr(b []byte, name, value string) []byte {
	b = append(append(append(b, ' '), name...), `="`...)
	return append(appendText(b, value), '"')
}

// appendText escapes a string for text and for quoted attributes alike.
func appendText(b []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); i++ {
		var e string
		switch s[i] {
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case '&':
			e = "&amp;"
		case '"':
			e = "&#34;"
		case '\'':
			e = "&#39;"
		case '+':
			e = "&#43;"
		case 0:
			e = "\uFFFD"
		default:
			continue
		}
		b = append(append(b, s[from:i]...), e...)
		from = i + 1
	}
	return append(b, s[from:]...)
}

// appendHref writes a link as the value of a quoted attribute. A scheme that
// could run something leads nowhere; what an address may not hold is
// percent-encoded.
func appendHref(b []byte, href string) []byte {
	if scheme, _, found := strings.Cut(href, ":"); found && !strings.Contains(scheme, "/") {
		switch strings.ToLower(scheme) {
		case "http", "https", "mailto":
		default:
			return append(b, "#ZgotmplZ"...) // the mark of html/template for a refused value
		}
	}
	const hex = "0123456789abcdef"
	for i := 0; i < len(href); i++ {
		switch c := href[i]; {
		case c == '&':
			b = append(b, "&amp;"...)
		case c == '+':
			b = append(b, "&#43;"...)
		case alnum(rune(c)), strings.IndexByte("!#$*,-./:;=?@[]_~", c) >= 0,
			c == '%' && i+2 < len(href) && isHex(href[i+1]) && isHex(href[i+2]):
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// markIcons are the shapes of the levels of a notice: told apart without colour.
var markIcons = map[string]string{
	"invalid": `<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M1.5 1.5h9v9h-9z" fill="currentColor"/></svg>`,
	"warn":    `<svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 .8 11.6 11H.4Z" fill="currentColor"/></svg>`,
	"":        `<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>`,
}

func htmlMark(level string) template.HTML {
	if icon, ok := markIcons[level]; ok && level != "" {
		return template.HTML(icon)
	}
	return template.HTML(markIcons[""])
}

// htmlTable is a table in its scrolling region, with what stands below it.
func htmlTable(t *page.Table, l *locale.Locale) template.HTML {
	b := make([]byte, 0, 512+256*len(t.Rows))
	b = append(b, `<section class="tbl"`...)
	if t.ID != "" {
		b = appendAttr(b, "id", t.ID)
	}
	b = append(b, ` tabindex="0"`...)
	b = appendAttr(b, "aria-label", t.Label)
	b = append(b, "><table"...)
	b = append(appendClass(b, t.Class), ">\n<thead><tr>"...)
	for _, c := range t.Head {
		b = append(b, `<th scope="col"`...)
		if c.Right {
			b = append(b, ` class="r"`...)
		}
		if c.Sort != "" {
			b = appendAttr(b, "data-sort", c.Sort)
		}
		if c.Sorted != "" {
			b = appendAttr(b, "aria-sort", c.Sorted)
		}
		b = append(appendSpans(append(b, '>'), c.Text), "</th>"...)
	}
	b = append(b, "</tr></thead>\n<tbody>"...)
	for i := range t.Rows {
		b = appendRow(append(b, '\n'), &t.Rows[i], t.HeadAt)
	}
	b = append(b, "\n</tbody></table></section>"...)
	if t.Hint {
		b = append(appendText(append(b, "\n<p class=\"hint\">"...), l.Text("note.swipe")), "</p>"...)
	}
	for _, f := range t.Foot {
		b = append(appendSpans(append(b, "\n<p class=\"tfoot\">"...), f), "</p>"...)
	}
	return template.HTML(append(b, '\n'))
}

func appendRow(b []byte, r *page.Row, headAt int) []byte {
	b = append(b, "<tr"...)
	if r.ID != "" {
		b = appendAttr(b, "id", r.ID)
	}
	b = append(b, '>')
	for i := range r.Cells {
		open, end := "<td", "</td>"
		if i == headAt {
			open, end = `<th scope="row"`, "</th>"
		}
		b = append(appendCell(append(b, open...), &r.Cells[i]), end...)
	}
	return append(b, "</tr>"...)
}

// appendCell writes the attributes of a cell, closes its tag and writes what is
// in it.
func appendCell(b []byte, c *page.Cell) []byte {
	class := c.Class
	if c.Right {
		class = strings.TrimSuffix("r "+class, " ")
		if c.Absent {
			class += " na"
		}
	} else if class == "" && c.Absent {
		class = "na"
	}
	b = appendClass(b, class)
	if c.Span > 0 {
		b = append(strconv.AppendInt(append(b, ` colspan="`...), int64(c.Span), 10), '"')
	}
	if c.Raw != "" {
		b = appendAttr(b, "data-value", c.Raw)
	}
	if c.Label != "" {
		b = appendAttr(b, "data-l", c.Label)
	}
	b = append(b, '>')
	if c.Label != "" {
		b = append(b, "<div>"...)
	}
	if c.Swatch != "" {
		b = append(appendText(append(b, `<span class="sw `...), string(c.Swatch)), `"></span>`...)
	}
	switch {
	case c.Time != "":
		b = append(appendAttr(append(b, "<time"...), "datetime", c.Time), '>')
		b = append(appendSpans(b, c.Text), "</time>"...)
	case c.Tag:
		b = append(appendSpans(append(b, `<span class="tag">`...), c.Text), "</span>"...)
	default:
		b = appendSpans(b, c.Text)
	}
	if c.Sup != "" {
		b = appendElement(b, "sup", "", c.Sup)
	}
	for _, m := range c.Marks {
		b = append(appendText(append(b, `<span class="mk `...), m.Level), '"')
		b = append(append(appendAttr(b, "title", m.Word), '>'), htmlMark(m.Level)...)
		b = append(appendText(append(b, `<span class="vh">`...), m.Word), " </span>"...)
		b = append(appendText(b, m.N), "</span>"...)
	}
	if c.Label != "" {
		b = append(b, "</div>"...)
	}
	return b
}

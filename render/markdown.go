package render

import (
	"strings"
	"text/template"

	"benchsite/render/locale"
	"benchsite/render/page"

	"github.com/mattn/go-runewidth"
)

// markdownFuncs are what the Markdown templates may call. Strings from outside
// reach the text only through md, mdcode, mdtext, mdtable and fence.
//
//	t "key"      the words of the catalogue
//	gap          what stands between two finished sentences
//	colon        what stands between a name and its value
//	bracket s    finished text in brackets, after a word
//	md s         a string as text
//	mdcode s     a string as a code span
//	mdtext t     running text with its links and code
//	mdtable t    a table with aligned columns
//	fence s      a block of code
//	plain s      Markdown written by a person, with plain spaces before units
//	link href    the target of a link: the Markdown twin of a page
func markdownFuncs(l *locale.Locale) template.FuncMap {
	return template.FuncMap{
		"t":       func(key string) string { return mdEscape(l.Text(key)) },
		"gap":     func() string { return gap(l) },
		"colon":   func() string { return strings.TrimSuffix(strings.TrimPrefix(l.Label("a", "b"), "a"), "b") },
		"bracket": func(s string) string { return strings.TrimPrefix(l.Bracket("a", s), "a") },
		"md":      mdEscape,
		"mdcode":  func(s string) string { return mdCode(s, false) },
		"mdtext":  func(t page.Text) string { return mdText(t, false) },
		"mdtable": func(t page.Table) string { return mdTable(t, l) },
		"fence":   mdFence,
		"link":    mdLink,
		"plain":   locale.Plain,
	}
}

// mdEscape writes a string so that Markdown shows it as it is: nothing in it
// becomes markup, a link, a formula, HTML or a new line.
func mdEscape(s string) string {
	s = locale.Plain(s)
	var b strings.Builder
	b.Grow(len(s) + 8)
	runes := []rune(s)
	for i, r := range runes {
		switch r {
		case '\n', '\r', '\t':
			b.WriteByte(' ')
			continue
		case '\\', '`', '*', '[', ']', '<', '|', '~', '$':
			b.WriteByte('\\')
		case '_':
			// Inside a word an underscore is never markup, and max_tokens reads better bare.
			if !(i > 0 && i < len(runes)-1 && alnum(runes[i-1]) && alnum(runes[i+1])) {
				b.WriteByte('\\')
			}
		case '&':
			if i < len(runes)-1 && (alnum(runes[i+1]) || runes[i+1] == '#') {
				b.WriteByte('\\')
			}
		case '#', '>', '=':
			if i == 0 {
				b.WriteByte('\\')
			}
		case '+', '-':
			// A list or a rule, not a sign or a flag.
			if i == 0 && strings.Trim(s, "- ") == "" || i == 0 && strings.HasPrefix(s[1:], " ") {
				b.WriteByte('\\')
			}
		case '.', ')':
			if i < len(runes)-1 && runes[i+1] == ' ' && digits(runes[:i]) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

func alnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// digits reports whether a line that begins so is a numbered list.
func digits(runes []rune) bool {
	for _, r := range runes {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(runes) > 0
}

// mdCode writes a code span with a fence that the string does not hold. In a
// cell of a table a bar must be escaped even there.
func mdCode(s string, cell bool) string {
	s = oneLine.Replace(locale.Plain(s))
	if strings.TrimSpace(s) == "" {
		return ""
	}
	if cell {
		s = strings.ReplaceAll(s, "|", `\|`)
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// mdFence writes a block of code.
func mdFence(s string) string {
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return fence + "\n" + strings.TrimRight(s, "\n") + "\n" + fence
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

func mdLink(h page.Href) string {
	return linkTarget.Replace(string(h.Markdown()))
}

var (
	oneLine    = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")
	linkTarget = strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E", "\n", "")
)

// mdText writes running text.
func mdText(t page.Text, cell bool) string {
	var b strings.Builder
	for _, s := range t {
		var piece string
		switch s.Style {
		case page.Code:
			piece = mdCode(s.Text, cell)
		case page.Strong:
			piece = "**" + mdEscape(s.Text) + "**"
		case page.Sup:
			piece = "(" + mdEscape(s.Text) + ")"
		case page.Break:
			piece = " "
			if !cell {
				piece = "\\\n  " // indented, so that it stays in its list
			}
		default:
			piece = mdEscape(s.Text)
		}
		if s.Href != "" && piece != "" {
			piece = "[" + piece + "](" + mdLink(s.Href) + ")"
		}
		b.WriteString(piece)
	}
	return b.String()
}

// widths counts a Chinese character as two columns, and everything that could
// be either as one, on every machine.
var widths = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

// mdTable writes a table whose columns line up in a plain text editor.
func mdTable(t page.Table, l *locale.Locale) string {
	columns := len(t.Head)
	rows := make([][]string, 0, len(t.Rows)+1)
	head := make([]string, columns)
	for i, c := range t.Head {
		head[i] = mdText(c.Text, true)
	}
	rows = append(rows, head)
	for _, r := range t.Rows {
		cells := make([]string, columns)
		i := 0
		for _, c := range r.Cells {
			for range max(1, c.Span) { // what spans columns stands in each of them
				if i < columns {
					cells[i] = mdCell(c)
				}
				i++
			}
		}
		rows = append(rows, cells)
	}
	wide := make([]int, columns)
	for i := range wide {
		wide[i] = 3
		for _, r := range rows {
			wide[i] = max(wide[i], widths.StringWidth(r[i]))
		}
	}
	var b strings.Builder
	for n, r := range rows {
		b.WriteByte('|')
		for i, s := range r {
			pad := strings.Repeat(" ", wide[i]-widths.StringWidth(s))
			if t.Head[i].Right {
				s = pad + s
			} else {
				s += pad
			}
			b.WriteString(" " + s + " |")
		}
		b.WriteByte('\n')
		if n > 0 {
			continue
		}
		b.WriteByte('|')
		for i := range r {
			if t.Head[i].Right {
				b.WriteString(" " + strings.Repeat("-", wide[i]-1) + ": |")
			} else {
				b.WriteString(" " + strings.Repeat("-", wide[i]) + " |")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func mdCell(c page.Cell) string {
	s := mdText(c.Text, true)
	if c.Sup != "" {
		s += " (" + mdEscape(c.Sup) + ")"
	}
	var marks []string
	for _, m := range c.Marks {
		marks = append(marks, mdEscape(m.Word+" "+m.N))
	}
	if len(marks) > 0 {
		s = strings.TrimSpace(s + " " + strings.Join(marks, ", "))
	}
	return s
}

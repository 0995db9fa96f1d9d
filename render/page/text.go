package page

import "strings"

// Style says how a span of running text is set.
type Style string

// The styles of a span. The zero value is plain text.
const (
	Plain  Style = ""
	Code   Style = "code"   // ids, commands, file names, parameters
	Strong Style = "strong" // the lead of a paragraph
	Muted  Style = "muted"  // unknown values and other second text
	Sup    Style = "sup"    // the letter of a footnote
	Break  Style = "break"  // a line break; Text is empty
)

// Span is a piece of running text in one style, a link when Href is set.
type Span struct {
	Text  string
	Href  Href
	Style Style
	Class string // one of the classes of style.css, for spans that need one
}

// Text is running text, finished. Its strings are plain: whatever they hold is
// escaped by the templates.
type Text []Span

// T is running text without links or styles.
func T(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// heldTick stands for a backquote of a string from outside while the sentence
// around it is read: only the backquotes of the catalogue mark code.
const heldTick = "\uE001"

// hold puts a string from outside into the form in which [Rich] leaves it as it
// is.
func hold(s string) string { return strings.ReplaceAll(s, "`", heldTick) }

func release(s string) string { return strings.ReplaceAll(s, heldTick, "`") }

// Rich reads the code spans of a catalogue text: what stands between two
// backquotes is code. Nothing else is markup. Strings from outside go through
// [hold] before they go into such a text.
func Rich(s string) Text {
	out := rich(s)
	for i := range out {
		out[i].Text = release(out[i].Text)
	}
	return out
}

func rich(s string) Text {
	var out Text
	for s != "" {
		before, rest, found := strings.Cut(s, "`")
		if before != "" {
			out = append(out, Span{Text: before})
		}
		if !found {
			break
		}
		code, after, closed := strings.Cut(rest, "`")
		if !closed {
			out = append(out, Span{Text: "`" + rest})
			break
		}
		out = append(out, Span{Text: code, Style: Code})
		s = after
	}
	return out
}

// TCode is a piece of code as running text.
func TCode(s string) Text { return Text{{Text: s, Style: Code}} }

// TLink is a link as running text.
func TLink(s string, to Href) Text { return Text{{Text: s, Href: to}} }

// TMuted is second text.
func TMuted(s string) Text { return Text{{Text: s, Style: Muted}} }

// Join puts texts one after the other with a plain separator between them.
// Empty ones are left out.
func Join(sep string, parts ...Text) Text {
	var out Text
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if len(out) > 0 && sep != "" {
			out = append(out, Span{Text: sep})
		}
		out = append(out, p...)
	}
	return out
}

// Flat is the text without links and styles: for titles, descriptions and
// alternatives of pictures.
func (t Text) Flat() string {
	var b strings.Builder
	for _, s := range t {
		if s.Style == Break {
			b.WriteByte(' ')
			continue
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// Cut shortens a string that came from outside to n characters, so that one
// long value cannot push everything else off the page. The whole value stands
// in the artifact, which the page links.
func Cut(s string, n int) string {
	i := 0
	for at := range s {
		if i == n {
			return strings.TrimSpace(s[:at]) + "…"
		}
		i++
	}
	return s
}

// Lengths to which strings from outside are cut, in characters.
const (
	CutCell  = 80   // a cell of a table, a tag, a link
	CutTitle = 160  // a title or heading
	CutValue = 400  // a value that has a line of its own
	CutBlock = 4000 // a block of code
)

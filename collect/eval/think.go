package eval

import "strings"

const (
	thinkOpen  = "<think>"
	thinkClose = "</think>"
)

// SplitThink sets the thoughts of a reply apart from its answer. A closing tag
// without an opening one ends thoughts that began in the prompt: all before it
// is thought. An opening tag that is never closed makes the rest a thought and
// sets open. Nothing is trimmed: answer, thought and the removed tags add up to
// text.
func SplitThink(text string) (answer, thought string, open bool) {
	var a, t strings.Builder
	for {
		o, c := strings.Index(text, thinkOpen), strings.Index(text, thinkClose)
		switch {
		case c >= 0 && (o < 0 || c < o):
			t.WriteString(a.String() + text[:c])
			a.Reset()
			text = text[c+len(thinkClose):]
		case o < 0:
			a.WriteString(text)
			return a.String(), t.String(), false
		case c < 0:
			a.WriteString(text[:o])
			t.WriteString(text[o+len(thinkOpen):])
			return a.String(), t.String(), true
		default:
			a.WriteString(text[:o])
			t.WriteString(text[o+len(thinkOpen) : c])
			text = text[c+len(thinkClose):]
		}
	}
}

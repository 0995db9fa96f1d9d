package render

import (
	"bytes"
	"unicode/utf8"
)

// neutral takes the power out of characters that change how the text around
// them is shown: control characters, and the marks that turn the direction of
// writing, with which a string from outside could make a reader see something
// else than what is there. Each becomes U+FFFD. Nothing of ours uses them, so
// one pass over a finished page catches every way in.
func neutral(b []byte) []byte {
	if !suspect(b) {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if hidden(r) {
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// suspect finds what neutral replaces. It looks at the first bytes of the few
// characters in question before it decodes any: pages are large, and there is
// nothing to find in almost all of them.
func suspect(b []byte) bool {
	for i, c := range b {
		switch {
		case c >= 0x20 && c < 0x7f, c == '\n', c == '\t':
		case c < 0x20, c == 0x7f:
			return true
		case c == 0xc2, c == 0xd8, c == 0xe2, c == 0xef:
			if r, _ := utf8.DecodeRune(b[i:]); hidden(r) {
				return true
			}
		}
	}
	return false
}

func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0: // control characters
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f: // direction marks
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	case r == 0x2028, r == 0x2029: // line and paragraph separators
		return true
	case r == 0xfeff, r >= 0xfff9 && r <= 0xfffb: // byte order mark, interlinear annotation
		return true
	}
	return false
}

// tidy trims what template actions leave behind in Markdown: spaces at line
// ends and runs of empty lines, outside code blocks.
func tidy(b []byte) []byte {
	out := make([]byte, 0, len(b))
	empty, fence := 1, "" // begin as after an empty line: no leading ones
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if fence == "" {
			line = bytes.TrimRight(line, " \t")
		}
		if mark := fenceOf(line); mark != "" && (fence == "" || mark == fence) {
			if fence == "" {
				fence = mark
			} else {
				fence = ""
			}
		}
		if len(line) == 0 && fence == "" {
			empty++
			if empty > 1 {
				continue
			}
		} else {
			empty = 0
		}
		out = append(append(out, line...), '\n')
	}
	return append(bytes.TrimRight(out, "\n"), '\n')
}

// fenceOf returns the run of backquotes that opens or closes a code block.
func fenceOf(line []byte) string {
	n := 0
	for n < len(line) && line[n] == '`' {
		n++
	}
	if n < 3 {
		return ""
	}
	return string(line[:n])
}

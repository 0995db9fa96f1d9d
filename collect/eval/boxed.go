package eval

import (
	"strings"

	"benchsite/collect/artifact"
)

// scoreBoxed decides maths answers by text. It has two readings and takes the
// reply as correct when either equals the key:
//
//   - as marked: the last \boxed{…} of the reply, else the inside when the whole
//     reply is one $…$, $$…$$, \(…\) or \[…\], else the whole reply; compared as
//     text after LaTeX white space is removed;
//   - as the hendrycks_math tasks of lm-evaluation-harness read it: the text
//     between the first and the last $, else the whole reply, in that harness's
//     own normal form. What it accepted stays accepted; what it overlooked
//     because of $$ or \boxed is found by the first reading.
//
// A unit is part of the text: a boxed 90 is not 90^\circ. The result is
// three-valued: equal; different (two plain numbers that differ); undecided
// (two texts that differ and may still mean the same). Undecided is not correct
// and says so in the detail.
func scoreBoxed(r Reply) Verdict {
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	text := strings.TrimSpace(marked(answer))
	key := mathText(r.Expected)
	switch {
	case key == "":
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is empty"}
	case mathText(text) == key:
		return found(true, text, "equal")
	}
	if between := betweenDollars(answer); harnessForm(between) == harnessForm(r.Expected) {
		return found(true, strings.TrimSpace(between), "equal in the normal form of lm-eval")
	}
	if text == "" {
		return notCut(Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "the box is empty"}, r)
	}
	a, okA := decimal(mathText(text))
	b, okB := decimal(key)
	if okA && okB && a.Cmp(b) != 0 {
		return notCut(found(false, text, "different"), r)
	}
	return notCut(found(false, text, "undecided: the texts differ"), r)
}

// marked is the part of a reply that its author marked as the answer.
func marked(s string) string {
	if inner, ok := lastBox(s); ok {
		return inner
	}
	for _, pair := range [][2]string{{"$$", "$$"}, {"$", "$"}, {`\(`, `\)`}, {`\[`, `\]`}} {
		inner, ok := strings.CutPrefix(s, pair[0])
		if !ok || len(inner) < len(pair[1]) {
			continue
		}
		if inner, ok = strings.CutSuffix(inner, pair[1]); ok && !hasDelimiter(inner) {
			return inner
		}
	}
	return s
}

// hasDelimiter reports a maths delimiter inside s: then s is several formulas.
func hasDelimiter(s string) bool {
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\\`, ""), `\$`, "")
	return strings.ContainsRune(s, '$') || strings.Contains(s, `\(`) || strings.Contains(s, `\[`)
}

// lastBox returns the content of the last \boxed{} or \fbox{} whose braces are
// balanced.
func lastBox(s string) (string, bool) {
	for end := len(s); end > 0; {
		i := max(strings.LastIndex(s[:end], `\boxed`), strings.LastIndex(s[:end], `\fbox`))
		if i < 0 {
			return "", false
		}
		open := i + len(`\boxed`)
		if strings.HasPrefix(s[i:], `\fbox`) {
			open = i + len(`\fbox`)
		}
		for open < len(s) && s[open] == ' ' {
			open++
		}
		if n := braced(s[open:]); n > 0 {
			return s[open+1 : open+n-1], true
		}
		end = i
	}
	return "", false
}

// braced returns the length of the balanced {…} that s begins with, or 0. An
// escaped brace does not count.
func braced(s string) int {
	if !strings.HasPrefix(s, "{") {
		return 0
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func betweenDollars(s string) string {
	first, last := strings.IndexByte(s, '$'), strings.LastIndexByte(s, '$')
	if first == last {
		return s
	}
	return s[first+1 : last]
}

package locale

import (
	"regexp"
	"strings"
)

// Fault is a breach of a typography rule.
type Fault struct {
	Rule string // Z1 … Z20, E1 … E14
	Text string // what was found, with a little of what surrounds it
	Line int    // 1 for the first line
}

// Lint checks running text of one language: a string of the catalogue, a
// composed sentence or a page in Markdown. Code spans and blocks, URLs, HTML
// tags and {slots} are left out.
func Lint(lang Lang, s string) []Fault {
	if lang == ZH {
		return LintZH(s)
	}
	return LintEN(s)
}

// LintLabel checks a label, heading, button or table head: Lint, and no full
// stop, no ellipsis, in English sentence case.
func LintLabel(lang Lang, s string) []Fault {
	faults := Lint(lang, s)
	for _, end := range []string{"。", "…", "...", "."} {
		if strings.HasSuffix(s, end) {
			faults = append(faults, Fault{"Z16", s, 1})
			break
		}
	}
	if lang == EN {
		faults = append(faults, sentenceCase(s)...)
	}
	return faults
}

// hole stands where something was left out; no rule matches it.
const hole = "\ufffc"

var leftOut = []*regexp.Regexp{
	regexp.MustCompile("(?s)(?:^|\n)(?:```|~~~).*?(?:\n(?:```|~~~)[^\n]*|$)"),  // code blocks
	regexp.MustCompile("(?s)``.*?``|`[^`]*`"),                                  // code spans
	regexp.MustCompile(`(?s)\{\{.*?\}\}|\{[^{}\s]*\}`),                         // expressions and slots
	regexp.MustCompile(`!?\]\([^)\s]*(?: "[^"]*")?\)|(?m)^\[[^\]]+\]:\s*\S+$`), // link targets
	regexp.MustCompile(`https?://[A-Za-z0-9./?&=%_#:~+-]+`),
	regexp.MustCompile(`</?[A-Za-z][^<>]*>|<!--.*?-->`),
}

var (
	imageMark = regexp.MustCompile(`!\[`)
	listMark  = regexp.MustCompile(`^\s*(?:>\s*)*(?:[-*+]|\d+\.|#{1,6})?\s+|^\s*(?:[-*+]|\d+\.|#{1,6})\s+`)
	tableRule = regexp.MustCompile(`^[\s|:-]+$`)
	emphasis  = regexp.MustCompile(`\*\*|__`)
)

// prose takes out what is no prose and gives the remaining lines; the number of
// lines stays that of s.
func prose(s string) []string {
	s = Plain(s)
	for _, re := range leftOut {
		s = re.ReplaceAllStringFunc(s, func(m string) string {
			if strings.HasPrefix(m, "<") {
				return strings.Repeat("\n", strings.Count(m, "\n"))
			}
			return hole + strings.Repeat("\n", strings.Count(m, "\n"))
		})
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if tableRule.MatchString(l) {
			l = ""
		}
		l = imageMark.ReplaceAllString(l, "[")
		if l != strings.TrimSpace(l) || listMark.MatchString(l) {
			l = listMark.ReplaceAllString(l, "")
		}
		lines[i] = emphasis.ReplaceAllString(l, "")
	}
	return lines
}

// rule finds a pattern that must not occur.
type rule struct {
	id   string
	find *regexp.Regexp
}

func rules(pairs ...string) []rule {
	var rs []rule
	for i := 0; i+1 < len(pairs); i += 2 {
		rs = append(rs, rule{pairs[i], regexp.MustCompile(pairs[i+1])})
	}
	return rs
}

// apply reports every place where a rule's pattern occurs in a line.
func apply(rs []rule, line string, number int) []Fault {
	var faults []Fault
	for _, r := range rs {
		for _, at := range r.find.FindAllStringIndex(line, -1) {
			faults = append(faults, Fault{r.id, around(line, at[0], at[1]), number})
		}
	}
	return faults
}

// around shows a find with up to eight characters on both sides.
func around(s string, from, to int) string {
	left, right := []rune(s[:from]), []rune(s[to:])
	left = left[max(0, len(left)-8):]
	right = right[:min(8, len(right))]
	return string(left) + s[from:to] + string(right)
}

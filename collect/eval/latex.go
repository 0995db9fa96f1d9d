package eval

import (
	"regexp"
	"strings"
)

// spaces are the LaTeX commands that only make room.
var spaces = map[string]bool{
	"quad": true, "qquad": true, "enspace": true, "enskip": true, "thinspace": true,
	"medspace": true, "thickspace": true, "negthinspace": true, "space": true,
}

// mathText removes LaTeX white space and nothing else. A command keeps one
// space before a letter, so that \cot x and \cotx stay apart.
func mathText(s string) string {
	var b strings.Builder
	afterCommand := false
	emit := func(part string, command bool) {
		if afterCommand && letter(part[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(part)
		afterCommand = command
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '~':
			i++
		case c != '\\':
			emit(s[i:i+1], false)
			i++
		case i+1 == len(s):
			emit(`\`, false)
			i++
		case letter(s[i+1]):
			end := i + 1
			for end < len(s) && letter(s[end]) {
				end++
			}
			if !spaces[s[i+1:end]] {
				emit(s[i:end], true)
			}
			i = end
		default:
			if !strings.ContainsRune(" ,;:!>\n\t", rune(s[i+1])) {
				emit(s[i:i+2], false)
			}
			i += 2
		}
	}
	return b.String()
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

var (
	harnessDrop  = strings.NewReplacer("\n", "", `\!`, "", `\\`, `\`)
	harnessForms = strings.NewReplacer("tfrac", "frac", "dfrac", "frac", `\left`, "", `\right`, "",
		`^{\circ}`, "", `^\circ`, "", `\$`, "")
	harnessPoint = strings.NewReplacer(`\%`, "", "%", "", " .", " 0.", "{.", "{0.")
	bareRoot     = regexp.MustCompile(`\\sqrt([^{ ])`)
	bareFrac     = regexp.MustCompile(`\\frac([^{ ])(?:([^{ ])|(\{))`)
	slashed      = regexp.MustCompile(`^(-?[0-9]+)/(-?[0-9]+)$`)
)

// harnessForm is the normal form in which the hendrycks_math tasks of
// lm-evaluation-harness compare answers: degree signs, percent signs, sizes of
// brackets, spaces and a trailing \text{ unit} are dropped, a/b becomes
// \frac{a}{b}, a short "x =" in front goes.
func harnessForm(s string) string {
	s = harnessForms.Replace(harnessDrop.Replace(s))
	if strings.Count(s, `\text{ `) == 1 {
		s, _, _ = strings.Cut(s, `\text{ `)
	}
	s = harnessPoint.Replace(s)
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	if left, right, ok := strings.Cut(s, "="); ok && !strings.Contains(right, "=") && len(left) <= 2 {
		s = right
	}
	s = bareRoot.ReplaceAllString(s, `\sqrt{$1}`)
	s = strings.ReplaceAll(s, " ", "")
	s = bareFrac.ReplaceAllStringFunc(s, func(m string) string {
		p := bareFrac.FindStringSubmatch(m)
		if p[3] != "" {
			return `\frac{` + p[1] + `}{`
		}
		return `\frac{` + p[1] + `}{` + p[2] + `}`
	})
	if s == "0.5" {
		return `\frac{1}{2}`
	}
	return slashed.ReplaceAllString(s, `\frac{$1}{$2}`)
}

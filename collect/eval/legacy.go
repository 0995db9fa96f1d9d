package eval

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"benchsite/collect/artifact"
)

// legacyNumber has the fault that made the published scores of December 2025:
// the first alternative takes one to three digits before the second can take
// them all, so that 1024 is read as 102 and 4.
var legacyNumber = regexp.MustCompile(`-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?`)

// scoreLegacy gives the verdicts of eval_openai_accuracy.py. It compares the
// first number of the key with the last number of the reply, and other answers
// by the last line that is not empty, punctuation dropped.
func scoreLegacy(r Reply) Verdict {
	line := lastLine(r.Output)
	switch r.Type {
	case "number":
		keys := legacyNumber.FindAllString(r.Expected, -1)
		got := legacyNumber.FindAllString(r.Output, -1)
		if len(keys) == 0 {
			return Verdict{Outcome: artifact.OutcomeError, Detail: "the key holds no number"}
		}
		if len(got) == 0 {
			return Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "number_missing"}
		}
		answer := got[len(got)-1]
		g, e := legacyFloat(answer), legacyFloat(keys[0])
		if g == e {
			return found(true, answer, "number_exact")
		}
		return found(false, answer, fmt.Sprintf("number_mismatch(got=%s,exp=%s)", pythonFloat(g), pythonFloat(e)))
	case "contains":
		if strings.Contains(legacyText(line), legacyText(r.Expected)) {
			return found(true, line, "contains")
		}
		return found(false, line, "contains_mismatch")
	default:
		if legacyText(line) == legacyText(r.Expected) {
			return found(true, line, "exact")
		}
		return found(false, line, "exact_mismatch")
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if l := strings.TrimSpace(lines[i]); l != "" {
			return l
		}
	}
	return ""
}

// legacyText drops all punctuation and symbols but - and . and joins white
// space, so that "a|b|c" and "a,b,c" are one answer and "," is none.
func legacyText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '-' && r != '.' && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func legacyFloat(s string) float64 {
	f, _ := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	return f
}

// pythonFloat writes a number as the verdicts of the tool do.
func pythonFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.ContainsAny(s, ".NI") {
		s += ".0"
	}
	return s
}

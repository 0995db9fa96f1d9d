package eval

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// wrapped is what may stand between a word for an answer and its letter.
const wrapped = `[\s*_"'“「` + "`" + `(\[{$:】]*(?:\\(?:boxed|text|textbf|mathrm|mathbf)\s*\{\s*)*\(?`

// choiceForms is the closed list of ways in which replies name a choice. The
// letter is a capital; the last match of any of them counts.
var choiceForms = []*regexp.Regexp{
	regexp.MustCompile(`\\f?boxed\s*\{\s*(?:\\(?:text|textbf|mathrm|mathbf)\s*\{)?\s*\(?([A-Z])(?:[)}.:,\s]|\\)`),
	regexp.MustCompile(`(?i:\b(?:answer|choice|option)\b\s*(?:is|would\s+be|should\s+be|must\s+be|:|=|→)+)` + wrapped + `(?i:(?:option|choice|letter|选项)\s*)?\(?([A-Z])\b`),
	regexp.MustCompile(`(?i:\b(?:choose|select|pick|go\s+with)\s+(?:option\s+|choice\s+|answer\s+)?)[*_"'(]*([A-Z])\b`),
	regexp.MustCompile(`(?:^|[\s*(])([A-Z])[)*]*\s+(?i:is\s+(?:the\s+)?(?:correct|right|best)\b)`),
	regexp.MustCompile(`(?:答案|正确选项|正确的选项|正确的是)\s*】?\s*(?:应该|应当|应)?\s*(?:是|为|选|:|=)*` + wrapped + `(?i:选项|option|choice)?\s*([A-Z])(?:[^A-Za-z]|$)`),
	regexp.MustCompile(`(?:故选|应选|所以选|因此选|我选|选择|选项为|选项是|选)\s*(?:的?是|为|:)*` + wrapped + `(?i:选项|option|choice)?\s*([A-Z])(?:[^A-Za-z]|$)`),
	regexp.MustCompile(`(?:^|[^A-Za-z])([A-Z])\s*(?:选项)?(?:是|为)?正确`),
	regexp.MustCompile(`(?:^|\n)\s*\(?([A-Z])\)?\s*[,。.]\s*(?:因为|理由|解析|(?i:because\b))`),
}

var (
	loneLetter = regexp.MustCompile(`^[\s*_("'“「\[$` + "`" + `]*(?:\\(?:text|textbf|mathrm|mathbf|boldsymbol)\s*\{)?([A-Z])[\s)}"'”」\]*_.。:$` + "`" + `]*$`)
	ledLetter  = regexp.MustCompile(`^[\s*_(]*([A-Z])[)*_]*[.):、]\s*\S`)
	optionMark = regexp.MustCompile(`(?:^|[\s(*])[A-Z][).:、]`)
	anyLetter  = regexp.MustCompile(`^\(?([A-Za-z])[).]?$`)
)

// scoreChoice reads a choice letter.
func scoreChoice(r Reply) Verdict {
	key := strings.TrimSpace(r.Expected)
	if len(key) != 1 || key[0] < 'A' || key[0] > 'Z' {
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is no choice letter"}
	}
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	letter := choiceOf(foldWidth(endOf(answer)))
	if letter == "" {
		return notCut(Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "no choice is named in a known form"}, r)
	}
	return notCut(found(letter == key, letter, "choice read"), r)
}

func choiceOf(s string) string {
	letter, end := "", -1
	for _, form := range choiceForms {
		for _, at := range form.FindAllStringSubmatchIndex(s, -1) {
			if at[2] > end && !negated(s[:at[0]], s[at[0]:at[2]]) {
				letter, end = s[at[2]:at[3]], at[2]
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(s), "\n")
	last := lines[len(lines)-1]
	if m := loneLetter.FindStringSubmatch(last); m != nil { // stands behind all else
		return m[1]
	}
	if letter != "" {
		return letter
	}
	if m := anyLetter.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		return strings.ToUpper(m[1])
	}
	// "C) because …" as the whole reply, or as its first line when no other line
	// begins with a letter: a list of all choices is no answer.
	first := ""
	for _, l := range lines {
		if m := ledLetter.FindStringSubmatch(l); m != nil {
			if first != "" {
				return ""
			}
			first = m[1]
		}
	}
	if ledLetter.MatchString(lines[0]) && len(optionMark.FindAllString(lines[0], 2)) == 1 {
		return first
	}
	return ""
}

var denial = regexp.MustCompile(`(?i:\bnot\b)|不是|不选`)

var negation = regexp.MustCompile(`(?i:\bnot|n't|incorrect|wrong)\s*$|(?:不|错误|不能|不应|别|排除)$`)

// negated reports that the words before or within a match deny it.
func negated(before, match string) bool {
	if len(before) > 40 { // a word that stands right before
		before = before[len(before)-40:]
	}
	return negation.MatchString(before) || denial.MatchString(match)
}

// aimeKey reads a key from 0 to 999; leading zeros are allowed.
func aimeKey(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n >= 0 && n <= 999
}

// scoreInteger decides answers that are integers from 0 to 999, as those of the
// AIME: the last box, else the number after the last word for an answer, else a
// last line that is a number. Units, leading zeros and separators are dropped.
func scoreInteger(r Reply) Verdict {
	key, ok := aimeKey(r.Expected)
	if !ok {
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is no integer from 0 to 999"}
	}
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	q, text, ok := integerOf(endOf(answer))
	if !ok {
		return notCut(Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "no final integer in the reply"}, r)
	}
	return notCut(found(!q.percent && q.value.Cmp(big.NewRat(int64(key), 1)) == 0, text, "integer read"), r)
}

var onlyNumber = regexp.MustCompile(`^[\s*_$.]*-?[0-9][0-9,./]*[\s*_$.°]*$`)

func integerOf(answer string) (quantity, string, bool) {
	if inner, ok := lastBox(answer); ok {
		q, text, ok := numberOf(foldNumber(inner), true)
		if ok && strings.ContainsAny(strings.ReplaceAll(inner, `^\circ`, ""), "^√") { // 2^{10} is no 2
			return quantity{}, "", false
		}
		return q, text, ok
	}
	folded := foldNumber(answer)
	if region, ok := afterMark(folded); ok && !notMark.MatchString(region) {
		if q, text, ok := numberOf(boldMark.ReplaceAllString(region, ""), true); ok {
			return q, text, true
		}
	}
	lines := strings.Split(strings.TrimSpace(folded), "\n")
	last := boldMark.ReplaceAllString(lines[len(lines)-1], "")
	if onlyNumber.MatchString(last) || strings.Contains(last, "=") {
		return numberOf(last, false)
	}
	return quantity{}, "", false
}

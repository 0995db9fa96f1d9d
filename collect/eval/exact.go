package eval

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"benchsite/collect/artifact"
)

// scoreExact compares the reply, thoughts and outer space removed, byte by byte.
func scoreExact(r Reply) Verdict {
	return onAnswer(r, func(answer string) (bool, string) { return answer == r.Expected, answer })
}

// scoreExactLenient also takes off what only wraps an answer: one code fence,
// quotes, inline code or bold; a full stop that the key does not have; and it
// reads full-width characters as their half-width twins. A key that is itself
// punctuation or full-width means what it says, and nothing of it is dropped.
func scoreExactLenient(r Reply) Verdict {
	return onAnswer(r, func(answer string) (bool, string) {
		for range 3 { // **"x".** and the like
			if answer == r.Expected {
				return true, answer
			}
			answer = unwrapMore(answer)
		}
		if answer == r.Expected {
			return true, answer
		}
		if !meaningful(r.Expected) {
			return false, answer
		}
		folded := foldWidth(answer)
		if folded == r.Expected {
			return true, answer
		}
		for _, s := range []string{answer, folded} {
			if t := withoutStop(s, r.Expected); t == r.Expected || unwrapMore(t) == r.Expected {
				return true, t
			}
		}
		return false, answer
	})
}

// signed is a sign before a number, which a hyphen inside a word is not.
var signed = regexp.MustCompile(`(^|[\s(\[{:=,$])[-−]([0-9])`)

// holdsToken is containsToken where −42 does not contain 42.
func holdsToken(answer, key string) bool {
	if key != "" && isDigit(key[0]) {
		answer = signed.ReplaceAllString(answer, "${1}n$2")
	}
	return containsToken(answer, key)
}

// scoreContains looks for the key on token borders.
func scoreContains(r Reply) Verdict {
	return onAnswer(r, func(answer string) (bool, string) { return holdsToken(answer, r.Expected), answer })
}

// scoreContainsLenient also reads full-width characters as half-width and any
// white space as one space.
func scoreContainsLenient(r Reply) Verdict {
	return onAnswer(r, func(answer string) (bool, string) {
		if holdsToken(answer, r.Expected) {
			return true, answer
		}
		if !meaningful(r.Expected) {
			return false, answer
		}
		return holdsToken(strings.Join(strings.Fields(foldWidth(answer)), " "), strings.Join(strings.Fields(r.Expected), " ")), answer
	})
}

// scoreRegex requires that the key, a regular expression, matches the whole
// reply.
func scoreRegex(r Reply) Verdict {
	form, err := regexp.Compile(`^(?:` + r.Expected + `)$`)
	if err != nil {
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is no regular expression"}
	}
	return onAnswer(r, func(answer string) (bool, string) { return form.MatchString(answer), answer })
}

func onAnswer(r Reply, decide func(string) (bool, string)) Verdict {
	if strings.TrimSpace(r.Expected) == "" {
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is empty"}
	}
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	ok, text := decide(answer)
	detail := "different"
	if ok {
		detail = "equal"
	}
	return notCut(found(ok, text, detail), r)
}

func unwrapMore(s string) string {
	if t := unwrap(s); t != s {
		return t
	}
	for _, mark := range []string{"**", "`"} {
		inner, ok := strings.CutPrefix(s, mark)
		if inner, ok2 := strings.CutSuffix(inner, mark); ok && ok2 && inner != "" && !strings.Contains(inner, mark) {
			return strings.TrimSpace(inner)
		}
	}
	return s
}

// withoutStop drops one final stop or comma that the key does not end in.
func withoutStop(s, key string) string {
	last, n := utf8.DecodeLastRuneInString(s)
	end, _ := utf8.DecodeLastRuneInString(key)
	if strings.ContainsRune(".。!！,，;；", last) && !unicode.IsPunct(end) {
		return strings.TrimSpace(s[:len(s)-n])
	}
	return s
}

// meaningful reports whether a text holds a letter or a digit; a text of
// punctuation alone means exactly that.
func meaningful(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

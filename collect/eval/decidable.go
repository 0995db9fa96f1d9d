package eval

import (
	"math/big"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"benchsite/collect/artifact"
)

var decidableTypes = []string{"number", "exact", "contains"}

func scoreDecidable(r Reply) Verdict {
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	return notCut(decide(r.Type, answer, r.Expected), r)
}

func scoreLenient(r Reply) Verdict {
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	return notCut(decide(r.Type, unwrap(answer), r.Expected), r)
}

func decide(kind, answer, expected string) Verdict {
	switch kind {
	case "number":
		key, ok := decimal(strings.TrimSpace(expected))
		if !ok {
			return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is not a decimal number"}
		}
		got, ok := decimal(answer)
		if !ok {
			return Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "the reply is not one decimal number"}
		}
		if key.Cmp(got) == 0 {
			return found(true, answer, "number equal")
		}
		return found(false, answer, "number different")
	case "contains":
		if containsToken(answer, expected) {
			return found(true, answer, "contained")
		}
		return found(false, answer, "not contained")
	default:
		if answer == expected {
			return found(true, answer, "equal")
		}
		return found(false, answer, "different")
	}
}

// A decimal of more digits than this is no answer to anything; the bound keeps
// the exact comparison cheap.
const maxDigits = 4096

var decimalForm = regexp.MustCompile(`^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$`)

// decimal reads a plain decimal number exactly: no exponent, no separators.
func decimal(s string) (*big.Rat, bool) {
	if len(s) > maxDigits || !decimalForm.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(strings.TrimSuffix(s, "."))
}

// containsToken reports whether key stands in text on token borders: not within
// a longer word or number. A point, comma or hyphen between two word characters
// joins them (192.168.1.105 does not hold 192.168.1.10, nor 92.168.1.105). Han
// and kana write no spaces: each character is a token.
func containsToken(text, key string) bool {
	if key == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(text[from:], key)
		if i < 0 {
			return false
		}
		i += from
		before, after := text[:i], text[i+len(key):]
		first, _ := utf8.DecodeRuneInString(key)
		last, _ := utf8.DecodeLastRuneInString(key)
		if !joinsBefore(before, first) && !joinsAfter(last, after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		from = i + size
	}
}

func joinsBefore(before string, first rune) bool {
	if !wordRune(first) {
		return false
	}
	r, size := utf8.DecodeLastRuneInString(before)
	if joiner(r) {
		r, _ = utf8.DecodeLastRuneInString(before[:len(before)-size])
	}
	return wordRune(r)
}

func joinsAfter(last rune, after string) bool {
	if !wordRune(last) {
		return false
	}
	r, size := utf8.DecodeRuneInString(after)
	if joiner(r) {
		r, _ = utf8.DecodeRuneInString(after[size:])
	}
	return wordRune(r)
}

func joiner(r rune) bool { return r == '.' || r == ',' || r == '-' }

func wordRune(r rune) bool {
	if r == utf8.RuneError || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
		return false
	}
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

var quotePairs = map[rune]rune{
	'"': '"', '\'': '\'', '“': '”', '‘': '’', '「': '」', '『': '』', '«': '»', '《': '》',
}

var fence = regexp.MustCompile("^```[^\n`]*\n((?s).*?)\n?[ \t]*```$")

// unwrap removes one code fence or one pair of outer quotes, and the space
// inside it.
func unwrap(s string) string {
	if m := fence.FindStringSubmatch(s); m != nil && !strings.Contains(m[1], "```") {
		return strings.TrimSpace(m[1])
	}
	first, n := utf8.DecodeRuneInString(s)
	last, m := utf8.DecodeLastRuneInString(s)
	if end, ok := quotePairs[first]; ok && end == last && len(s) >= n+m {
		inner := s[n : len(s)-m]
		if !strings.ContainsRune(inner, first) && !strings.ContainsRune(inner, last) {
			return strings.TrimSpace(inner)
		}
	}
	return s
}

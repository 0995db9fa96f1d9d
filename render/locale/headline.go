package locale

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Headline splits a composed sentence for a heading: head is what was found, up
// to the semicolon or the bracket that ends the statement, without a full stop;
// rest is what was in that bracket and behind it, as a sentence, or "". A bracket
// inside the statement, as in "2× MIG (TP=2) delivers …", does not end it; one
// that a Chinese comma follows ends it and stays in the head.
func Headline(sentence string) (head, rest string) {
	for i := 0; i < len(sentence); {
		r, n := utf8.DecodeRuneInString(sentence[i:])
		switch r {
		case ';', '；':
			return sentence[:i], opening(strings.TrimLeft(sentence[i+n:], " "))
		case '(', '（':
			end, ok := closing(sentence, i)
			if !ok {
				return stopless(sentence), ""
			}
			inner := sentence[i+n : end.at]
			after := sentence[end.after:]
			next, size := utf8.DecodeRuneInString(after)
			switch next {
			case '，':
				return sentence[:end.after], opening(after[size:])
			case ';', '；', '.', '。', utf8.RuneError:
				return strings.TrimRight(sentence[:i], " "), opening(inner + after)
			}
			n = end.after - i
		}
		i += n
	}
	return stopless(sentence), ""
}

type bracket struct{ at, after int }

// closing finds the bracket that closes the one at byte i.
func closing(s string, i int) (bracket, bool) {
	depth := 0
	for j, r := range s[i:] {
		switch r {
		case '(', '（':
			depth++
		case ')', '）':
			if depth--; depth == 0 {
				return bracket{i + j, i + j + utf8.RuneLen(r)}, true
			}
		}
	}
	return bracket{}, false
}

func stopless(s string) string { return strings.TrimRight(s, ".。") }

// opening gives a text the capital of a sentence, unless it opens with a name
// such as max_tokens or a symbol such as p.
func opening(s string) string {
	word, _, _ := strings.Cut(s, " ")
	word = strings.TrimRight(word, ",:")
	if len(word) < 2 || strings.ContainsFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

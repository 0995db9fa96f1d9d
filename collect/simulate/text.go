package simulate

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
)

// words are what answers are made of.
var words = strings.Fields(`the a model server token batch queue step time result value table line point
rate load cache memory weight layer answer question word number first last next each most
one two three four five many small large fast slow simple clear same other new old more less
is has takes gives keeps makes shows holds reads writes waits runs starts ends grows falls
and or but so then when while because with without before after over under from into`)

// word returns the i-th token of the answer to a prompt with that hash.
func word(hash, seed uint64, i int) string {
	x := hash ^ seed*0x9e3779b97f4a7c15 ^ uint64(i+1)*0xbf58476d1ce4e5b9
	x ^= x >> 30
	x *= 0x94d049bb133111eb
	x ^= x >> 31
	w := words[x%uint64(len(words))]
	if i == 0 {
		return w
	}
	return " " + w
}

// naturalLength is where the answer would end by itself, 32 to 543 tokens.
func naturalLength(hash, seed uint64) int { return 32 + int((hash^seed*31)>>7%512) }

// tokens splits text the way byte-pair encodings roughly do: a token for every
// four letters of a word, every digit triple, every symbol and CJK character.
func tokens(text string) []string {
	var out []string
	start, kind, length := 0, 0, 0
	runes := []rune(text)
	flush := func(end int) {
		if end > start && kind != 0 {
			out = append(out, string(runes[start:end]))
		}
		start, length = end, 0
	}
	for i, r := range runes {
		k := 3 // symbol or CJK: a token of its own
		limit := 1
		switch {
		case unicode.IsSpace(r):
			k, limit = 0, 1<<30
		case unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r), unicode.Is(unicode.Hangul, r):
		case unicode.IsLetter(r):
			k, limit = 1, 4
		case unicode.IsDigit(r):
			k, limit = 2, 3
		}
		if k != kind || length >= limit {
			flush(i)
		}
		kind = k
		length++
	}
	flush(len(runes))
	return out
}

func hashOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// prefixCache remembers blocks of 16 prompt tokens, each together with all
// that came before it.
type prefixCache struct {
	seen map[uint64]bool
}

const cacheBlock = 16

// hit returns how many leading tokens are known, and learns the prompt. The
// last token is always computed, as in a real engine.
func (c *prefixCache) hit(prompt []string) int {
	known, chain, matching := 0, uint64(0), true
	for i := 0; i+cacheBlock <= len(prompt); i += cacheBlock {
		chain = hashOf(append([]string{strconv.FormatUint(chain, 16)}, prompt[i:i+cacheBlock]...)...)
		if matching = matching && c.seen[chain]; matching {
			known = i + cacheBlock
		}
		c.seen[chain] = true
	}
	return min(known, max(len(prompt)-1, 0))
}

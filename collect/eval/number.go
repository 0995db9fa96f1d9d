package eval

import (
	"math/big"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"benchsite/collect/artifact"
)

// quantity is a number that was read. A percent keeps the number before the sign.
type quantity struct {
	value   *big.Rat
	percent bool
	from    int // byte offsets in the text
	to      int
}

// equals compares with a key. A percent sign is a unit: it may be missing on one
// side, and 45 % is 0.45; without a sign on either side only the values count.
func (q quantity) equals(key quantity) bool {
	if q.percent == key.percent {
		return q.value.Cmp(key.value) == 0
	}
	p, v := q, key
	if key.percent {
		p, v = key, q
	}
	return p.value.Cmp(v.value) == 0 || new(big.Rat).Quo(p.value, big.NewRat(100, 1)).Cmp(v.value) == 0
}

// plainNumber reads a text that is one number and nothing else, as keys are.
func plainNumber(s string) (quantity, bool) {
	s = foldNumber(strings.TrimSpace(s))
	found := numbersIn(s)
	if len(found) == 0 {
		found = numeralsIn(s)
	}
	if len(found) != 1 || found[0].from != 0 || strings.TrimSpace(s[found[0].to:]) != "" {
		return quantity{}, false
	}
	return found[0], true
}

var (
	// latexRoom is what LaTeX puts into or around numbers without meaning.
	latexRoom = strings.NewReplacer("{,}", ",", `\,`, "", `\!`, "", `\;`, " ", `\ `, " ", `\$`, "$", `\%`, "%", "\u202f", "", "\u2009", "",
		"\u2010", "-", "\u2011", "-", "\u2012", "-", "\ufe63", "-", "\u00b7", "×", "\u22c5", "×", "\u2219", "×",
		`^{\circ}`, "°", `^\circ`, "°", `\left`, "", `\right`, "", `\dfrac`, `\frac`, `\tfrac`, `\frac`, `\times`, "×", `\cdot`, "×", "−", "-", "–", "-", "百分号", "%",
		`\(`, " ", `\)`, " ", `\[`, " ", `\]`, " ")
	boldMark = regexp.MustCompile(`\*\*|__`)
)

// foldNumber brings full-width forms, LaTeX spacing and all ways to write a sign,
// an exponent or groups of digits to plain characters.
func foldNumber(s string) string {
	s = latexRoom.Replace(foldWidth(s))
	s = superscripts.ReplaceAllStringFunc(s, func(m string) string {
		_, n := utf8.DecodeRuneInString(m)
		return m[:n] + "^{" + plainSuperscript.Replace(m[n:]) + "}"
	})
	for _, g := range groupForms {
		s = g.form.ReplaceAllStringFunc(s, func(m string) string { return g.marks.Replace(m) })
	}
	return signWord.ReplaceAllString(s, "${1}-")
}

var (
	superscripts     = regexp.MustCompile(`[0-9)][⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+`)
	plainSuperscript = strings.NewReplacer("⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9", "⁺", "", "⁻", "-")

	// groupForms are groups of digits other than 1,234,567: of three, set apart by
	// spaces that do not break, apostrophes or underscores; by plain spaces where
	// nothing else stands in the line, or where a list of numbers would not begin
	// so (1 234 567); the Indian 12,34,567 and the Chinese 123,4567.
	groupForms = []struct {
		form  *regexp.Regexp
		marks *strings.Replacer
	}{
		{regexp.MustCompile(`\b[0-9]{1,3}(?:[\x{a0}\x{2007}\x{2008}][0-9]{3})+\b`), strings.NewReplacer("\u00a0", "", "\u2007", "", "\u2008", "")},
		{regexp.MustCompile(`\b[0-9]{1,3}(?:['’][0-9]{3})+\b`), strings.NewReplacer("'", "", "’", "")},
		{regexp.MustCompile(`\b[0-9]{1,3}(?:_[0-9]{3})+\b`), strings.NewReplacer("_", "")},
		{regexp.MustCompile(`(?m)^[-+]?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?[.\s]*$`), strings.NewReplacer(" ", "")},
		{regexp.MustCompile(`\b[0-9]{1,2}(?: [0-9]{3}){2,}\b`), strings.NewReplacer(" ", "")},
		{regexp.MustCompile(`(?m)(?:^|[^0-9.,])[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}\b`), strings.NewReplacer(",", "")},
		{regexp.MustCompile(`(?m)(?:^|[^0-9.,])[0-9]{1,4}(?:,[0-9]{4})+\b`), strings.NewReplacer(",", "")},
	}

	// signWord is a sign in words, where no number before it is subtracted from.
	signWord = regexp.MustCompile(`(?i)(^|[^0-9)\s]\s*|\n)\b(?:minus|negative)\s+\b`)
)

// foldWidth brings full-width ASCII forms and the wide space to their
// half-width twins; other characters stay.
func foldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}

var (
	fracForm     = regexp.MustCompile(`^\\frac\s*(?:\{\s*([0-9]+)\s*\}|([0-9]))\s*(?:\{\s*([0-9]+)\s*\}|([0-9]))`)
	digitsForm   = regexp.MustCompile(`^(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)`)
	pointForm    = regexp.MustCompile(`^\.[0-9]+`)
	exponentForm = regexp.MustCompile(`^(?:[eE]([+-]?[0-9]{1,3})|\s*[×xX*]\s*10\s*\^\s*\{?\s*(-?[0-9]{1,3})\s*\}?)`)
	tenForm      = regexp.MustCompile(`^\^\s*\{?\s*(-?[0-9]{1,3})\s*\}?`)
	slashForm    = regexp.MustCompile(`^\s*/\s*([0-9]+)`)
	mixedForm    = regexp.MustCompile(`^\s+([0-9]+)/([0-9]+)`)
	percentForm  = regexp.MustCompile(`^\s*(?:%|percent\b|per cent\b|个百分点)`)
	scaleForm    = regexp.MustCompile(`^\s*(?i:(thousand|million|billion|trillion)\b)`)
	vulgar       = map[rune][2]int64{'½': {1, 2}, '¼': {1, 4}, '¾': {3, 4}, '⅓': {1, 3}, '⅔': {2, 3}, '⅕': {1, 5}, '⅛': {1, 8}, '⅜': {3, 8}, '⅝': {5, 8}, '⅞': {7, 8}}
	scales       = map[string]int64{"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
)

// numbersIn finds the numbers in folded text. What is no number of its own is
// passed over: parts of words (GPT-4), versions and addresses (1.2.3), times
// and ratios (10:30), dates (2025/12/23), bases, exponents and roots (2^10, √2).
func numbersIn(s string) []quantity {
	var out []quantity
	for i := 0; i < len(s); {
		q, next := numberAt(s, i)
		if q != nil {
			out = append(out, *q)
		}
		i = next
	}
	return out
}

// numberAt reads a number that begins at i; next is where to go on.
func numberAt(s string, i int) (q *quantity, next int) {
	start := i
	r, size := utf8.DecodeRuneInString(s[i:])
	sign := false
	if (r == '-' || r == '+' || r == '负') && startsNumber(s[i+size:]) && signStands(s[:i]) {
		sign = r != '+'
		i += size
		for i < len(s) && (s[i] == ' ' || s[i] == '$') {
			i++
		}
		r, size = utf8.DecodeRuneInString(s[i:])
	}
	if f, ok := vulgar[r]; ok {
		return quant(big.NewRat(f[0], f[1]), sign, start, i+size, s)
	}
	if m := fracForm.FindStringSubmatch(s[i:]); m != nil {
		if v, ok := new(big.Rat).SetString(m[1] + m[2] + "/" + m[3] + m[4]); ok {
			return quant(v, sign, start, i+len(m[0]), s)
		}
		return nil, i + len(m[0])
	}
	if !(r >= '0' && r <= '9') && !(r == '.' && i+1 < len(s) && isDigit(s[i+1]) && !wordBefore(s[:i])) {
		return nil, start + max(sizeAt(s, start), 1)
	}
	run := i + spanOf(s[i:])
	if wordBefore(s[:start]) || runIsNoNumber(s[i:run]) {
		return nil, run
	}
	text := digitsForm.FindString(s[i:])
	if after := i + len(text); strings.Contains(text, ",") && after < len(s) && isDigit(s[after]) {
		text = text[:strings.IndexByte(text, ',')]
	}
	end := i + len(text)
	text = strings.ReplaceAll(text, ",", "")
	if p := pointForm.FindString(s[end:]); p != "" {
		text += p
		end += len(p)
	}
	if text == "" || len(text) > maxDigits {
		return nil, max(run, i+1)
	}
	v, ok := new(big.Rat).SetString("0" + text)
	if !ok {
		return nil, max(run, i+1)
	}
	if m := exponentForm.FindStringSubmatch(s[end:]); m != nil {
		v.Mul(v, powerOfTen(m[1]+m[2]))
		end += len(m[0])
	} else if m := slashForm.FindStringSubmatch(s[end:]); m != nil && !strings.HasPrefix(s[end+len(m[0]):], "/") && len(m[1]) < 40 {
		d, _ := new(big.Rat).SetString(m[1])
		if d.Sign() == 0 {
			return nil, end + len(m[0])
		}
		v.Quo(v, d)
		end += len(m[0])
	} else if m := fracForm.FindStringSubmatch(s[end:]); m != nil && !strings.Contains(text, ".") { // 2\frac{1}{2}
		if f, ok := new(big.Rat).SetString(m[1] + m[2] + "/" + m[3] + m[4]); ok && f.Cmp(big.NewRat(1, 1)) < 0 {
			v.Add(v, f)
			end += len(m[0])
		}
	} else if m := tenForm.FindStringSubmatch(s[end:]); m != nil && text == "10" {
		v = powerOfTen(m[1])
		end += len(m[0])
	} else if m := mixedForm.FindStringSubmatch(s[end:]); m != nil && !strings.HasPrefix(s[end+len(m[0]):], "/") && len(m[2]) < 40 {
		f, ok := new(big.Rat).SetString(m[1] + "/" + m[2])
		if ok && f.Cmp(big.NewRat(1, 1)) < 0 {
			v.Add(v, f)
			end += len(m[0])
		}
	} else if f, n := utf8.DecodeRuneInString(s[end:]); vulgar[f][1] != 0 {
		v.Add(v, big.NewRat(vulgar[f][0], vulgar[f][1]))
		end += n
	} else if m := scaleForm.FindStringSubmatch(s[end:]); m != nil {
		v.Mul(v, powerOfTen(itoa(scales[strings.ToLower(m[1])])))
		end += len(m[0])
	}
	if f, n := utf8.DecodeRuneInString(s[end:]); f == '^' || f == '!' && !strings.HasSuffix(s[:end+n], "!!") && factorial(s[end+n:]) || f == 'π' || f == '√' || strings.HasPrefix(s[end:], `\pi`) || strings.HasPrefix(s[end:], `\sqrt`) {
		return nil, end + n + spanOf(s[end+n:])
	}
	return quant(v, sign, start, end, s)
}

// factorial tells 5! = 120 from a number at the end of an exclamation.
func factorial(after string) bool { return strings.HasPrefix(strings.TrimSpace(after), "=") }

func quant(v *big.Rat, negative bool, from, to int, s string) (*quantity, int) {
	q := &quantity{value: v, from: from}
	if w, n := zhScale(s[to:]); n > 0 {
		v.Mul(v, w)
		to += n
		if more, length, ok := zhRest(s[to:], w); ok {
			v.Add(v, more)
			to += length
		}
	}
	if negative {
		v.Neg(v)
	}
	if p := percentForm.FindString(s[to:]); p != "" {
		q.percent = true
		to += len(p)
	}
	q.to = to
	return q, to
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func sizeAt(s string, i int) int { _, n := utf8.DecodeRuneInString(s[i:]); return n }

func startsNumber(s string) bool {
	s = strings.TrimLeft(s, " $")
	if s == "" {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return isDigit(s[0]) || s[0] == '.' && len(s) > 1 && isDigit(s[1]) || strings.HasPrefix(s, `\frac`) || vulgar[r][1] != 0
}

// signStands reports whether a hyphen after before is a sign and no operator or
// part of a word.
func signStands(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !(unicode.IsDigit(r) || r == ')' || r == '}' || r == '_' || unicode.IsLetter(r) && !unicode.Is(unicode.Han, r))
}

// wordBefore reports a letter, a root, a power or a command right before: the
// digits belong to it.
func wordBefore(before string) bool {
	if before == "" {
		return false
	}
	trimmed := strings.TrimSuffix(before, "{")
	r, n := utf8.DecodeLastRuneInString(trimmed)
	if r == '-' && n < len(trimmed) { // GPT-4
		r, _ = utf8.DecodeLastRuneInString(trimmed[:len(trimmed)-n])
		return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r)
	}
	if r == '^' || r == '√' || strings.HasSuffix(trimmed, `\sqrt`) || strings.HasSuffix(trimmed, `\sqrt `) {
		return true
	}
	if trimmed != before { // \text{5}, \boxed{5}
		return false
	}
	return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r)
}

// longestRun is how far digits that belong together are followed, in bytes.
const longestRun = 80

// spanOf is the length of digits with points, colons, slashes between digits.
func spanOf(s string) int {
	n := 0
	for n < len(s) && n < longestRun && (isDigit(s[n]) || (s[n] == '.' || s[n] == ':' || s[n] == '/' || s[n] == ',' || s[n] == '-') && n+1 < len(s) && isDigit(s[n+1]) && n > 0) {
		n++
	}
	return n
}

var noNumber = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+){2,}|^[0-9]+:[0-9]|^[0-9]+[/-][0-9]+[/-][0-9]`)

func runIsNoNumber(run string) bool { return noNumber.MatchString(run) }

func powerOfTen(exponent string) *big.Rat {
	n, _ := new(big.Int).SetString(strings.TrimPrefix(exponent, "+"), 10)
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), new(big.Int).Abs(n), nil))
	if n.Sign() < 0 {
		p.Inv(p)
	}
	return p
}

func itoa(n int64) string { return big.NewInt(n).String() }

// scoreNumber reads the number that a reply ends on and compares it exactly:
// thousands separators, signs, decimals, fractions, percent, powers of ten,
// full-width digits and Chinese numerals are read.
func scoreNumber(r Reply) Verdict {
	key, ok := plainNumber(r.Expected)
	if !ok {
		return Verdict{Outcome: artifact.OutcomeError, Detail: "the key is not a number"}
	}
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	q, text, ok := finalNumber(endOf(answer))
	if !ok {
		return notCut(Verdict{Outcome: artifact.OutcomeUnparsed, Detail: "no number in the reply"}, r)
	}
	if q.equals(key) {
		return found(true, text, "number equal")
	}
	return notCut(found(false, text, "number different"), r)
}

var (
	answerMark = regexp.MustCompile(`(?i:\b(?:final\s+answer|answer|result)\b\s*(?:is|are|was|:|=)+:?)|(?:最终答案|答案|结果|得数)\s*(?:应该|应当|应)?\s*(?:是|为|等于|:|=)+:?`)
	notMark    = regexp.MustCompile(`^\s*(?i:not\b|不是)`)
	denied     = regexp.MustCompile(`(?i:\bnot|\brather than)\s+[-0-9.,]*[0-9]|(?:而不是|不是|而非)\s*[-0-9.,]*[0-9]`)
	aside      = regexp.MustCompile(`\([^()]*\)`)
	boldPart   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
)

// finalNumber finds the number on which a reply ends: in the last box, else
// after the last word for an answer, else in the last line that holds a number.
// There the one in bold wins, then what follows the last equals sign, then the
// last one outside brackets.
func finalNumber(answer string) (quantity, string, bool) {
	if inner, ok := lastBox(answer); ok {
		if q, text, ok := numberOf(foldNumber(inner), true); ok {
			return q, text, true
		}
	}
	folded := denied.ReplaceAllString(foldNumber(answer), " ")
	if region, ok := afterMark(folded); ok {
		if q, text, ok := numberOf(boldMark.ReplaceAllString(region, ""), !notMark.MatchString(region)); ok {
			return q, text, true
		}
	}
	lines := strings.Split(folded, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line := lines[i]
		if bold := boldPart.FindAllStringSubmatch(line, -1); len(bold) == 1 {
			if q, text, ok := numberOf(bold[0][1], false); ok {
				return q, text, true
			}
		}
		line = boldMark.ReplaceAllString(line, "")
		if q, text, ok := numberOf(aside.ReplaceAllString(line, " "), false); ok {
			return q, text, true
		}
		if q, text, ok := numberOf(line, false); ok {
			return q, text, true
		}
	}
	return quantity{}, "", false
}

// afterMark is the rest of the line after the last word for an answer, or the
// line below it.
func afterMark(s string) (string, bool) {
	at := answerMark.FindAllStringIndex(s, -1)
	if at == nil {
		return "", false
	}
	rest := s[at[len(at)-1][1]:]
	line, below, _ := strings.Cut(rest, "\n")
	if strings.Trim(line, " *:$") == "" {
		line, _, _ = strings.Cut(strings.TrimSpace(below), "\n")
	}
	return line, true
}

// numberOf picks a number of one region: after the last equals sign the first
// one, else the first or the last. Chinese numerals are read where there are no
// digits.
func numberOf(region string, first bool) (quantity, string, bool) {
	if i := strings.LastIndexAny(region, "=≈"); i >= 0 {
		_, n := utf8.DecodeRuneInString(region[i:])
		if q, text, ok := numberOf(region[i+n:], true); ok {
			return q, text, true
		}
	}
	all := numbersIn(region)
	if len(all) == 0 {
		all = numeralsIn(region)
	}
	if len(all) == 0 {
		return quantity{}, "", false
	}
	q := all[len(all)-1]
	if first {
		q = all[0]
	}
	return q, strings.TrimSpace(region[q.from:q.to]), true
}

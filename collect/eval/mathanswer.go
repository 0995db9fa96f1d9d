package eval

import (
	"regexp"
	"strings"
)

// mathKind is the shape of an answer.
type mathKind int

const (
	mathScalar   mathKind = iota
	mathTuple             // ordered, with its brackets: a point or an interval
	mathBag               // unordered: a set, or values with commas or ± between
	mathUnion             // unordered parts joined by ∪
	mathMatrix            // rows one after the other
	mathEquation          // two sides
	mathWords             // text
	mathUnknown           // could not be read
)

// mathAnswer is an answer in parts.
type mathAnswer struct {
	kind    mathKind
	items   []mathAnswer
	open    byte
	close   byte
	width   int // columns of a matrix
	braces  bool
	expr    *node
	unit    string
	base    string // of a number system
	percent bool
	degrees bool
	text    string // in normal form
}

var (
	mathNormal = strings.NewReplacer(
		`\\`, `\\`, // the end of a row, so that the room behind it is no command
		`\left`, "", `\right`, "", `\bigl`, "", `\bigr`, "", `\Bigl`, "", `\Bigr`, "", `\big`, "", `\Big`, "", `\displaystyle`, "", `\limits`, "",
		`\dfrac`, `\frac`, `\tfrac`, `\frac`, `\cfrac`, `\frac`, `\dbinom`, `\binom`, `\tbinom`, `\binom`,
		`\cdot`, "*", `\times`, "*", `×`, "*", `·`, "*", `\div`, "/", `÷`, "/", "−", "-", "–", "-",
		`\,`, "", `\!`, "", `\;`, "", `\:`, "", `\ `, " ", "~", " ", `\quad`, " ", `\qquad`, " ", "\n", " ", "\t", " ",
		`{,}`, ",", `^{\circ}`, "°", `^\circ`, "°", `^{\,\circ}`, "°", `\degree`, "°", `\circ`, "°", `\%`, "%", `\$`, "", "$", "",
		"π", `\pi `, "√", `\sqrt`, "∞", `\infty `, "∪", `\cup `, "±", `\pm `, `\lbrace`, `\{`, `\rbrace`, `\}`, "²", "^2", "³", "^3",
		`\textbf`, `\text`, `\textrm`, `\text`, `\mathrm`, `\text`, `\mbox`, `\text`, `\mathbf`, `\text`, `\textit`, `\text`, `\operatorname`, `\text`,
		`\lvert`, "|", `\rvert`, "|", `\emptyset`, `\{\}`, `\varnothing`, `\{\}`, `\lfloor`, `\lfloor`,
		"（", "(", "）", ")", "，", ",", "；", ";", "＝", "=",
	)
	textPart   = regexp.MustCompile(`\\text\s*\{([^{}]*)\}`)
	textUnit   = regexp.MustCompile(`(?:\s*\\text\s*\{\s*([^{}]*?)\s*\}(?:\^\{?([23])\}?)?\s*)$`)
	plainUnit  = regexp.MustCompile(`(?i)([0-9})%. ])\s*((?:square |cubic )?(?:cm|mm|km|kg|mg|ml|kmh|mph|hours?|minutes?|seconds?|days?|weeks?|years?|dollars?|cents?|inch(?:es)?|feet|foot|ft|miles?|met(?:er|re)s?|units?|degrees?|radians?|percent|people|ways|points?))(?:\^\{?([23])\}?)?$`)
	bareUnitZH = regexp.MustCompile(`([0-9})])\s*(平方厘米|立方厘米|平方米|立方米|厘米|毫米|千米|公里|米|千克|克|小时|分钟|秒|天|元|个|人|度|种|次)$`)
	baseForm   = regexp.MustCompile(`^([0-9A-Fa-f]+)_\{?(?:\\text\s*\{)?\s*([0-9]{1,2}|two|three|four|five|six|seven|eight|nine|twelve|sixteen)\s*\}?\}?$`)
	thousands  = regexp.MustCompile(`^-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?:[^0-9,].*)?$`)
	nameForm   = regexp.MustCompile(`^(?:\\?[A-Za-z]+(?:_\{?[A-Za-z0-9]+\}?)?|[a-zA-Z](?:\^\{?-1\}?)?\([a-z](?:,[a-z])*\))$`)
	memberForm = regexp.MustCompile(`^\s*\\?[a-zA-Z]+\s*(?:\\in\b|∈)\s*`)
	wordForm   = regexp.MustCompile(`^(?:[A-Za-z]{4,}|[A-Z][a-z]+)(?:['-]?[A-Za-z]+| [A-Za-z]+)*$|^\([A-Z]\)$`)
	spaced     = regexp.MustCompile(`^-?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?$`)
	matrixForm = regexp.MustCompile(`^\\begin\s*\{([pbvBV]?matrix|array)\}(?:\{[^{}]*\})?(.*)\\end\s*\{[a-zA-Z]+\}$`)
	baseWords  = map[string]string{"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "twelve": "12", "sixteen": "16"}
)

// readMath takes an answer apart.
func readMath(s string) mathAnswer {
	s = strings.TrimSpace(mathNormal.Replace(stripDelimiters(strings.TrimSpace(s))))
	s = strings.TrimSpace(strings.TrimRight(s, ". "))
	return readPart(s, 0)
}

func stripDelimiters(s string) string {
	for _, pair := range [][2]string{{`\(`, `\)`}, {`\[`, `\]`}} {
		if t, ok := strings.CutPrefix(s, pair[0]); ok {
			if t, ok = strings.CutSuffix(t, pair[1]); ok {
				return t
			}
		}
	}
	return s
}

func readPart(s string, depth int) mathAnswer {
	s = strings.TrimSpace(s)
	a := mathAnswer{kind: mathUnknown, text: wordsOf(s)}
	if s == "" || depth > 6 {
		return a
	}
	if whole := textPart.FindString(s); whole == s || wordForm.MatchString(s) && len(s) > 1 && !strings.Contains(s, `\`) {
		inner := s
		if whole == s {
			inner = textPart.FindStringSubmatch(s)[1]
		}
		if !strings.ContainsAny(inner, "0123456789") {
			a.kind, a.text = mathWords, wordsOf(inner)
			return a
		}
		s = strings.TrimSpace(inner)
	}
	if at := memberForm.FindString(s); at != "" {
		return readPart(s[len(at):], depth+1)
	}
	if sides := splitTop(s, "="); len(sides) > 1 && !strings.ContainsAny(s, "<>") && !strings.Contains(s, `\le`) && !strings.Contains(s, `\ge`) && !strings.Contains(s, `\ne`) {
		if len(splitTop(s, ",")) == 1 {
			if nameForm.MatchString(strings.ReplaceAll(sides[0], " ", "")) {
				return readPart(sides[len(sides)-1], depth+1)
			}
			if len(sides) == 2 {
				a.kind, a.items = mathEquation, []mathAnswer{readPart(sides[0], depth+1), readPart(sides[1], depth+1)}
				switch {
				case a.items[0].expr == nil || a.items[1].expr == nil:
					a.kind, a.items = mathUnknown, nil
				case a.items[0].expr.constant(): // a computation: 5 * 45 = 225
					return a.items[1]
				}
				return a
			}
			return readPart(sides[len(sides)-1], depth+1) // a chain: a = b = c
		}
	}
	if r, ok := readRelation(s, depth, a); ok {
		return r
	}
	if parts := splitTop(s, `\cup`); len(parts) > 1 {
		a.kind, a.items = mathUnion, readAll(parts, depth)
		return a
	}
	if m := matrixForm.FindStringSubmatch(s); m != nil {
		return readMatrix(m[2], depth, a)
	}
	if len(s) > 1 && strings.HasPrefix(s, `\{`) && strings.HasSuffix(s, `\}`) {
		inner := strings.TrimSpace(s[2 : len(s)-2])
		a.kind, a.braces = mathBag, true
		if inner != "" {
			a.items = readAll(splitTop(inner, ","), depth)
		}
		return a
	}
	if !thousands.MatchString(s) {
		s = strings.ReplaceAll(s, `\text{ and }`, ",")
		s = strings.ReplaceAll(s, `\text{and}`, ",")
		s = strings.ReplaceAll(s, `\text{ or }`, ",")
		s = strings.ReplaceAll(s, `\text{or}`, ",")
		s = strings.ReplaceAll(s, ",,", ",")
		if parts := splitTop(s, ","); len(parts) > 1 {
			a.kind, a.items = mathBag, readAll(parts, depth)
			return a
		}
	}
	if open, end := s[0], s[len(s)-1]; (open == '(' || open == '[') && (end == ')' || end == ']') && closesAtEnd(s) {
		if parts := splitTop(s[1:len(s)-1], ","); len(parts) > 1 {
			a.kind, a.open, a.close, a.items = mathTuple, open, end, readAll(parts, depth)
			return a
		}
	}
	if i := strings.Index(s, `\pm`); i >= 0 && strings.Count(s, `\pm`) == 1 {
		plus, minus := s[:i]+"+"+s[i+3:], s[:i]+"-"+s[i+3:]
		a.kind, a.items = mathBag, readAll([]string{plus, minus}, depth)
		return a
	}
	return readScalar(s, a)
}

func readAll(parts []string, depth int) []mathAnswer {
	out := make([]mathAnswer, 0, len(parts))
	for _, p := range parts {
		out = append(out, readPart(p, depth+1))
	}
	return out
}

func readMatrix(body string, depth int, a mathAnswer) mathAnswer {
	a.kind = mathMatrix
	for _, row := range strings.Split(strings.TrimSuffix(strings.TrimSpace(body), `\\`), `\\`) {
		cells := splitTop(row, "&")
		if a.width != 0 && a.width != len(cells) {
			a.kind = mathUnknown
			return a
		}
		a.width = len(cells)
		a.items = append(a.items, readAll(cells, depth)...)
	}
	return a
}

// readScalar takes units, percent, degrees and the base of a number system off
// and reads the rest as an expression.
func readScalar(s string, a mathAnswer) mathAnswer {
	if m := baseForm.FindStringSubmatch(strings.ReplaceAll(s, " ", "")); m != nil {
		a.base = m[2]
		if w := baseWords[a.base]; w != "" {
			a.base = w
		}
		s = m[1]
		if strings.ContainsAny(s, "abcdefABCDEF") {
			a.kind, a.text = mathWords, strings.ToLower(s)
			return a
		}
	}
	for range 3 {
		if m := textUnit.FindStringSubmatchIndex(s); m != nil && m[0] > 0 {
			a.unit = wordsOf(s[m[2]:m[3]]) + a.unit
			if m[4] >= 0 {
				a.unit += s[m[4]:m[5]]
			}
			s = strings.TrimSpace(s[:m[0]])
		} else if m := plainUnit.FindStringSubmatchIndex(s); m != nil {
			a.unit = wordsOf(s[m[4]:m[5]])
			if m[6] >= 0 {
				a.unit += s[m[6]:m[7]]
			}
			s = strings.TrimSpace(s[:m[3]])
		} else if m := bareUnitZH.FindStringSubmatchIndex(s); m != nil {
			a.unit = s[m[4]:m[5]]
			s = strings.TrimSpace(s[:m[3]])
		}
		if t, ok := strings.CutSuffix(s, "%"); ok {
			a.percent, s = true, strings.TrimSpace(t)
		}
		if t, ok := strings.CutSuffix(s, "°"); ok {
			a.degrees, s = true, strings.TrimSpace(t)
		}
	}
	switch a.unit {
	case "percent":
		a.percent, a.unit = true, ""
	case "degrees", "degree", "度":
		a.degrees, a.unit = true, ""
	}
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if spaced.MatchString(s) {
		s = strings.ReplaceAll(s, " ", "")
	}
	if strings.Contains(s, `\text`) {
		return a
	}
	if n, ok := parseMath(s); ok {
		a.kind, a.expr = mathScalar, n
	}
	return a
}

// wordsOf is text without case, room and marks, for comparing words and units.
func wordsOf(s string) string {
	s = textPart.ReplaceAllString(s, "$1")
	return strings.ToLower(strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", `\`, "").Replace(s))
}

// splitTop cuts s at sep where no bracket is open.
func splitTop(s, sep string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '{' || s[i+1] == '}'):
			if s[i+1] == '{' {
				depth++
			} else {
				depth--
			}
			i += 2
			continue
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		}
		if depth == 0 && strings.HasPrefix(s[i:], sep) {
			out = append(out, s[from:i])
			i += len(sep)
			from = i
			continue
		}
		i++
	}
	return append(out, s[from:])
}

// closesAtEnd reports whether the first bracket of s closes with its last one.
func closesAtEnd(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i == len(s)-1
			}
		}
	}
	return false
}

package eval

import (
	"math/big"
	"regexp"
	"strings"
)

// sameness is the three-valued result of comparing two mathematical answers.
type sameness int

const (
	undecidedMath sameness = iota
	equalMath
	differentMath
)

func (s sameness) String() string { return [...]string{"undecided", "equal", "different"}[s] }

// longestMath is how long two answers may be together, in bytes.
const longestMath = 8000

// compareMath compares the key with an answer: numbers exactly, expressions at
// seeded points, tuples in order, sets and lists in any order. A unit may be
// missing on one side. What cannot be read, or rests on functions that are not
// computed, is undecided unless the texts are equal.
func compareMath(key, answer string) sameness {
	if len(key)+len(answer) > longestMath {
		return undecidedMath
	}
	if t := mathText(key); t != "" && t == mathText(answer) {
		return equalMath
	}
	return readMath(key).compare(readMath(answer))
}

func (a mathAnswer) compare(b mathAnswer) sameness {
	switch {
	case a.kind == mathUnknown || b.kind == mathUnknown:
		if a.text != "" && a.text == b.text {
			return equalMath
		}
		if ratioForm.MatchString(a.text) && ratioForm.MatchString(b.text) && !proportional(a.text, b.text) {
			return differentMath
		}
		return undecidedMath
	case a.kind == mathBag && len(a.items) == 1 && !a.braces:
		return a.items[0].compare(b)
	case a.kind != b.kind:
		return a.compareKinds(b)
	}
	switch a.kind {
	case mathWords:
		if a.text == b.text {
			return equalMath
		}
		return differentMath
	case mathTuple:
		if len(a.items) != len(b.items) {
			return differentMath
		}
		if a.open != b.open || a.close != b.close {
			if len(a.items) == 2 || a.open != '(' && a.open != '[' {
				return differentMath // an interval that is open here and closed there
			}
		}
		return inOrder(a.items, b.items)
	case mathMatrix:
		if a.width != b.width || len(a.items) != len(b.items) {
			return differentMath
		}
		return inOrder(a.items, b.items)
	case mathBag, mathUnion:
		return anyOrder(a.items, b.items)
	case mathEquation:
		return a.compareEquations(b)
	}
	return a.compareScalars(b)
}

// proportional reports whether 4:6 may be the ratio 2:3; as times of day they
// differ, so that it is not decided.
func proportional(a, b string) bool {
	x, y := strings.Split(a, ":"), strings.Split(b, ":")
	if len(x) != len(y) {
		return false
	}
	rat := func(s string) *big.Rat { v, _ := new(big.Rat).SetString(s); return v }
	for i := range x {
		if new(big.Rat).Mul(rat(x[i]), rat(y[0])).Cmp(new(big.Rat).Mul(rat(y[i]), rat(x[0]))) != 0 {
			return false
		}
	}
	return true
}

// compareKinds compares answers of two shapes: a number is no point and a word
// is no number, but a list may be written as a set with one element, and
// one-letter words are variables.
func (a mathAnswer) compareKinds(b mathAnswer) sameness {
	plain := func(x mathAnswer) bool { return x.kind == mathScalar && x.expr != nil && x.expr.constant() }
	letters := func(x, y mathAnswer) bool { // (C) against D
		return x.kind == mathWords && len(x.text) == 1 && y.kind == mathScalar && y.expr != nil && y.expr.op == 'v'
	}
	switch {
	case a.text != "" && a.text == b.text:
		return equalMath
	case letters(a, b), letters(b, a):
		return differentMath
	case plain(a) && (b.kind == mathTuple || b.kind == mathUnion || b.kind == mathWords || b.kind == mathMatrix),
		plain(b) && (a.kind == mathTuple || a.kind == mathUnion || a.kind == mathWords || a.kind == mathMatrix):
		return differentMath
	case a.kind == mathBag && len(a.items) == 1:
		return a.items[0].compare(b)
	case b.kind == mathBag && len(b.items) == 1:
		return a.compare(b.items[0])
	case plain(a) && b.kind == mathBag, plain(b) && a.kind == mathBag:
		return differentMath
	}
	return undecidedMath
}

func inOrder(a, b []mathAnswer) sameness {
	out := equalMath
	for i := range a {
		switch a[i].compare(b[i]) {
		case differentMath:
			return differentMath
		case undecidedMath:
			out = undecidedMath
		}
	}
	return out
}

// anyOrder pairs the parts off: each equals one of the others.
func anyOrder(a, b []mathAnswer) sameness {
	if len(a) != len(b) {
		return differentMath
	}
	used := make([]bool, len(b))
	doubt := false
next:
	for _, x := range a {
		unsure := false
		for j, y := range b {
			if used[j] {
				continue
			}
			switch x.compare(y) {
			case equalMath:
				used[j] = true
				continue next
			case undecidedMath:
				unsure = true
			}
		}
		if !unsure {
			return differentMath
		}
		doubt = true
	}
	if doubt {
		return undecidedMath
	}
	return equalMath
}

func (a mathAnswer) compareScalars(b mathAnswer) sameness {
	switch {
	case a.base != "" && b.base != "" && a.base != b.base:
		return differentMath
	case a.base != b.base: // the question may have named the base, or not
		if s := compareExpr(a.expr, b.expr); s != equalMath {
			return s
		}
		return undecidedMath
	case a.unit != "" && b.unit != "" && !sameUnit(a.unit, b.unit):
		if s := compareExpr(a.expr, b.expr); s == differentMath {
			return differentMath
		}
		return undecidedMath
	case a.degrees != b.degrees && (uses(a.expr, `\pi`) || uses(b.expr, `\pi`)):
		return undecidedMath // degrees against radians
	case a.percent != b.percent:
		p, v := a.expr, b.expr
		if b.percent {
			p, v = v, p
		}
		part := &node{op: '/', args: []*node{p, {op: 'n', num: big.NewRat(100, 1)}}}
		if whole := compareExpr(p, v); whole == equalMath {
			return whole
		}
		return compareExpr(part, v)
	}
	return compareExpr(a.expr, b.expr)
}

var unitNames = map[string]string{"centimeters": "cm", "centimetres": "cm", "厘米": "cm", "meters": "m", "metres": "m", "meter": "m", "metre": "m", "米": "m",
	"squareunits": "units2", "squareunit": "units2", "unit": "units", "cubicunits": "units3", "dollar": "dollars", "inch": "inches", "in": "inches",
	"hour": "hours", "小时": "hours", "minute": "minutes", "分钟": "minutes", "second": "seconds", "秒": "seconds", "foot": "feet", "ft": "feet",
	"squarecm": "cm2", "squaremeters": "m2", "squarefeet": "feet2", "squareinches": "inches2", "平方厘米": "cm2", "平方米": "m2", "天": "days", "day": "days"}

func sameUnit(a, b string) bool {
	if n, ok := unitNames[a]; ok {
		a = n
	}
	if n, ok := unitNames[b]; ok {
		b = n
	}
	return a == b
}

func uses(n *node, name string) bool {
	found := false
	n.each(func(x *node) { found = found || x.op == 'v' && x.name == name })
	return found
}

// points is how many points expressions are compared at.
const points = 6

// compareExpr compares values. π and e are transcendental, so that a rational
// expression in them is as good as one in a variable; i is a variable, so that
// a difference may be one of form only.
func compareExpr(a, b *node) sameness {
	formal, whole, free := false, false, false
	names := [2]map[string]bool{{}, {}}
	for k, n := range []*node{a, b} {
		n.each(func(x *node) {
			switch {
			case x.op == 'f' || x.op == 'v' && x.name == "i":
				formal = true
			case x.op == 'v':
				names[k][x.name] = true
			}
			free = free || x.op == 'v' || x.op == 'f'
			if x.op == '^' || x.op == '!' || x.op == 'b' {
				for _, arg := range x.args[len(x.args)-1:] {
					arg.each(func(y *node) { whole = whole || y.op == 'v' })
				}
			}
		})
	}
	n := 1
	if free {
		n = points
	}
	agreed, left := 0, int64(exactWork)
	for i := range n {
		at := newPoint(i, whole, &left)
		switch compareAt(a, b, at) {
		case differentMath:
			if formal && !farApart(a, b) {
				return undecidedMath
			}
			return differentMath
		case equalMath:
			agreed++
		}
	}
	if agreed == n {
		return equalMath
	}
	return undecidedMath
}

func compareAt(a, b *node, at point) sameness {
	x, okX := a.rat(at)
	y, okY := b.rat(at)
	if okX && okY {
		if x.Cmp(y) == 0 {
			return equalMath
		}
		return differentMath
	}
	f, okF := a.float(at)
	g, okG := b.float(at)
	if !okF || !okG {
		return undecidedMath
	}
	diff := new(big.Float).SetPrec(precision).Sub(f, g)
	if diff.Sign() == 0 {
		return equalMath
	}
	size := max(f.MantExp(nil), g.MantExp(nil), -precision)
	switch gap := size - diff.MantExp(nil); {
	case gap > sameBits:
		return equalMath
	case gap < differBits:
		return differentMath
	}
	return undecidedMath
}

// compareEquations takes two equations as equal when the differences of their
// sides are a constant multiple of each other.
func (a mathAnswer) compareEquations(b mathAnswer) sameness {
	side := func(x mathAnswer) *node {
		return &node{op: '+', args: []*node{x.items[0].expr, {op: '-', args: []*node{x.items[1].expr}}}}
	}
	l, r := side(a), side(b)
	if l.args[0] == nil || r.args[0] == nil {
		return undecidedMath
	}
	var ratio *big.Rat
	left := int64(exactWork)
	for i := range points {
		at := newPoint(i, false, &left)
		x, okX := l.rat(at)
		y, okY := r.rat(at)
		if !okX || !okY || y.Sign() == 0 {
			return undecidedMath
		}
		q := new(big.Rat).Quo(x, y)
		if ratio != nil && ratio.Cmp(q) != 0 {
			return differentMath
		}
		ratio = q
	}
	if ratio.Sign() == 0 {
		return differentMath
	}
	return equalMath
}

// scoreBoxed2 decides maths answers by what they mean. The answer is what the
// last box holds; without a box, the formula that is the whole reply, else what
// follows the last word for an answer, else the last formula, else a short whole
// reply. A reply without a box that the lm-eval maths rule accepts stays
// accepted.
func scoreBoxed2(r Reply) Verdict {
	if strings.TrimSpace(r.Expected) == "" {
		return Verdict{Outcome: "error", Detail: "the key is empty"}
	}
	answer, none := answerOf(r)
	if none != nil {
		return *none
	}
	answer = endOf(answer)
	text, ok := boxedAnswer(answer)
	_, boxed := lastBox(answer)
	result := undecidedMath
	if ok {
		result = compareMath(r.Expected, text)
	}
	if result != equalMath && !boxed {
		if between := betweenDollars(answer); harnessForm(between) == harnessForm(r.Expected) {
			return found(true, strings.TrimSpace(between), "equal in the normal form of lm-eval")
		}
	}
	switch {
	case !ok:
		return notCut(Verdict{Outcome: "unparsed", Detail: "no final answer in the reply"}, r)
	case result == equalMath:
		return found(true, text, "equal")
	case result == differentMath:
		return notCut(found(false, text, "different"), r)
	}
	return notCut(found(false, text, "undecided: neither equal nor different by the rules"), r)
}

// boxedAnswer finds the final answer of a maths reply.
func boxedAnswer(answer string) (string, bool) {
	if inner, ok := lastBox(answer); ok {
		inner = strings.TrimSpace(inner)
		return inner, inner != ""
	}
	if m := bareBox.FindStringSubmatch(answer); m != nil {
		return m[1], true
	}
	if strings.Contains(answer, `\boxed`) { // begun and not ended
		return "", false
	}
	if inner := marked(answer); inner != answer {
		return strings.TrimSpace(inner), strings.TrimSpace(inner) != ""
	}
	if region, ok := afterMark(answer); ok && !notMark.MatchString(region) {
		region = boldMark.ReplaceAllString(region, "")
		if f := lastFormula(region); f != "" {
			return f, true
		}
		region = strings.TrimSpace(strings.Trim(strings.TrimSpace(region), ".。:： "))
		if region != "" && len(region) <= 60 {
			return region, true
		}
	}
	if f := lastFormula(answer); f != "" {
		return f, true
	}
	if line := strings.TrimSpace(boldMark.ReplaceAllString(answer, "")); len(line) <= 60 && !strings.Contains(line, "\n") && (strings.ContainsAny(line, `0123456789\`) || len(strings.Fields(line)) <= 2) {
		return strings.Trim(line, "。"), true
	}
	return "", false
}

// lastFormula is the content of the last pair of maths delimiters.
func lastFormula(s string) string {
	at := formula.FindAllStringSubmatch(s, -1)
	if at == nil {
		return ""
	}
	for _, inner := range at[len(at)-1][1:] {
		if inner = strings.TrimSpace(inner); inner != "" {
			return inner
		}
	}
	return ""
}

var (
	bareBox = regexp.MustCompile(`\\boxed\s+([0-9A-Za-z])(?:[^0-9A-Za-z]|$)`) // \boxed 5
	formula = regexp.MustCompile(`(?s)\$\$(.+?)\$\$|\$((?:\\.|[^$\\])+)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]`)
)

package eval

import (
	"math/big"
	"strings"
)

// node is a mathematical expression. Operators: n number, v variable or
// constant, + * / ^ of two, - of one, r root (argument, degree), f a function
// that is not computed, ! factorial, b binomial coefficient, a absolute value,
// d and u the next integer down and up.
type node struct {
	op   byte
	num  *big.Rat
	name string
	args []*node

	loose bool // where its argument ends is not certain
}

// mathParser reads one LaTeX expression in normal form.
type mathParser struct {
	s     string
	i     int
	depth int
	wrong bool

	inBare bool // an argument without brackets, which another function ends
}

// maxDepth bounds nested brackets of an answer.
const maxDepth = 40

// parseMath reads s as one expression; ok is false when any of it is left over.
func parseMath(s string) (*node, bool) {
	if len(s) > 2000 {
		return nil, false
	}
	p := &mathParser{s: s}
	n := p.sum()
	p.space()
	return n, !p.wrong && n != nil && p.i == len(p.s)
}

func (p *mathParser) fail() *node { p.wrong = true; return nil }

func (p *mathParser) space() {
	for p.i < len(p.s) && p.s[p.i] == ' ' {
		p.i++
	}
}

// peek is the next byte after room; 0 at the end.
func (p *mathParser) peek() byte {
	p.space()
	if p.i >= len(p.s) {
		return 0
	}
	return p.s[p.i]
}

// command returns the LaTeX command at the cursor without moving, "" when there
// is none.
func (p *mathParser) command() string {
	if p.peek() != '\\' {
		return ""
	}
	end := p.i + 1
	for end < len(p.s) && letter(p.s[end]) {
		end++
	}
	return p.s[p.i+1 : end]
}

func (p *mathParser) take(command string) { p.i += 1 + len(command) }

func (p *mathParser) sum() *node {
	if p.depth++; p.depth > maxDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	left := p.product()
	for !p.wrong {
		c := p.peek()
		if c != '+' && c != '-' {
			break
		}
		p.i++
		right := p.product()
		if c == '-' {
			right = &node{op: '-', args: []*node{right}}
		}
		left = &node{op: '+', args: []*node{left, right}}
	}
	return left
}

func (p *mathParser) product() *node {
	left := p.signed()
	for !p.wrong {
		c := p.peek()
		switch {
		case c == '*' || c == '/':
			p.i++
			left = &node{op: c, args: []*node{left, p.signed()}}
		case p.inBare && functions[p.command()]:
			return left
		case p.startsFactor(c):
			left = &node{op: '*', args: []*node{left, p.power()}}
		default:
			return left
		}
	}
	return left
}

// startsFactor reports whether a factor follows without a sign between.
func (p *mathParser) startsFactor(c byte) bool {
	if c == '\\' {
		name := p.command()
		return name == "frac" || name == "lfloor" || name == "lceil" || name == "sqrt" || name == "binom" || name == "pi" || greek[name] || functions[name]
	}
	return isDigit(c) || letter(c) || c == '(' || c == '{' || c == '.'
}

func (p *mathParser) signed() *node {
	switch p.peek() {
	case '-':
		p.i++
		return &node{op: '-', args: []*node{p.signed()}}
	case '+':
		p.i++
		return p.signed()
	}
	return p.power()
}

func (p *mathParser) power() *node {
	base := p.atom()
	for !p.wrong {
		switch p.peek() {
		case '!':
			p.i++
			base = &node{op: '!', args: []*node{base}}
			continue
		case '^':
			p.i++
			return &node{op: '^', args: []*node{base, p.script()}}
		}
		break
	}
	return base
}

// script is what stands behind ^: a group, or one digit, letter or command.
func (p *mathParser) script() *node {
	switch c := p.peek(); {
	case c == '-':
		p.i++
		return &node{op: '-', args: []*node{p.script()}}
	case isDigit(c):
		p.i++
		return &node{op: 'n', num: big.NewRat(int64(c-'0'), 1)}
	}
	return p.atom()
}

var (
	greek = map[string]bool{"alpha": true, "beta": true, "gamma": true, "delta": true, "epsilon": true, "theta": true, "lambda": true, "mu": true,
		"nu": true, "rho": true, "sigma": true, "tau": true, "phi": true, "omega": true, "infty": true, "ell": true, "varphi": true}
	functions = map[string]bool{"sin": true, "cos": true, "tan": true, "cot": true, "sec": true, "csc": true, "log": true, "ln": true, "exp": true,
		"arcsin": true, "arccos": true, "arctan": true, "sinh": true, "cosh": true, "tanh": true, "gcd": true, "det": true}
)

func (p *mathParser) atom() *node {
	if p.wrong {
		return nil
	}
	switch c := p.peek(); {
	case isDigit(c) || c == '.':
		return p.number()
	case letter(c):
		p.i++
		return p.indexed(string(c))
	case c == '(' || c == '{' || c == '[':
		return p.group(map[byte]byte{'(': ')', '{': '}', '[': ']'}[c])
	case c == '|':
		p.i++
		n := p.sum()
		if p.peek() != '|' {
			return p.fail()
		}
		p.i++
		return &node{op: 'a', args: []*node{n}}
	case c == '\\':
		return p.commanded(p.command())
	}
	return p.fail()
}

func (p *mathParser) group(end byte) *node {
	p.i++
	n := p.sum()
	if p.peek() != end {
		return p.fail()
	}
	p.i++
	return n
}

// argument is a {…} group, or the single character that TeX takes instead.
func (p *mathParser) argument() *node {
	switch c := p.peek(); {
	case c == '{':
		return p.group('}')
	case isDigit(c):
		p.i++
		return &node{op: 'n', num: big.NewRat(int64(c-'0'), 1)}
	}
	return p.atom()
}

func (p *mathParser) commanded(name string) *node {
	switch {
	case name == "frac":
		p.take(name)
		a := p.argument()
		return &node{op: '/', args: []*node{a, p.argument()}}
	case name == "binom":
		p.take(name)
		a := p.argument()
		return &node{op: 'b', args: []*node{a, p.argument()}}
	case name == "sqrt":
		p.take(name)
		degree := &node{op: 'n', num: big.NewRat(2, 1)}
		if p.peek() == '[' {
			degree = p.group(']')
		}
		return &node{op: 'r', args: []*node{p.argument(), degree}}
	case name == "lfloor" || name == "lceil":
		p.take(name)
		n := p.sum()
		end := map[string]string{"lfloor": "rfloor", "lceil": "rceil"}[name]
		if p.command() != end {
			return p.fail()
		}
		p.take(end)
		return &node{op: map[string]byte{"lfloor": 'd', "lceil": 'u'}[name], args: []*node{n}}
	case name == "pi" || greek[name]:
		p.take(name)
		return p.indexed(`\` + name)
	case functions[name]:
		p.take(name)
		f := &node{op: 'f', name: name}
		if p.peek() == '_' {
			p.i++
			f.args = append(f.args, p.script())
		}
		var exponent *node
		if p.peek() == '^' {
			p.i++
			exponent = p.script()
		}
		if p.peek() == '(' || p.peek() == '{' {
			f.args = append(f.args, p.argument())
		} else {
			f.args = append(f.args, p.bare(f)) // sin 2x
		}
		if exponent != nil {
			return &node{op: '^', args: []*node{f, exponent}}
		}
		return f
	}
	return p.fail()
}

// bare is the argument of a function without brackets: factors up to the next
// function. Where it holds a slash or a bracket, writers mean different things.
func (p *mathParser) bare(f *node) *node {
	outer, start := p.inBare, p.i
	p.inBare = true
	n := p.product()
	p.inBare = outer
	f.loose = strings.ContainsAny(p.s[start:p.i], "/(*")
	return n
}

// indexed is a variable with its index, which belongs to the name.
func (p *mathParser) indexed(name string) *node {
	if p.peek() == '_' {
		p.i++
		start := p.i
		if p.peek() == '{' {
			if n := braced(p.s[p.i:]); n > 0 {
				p.i += n
			} else {
				return p.fail()
			}
		} else if p.i < len(p.s) {
			p.i++
		}
		name += "_" + strings.Trim(p.s[start:p.i], "{} ")
	}
	return &node{op: 'v', name: name}
}

// periodic reads the digits that repeat: 0.1\overline{6}.
func (p *mathParser) periodic(before string, v *big.Rat) *node {
	p.take("overline")
	_, places, point := strings.Cut(before, ".")
	if !point || p.peek() != '{' {
		return p.fail()
	}
	p.i++
	start := p.i
	for p.i < len(p.s) && isDigit(p.s[p.i]) {
		p.i++
	}
	digits := p.s[start:p.i]
	if digits == "" || len(digits) > 40 || len(places) > 40 || p.peek() != '}' {
		return p.fail()
	}
	p.i++
	r, _ := new(big.Rat).SetString(digits)
	nines, _ := new(big.Rat).SetString(strings.Repeat("9", len(digits)) + strings.Repeat("0", len(places)))
	return &node{op: 'n', num: new(big.Rat).Add(v, r.Quo(r, nines))}
}

func (p *mathParser) number() *node {
	start := p.i
	for p.i < len(p.s) && (isDigit(p.s[p.i]) || p.s[p.i] == '.') {
		p.i++
	}
	v, ok := decimal(p.s[start:p.i])
	if !ok {
		return p.fail()
	}
	if p.command() == "overline" {
		return p.periodic(p.s[start:p.i], v)
	}
	n := &node{op: 'n', num: v}
	// 2\frac{1}{3} is a mixed number, not a product.
	if v.IsInt() && p.command() == "frac" {
		at := p.i
		if f := p.commanded("frac"); !p.wrong && f.args[0].op == 'n' && f.args[1].op == 'n' && f.args[0].num.Cmp(f.args[1].num) < 0 {
			return &node{op: '+', args: []*node{n, f}}
		}
		p.i = at
	}
	return n
}

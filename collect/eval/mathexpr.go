package eval

import (
	"hash/fnv"
	"math/big"
	"strings"
)

// node is a mathematical expression. Operators: n number, v variable or
// constant, + * / ^ of two, - of one, r root (argument, degree), f a function
// that is not computed, ! factorial, b binomial coefficient, a absolute value.
type node struct {
	op   byte
	num  *big.Rat
	name string
	args []*node
}

// precision of values that are not rational, in bits. Two expressions count as
// equal when they agree to sameBits of it, as different when they differ in the
// first differBits.
const (
	precision  = 320
	sameBits   = 230
	differBits = 100
)

// mathParser reads one LaTeX expression in normal form.
type mathParser struct {
	s     string
	i     int
	depth int
	wrong bool
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
		return name == "frac" || name == "sqrt" || name == "binom" || name == "pi" || greek[name] || functions[name]
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
		"arcsin": true, "arccos": true, "arctan": true, "sinh": true, "cosh": true, "tanh": true, "lfloor": true, "lceil": true, "gcd": true, "det": true}
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
			f.args = append(f.args, p.product()) // sin 2x
		}
		if exponent != nil {
			return &node{op: '^', args: []*node{f, exponent}}
		}
		return f
	}
	return p.fail()
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

func (p *mathParser) number() *node {
	start := p.i
	for p.i < len(p.s) && (isDigit(p.s[p.i]) || p.s[p.i] == '.') {
		p.i++
	}
	v, ok := decimal(p.s[start:p.i])
	if !ok {
		return p.fail()
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

// each visits n and all below it.
func (n *node) each(visit func(*node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, a := range n.args {
		a.each(visit)
	}
}

// constant reports whether n holds no variable and no function.
func (n *node) constant() bool {
	free := true
	n.each(func(x *node) { free = free && x.op != 'v' && x.op != 'f' })
	return free
}

// point gives values to variables, the same for the same name.
type point struct {
	seed  string
	whole bool // integers only, for exponents
}

func (p point) value(name string) *big.Rat {
	h := fnv.New64a()
	h.Write([]byte(p.seed + "\x00" + name))
	x := h.Sum64()
	if p.whole {
		return big.NewRat(int64(2+x%23), 1)
	}
	return big.NewRat(int64(1009+x%8971), int64(1013+(x>>32)%3001))
}

// rat computes n exactly where it is rational.
func (n *node) rat(at point) (*big.Rat, bool) {
	if n == nil {
		return nil, false
	}
	var v [2]*big.Rat
	if n.op != 'f' {
		for i, a := range n.args {
			var ok bool
			if v[i], ok = a.rat(at); !ok {
				return nil, false
			}
		}
	}
	switch n.op {
	case 'n':
		return n.num, true
	case 'v':
		return at.value(n.name), true
	case '-':
		return new(big.Rat).Neg(v[0]), true
	case 'a':
		return new(big.Rat).Abs(v[0]), true
	case '+':
		return new(big.Rat).Add(v[0], v[1]), true
	case '*':
		return new(big.Rat).Mul(v[0], v[1]), true
	case '/':
		if v[1].Sign() == 0 {
			return nil, false
		}
		return new(big.Rat).Quo(v[0], v[1]), true
	case '^':
		return powRat(v[0], v[1])
	case '!':
		if !v[0].IsInt() || v[0].Sign() < 0 || v[0].Cmp(big.NewRat(500, 1)) > 0 {
			return nil, false
		}
		return new(big.Rat).SetInt(new(big.Int).MulRange(1, v[0].Num().Int64())), true
	case 'b':
		if !v[0].IsInt() || !v[1].IsInt() || v[1].Sign() < 0 || v[0].Cmp(v[1]) < 0 || v[0].Cmp(big.NewRat(500, 1)) > 0 {
			return nil, false
		}
		return new(big.Rat).SetInt(new(big.Int).Binomial(v[0].Num().Int64(), v[1].Num().Int64())), true
	}
	return nil, false
}

func powRat(base, exponent *big.Rat) (*big.Rat, bool) {
	if !exponent.IsInt() || exponent.Num().BitLen() > 12 || base.Num().BitLen()+base.Denom().BitLen() > 4000 {
		return nil, false
	}
	e := exponent.Num().Int64()
	if e < 0 && base.Sign() == 0 || (base.Num().BitLen()+base.Denom().BitLen())*int(max(e, -e)) > 400_000 {
		return nil, false
	}
	abs := big.NewInt(max(e, -e))
	out := new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), abs, nil), new(big.Int).Exp(base.Denom(), abs, nil))
	if e < 0 {
		out.Inv(out)
	}
	return out, true
}

// float computes n to precision; a function that is not computed has a value
// that follows from its name and argument alone.
func (n *node) float(at point) (*big.Float, bool) {
	if n == nil {
		return nil, false
	}
	if v, ok := n.rat(at); ok {
		return new(big.Float).SetPrec(precision).SetRat(v), true
	}
	var v [2]*big.Float
	for i, a := range n.args {
		var ok bool
		if v[i], ok = a.float(at); !ok || v[i].IsInf() {
			return nil, false
		}
	}
	f := func() *big.Float { return new(big.Float).SetPrec(precision) }
	switch n.op {
	case '-':
		return f().Neg(v[0]), true
	case 'a':
		return f().Abs(v[0]), true
	case '+':
		return f().Add(v[0], v[1]), true
	case '*':
		return f().Mul(v[0], v[1]), true
	case '/':
		if v[1].Sign() == 0 {
			return nil, false
		}
		return f().Quo(v[0], v[1]), true
	case 'r':
		degree, ok := n.args[1].rat(at)
		if !ok || !degree.IsInt() {
			return nil, false
		}
		return root(v[0], degree.Num().Int64())
	case '^':
		e, ok := n.args[1].rat(at)
		if !ok || !e.Num().IsInt64() || e.Denom().Cmp(big.NewInt(64)) > 0 || new(big.Int).Abs(e.Num()).Cmp(big.NewInt(4096)) > 0 {
			return nil, false
		}
		r, ok := root(v[0], e.Denom().Int64())
		if !ok {
			return nil, false
		}
		return powFloat(r, e.Num().Int64())
	case 'f':
		name := n.name
		for _, a := range v[:len(n.args)] {
			name += ":" + a.Text('e', 50)
		}
		return f().SetRat(at.value(name)), true
	}
	return nil, false
}

func powFloat(base *big.Float, e int64) (*big.Float, bool) {
	out := new(big.Float).SetPrec(precision).SetInt64(1)
	for range max(e, -e) {
		out.Mul(out, base)
	}
	if e < 0 {
		if out.Sign() == 0 {
			return nil, false
		}
		out.Quo(new(big.Float).SetPrec(precision).SetInt64(1), out)
	}
	return out, true
}

// root is the real root of a degree from 1 to 64, by Newton's method.
func root(x *big.Float, degree int64) (*big.Float, bool) {
	if degree < 1 || degree > 64 || x.Sign() < 0 && degree%2 == 0 {
		return nil, false
	}
	if degree == 1 || x.Sign() == 0 {
		return x, true
	}
	f := func() *big.Float { return new(big.Float).SetPrec(precision + 64) }
	a := f().Abs(x)
	if degree == 2 {
		return new(big.Float).SetPrec(precision).Sqrt(a), true
	}
	y := f().SetMantExp(f().SetInt64(1), int((int64(a.MantExp(nil))+degree-1)/degree)+1) // above the root
	d := f().SetInt64(degree)
	for range 4 * precision {
		p := f().SetInt64(1)
		for range degree - 1 {
			p.Mul(p, y)
		}
		next := f().Quo(f().Add(f().Mul(f().SetInt64(degree-1), y), f().Quo(a, p)), d)
		if next.Cmp(y) >= 0 {
			break
		}
		y = next
	}
	if x.Sign() < 0 {
		y.Neg(y)
	}
	return new(big.Float).SetPrec(precision).Set(y), true
}

package eval

import (
	"fmt"
	"hash/fnv"
	"math/big"
)

// precision of values that are not rational, in bits. Two expressions count as
// equal when they agree to sameBits of it, as different when they differ in the
// first differBits.
const (
	precision  = 320
	sameBits   = 230
	differBits = 100
)

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
	whole bool   // integers only, for exponents
	left  *int64 // words times words that exact arithmetic may still cost; then values are computed to precision
}

// exactWork is what left begins with: some hundredths of a second.
const exactWork = 20_000_000

func newPoint(i int, whole bool, left *int64) point {
	return point{seed: fmt.Sprint("point ", i), whole: whole, left: left}
}

// spend takes the cost of an operation on fractions of these sizes, in bits;
// false when the work has come to its end.
func (p point) spend(bits ...int) bool {
	if p.left == nil {
		return true
	}
	n := int64(1)
	for _, b := range bits {
		n += int64(b) / 64
	}
	*p.left -= n * n
	return *p.left > 0
}

func size(v *big.Rat) int {
	if v == nil {
		return 0
	}
	return v.Num().BitLen() + v.Denom().BitLen()
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
	if n == nil || at.left != nil && *at.left <= 0 {
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
	cost := []int{size(v[0]), size(v[1])}
	if n.op == '^' && v[1].IsInt() && v[1].Num().IsInt64() {
		cost = []int{int(min(int64(size(v[0]))*max(v[1].Num().Int64(), -v[1].Num().Int64(), 1), 1<<30))}
	}
	if (n.op == '!' || n.op == 'b') && size(v[0]) < 64 {
		cost = []int{5000}
	}
	if !at.spend(cost...) {
		return nil, false
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
	case 'd', 'u':
		down := new(big.Int).Div(v[0].Num(), v[0].Denom()) // Euclidean, the denominator is positive
		if n.op == 'u' && !v[0].IsInt() {
			down.Add(down, big.NewInt(1))
		}
		return new(big.Rat).SetInt(down), true
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

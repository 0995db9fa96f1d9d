package eval

import (
	"math"
	"math/cmplx"
)

// farApart reports whether two expressions with functions, or with i, have
// values that cannot be the same, at one of the points in ordinary arithmetic.
// That they come out alike shows nothing: 0.693 is close to ln 2.
func farApart(a, b *node) bool {
	for i := range points {
		at := point{seed: numericSeeds[i]}
		x, okX := a.numeric(at)
		y, okY := b.numeric(at)
		if !okX || !okY {
			continue
		}
		if size := max(cmplx.Abs(x), cmplx.Abs(y)); cmplx.Abs(x-y) > 1e-6*max(size, 1e-6) {
			return true
		}
	}
	return false
}

var numericSeeds = [points]string{"numeric 0", "numeric 1", "numeric 2", "numeric 3", "numeric 4", "numeric 5"}

// numeric computes n in ordinary complex arithmetic. Variables lie between 0 and
// 1, where every function of the list is defined.
func (n *node) numeric(at point) (complex128, bool) {
	if n == nil || n.loose {
		return 0, false
	}
	var v [2]complex128
	for i, a := range n.args {
		var ok bool
		if v[i], ok = a.numeric(at); !ok {
			return 0, false
		}
	}
	var out complex128
	switch n.op {
	case 'n':
		f, _ := n.num.Float64()
		out = complex(f, 0)
	case 'v':
		switch n.name {
		case "i":
			out = 1i
		case "e":
			out = math.E
		case `\pi`:
			out = math.Pi
		default:
			f, _ := at.value(n.name).Float64()
			out = complex(f/(1+f), 0)
		}
	case '-':
		out = -v[0]
	case 'a':
		out = complex(cmplx.Abs(v[0]), 0)
	case '+':
		out = v[0] + v[1]
	case '*':
		out = v[0] * v[1]
	case '/':
		out = v[0] / v[1]
	case '^':
		out = cmplx.Pow(v[0], v[1])
	case 'r':
		out = cmplx.Pow(v[0], 1/v[1])
	case 'f':
		x := v[0]
		if len(n.args) == 2 { // log_2 x
			if n.name != "log" {
				return 0, false
			}
			out = cmplx.Log(v[1]) / cmplx.Log(x)
			break
		}
		f, ok := numericFunctions[n.name]
		if !ok || len(n.args) != 1 {
			return 0, false
		}
		out = f(x)
	default:
		return 0, false
	}
	return out, !cmplx.IsNaN(out) && !cmplx.IsInf(out)
}

// numericFunctions leave out log without a base, which is read as ln by some and
// as log₁₀ by others.
var numericFunctions = map[string]func(complex128) complex128{
	"sin": cmplx.Sin, "cos": cmplx.Cos, "tan": cmplx.Tan, "cot": cmplx.Cot, "ln": cmplx.Log, "exp": cmplx.Exp,
	"sec":    func(x complex128) complex128 { return 1 / cmplx.Cos(x) },
	"csc":    func(x complex128) complex128 { return 1 / cmplx.Sin(x) },
	"arcsin": cmplx.Asin, "arccos": cmplx.Acos, "arctan": cmplx.Atan, "sinh": cmplx.Sinh, "cosh": cmplx.Cosh, "tanh": cmplx.Tanh,
}

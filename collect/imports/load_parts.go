package imports

import (
	"fmt"
	"math"
	"strconv"

	"benchsite/collect/artifact"
)

// parts names the runs of a file that holds several, and marks a file whose last
// value is cut off.
func parts(drafts []Draft, torn bool) []Draft {
	for i := range drafts {
		if len(drafts) > 1 && drafts[i].Part == "" {
			drafts[i].Part = fmt.Sprint(i + 1)
		}
		if torn {
			drafts[i].Artifact.Source.Extra["torn"] = true
		}
	}
	return drafts
}

// first is the first of the fields that is there; the first name's otherwise.
func first(n *node, names ...string) *node {
	for _, name := range names {
		if f := n.fields[name]; f != nil && f.known() {
			return n.at(name)
		}
	}
	for _, name := range names[1:] {
		n.at(name)
	}
	return n.at(names[0])
}

// rate reads a request rate. inf, Infinity and null mean that there is none.
func (n *node) rate() *float64 {
	f := n.numberOrInf()
	if f == nil || math.IsInf(*f, 0) || *f <= 0 {
		return nil
	}
	return f
}

// numberOrInf reads a number, also as text and as a bare Infinity.
func (n *node) numberOrInf() *float64 {
	switch n.kind {
	case numeral:
		return n.float()
	case text:
		f, err := strconv.ParseFloat(n.scalar, 64)
		if err != nil || math.IsNaN(f) {
			return nil
		}
		return &f
	case null:
		if n.scalar == "Infinity" {
			return ptr(math.Inf(1))
		}
	}
	return nil
}

// goodRate is a goodput that is known as a rate only.
func goodRate(rate *float64) *artifact.Goodput {
	if rate == nil {
		return nil
	}
	return &artifact.Goodput{RequestsPerS: rate}
}

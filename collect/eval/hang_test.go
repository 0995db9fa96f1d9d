package eval

import (
	"strings"
	"testing"
	"time"
)

// Nothing that a model writes may hold a run up: every rule is done with a long
// or hostile reply in bounded time.
func TestNoReplyHangs(t *testing.T) {
	long := func(s string, n int) string { return strings.Repeat(s, n/len(s)+1)[:n] }
	replies := map[string]string{
		"digits":     long("1234567890", 1<<16),
		"boxed":      `\boxed{` + long("9", 1<<16) + `}`,
		"braces":     `\boxed{` + long("{", 1<<16) + long("}", 1<<16) + `}`,
		"open":       long(`\boxed{`, 1<<16),
		"list":       `\boxed{` + long("1,2,", 1<<16) + `3}`,
		"thinks":     long("<think></think>", 1<<16),
		"opens":      long("<think>", 1<<16),
		"answers":    long("The answer is A. ", 1<<16),
		"zh":         long("答案是一百二十三万，", 1<<16),
		"powers":     `\boxed{` + long("x^{4000}", 1992) + `}`,
		"sums":       `\boxed{` + long("(x+1)^{4000}+", 1992) + `x}`,
		"towers":     `\boxed{` + long("9^", 1000) + `9}`,
		"roots":      `\boxed{` + strings.Repeat(`\sqrt[63]{2+`, 38) + "1" + strings.Repeat("}", 38) + `}`,
		"factorials": `\boxed{` + strings.Repeat("499!*", 300) + `2}`,
		"scientific": "1e999999999",
		"exponent":   `\boxed{10^{999999999}}`,
		"minus":      long("-", 1<<16) + "5",
		"lines":      long("1\n", 1<<16),
		"fences":     long("```\n", 1<<16),
		"dollars":    long("$1$", 1<<16),
		"spaces":     long("1 234 ", 1<<16),
	}
	keys := map[string]string{"number": "42", "exact": "x", "contains": "192.168.1.10", "choice": "B", "boxed": `x^{3999}+\sqrt[63]{2}`, "integer": "33", "regex": `(a+)+b`}
	for name, reply := range replies {
		for kind, key := range keys {
			begun := time.Now()
			for _, rule := range []func(Reply) Verdict{scoreTyped, scoreTypedLenient} {
				if v := rule(Reply{Type: kind, Expected: key, Output: reply}); v.Outcome == yes {
					t.Errorf("%s as %s: correct", name, kind)
				}
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("%s as %s took %v", name, kind, took)
			} else if took > time.Second {
				t.Logf("%s as %s took %v", name, kind, took)
			}
		}
	}
}

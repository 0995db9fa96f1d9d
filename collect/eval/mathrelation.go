package eval

import (
	"regexp"
	"strings"
)

var (
	relations = strings.NewReplacer(`\leqslant`, "≤", `\geqslant`, "≥", `\leq`, "≤", `\geq`, "≥", `\le `, "≤", `\ge `, "≥", `\lt`, "<", `\gt`, ">")
	relation  = regexp.MustCompile(`[<>≤≥]`)
	variable  = regexp.MustCompile(`^\\?[a-zA-Z]+$`)
	ratioForm = regexp.MustCompile(`^[0-9]+(?::[0-9]+)+$`)
)

// readRelation reads x < 5, 2 ≤ x or −2 < x ≤ 3 as the interval that it is; ok
// is false for anything else.
func readRelation(s string, depth int, a mathAnswer) (mathAnswer, bool) {
	s = relations.Replace(strings.NewReplacer(`\le-`, "≤-", `\ge-`, "≥-").Replace(numberBehind.ReplaceAllString(s, `$1 $2`)))
	signs := relation.FindAllString(s, -1)
	sides := relation.Split(s, -1)
	if len(signs) < 1 || len(signs) > 2 || strings.ContainsAny(s, "=,") {
		return a, false
	}
	at := -1
	for i := range sides {
		sides[i] = strings.TrimSpace(sides[i])
		if variable.MatchString(sides[i]) && sides[i] != `\infty` && sides[i] != `\pi` {
			if at >= 0 {
				return a, false
			}
			at = i
		}
	}
	if at < 0 || len(signs) == 2 && (at != 1 || up(signs[0]) != up(signs[1])) {
		return a, false
	}
	if len(signs) == 2 && !up(signs[0]) { // 3 > x > −2
		sides[0], sides[2] = sides[2], sides[0]
		signs[0], signs[1] = flip[signs[1]], flip[signs[0]]
	}
	low, high := `-\infty`, `\infty`
	a.kind, a.open, a.close = mathTuple, '(', ')'
	set := func(to *string, end *byte, closed byte, sign, side string) {
		*to = side
		if sign == "≤" || sign == "≥" {
			*end = closed
		}
	}
	if len(signs) == 2 {
		set(&low, &a.open, '[', signs[0], sides[0])
		set(&high, &a.close, ']', signs[1], sides[2])
	} else if other := sides[1-at]; up(signs[0]) == (at == 0) {
		set(&high, &a.close, ']', signs[0], other)
	} else {
		set(&low, &a.open, '[', signs[0], other)
	}
	a.items = readAll([]string{low, high}, depth)
	for _, it := range a.items {
		if it.kind != mathScalar || it.expr == nil {
			return mathAnswer{kind: mathUnknown, text: a.text}, false
		}
	}
	return a, true
}

var (
	numberBehind = regexp.MustCompile(`(\\[lg]e)([^a-zA-Z]|$)`)
	flip         = map[string]string{"<": ">", ">": "<", "≤": "≥", "≥": "≤"}
)

func up(sign string) bool { return sign == "<" || sign == "≤" }

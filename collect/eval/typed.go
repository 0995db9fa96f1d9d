package eval

import "benchsite/collect/artifact"

// typedTypes are the item types that the typed scorers know.
var typedTypes = []string{"number", "exact", "contains", "choice", "boxed", "integer", "regex", typeJudge}

// scoreTyped applies the rule of the item's type, in its strict form.
func scoreTyped(r Reply) Verdict { return ruleOf(r, scoreExact, scoreContains) }

// scoreTypedLenient applies the lenient forms of exact and contains.
func scoreTypedLenient(r Reply) Verdict { return ruleOf(r, scoreExactLenient, scoreContainsLenient) }

func ruleOf(r Reply, exact, contains func(Reply) Verdict) Verdict {
	switch r.Type {
	case "number":
		return scoreNumber(r)
	case "exact":
		return exact(r)
	case "contains":
		return contains(r)
	case "choice":
		return scoreChoice(r)
	case "boxed":
		return scoreBoxed2(r)
	case "integer":
		return scoreInteger(r)
	case "regex":
		return scoreRegex(r)
	case typeJudge:
		return scoreJudge(r)
	}
	return Verdict{Outcome: artifact.OutcomeError, Detail: "the item's type is unknown"}
}

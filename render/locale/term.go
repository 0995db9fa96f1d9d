package locale

import "strings"

// Term is an entry of the glossary: what tooltips and the method page show.
type Term struct {
	Key, Group       string
	Name, Short      string // Short is the name within a sentence ("TTFT"); Name where there is none
	Unit             string // "–" for none
	Direction        string // higher, lower, none: which way is better
	Definition       string
	Formula          string // the same in both languages; "" where the definition says it all
	FormulaNote      string
	Reading, NotSame string
	Examples         string
	Otherwise        []Otherwise // other tools that give the name to another quantity
	OtherwiseNote    string
}

// Otherwise is how another tool defines a term.
type Otherwise struct{ Tool, Formula, Differs string }

// Term looks up a term of the glossary.
func (l *Locale) Term(key string) (Term, bool) {
	p := "term." + key + "."
	if !l.Has(p + "name") {
		return Term{}, false
	}
	t := Term{
		Key: key, Group: l.raw(p + "group"), Name: l.raw(p + "name"), Short: l.raw(p + "short"),
		Unit: l.raw(p + "unit"), Direction: l.raw(p + "direction"), Definition: l.optional(p + "definition"),
		Formula: l.raw(p + "formula"), FormulaNote: l.optional(p + "formula-note"), Reading: l.optional(p + "reading"),
		NotSame: l.optional(p + "not-same"), Examples: l.optional(p + "examples"), OtherwiseNote: l.optional(p + "otherwise-note"),
	}
	if t.Short == "" {
		t.Short = t.Name
	}
	for _, k := range l.keys {
		id, ok := strings.CutPrefix(k, p+"otherwise.")
		if id, ok2 := strings.CutSuffix(id, ".tool"); ok && ok2 {
			q := p + "otherwise." + id + "."
			t.Otherwise = append(t.Otherwise, Otherwise{l.raw(q + "tool"), l.raw(q + "formula"), l.optional(q + "differs")})
		}
	}
	return t, true
}

// Terms lists the glossary in its order.
func (l *Locale) Terms() []Term {
	terms := make([]Term, 0, len(l.terms))
	for _, key := range l.terms {
		t, _ := l.Term(key)
		terms = append(terms, t)
	}
	return terms
}

// optional is Text, or "" for a key that is not there.
func (l *Locale) optional(key string) string {
	if !l.Has(key) {
		return ""
	}
	return l.Text(key)
}

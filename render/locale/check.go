package locale

import (
	"slices"
	"strings"
)

// groups are the first parts of the keys. Text groups hold sentences, all
// others labels; the linters treat them apart (rule Z16).
var groups = []string{
	"term", "noun", "finding", "notice", // sentences and their parts
	"nav", "theme", "section", "type", "btn", "th", "filter", "sort", "chip", "empty", "note", "err", "foot", // interface
	"outcome", "verdict", "severity", "status", "mode", "group", "task", "category", "word", "param", "value", "env", "metric", "file", // words for values
	"landing", "overview", "report", "run", "runs", "cmp", "trend", "method", "item", "problem", "cite", "md", // pages
	"chart", "fig", "side", "text", // figures, side notes, running text
}

var (
	termFields    = []string{"group", "name", "short", "unit", "direction", "definition", "formula", "formula-note", "reading", "not-same", "examples", "otherwise", "otherwise-note"}
	termNeeds     = []string{"group", "name", "unit", "direction", "definition"}
	noticeFields  = []string{"level", "title", "title-general", "when", "means", "means-general", "todo", "todo-general"}
	noticeNeeds   = []string{"level", "title", "when", "means", "todo"}
	directions    = []string{"higher", "lower", "none"}
	levels        = []string{"info", "warn", "invalid"}
	neutralFields = []string{"level", "direction", "group", "formula", "tool"}
)

// neutral tells whether key holds an identifier or a formula rather than words.
func neutral(key string) bool {
	head, _, _ := strings.Cut(key, ".")
	if head == "task" { // published names; a suite of our own has one in each language
		return !strings.HasPrefix(key, "task.decidable-")
	}
	return (head == "term" || head == "notice") && slices.Contains(neutralFields, key[strings.LastIndex(key, ".")+1:])
}

// check verifies the shape of terms, notices and nouns and records their order.
func (l *Locale) check(fault func(key, format string, args ...any)) {
	for _, key := range l.keys {
		p := strings.Split(key, ".")
		switch p[0] {
		case "term":
			if len(p) < 3 || !slices.Contains(termFields, p[2]) {
				fault(key, "unknown field; a term has %s", strings.Join(termFields, ", "))
			} else if !slices.Contains(l.terms, p[1]) {
				l.terms = append(l.terms, p[1])
			}
		case "notice":
			if len(p) != 3 || !slices.Contains(noticeFields, p[2]) {
				fault(key, "unknown field; a notice has %s", strings.Join(noticeFields, ", "))
			} else if !slices.Contains(l.notices, p[1]) {
				l.notices = append(l.notices, p[1])
			}
		}
		for _, pt := range l.entries[key].parts {
			if pt.noun != "" && pt.noun != "device" && l.nouns[pt.noun].other == "" {
				fault(key, "slot {%s:%s} names an unknown noun", pt.slot, pt.noun)
			}
		}
	}
	for _, t := range l.terms {
		l.need("term."+t, termNeeds, fault)
		l.oneOf("term."+t+".direction", directions, fault)
		if g := l.raw("term." + t + ".group"); !l.Has("group." + g) {
			fault("term."+t+".group", "there is no group.%s", g)
		}
	}
	for _, n := range l.notices {
		l.need("notice."+n, noticeNeeds, fault)
		l.oneOf("notice."+n+".level", levels, fault)
		for _, f := range []string{"title", "means", "todo"} { // the method page shows them without an artifact
			if k := "notice." + n + "." + f; len(l.Slots(k)) > 0 && !l.Has(k+"-general") {
				fault(k, "has slots, so %s-general is needed", f)
			}
		}
	}
	for _, name := range sortedKeys(l.nouns) {
		n := l.nouns[name]
		if n.other == "" || n.zero == "" || l.lang == EN && n.one == "" {
			fault("noun."+name, "a noun needs other and zero, in English also one")
		}
	}
}

func (l *Locale) need(prefix string, fields []string, fault func(key, format string, args ...any)) {
	for _, f := range fields {
		if !l.Has(prefix + "." + f) {
			fault(prefix+"."+f, "is missing")
		}
	}
}

func (l *Locale) oneOf(key string, allowed []string, fault func(key, format string, args ...any)) {
	if v := l.raw(key); l.Has(key) && !slices.Contains(allowed, v) {
		fault(key, "%q is none of %s", v, strings.Join(allowed, ", "))
	}
}

// raw is the string of key as it stands in the file, "" when there is none.
func (l *Locale) raw(key string) string { return l.entries[key].text }

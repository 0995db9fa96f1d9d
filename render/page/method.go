package page

import (
	"slices"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// MethodPage is the page that defines every metric, statistic and notice. It is
// made from the catalogue of words, the one that tooltips and notices use.
type MethodPage struct {
	Base
	Dek    string
	Groups []MethodGroup
}

// MethodGroup is one section of the method page.
type MethodGroup struct {
	ID      string // anchor of the section
	Title   string
	Text    []Text // paragraphs
	Entries []MethodEntry
}

// MethodEntry defines one term, notice or scorer. Its anchor is its key, the
// same in every language.
type MethodEntry struct {
	ID    string
	Key   string // as it stands in artifacts, expressions and the catalogue
	Name  string
	Level string // of a notice: info, warn, invalid
	Word  string // the level in words
	Defs  []Pair
	Other *Table // how other tools define it
	Head  string // over that table
}

// termGroups are the groups of the glossary that the page shows, in order.
var termGroups = []string{"load-metrics", "load-shapes", "serving", "evaluation", "statistics", "provenance", "site"}

func (e *Edition) methodJobs() []Job {
	return []Job{e.job("method/", func() (Page, error) { return e.Method(), nil })}
}

// Method builds the method page.
func (e *Edition) Method() *MethodPage {
	dek := e.L.Text("method.dek")
	p := &MethodPage{Base: e.Base("method", "method/", e.L.Text("nav.method"), dek), Dek: dek}
	p.Groups = append(p.Groups, e.comparability())
	terms := e.L.Terms()
	for _, group := range termGroups {
		g := MethodGroup{ID: "group-" + group, Title: e.L.Text("group." + group)}
		for _, t := range terms {
			if t.Group == group {
				g.Entries = append(g.Entries, e.termEntry(t))
			}
		}
		p.Groups = append(p.Groups, g)
		if group == "evaluation" {
			p.Groups = append(p.Groups, e.scorers())
		}
	}
	p.Groups = append(p.Groups, e.noticeEntries(&p.Base))
	return p
}

// comparability explains which numbers may be compared.
func (e *Edition) comparability() MethodGroup {
	g := MethodGroup{ID: "comparability", Title: e.L.Text("method.comparability")}
	for _, key := range []string{"equal", "holds", "beside", "recorded", "subject", "ranked"} {
		g.Text = append(g.Text, Rich(e.L.Text("text.protocol-"+key)))
	}
	return g
}

// bareNames are terms that begin with a small letter also at the start of a
// line: symbols and names.
var bareNames = []string{"p-value", "few-shot"}

// termEntry writes a term of the glossary as an entry.
func (e *Edition) termEntry(t locale.Term) MethodEntry {
	name := t.Name
	if !slices.Contains(bareNames, t.Key) {
		name = opening(name)
	}
	m := MethodEntry{ID: e.termAnchor(t.Key), Key: t.Key, Name: Rich(name).Flat()}
	add := func(key string, value Text) {
		if len(value) > 0 {
			m.Defs = append(m.Defs, Pair{e.L.Text("method." + key), value})
		}
	}
	add("definition", Rich(opening(t.Definition)))
	if t.Unit != "–" {
		add("unit", T(opening(t.Unit)))
	}
	if t.Formula != "" {
		add("formula", append(Text{{Text: t.Formula, Style: Code, Class: "f"}, {Style: Break}}, Rich(t.FormulaNote)...))
	}
	if t.Direction != "none" {
		add("direction", T(e.L.Text("chip."+t.Direction)))
	}
	examples := e.examples(t.Key)
	if len(examples) == 0 {
		examples = Rich(t.Examples)
	}
	add("examples", examples)
	add("reading", Rich(t.Reading))
	add("not-same", Rich(t.NotSame))
	if len(t.Otherwise) > 0 {
		m.Head = e.L.Text("method.otherwise")
		m.Other = e.otherwise(t)
	}
	return m
}

// otherwise is the table of tools that give the name to another quantity.
func (e *Edition) otherwise(t locale.Term) *Table {
	table := &Table{
		Label: e.L.Text("method.otherwise-label"), Class: "other",
		Head: []Column{Col(e.L.Text("th.tool")), Col(e.L.Text("th.formula")), Col(e.L.Text("th.differs"))},
	}
	for _, o := range t.Otherwise {
		table.Rows = append(table.Rows, Row{Cells: []Cell{CellText(o.Tool), CellText(o.Formula), CellText(o.Differs)}})
	}
	if t.OtherwiseNote != "" {
		table.Foot = []Text{Rich(t.OtherwiseNote)}
	}
	return table
}

// termAnchor is the anchor of a term. A few share their key with a notice,
// whose links are on every page; the notice keeps the plain one.
func (e *Edition) termAnchor(key string) string {
	if _, taken := e.L.NoticeEntry(key); taken {
		return "term-" + key
	}
	return key
}

// scorerRules are the scorers whose rule the page states.
var scorerRules = []string{"decidable", "decidable-lenient", "legacy-2025", "boxed", "judge", "perplexity", "lm-eval"}

// scorers lists the rules that decide outcomes.
func (e *Edition) scorers() MethodGroup {
	g := MethodGroup{ID: "scorers", Title: e.L.Text("method.scorers")}
	for _, name := range scorerRules {
		g.Entries = append(g.Entries, MethodEntry{
			ID: "scorer-" + name, Key: name, Name: name,
			Defs: []Pair{{e.L.Text("method.definition"), Rich(e.L.Text("text.scorer-" + name))}},
		})
	}
	return g
}

// foundLinks is how many runs an entry of a notice links at most.
const foundLinks = 6

// noticeEntries lists the notices with the runs that raise them.
func (e *Edition) noticeEntries(b *Base) MethodGroup {
	g := MethodGroup{ID: "notices", Title: e.L.Text("group.notices")}
	found := e.noticesFound()
	for _, n := range e.L.NoticeEntries() {
		g.Entries = append(g.Entries, MethodEntry{
			ID: n.Code, Key: n.Code, Name: Rich(n.Title).Flat(),
			Level: n.Level, Word: e.L.Text("severity." + n.Level),
			Defs: []Pair{
				{e.L.Text("method.when"), Rich(n.When)},
				{e.L.Text("method.means"), Rich(n.Means)},
				{e.L.Text("method.todo"), Rich(n.Todo)},
				{e.L.Text("method.found"), e.foundIn(b, found[n.Code])},
			},
		})
	}
	return g
}

// noticesFound collects for every code the runs that raise it, alone or in a
// comparison of a report, in the order of the set. A run that was replaced is
// named only for what no other one raises.
func (e *Edition) noticesFound() map[string][]*dataset.Run {
	found := map[string]map[*dataset.Run]bool{}
	add := func(code string, r *dataset.Run) {
		if found[code] == nil {
			found[code] = map[*dataset.Run]bool{}
		}
		found[code][r] = true
	}
	for _, r := range e.Set.Runs {
		for _, n := range r.Notices {
			add(n.Code, r)
		}
	}
	for _, rep := range e.Set.Reports {
		for _, n := range rep.Notices {
			for _, r := range n.Runs {
				add(n.Code, r)
			}
		}
	}
	out := map[string][]*dataset.Run{}
	for code, runs := range found {
		var replaced []*dataset.Run
		for _, r := range e.Set.Runs {
			switch {
			case !runs[r]:
			case r.Replacer != nil:
				replaced = append(replaced, r)
			default:
				out[code] = append(out[code], r)
			}
		}
		if out[code] == nil {
			out[code] = replaced
		}
	}
	return out
}

func (e *Edition) foundIn(b *Base, runs []*dataset.Run) Text {
	if len(runs) == 0 {
		return TMuted(e.L.Text("method.found-none"))
	}
	out := T(e.L.Label(e.L.Counted(len(runs), "run"), ""))
	for i, r := range runs {
		if i == foundLinks {
			rest := e.L.Counted(len(runs)-i, "run")
			out = append(out, Span{Text: e.listGap()}, Span{Text: e.L.Fill("method.found-more", locale.Slots{"rest": rest}), Href: b.Link("runs/")})
			break
		}
		if i > 0 {
			out = append(out, Span{Text: e.listGap()})
		}
		out = append(out, Span{Text: e.runTitle(r), Href: b.Link(runPath(r))})
	}
	return out
}

// listGap stands between the entries of a list of links.
func (e *Edition) listGap() string {
	if e.Lang == locale.ZH {
		return "；"
	}
	return "; "
}

// opening begins a line with a capital, unless it begins with a symbol, a
// unit or a name such as ms, p95 or top_p.
func opening(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if len(word) < 3 || strings.ContainsFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

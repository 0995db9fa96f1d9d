package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// ending are the sections that every report closes with: environment, exact
// commands, raw data, how to cite.
func (w *writer) ending() []Section {
	var out []Section
	if s, ok := w.environment(); ok {
		out = append(out, s)
	}
	if codes := w.reportCommands(); len(codes) > 0 {
		s := Section{ID: "commands", Title: w.L.Text("section.commands")}
		for i := range codes {
			s.Blocks = append(s.Blocks, Block{Code: &codes[i]})
		}
		out = append(out, s)
	}
	if runs := w.r.AllRuns(); len(runs) > 0 {
		raw := Section{ID: "raw", Title: w.L.Text("section.raw"), Side: []Side{w.side("raw", nil)}}
		var files []File
		for _, r := range runs {
			files = append(files, w.files(w.b, r)...)
		}
		raw.Blocks = []Block{{Files: files}}
		out = append(out, raw)
	}
	return append(out, w.cite())
}

// environment is one table for all runs: what they share stands once, what
// differs stands by name.
func (w *writer) environment() (Section, bool) {
	s := Section{ID: "environment", Title: w.L.Text("section.environment")}
	if text := w.r.Environment.In(string(w.Lang)); text != "" {
		s.Blocks = append(s.Blocks, Block{Prose: &Prose{text}})
	}
	runs := w.r.StandingRuns()
	var missing []string
	for i, r := range runs {
		list := w.missingEnvironment(r)
		if i == 0 {
			missing = list
			continue
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return !slices.Contains(list, m) })
	}
	if len(missing) > 0 {
		s.Side = []Side{{w.L.Text("side.not-recorded.lead"), w.notRecorded(missing, runs...)}}
	}
	if pairs := w.sharedPairs(runs); len(pairs) > 0 {
		s.Blocks = append(s.Blocks, Block{Env: pairs})
	}
	return s, len(s.Blocks) > 0
}

// sharedPairs merges the environments of runs, term by term.
func (w *writer) sharedPairs(runs []*dataset.Run) []Pair {
	type group struct {
		value Text
		names []string
	}
	var terms []string
	values := map[string][]group{}
	seen := map[string]int{} // term -> runs that have it
	for _, r := range runs {
		for _, p := range w.envPairs(r) {
			if p.Term == "--set" {
				continue // how it was imported stands on the page of the run
			}
			if _, ok := values[p.Term]; !ok {
				terms = append(terms, p.Term)
			}
			seen[p.Term]++
			list := values[p.Term]
			i := slices.IndexFunc(list, func(g group) bool { return g.value.Flat() == p.Value.Flat() })
			if i < 0 {
				i, list = len(list), append(list, group{value: p.Value})
			}
			if name := w.name(r); !slices.Contains(list[i].names, name) {
				list[i].names = append(list[i].names, name)
			}
			values[p.Term] = list
		}
	}
	var out []Pair
	for _, term := range terms {
		list := values[term]
		if len(list) == 1 && seen[term] == len(runs) {
			out = append(out, Pair{term, list[0].value})
			continue
		}
		if !slices.ContainsFunc(list, func(g group) bool { return len(g.names) != 1 || g.names[0] != g.value.Flat() }) {
			continue // the names of the subjects say it
		}
		var v Text
		for i, g := range list {
			if i > 0 {
				v = append(v, Span{Style: Break})
			}
			v = append(v, Span{Text: w.L.Label(w.L.Enum(g.names...), ""), Style: Muted})
			v = append(v, g.value...)
		}
		out = append(out, Pair{term, v})
	}
	return out
}

// reportCommands are the commands of the report, then those that its runs
// record, then how to measure and to score again.
func (w *writer) reportCommands() []CodeBlock {
	var out []CodeBlock
	add := func(c CodeBlock) {
		if c.Text != "" && !slices.ContainsFunc(out, func(x CodeBlock) bool { return x.Text == c.Text }) {
			out = append(out, c)
		}
	}
	for _, c := range w.r.Commands {
		add(CodeBlock{Lead: Cut(c.Title.Any(string(w.Lang)), CutTitle), Text: Cut(c.Code, CutBlock)})
	}
	for _, t := range w.r.Topics {
		for _, r := range t.Runs {
			for _, c := range w.commands(r) {
				add(c)
			}
		}
	}
	for _, t := range w.r.Topics {
		if len(t.Runs) > 0 && !evalKind(t) {
			add(CodeBlock{Lead: w.L.Text("report.command-measure"), Text: measureAgain(t.Runs[len(t.Runs)-1])})
		}
	}
	for _, t := range w.r.Topics {
		for _, r := range t.Runs {
			if parent, s := published(r, t.Task); parent != nil && s != nil {
				if now := r.Score(t.Task); now != nil && now.Scorer != nil {
					add(CodeBlock{Lead: w.L.Text("report.command-rescore"), Text: ShellLines([]string{"benchsite", "rescore", "--scorer", now.Scorer.Name, parent.Hash8})})
					break // the others differ in the artifact only
				}
			}
		}
	}
	return out
}

// measureAgain is the command that sends the same load under the same protocol;
// "" when the protocol says too little for one.
func measureAgain(r *dataset.Run) string {
	p := r.Protocol.Parameters
	number := func(name string) string {
		switch v := p[name].(type) {
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		case int:
			return strconv.Itoa(v)
		case int64:
			return strconv.FormatInt(v, 10)
		}
		return ""
	}
	c := number("concurrency")
	if c == "" || r.Load == nil || r.Load.Requests.Offered == nil {
		return ""
	}
	args := []string{
		"benchsite", "load", "--url", "http://127.0.0.1:8000", "--model", Cut(r.Subject.Model, CutTitle),
		"-c", c, "-n", strconv.FormatInt(*r.Load.Requests.Offered, 10),
	}
	if v := number("max_tokens"); v != "" {
		args = append(args, "--max-tokens", v)
	}
	if v := number("temperature"); v != "" {
		args = append(args, "--temperature", v)
	}
	if streaming, ok := p["streaming"].(bool); ok && !streaming {
		args = append(args, "--no-stream")
	}
	return ShellLines(args)
}

// cite says how to cite the report.
func (w *writer) cite() Section {
	l := w.L
	var ids []string
	for _, t := range w.r.Topics {
		if !slices.Contains(ids, t.Protocol.ID) {
			ids = append(ids, t.Protocol.ID)
		}
	}
	protocols := ""
	switch len(ids) {
	case 0:
	case 1:
		protocols = l.Fill("cite.protocol", locale.Slots{"id": ids[0]})
	default:
		protocols = l.Fill("cite.protocols-list", locale.Slots{"ids": l.List(ids...)})
	}
	s := Section{ID: "cite", Title: l.Text("section.cite")}
	slots := locale.Slots{"title": w.b.Title, "site": w.b.Site, "date": l.DateProse(w.r.Date), "protocols": protocols}
	key := "cite.text"
	if protocols == "" {
		key = "text.cite-plain"
	}
	s.Blocks = []Block{{Text: T(l.Fill(key, slots))}, {Code: &CodeBlock{Lead: l.Text("cite.bibtex"), Text: w.bibtex(ids)}}, {Small: T(l.Text("cite.note"))}}
	return s
}

// bibtex is the entry of the report for a bibliography.
func (w *writer) bibtex(ids []string) string {
	year, rest, _ := strings.Cut(w.r.Date, "-")
	month, _, _ := strings.Cut(rest, "-")
	fields := map[string]string{"title": "{" + bibEscape(w.b.Title) + "}", "howpublished": "{" + bibEscape(w.b.Site) + "}"}
	if year != "" {
		fields["year"] = "{" + year + "}"
	}
	if n, err := strconv.Atoi(month); err == nil && n >= 1 && n <= 12 {
		fields["month"] = strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")[n-1]
	}
	if len(ids) > 0 {
		fields["note"] = "{protocols " + strings.Join(ids, ", ") + "}"
		if len(ids) == 1 {
			fields["note"] = "{protocol " + ids[0] + "}"
		}
	}
	if w.b.Canonical != "" {
		fields["url"] = "{" + w.b.Canonical + "}"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "@misc{%s_%s,\n", strings.ReplaceAll(w.r.Slug, "-", "_"), year)
	order := []string{"title", "howpublished", "year", "month", "note", "url"}
	last := 0
	for i, k := range order {
		if _, ok := fields[k]; ok {
			last = i
		}
	}
	for i, k := range order {
		v, ok := fields[k]
		if !ok {
			continue
		}
		comma := ","
		if i == last {
			comma = ""
		}
		fmt.Fprintf(&b, "  %-12s = %s%s\n", k, v, comma)
	}
	b.WriteString("}")
	return b.String()
}

package page

import (
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// RowFile is the rows of one month for the script of the run table. Strings that
// recur stand once in Words; a row names them by their place.
type RowFile struct {
	Path  string // from the root of the site
	Month string
	Of    []any // what it is made from, see [Job]
	Build func() (words []string, rows [][]any)
}

// RowFiles lists the data of the run table, the newest month first.
func (e *Edition) RowFiles() []RowFile {
	var out []RowFile
	for _, m := range e.months() {
		out = append(out, RowFile{
			Path: string(e.Lang) + "/runs/" + m.Name + "/rows.js", Month: m.Name, Of: []any{m.Runs},
			Build: func() ([]string, [][]any) { return e.rowsOf(m.Runs) },
		})
	}
	return out
}

// rowsOf makes the rows in the order of fields in assets/runs.js.
func (e *Edition) rowsOf(runs []*dataset.Run) ([]string, [][]any) {
	var words []string
	at := map[string]int{}
	word := func(s string) int {
		i, ok := at[s]
		if !ok {
			i = len(words)
			at[s] = i
			words = append(words, s)
		}
		return i
	}
	rows := make([][]any, len(runs))
	for i, r := range runs {
		stem, hash := r.ID[:len(r.ID)-len(r.Hash8)], r.Hash8
		time := strings.TrimPrefix(r.StartedAt, r.Day)
		s := r.Subject
		rows[i] = []any{
			word(stem), hash, word(r.Day), time, word(e.subjectLabel(r)), word(string(r.Kind)), word(e.runType(r)),
			word(e.shortProtocol(r)), word(r.Protocol.ID), e.figure(r), sortFigure(r),
			word(e.sourceTag(r)), word(sourceKey(r)), word(e.status(r)),
			word(modelOf(r)), word(Cut(text(s.Precision), CutCell)), word(e.device(r)), word(e.engine(s)),
			word(noticesOf(r)), word(e.notesOf(r)),
		}
	}
	return words, rows
}

func modelOf(r *dataset.Run) string { return Cut(artifact.ModelName(r.Subject.Model), CutCell) }

// noticesOf are the notices of a run for the script: how many of each level, and
// their codes: "0,1,2 single-repeat,few-requests".
func noticesOf(r *dataset.Run) string {
	n := map[dataset.Severity]int{}
	var codes []string
	for _, x := range r.Notices {
		n[x.Severity]++
		if !slices.Contains(codes, x.Code) {
			codes = append(codes, x.Code)
		}
	}
	return itoa(n[dataset.Invalid]) + "," + itoa(n[dataset.Warn]) + "," + itoa(n[dataset.Info]) + " " + strings.Join(codes, ",")
}

// notesOf is what people wrote about a run, in every language, for the search:
// titles of its reports, labels, why it ended, why it was withdrawn.
func (e *Edition) notesOf(r *dataset.Run) string {
	var out []string
	both := func(t dataset.Text) {
		for _, l := range e.Languages() {
			if s := t.In(string(l)); s != "" {
				out = append(out, Cut(s, CutValue))
			}
		}
	}
	for _, rep := range r.Reports {
		both(rep.Title)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Subject.Labels)) {
		out = append(out, Cut(r.Subject.Labels[k], CutCell))
	}
	out = append(out, Cut(text(r.StatusReason), CutValue))
	if r.Withdrawn != nil {
		both(r.Withdrawn.Reason)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// RowWords are the words of the run table that do not depend on the runs: for
// each notice, kind, source and status its words in every language, so that a
// search finds it in either.
func (e *Edition) RowWords() map[string]string {
	out := map[string]string{}
	add := func(key string, word func(l *locale.Locale) string) {
		var all []string
		for _, lang := range e.Languages() {
			all = append(all, word(e.Words.Locale(lang)))
		}
		out[key] = strings.Join(all, "\n")
	}
	for _, n := range e.L.NoticeEntries() {
		add(n.Code, func(l *locale.Locale) string {
			x, _ := l.NoticeEntry(n.Code)
			return release(x.Title)
		})
	}
	for _, k := range []artifact.Kind{artifact.KindLoad, artifact.KindEval, artifact.KindSubject} {
		add(string(k), func(l *locale.Locale) string { return l.Text("type." + string(k)) })
	}
	for key, chip := range sourceChips {
		add(key, func(l *locale.Locale) string { return l.Text(chip) })
	}
	return out
}

var sourceChips = map[string]string{"measured": "chip.measured", "imported": "chip.imported-plain", "simulated": "chip.simulated"}

// filters are the lists of the filter row with the values that occur.
func (e *Edition) filters() []FilterList {
	l := e.L
	kinds := FilterList{Name: "type", Label: l.Text("filter.type")}
	models := FilterList{Name: "model", Label: l.Text("filter.model")}
	precisions := FilterList{Name: "precision", Label: l.Text("filter.precision")}
	sources := FilterList{Name: "source", Label: l.Text("filter.source")}
	devices := FilterList{Name: "device", Label: l.Text("filter.device")}
	engines := FilterList{Name: "engine", Label: l.Text("filter.engine")}
	notices := FilterList{Name: "notice", Label: l.Text("filter.notice")}
	seen := map[string]map[string]bool{}
	add := func(f *FilterList, value string, text func() string) {
		if seen[f.Name] == nil {
			seen[f.Name] = map[string]bool{}
		}
		if value == "" || seen[f.Name][value] {
			return
		}
		seen[f.Name][value] = true
		f.Options = append(f.Options, FilterOption{value, text()})
	}
	plain := func(f *FilterList, value string) { add(f, value, func() string { return value }) }
	for _, r := range e.Set.Runs {
		add(&kinds, string(r.Kind), func() string { return e.typeWord(r.Kind) })
		plain(&models, modelOf(r))
		plain(&precisions, Cut(text(r.Subject.Precision), CutCell))
		add(&sources, sourceKey(r), func() string { return l.Text(sourceChips[sourceKey(r)]) })
		plain(&devices, e.device(r))
		plain(&engines, e.engine(r.Subject))
		for _, n := range r.Notices {
			add(&notices, n.Code, func() string {
				if x, ok := l.NoticeEntry(n.Code); ok {
					return release(x.Title)
				}
				return n.Code
			})
		}
	}
	for _, f := range []*FilterList{&models, &precisions, &devices, &engines, &notices} {
		sortOptions(f.Options)
	}
	slices.SortFunc(kinds.Options, func(a, b FilterOption) int { return -strings.Compare(a.Value, b.Value) })
	return []FilterList{kinds, models, precisions, sources, devices, engines, notices}
}

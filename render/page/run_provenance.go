package page

import (
	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// provenance says of an imported run where its numbers come from and in what
// the tool's definitions differ from ours, as the import wrote it down.
func (e *Edition) provenance(r *dataset.Run) (Section, bool) {
	if r.Source.Mode != artifact.ModeImported || len(r.Source.Files) == 0 {
		return Section{}, false
	}
	l := e.L
	tool := Cut(r.Source.Tool, CutCell)
	if v := text(r.Source.ToolVersion); v != "" {
		tool += " " + Cut(v, CutCell)
	}
	s := Section{ID: "provenance", Title: l.Text("section.provenance")}
	var names []string
	for _, f := range r.Source.Files {
		names = append(names, Cut(f.Name, CutValue))
	}
	s.Blocks = append(s.Blocks, Block{Text: T(l.Fill("text.imported-from", locale.Slots{"tool": tool, "files": l.List(names...)}))})
	differences := e.differences(r)
	if len(differences) == 0 {
		return s, true
	}
	s.Blocks = append(s.Blocks, Block{Text: T(l.Text("text.import-differences"))})
	for _, d := range differences {
		s.Blocks = append(s.Blocks, Block{Text: T("· " + d)})
	}
	return s, true
}

// differences are the sentences of source.extra.differences in the language of
// the page.
func (e *Edition) differences(r *dataset.Run) []string {
	list, _ := r.Source.Extra["differences"].([]any)
	var out []string
	for _, one := range list {
		said, _ := one.(map[string]any)
		key := "en"
		if e.Lang == locale.ZH {
			key = "zh"
		}
		if s, ok := said[key].(string); ok && s != "" {
			out = append(out, Cut(s, CutBlock))
		}
	}
	return out
}

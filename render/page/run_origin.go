package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// originSections are environment, commands, raw data and citation: what a
// reader needs to judge a run and to repeat it.
func (e *Edition) originSections(b *Base, r *dataset.Run) []Section {
	l := e.L
	env := Section{ID: "environment", Title: l.Text("section.environment"), Blocks: []Block{{Env: e.envPairs(r)}}}
	if missing := e.missingEnvironment(r); len(missing) > 0 {
		env.Side = []Side{{l.Text("side.not-recorded.lead"), e.notRecorded(missing, r)}}
	}
	sections := []Section{env}
	if t := e.argsTable(r); t != nil {
		sections = append(sections, Section{ID: "server-args", Title: l.Text("section.server-args"), Blocks: []Block{{Table: t}}})
	}
	codes := e.commands(r)
	if again := measureAgain(r); again != "" {
		codes = append(codes, CodeBlock{Lead: l.Text("report.command-measure"), Text: again})
	}
	if rescored := len(r.DerivedFrom) > 0 && r.DerivedFrom[0].How == artifact.HowRescore && len(r.Parents) > 0; rescored {
		for _, t := range tasksOf(r) {
			if t.Scorer != nil {
				codes = append(codes, CodeBlock{Lead: l.Text("report.command-rescore"), Text: ShellLines([]string{"benchsite", "rescore", "--scorer", t.Scorer.Name, r.Parents[0].Hash8})})
				break
			}
		}
	}
	if len(codes) > 0 {
		s := Section{ID: "commands", Title: l.Text("section.commands")}
		for i := range codes {
			s.Blocks = append(s.Blocks, Block{Code: &codes[i]})
		}
		sections = append(sections, s)
	}
	raw := Section{ID: "raw", Title: l.Text("section.raw"), Blocks: []Block{{Files: e.files(b, r)}}}
	raw.Side = []Side{{l.Text("side.raw.lead"), T(l.Text("side.raw.text"))}}
	if from, ok := e.provenance(r); ok {
		sections = append(sections, from)
	}
	return append(sections, raw, e.citeSection(b, r))
}

// envPairs is the environment of a run, a line per thing that is known and one
// for those that every reader looks for.
func (e *Edition) envPairs(r *dataset.Run) []Pair {
	l, env, s := e.L, r.Environment, r.Subject
	var out []Pair
	unknown := TMuted(l.Text("word.unknown"))
	add := func(key string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		v := unknown
		if len(parts) > 0 {
			v = T(Cut(l.Clauses(parts...), CutValue))
		}
		out = append(out, Pair{capital(l.Param(key)), v})
	}
	maybe := func(key, value string) {
		if value != "" {
			add(key, value)
		}
	}
	out = append(out, Pair{l.Param("model"), TCode(Cut(s.Model, CutValue))})
	maybe("model_revision", text(s.ModelRevision))
	maybe("precision", text(s.Precision))
	maybe("quantization", text(s.Quantization))
	maybe("kv_cache_dtype", text(s.KVCacheDtype))
	add("engine", e.engine(s), serverText(env.Server, func(v *artifact.Server) *string { return v.AttentionBackend }))
	add("accelerator", e.device(r), e.seenDevices(env.Accelerators))
	for _, p := range []struct {
		key string
		n   *int64
	}{{"parallel.tp", s.Parallel.TP}, {"parallel.pp", s.Parallel.PP}, {"parallel.dp", s.Parallel.DP}, {"parallel.ep", s.Parallel.EP}, {"max_model_len", s.MaxModelLen}} {
		if p.n != nil {
			add(p.key, l.ParamValue(p.key, *p.n))
		}
	}
	cuda := text(env.CUDA)
	if cuda != "" {
		cuda = "CUDA " + cuda
	}
	add("driver-cuda", text(env.Driver), cuda)
	maybe("topology", text(env.Topology))
	if alone := !sameMachine(env); alone {
		for _, k := range slices.Sorted(maps.Keys(env.Host)) {
			add(Cut(k, CutCell), hostValue(k, env.Host[k]))
		}
	}
	if v := env.Server; v != nil {
		if v.WeightsGiB != nil && v.KVCacheTokens != nil {
			add("memory", l.Fill("env.memory-value", locale.Slots{"weights": l.GiB(*v.WeightsGiB).String(), "n": int(*v.KVCacheTokens)}))
		}
		if v.MaxNumSeqs != nil {
			add("max_num_seqs", l.ParamValue("max_num_seqs", *v.MaxNumSeqs))
		}
		if v.PrefixCaching != nil {
			add("prefix_caching", l.ParamValue("prefix_caching", *v.PrefixCaching))
		}
		if v.EnforceEager != nil {
			add("enforce_eager", l.ParamValue("enforce_eager", *v.EnforceEager))
		}
		maybe("speculative", text(v.Speculative))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Labels)) {
		add(Cut(k, CutCell), s.Labels[k])
	}
	if len(env.Client) > 0 {
		add("client", e.clientParts(r)...)
	}
	tool := Cut(r.Source.Tool, CutCell)
	if v := text(r.Source.ToolVersion); v != "" {
		tool += " " + Cut(v, CutCell)
	}
	out = append(out, Pair{l.Text("env.source"), Join(e.comma(), TCode(tool), T(l.Text("mode."+string(r.Source.Mode))))})
	if t := text(r.Source.LocalTime); t != "" {
		out = append(out, Pair{l.Text("th.time"), T(Cut(t, CutCell))})
	}
	var set Text
	for i, k := range slices.Sorted(maps.Keys(r.Source.Set)) {
		if i > 0 {
			set = append(set, Span{Style: Break})
		}
		set = append(set, Span{Text: Cut(k+"="+r.Source.Set[k], CutValue), Style: Code})
	}
	if len(set) > 0 {
		out = append(out, Pair{"--set", set})
	}
	return out
}

func (e *Edition) comma() string {
	return strings.TrimSuffix(strings.TrimPrefix(e.L.Clauses("a", "b"), "a"), "b")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func serverText(v *artifact.Server, pick func(*artifact.Server) *string) string {
	if v == nil {
		return ""
	}
	return text(pick(v))
}

// seenDevices lists the accelerators that the machine showed, equal ones once.
func (e *Edition) seenDevices(list []artifact.Accelerator) string {
	var names []string
	count := map[string]int{}
	for _, a := range list {
		name := a.Name
		if a.MIG != nil {
			name += " MIG " + *a.MIG
		}
		if count[name]++; count[name] == 1 {
			names = append(names, name)
		}
	}
	for i, n := range names {
		names[i] = fmt.Sprintf("%d× %s", count[n], Cut(n, CutCell))
	}
	return e.L.Enum(names...)
}

// missingEnvironment names what a rerun would need and nobody wrote down.
func (e *Edition) missingEnvironment(r *dataset.Run) []string {
	var out []string
	add := func(key string, missing bool) {
		if missing {
			out = append(out, lowerFirst(e.L.Param(key)))
		}
	}
	add("driver", r.Environment.Driver == nil)
	add("cuda", r.Environment.CUDA == nil)
	add("engine_version", r.Subject.EngineVersion == nil)
	add("accelerator", r.Subject.Accelerator == nil)
	return out
}

// notRecorded says what a rerun lacks. With the engine version itself unknown
// it cannot speak of a rerun on the same one.
func (e *Edition) notRecorded(missing []string, runs ...*dataset.Run) Text {
	slots := locale.Slots{"fields": e.L.List(missing...)}
	for _, r := range runs {
		if r.Subject.EngineVersion == nil {
			return T(e.L.Fill("side.not-recorded-engine.text", slots))
		}
	}
	return T(e.L.Fill("side.not-recorded.text", slots))
}

// lowerFirst is for names of parameters in the middle of a sentence.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

// argsTable lists the arguments that the server was started with.
func (e *Edition) argsTable(r *dataset.Run) *Table {
	v := r.Environment.Server
	if v == nil || len(v.Args)+len(v.Env) == 0 {
		return nil
	}
	t := &Table{Label: e.L.Text("section.server-args"), Class: "env args", Head: []Column{Col(e.L.Text("th.argument")), Col(e.L.Text("th.value"))}}
	for _, k := range slices.Sorted(maps.Keys(v.Args)) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: TCode(Cut(k, CutCell))}, {Text: TCode(Cut(e.argument(v.Args[k]), CutValue))}}})
	}
	for _, k := range slices.Sorted(maps.Keys(v.Env)) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: TCode(Cut(k, CutCell))}, {Text: TCode(Cut(v.Env[k], CutValue))}}})
	}
	return t
}

// argument prints a value as the engine does, not as words.
func (e *Edition) argument(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// commands are what was typed, as far as it is known.
func (e *Edition) commands(r *dataset.Run) []CodeBlock {
	var out []CodeBlock
	if v := r.Environment.Server; v != nil && len(v.Command) > 0 {
		out = append(out, CodeBlock{Lead: e.L.Text("report.command-start"), Text: Cut(ShellLines(v.Command), CutBlock)})
	}
	if args := serveArgs(r); len(args) > 0 {
		out = append(out, CodeBlock{Lead: e.L.Text("report.command-start-log"), Text: Cut(ShellLines(args), CutBlock)})
	}
	if len(r.Source.Command) > 0 {
		out = append(out, CodeBlock{Lead: e.L.Text("run.command"), Text: Cut(ShellLines(r.Source.Command), CutBlock)})
	}
	return out
}

// serveArgs rebuilds the command that started a vLLM server from the arguments
// in its log; nil when the command itself is recorded or nothing is known.
func serveArgs(r *dataset.Run) []string {
	v := r.Environment.Server
	if v == nil || len(v.Command) > 0 || len(v.Args) == 0 || !strings.EqualFold(text(r.Subject.Engine), "vllm") {
		return nil
	}
	if _, ok := v.Args["pretrained"]; ok {
		return nil // the arguments of an engine inside a test tool: no server was started
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(v.Env)) {
		out = append(out, k+"="+v.Env[k])
	}
	out = append(out, "vllm", "serve", r.Subject.Model)
	for _, k := range slices.Sorted(maps.Keys(v.Args)) {
		flag := "--" + strings.ReplaceAll(k, "_", "-")
		switch a := v.Args[k].(type) {
		case nil:
		case bool:
			if !a {
				flag = "--no-" + flag[2:]
			}
			out = append(out, flag)
		case string:
			if k != "model" && k != "model_tag" {
				out = append(out, flag, a)
			}
		case float64, int, int64, json.Number:
			out = append(out, flag, fmt.Sprint(a))
		}
	}
	return out
}

// ShellLines writes a command for a shell, broken so that a phone shows it
// whole: flags and their values keep together.
func ShellLines(args []string) string {
	const width = 42
	var lines []string
	line := ""
	for i := 0; i < len(args); i++ {
		word := shellWord(args[i])
		if strings.HasPrefix(args[i], "-") && !strings.Contains(args[i], "=") && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			word += " " + shellWord(args[i])
		}
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines, line = append(lines, line), "  "+word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, line), " \\\n")
}

func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,@%+", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ArtifactPath is where the site keeps an artifact, from its root.
func ArtifactPath(r *dataset.Run) string { return "data/artifacts/" + r.ID + ".json" }

// AttachmentPath is where the site keeps an attachment, from its root.
func AttachmentPath(r *dataset.Run, a artifact.Attachment) string {
	return "data/artifacts/" + path.Join(path.Dir(r.ID), path.Base(a.Path))
}

// files lists what there is to download and what it came from.
func (e *Edition) files(b *Base, r *dataset.Run) []File {
	l := e.L
	name := r.ID[strings.LastIndex(r.ID, "/")+1:]
	out := []File{{
		Name: name + ".json", Href: b.File(ArtifactPath(r)), SHA256: r.SHA256,
		Text: T(l.Fill("file.artifact", locale.Slots{"schema": r.Schema})),
	}}
	for _, a := range r.Attachments {
		f := File{Name: Cut(a.Path, CutTitle), SHA256: a.SHA256, Text: T(e.attachmentText(r, a))}
		if a.Kind != artifact.AttachPrivate && r.Intact(a) {
			var where string
			if f.Href, where = e.recordsAt(b, r, a); where != "" {
				f.Text = T(l.Clauses(f.Text.Flat(), where))
			}
		}
		out = append(out, f)
	}
	if len(r.Attachments) == 0 {
		out[0].Text = Join(e.comma(), out[0].Text, T(l.Text("file.summaries")))
	}
	for _, s := range r.Source.Files {
		out = append(out, File{Name: Cut(s.Name, CutTitle), SHA256: s.SHA256, Text: T(l.Text("term.source-file.name"))})
	}
	return out
}

// recordsAt is the link to a file beside the artifact, or the words for why the
// site has none.
func (e *Edition) recordsAt(b *Base, r *dataset.Run, a artifact.Attachment) (Href, string) {
	switch p := e.Set.Config.Publish; p.Records {
	case dataset.RecordsRepository:
		if r.Simulated { // git leaves simulated runs out
			return "", e.L.Text("file.unpublished")
		}
		if p.RecordsURL == "" {
			return "", e.L.Text("file.repository")
		}
		return Href(p.RecordsURL + string(Rel("", path.Join(path.Dir(r.ID), path.Base(a.Path))))), e.L.Text("file.repository")
	case dataset.RecordsNone:
		return "", e.L.Text("file.unpublished")
	}
	return b.File(AttachmentPath(r, a)), ""
}

func (e *Edition) attachmentText(r *dataset.Run, a artifact.Attachment) string {
	size := e.L.Bytes(a.Bytes).String()
	switch a.Kind {
	case artifact.AttachServerLog:
		return e.L.Clauses(e.L.Text("file.server-log"), size)
	case artifact.AttachPrivate:
		return e.L.Text("file.private")
	}
	return e.L.Clauses(e.L.Text("file.records"), size)
}

// citeSection says how to cite a run.
func (e *Edition) citeSection(b *Base, r *dataset.Run) Section {
	protocol := e.L.Fill("cite.protocol", locale.Slots{"id": r.Protocol.ID})
	cite := e.L.Fill("cite.text", locale.Slots{
		"title": b.Title, "site": b.Site, "date": e.L.DateProse(r.Day), "protocols": protocol,
	})
	address := r.ID
	if b.Canonical != "" {
		address = b.Canonical
	}
	bib := "@misc{benchsite-" + r.Hash8 + ",\n" +
		"  title  = {" + bibEscape(b.Title) + "},\n" +
		"  note   = {" + bibEscape(b.Site) + ", artifact " + r.ID + ", " + protocol + "},\n" +
		"  year   = {" + strings.SplitN(r.Day, "-", 2)[0] + "},\n"
	if b.Canonical != "" {
		bib += "  url    = {" + address + "},\n"
	}
	bib += "}"
	return Section{ID: "cite", Title: e.L.Text("section.cite"), Blocks: []Block{
		{Text: T(cite)}, {Small: T(e.L.Text("cite.note"))}, {Code: &CodeBlock{Lead: e.L.Text("cite.bibtex"), Text: bib}},
	}}
}

// bibEscape keeps the braces of a BibTeX field balanced and its letters plain.
func bibEscape(s string) string {
	return strings.NewReplacer("{", "(", "}", ")", "\\", "/", "\n", " ", "%", `\%`, "&", `\&`, "#", `\#`, "_", `\_`, "$", `\$`).Replace(s)
}

package page

import (
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// value prints a figure of the dataset by the rule for its kind, with its unit.
func (e *Edition) value(v dataset.Value) string {
	l := e.L
	switch v.Kind {
	case dataset.KindBool:
		return l.ParamValue("", v.Num != 0)
	case dataset.KindDate:
		return l.Date(v.Text)
	case dataset.KindCount, dataset.KindTokens:
		return l.Count(v.Int())
	case dataset.KindSetting:
		return strconv.Itoa(v.Int())
	case dataset.KindFigure:
		return l.Number(v.Num, 3)
	case dataset.KindNumber:
		return l.ParamValue("", v.Num)
	case dataset.KindThroughput:
		return l.Throughput(v.Num).String()
	case dataset.KindRate:
		return l.Rate(v.Num).String()
	case dataset.KindSeconds:
		return l.Seconds(v.Num).String()
	case dataset.KindTokenSeconds:
		return l.Millis(v.Num).String()
	case dataset.KindShare:
		return l.Percent(v.Num)
	case dataset.KindPoints:
		return l.Points(v.Num)
	case dataset.KindRatio:
		return l.Ratio(v.Num)
	case dataset.KindRelative:
		return l.RelChange(v.Num)
	case dataset.KindP:
		return l.PValue(v.Num)
	case dataset.KindGiB:
		return l.GiB(v.Num).String()
	case dataset.KindGB:
		return l.Number(v.Num, 0) + "\u00a0GB"
	case dataset.KindBytes:
		return l.Bytes(int64(v.Num)).String()
	case dataset.KindWatts:
		return l.Number(v.Num, 1) + "\u00a0W"
	case dataset.KindJoules:
		return l.Number(v.Num, 0) + "\u00a0J"
	}
	return v.Text
}

// notices writes the notices of a run or a report for the page b.
func (e *Edition) notices(b *Base, list []dataset.Notice) []Notice {
	var out []Notice
	seen := map[string]int{}
	for _, n := range list {
		w := e.noticeWords(n)
		text := e.L.Sentences(w.Means, w.Todo)
		if n.Code == "withdrawn" && len(n.Runs) > 0 && n.Runs[0].Withdrawn != nil {
			text = e.L.Sentences(hold(n.Runs[0].Withdrawn.Reason.Any(string(e.Lang))), text)
		}
		id := "n-" + n.Code
		if seen[id]++; seen[id] > 1 {
			id += "-" + strconv.Itoa(seen[id])
		}
		out = append(out, Notice{
			ID: id, Code: n.Code, Level: string(n.Severity), Word: e.L.Text("severity." + string(n.Severity)),
			Title: release(w.Title) + e.stop(), Text: Rich(text), Entry: b.Link("method/#" + n.Code),
		})
	}
	return out
}

// noticeWords fills a notice. What came from outside is held, so that the text
// may go through Rich; release undoes it where it does not.
func (e *Edition) noticeWords(n dataset.Notice) locale.Notice {
	slots := map[string]any{}
	for k, v := range n.Slots {
		slots[k] = cutSlot(v)
	}
	if len(n.Fields) > 0 {
		slots["fields"] = hold(e.differing(n.Fields))
	}
	return e.L.Notice(n.Code, slots)
}

func cutSlot(v any) any {
	switch v := v.(type) {
	case string:
		return hold(Cut(v, CutCell))
	case []string:
		out := make([]string, len(v))
		for i, s := range v {
			out[i] = hold(Cut(s, CutCell))
		}
		return out
	}
	return v
}

// stop ends a title that stands as a sentence.
func (e *Edition) stop() string {
	if e.Lang == locale.ZH {
		return "。"
	}
	return "."
}

// differing lists fields with both values: "limit (50 vs 200) and thinking".
func (e *Edition) differing(fields []dataset.Field) string {
	var parts []string
	for i, f := range fields {
		if i == 6 {
			parts = append(parts, e.L.Counted(len(fields)-i, "parameter"))
			break
		}
		parts = append(parts, Cut(e.L.Differ(f.Name, f.A, f.B), CutCell))
	}
	return e.L.List(parts...)
}

// protocolBox is the box of a run: its protocol, and what stands beside it.
func (e *Edition) protocolBox(b *Base, r *dataset.Run) *Protocol {
	box := &Protocol{Title: e.L.Text("section.protocol"), ID: r.Protocol.ID}
	var unknown []string
	for _, f := range r.Parameters() {
		if f.Verdict == dataset.Unknown {
			unknown = append(unknown, lowerFirst(Cut(e.L.Param(f.Name), CutCell)))
			continue
		}
		box.Pairs = append(box.Pairs, Pair{Cut(e.L.Param(f.Name), CutCell), e.parameter(f, r)})
		if n := r.Load; n != nil && (f.Name == "concurrency" || f.Name == "rate") && n.Requests.Offered != nil {
			// The number of requests is no part of the protocol; it stands beside it.
			box.Pairs = append(box.Pairs, Pair{e.L.Param("requests"), T(e.L.Count(int(*n.Requests.Offered)))})
		}
	}
	box.Note = T(e.L.Text("note.protocol"))
	if len(unknown) > 0 {
		box.Note = T(e.L.Fill("note.protocol-unknown", locale.Slots{"fields": e.L.List(unknown...)}))
	}
	if len(r.How.Runs) > 0 {
		box.Note = Join(gapOf(e.Lang), box.Note, TLink(e.L.Text("run.protocol-runs"), b.Link("runs/")+Href("?protocol="+r.Protocol.ID)))
	}
	return box
}

// parameter prints the value of one parameter.
func (e *Edition) parameter(f dataset.Field, r *dataset.Run) Text {
	s := Cut(e.L.ParamValue(f.Name, f.A), CutCell)
	switch f.Name {
	case "workload_sha256", "prompt_sha256", "judge_prompt_sha256", "system_sha256", "items_sha256", "dataset_sha256":
		return TCode(Cut(s, 12))
	case "workload":
		if n, ok := promptTokens(r); ok && f.A == "one-prompt" {
			return T(e.L.Fill("value.workload-tokens", locale.Slots{"workload": s, "n": n}))
		}
	}
	return T(s)
}

func gapOf(lang locale.Lang) string {
	if lang == locale.ZH {
		return ""
	}
	return " "
}

// taskLabel names a task.
func (e *Edition) taskLabel(task string) string {
	name := Cut(task, CutCell)
	if key := "task." + task; e.L.Has(key) {
		name = e.L.Text(key)
	}
	for _, rep := range e.Set.Reports {
		for _, bench := range rep.Benchmarks {
			if bench.Task == task && bench.Name != "" {
				name = Cut(bench.Name, CutCell)
			}
		}
	}
	return name
}

// scoreTask names the task of a score with the part of the suite that was asked,
// so that no score of a part reads as that of the benchmark.
func (e *Edition) scoreTask(s *dataset.Score) string {
	name := e.taskLabel(s.Task)
	if s.Part == dataset.Whole {
		return name
	}
	return e.L.Fill("finding.task-"+string(s.Part), locale.Slots{"task": name, "n": s.N, "of": s.Of})
}

// shortTaskOf is scoreTask in a few characters.
func (e *Edition) shortTaskOf(s *dataset.Score) string {
	name := Cut(e.taskLabel(s.Task), 32)
	if s.Part == dataset.Whole {
		return name
	}
	return e.L.Fill("runs.short-"+string(s.Part), locale.Slots{"task": name, "n": s.N})
}

// part says in a sentence that a score is that of a part of the suite, "" when
// it is not.
func (e *Edition) part(s *dataset.Score) string {
	if s.Part == dataset.Whole {
		return ""
	}
	return e.L.Fill("text.part-"+string(s.Part), locale.Slots{"n": s.N, "of": s.Of})
}

// conditions are the settings of a run in short, a phrase each.
func (e *Edition) conditions(r *dataset.Run) []string {
	var out []string
	for _, f := range r.Conditions() {
		if s := e.condition(f, r); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (e *Edition) condition(f dataset.Field, r *dataset.Run) string {
	value := Cut(e.L.ParamValue(f.Name, f.A), CutCell)
	switch {
	case f.Name == "task":
		return e.tasks(r)
	case f.Name == "limit" || f.A == nil: // the task says the limit
		return ""
	case f.Name == "requests" && r.Load != nil && r.Load.Requests.Offered != nil:
		return e.L.Counted(int(*r.Load.Requests.Offered), "request")
	case f.Name == "concurrency":
		return e.L.Fill("finding.conditions-concurrency", locale.Slots{"c": value})
	case f.Name == "rate":
		return e.L.Fill("finding.conditions-rate", locale.Slots{"rate": value})
	case f.Name == "max_tokens":
		return e.L.Fill("finding.conditions-max-tokens", locale.Slots{"max_tokens": value})
	}
	return e.L.Param(f.Name) + " " + value
}

// tasks names the tasks of an evaluation.
func (e *Edition) tasks(r *dataset.Run) string {
	if r.Eval == nil {
		return ""
	}
	var names []string
	own := ownTasks(r)
	for i, t := range own {
		if i == 4 {
			names = append(names, e.L.Fill("word.total", locale.Slots{"n": len(own)}))
			break
		}
		if s := r.Score(t.Task); s != nil {
			names = append(names, e.scoreTask(s))
			continue
		}
		names = append(names, e.taskLabel(t.Task))
	}
	return e.L.Enum(names...)
}

// ownTasks are the tasks of an evaluation but those that another is the mean of.
func ownTasks(r *dataset.Run) []artifact.Task {
	return slices.DeleteFunc(slices.Clone(tasksOf(r)), func(t artifact.Task) bool { return r.PartOf(t.Task) })
}

// subjectLabel names what was measured: base model, number format, and devices
// where the model is split; the recorded name where that would name two models
// alike or nothing is known.
func (e *Edition) subjectLabel(r *dataset.Run) string {
	e.labels.once.Do(func() {
		e.labels.model = map[string]string{}
		for _, r := range e.Set.Runs {
			label := familyLabel(r)
			if m, ok := e.labels.model[label]; !ok {
				e.labels.model[label] = r.Subject.Model
			} else if m != r.Subject.Model {
				e.labels.model[label] = "" // two models: neither may be called so
			}
		}
	})
	label := familyLabel(r)
	if label == "" || e.labels.model[label] != r.Subject.Model {
		return Cut(r.Subject.Name, CutCell)
	}
	if tp := r.Subject.Parallel.TP; tp != nil && *tp > 1 {
		label += ", TP=" + itoa(int(*tp))
	}
	return Cut(label, CutCell)
}

func familyLabel(r *dataset.Run) string {
	base, precision := text(r.Subject.BaseModel), text(r.Subject.Precision)
	if base == "" || precision == "" {
		return ""
	}
	return artifact.ModelName(base) + " " + precision
}

// typeWord is the type of a run in words.
func (e *Edition) typeWord(k artifact.Kind) string { return e.L.Text("type." + string(k)) }

// origin says where the figures of a run come from, for a tag.
func (e *Edition) origin(r *dataset.Run) string {
	if mark := e.marks(r.Simulated, r); mark != "" {
		return mark
	}
	switch {
	case r.Source.Mode == artifact.ModeMeasured:
		return e.L.Text("chip.measured")
	case r.Source.Mode == artifact.ModeRescored:
		return e.L.Bracket(e.L.Text("chip.rescored"), Cut(r.Source.Tool, CutCell))
	}
	return e.L.Fill("chip.imported", locale.Slots{"tool": Cut(r.Source.Tool, CutCell)})
}

// label is the name of a term where it stands alone: as a label or in a head.
func (e *Edition) label(term string) string {
	if key := "term." + term + ".name"; e.L.Has(key) {
		return capital(e.L.Text(key))
	}
	return term
}

// short is the name of a term where there is little room.
func (e *Edition) short(term string) string {
	if key := "term." + term + ".short"; e.L.Has(key) {
		return capital(e.L.Text(key))
	}
	return e.label(term)
}

// promptTokens is the length of the prompt when all requests had the same one.
func promptTokens(r *dataset.Run) (int, bool) {
	if r.Load == nil || r.Load.Tokens.Prompt == nil || r.Load.Requests.Completed == nil {
		return 0, false
	}
	total, n := *r.Load.Tokens.Prompt, *r.Load.Requests.Completed
	if n == 0 || total%n != 0 {
		return 0, false
	}
	return int(total / n), true
}

func capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if s != "" && s[0] >= 'a' && s[0] <= 'z' && !strings.ContainsAny(word, "_0123456789") && word != "max-num-seqs" && word != "n-shot" && word != "pass@k" {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// tasksOf are the tasks of an evaluation, none for other runs.
func tasksOf(r *dataset.Run) []artifact.Task {
	if r.Eval == nil {
		return nil
	}
	return r.Eval.Tasks
}

func itoa(n int) string { return strconv.Itoa(n) }

// ftoa writes a number for a machine.
func ftoa(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func sortOptions(list []FilterOption) {
	slices.SortFunc(list, func(a, b FilterOption) int { return strings.Compare(a.Text, b.Text) })
}

// newestEntries orders findings by date, the newest first.
func newestEntries(list []Entry) {
	slices.SortStableFunc(list, func(a, b Entry) int { return strings.Compare(b.Date, a.Date) })
}

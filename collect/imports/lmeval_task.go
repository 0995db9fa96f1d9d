package imports

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// lowerIsBetter lists the metrics of files that do not say it.
var lowerIsBetter = []string{
	"ppl", "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "likelihood_difference", "wer", "ter", "brier_score",
}

// metricKey is a column of a row, "exact_match,strict-match" or plain "acc".
type metricKey struct{ column, metric, filter string }

// metricKeys lists the columns that hold a metric, in the order of the file.
func (row lmRow) metricKeys() (keys []metricKey) {
	for _, column := range row.values.keys {
		if strings.TrimSpace(column) == "" || slices.Contains(noMetrics, column) {
			continue
		}
		k := metricKey{column: column, metric: column}
		if i := strings.LastIndexByte(column, ','); i > 0 {
			k.metric, k.filter = column[:i], column[i+1:]
		}
		if strings.HasSuffix(k.metric, "_stderr") || row.values.at(column).kind == object || row.values.at(column).kind == list {
			continue
		}
		keys = append(keys, k)
	}
	return keys
}

// noMetrics are the columns of a row that name it or count its items.
var noMetrics = []string{"alias", "name", "task", "version", "sample_len", "sample_count", "samples", "num_samples", "n", "n-shot", "num_fewshot"}

// primary is the first metric with a value, else the first; the zero key when
// the row has none.
func (row lmRow) primary() metricKey {
	keys := row.metricKeys()
	for _, k := range keys {
		if figure(row.values.at(k.column)) != nil {
			return k
		}
	}
	if len(keys) > 0 {
		return keys[0]
	}
	return metricKey{}
}

// noValues is how tools write that a figure is not there.
var noValues = []string{"N/A", "NA", "n/a", "", "None", "null", "nan", "NaN", "-", "inf", "-inf"}

// figure reads a value that may be "N/A", blank or null: then it is unknown. A
// number in quotes is a number.
func figure(n *node) *float64 {
	if n.kind == text {
		s := strings.TrimSpace(n.scalar)
		if slices.Contains(noValues, s) {
			return nil
		}
		if f := finite(s); f != nil {
			return f
		}
	}
	return n.float()
}

func (r *lmRun) task(row lmRow, records []artifact.EvalRecord) artifact.Task {
	n := r.asked(row)
	t := artifact.Task{
		Task: row.name, Version: r.version(row), Status: artifact.TaskDone,
		NShot: r.shots(row), Repeats: row.config.at("repeats").count(),
		Dataset: artifact.Dataset{Name: r.dataset(row), Items: n, Of: r.of(row), Split: row.config.at("test_split").text()},
	}
	if t.Dataset.Split == nil {
		t.Dataset.Split = row.config.at("validation_split").text()
	}
	if t.Version != nil {
		t.Scorer = &artifact.Scorer{Name: "lm-eval", Version: *t.Version}
	}
	first := row.primary()
	for _, k := range row.metricKeys() {
		m := artifact.Metric{Metric: k.metric, N: n, Value: figure(row.values.at(k.column)), Primary: k == first, Better: r.better(row, k.metric)}
		stderr := k.metric + "_stderr"
		if k.filter != "" {
			m.Filter = ptr(k.filter)
			stderr += "," + k.filter
		}
		m.Stderr = figure(row.values.at(stderr))
		if c := row.values.at("sample_count").at(k.column); c.kind == numeral {
			m.N = c.count()
		}
		if strings.HasPrefix(k.metric, "inst_level_") {
			m.N = nil // over instructions, of which a prompt has several; their number is not in the file
		}
		t.Metrics = append(t.Metrics, m)
	}
	if len(records) > 0 {
		t.Outcomes = knownOutcomes(records)
	}
	for _, name := range row.members {
		t.Groups = append(t.Groups, r.member(name, first))
	}
	return t
}

// asked is how many items were asked, as far as the file says it: of a group, all
// of its members'.
func (r *lmRun) asked(row lmRow) *int64 {
	if n := r.root.at("n-samples").at(row.name).at("effective").count(); n != nil {
		return n
	}
	if n := row.values.at("sample_len").count(); n != nil {
		return n
	}
	return r.sum(row, r.asked)
}

// of is how many items the task has in all.
func (r *lmRun) of(row lmRow) *int64 {
	if n := r.root.at("n-samples").at(row.name).at("original").count(); n != nil {
		return n
	}
	return r.sum(row, r.of)
}

// sum adds up a count over the members of a group; unknown when one is.
func (r *lmRun) sum(row lmRow, count func(lmRow) *int64) *int64 {
	if len(row.members) == 0 || row.depth > 8 {
		return nil
	}
	total := int64(0)
	for _, name := range row.members {
		n := count(lmRow{name: name, values: r.root.at("results").at(name), members: r.members[name], depth: row.depth + 1})
		if n == nil {
			return nil
		}
		total += *n
	}
	return &total
}

// version is the task's; "N/A" is how a group says that it has none.
func (r *lmRun) version(row lmRow) *string {
	v := r.root.at("versions").at(row.name).literal()
	if v == nil || slices.Contains(noValues, *v) {
		return nil
	}
	return v
}

// shots is the number of examples in the prompt. Files before 0.4 say it once for
// all tasks; the adapter of GPT-NeoX writes 0 there whatever was used.
func (r *lmRun) shots(row lmRow) *int64 {
	if n := r.root.at("n-shot").at(row.name).count(); n != nil {
		return n
	}
	if n := row.config.at("num_fewshot").count(); n != nil {
		return n
	}
	c := r.root.at("config")
	if m := c.at("model"); c.kind != object || r.root.at("configs").known() || m.kind == text && m.scalar == "neox" {
		return nil
	}
	return c.at("num_fewshot").count()
}

// member is a task of a group, by the group's own metric. Of a group without one
// it is by its first.
func (r *lmRun) member(name string, key metricKey) artifact.Group {
	row := lmRow{name: name, values: r.root.at("results").at(name), members: r.members[name]}
	g := artifact.Group{Name: name, N: r.asked(row)}
	if key.column == "" {
		key = row.primary()
	}
	if key.column != "" {
		g.Value = figure(row.values.at(key.column))
	}
	return g
}

func (r *lmRun) dataset(row lmRow) *string {
	path := row.config.at("dataset_path").text()
	if path == nil {
		return nil
	}
	name := *path
	if c := row.config.at("dataset_name"); c.kind == text && c.scalar != "" && c.scalar != "default" && c.scalar != "main" {
		name += ":" + c.scalar
	}
	return &name
}

func (r *lmRun) better(row lmRow, metric string) *string {
	if up := r.root.at("higher_is_better").at(row.name).at(metric).flag(); up != nil {
		if *up {
			return ptr("higher")
		}
		return ptr("lower")
	}
	switch {
	case slices.Contains(lowerIsBetter, metric):
		return ptr("lower")
	case strings.HasPrefix(metric, "acc"), strings.HasPrefix(metric, "exact_match"), strings.HasPrefix(metric, "pass@"), metric == "f1":
		return ptr("higher")
	}
	return nil
}

// protocol is what makes two runs of this task comparable.
func (r *lmRun) protocol(row lmRow, records []artifact.EvalRecord) parameters {
	var p parameters
	p.set("task", row.name)
	version := r.version(row)
	p.set("version", version)
	if version != nil {
		p.set("scorer", "lm-eval v"+*version)
	}
	if len(row.members) == 0 {
		p.set("dataset", r.dataset(row))
		p.set("items_sha256", itemsHash(records))
		p.set("prompt_sha256", promptForm(row.config))
		p.set("dataset_revision", row.config.at("dataset_kwargs", "revision").text())
	}
	p.set("n_shot", r.shots(row))
	if limit := r.root.at("config").at("limit"); limit.kind == numeral {
		p.sent("limit", limit.float())
	} else if r.root.at("config").kind != object {
		p.set("limit", nil)
	}
	if k := row.primary(); k.filter != "" {
		p.sent("filter", k.filter)
	}
	if instruction := r.root.at("system_instruction"); instruction.kind == text {
		p.set("system_sha256", artifact.SHA256([]byte(instruction.scalar)))
	} else if instruction.kind == missing {
		p.set("system_sha256", nil)
	}
	r.generation(&p, row)
	return p
}

// generation takes the sampling settings of a task whose model writes text. What
// is not among them was not sent.
func (r *lmRun) generation(p *parameters, row lmRow) {
	if kind := row.config.at("output_type"); kind.kind == text && !strings.HasPrefix(kind.scalar, "generate") {
		return
	}
	settings := row.config.at("generation_kwargs")
	if settings.kind != object {
		if len(row.members) == 0 {
			for _, name := range []string{"temperature", "max_tokens", "thinking"} {
				p.set(name, nil)
			}
		}
		return
	}
	for _, name := range []string{"temperature", "top_p", "top_k"} {
		p.sent(name, settings.at(name).float())
	}
	for _, name := range []string{"max_gen_toks", "max_new_tokens", "max_tokens"} {
		if n := settings.at(name).count(); n != nil {
			p.set("max_tokens", n)
			break
		}
	}
	if p.known["max_tokens"] == nil {
		p.set("max_tokens", nil)
	}
	p.set("thinking", arg[bool](r, "enable_thinking"))
}

// promptForm is the hash of a task's own prompt: the text or code of the
// template and what stands between its parts. The items and the system
// instruction are other parameters.
func promptForm(config *node) *string {
	if config.at("doc_to_text").kind != text {
		return nil
	}
	var parts []string
	for _, name := range []string{"description", "doc_to_text", "doc_to_choice", "target_delimiter", "fewshot_delimiter"} {
		b, err := json.Marshal(config.at(name).plain())
		if err != nil {
			return nil
		}
		parts = append(parts, memoryAddress.ReplaceAllString(string(b), ""))
	}
	return ptr(artifact.SHA256([]byte(strings.Join(parts, "\n"))))
}

// memoryAddress is where Python kept a function, which it prints for one and which
// differs from run to run.
var memoryAddress = regexp.MustCompile(` at 0x[0-9a-fA-F]+`)

// joined is the protocol of the whole file: flat for one task, by task for
// several.
func joined(names []string, all []parameters) artifact.Protocol {
	if len(all) == 1 {
		return all[0].protocol()
	}
	tasks := map[string]any{}
	var unknown []string
	for i, p := range all {
		tasks[names[i]] = p.known
		unknown = append(unknown, p.unknown...)
	}
	slices.Sort(unknown)
	return artifact.Protocol{Parameters: map[string]any{"tasks": tasks}, Unknown: slices.Compact(unknown)}
}

func artifactCount(f float64) string { return strconv.FormatInt(int64(math.Round(f)), 10) }

package imports

import (
	"encoding/json"
	"math"
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
		if strings.TrimSpace(column) == "" || slices.Contains([]string{"alias", "name", "sample_len", "sample_count", "samples"}, column) {
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

// primary is the first metric; the zero key when the row has none.
func (row lmRow) primary() metricKey {
	if keys := row.metricKeys(); len(keys) > 0 {
		return keys[0]
	}
	return metricKey{}
}

// figure reads a value that may be "N/A", blank or null: then it is unknown.
func figure(n *node) *float64 {
	if n.kind == text {
		switch strings.TrimSpace(n.scalar) {
		case "N/A", "", "None", "nan", "NaN":
			return nil
		}
	}
	return n.float()
}

func (r *lmRun) task(row lmRow, records []artifact.EvalRecord) artifact.Task {
	n := r.asked(row)
	t := artifact.Task{
		Task: row.name, Version: r.root.at("versions").at(row.name).literal(), Status: artifact.TaskDone,
		NShot: r.root.at("n-shot").at(row.name).count(), Repeats: row.config.at("repeats").count(),
		Dataset: artifact.Dataset{
			Name: r.dataset(row), Items: n, Of: r.root.at("n-samples").at(row.name).at("original").count(),
			Split: row.config.at("test_split").text(),
		},
	}
	if t.NShot == nil {
		t.NShot = row.config.at("num_fewshot").count()
	}
	if t.Dataset.Split == nil {
		t.Dataset.Split = row.config.at("validation_split").text()
	}
	if t.Version != nil {
		t.Scorer = &artifact.Scorer{Name: "lm-eval", Version: *t.Version}
	}
	for i, k := range row.metricKeys() {
		m := artifact.Metric{Metric: k.metric, N: n, Value: figure(row.values.at(k.column)), Primary: i == 0, Better: r.better(row, k.metric)}
		stderr := k.metric + "_stderr"
		if k.filter != "" {
			m.Filter = ptr(k.filter)
			stderr += "," + k.filter
		}
		m.Stderr = figure(row.values.at(stderr))
		if c := row.values.at("sample_count").at(k.column); c.kind == numeral {
			m.N = c.count()
		}
		t.Metrics = append(t.Metrics, m)
	}
	if len(records) > 0 {
		t.Outcomes = knownOutcomes(records)
	}
	for _, name := range row.members {
		t.Groups = append(t.Groups, r.member(name))
	}
	return t
}

// asked is how many items were asked, as far as the file says it.
func (r *lmRun) asked(row lmRow) *int64 {
	if n := r.root.at("n-samples").at(row.name).at("effective").count(); n != nil {
		return n
	}
	return row.values.at("sample_len").count()
}

// member is a task of a group, by its first metric.
func (r *lmRun) member(name string) artifact.Group {
	row := lmRow{name: name, values: r.root.at("results").at(name)}
	g := artifact.Group{Name: name, N: r.asked(row)}
	if k := row.primary(); k.column != "" {
		g.Value = figure(row.values.at(k.column))
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
	version := r.root.at("versions").at(row.name).literal()
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
	shots := r.root.at("n-shot").at(row.name).count()
	if shots == nil {
		shots = row.config.at("num_fewshot").count()
	}
	p.set("n_shot", shots)
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
		parts = append(parts, string(b))
	}
	return ptr(artifact.SHA256([]byte(strings.Join(parts, "\n"))))
}

// joined is the protocol of the whole file: flat for one task, by task for
// several.
func joined(rows []lmRow, all []parameters) artifact.Protocol {
	if len(all) == 1 {
		return all[0].protocol()
	}
	tasks := map[string]any{}
	var unknown []string
	for i, p := range all {
		tasks[rows[i].name] = p.known
		unknown = append(unknown, p.unknown...)
	}
	slices.Sort(unknown)
	return artifact.Protocol{Parameters: map[string]any{"tasks": tasks}, Unknown: slices.Compact(unknown)}
}

func artifactCount(f float64) string { return strconv.FormatInt(int64(math.Round(f)), 10) }

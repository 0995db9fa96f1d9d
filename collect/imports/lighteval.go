package imports

import (
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

const lightevalTool = "lighteval"

// lightEval reads results_*.json of lighteval, and of the Open LLM Leaderboard,
// which has the same form.
var lightEval = Reader{
	Name:     "lighteval",
	Tool:     lightevalTool,
	Versions: "results_*.json of 2024 and 2025, and of the Open LLM Leaderboard",
	Unseen:   "all",
	Reads:    "every metric with stderr and n, shots, task versions, model with revision and dtype, generation settings, limit",
	Differences: []Difference{
		{"start_time and end_time are of a counter, no date: --date gives it",
			"start_time 与 end_time 来自计数器，不是日期：日期由 --date 给出"},
		{"stderr is of the tool (bootstrap for some metrics)",
			"标准误由该工具给出（部分指标用自助法）"},
		{"truncated in its summary counts prompts that were cut, not replies, and stays in source.extra",
			"汇总中的 truncated 指被截断的提示词而非回复，仅保留在 source.extra"},
		{"items are in Parquet files beside the results, which are not read: outcomes and pairing are unknown",
			"逐题结果在旁边的 Parquet 文件中，未读取：各题结果与配对未知"},
	},
	Sniff: func(h *Head) bool {
		return h.has("config_general") && !h.has("configs", "n-shot")
	},
	Read: readLightEval,
}

func readLightEval(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	results, g := root.at("results"), root.at("config_general")
	results.need(object)
	a := importedEval(lightevalTool, g.at("lighteval_version").text())
	lightSubject(a, g)
	for _, key := range []string{"total_evaluation_time_secondes", "total_evaluation_time_seconds"} {
		if s := g.at(key); s.known() && a.DurationS == nil {
			a.DurationS = seconds(s)
		}
	}
	g.keep(a.Source.Extra, "lighteval_sha", "max_samples", "override_batch_size", "model_config", "model_dtype", "model_size", "num_fewshot_seeds")
	root.keep(a.Source.Extra, "summary_general")
	var all []parameters
	seen := map[string]bool{}
	for _, key := range results.keys {
		row := results.at(key)
		if key == "all" || row.kind != object {
			continue
		}
		t, p := lightTask(root, key, row)
		if len(t.Metrics) == 0 {
			continue
		}
		if seen[t.Task] { // the same task with other shots
			t.Task = key
		}
		seen[t.Task] = true
		a.Eval.Tasks = append(a.Eval.Tasks, t)
		all = append(all, p)
	}
	if len(all) == 0 {
		results.fail("holds no task")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	return finish(in.Name, a, nil, all)
}

func lightSubject(a *artifact.Artifact, g *node) {
	m := g.at("model_config")
	for _, n := range []*node{g.at("model_name"), lightField(m, "model_name"), lightField(m, "pretrained"), lightField(m, "model")} {
		if n.kind == text && n.scalar != "" && a.Subject.Model == "" {
			a.Subject.Model = n.scalar
		}
	}
	if sha := g.at("model_sha"); sha.kind == text && sha.scalar != "" {
		a.Subject.ModelRevision = &sha.scalar
	}
	for name, field := range map[string]**int64{
		"tensor_parallel_size": &a.Subject.Parallel.TP, "pipeline_parallel_size": &a.Subject.Parallel.PP,
		"data_parallel_size": &a.Subject.Parallel.DP, "max_model_length": &a.Subject.MaxModelLen,
	} {
		if n := lightField(m, name); n.kind == numeral {
			*field = n.count()
		}
	}
	if q := lightField(m, "quantization"); q.kind == text {
		a.Subject.Quantization = &q.scalar
	}
}

// lightField is a field of an object; of what is no object, nothing.
func lightField(n *node, name string) *node {
	if n.kind != object {
		return &node{doc: n.doc, up: n.up, key: n.key}
	}
	return n.at(name)
}

// lightName takes apart a key such as "lighteval|gsm8k|5" or
// "leaderboard|arc:challenge|25|0": suite, task, shots, and whether shots are
// dropped to fit.
func lightName(key string) (task string, shots *int64) {
	parts := strings.Split(key, "|")
	for len(parts) > 1 {
		n, err := strconv.ParseInt(parts[len(parts)-1], 10, 32)
		if err != nil || n < 0 {
			break
		}
		shots = ptr(n) // the one nearest to the task counts
		parts = parts[:len(parts)-1]
	}
	if len(parts) > 1 {
		parts = parts[1:]
	}
	return strings.Join(parts, "|"), shots
}

func lightTask(root *node, key string, row *node) (artifact.Task, parameters) {
	name, shots := lightName(key)
	config := lightConfig(root.at("config_tasks"), key)
	summary := lightField(root.at("summary_tasks"), key)
	t := artifact.Task{
		Task: name, Status: artifact.TaskDone, NShot: shots, Version: lightField(root.at("versions"), key).literal(),
		Scorer: &artifact.Scorer{Name: lightevalTool},
		Dataset: artifact.Dataset{
			Items: lightCount(config, "effective_num_docs"), Of: lightCount(config, "original_num_docs"), Name: lightDataset(config),
		},
	}
	if t.Version != nil {
		t.Scorer.Version = *t.Version
	}
	if t.Dataset.Items == nil && summary.kind == object {
		a, b := lightCount(summary, "truncated"), lightCount(summary, "non_truncated")
		if a != nil && b != nil && *a+*b > 0 {
			t.Dataset.Items = ptr(*a + *b)
		}
	}
	if splits := lightField(config, "evaluation_splits").parts(); len(splits) == 1 {
		t.Dataset.Split = &splits[0]
	}
	for _, column := range row.keys {
		v := row.at(column)
		if strings.HasSuffix(column, "_stderr") || v.kind == object || v.kind == list {
			continue
		}
		m := artifact.Metric{Metric: column, Value: figure(v), N: t.Dataset.Items, Better: scoreBetter(column)}
		if e := row.fields[column+"_stderr"]; e != nil {
			m.Stderr = figure(e)
		}
		t.Metrics = append(t.Metrics, m)
	}
	firstPrimary(t.Metrics)
	return t, lightProtocol(root, t, config)
}

// lightConfig finds the settings of a task, whose key may lack the shots.
func lightConfig(tasks *node, key string) *node {
	for k := key; k != ""; {
		if c := lightField(tasks, k); c.kind == object {
			return c
		}
		i := strings.LastIndexByte(k, '|')
		if i < 0 {
			break
		}
		k = k[:i]
	}
	return &node{doc: tasks.doc, up: tasks.up, key: tasks.key}
}

// lightCount is a count, nil when it is negative, as the tool writes when it does
// not know.
func lightCount(n *node, name string) *int64 {
	f := lightField(n, name)
	if f.kind != numeral {
		return nil
	}
	if v := f.float(); v == nil || *v < 0 {
		return nil
	}
	return f.count()
}

func lightDataset(config *node) *string {
	repo := lightField(config, "hf_repo")
	if repo.kind != text || repo.scalar == "" {
		return nil
	}
	name := repo.scalar
	if subset := lightField(config, "hf_subset"); subset.kind == text && subset.scalar != "" && subset.scalar != "default" && subset.scalar != "main" {
		name += ":" + subset.scalar
	}
	return &name
}

func lightProtocol(root *node, t artifact.Task, config *node) parameters {
	var p parameters
	g := root.at("config_general")
	p.set("task", t.Task)
	p.set("version", t.Version)
	p.set("dataset", t.Dataset.Name)
	p.set("scorer", lightevalTool)
	p.set("n_shot", t.NShot)
	for _, name := range []string{"items_sha256", "prompt_sha256", "system_sha256", "thinking"} {
		p.set(name, nil)
	}
	for _, name := range []string{"max_samples", "override_samples"} {
		if limit := g.at(name); limit.kind == numeral {
			p.sent("limit", limit.float())
			break
		}
	}
	generation := lightField(g.at("model_config"), "generation_parameters")
	for _, name := range []string{"temperature", "top_p", "top_k", "seed"} {
		if v := lightField(generation, name); v.kind == numeral {
			p.sent(name, v.float())
		}
	}
	max := lightField(generation, "max_new_tokens")
	if max.kind != numeral {
		max = lightField(config, "generation_size")
	}
	if max.kind == numeral {
		if v := max.float(); v != nil && *v > 0 {
			p.set("max_tokens", max.count())
			return p
		}
	}
	p.set("max_tokens", nil)
	return p
}

package imports

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

const simpleEvalsTool = "simple-evals"

// simpleEvals reads the metrics file of simple-evals and the larger file with all
// results beside it.
var simpleEvals = Reader{
	Name:     "simple_evals",
	Tool:     simpleEvalsTool,
	Versions: "metrics and _allresults files of 2024 and 2025",
	Unseen:   "all",
	Reads:    "score and every further metric; from _allresults.json also the replies and, where kept, the verdicts",
	Differences: []Difference{
		{"x:std is the spread over items, not a standard error; SE = std / √n, and n is not in the metrics file: stderr stays unknown there",
			"x:std 是题目间的标准差而非标准误；SE = std / √n，而 metrics 文件没有 n：因此标准误未知"},
		{"the file names neither evaluation nor model nor date: --set label.task, --set model and --date give them; without label.task the evaluation is told by its metrics where they tell it",
			"文件中没有评测名、模型与日期：由 --set label.task、--set model 与 --date 给出；没有 label.task 时，仅在指标足以识别时才确定评测名"},
		{"repeats are pooled into the items", "重复作答并入题目一起计"},
	},
	Sniff: func(h *Head) bool {
		keys := h.Keys()
		if slices.Contains(keys, "score:std") || h.has("score", "metrics", "htmls", "convos") {
			return true
		}
		for _, k := range keys {
			if !strings.HasSuffix(k, ":std") {
				continue
			}
			return slices.Contains(keys, strings.TrimSuffix(k, ":std"))
		}
		return false
	},
	Read: readSimpleEvals,
}

// simpleTask tells an evaluation by the metrics that only it has.
var simpleTask = []struct{ metric, task string }{
	{"stem", "mmlu"}, {"humanities", "mmlu"}, {"mgsm_en", "mgsm"}, {"lang:en", "mgsm"}, {"group_average", "mgsm"}, {"pass@1", "humaneval"}, {"pass@2", "humaneval"},
	{"is_not_attempted", "simpleqa"}, {"em_score", "drop"}, {"overall_score", "healthbench"}, {"browsecomp", "browsecomp"},
}

func readSimpleEvals(in Input) ([]Draft, error) {
	root, err := in.document(sink{path: "htmls"})
	if err != nil {
		return nil, err
	}
	root.need(object)
	a := importedEval(simpleEvalsTool, nil)
	t := artifact.Task{Task: simpleEvalsTool, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: simpleEvalsTool}}
	var records []artifact.EvalRecord
	metrics := root
	if root.at("convos").known() {
		metrics = root.at("metrics")
		records = simpleReplies(root)
		if n := int64(len(records)); n > 0 {
			t.Dataset.Items = &n
		}
	}
	add := func(name string, v, std *node) {
		m := artifact.Metric{Metric: name, Value: figure(v), N: t.Dataset.Items, Better: simpleBetter(name)}
		if std != nil {
			if s := figure(std); s != nil {
				a.Source.Extra[name+":std"] = *s
			}
		}
		t.Metrics = append(t.Metrics, m)
	}
	if score := root.fields["score"]; score != nil && score.known() {
		add("score", score, root.fields["score:std"])
	}
	if metrics.kind == object {
		for _, name := range metrics.keys {
			v := metrics.at(name)
			if strings.HasSuffix(name, ":std") || name == "score" || v.kind != numeral && v.kind != null && v.kind != text {
				continue
			}
			add(name, v, metrics.fields[name+":std"])
		}
	}
	for _, known := range simpleTask {
		if metrics.kind == object && (metrics.fields[known.metric] != nil || metrics.fields[known.metric+":std"] != nil) {
			t.Task = known.task
			break
		}
	}
	firstPrimary(t.Metrics)
	if len(t.Metrics) == 0 {
		root.fail("holds no metric")
	}
	t.Outcomes = nil
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	for i := range records {
		records[i].Task = t.Task
	}
	a.Eval.Tasks = []artifact.Task{t}
	var p parameters
	p.set("scorer", simpleEvalsTool)
	if t.Task == simpleEvalsTool {
		p.set("task", nil)
	} else {
		p.set("task", t.Task)
	}
	// Two files of unlike metrics are of unlike evaluations, even when both are unnamed.
	var names []string
	for _, m := range t.Metrics {
		names = append(names, m.Metric)
	}
	slices.Sort(names)
	p.sent("metrics", strings.Join(names, ","))
	p.set("items_sha256", itemsHash(records))
	for _, name := range []string{"version", "dataset", "prompt_sha256", "system_sha256", "temperature", "max_tokens", "n_shot", "thinking"} {
		p.set(name, nil)
	}
	return finish(in.Name, a, records, []parameters{p})
}

// simpleBetter is the direction of a metric: its scores rise, lengths do not
// matter.
func simpleBetter(name string) *string {
	switch name {
	case "chars", "is_not_attempted":
		return nil
	case "is_incorrect":
		return lower
	}
	return higher
}

// simpleReplies are the last messages of the conversations; the questions before
// them serve for a hash. The file has no verdict by item.
func simpleReplies(root *node) (records []artifact.EvalRecord) {
	for i, c := range root.at("convos").each() {
		messages := c.each()
		if len(messages) == 0 {
			continue
		}
		last := messages[len(messages)-1]
		if !last.need(object) {
			return nil
		}
		r := artifact.EvalRecord{Item: plainIndex(i)}
		if role := last.at("role"); role.kind == text && role.scalar == "assistant" {
			r.Output, r.Reasoning = contentText(last.at("content"))
			messages = messages[:len(messages)-1]
		}
		var prompt []any
		for _, m := range messages {
			prompt = append(prompt, m.plain())
		}
		r.ItemHash = itemKey(prompt...)
		r.PromptHash = r.ItemHash
		records = append(records, r)
	}
	return records
}

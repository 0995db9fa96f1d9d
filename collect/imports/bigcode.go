package imports

import (
	"strings"

	"benchsite/collect/artifact"
)

const bigcodeTool = "bigcode-evaluation-harness"

// bigCode reads evaluation_results.json of bigcode-evaluation-harness.
var bigCode = Reader{
	Name:     "bigcode",
	Tool:     bigcodeTool,
	Versions: "evaluation_results.json with its config",
	Unseen:   "evaluation_results.json",
	Reads:    "every metric of every task, model with revision and precision, generation settings, limit, samples for each task",
	Differences: []Difference{
		{"pass@k by the unbiased estimator over n_samples replies; no stderr and no number of problems in the file",
			"pass@k 按 n_samples 次作答的无偏估计；文件中没有标准误与题数"},
		{"max_length_generation counts prompt and reply together, so that max_tokens is unknown",
			"max_length_generation 为提示词与回复之和，因此 max_tokens 未知"},
		{"no date: --date gives it", "文件中没有日期：由 --date 给出"},
	},
	Sniff: func(h *Head) bool {
		return h.has("config") && (h.mentions("max_length_generation") || h.mentions("load_generations_path"))
	},
	Read: readBigCode,
}

func readBigCode(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	c := root.at("config")
	c.need(object)
	a := importedEval(bigcodeTool, nil)
	if m := c.at("model").text(); m != nil {
		a.Subject.Model = *m
	}
	if r := c.at("revision"); r.kind == text {
		a.Subject.ModelRevision = &r.scalar
	}
	a.Subject.Engine = ptr("transformers")
	c.keep(a.Source.Extra, "precision", "load_in_8bit", "load_in_4bit", "max_length_generation", "n_samples", "do_sample", "prompt", "prefix", "seed", "limit_start", "modeltype", "peft_model", "instruction_tokens")
	var all []parameters
	for _, name := range root.keys {
		row := root.at(name)
		if name == "config" || row.kind != object {
			continue
		}
		t := artifact.Task{
			Task: name, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "bigcode"},
			Repeats: c.at("n_samples").count(), Dataset: artifact.Dataset{Name: ptr(name)},
		}
		for _, column := range row.keys {
			if v := row.at(column); v.kind == numeral || v.kind == null || v.kind == text && !strings.Contains(v.scalar, " ") {
				t.Metrics = append(t.Metrics, artifact.Metric{Metric: column, Value: figure(v), Better: scoreBetter(column)})
			}
		}
		firstPrimary(t.Metrics)
		if len(t.Metrics) == 0 {
			continue
		}
		a.Eval.Tasks = append(a.Eval.Tasks, t)
		var p parameters
		p.set("task", name)
		p.set("scorer", bigcodeTool)
		if limit := c.at("limit"); limit.kind == numeral {
			p.sent("limit", limit.float())
		}
		for _, key := range []string{"temperature", "top_p", "top_k"} {
			if v := c.at(key); v.kind == numeral {
				p.sent(key, v.float())
			}
		}
		for _, key := range []string{"version", "dataset_revision", "items_sha256", "prompt_sha256", "max_tokens", "n_shot", "thinking"} {
			p.set(key, nil)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		root.fail("holds no task beside its config")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	c.rest(a.Source.Extra)
	return finish(in.Name, a, nil, all)
}

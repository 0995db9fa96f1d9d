package imports

import (
	"bytes"
	"strings"

	"benchsite/collect/artifact"
)

const nemoEvaluatorTool = "NVIDIA NeMo Evaluator"

// nemoEvaluator reads results.yml of NVIDIA's NeMo Evaluator, and the JSON that
// its service answers.
var nemoEvaluator = Reader{
	Name:     "nemo_evaluator",
	Tool:     nemoEvaluatorTool,
	Versions: "results.yml of 2025 and the results of its service",
	Unseen:   "all",
	Reads:    "every score of every metric with stderr and count, groups, model, endpoint type, parameters, command",
	Differences: []Difference{
		{"the tool wraps other harnesses and keeps their scales: a score known to be a percentage there (symbolic_correct, …_accuracy above 1) is taken as a share, any other stands as written",
			"该工具封装其他评测框架并沿用其量纲：已知以百分数记录的得分（symbolic_correct、大于 1 的 …_accuracy）换算为比例，其余照录"},
		{"the first score of a task that is no count stands for it; the others stand beside it, the metric's name being the filter",
			"任务得分取第一个非计数的数值；其余并列，以指标名作为过滤器"},
		{"no date and no item in results.yml: --date gives the date, outcomes and pairing are unknown",
			"results.yml 中没有日期与逐题结果：日期由 --date 给出，各题结果与配对未知"},
		{"…_std_err_across_runs is the error between runs on the same items, no stderr over items",
			"…_std_err_across_runs 是相同题目上多次运行之间的误差，不是题目抽样的标准误"},
	},
	Sniff: func(h *Head) bool {
		if len(h.Keys()) > 0 && !looksYAML(h.Name, h.Bytes) {
			return (h.has("results") || h.hasAny("tasks", "groups")) && h.mentions("metrics") && h.mentions("scores") && h.mentions("value") && !h.has("versions")
		}
		return isYAML(h.Bytes, "results", "config") && bytes.Contains(h.Bytes, []byte("metrics:")) && bytes.Contains(h.Bytes, []byte("scores:")) ||
			isYAML(h.Bytes, "results", "target") && bytes.Contains(h.Bytes, []byte("scores:"))
	},
	Read: readNemoEvaluator,
}

// isYAML reports whether the head is no JSON and has these keys at its left edge.
func isYAML(head []byte, keys ...string) bool {
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] == '{' || trimmed[0] == '[' {
		return false
	}
	for _, k := range keys {
		if !bytes.HasPrefix(head, []byte(k+":")) && !bytes.Contains(head, []byte("\n"+k+":")) {
			return false
		}
	}
	return true
}

func readNemoEvaluator(in Input) ([]Draft, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	var root *node
	if len(h.Keys()) > 0 && !looksYAML(h.Name, h.Bytes) {
		root, err = in.document()
	} else {
		root, err = in.yamlDocument()
	}
	if err != nil {
		return nil, err
	}
	root.need(object)
	results := root
	if root.at("results").kind == object {
		results = root.at("results")
	}
	a := importedEval(nemoEvaluatorTool, nil)
	begins(a, root.at("created_at").text())
	endpoint := root.at("target").at("api_endpoint")
	for _, n := range []*node{endpoint.at("model_id"), root.at("target").at("model").at("api_endpoint").at("model_id"), root.at("model_id")} {
		if n.kind == text && n.scalar != "" && a.Subject.Model == "" {
			a.Subject.Model = n.scalar
		}
	}
	config := root.at("config")
	config.keep(a.Source.Extra, "type", "params")
	root.keep(a.Source.Extra, "git_hash", "framework_name", "pkg_name")
	endpoint.keep(a.Source.Extra, "type", "stream")
	if c := root.at("command"); c.kind == text {
		a.Source.Extra["command"] = bounded(c.scalar, 0)
	}
	var all []parameters
	names := map[string]bool{}
	for _, table := range []string{"tasks", "groups"} {
		t := results.at(table)
		if t.kind != object {
			continue
		}
		for _, name := range t.keys {
			if names[name] || t.at(name).kind != object { // a group of one task repeats it
				continue
			}
			task := nemoTask(name, t.at(name), config)
			if len(task.Metrics) == 0 {
				continue
			}
			names[name] = true
			a.Eval.Tasks = append(a.Eval.Tasks, task)
			all = append(all, nemoProtocol(task, config))
		}
	}
	if len(all) == 0 {
		results.fail("holds no score")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	config.rest(a.Source.Extra)
	return finish(in.Name, a, nil, all)
}

func nemoTask(name string, n *node, config *node) artifact.Task {
	t := artifact.Task{Task: name, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "nemo-evaluator"}}
	metrics := n.at("metrics")
	if !metrics.is(object) {
		return t
	}
	for _, metric := range metrics.keys {
		scores := metrics.at(metric).at("scores")
		if !scores.is(object) {
			continue
		}
		for _, key := range scores.keys {
			s := scores.at(key)
			if !s.need(object) {
				return t
			}
			m := artifact.Metric{Metric: key, Filter: ptr(metric), Value: figure(s.at("value")), Better: scoreBetter(key)}
			switch key {
			case metric:
				m.Filter = nil
			case "micro", "macro", "weighted", "value": // how the metric was averaged
				m.Metric, m.Filter, m.Better = metric, ptr(key), scoreBetter(metric)
			}
			if stats := s.at("stats"); stats.kind == object {
				m.Stderr, m.N = figure(stats.at("stderr")), stats.at("count").count()
			}
			counted := key == "num_entries" || key == "num_problems" || key == "num_subtasks" || strings.HasPrefix(key, "gen_seconds") || strings.HasPrefix(key, "avg_tokens")
			if counted || strings.Contains(key, "_statistics_") {
				m.Better = nil
				if v := m.Value; key == "num_entries" && v != nil && t.Dataset.Items == nil {
					if count, ok := wholeNumber(*v); ok && count > 0 {
						t.Dataset.Items = &count
					}
				}
				if counted {
					continue
				}
			}
			if v := m.Value; v != nil && (strings.Contains(key, "symbolic_correct") || isPercent(key) && *v > 1 && *v <= 100) && !strings.Contains(key, "_statistics_") {
				m.Value, m.Stderr = share(v), share(m.Stderr)
			}
			t.Metrics = append(t.Metrics, m)
		}
	}
	for i := range t.Metrics {
		if t.Metrics[i].N == nil {
			t.Metrics[i].N = t.Dataset.Items
		}
		if t.Dataset.Items == nil {
			t.Dataset.Items = t.Metrics[i].N
		}
	}
	for i, m := range t.Metrics {
		if m.Better != nil && m.Value != nil && m.Metric != "no_answer" {
			t.Metrics[i].Primary = true
			break
		}
	}
	firstPrimary(t.Metrics)
	return t
}

func nemoProtocol(t artifact.Task, config *node) parameters {
	var p parameters
	p.set("task", t.Task)
	p.set("scorer", "nemo-evaluator")
	params := config.at("params")
	if limit := params.at("limit_samples"); limit.kind == numeral {
		p.sent("limit", limit.float())
	}
	for _, name := range []string{"temperature", "top_p", "top_k"} {
		if v := params.at(name); v.kind == numeral {
			p.sent(name, v.float())
		}
	}
	if v := params.at("max_new_tokens"); v.kind == numeral {
		p.set("max_tokens", v.count())
	} else {
		p.set("max_tokens", nil)
	}
	if shots := params.at("extra").at("num_fewshot"); shots.kind == numeral {
		p.set("n_shot", shots.count())
	} else {
		p.set("n_shot", nil)
	}
	for _, m := range t.Metrics {
		if m.Primary && m.Filter != nil {
			p.sent("filter", *m.Filter)
		}
	}
	for _, name := range []string{"version", "dataset", "items_sha256", "prompt_sha256", "system_sha256", "thinking"} {
		p.set(name, nil)
	}
	return p
}

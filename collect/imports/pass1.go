package imports

import (
	"strings"

	"benchsite/collect/artifact"
)

const pass1Tool = "eval_codegen_pass1_vllm.py"

// pass1 reads the results of the script eval_codegen_pass1_vllm.py.
var pass1 = Reader{
	Name:     "eval_codegen_pass1",
	Tool:     pass1Tool,
	Versions: "no version in the file",
	Unseen:   "all",
	Reads:    "pass@1, every item with verdict and error, data set, split, max_tokens, temperature, time limit",
	Differences: []Difference{
		{"the script runs its tests in Python's isolated mode, which hides solution.py from them: such an item, and one whose row lacks a problem or tests, is an error of the harness and says nothing of the model; the script counts both as failed",
			"脚本以 Python 隔离模式运行测试，测试找不到 solution.py：这样的题目，以及缺少题面或测试的题目，属于评测程序错误，与模型无关；脚本都计为未通过"},
		{"no reply and no date in the file: --date gives the date, truncated and unparsed are unknown",
			"文件中没有回复与日期：日期由 --date 给出，截断与未解析未知"},
		{"tests that only define functions pass whatever the reply is",
			"只定义函数的测试无论回复如何都算通过"},
	},
	Sniff: func(h *Head) bool { return h.has("dataset", "count", "pass@1", "items") },
	Read:  readPass1,
}

func readPass1(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	root.at("items").need(list)
	a := importedEval(pass1Tool, nil)
	a.Subject.Engine = ptr("vllm")
	if m := root.at("model").text(); m != nil {
		a.Subject.Model = *m
	}
	t := artifact.Task{
		Task: "codegen", Status: artifact.TaskDone, Repeats: ptr(int64(1)), Scorer: &artifact.Scorer{Name: "codegen-pass1", Version: "1"},
		Dataset: artifact.Dataset{Name: root.at("dataset").text(), Split: root.at("split").text(), Items: root.at("count").count()},
	}
	if t.Dataset.Name != nil && *t.Dataset.Name != "" {
		t.Task = *t.Dataset.Name
	}
	var records []artifact.EvalRecord
	passed := int64(0)
	for _, it := range root.at("items").each() {
		if !it.need(object) || !it.at("ok").need(boolean) {
			break
		}
		id := it.at("id").literal()
		if id == nil {
			it.at("id").fail("is missing")
			break
		}
		ok := it.at("ok").truth
		rec := artifact.EvalRecord{Task: t.Task, Item: *id, ItemHash: itemKey(t.Task, deref(t.Dataset.Split), *id), Type: ptr("code"), Outcome: verdict(ok)}
		if e := it.at("error"); e.kind == text && !ok {
			rec.Detail = ptr(bounded(e.scalar, 0).(string))
			if e.scalar == "missing_required_fields" || strings.Contains(e.scalar, "No module named 'solution'") {
				rec.Outcome = ptr(artifact.OutcomeError)
			}
		}
		if ok {
			passed++
		}
		records = append(records, rec)
	}
	n := int64(len(records))
	if want := t.Dataset.Items; want != nil && *want != n && root.doc.fault == nil {
		root.at("count").fail("differs from the number of items")
	}
	t.Dataset.Items = &n
	value := root.at("pass@1").float()
	if value != nil && n > 0 && abs(*value-float64(passed)/float64(n)) > 1e-6 {
		root.at("pass@1").fail("differs from the share of items that are ok")
	}
	t.Metrics = []artifact.Metric{{Metric: "pass@1", Value: value, N: &n, Better: higher, Primary: true}}
	t.Outcomes = tally(records, artifact.OutcomeError)
	a.Eval.Tasks = []artifact.Task{t}
	root.keep(a.Source.Extra, "timeout_s", "passed")
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	var p parameters
	p.set("task", t.Task)
	p.set("split", t.Dataset.Split)
	p.set("items_sha256", itemsHash(records))
	p.set("scorer", pass1Tool)
	p.set("max_tokens", root.at("max_tokens").count())
	p.set("temperature", root.at("temperature").float())
	for _, name := range []string{"version", "prompt_sha256", "system_sha256", "thinking"} {
		p.set(name, nil)
	}
	return finish(in.Name, a, records, []parameters{p})
}

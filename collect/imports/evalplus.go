package imports

import (
	"strings"

	"benchsite/collect/artifact"
)

const evalplusTool = "evalplus"

// evalPlus reads ..._eval_results.json of EvalPlus: every solution with its
// verdict under the base tests and under the extended ones.
var evalPlus = Reader{
	Name:     "evalplus",
	Tool:     evalplusTool,
	Versions: "0.2 and 0.3",
	Unseen:   "all",
	Reads:    "pass@k under base and plus tests, every solution with both verdicts, data set hash",
	Differences: []Difference{
		{"the score is that of the plus tests, which also need the base tests to pass; base stands beside it as a filter",
			"得分取 plus 测试（同时要求通过 base 测试）；base 作为过滤器并列"},
		{"date is when the tests were run, without zone: its day is used",
			"date 为运行测试的时间，没有时区：仅取其日期"},
		{"the file names no model: --set model gives it; a solution is code already cut out of the reply, so that an unparsed reply is counted as wrong",
			"文件中没有模型：由 --set model 给出；记录的是已从回复中截取的代码，未解析的回复计为错"},
	},
	Sniff: func(h *Head) bool {
		return h.has("eval") && !h.has("version") && (h.has("hash") || h.mentions("base_status") || h.mentions("nfiles"))
	},
	Read: readEvalPlus,
}

func readEvalPlus(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	items := root.at("eval")
	items.need(object)
	a := importedEval(evalplusTool, nil)
	begins(a, root.at("date").text())
	t := artifact.Task{Task: "evalplus", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: evalplusTool}}
	var records []artifact.EvalRecord
	var base, plus []float64
	plusRan := false
	for _, id := range items.keys {
		solutions := plusSolutions(items.at(id))
		if len(solutions) == 0 {
			if root.doc.fault == nil {
				items.at(id).fail("holds no solution")
			}
			break
		}
		var b, p int
		for i, s := range solutions {
			rec := artifact.EvalRecord{
				Task: t.Task, Item: id, ItemHash: itemKey(evalplusTool, id), Repeat: int64(i), Type: ptr("code"), Output: s.code, Extracted: s.code,
			}
			right := s.base == "pass"
			if right {
				b++
			}
			if s.plus != "" {
				plusRan = true
				right = right && s.plus == "pass"
				rec.Detail = ptr("base " + s.base + ", plus " + s.plus)
			} else {
				rec.Detail = ptr("base " + s.base)
			}
			if right {
				p++
			}
			rec.Outcome = verdict(right)
			records = append(records, rec)
		}
		base = append(base, float64(b)/float64(len(solutions)))
		plus = append(plus, float64(p)/float64(len(solutions)))
	}
	if len(base) == 0 && root.doc.fault == nil {
		items.fail("holds no task")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	n := int64(len(base))
	t.Task = plusTask(items.keys[0], plusRan)
	for i := range records {
		records[i].Task = t.Task
	}
	t.Dataset = artifact.Dataset{Name: ptr(t.Task), Items: &n, Revision: root.at("hash").text()}
	if len(records)%len(base) == 0 {
		t.Repeats = ptr(int64(len(records) / len(base)))
	}
	t.Metrics = plusMetrics(root, &n, base, plus, plusRan)
	t.Outcomes = tally(records)
	a.Eval.Tasks = []artifact.Task{t}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	var p parameters
	p.set("task", t.Task)
	p.set("version", nil)
	p.set("dataset", t.Dataset.Name)
	p.set("dataset_revision", t.Dataset.Revision)
	p.set("items_sha256", itemsHash(records))
	p.set("scorer", evalplusTool)
	for _, name := range []string{"prompt_sha256", "system_sha256", "temperature", "max_tokens", "thinking"} {
		p.set(name, nil)
	}
	return finish(in.Name, a, records, []parameters{p})
}

type plusSolution struct {
	code       *string
	base, plus string // pass, fail, timeout; plus is empty when it did not run
}

// plusSolutions are the solutions of a task: a list of objects, or before 0.2 two
// lists of [status, details].
func plusSolutions(n *node) (out []plusSolution) {
	status := func(s *node) string {
		if s.kind == list && len(s.items) > 0 {
			s = s.items[0]
		}
		if s.kind == text {
			return s.scalar
		}
		return ""
	}
	if n.kind == object {
		b, p := n.at("base").each(), n.at("plus").each()
		for i := range b {
			s := plusSolution{base: status(b[i])}
			if i < len(p) {
				s.plus = status(p[i])
			}
			if s.base == "" {
				b[i].fail("expected a status such as pass")
			}
			out = append(out, s)
		}
		return out
	}
	if !n.need(list) {
		return nil
	}
	for _, item := range n.items {
		if !item.need(object) {
			return nil
		}
		s := plusSolution{code: item.at("solution").text(), base: status(item.at("base_status")), plus: status(item.at("plus_status"))}
		if s.base == "" {
			item.at("base_status").need(text)
			return nil
		}
		out = append(out, s)
	}
	return out
}

func plusTask(id string, plus bool) string {
	name := "evalplus"
	switch {
	case strings.HasPrefix(id, "HumanEval"):
		name = "humaneval"
	case strings.HasPrefix(id, "Mbpp"):
		name = "mbpp"
	}
	if plus && name != "evalplus" {
		name += "_plus"
	}
	return name
}

// plusMetrics takes pass@k as the file has it, and pass@1 from the verdicts where
// it has none.
func plusMetrics(root *node, n *int64, base, plus []float64, plusRan bool) (out []artifact.Metric) {
	said := root.at("pass_at_k")
	for _, set := range []struct {
		name   string
		shares []float64
		ran    bool
	}{{"plus", plus, plusRan}, {"base", base, true}} {
		if !set.ran {
			continue
		}
		first := len(out)
		if k := lightField(said, set.name); k.kind == object {
			for _, key := range k.keys {
				if v := k.at(key); v.kind == numeral || v.kind == null {
					out = append(out, artifact.Metric{Metric: key, Filter: ptr(set.name), Value: figure(v), N: n, Better: higher})
				}
			}
		}
		computed := meanOf(set.shares)
		if first == len(out) {
			out = append(out, artifact.Metric{Metric: "pass@1", Filter: ptr(set.name), Value: computed, N: n, Better: higher})
		}
		for _, m := range out[first:] {
			if m.Metric == "pass@1" && m.Value != nil && abs(*m.Value-*computed) > 1e-6 {
				said.fail("pass@1 of " + set.name + " differs from the verdicts in the file")
			}
		}
	}
	firstPrimary(out)
	return out
}

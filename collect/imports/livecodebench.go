package imports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

const liveCodeBenchTool = "LiveCodeBench"

// liveCodeBench reads ..._eval_all.json: one entry a problem with every reply, the
// code cut out of it and its verdict.
var liveCodeBench = Reader{
	Name:     "livecodebench",
	Tool:     liveCodeBenchTool,
	Versions: "_eval_all.json of 2024 and 2025",
	Unseen:   "all",
	Reads:    "pass@1, every reply with code, verdict and error class, difficulty, platform, the window of contest dates",
	Differences: []Difference{
		{"the file names neither model, release nor date: the window is taken from its contest dates; --set model and --date give the rest",
			"文件中没有模型、题库版本与日期：时间窗由其中的竞赛日期得出；其余由 --set model 与 --date 给出"},
		{"code is what stands between the last two fence lines; a reply without it is unparsed, a fault of the test runner (code −5) is an error; the tool counts both as wrong",
			"代码取最后两行围栏之间的内容；没有代码的回复计为未解析，评测程序故障（代码 −5）计为错误；该工具都计为错"},
		{"with several replies pass@1 is the mean over problems of their share that passed",
			"每题多次作答时，pass@1 为各题通过比例的均值"},
		{"time limits are wall time of that machine: up to half a point between machines",
			"时间限制取决于当时的机器：不同机器之间可差至半个百分点"},
	},
	Sniff: func(h *Head) bool {
		list := bytes.HasPrefix(bytes.TrimLeft(h.Bytes, " \t\r\n"), []byte("["))
		return list && h.mentions("question_id") && (h.mentions("graded_list") || h.mentions("code_list") && h.mentions("question_content"))
	},
	Read: readLiveCodeBench,
}

func readLiveCodeBench(in Input) ([]Draft, error) {
	a := importedEval(liveCodeBenchTool, nil)
	t := artifact.Task{Task: "livecodebench", Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: liveCodeBenchTool}}
	run := &codeRun{task: t.Task}
	if _, err := in.values(func(_ int, p *node) error {
		if p.need(object) && p.at("graded_list").need(list) {
			run.problem(p)
		}
		return nil
	}, sink{path: "question_content"}, sink{path: "public_test_cases"}, sink{path: "private_test_cases"}, sink{path: "input_output"}); err != nil {
		return nil, err
	}
	if len(run.shares) == 0 {
		return nil, &Refusal{File: in.Name, Message: "holds no problem"}
	}
	n := int64(len(run.shares))
	t.Dataset = artifact.Dataset{Name: ptr("livecodebench/code_generation_lite"), Items: &n}
	t.Version = run.window()
	t.Repeats = run.repeats
	t.Metrics = []artifact.Metric{{Metric: "pass@1", Value: meanOf(run.shares), N: &n, Better: higher, Primary: true}}
	t.Outcomes = tally(run.records, artifact.OutcomeUnparsed, artifact.OutcomeError)
	t.Groups = run.groups()
	a.Eval.Tasks = []artifact.Task{t}
	var p parameters
	p.set("task", t.Task)
	p.set("version", t.Version)
	p.set("dataset", t.Dataset.Name)
	p.set("items_sha256", itemsHash(run.records))
	p.set("scorer", liveCodeBenchTool)
	for _, name := range []string{"prompt_sha256", "system_sha256", "temperature", "max_tokens", "thinking"} {
		p.set(name, nil)
	}
	return finish(in.Name, a, run.records, []parameters{p})
}

// codeRun gathers the problems of a file.
type codeRun struct {
	task       string
	records    []artifact.EvalRecord
	shares     []float64 // passed replies of each problem
	difficulty []string
	dates      []string
	repeats    *int64
}

func (r *codeRun) problem(p *node) {
	id := p.at("question_id").literal()
	if id == nil {
		p.at("question_id").need(text)
		return
	}
	graded, passed := p.at("graded_list").items, 0
	if len(graded) == 0 {
		p.at("graded_list").fail("is empty")
		return
	}
	if n := int64(len(graded)); r.repeats == nil && len(r.shares) == 0 {
		r.repeats = &n
	} else if r.repeats != nil && *r.repeats != n {
		r.repeats = nil // not the same for every problem
	}
	hash := itemKey(liveCodeBenchTool, *id)
	at := func(name string, i int) *node {
		if l := p.at(name); l.kind == list && i < len(l.items) {
			return l.items[i]
		}
		return &node{doc: p.doc}
	}
	difficulty := p.at("difficulty").text()
	for i, g := range graded {
		ok := g.kind == boolean && g.truth
		if g.kind != boolean {
			g.need(boolean)
			return
		}
		if ok {
			passed++
		}
		rec := artifact.EvalRecord{
			Task: r.task, Item: *id, ItemHash: hash, Repeat: int64(i), Outcome: verdict(ok), Category: difficulty, Type: ptr("code"),
			Output: at("output_list", i).text(), Extracted: at("code_list", i).text(),
		}
		detail, harness := codeError(at("metadata", i))
		rec.Detail = detail
		switch {
		case ok:
		case harness:
			rec.Outcome = ptr(artifact.OutcomeError)
		case rec.Extracted != nil && strings.TrimSpace(*rec.Extracted) == "":
			rec.Outcome, rec.Extracted = ptr(artifact.OutcomeUnparsed), nil
		}
		r.records = append(r.records, rec)
	}
	value := float64(passed) / float64(len(graded))
	if said := p.at("pass@1").float(); said != nil && abs(*said-value) > 1e-6 {
		p.at("pass@1").fail(fmt.Sprintf("is %g, graded_list gives %g", *said, value))
	}
	r.shares = append(r.shares, value)
	r.difficulty = append(r.difficulty, deref(difficulty))
	if d := p.at("contest_date"); d.kind == text && len(d.scalar) >= 10 {
		r.dates = append(r.dates, d.scalar[:10])
	}
}

// codeError is the class of a failure, in the tool's own words, and whether it is
// the test runner's. Inputs and outputs of the hidden tests are not taken over.
func codeError(meta *node) (detail *string, harness bool) {
	if meta.kind == text {
		n, err := parse("", []byte(meta.scalar))
		if err != nil {
			return nil, false
		}
		meta = n
	}
	if meta.kind != object || !meta.at("error_code").known() {
		return nil, false
	}
	code := meta.at("error_code").literal()
	if code == nil {
		return nil, false
	}
	words := "error " + *code
	if m := meta.at("error_message"); m.kind == text {
		words += ": " + fmt.Sprint(bounded(m.scalar, 0))
	}
	return &words, *code == "-5"
}

// window is the span of contest dates, which is what tells one release of the
// problems from another.
func (r *codeRun) window() *string {
	if len(r.dates) == 0 || len(r.dates) != len(r.shares) {
		return nil
	}
	return ptr(slices.Min(r.dates) + ".." + slices.Max(r.dates))
}

func (r *codeRun) groups() (groups []artifact.Group) {
	for _, level := range []string{"easy", "medium", "hard"} {
		var shares []float64
		for i, d := range r.difficulty {
			if d == level {
				shares = append(shares, r.shares[i])
			}
		}
		if len(shares) > 0 {
			groups = append(groups, artifact.Group{Name: level, N: ptr(int64(len(shares))), Value: meanOf(shares)})
		}
	}
	return groups
}

// meanOf is nil of nothing.
func meanOf(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return finiteValue(sum / float64(len(values)))
}

func plainIndex(i int) string { return strconv.Itoa(i) }

// jsonText is a value as one line of JSON, bounded.
func jsonText(n *node) string {
	b, err := json.Marshal(bounded(n.plain(), 0))
	if err != nil {
		return ""
	}
	return string(b)
}

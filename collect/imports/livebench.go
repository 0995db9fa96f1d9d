package imports

import (
	"slices"

	"benchsite/collect/artifact"
)

const liveBenchTool = "LiveBench"

// liveBench reads the judgments of LiveBench: a line for each model and question.
// Each model in the file is a run of its own.
var liveBench = Reader{
	Name:     "livebench",
	Tool:     liveBenchTool,
	Versions: "ground_truth_judgment.jsonl and model_judgment files of 2024 and 2025",
	Reads:    "every judgment with question, task, category and score; each model becomes a run, each task a task",
	Differences: []Difference{
		{"the score of a task is the mean of its judgments; the benchmark's own total is a mean of category means and is not in the file",
			"任务得分为其各条判定的均值；该基准的总分是类别均值的均值，文件中没有"},
		{"a judgment may give part of the points: it is then neither right nor wrong",
			"判定可能只给部分分：此时既不算对也不算错"},
		{"date is the time of judging (tstamp), not of answering",
			"日期为判定时间（tstamp），不是作答时间"},
		{"a question judged twice counts once, by its last judgment",
			"同一题判定多次时，只取最后一次"},
	},
	Sniff: func(h *Head) bool {
		return h.has("question_id", "task", "model", "score")
	},
	Read: readLiveBench,
}

// benchModel is the judgments of one model.
type benchModel struct {
	name    string
	tasks   []string
	records []artifact.EvalRecord
	scores  []float64
	index   map[string]int // task and question -> record
	first   *float64       // tstamp
	turns   map[string]bool
}

func readLiveBench(in Input) ([]Draft, error) {
	var models []*benchModel
	_, err := in.values(func(_ int, root *node) error {
		if !root.need(object) {
			return nil
		}
		model, task, id := root.at("model").text(), root.at("task").text(), root.at("question_id").literal()
		score := root.at("score")
		if model == nil || task == nil || id == nil || !score.need(numeral) {
			for _, name := range []string{"model", "task", "question_id"} {
				root.at(name).need(text)
			}
			return nil
		}
		i := slices.IndexFunc(models, func(m *benchModel) bool { return m.name == *model })
		if i < 0 {
			i = len(models)
			models = append(models, &benchModel{name: *model, index: map[string]int{}})
		}
		models[i].judge(root, *task, *id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var drafts []Draft
	for _, m := range models {
		one, err := m.draft(in.Name)
		if err != nil {
			return nil, err
		}
		if len(models) > 1 {
			one[0].Part = m.name
		}
		drafts = append(drafts, one...)
	}
	if len(drafts) == 0 {
		return nil, &Refusal{File: in.Name, Message: "holds no judgment"}
	}
	return drafts, nil
}

func (m *benchModel) judge(root *node, task, id string) {
	name := task
	if c := root.at("category").text(); c != nil && *c != "" {
		name = *c + "/" + task
	}
	name = "live_bench/" + name
	v := root.at("score").float()
	if v == nil {
		root.at("score").fail("is no number that can be kept")
		return
	}
	rec := artifact.EvalRecord{Task: name, Item: id, ItemHash: itemKey(liveBenchTool, id), Category: root.at("category").text()}
	switch *v {
	case 0, 1:
		rec.Outcome = verdict(*v == 1)
	default:
		rec.Detail = ptr("score " + root.at("score").scalar)
	}
	if t := root.at("tstamp").float(); t != nil && (m.first == nil || *t < *m.first) {
		m.first = t
	}
	if turn := root.at("turn").literal(); turn != nil && *turn != "1" {
		rec.Item += " turn " + *turn
	}
	key := name + "\x00" + rec.Item
	if i, there := m.index[key]; there {
		m.records[i], m.scores[i] = rec, *v
		return
	}
	m.index[key] = len(m.records)
	if !slices.Contains(m.tasks, name) {
		m.tasks = append(m.tasks, name)
	}
	m.records, m.scores = append(m.records, rec), append(m.scores, *v)
}

func (m *benchModel) draft(file string) ([]Draft, error) {
	a := importedEval(liveBenchTool, nil)
	a.Subject.Model = m.name
	beginsAt(a, m.first)
	var all []parameters
	for _, name := range m.tasks {
		var scores []float64
		var records []artifact.EvalRecord
		for i, r := range m.records {
			if r.Task == name {
				scores, records = append(scores, m.scores[i]), append(records, r)
			}
		}
		n := int64(len(scores))
		t := artifact.Task{
			Task: name, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: liveBenchTool},
			Dataset: artifact.Dataset{Name: ptr(liveBenchTool), Items: &n}, Repeats: ptr(int64(1)), Outcomes: tally(records),
			Metrics: []artifact.Metric{{Metric: "score", Value: meanOf(scores), N: &n, Better: higher, Primary: true}},
		}
		a.Eval.Tasks = append(a.Eval.Tasks, t)
		var p parameters
		p.set("task", name)
		p.set("items_sha256", itemsHash(records))
		p.set("scorer", liveBenchTool)
		for _, unknown := range []string{"version", "prompt_sha256", "system_sha256", "temperature", "max_tokens", "thinking"} {
			p.set(unknown, nil)
		}
		all = append(all, p)
	}
	return finish(file, a, m.records, all)
}

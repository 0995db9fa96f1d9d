package imports

import (
	"bytes"
	"strings"

	"benchsite/collect/artifact"
)

const inspectTool = "inspect_ai"

// inspectLog reads the logs of inspect, as JSON or as the ZIP that it calls
// .eval, and also the ZIP of a run that never came to its end.
var inspectLog = Reader{
	Name:     "inspect",
	Tool:     inspectTool,
	Versions: "log version 2 (0.3.x), .json and .eval with deflate or zstd",
	Reads:    "every scorer and metric with stderr, reducer and n; status, epochs, limit, generation settings, solvers, token usage, packages; with samples: every reply, target, answer, verdict, stop reason, tokens and time; without, the values by item of the reductions",
	Differences: []Difference{
		{"n is the number of items after the epochs are reduced, not of samples; stderr is over those items (n − 1)",
			"n 是按 epoch 归并后的题数，不是样本数；标准误按这些题计算（n − 1）"},
		{"the first scorer with a value gives the score and the outcomes; other scorers and reducers stand as filters beside it and in the detail of an item",
			"得分与逐题结果取第一个有数值的评分器；其他评分器与归并方式作为过滤器并列，并写入逐题说明"},
		{"truncated is known from the stop reason (max_tokens, model_length); a verdict N (no answer) is unparsed; partial credit is neither right nor wrong",
			"截断由 stop_reason（max_tokens、model_length）得知；判定 N（无答案）计为未解析；部分得分既不算对也不算错"},
		{"a log without results (running, cancelled, crashed) has no score of the tool: accuracy is then the share of right items among those it holds",
			"没有 results 的日志（运行中、取消、崩溃）没有工具给出的得分：此时准确率为日志所含题目中正确的比例"},
		{"tokens are of the evaluated model alone; what a judge used stays in source.extra",
			"token 只计被测模型；裁判模型的用量保留在 source.extra"},
	},
	Sniff: func(h *Head) bool {
		if bytes.HasPrefix(h.Bytes, zipMagic) {
			return isInspectZip(h.Bytes)
		}
		return h.has("version", "status", "eval") && (h.has("plan") || h.has("results") || h.has("stats") || h.has("samples")) ||
			h.has("version", "eval", "plan")
	},
	Read: readInspect,
}

// inspectRun is one log while it is read.
type inspectRun struct {
	root       *node // the log without its samples
	task       artifact.Task
	records    []artifact.EvalRecord
	scorers    []string // as samples name them, the first one being primary
	partial    []itemValue
	reductions *node
	whole      bool // every sample is in the log
}

// itemValue is what the primary scorer gave to one sample.
type itemValue struct {
	item  string
	value float64
}

// zipMagic begins a ZIP.
var zipMagic = []byte("PK\x03\x04")

// inspectSinks pass over what nothing is read of and what makes logs large.
func inspectSinks(prefix string) (out []sink) {
	for _, name := range []string{"events", "attachments", "store", "timelines", "events_data"} {
		out = append(out, sink{path: prefix + name})
	}
	return out
}

func readInspect(in Input) ([]Draft, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(h.Bytes, zipMagic) {
		return readInspectZip(in)
	}
	var samples []inspectSample
	take := sink{"samples[]", func(n *node) error {
		if n.need(object) {
			samples = append(samples, sampleOf(n))
		}
		return nil
	}}
	root, err := in.document(append(inspectSinks("samples[]."), take)...)
	if err != nil {
		return nil, err
	}
	run := &inspectRun{root: root, reductions: root.at("reductions"), whole: len(samples) > 0}
	run.begin()
	for _, s := range samples {
		run.sample(s)
	}
	return run.drafts(in.Name)
}

// begin reads what the samples need: the task and the first scorer.
func (r *inspectRun) begin() {
	r.root.need(object)
	e := r.root.at("eval")
	e.need(object)
	r.task.Task = "eval"
	if name := e.at("task").text(); name != nil && *name != "" {
		r.task.Task = *name
	}
	for _, s := range r.root.at("results", "scores").each() {
		for _, key := range []string{"scorer", "name"} {
			if name := s.at(key).text(); name != nil {
				r.scorers = append(r.scorers, *name)
			}
		}
	}
}

func (r *inspectRun) drafts(file string) ([]Draft, error) {
	e := r.root.at("eval")
	a := importedEval(inspectTool, e.at("packages").at("inspect_ai").text())
	r.status(a)
	begins(a, r.root.at("stats", "started_at").text())
	begins(a, e.at("created").text())
	a.DurationS = between(r.root.at("stats", "started_at").text(), r.root.at("stats", "completed_at").text())
	r.subject(a)
	r.usage(a)
	if len(r.records) == 0 {
		r.fromReductions()
	}
	r.describe()
	r.metrics()
	// When every reply has a stop reason, none that was cut is knowledge.
	var sure []artifact.Outcome
	stopped := len(r.records) > 0 && r.whole
	for _, rec := range r.records {
		stopped = stopped && (rec.FinishReason != nil || rec.Outcome != nil && *rec.Outcome == artifact.OutcomeError)
	}
	if stopped {
		sure = append(sure, artifact.OutcomeTruncated, artifact.OutcomeError)
	}
	r.task.Outcomes = tally(r.records, sure...)
	if len(r.task.Metrics) == 0 && len(r.records) == 0 && a.Status != artifact.StatusComplete {
		r.task.Status, r.task.Reason = artifact.TaskNotRun, a.StatusReason
	}
	a.Eval.Tasks = []artifact.Task{r.task}
	e.keep(a.Source.Extra, "run_id", "task_file", "task_args", "tags", "model_base_url", "sandbox")
	e.at("config").keep(a.Source.Extra, "limit", "epochs", "epochs_reducer", "sample_id")
	r.root.at("plan").keep(a.Source.Extra, "steps")
	if r.root.doc.fault != nil {
		return nil, r.root.doc.fault
	}
	return finish(file, a, r.records, []parameters{r.protocol()})
}

// status says whether the run came to its end. A log that is still being written
// has the status started, or none.
func (r *inspectRun) status(a *artifact.Artifact) {
	status := "started"
	if s := r.root.at("status").text(); s != nil {
		status = *s
	}
	reason := r.root.at("error").at("message")
	switch status {
	case "success":
		return
	case "error":
		a.Status, a.StatusReason = artifact.StatusFailed, ptr("the log says error")
		if reason.kind == text {
			a.StatusReason = ptr(bounded(reason.scalar, 0).(string))
		}
	case "cancelled":
		a.Status, a.StatusReason = artifact.StatusInterrupted, ptr("the log says cancelled")
	default:
		a.Status, a.StatusReason = artifact.StatusInterrupted, ptr("the log was never finished")
	}
}

// local names the engine behind a model's provider, where the model runs on
// machines of one's own.
var local = map[string]string{
	"vllm": "vllm", "sglang": "sglang", "hf": "transformers", "ollama": "ollama", "llama-cpp-python": "llama.cpp",
}

func (r *inspectRun) subject(a *artifact.Artifact) {
	e, s := r.root.at("eval"), &a.Subject
	if m := e.at("model").text(); m != nil {
		s.Model = *m
		if provider, rest, ok := strings.Cut(*m, "/"); ok && local[provider] != "" {
			s.Model, s.Engine = rest, ptr(local[provider])
		} else if ok && provider == "openai-api" {
			if _, name, ok := strings.Cut(rest, "/"); ok {
				s.Model = name
			}
		}
	}
	args := e.at("model_args")
	for name, field := range map[string]**int64{
		"tensor_parallel_size": &s.Parallel.TP, "tp_size": &s.Parallel.TP, "pipeline_parallel_size": &s.Parallel.PP, "data_parallel_size": &s.Parallel.DP, "max_model_len": &s.MaxModelLen,
	} {
		if n := args.at(name); n.kind == numeral && *field == nil {
			*field = n.count()
		}
	}
	if q := args.at("quantization"); q.kind == text {
		s.Quantization = &q.scalar
	}
	if args.kind == object && len(args.keys) > 0 {
		if m, ok := bounded(args.plain(), 0).(map[string]any); ok {
			a.Environment.Server = &artifact.Server{Args: m}
		}
	}
	client := map[string]string{"tool": inspectTool}
	if p := e.at("packages"); p.kind == object {
		for _, name := range p.keys {
			if v := p.at(name); v.kind == text && len(client) < maxExtraList {
				client[name] = v.scalar
			}
		}
	}
	a.Environment.Client = client
}

// usage sums the tokens of the evaluated model; other models, such as a judge,
// are kept apart.
func (r *inspectRun) usage(a *artifact.Artifact) {
	all := r.root.at("stats", "model_usage")
	if all.kind != object {
		return
	}
	model := r.root.at("eval", "model").text()
	others := map[string]any{}
	for _, name := range all.keys {
		u := all.at(name)
		if u.kind != object {
			continue
		}
		if len(all.keys) == 1 || model != nil && name == *model {
			a.Eval.Tokens = &artifact.EvalTokens{
				Prompt: u.at("input_tokens").count(), Output: u.at("output_tokens").count(), Reasoning: u.at("reasoning_tokens").count(),
			}
			continue
		}
		others[name] = bounded(u.plain(), 0)
	}
	if len(others) > 0 {
		a.Source.Extra["other_model_usage"] = bounded(others, 0)
	}
}

// describe fills in the task: its data set, epochs and counts.
func (r *inspectRun) describe() {
	e := r.root.at("eval")
	t := &r.task
	t.Status = artifact.TaskDone
	if v := e.at("task_version").literal(); v != nil && *v != "0" {
		t.Version = v
	}
	t.Repeats = r.epochs()
	d := e.at("dataset")
	t.Dataset = artifact.Dataset{Name: d.at("location").text(), Of: d.at("samples").count()}
	if t.Dataset.Name == nil {
		t.Dataset.Name = d.at("name").text()
	}
	t.Dataset.Items = r.items()
	if t.Dataset.Of != nil && t.Dataset.Items != nil && *t.Dataset.Of < *t.Dataset.Items {
		t.Dataset.Of = nil
	}
	if len(r.scorers) > 0 {
		t.Scorer = &artifact.Scorer{Name: "inspect/" + r.scorers[0], Version: deref(e.at("packages").at("inspect_ai").text())}
	}
}

func (r *inspectRun) epochs() *int64 {
	if n := r.root.at("eval", "config", "epochs").count(); n != nil && *n > 0 {
		return n
	}
	return ptr(int64(1))
}

// items is how many different items were asked.
func (r *inspectRun) items() *int64 {
	if len(r.records) > 0 {
		ids := map[string]bool{}
		for _, rec := range r.records {
			ids[rec.Item] = true
		}
		return ptr(int64(len(ids)))
	}
	total, epochs := r.root.at("results", "total_samples").count(), r.epochs()
	if total != nil && *total%*epochs == 0 {
		return ptr(*total / *epochs)
	}
	return nil
}

// protocol is what makes two logs of this task comparable.
func (r *inspectRun) protocol() parameters {
	var p parameters
	e := r.root.at("eval")
	p.set("task", r.task.Task)
	p.set("version", r.task.Version)
	p.set("dataset", r.task.Dataset.Name)
	p.set("items_sha256", itemsHash(r.records))
	if r.task.Scorer != nil {
		p.set("scorer", r.task.Scorer.Name)
	} else {
		p.set("scorer", nil)
	}
	if steps := r.root.at("plan", "steps"); steps.kind == list && len(steps.items) > 0 {
		p.set("prompt_sha256", itemKey(steps.plain()))
	} else {
		p.set("prompt_sha256", nil)
	}
	p.set("n_shot", nil)
	if limit := e.at("config", "limit"); limit.kind == numeral {
		p.sent("limit", limit.float())
	} else if limit.kind == list {
		p.sent("limit", limit.plain())
	}
	for _, m := range r.task.Metrics {
		if m.Primary && m.Filter != nil {
			p.sent("filter", *m.Filter)
		}
	}
	setting := func(name string) *node {
		for _, at := range []*node{r.root.at("plan", "config"), e.at("model_generate_config")} {
			if at.kind == object && at.at(name).known() {
				return at.at(name)
			}
		}
		return r.root.at("plan", "config").at(name)
	}
	for _, name := range []string{"temperature", "top_p", "top_k", "seed"} {
		p.sent(name, setting(name).float())
	}
	p.set("max_tokens", setting("max_tokens").count())
	if effort := setting("reasoning_effort"); effort.kind == text {
		p.set("thinking", effort.scalar)
	} else {
		p.set("thinking", setting("reasoning_tokens").count())
	}
	return p
}

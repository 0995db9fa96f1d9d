package imports

import (
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

const perplexityTool = "perplexity script"

// perplexity reads the results of the script that compares two number formats of
// a model by the perplexity of fixed texts. Each format is a run.
var perplexity = Reader{
	Name:     "perplexity",
	Tool:     perplexityTool,
	Versions: "no version in the file",
	Unseen:   "all",
	Reads:    "perplexity and mean negative log-likelihood of each data set, texts and tokens, model, context; each number format becomes a run",
	Differences: []Difference{
		{"perplexity is exp of the mean negative log-likelihood over tokens; n counts texts, the tokens stand beside it",
			"困惑度为每 token 平均负对数似然的指数；n 为文本数，token 数另列"},
		{"the row overall weighs data sets by their tokens", "overall 一行按 token 数对各数据集加权"},
		{"score_bf16_100 is the file's own ratio to its BF16 run, no score of this run alone",
			"score_bf16_100 是文件自身相对其 BF16 运行的比值，不是本次运行单独的得分"},
		{"no stderr and no date in the file: --date gives the date", "文件中没有标准误与日期：日期由 --date 给出"},
	},
	Sniff: func(h *Head) bool {
		return h.has("config", "results") && h.mentions("datasets") && h.mentions("ppl") && h.mentions("nll")
	},
	Read: readPerplexity,
}

// formats are number formats that the file uses as keys.
var formats = []string{"bf16", "fp16", "fp32", "fp8", "nvfp4", "mxfp4", "fp4", "int8", "int4", "awq", "gptq"}

func readPerplexity(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	config, results := root.at("config"), root.at("results")
	results.need(object)
	var drafts []Draft
	for _, key := range results.keys {
		run := results.at(key)
		if !run.need(object) || !run.at("datasets").need(object) {
			break
		}
		one, err := perplexityRun(in.Name, config, key, run)
		if err != nil {
			return nil, err
		}
		if len(results.keys) > 1 {
			one[0].Part = key
		}
		drafts = append(drafts, one...)
	}
	if len(drafts) == 0 && root.doc.fault == nil {
		results.fail("holds no run")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	return drafts, nil
}

func perplexityRun(file string, config *node, key string, run *node) ([]Draft, error) {
	a := importedEval(perplexityTool, nil)
	for _, name := range []string{key + "_model", "model"} {
		if m := config.at(name); m.kind == text && a.Subject.Model == "" {
			a.Subject.Model = m.scalar
		}
	}
	if slices.Contains(formats, strings.ToLower(key)) {
		a.Subject.Precision = ptr(strings.ToUpper(key))
	}
	a.Subject.MaxModelLen = config.at("max_model_len").count()
	if config.kind == object {
		for _, name := range config.keys {
			if strings.HasSuffix(name, "_model") {
				continue
			}
			config.keep(a.Source.Extra, name)
		}
	}
	run.keep(a.Source.Extra, "load_s")
	var all []parameters
	tokens, duration := int64(0), 0.0
	known := true
	sets := run.at("datasets")
	rows := slices.Clone(sets.keys)
	for _, name := range rows {
		set := sets.at(name)
		if !set.need(object) {
			break
		}
		t := perplexityTask("perplexity/"+name, name, set)
		if n := set.at("tokens").count(); n != nil {
			tokens += *n
		} else {
			known = false
		}
		if s := set.at("eval_s").positive(); s != nil {
			duration += *s
		}
		a.Eval.Tasks = append(a.Eval.Tasks, t)
		all = append(all, perplexityProtocol(config, name))
	}
	if overall := run.at("overall"); overall.kind == object {
		t := perplexityTask("perplexity/overall", strings.Join(rows, "+"), overall)
		for _, task := range a.Eval.Tasks {
			t.Groups = append(t.Groups, artifact.Group{Name: task.Task, N: task.Dataset.Items, Value: task.Metrics[0].Value})
		}
		// It stands for the run, so that it comes first.
		a.Eval.Tasks = append([]artifact.Task{t}, a.Eval.Tasks...)
		all = append([]parameters{perplexityProtocol(config, strings.Join(rows, "+"))}, all...)
	}
	if known && tokens > 0 {
		a.Eval.Tokens = &artifact.EvalTokens{Prompt: &tokens}
	}
	if duration > 0 {
		a.Eval.DurationS = &duration
	}
	one, err := finish(file, a, nil, all)
	if err != nil {
		return nil, err
	}
	a.Name = "perplexity"
	one[0].Slug = a.Name
	return one, nil
}

func perplexityTask(name, dataset string, set *node) artifact.Task {
	n := set.at("kept_texts").count()
	t := artifact.Task{
		Task: name, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: "perplexity", Version: "1"},
		Dataset: artifact.Dataset{Name: ptr(dataset), Items: n}, Repeats: ptr(int64(1)),
		Metrics: []artifact.Metric{
			{Metric: "ppl", Value: set.at("ppl").positive(), N: n, Better: lower, Primary: true},
			{Metric: "nll", Value: set.at("nll").float(), N: n, Better: lower},
		},
	}
	if score := set.at("score_bf16_100"); score.known() {
		t.Metrics = append(t.Metrics, artifact.Metric{Metric: "score_bf16_100", Value: score.float(), Better: higher})
	}
	return t
}

func perplexityProtocol(config *node, name string) parameters {
	var p parameters
	p.set("task", "perplexity")
	p.set("dataset", name)
	p.set("max_model_len", config.at("max_model_len").count())
	if config.kind == object {
		for _, key := range config.keys {
			if strings.HasPrefix(key, "n_") {
				p.sent(key, config.at(key).count())
			}
		}
	}
	for _, key := range []string{"items_sha256", "version"} {
		p.set(key, nil)
	}
	return p
}

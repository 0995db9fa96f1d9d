package imports

import (
	"fmt"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

const evalscopeTool = "evalscope"

// evalscopeReport reads reports/<model>/<dataset>.json of EvalScope, of both
// schema versions, and the list of reports that its web page loads.
var evalscopeReport = Reader{
	Name:     "evalscope_report",
	Tool:     evalscopeTool,
	Versions: "reports of schema version 1 (to 2025) and 2",
	Unseen:   "version 1",
	Reads:    "every metric with aggregation, direction, n and macro score; subsets and categories; token totals; counts of failed samples; analysis and judge summary",
	Differences: []Difference{
		{"no stderr anywhere; where the metric is a share our interval is Wilson's, computed when shown",
			"报告没有标准误；指标为比例时，本站展示时另算 Wilson 区间"},
		{"score is over all items (micro); macro_score, the mean over categories, stands as filter macro where it differs",
			"score 按全部题目计（微平均）；macro_score 是类别均值，不同时作为过滤器 macro 并列"},
		{"a metric on a scale to 100 is taken as a share (÷ 100)",
			"以 100 为满分的指标换算为比例（÷ 100）"},
		{"no date, no generation settings and no item is in a report: --date gives the date, and pairing by item is not possible",
			"报告中没有日期、生成参数与逐题结果：日期由 --date 给出，无法逐题配对"},
		{"latency and throughput of its perf_metrics are of the evaluation's own traffic, not of a load test: they stay in source.extra",
			"perf_metrics 中的延迟与吞吐来自评测本身的请求，不是压测：仅保留在 source.extra"},
	},
	Sniff: func(h *Head) bool {
		return h.has("dataset_name", "model_name", "metrics") || h.has("name", "model_name", "metrics", "score") ||
			h.has("report_list") && h.mentions("model_name")
	},
	Read: readEvalscopeReport,
}

func readEvalscopeReport(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	reports := []*node{root}
	if root.at("report_list").known() {
		reports = root.at("report_list").each()
	}
	// A list may be of several models: each is a run.
	var models []string
	by := map[string][]*node{}
	for _, r := range reports {
		if !r.need(object) {
			break
		}
		model := evalscopeModel(r)
		if by[model] == nil {
			models = append(models, model)
		}
		by[model] = append(by[model], r)
	}
	var drafts []Draft
	for _, model := range models {
		a := importedEval(evalscopeTool, root.at("evalscope_version").text())
		a.Subject.Model = model
		var all []parameters
		var names []string
		for _, r := range by[model] {
			task := evalscopeTask(a, r)
			if slices.Contains(names, task.Task) {
				r.fail("a second report of " + task.Task + " for the same model")
			}
			names = append(names, task.Task)
			a.Eval.Tasks = append(a.Eval.Tasks, task)
			all = append(all, evalscopeProtocol(task, root.at("task_config")))
		}
		evalscopeTokens(a, by[model])
		if len(reports) == 1 {
			root.rest(a.Source.Extra)
		}
		one, err := finish(in.Name, a, nil, all)
		if err != nil {
			return nil, err
		}
		if len(models) > 1 {
			one[0].Part = model
		}
		drafts = append(drafts, one...)
	}
	if len(drafts) == 0 && root.doc.fault == nil {
		root.fail("holds no report")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	return drafts, nil
}

// evalscopeModel is the model of a report; its name is "model@dataset".
func evalscopeModel(r *node) string {
	if m := r.at("model_name").text(); m != nil && *m != "" {
		return *m
	}
	if name := r.at("name").text(); name != nil {
		model, _, _ := strings.Cut(*name, "@")
		return model
	}
	return ""
}

func evalscopeTask(a *artifact.Artifact, r *node) artifact.Task {
	t := artifact.Task{Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: evalscopeTool}}
	if v := a.Source.ToolVersion; v != nil {
		t.Scorer.Version = *v
	}
	if name := r.at("dataset_name").text(); name != nil {
		t.Task = *name
	} else if name := r.at("name").text(); name != nil {
		_, t.Task, _ = strings.Cut(*name, "@")
	}
	if t.Task == "" {
		r.at("dataset_name").fail("is missing")
	}
	t.Dataset.Name = ptr(t.Task)
	chosen := r.at("primary_metric_identity")
	for _, m := range r.at("metrics").each() {
		if !m.need(object) {
			break
		}
		metric := evalscopeMetric(m)
		metric.Primary = chosen.kind == object && sameIdentity(chosen, m.at("identity"))
		t.Metrics = append(t.Metrics, metric)
		if t.Dataset.Items == nil {
			t.Dataset.Items = metric.N
		}
		if metric.Primary || len(t.Groups) == 0 {
			t.Groups = evalscopeGroups(m)
		}
		if macro := m.at("macro_score"); macro.known() && metric.Value != nil {
			if v := scaled(m, figure(macro)); v != nil && abs(*v-*metric.Value) > 1e-9 {
				second := metric
				second.Value, second.Filter, second.Primary = v, joinFilter(metric.Filter, "macro"), false
				t.Metrics = append(t.Metrics, second)
			}
		}
	}
	if len(t.Metrics) == 0 { // a report of a run that scored nothing
		t.Status, t.Reason = artifact.TaskNotRun, ptr("the report holds no metric")
	}
	for i, m := range t.Metrics { // without a choice, a quality before a diagnosis
		if !slices.ContainsFunc(t.Metrics, func(m artifact.Metric) bool { return m.Primary }) && m.Value != nil && m.Better != nil {
			t.Metrics[i].Primary = true
		}
	}
	firstPrimary(t.Metrics)
	if x := r.at("execution_summary"); x.kind == object {
		t.Outcomes = &artifact.Outcomes{Error: x.at("errored").count()}
		if t.Dataset.Items == nil {
			t.Dataset.Items = x.at("succeeded").count()
		}
	}
	for _, key := range []string{"analysis", "judge_summary", "execution_summary", "dataset_pretty_name"} {
		if v := r.at(key); v.known() && !(v.kind == text && slices.Contains(noValues, v.scalar)) {
			a.Source.Extra[t.Task+" "+key] = bounded(v.plain(), 0)
		}
	}
	if p := r.at("perf_metrics", "summary"); p.kind == object {
		a.Source.Extra[t.Task+" perf_metrics"] = bounded(p.plain(), 0)
	}
	return t
}

// evalscopeMetric reads a metric: plain in version 1, with identity and semantics
// in version 2.
func evalscopeMetric(m *node) artifact.Metric {
	out := artifact.Metric{N: m.at("num").count(), Value: scaled(m, figure(m.at("score")))}
	if id := m.at("identity"); id.kind == object {
		if name := id.at("name").text(); name != nil {
			out.Metric = *name
		}
		if how := id.at("aggregation").text(); how != nil && *how != "mean" && *how != "identity" {
			out.Filter = how
		}
		if d := id.at("dimensions"); d.kind == object {
			for _, key := range slices.Sorted(slices.Values(d.keys)) {
				out.Filter = joinFilter(out.Filter, fmt.Sprintf("%s=%v", key, d.at(key).plain()))
			}
		}
	}
	if name := m.at("name").text(); name != nil && out.Metric == "" {
		out.Metric = *name
	}
	if name := m.at("legacy_name").text(); name != nil && out.Metric == "" {
		out.Metric = *name
	}
	if out.Metric == "" {
		m.at("name").fail("is missing")
	}
	switch direction := m.at("semantics").at("direction"); {
	case direction.kind == text && direction.scalar == "higher_is_better":
		out.Better = higher
	case direction.kind == text && direction.scalar == "lower_is_better":
		out.Better = lower
	case !m.at("semantics").known():
		out.Better = scoreBetter(out.Metric)
	}
	return out
}

// scaled is a value on a scale to 100 as a share.
func scaled(m *node, v *float64) *float64 {
	if top := m.at("semantics").at("value_range"); top.kind == object && v != nil {
		if max := top.at("max").float(); max != nil && *max == 100 {
			return share(v)
		}
	}
	return v
}

// scoreBetter is the direction that the name of a metric tells, nil when it does
// not.
func scoreBetter(metric string) *string {
	name := strings.ToLower(metric)
	for _, word := range []string{"ppl", "perplexity", "wer", "cer", "loss", "error", "nll", "latency", "std", "no_answer"} {
		if strings.Contains(name, word) {
			if word == "std" {
				return nil
			}
			return lower
		}
	}
	for _, word := range []string{"acc", "pass", "exact", "match", "correct", "f1", "bleu", "rouge", "score", "em", "mean", "avg", "majority"} {
		if strings.Contains(name, word) {
			return higher
		}
	}
	return nil
}

func joinFilter(filter *string, part string) *string {
	if filter == nil {
		return &part
	}
	return ptr(*filter + " " + part)
}

func sameIdentity(a, b *node) bool {
	return b.kind == object && fmt.Sprint(a.plain()) == fmt.Sprint(b.plain())
}

// evalscopeGroups are the subsets of a metric, with their category when there is
// more than the default one.
func evalscopeGroups(m *node) (groups []artifact.Group) {
	for _, c := range m.at("categories").each() {
		if !c.need(object) {
			return nil
		}
		var prefix []string
		for _, part := range c.at("name").parts() {
			if part != "default" && part != "-" && part != "" {
				prefix = append(prefix, part)
			}
		}
		for _, s := range c.at("subsets").each() {
			if !s.need(object) {
				return nil
			}
			name := s.at("name").literal()
			if all := s.at("is_aggregate"); name == nil || all.kind == boolean && all.truth {
				continue
			}
			groups = append(groups, artifact.Group{
				Name: strings.Join(append(slices.Clone(prefix), *name), " / "), N: s.at("num").count(), Value: scaled(m, figure(s.at("score"))),
			})
		}
	}
	if len(groups) < 2 {
		return nil // the one subset is the whole
	}
	return groups
}

// parts are the texts of a list, or the one text.
func (n *node) parts() (out []string) {
	if n.kind == text {
		return []string{n.scalar}
	}
	for _, item := range n.each() {
		if item.kind == text {
			out = append(out, item.scalar)
		}
	}
	return out
}

// evalscopeTokens adds up the tokens of the reports; unknown when one is.
func evalscopeTokens(a *artifact.Artifact, reports []*node) {
	sum := func(key string) *int64 {
		total := int64(0)
		for _, r := range reports {
			if r.at("metrics").kind == list && len(r.at("metrics").items) == 0 {
				continue
			}
			n := r.at("perf_metrics", "summary", "usage").at(key).count()
			if n == nil {
				return nil
			}
			total += *n
		}
		return &total
	}
	if in, out := sum("total_input_tokens"), sum("total_output_tokens"); in != nil || out != nil {
		a.Eval.Tokens = &artifact.EvalTokens{Prompt: in, Output: out}
	}
}

func evalscopeProtocol(t artifact.Task, config *node) parameters {
	var p parameters
	p.set("task", t.Task)
	p.set("dataset", t.Task)
	p.set("scorer", evalscopeTool)
	for _, name := range []string{"version", "items_sha256", "prompt_sha256", "n_shot", "system_sha256"} {
		p.set(name, nil)
	}
	for _, m := range t.Metrics {
		if m.Primary && m.Filter != nil {
			p.sent("filter", *m.Filter)
		}
	}
	if config.kind != object {
		for _, name := range []string{"limit", "temperature", "max_tokens", "thinking"} {
			p.set(name, nil)
		}
		return p
	}
	g := config.at("generation_config")
	if limit := config.at("limit"); limit.kind == numeral {
		p.sent("limit", limit.float())
	}
	for _, name := range []string{"temperature", "top_p", "top_k"} {
		if v := g.at(name); v.kind == numeral {
			p.sent(name, v.float())
		}
	}
	p.set("max_tokens", g.at("max_tokens").count())
	p.set("thinking", nil)
	return p
}

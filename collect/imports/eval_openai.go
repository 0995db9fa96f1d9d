package imports

import (
	"encoding/json"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/collect/eval"
)

// evalOpenAI reads the results of eval_openai_accuracy.py: one reply to each
// question of a suite whose prompts are not in the file.
var evalOpenAI = Reader{
	Name:     "eval_openai_accuracy",
	Tool:     accuracyTool,
	Versions: "no version in the file",
	Reads:    "every item with type, key, whole reply, verdict, latency and tokens; accuracy, duration, concurrency, max_tokens, temperature",
	Differences: []Difference{
		{"verdicts are those of the scorer legacy-2025, which cuts numbers after three digits; rescore with decidable gives ours",
			"判定出自评分器 legacy-2025，它会把数字从三位处截断；用 decidable 重新评分可得本站口径"},
		{"no finish reason: a reply is known to be whole when it has fewer tokens than max_tokens",
			"没有结束原因：输出 token 数小于 max_tokens 时可知回复完整"},
		{"the file names no suite; its items are taken as accuracy-suite-v1, and an item is known by id, type and key, since the prompt is missing",
			"文件未写明题集，按 accuracy-suite-v1 处理；文件中没有题面，题目以编号、类型与标准答案识别"},
	},
	Sniff: func(h *Head) bool { return h.has("endpoint", "count") && !h.has("requests") },
	Read:  readEvalOpenAI,
}

// accuracySuite is the task of this tool.
const accuracySuite = "accuracy-suite-v1"

func readEvalOpenAI(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	items := root.at("items")
	items.need(list)
	maxTokens := root.at("max_tokens").count()
	records := make([]artifact.EvalRecord, 0, len(items.items))
	whole := maxTokens != nil // every reply is known to be whole
	for _, it := range items.items {
		r := readAccuracyItem(it)
		whole = whole && r.OutputTokens != nil && *r.OutputTokens < *maxTokens
		records = append(records, r)
	}
	if want := root.at("count").count(); want != nil && *want != int64(len(records)) {
		root.at("count").fail("differs from the number of items")
	}
	legacy, err := eval.ScorerByName("legacy-2025@1")
	if err != nil {
		return nil, err
	}

	p := parameters{}
	p.set("task", accuracySuite)
	p.set("items_sha256", itemsHash(records))
	p.set("scorer", legacy.String())
	p.set("max_tokens", maxTokens)
	p.set("temperature", root.at("temperature").float())
	for _, name := range []string{"prompt_sha256", "system_sha256", "top_p", "top_k", "thinking"} {
		p.set(name, nil)
	}

	counts := eval.Count(records)
	if !whole && *counts.Truncated == 0 {
		counts.Truncated = nil
	}
	n := int64(len(records))
	metric := eval.Accuracy(*counts.Correct, n)
	task := artifact.Task{
		Task: accuracySuite, Status: artifact.TaskDone,
		Dataset: artifact.Dataset{Name: ptr(accuracySuite), Items: &n, Of: nil},
		Scorer:  &artifact.Scorer{Name: legacy.Name, Version: legacy.Version},
		Repeats: ptr(int64(1)), Outcomes: counts, Metrics: []artifact.Metric{metric}, Groups: byType(records),
	}
	if said := root.at("accuracy").float(); said != nil && metric.Value != nil && abs(*said-*metric.Value) > 1e-9 {
		root.at("accuracy").fail("differs from the share of items that are ok")
	}
	extra := map[string]any{}
	root.keep(extra, "endpoint", "concurrency")
	if f := root.at("latency_s", "mean").positive(); f != nil {
		extra["latency_mean_s"] = *f
	}
	a := &artifact.Artifact{
		Kind: artifact.KindEval, Name: accuracySuite, Status: artifact.StatusComplete,
		Protocol: p.protocol(),
		Source:   artifact.Source{Tool: accuracyTool, Mode: artifact.ModeImported, Extra: extra},
		Eval: &artifact.Eval{
			Tasks: []artifact.Task{task}, DurationS: root.at("total_time_s").positive(),
			Tokens: sumTokens(records),
		},
	}
	if m := root.at("model").text(); m != nil {
		a.Subject.Model = *m
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	return []Draft{{Artifact: a, Eval: records, Slug: accuracySuite}}, nil
}

func readAccuracyItem(it *node) artifact.EvalRecord {
	for _, name := range []string{"id", "type", "expected"} {
		if it.at(name).kind != numeral {
			it.at(name).need(text)
		}
	}
	r := artifact.EvalRecord{
		Task: accuracySuite, Type: it.at("type").literal(), Expected: it.at("expected").literal(),
		Output: it.at("output").text(), Detail: it.at("reason").text(), LatencyS: it.at("latency_s").positive(),
		PromptTokens: it.at("prompt_tokens").count(), OutputTokens: it.at("completion_tokens").count(),
	}
	if id := it.at("id").literal(); id != nil {
		r.Item = *id
	}
	ok := it.at("ok").flag()
	if failure := it.at("error"); failure.known() || r.Output == nil {
		r.Outcome = ptr(artifact.OutcomeError)
		return r
	}
	it.at("ok").need(boolean)
	if r.Type == nil || r.Expected == nil || ok == nil {
		return r // a fault is recorded
	}
	r.ItemHash = ptr(keyHash(r.Item, *r.Type, *r.Expected))
	// The verdict is the file's; the old rule run again tells which answer it read.
	legacy, _ := eval.ScorerByName("legacy-2025@1")
	r.Extracted = legacy.Score(eval.Reply{Type: *r.Type, Expected: *r.Expected, Output: *r.Output}).Extracted
	switch _, _, open := eval.SplitThink(*r.Output); {
	case *ok:
		r.Outcome = ptr(artifact.OutcomeCorrect)
	case open:
		r.Outcome = ptr(artifact.OutcomeTruncated)
	default:
		r.Outcome = ptr(artifact.OutcomeWrong)
	}
	return r
}

// keyHash identifies an item whose prompt is unknown: sha256 over the JSON list
// [id, type, expected]. Equal for the same suite in every file.
func keyHash(id, kind, expected string) string {
	b, err := json.Marshal([]string{id, kind, expected})
	if err != nil {
		panic("BUG: three texts are always JSON: " + err.Error())
	}
	return artifact.SHA256(b)
}

// itemsHash is sha256 over the sorted item hashes joined by \n, once for each
// item; nil when one has none.
func itemsHash(records []artifact.EvalRecord) *string {
	var hashes []string
	for _, r := range records {
		if r.ItemHash == nil {
			return nil
		}
		hashes = append(hashes, *r.ItemHash)
	}
	if len(hashes) == 0 {
		return nil
	}
	slices.Sort(hashes)
	return ptr(artifact.SHA256([]byte(strings.Join(slices.Compact(hashes), "\n"))))
}

// byType counts the items of each type, in the order in which types appear.
func byType(records []artifact.EvalRecord) (groups []artifact.Group) {
	index := map[string]int{}
	for _, r := range records {
		if r.Type == nil {
			continue
		}
		i, there := index[*r.Type]
		if !there {
			i = len(groups)
			index[*r.Type] = i
			groups = append(groups, artifact.Group{Name: *r.Type, N: ptr(int64(0)), Correct: ptr(int64(0))})
		}
		*groups[i].N++
		if r.Outcome != nil && *r.Outcome == artifact.OutcomeCorrect {
			*groups[i].Correct++
		}
	}
	for i := range groups {
		groups[i].Value = ptr(float64(*groups[i].Correct) / float64(*groups[i].N))
	}
	return groups
}

// sumTokens adds up tokens; a sum with a missing item is unknown.
func sumTokens(records []artifact.EvalRecord) *artifact.EvalTokens {
	t := artifact.EvalTokens{Prompt: ptr(int64(0)), Output: ptr(int64(0))}
	add := func(sum **int64, n *int64) {
		if n == nil || *sum == nil {
			*sum = nil
			return
		}
		**sum += *n
	}
	for _, r := range records {
		add(&t.Prompt, r.PromptTokens)
		add(&t.Output, r.OutputTokens)
	}
	if t.Prompt == nil && t.Output == nil || len(records) == 0 {
		return nil
	}
	return &t
}

func abs(f float64) float64 { return max(f, -f) }

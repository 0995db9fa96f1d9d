package imports

import (
	"regexp"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

const nemoSkillsTool = "NeMo-Skills"

// nemoSkills reads metrics.json of NeMo-Skills: for each benchmark, the scores
// under each way to reduce the repeats.
var nemoSkills = Reader{
	Name:     "nemo_skills",
	Tool:     nemoSkillsTool,
	Versions: "metrics.json of 2025",
	Unseen:   "all",
	Reads:    "every score under every aggregation (pass@1, pass@1[avg-of-k], majority@k, pass@k), n, repeats, unanswered share, mean tokens",
	Differences: []Difference{
		{"the tool writes percentages; here they are shares",
			"该工具以百分数记录；此处换算为比例"},
		{"std_err_across_runs is the error between runs on the same items, not over items: it is no stderr here and stays in source.extra",
			"std_err_across_runs 是相同题目上多次运行之间的误差，不是题目抽样的标准误：不作为标准误，仅保留在 source.extra"},
		{"the score is pass@1 averaged over the most repeats; pass@k and majority@k stand beside it as filters",
			"得分取重复次数最多的 pass@1 均值；pass@k 与 majority@k 作为过滤器并列"},
		{"with one repeat, unparsed is no_answer × n; with several it is a metric alone",
			"只有一次重复时，未解析题数为 no_answer × n；多次重复时仅作为指标"},
		{"the file names neither model nor date: --set model and --date give them",
			"文件中没有模型与日期：由 --set model 与 --date 给出"},
	},
	Sniff: func(h *Head) bool {
		return len(h.Keys()) > 0 && h.mentions("num_entries") && aggregation.Match(h.Bytes)
	},
	Read: readNemoSkills,
}

var (
	aggregation = regexp.MustCompile(`"(?:pass@\d+(?:\[avg-of-\d+\])?|majority@\d+|greedy)"\s*:`)
	averaged    = regexp.MustCompile(`^pass@1(?:\[avg-of-(\d+)\])?$`)
)

// noScores are the entries of an aggregation that count or measure something
// else than being right.
var noScores = []string{"num_entries", "avg_tokens", "gen_seconds", "num_problems", "num_subtasks", "avg_correct_tokens", "avg_incorrect_tokens"}

func readNemoSkills(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	a := importedEval(nemoSkillsTool, nil)
	var all []parameters
	for _, bench := range root.keys {
		b := root.at(bench)
		if b.kind != object {
			continue
		}
		// Aggregations stand under the benchmark, or under its subsets (_all_ first).
		if inner := b.fields["_all_"]; inner != nil && inner.kind == object {
			b = inner
		}
		t, ok := nemoSkillsTask(a, bench, b)
		if !ok {
			continue
		}
		a.Eval.Tasks = append(a.Eval.Tasks, t)
		var p parameters
		p.set("task", bench)
		p.set("scorer", nemoSkillsTool)
		for _, name := range []string{"version", "dataset", "items_sha256", "prompt_sha256", "n_shot", "temperature", "max_tokens", "thinking"} {
			p.set(name, nil)
		}
		for _, m := range t.Metrics {
			if m.Primary {
				p.sent("metric", m.Metric)
			}
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		root.fail("holds no benchmark with num_entries")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	return finish(in.Name, a, nil, all)
}

func nemoSkillsTask(a *artifact.Artifact, bench string, b *node) (artifact.Task, bool) {
	t := artifact.Task{Task: bench, Status: artifact.TaskDone, Scorer: &artifact.Scorer{Name: nemoSkillsTool}}
	best, repeats := -1, int64(0)
	for _, how := range b.keys {
		g := b.at(how)
		if g.kind != object {
			continue
		}
		n := g.at("num_entries").count()
		if n == nil {
			continue
		}
		t.Dataset = artifact.Dataset{Name: ptr(bench), Items: n}
		for _, name := range g.keys {
			v := g.at(name)
			if slices.Contains(noScores, name) || v.kind != numeral || strings.Contains(name, "_std_") || strings.Contains(name, "statistics") || strings.HasSuffix(name, "_std") {
				continue
			}
			m := artifact.Metric{Metric: name, Filter: ptr(how), Value: v.float(), N: n, Better: scoreBetter(name)}
			if isPercent(name) {
				m.Value = share(m.Value)
			}
			if k, ok := averagedOver(how); ok && name != "no_answer" && k > repeats {
				best, repeats = len(t.Metrics), k
			}
			t.Metrics = append(t.Metrics, m)
		}
		if len(a.Source.Extra) < maxExtraList {
			if kept, ok := bounded(g.plain(), 0).(map[string]any); ok {
				a.Source.Extra[bench+" "+how] = kept
			}
		}
	}
	if len(t.Metrics) == 0 {
		return t, false
	}
	if best >= 0 {
		t.Metrics[best].Primary, t.Repeats = true, &repeats
	}
	firstPrimary(t.Metrics)
	if repeats == 1 {
		t.Outcomes = countedOutcomes(t.Metrics, best)
	}
	return t, true
}

// isPercent reports whether the tool writes this score as a percentage.
func isPercent(name string) bool {
	for _, word := range []string{"correct", "accuracy", "no_answer", "acc"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// averagedOver is over how many repeats an aggregation takes the mean.
func averagedOver(how string) (int64, bool) {
	if how == "greedy" {
		return 1, true
	}
	m := averaged.FindStringSubmatch(how)
	if m == nil {
		return 0, false
	}
	if m[1] == "" {
		return 1, true
	}
	f := finite(m[1])
	if f == nil || *f < 1 || *f > 1e6 {
		return 0, false
	}
	return int64(*f), true
}

// countedOutcomes turns the shares of one run into counts, where they are counts
// out of n: right, without an answer, and the rest.
func countedOutcomes(metrics []artifact.Metric, best int) *artifact.Outcomes {
	m := metrics[best]
	if m.Value == nil || m.N == nil {
		return nil
	}
	right, ok := wholeNumber(*m.Value * float64(*m.N))
	if !ok || right < 0 || right > *m.N {
		return nil
	}
	o := &artifact.Outcomes{Correct: &right}
	for _, other := range metrics {
		if other.Metric != "no_answer" || deref(other.Filter) != deref(m.Filter) || other.Value == nil {
			continue
		}
		if none, ok := wholeNumber(*other.Value * float64(*m.N)); ok && none >= 0 && right+none <= *m.N {
			o.Unparsed, o.Wrong = &none, ptr(*m.N-right-none)
		}
	}
	return o
}

package imports

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"benchsite/collect/artifact"
)

// lmEval reads results_*.json of lm-evaluation-harness, whatever the file is
// called, and samples_<task>_<stamp>.jsonl when it lies beside.
var lmEval = Reader{
	Name:     "lm_eval",
	Tool:     lmTool,
	Versions: "0.2 to 0.4.13",
	Reads:    "all metrics and filters with stderr and n, groups, limit, task versions, generation settings, system instruction, model arguments, environment text; with samples: every reply, key, extracted answer, doc and prompt hash",
	Differences: []Difference{
		{"stderr is of the tool (n − 1, bootstrap for some metrics); our interval is Wilson's and is computed when shown",
			"标准误由该工具给出（n − 1，部分指标用自助法）；本站展示时另算 Wilson 区间"},
		{"no finish reason and no token counts: a reply is known to be truncated only by a <think> that is never closed",
			"没有结束原因和 token 数：只有 <think> 未闭合时才能确定回复被截断"},
		{"limit is for each task: the mean of a group is then a mean of equal parts, not the benchmark's",
			"limit 按子任务计：此时分组均值是各部分的等权平均，而不是该基准的总分"},
		{"date is the start of the run; the stamp in the file name is its end and only pairs the two files",
			"date 为开始时间；文件名中的时间戳是结束时间，仅用于配对两个文件"},
		{"with several filters, the records are of the first metric's filter; the others stand in the detail",
			"有多个过滤器时，逐题记录取第一个指标的过滤器，其余写在说明中"},
	},
	Sniff: func(h *Head) bool {
		keys := h.Keys()
		return len(keys) > 0 && keys[0] == "results" || h.has("results") && h.hasAny("versions", "configs", "lm_eval_version")
	},
	Read: readLMEval,
}

func readLMEval(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	root.at("results").need(object)
	if !root.at("versions").known() && !root.at("configs").known() {
		return nil, &unknownForm{"holds results, but neither versions nor configs: it is not of lm-evaluation-harness"}
	}
	run := &lmRun{in: in, root: root, args: modelArgs(root.at("config", "model_args"))}
	a := &artifact.Artifact{
		Kind: artifact.KindEval, Status: artifact.StatusComplete, Eval: &artifact.Eval{},
		DurationS: seconds(root.at("total_evaluation_time_seconds")),
		Source: artifact.Source{
			Tool: lmTool, ToolVersion: root.at("lm_eval_version").text(), Mode: artifact.ModeImported, Extra: run.extra(),
		},
	}
	if date := root.at("date").float(); date != nil && *date > 0 && *date < 1e11 {
		whole, part := math.Modf(*date)
		a.StartedAt = time.Unix(int64(whole), int64(part*1e9)).UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	run.subject(a)
	run.environment(a)

	draft := Draft{Artifact: a}
	rows := run.rows()
	if len(rows) == 0 {
		root.at("results").fail("holds no task")
	}
	var all []parameters
	for _, row := range rows {
		if len(row.members) > 0 && len(row.metricKeys()) == 0 {
			continue // a heading of the table, which holds no score
		}
		records, companion, err := run.samples(row)
		if err != nil {
			return nil, err
		}
		if companion != "" {
			draft.Companions = append(draft.Companions, companion)
		}
		draft.Eval = append(draft.Eval, records...)
		a.Eval.Tasks = append(a.Eval.Tasks, run.task(row, records))
		all = append(all, run.protocol(row, records))
	}
	if len(a.Eval.Tasks) == 0 {
		root.at("results").fail("holds no score")
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	names := make([]string, len(a.Eval.Tasks))
	for i, t := range a.Eval.Tasks {
		names[i] = t.Task
	}
	a.Protocol = joined(names, all)
	a.Name = run.name(rows)
	draft.Slug = a.Name
	return []Draft{draft}, nil
}

// lmRun is one results file while it is read.
type lmRun struct {
	in   Input
	root *node
	args map[string]any // model_args

	members map[string][]string // group -> tasks
}

// lmRow is one line of the result table: a task or a group of tasks.
type lmRow struct {
	name    string
	values  *node
	config  *node
	members []string // of a group
	depth   int      // of groups within groups
}

// rows lists tasks and groups in the order of the file. Groups stand in
// "results", in "groups", or in both.
func (r *lmRun) rows() (rows []lmRow) {
	r.members = r.memberships()
	seen := map[string]bool{}
	for _, table := range []string{"results", "groups"} {
		t := r.root.at(table)
		if !t.is(object) {
			continue
		}
		for _, name := range t.keys {
			if seen[name] || !t.at(name).need(object) {
				continue
			}
			seen[name] = true
			rows = append(rows, lmRow{name: name, values: t.at(name), config: r.root.at("configs").at(name), members: r.members[name]})
		}
	}
	// What is no part of a group stands for the run, wherever the file has it.
	parents := map[string]string{}
	for group, members := range r.members {
		for _, m := range members {
			if p, there := parents[m]; !there || group < p {
				parents[m] = group
			}
		}
	}
	depth := func(name string) (depth int) {
		for ; depth < 8 && parents[name] != ""; depth++ {
			name = parents[name]
		}
		return depth
	}
	slices.SortStableFunc(rows, func(a, b lmRow) int { return cmp.Compare(depth(a.name), depth(b.name)) })
	return rows
}

// memberships are the tasks of each group: as listed since 0.4.3; before, the
// rows that follow a group and are indented deeper in the table the tool prints.
func (r *lmRun) memberships() map[string][]string {
	out := map[string][]string{}
	if listed := r.root.at("group_subtasks"); listed.kind == object {
		for _, group := range listed.keys {
			if m := listed.at(group); m.is(list) {
				for _, member := range m.items {
					if s := member.text(); s != nil && *s != group {
						out[group] = append(out[group], *s)
					}
				}
			}
		}
		return out
	}
	results, groups := r.root.at("results"), r.root.at("groups")
	if results.kind != object || groups.kind != object {
		return out
	}
	var open []string // the groups around a row, by depth
	for _, name := range results.keys {
		row := results.at(name)
		alias := row.at("alias")
		if row.kind != object || alias.kind != text {
			return out
		}
		depth := len(alias.scalar) - len(strings.TrimLeft(alias.scalar, " "))
		open = open[:min(depth, len(open))]
		if len(open) > 0 {
			parent := open[len(open)-1]
			out[parent] = append(out[parent], name)
		}
		if groups.fields[name] != nil {
			open = append(open, name)
		}
	}
	return out
}

// name is the task, or the group that holds all others.
func (r *lmRun) name(rows []lmRow) string {
	inner := map[string]bool{}
	for _, row := range rows {
		for _, m := range row.members {
			inner[m] = true
		}
	}
	var top []string
	for _, row := range rows {
		if !inner[row.name] {
			top = append(top, row.name)
		}
	}
	switch len(top) {
	case 0:
		return rows[0].name
	case 1, 2, 3:
		return strings.Join(top, "+")
	}
	return fmt.Sprintf("%s+%d", top[0], len(top)-1)
}

// extra is what has no field of its own. The system instruction is an
// instruction, not a question; chat templates are long and their hash tells them
// apart.
func (r *lmRun) extra() map[string]any {
	extra := map[string]any{}
	r.root.keep(extra, "system_instruction", "chat_template_sha", "fewshot_as_multiturn", "git_hash", "task_hashes")
	c := r.root.at("config")
	if c.kind == object {
		c.keep(extra, "batch_size", "bootstrap_iters", "gen_kwargs", "random_seed", "numpy_seed", "torch_seed", "fewshot_seed",
			"model_dtype", "model_num_parameters")
		if m := c.at("model"); m.kind == text {
			extra["model_type"] = m.scalar
		}
	}
	if configs := r.root.at("configs"); configs.kind == object && len(configs.keys) == 1 {
		configs.at(configs.keys[0]).keep(extra, "generation_kwargs", "output_type")
	}
	return extra
}

// seconds reads a number that this tool writes as text.
func seconds(n *node) *float64 {
	if n.kind == text {
		f := finite(strings.TrimSpace(n.scalar))
		if f == nil {
			n.fail(fmt.Sprintf("expected seconds, found %q", n.scalar))
		}
		return f
	}
	return n.float()
}

// modelArgs reads model_args, an object since 0.4.12 and "a=1,b=True" before.
func modelArgs(n *node) map[string]any {
	switch n.kind {
	case object:
		m, _ := bounded(n.plain(), 0).(map[string]any)
		return m
	case text:
		out := map[string]any{}
		for _, part := range splitArgs(n.scalar) {
			if k, v, ok := strings.Cut(part, "="); ok && strings.TrimSpace(k) != "" {
				out[strings.TrimSpace(k)] = argValue(strings.TrimSpace(v))
			}
		}
		return out
	case missing, null:
	default:
		n.wrong(object)
	}
	return nil
}

// splitArgs cuts at commas that stand outside brackets.
func splitArgs(s string) (parts []string) {
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth--
		case ',':
			if depth <= 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

func argValue(s string) any {
	switch s {
	case "True", "true":
		return true
	case "False", "false":
		return false
	case "None", "":
		return nil
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i
	}
	if f := finite(s); f != nil && strings.ContainsAny(s, "0123456789") {
		return *f
	}
	return s
}

// stampForm is the end of the run in a file name, which pairs scores and samples.
var stampForm = regexp.MustCompile(`_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.json$`)

package export

import (
	"fmt"
	"slices"

	"benchsite/collect/artifact"
)

// Table names what a row of a table is.
type Table string

// The tables. Runs has a row for each artifact, Metrics for each metric of each
// task, Requests for each request of a load test, Items for each reply of an
// evaluation.
const (
	Runs     Table = "runs"
	Metrics  Table = "metrics"
	Requests Table = "requests"
	Items    Table = "items"
)

// Tables lists them.
func Tables() []Table { return []Table{Runs, Metrics, Requests, Items} }

// kind is the type of a column.
type kind byte

const (
	text kind = iota
	integer
	float
	boolean
)

// column is one column of a table over rows of type R. value gives a *string,
// *int64, *float64 or *bool, nil where it is unknown.
type column[R any] struct {
	name  string
	kind  kind
	value func(R) any
}

func words[R any](name string, f func(R) *string) column[R] {
	return column[R]{name, text, func(r R) any { return untyped(f(r)) }}
}

func word[R any](name string, f func(R) string) column[R] {
	return words(name, func(r R) *string {
		if s := f(r); s != "" {
			return &s
		}
		return nil
	})
}

func count[R any](name string, f func(R) *int64) column[R] {
	return column[R]{name, integer, func(r R) any { return untyped(f(r)) }}
}

func figure[R any](name string, f func(R) *float64) column[R] {
	return column[R]{name, float, func(r R) any { return untyped(f(r)) }}
}

func flag[R any](name string, f func(R) *bool) column[R] {
	return column[R]{name, boolean, func(r R) any { return untyped(f(r)) }}
}

// untyped is nil without a type for a nil pointer, so that nil means unknown.
func untyped[T any](p *T) any {
	if p == nil {
		return nil
	}
	return p
}

// at is a field of what may not be there.
func at[T, V any](p *T, f func(*T) *V) *V {
	if p == nil {
		return nil
	}
	return f(p)
}

// runColumns are those that say which run a row is of: all tables begin with
// them.
func identity[R any](of func(R) *artifact.Artifact) []column[R] {
	return []column[R]{
		word("run", func(r R) string { return of(r).ID }),
		word("name", func(r R) string { return of(r).Name }),
		word("subject", func(r R) string { return of(r).Subject.Name }),
		word("model", func(r R) string { return of(r).Subject.Model }),
		words("precision", func(r R) *string { return of(r).Subject.Precision }),
		word("started_at", func(r R) string { return of(r).StartedAt }),
		word("protocol", func(r R) string { return of(r).Protocol.ID }),
	}
}

// run is a row of Runs.
type run = *artifact.Artifact

func runColumns() []column[run] {
	itself := func(a run) run { return a }
	cols := identity(itself)
	cols = append(cols,
		word("kind", func(a run) string { return string(a.Kind) }),
		word("status", func(a run) string { return string(a.Status) }),
		flag("simulated", func(a run) *bool { return &a.Simulated }),
		figure("duration_s", func(a run) *float64 { return a.DurationS }),
		words("base_model", func(a run) *string { return a.Subject.BaseModel }),
		words("model_revision", func(a run) *string { return a.Subject.ModelRevision }),
		words("quantization", func(a run) *string { return a.Subject.Quantization }),
		words("kv_cache_dtype", func(a run) *string { return a.Subject.KVCacheDtype }),
		words("engine", func(a run) *string { return a.Subject.Engine }),
		words("engine_version", func(a run) *string { return a.Subject.EngineVersion }),
		count("tp", func(a run) *int64 { return a.Subject.Parallel.TP }),
		count("pp", func(a run) *int64 { return a.Subject.Parallel.PP }),
		count("dp", func(a run) *int64 { return a.Subject.Parallel.DP }),
		count("ep", func(a run) *int64 { return a.Subject.Parallel.EP }),
		count("max_model_len", func(a run) *int64 { return a.Subject.MaxModelLen }),
		words("accelerator", func(a run) *string { return a.Subject.Accelerator }),
		count("accelerator_count", func(a run) *int64 { return a.Subject.AcceleratorCount }),
		word("tool", func(a run) string { return a.Source.Tool }),
		words("tool_version", func(a run) *string { return a.Source.ToolVersion }),
		word("mode", func(a run) string { return string(a.Source.Mode) }),
	)
	for _, name := range []string{"definitions", "arrival", "workload", "scorer"} {
		cols = append(cols, words(name, func(a run) *string { return parameter[string](a, name) }))
	}
	for _, name := range []string{"concurrency", "rate", "max_tokens", "temperature", "limit"} {
		cols = append(cols, figure(name, func(a run) *float64 { return parameter[float64](a, name) }))
	}
	cols = append(cols, loadColumns()...)
	return append(cols, scoreColumns()...)
}

// parameter is a parameter of the protocol of this type; nil when there is none.
func parameter[T any](a *artifact.Artifact, name string) *T {
	if v, ok := a.Protocol.Parameters[name].(T); ok {
		return &v
	}
	return nil
}

func loadColumns() []column[run] {
	load := func(f func(*artifact.Load) *float64) func(run) *float64 {
		return func(a run) *float64 { return at(a.Load, f) }
	}
	counts := func(f func(*artifact.Load) *int64) func(run) *int64 {
		return func(a run) *int64 { return at(a.Load, f) }
	}
	cols := []column[run]{
		count("requests_offered", counts(func(l *artifact.Load) *int64 { return l.Requests.Offered })),
		count("requests_completed", counts(func(l *artifact.Load) *int64 { return l.Requests.Completed })),
		count("requests_failed", counts(func(l *artifact.Load) *int64 { return l.Requests.Failed })),
		figure("load_duration_s", load(func(l *artifact.Load) *float64 { return l.DurationS })),
		count("prompt_tokens", counts(func(l *artifact.Load) *int64 { return l.Tokens.Prompt })),
		count("output_tokens", counts(func(l *artifact.Load) *int64 { return l.Tokens.Output })),
		figure("requests_per_s", load(func(l *artifact.Load) *float64 { return l.Throughput.RequestsPerS })),
		figure("prompt_tokens_per_s", load(func(l *artifact.Load) *float64 { return l.Throughput.PromptTokensPerS })),
		figure("output_tokens_per_s", load(func(l *artifact.Load) *float64 { return l.Throughput.OutputTokensPerS })),
		figure("total_tokens_per_s", load(func(l *artifact.Load) *float64 { return l.Throughput.TotalTokensPerS })),
		figure("tokens_per_chunk", load(func(l *artifact.Load) *float64 { return l.TokensPerChunk })),
	}
	for _, m := range latencies {
		of := func(f func(*artifact.Distribution) *float64) func(run) *float64 {
			return func(a run) *float64 {
				return at(a.Load, func(l *artifact.Load) *float64 { return at(m.of(&l.Latency), f) })
			}
		}
		cols = append(cols, count(m.name+"_n", func(a run) *int64 {
			return at(a.Load, func(l *artifact.Load) *int64 {
				return at(m.of(&l.Latency), func(d *artifact.Distribution) *int64 { return d.N })
			})
		}))
		for _, f := range figures {
			cols = append(cols, figure(m.name+"_"+f.name, of(f.of)))
		}
	}
	return cols
}

// latencies are the distributions of a load test, in seconds.
var latencies = []struct {
	name string
	of   func(*artifact.Latency) *artifact.Distribution
}{
	{"ttft_s", func(l *artifact.Latency) *artifact.Distribution { return l.TTFT }},
	{"ttft_scheduled_s", func(l *artifact.Latency) *artifact.Distribution { return l.TTFTScheduled }},
	{"tpot_s", func(l *artifact.Latency) *artifact.Distribution { return l.TPOT }},
	{"itl_s", func(l *artifact.Latency) *artifact.Distribution { return l.ITL }},
	{"icl_s", func(l *artifact.Latency) *artifact.Distribution { return l.ICL }},
	{"e2e_s", func(l *artifact.Latency) *artifact.Distribution { return l.E2E }},
}

var figures = []struct {
	name string
	of   func(*artifact.Distribution) *float64
}{
	{"mean", func(d *artifact.Distribution) *float64 { return d.Mean }},
	{"std", func(d *artifact.Distribution) *float64 { return d.Std }},
	{"min", func(d *artifact.Distribution) *float64 { return d.Min }},
	{"max", func(d *artifact.Distribution) *float64 { return d.Max }},
	{"p50", func(d *artifact.Distribution) *float64 { return d.P50 }},
	{"p90", func(d *artifact.Distribution) *float64 { return d.P90 }},
	{"p95", func(d *artifact.Distribution) *float64 { return d.P95 }},
	{"p99", func(d *artifact.Distribution) *float64 { return d.P99 }},
}

// scoreColumns tell the first task of an evaluation, by its primary metric. All
// tasks and metrics are in the table Metrics.
func scoreColumns() []column[run] {
	first := func(a run) *artifact.Task {
		if a.Eval == nil || len(a.Eval.Tasks) == 0 {
			return nil
		}
		return &a.Eval.Tasks[0]
	}
	metric := func(a run) *artifact.Metric { return at(first(a), primary) }
	return []column[run]{
		words("task", func(a run) *string { return at(first(a), func(t *artifact.Task) *string { return &t.Task }) }),
		words("metric", func(a run) *string { return at(metric(a), func(m *artifact.Metric) *string { return &m.Metric }) }),
		words("filter", func(a run) *string { return at(metric(a), func(m *artifact.Metric) *string { return m.Filter }) }),
		figure("score", func(a run) *float64 { return at(metric(a), func(m *artifact.Metric) *float64 { return m.Value }) }),
		figure("score_stderr", func(a run) *float64 { return at(metric(a), func(m *artifact.Metric) *float64 { return m.Stderr }) }),
		count("score_n", func(a run) *int64 { return at(metric(a), func(m *artifact.Metric) *int64 { return m.N }) }),
	}
}

func primary(t *artifact.Task) *artifact.Metric {
	for i := range t.Metrics {
		if t.Metrics[i].Primary {
			return &t.Metrics[i]
		}
	}
	return nil
}

// metricRow is a row of Metrics.
type metricRow struct {
	run  *artifact.Artifact
	task *artifact.Task
	m    *artifact.Metric // nil for a task without metrics
}

func metricRows(runs []*artifact.Artifact) (rows []metricRow) {
	for _, a := range runs {
		if a.Eval == nil {
			continue
		}
		for i := range a.Eval.Tasks {
			t := &a.Eval.Tasks[i]
			for j := range t.Metrics {
				rows = append(rows, metricRow{a, t, &t.Metrics[j]})
			}
			if len(t.Metrics) == 0 {
				rows = append(rows, metricRow{a, t, nil})
			}
		}
	}
	return rows
}

func metricColumns() []column[metricRow] {
	type row = metricRow
	outcome := func(f func(*artifact.Outcomes) *int64) func(row) *int64 {
		return func(r row) *int64 { return at(r.task.Outcomes, f) }
	}
	return slices.Concat(identity(func(r row) *artifact.Artifact { return r.run }), []column[row]{
		word("task", func(r row) string { return r.task.Task }),
		words("task_version", func(r row) *string { return r.task.Version }),
		word("task_status", func(r row) string { return string(r.task.Status) }),
		words("dataset", func(r row) *string { return r.task.Dataset.Name }),
		count("items", func(r row) *int64 { return r.task.Dataset.Items }),
		count("of", func(r row) *int64 { return r.task.Dataset.Of }),
		words("scorer", func(r row) *string {
			return at(r.task.Scorer, func(s *artifact.Scorer) *string { return artifact.Ptr(scorer(s)) })
		}),
		count("n_shot", func(r row) *int64 { return r.task.NShot }),
		count("repeats", func(r row) *int64 { return r.task.Repeats }),
		words("metric", func(r row) *string { return at(r.m, func(m *artifact.Metric) *string { return &m.Metric }) }),
		words("filter", func(r row) *string { return at(r.m, func(m *artifact.Metric) *string { return m.Filter }) }),
		figure("value", func(r row) *float64 { return at(r.m, func(m *artifact.Metric) *float64 { return m.Value }) }),
		figure("stderr", func(r row) *float64 { return at(r.m, func(m *artifact.Metric) *float64 { return m.Stderr }) }),
		count("n", func(r row) *int64 { return at(r.m, func(m *artifact.Metric) *int64 { return m.N }) }),
		words("better", func(r row) *string { return at(r.m, func(m *artifact.Metric) *string { return m.Better }) }),
		flag("primary", func(r row) *bool { return at(r.m, func(m *artifact.Metric) *bool { return &m.Primary }) }),
		count("correct", outcome(func(o *artifact.Outcomes) *int64 { return o.Correct })),
		count("wrong", outcome(func(o *artifact.Outcomes) *int64 { return o.Wrong })),
		count("unparsed", outcome(func(o *artifact.Outcomes) *int64 { return o.Unparsed })),
		count("truncated", outcome(func(o *artifact.Outcomes) *int64 { return o.Truncated })),
		count("error", outcome(func(o *artifact.Outcomes) *int64 { return o.Error })),
	})
}

// scorer is a rule with its version, where it has one.
func scorer(s *artifact.Scorer) string {
	if s.Version == "" {
		return s.Name
	}
	return s.Name + " v" + s.Version
}

// requestRow is a row of Requests.
type requestRow struct {
	run *artifact.Artifact
	r   *artifact.LoadRecord
}

func requestColumns() []column[requestRow] {
	type row = requestRow
	seconds := func(from, to func(*artifact.LoadRecord) *float64) func(row) *float64 {
		return func(r row) *float64 {
			a, b := from(r.r), to(r.r)
			if a == nil || b == nil {
				return nil
			}
			return artifact.Ptr(*b - *a)
		}
	}
	sent := func(r *artifact.LoadRecord) *float64 { return r.SentS }
	return slices.Concat(identity(func(r row) *artifact.Artifact { return r.run }), []column[row]{
		word("request_id", func(r row) string { return r.r.RequestID }),
		figure("scheduled_s", func(r row) *float64 { return r.r.ScheduledS }),
		figure("sent_s", func(r row) *float64 { return r.r.SentS }),
		figure("first_s", func(r row) *float64 { return r.r.FirstS }),
		figure("first_answer_s", func(r row) *float64 { return r.r.FirstAnswerS }),
		figure("last_s", func(r row) *float64 { return r.r.LastS }),
		figure("end_s", func(r row) *float64 { return r.r.EndS }),
		figure("ttft_s", seconds(sent, func(r *artifact.LoadRecord) *float64 { return r.FirstS })),
		figure("e2e_s", seconds(sent, func(r *artifact.LoadRecord) *float64 { return r.LastS })),
		figure("tpot_s", func(r row) *float64 {
			q := r.r
			if q.FirstS == nil || q.LastS == nil || q.OutputTokens == nil || *q.OutputTokens < 2 {
				return nil
			}
			return artifact.Ptr((*q.LastS - *q.FirstS) / float64(*q.OutputTokens-1))
		}),
		count("prompt_tokens", func(r row) *int64 { return r.r.PromptTokens }),
		count("output_tokens", func(r row) *int64 { return r.r.OutputTokens }),
		count("reasoning_tokens", func(r row) *int64 { return r.r.Reasoning }),
		count("cached_tokens", func(r row) *int64 { return r.r.Cached }),
		count("chunks", func(r row) *int64 { return r.r.Chunks }),
		words("finish_reason", func(r row) *string { return r.r.FinishReason }),
		words("error", func(r row) *string { return r.r.Error }),
	})
}

// itemRow is a row of Items.
type itemRow struct {
	run *artifact.Artifact
	r   *artifact.EvalRecord
}

func itemColumns() []column[itemRow] {
	type row = itemRow
	return slices.Concat(identity(func(r row) *artifact.Artifact { return r.run }), []column[row]{
		word("task", func(r row) string { return r.r.Task }),
		word("item", func(r row) string { return r.r.Item }),
		count("repeat", func(r row) *int64 { return &r.r.Repeat }),
		words("outcome", func(r row) *string {
			return at(r.r.Outcome, func(o *artifact.Outcome) *string { return artifact.Ptr(string(*o)) })
		}),
		words("extracted", func(r row) *string { return r.r.Extracted }),
		words("expected", func(r row) *string { return r.r.Expected }),
		words("type", func(r row) *string { return r.r.Type }),
		words("category", func(r row) *string { return r.r.Category }),
		words("finish_reason", func(r row) *string { return r.r.FinishReason }),
		count("prompt_tokens", func(r row) *int64 { return r.r.PromptTokens }),
		count("output_tokens", func(r row) *int64 { return r.r.OutputTokens }),
		figure("latency_s", func(r row) *float64 { return r.r.LatencyS }),
		words("detail", func(r row) *string { return r.r.Detail }),
		words("item_hash", func(r row) *string { return r.r.ItemHash }),
		words("prompt_hash", func(r row) *string { return r.r.PromptHash }),
		words("output", func(r row) *string { return r.r.Output }),
		words("reasoning", func(r row) *string { return r.r.Reasoning }),
	})
}

// ParseTable finds a table by its name.
func ParseTable(name string) (Table, error) {
	for _, t := range Tables() {
		if string(t) == name {
			return t, nil
		}
	}
	return "", fmt.Errorf("there is no table %q; there are runs, metrics, requests, items", name)
}

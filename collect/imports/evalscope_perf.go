package imports

import (
	"strings"

	"benchsite/collect/artifact"
)

// evalScopePerf reads the summary of evalscope perf, with the percentiles and
// the arguments that lie beside it. The names of the keys and their units
// changed several times.
var evalScopePerf = Reader{
	Name:     "evalscope_perf",
	Tool:     "evalscope perf",
	Versions: "keys of 0.1x (seconds) to 1.x (milliseconds); no version in the file",
	Reads:    "benchmark_summary.json: requests, duration, throughput, mean latency, TTFT, TPOT, chunk gaps, mean tokens, concurrency or rate; benchmark_percentile.json and benchmark_args.json beside it: percentiles, model, sampling, data set",
	Unseen:   "benchmark_percentile.json, benchmark_args.json, keys in milliseconds",
	Differences: []Difference{
		{"a percentile is the value at index n × p / 100 without interpolation, rounded; p99 of at most 100 requests is the maximum", "百分位取下标 n × p / 100 处的值，不插值且已取整；请求不超过 100 个时 p99 即最大值"},
		{"ITL and package latency are gaps between chunks and stand as ICL", "ITL 与 package latency 为 chunk 间隔，记为 ICL"},
		{"end-to-end latency and TPOT include the last chunk with the usage", "端到端延迟与 TPOT 计入末尾带 usage 的 chunk"},
		{"duration runs from the first start to the last completion; −1 stands for not applicable", "时长从首个请求开始到最后一个完成；−1 表示不适用"},
		{"figures are rounded to 2 or 4 decimals; token sums are mean × requests", "数值取整到 2 或 4 位小数；token 总数由均值 × 请求数得出"},
		{"the summary names neither model nor date; benchmark_args.json beside it names the model", "summary 中没有模型名与日期；同目录的 benchmark_args.json 含模型名"},
	},
	Sniff: func(h *Head) bool {
		return h.hasAny("Time taken for tests (s)", "Test Duration (s)", "Time taken for tests") && h.hasAny("Total requests", "Total Requests", "Number of concurrency", "Concurrency")
	},
	Read: readEvalScopePerf,
}

// scopeKeys are the names of a figure over the years; {…} is left to the unit.
var scopeKeys = map[string][]string{
	"duration":    {"time taken for tests", "test duration"},
	"concurrency": {"number of concurrency", "concurrency"},
	"rate":        {"request rate"},
	"total":       {"total requests"},
	"ok":          {"succeed requests", "success requests", "successful requests"},
	"failed":      {"failed requests"},
	"output/s":    {"output token throughput", "output throughput"},
	"input/s":     {"input token throughput", "input throughput"},
	"total/s":     {"total token throughput", "total throughput"},
	"tokens/s":    {"throughput"}, // "Throughput(average tokens/s)": of answers
	"requests/s":  {"request throughput", "req throughput", "average qps"},
	"e2e":         {"average latency", "avg latency", "latency"},
	"ttft":        {"average time to first token", "avg ttft", "ttft"},
	"tpot":        {"average time per output token", "avg tpot", "tpot"},
	"icl":         {"average inter-token latency", "avg itl", "itl", "average package latency"},
	"prompt":      {"average input tokens per request", "avg input tokens"},
	"output":      {"average output tokens per request", "avg output tokens"},
	"chunks":      {"average package per request"},
}

// scopeKey takes a key apart into its name and the unit in brackets.
func scopeKey(key string) (name, unit string) {
	name, unit, _ = strings.Cut(strings.ToLower(key), "(")
	return strings.TrimSpace(name), strings.TrimSuffix(strings.TrimSpace(unit), ")")
}

// scopeFigures finds the figures of a summary or of a row of percentiles.
type scopeFigures struct {
	n     *node
	units map[string]string
	keys  map[string]string
}

func newScopeFigures(n *node) *scopeFigures {
	f := &scopeFigures{n: n, units: map[string]string{}, keys: map[string]string{}}
	names := map[string]string{}
	for _, key := range n.keys {
		name, _ := scopeKey(key)
		if _, there := names[name]; !there {
			names[name] = key
		}
	}
	for figure, known := range scopeKeys {
		for _, name := range known {
			if key, ok := names[name]; ok {
				_, f.units[figure] = scopeKey(key)
				f.keys[figure] = key
				break
			}
		}
	}
	return f
}

func (f *scopeFigures) at(figure string) *node {
	key, ok := f.keys[figure]
	if !ok {
		return f.n.at("")
	}
	n := f.n.at(key)
	if v := n.float(); v != nil && *v < 0 { // −1: not applicable
		return f.n.at("")
	}
	return n
}

// seconds is a latency; the unit stands in the key.
func (f *scopeFigures) seconds(figure string) *float64 {
	v := f.at(figure).positive()
	if v == nil {
		return nil
	}
	if unit := f.units[figure]; unit == "ms" {
		v = ptr(inUnit(*v, milli))
	} else if unit != "s" && unit != "" {
		f.at(figure).fail("expected a latency in s or ms")
	}
	return v
}

func readEvalScopePerf(in Input) ([]Draft, error) {
	n, err := in.document()
	if err != nil {
		return nil, err
	}
	n.need(object)
	f := newScopeFigures(n)
	r := newLoadRun("evalscope perf", "evalscope-perf", n)
	r.Requests = artifact.Requests{Offered: f.at("total").count(), Completed: f.at("ok").count(), Failed: f.at("failed").count()}
	r.DurationS = f.at("duration").positive()
	r.Tokens.Prompt, r.Tokens.Output = total(f.at("prompt").positive(), r.Requests.Completed), total(f.at("output").positive(), r.Requests.Completed)
	t := &r.Throughput
	t.RequestsPerS, t.OutputTokensPerS, t.TotalTokensPerS = f.at("requests/s").positive(), f.at("output/s").positive(), f.at("total/s").positive()
	t.PromptTokensPerS = f.at("input/s").positive()
	if t.OutputTokensPerS == nil {
		t.OutputTokensPerS = f.at("tokens/s").positive()
	}
	// Figures have 2 to 4 decimals: what rounding may do is no contradiction.
	for _, figure := range []string{"requests/s", "output/s", "total/s", "duration", "prompt", "output"} {
		r.rounding = max(r.rounding, 2*rounded(f.at(figure), decimals(f.at(figure))))
	}
	for _, l := range []struct {
		figure string
		at     **distribution
		n      *int64
	}{{"ttft", &r.Latency.TTFT, r.Requests.Completed}, {"tpot", &r.Latency.TPOT, nil}, {"icl", &r.Latency.ICL, nil}, {"e2e", &r.Latency.E2E, r.Requests.Completed}} {
		if mean := f.seconds(l.figure); mean != nil {
			*l.at = &distribution{Mean: mean, N: l.n}
		}
	}
	if chunks := f.at("chunks").positive(); chunks != nil && *chunks > 0 && r.Tokens.Output != nil && r.Requests.Completed != nil && *r.Requests.Completed > 0 {
		r.TokensPerChunk = ptr(float64(*r.Tokens.Output) / float64(*r.Requests.Completed) / *chunks)
	}
	r.chunkGaps = true
	rate, concurrency := f.at("rate").rate(), f.at("concurrency").count()
	process := ""
	if rate != nil {
		process = "poisson"
	}
	r.arrival(process, rate, concurrency, nil)
	d := Draft{}
	for _, companion := range []struct {
		name string
		read func(*node)
	}{{"benchmark_percentile.json", r.scopePercentiles}, {"benchmark_args.json", r.scopeArgs}} {
		if in.Name != "benchmark_summary.json" || !in.beside(companion.name) {
			continue
		}
		c, err := Input{FS: in.FS, Name: companion.name}.document()
		if err != nil {
			return nil, err
		}
		if companion.read(c); c.doc.fault != nil {
			return nil, c.doc.fault
		}
		d.Companions = append(d.Companions, companion.name)
	}
	if r.Latency.TTFT != nil {
		if _, said := r.p.known["streaming"]; !said {
			r.p.set("streaming", true)
		}
	}
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	drafts, err := r.single()
	if err == nil {
		drafts[0].Companions = d.Companions
	}
	return drafts, err
}

// decimals counts those of a number as written.
func decimals(n *node) int {
	if n.kind != numeral {
		return 15
	}
	_, part, ok := strings.Cut(n.scalar, ".")
	if !ok || strings.ContainsAny(part, "eE") {
		return 15
	}
	return len(part)
}

// scopePercentiles are rows {"Percentiles": "99%", "TTFT (ms)": …}.
func (r *loadRun) scopePercentiles(n *node) {
	if !n.is(list) {
		return
	}
	for _, row := range n.items {
		if !row.is(object) {
			continue
		}
		label := first(row, "Percentiles", "Percentile").literal()
		if label == nil {
			continue
		}
		f := newScopeFigures(row)
		for _, l := range []struct {
			figure string
			at     **distribution
		}{{"ttft", &r.Latency.TTFT}, {"tpot", &r.Latency.TPOT}, {"icl", &r.Latency.ICL}, {"e2e", &r.Latency.E2E}} {
			v := f.seconds(l.figure)
			if v == nil {
				continue
			}
			if *l.at == nil {
				*l.at = &distribution{}
			}
			d := *l.at
			d.Method = ptr("step")
			if to := map[string]**float64{"50": &d.P50, "90": &d.P90, "95": &d.P95, "99": &d.P99, "min": &d.Min, "max": &d.Max}[strings.TrimSuffix(strings.ToLower(*label), "%")]; to != nil {
				*to = v
			}
		}
	}
}

// scopeArgs takes the model and what was sent from benchmark_args.json.
func (r *loadRun) scopeArgs(n *node) {
	if !n.is(object) {
		return
	}
	r.served(n.at("model").text())
	for from, to := range map[string]string{"max_tokens": "max_tokens", "min_tokens": "min_tokens", "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "seed": "seed", "stream": "streaming", "dataset": "workload"} {
		if v := n.at(from); v.known() && v.kind != list && v.kind != object {
			r.p.set(to, v.plain())
		}
	}
	if extra := n.at("extra_args"); extra.kind == object {
		for _, name := range extra.keys {
			r.aiExtra(name, extra.at(name))
		}
	}
	if lo, hi := n.at("min_prompt_length").count(), n.at("max_prompt_length").count(); lo != nil && hi != nil && *lo == *hi && *lo > 0 {
		r.p.set("input_tokens", *lo)
	}
}

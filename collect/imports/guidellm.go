package imports

import (
	"math"
	"strings"
	"time"
)

// guideLLM reads the reports of GuideLLM, a benchmark for each rate or stream
// count. Three generations of the file exist; what stands in a benchmark moved,
// the metrics did not.
var guideLLM = Reader{
	Name:     "guidellm",
	Tool:     "GuideLLM",
	Versions: "0.2 to 0.8",
	Reads: "every benchmark of the report: requests by outcome, duration, tokens, TTFT, end-to-end latency, TPOT from its inter-token latency, of the successful requests; " +
		"strategy with rate or streams, synthetic data sizes, model, backend; every request where the report holds them all",
	Differences: []Difference{
		{"time_per_output_token is (last token − sent) / tokens and has the TTFT in it: it is not our TPOT and stays in source.extra; inter_token_latency is (last − first) / (tokens − 1), which is our TPOT, but its distribution weights a request by its tokens",
			"time_per_output_token 为（末 token − 发出）/ token 数，含 TTFT，不是本站的 TPOT，只保留在 source.extra；inter_token_latency 为（末 − 首）/（token 数 − 1），即本站的 TPOT，但其分布按请求的 token 数加权"},
		{"percentiles are steps without interpolation; a missing value counts as 0", "百分位为阶梯取值，不做插值；缺失值按 0 计"},
		{"rates are means over the intervals between events, not count / duration: ours are computed from the counts and the duration of the file, and both are shown where they differ",
			"速率是事件间隔上的均值，而非数量 / 时长：本站按文件中的数量与时长计算，两者不同时一并列出"},
		{"end-to-end latency runs to the end of the request, with usage and [DONE]; times are of the wall clock", "端到端延迟计到请求结束（含 usage 与 [DONE]）；时间取自系统时钟"},
		{"duration and all figures are of the window without warm-up and cool-down; a request that the end of the window cut off is neither successful nor failed, and not counted", "时长与各项数值取去除预热与收尾后的窗口；被窗口终点截断的请求既不算成功也不算失败，不计入请求数"},
		{"without usage from the server, chunks count as tokens", "服务端未返回 usage 时，以 chunk 数作为 token 数"},
	},
	Sniff: func(h *Head) bool {
		return h.has("benchmarks") && (h.hasAny("metadata", "args", "config") || h.mentions("request_totals") || h.mentions("run_stats") || h.mentions("type_") || h.mentions("generative_benchmark"))
	},
	Read: readGuideLLM,
}

func readGuideLLM(in Input) ([]Draft, error) {
	requests := map[*node][]guideRequest{}
	root, err := in.document(guideSinks(requests)...)
	if err != nil {
		return nil, err
	}
	root.need(object)
	root.at("benchmarks").need(list)
	var drafts []Draft
	for _, b := range root.at("benchmarks").items {
		if !b.need(object) {
			break
		}
		drafts = append(drafts, guideRun(root, b, requests[b]))
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	if len(drafts) == 0 {
		return nil, &Refusal{File: in.Name, Field: "benchmarks", Message: "holds no benchmark"}
	}
	return parts(drafts, false), nil
}

// guideRun is one benchmark.
func guideRun(root, b *node, requests []guideRequest) Draft {
	r := newLoadRun("GuideLLM", "guidellm", b)
	r.a.Source.ToolVersion = root.at("metadata", "guidellm_version").text()
	backend := firstAt(b, root, "config.backend", "args.backend", "worker", "config.spec.backend")
	model := firstAt(b, root, "config.backend.model", "worker.backend_model", "config.spec.backend.model", "args.model", "benchmarker.backend.model")
	r.served(model.text())
	if e := backend.at("request_format").text(); e != nil {
		r.a.Source.Extra["endpoint"] = *e
	}
	r.guideDate(b)
	m := b.at("metrics")
	m.need(object)
	totals := b.at("request_totals")
	if !totals.known() {
		totals = m.at("request_totals")
	}
	if totals.known() {
		r.Requests.Completed, r.Requests.Failed = totals.at("successful").count(), totals.at("errored").count()
		r.Requests.Offered = sum(r.Requests.Completed, r.Requests.Failed)
		if cut := totals.at("incomplete").count(); cut != nil && *cut > 0 {
			r.a.Source.Extra["incomplete"] = *cut
		}
	} else {
		r.Requests.Completed = m.at("request_latency", "successful", "count").count()
	}
	r.DurationS = b.at("duration").positive()
	if start, end := b.at("start_time").float(), b.at("end_time").float(); r.DurationS == nil && start != nil && end != nil && *end > *start {
		r.DurationS = ptr(*end - *start)
	}
	r.Tokens.Prompt, r.Tokens.Output = guideSum(m, "prompt_token_count"), guideSum(m, "output_token_count")
	r.guideRates(m)
	l := &r.Latency
	l.TTFT, l.E2E = guideSpread(m, "time_to_first_token_ms", milli, true), guideSpread(m, "request_latency", second, true)
	l.TPOT = guideSpread(m, "inter_token_latency_ms", milli, false)
	for _, name := range []string{"time_per_output_token_ms", "time_to_first_output_token_ms", "request_concurrency"} {
		r.guideKeep(m, name)
	}
	r.guideProtocol(root, b)
	spread := m.at("output_token_count", "successful", "std_dev").float()
	if w := r.p.known["workload"]; w == nil || w == "synthetic" {
		prompt, output := m.at("prompt_token_count", "successful"), m.at("output_token_count", "successful")
		r.even("input_tokens", prompt.at("mean").float(), prompt.at("std_dev").float())
		r.even("output_tokens", output.at("mean").float(), spread)
	}
	r.guideRecords(requests, spread == nil || *spread > 1e-6)
	for _, name := range []string{"metrics", "requests", "scheduler_state", "run_stats", "environment"} {
		b.at(name).done()
	}
	return r.draft()
}

func firstAt(b, root *node, paths ...string) *node {
	for _, from := range []*node{b, root} {
		for _, path := range paths {
			n := from
			for _, name := range strings.Split(path, ".") {
				if n = n.fields[name]; n == nil || n.kind != object && n.kind != text {
					break
				}
			}
			if n != nil && n.known() {
				n.seen = true
				return n
			}
		}
	}
	return root.at("")
}

// guideDate is the start of the benchmark in seconds since 1970.
func (r *loadRun) guideDate(b *node) {
	for _, n := range []*node{b.at("start_time"), b.at("scheduler_metrics", "start_time"), b.at("run_stats", "start_time")} {
		if f := n.float(); f != nil && epoch(*f) {
			r.a.StartedAt = fromEpoch(*f)
			return
		}
	}
}

// epoch reports whether seconds since 1970 are a plausible time: those of a
// clock that began with the machine are not.
func epoch(seconds float64) bool { return seconds > 1e9 && seconds < 1e10 }

func fromEpoch(seconds float64) string {
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC().Truncate(time.Second).Format(time.RFC3339)
}

// guideRates computes our rates from the counts, keeps the tool's, and notes
// where they differ.
func (r *loadRun) guideRates(m *node) {
	t := &r.Throughput
	t.RequestsPerS = per(r.Requests.Completed, r.DurationS)
	t.PromptTokensPerS, t.OutputTokensPerS = per(r.Tokens.Prompt, r.DurationS), per(r.Tokens.Output, r.DurationS)
	t.TotalTokensPerS = per(sum(r.Tokens.Prompt, r.Tokens.Output), r.DurationS)
	for _, f := range []struct {
		name string
		ours **float64
		as   string
	}{
		{"requests_per_second", &t.RequestsPerS, "requests_per_s"},
		{"prompt_tokens_per_second", &t.PromptTokensPerS, "prompt_tokens_per_s"},
		{"output_tokens_per_second", &t.OutputTokensPerS, "output_tokens_per_s"},
		{"tokens_per_second", &t.TotalTokensPerS, "total_tokens_per_s"},
	} {
		mean := m.at(f.name, "successful", "mean").positive()
		if mean == nil {
			continue
		}
		r.a.Source.Extra[f.name+"_mean"] = *mean
		if *f.ours == nil {
			continue
		}
		r.identity(f.as, mean, *f.ours)
	}
}

func guideSum(m *node, name string) *int64 {
	f := m.at(name, "successful", "total_sum").positive()
	if f == nil {
		return nil
	}
	return whole(math.Round(*f))
}

// guideSpread is a distribution of the successful requests. counted says that
// its count is that of requests, not of tokens.
func guideSpread(m *node, name string, unit float64, counted bool) *distribution {
	of := m.at(name, "successful")
	count := of.at("count").count()
	if count != nil && *count == 0 {
		return nil
	}
	if !counted {
		count = nil
	}
	return spread(func(figure string) *node {
		switch figure {
		case "mean", "min", "max":
			return of.at(figure)
		case "std":
			return of.at("std_dev")
		case "p50":
			if p := of.at("percentiles", "p50"); p.known() {
				return p
			}
			return of.at("median")
		}
		return of.at("percentiles", figure)
	}, unit, count, "step", true)
}

// guideKeep keeps the main figures of a metric that has no place in ours.
func (r *loadRun) guideKeep(m *node, name string) {
	of := m.at(name, "successful")
	kept := map[string]any{}
	for _, figure := range []string{"mean", "median", "std_dev", "min", "max"} {
		if v := of.at(figure).float(); v != nil {
			kept[figure] = *v
		}
	}
	for _, p := range []string{"p90", "p95", "p99"} {
		if v := of.at("percentiles", p).float(); v != nil {
			kept[p] = *v
		}
	}
	if len(kept) > 0 {
		r.a.Source.Extra[name] = kept
	}
}

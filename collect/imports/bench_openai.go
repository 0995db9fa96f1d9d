package imports

import (
	"fmt"
	"math"

	"benchsite/collect/artifact"
)

// benchOpenAI reads the results of bench_openai.py. The tool sends one prompt to
// every request without streaming, N in flight, after one warm-up request; the
// file holds summaries only.
var benchOpenAI = Reader{
	Name:     "bench_openai",
	Tool:     benchTool,
	Versions: "no version in the file",
	Reads:    "requests, duration, token means, throughput, end-to-end latency (p50, p95, mean, min, max), concurrency, max_tokens, temperature",
	Differences: []Difference{
		{"p95 is of statistics.quantiles (exclusive, type 6), which lies above ours (linear, type 7) in a small sample",
			"p95 由 statistics.quantiles 算出（exclusive，第 6 型），样本少时高于本站的线性插值（第 7 型）"},
		{"not streamed: no time to first token; latency is from sending to the whole reply",
			"非流式：没有首 token 延迟；延迟为从发出到收完整个回复"},
		{"all requests carry the same prompt, so that the prefix cache serves most of it",
			"所有请求使用同一提示词，前缀缓存会命中其中大部分"},
		{"token sums are mean × completed requests; ms_per_output_token is mean latency / mean output tokens, not our TPOT, and stays in source.extra",
			"token 总数由均值 × 完成请求数得出；ms_per_output_token 是平均延迟 / 平均输出 token 数，不是本站的 TPOT，仅保留在 source.extra"},
	},
	Sniff: func(h *Head) bool { return h.has("endpoint", "concurrency", "requests") && !h.has("items") },
	Read:  readBenchOpenAI,
}

func readBenchOpenAI(in Input) ([]Draft, error) {
	root, err := in.document()
	if err != nil {
		return nil, err
	}
	root.need(object)
	ok, failed, offered := root.at("ok").count(), root.at("errors").count(), root.at("requests").count()
	root.at("ok").need(numeral)
	concurrency, maxTokens := root.at("concurrency").count(), root.at("max_tokens").count()
	root.at("concurrency").need(numeral)

	l := &artifact.Load{
		Requests:  artifact.Requests{Offered: offered, Completed: ok, Failed: failed},
		DurationS: root.at("total_time_s").positive(),
		Throughput: artifact.Throughput{
			RequestsPerS:     root.at("qps").positive(),
			PromptTokensPerS: root.at("derived", "prompt_tps").positive(),
			OutputTokensPerS: root.at("derived", "decode_tps").positive(),
			TotalTokensPerS:  nil,
		},
	}
	if t := &l.Throughput; t.PromptTokensPerS != nil && t.OutputTokensPerS != nil {
		t.TotalTokensPerS = ptr(*t.PromptTokensPerS + *t.OutputTokensPerS)
	}
	usage := root.at("token_usage")
	l.Tokens.Prompt = total(usage.at("prompt_tokens_mean").positive(), ok)
	l.Tokens.Output = total(usage.at("completion_tokens_mean").positive(), ok)
	l.Latency.E2E = exclusive(root.at("latency_s"), ok)
	l.Latency.TTFT = exclusive(root.at("ttft_s"), nil)

	streaming := root.at("stream").flag()
	p := parameters{}
	p.set("arrival", "closed")
	p.set("concurrency", concurrency)
	p.set("workload", "one-prompt")
	p.set("prompts", "identical")
	// One prompt, so the mean is its size; two workloads of other sizes must
	// not pass for one.
	if mean := usage.at("prompt_tokens_mean").float(); mean != nil && *mean == math.Trunc(*mean) {
		p.set("input_tokens", mean)
	}
	p.set("definitions", benchTool)
	p.set("streaming", streaming)
	p.set("max_tokens", maxTokens)
	p.set("temperature", root.at("temperature").float())
	// The file does not say which prompt it was, nor what else was sent.
	for _, name := range []string{"workload_sha256", "top_p", "top_k", "seed", "min_tokens", "ignore_eos", "thinking"} {
		p.set(name, nil)
	}

	extra := map[string]any{}
	root.keep(extra, "endpoint")
	if f := root.at("derived", "ms_per_output_token").positive(); f != nil {
		extra["ms_per_output_token"] = *f
	}
	a := &artifact.Artifact{
		Kind: artifact.KindLoad, Status: artifact.StatusComplete, Load: l,
		Protocol: p.protocol(),
		Source:   artifact.Source{Tool: benchTool, Mode: artifact.ModeImported, Extra: extra},
	}
	if m := root.at("model").text(); m != nil {
		a.Subject.Model = *m
	}
	if root.doc.fault != nil {
		return nil, root.doc.fault
	}
	a.Name = fmt.Sprintf("c%d", *concurrency)
	if offered != nil {
		a.Name += fmt.Sprintf("-n%d", *offered)
	}
	if *ok == 0 {
		// Means over nothing come out as 0 in the file; nothing was measured.
		a.Status, a.StatusReason = artifact.StatusFailed, ptr("all requests failed")
		l.Latency, l.Throughput = artifact.Latency{}, artifact.Throughput{}
	}
	return []Draft{{Artifact: a, Slug: a.Name}}, nil
}

// exclusive is a distribution of which the tool keeps five figures; nil when it
// has none of them.
func exclusive(n *node, count *int64) *artifact.Distribution {
	d := &artifact.Distribution{
		N: count, Mean: n.at("mean").positive(), Min: n.at("min").positive(), Max: n.at("max").positive(),
		P50: n.at("p50").positive(), P95: n.at("p95").positive(), Method: ptr("exclusive"),
	}
	if d.Mean == nil && d.Min == nil && d.Max == nil && d.P50 == nil && d.P95 == nil {
		return nil
	}
	return d
}

// total is mean × n, rounded to whole tokens.
func total(mean *float64, n *int64) *int64 {
	if mean == nil || n == nil || *mean < 0 || *mean*float64(*n) > 1<<53 {
		return nil
	}
	return ptr(int64(math.Round(*mean * float64(*n))))
}

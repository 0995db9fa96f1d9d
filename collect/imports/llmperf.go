package imports

import (
	"regexp"
	"strings"

	"benchsite/collect/artifact"
)

// llmPerf reads the results of llmperf (token_benchmark_ray.py): the summary, a
// collection of summaries, and the individual responses.
var llmPerf = Reader{
	Name:     "llmperf",
	Tool:     "llmperf",
	Versions: "2023-08-31 (the only version in its files)",
	Reads: "summary: requests, errors by code, output tokens/s, requests/s, TTFT and end-to-end latency, token means, concurrency, sizes, model, time; summaries collected in one object; " +
		"individual responses: TTFT, end-to-end latency, tokens, errors, of which percentiles are computed",
	Differences: []Difference{
		{"inter_token_latency_s is the sum of all gaps, that of the first token too, over the events: about end-to-end / tokens. It is neither our TPOT nor our ITL and stays in source.extra",
			"inter_token_latency_s 为包含首 token 在内的全部间隔之和除以事件数，约等于端到端 / token 数，既不是本站的 TPOT，也不是 ITL，只保留在 source.extra"},
		{"tokens are counted by a Llama tokenizer whatever the model", "无论何种模型，token 数都用 Llama 分词器统计"},
		{"duration is not in the file: it follows from completed requests and requests per minute", "文件中没有时长，由完成请求数与每分钟请求数推得"},
		{"an answer with too few tokens counts as an error (−100); std divides by n − 1", "输出 token 过少的回复计为错误（−100）；标准差除以 n − 1"},
	},
	Sniff: func(h *Head) bool {
		return h.has("num_concurrent_requests", "mean_input_tokens") || h.has("ttft_s", "end_to_end_latency_s") ||
			h.mentions("num_concurrent_requests") && h.mentions("results_ttft_s_quantiles_p25") && len(h.Keys()) > 0
	},
	Read: readLLMPerf,
}

func readLLMPerf(in Input) ([]Draft, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	if h.has("ttft_s", "end_to_end_latency_s") {
		return readLLMPerfResponses(in)
	}
	n, err := in.document()
	if err != nil {
		return nil, err
	}
	n.need(object)
	var drafts []Draft
	if n.at("num_concurrent_requests").known() {
		drafts = append(drafts, llmPerfSummary(n))
	} else {
		for _, key := range n.keys {
			if one := n.at(key); one.kind == object && one.at("num_concurrent_requests").known() {
				d := llmPerfSummary(one)
				d.Part = key
				drafts = append(drafts, d)
			}
		}
	}
	if n.doc.fault != nil {
		return nil, n.doc.fault
	}
	if len(drafts) == 0 {
		return nil, &unknownForm{"holds no summary of llmperf"}
	}
	return drafts, nil
}

func llmPerfSummary(n *node) Draft {
	r := newLoadRun("llmperf", "llmperf", n)
	r.a.Source.ToolVersion = n.at("version").literal()
	r.served(n.at("model").text())
	if ts := n.at("timestamp").float(); ts != nil && epoch(*ts) {
		r.a.StartedAt = fromEpoch(*ts)
	}
	get := func(name string) *node { return n.at("results_" + name) }
	r.Requests = artifact.Requests{Offered: get("num_requests_started").count(), Completed: get("num_completed_requests").count(), Failed: get("number_errors").count()}
	r.Requests.ByError = codeCounts(get("error_code_frequency").text())
	perMinute := get("num_completed_requests_per_min").positive()
	if perMinute != nil {
		r.Throughput.RequestsPerS = ptr(*perMinute / 60)
		if *perMinute > 0 {
			r.DurationS = per(r.Requests.Completed, r.Throughput.RequestsPerS)
		}
	}
	r.Throughput.OutputTokensPerS = get("mean_output_throughput_token_per_s").positive()
	for _, l := range []struct {
		name, to string
		sum      **int64
	}{{"number_input_tokens", "input_tokens_mean", &r.Tokens.Prompt}, {"number_output_tokens", "output_tokens_mean", &r.Tokens.Output}} {
		mean := get(l.name + "_mean").positive()
		if *l.sum = total(mean, r.Requests.Completed); mean != nil {
			r.a.Source.Extra[l.to] = *mean
		}
	}
	r.Latency.TTFT = llmPerfSpread(n, "ttft_s", r.Requests.Completed)
	r.Latency.E2E = llmPerfSpread(n, "end_to_end_latency_s", r.Requests.Completed)
	if d := llmPerfSpread(n, "inter_token_latency_s", nil); d != nil && d.Mean != nil {
		kept := map[string]any{"mean": *d.Mean}
		for k, v := range map[string]*float64{"p50": d.P50, "p90": d.P90, "p99": d.P99} {
			if v != nil {
				kept[k] = *v
			}
		}
		r.a.Source.Extra["inter_token_latency_s"] = kept
	}
	r.arrival("", nil, n.at("num_concurrent_requests").count(), nil)
	for from, to := range map[string]string{"mean_input_tokens": "input_tokens", "mean_output_tokens": "output_tokens"} {
		if f := n.at(from).float(); f != nil && *f > 0 {
			r.p.set(to, *f)
		}
	}
	for from, to := range map[string]string{"stddev_input_tokens": "input_tokens_spread", "stddev_output_tokens": "output_tokens_spread"} {
		if f := n.at(from).float(); f != nil && *f > 0 {
			r.p.set(to, *f)
		}
	}
	r.p.set("workload", "sonnet")
	r.p.set("streaming", true)
	for _, key := range n.keys {
		if strings.HasPrefix(key, "results_") {
			n.at(key).done()
		}
	}
	r.unsaid("workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking")
	return r.draft()
}

func llmPerfSpread(n *node, metric string, count *int64) *distribution {
	return spread(func(figure string) *node {
		switch figure {
		case "std":
			figure = "stddev"
		case "p50", "p90", "p95", "p99":
			figure = "quantiles_" + figure
		}
		return n.at("results_" + metric + "_" + figure)
	}, second, count, "linear", false)
}

var codeCount = regexp.MustCompile(`'?([^,:{}']+)'?:\s*(\d+)`)

// codeCounts reads what Python prints of a dictionary: {-100.0: 97}.
func codeCounts(s *string) map[string]int64 {
	if s == nil {
		return nil
	}
	var by map[string]int64
	for _, m := range codeCount.FindAllStringSubmatch(*s, 50) {
		if n := finite(m[2]); n != nil && *n < 1<<53 {
			if by == nil {
				by = map[string]int64{}
			}
			by[cut(strings.TrimSuffix(strings.TrimSpace(m[1]), ".0"), 60)] += int64(*n)
		}
	}
	return by
}

// readLLMPerfResponses computes a run from its responses, a list without times.
func readLLMPerfResponses(in Input) ([]Draft, error) {
	empty, _ := parse(in.Name, []byte("{}"))
	r := newLoadRun("llmperf", "llmperf", empty)
	var ttft, e2e []float64
	var good, bad, prompt, output int64
	by := map[string]int64{}
	torn, err := in.values(func(_ int, n *node) error {
		n.need(object)
		code := n.at("error_code")
		if code.known() {
			bad++
			if name := code.literal(); name != nil && len(by) < 50 {
				by[cut(*name, 60)]++
			}
			return nil
		}
		first, last := n.at("ttft_s").positive(), n.at("end_to_end_latency_s").positive()
		n.at("end_to_end_latency_s").need(numeral)
		if first == nil || last == nil {
			return nil
		}
		good++
		ttft, e2e = append(ttft, *first), append(e2e, *last)
		if p, o := n.at("number_input_tokens").count(), n.at("number_output_tokens").count(); p != nil && o != nil {
			prompt, output = prompt+*p, output+*o
		}
		return nil
	}, sink{path: "GEN_TEXT"})
	if err != nil {
		return nil, err
	}
	if good+bad == 0 {
		return nil, &Refusal{File: in.Name, Message: "holds no response"}
	}
	r.Requests = artifact.Requests{Offered: ptr(good + bad), Completed: &good, Failed: &bad}
	if len(by) > 0 {
		r.Requests.ByError = by
	}
	r.Tokens.Prompt, r.Tokens.Output = &prompt, &output
	r.Latency.TTFT, r.Latency.E2E = valued(ttft), valued(e2e)
	r.p.set("workload", "sonnet")
	r.p.set("streaming", true)
	r.size("input_tokens", mean(prompt, good))
	r.size("output_tokens", mean(output, good))
	r.unsaid("arrival", "concurrency", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking")
	drafts, err := r.single()
	return parts(drafts, torn), err
}

func mean(sum, n int64) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

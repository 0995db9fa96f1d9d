package imports

import (
	"math"
)

// vllmThroughput reads the result of vllm bench throughput, which gives all
// prompts to the engine at once, without a server.
var vllmThroughput = Reader{
	Name:     "vllm_throughput",
	Tool:     "vllm bench throughput",
	Versions: "2024 to 2026; no version in the file",
	Reads:    "requests, duration, requests and tokens per second",
	Differences: []Difference{
		{"the engine runs in the tool itself: there is no server, no HTTP and no latency", "引擎在工具进程内运行：没有服务端，没有 HTTP，也没有延迟"},
		{"tokens are those of prompts and answers together", "token 数为提示与输出之和"},
		{"neither model nor date stands in the file", "文件中既没有模型名，也没有日期"},
	},
	Sniff: func(h *Head) bool {
		return h.has("elapsed_time", "num_requests") && h.hasAny("tokens_per_second", "requests_per_second")
	},
	Read: func(in Input) ([]Draft, error) {
		n, err := in.document()
		if err != nil {
			return nil, err
		}
		n.need(object)
		r := newLoadRun("vllm bench throughput", "vllm-throughput", n)
		r.offline(n)
		r.DurationS = n.at("elapsed_time").positive()
		r.Requests.Offered = n.at("num_requests").count()
		r.Requests.Completed = r.Requests.Offered
		r.Throughput.RequestsPerS, r.Throughput.TotalTokensPerS = n.at("requests_per_second").positive(), n.at("tokens_per_second").positive()
		total := n.at("total_num_tokens").count()
		r.identity("total_tokens_per_s", r.Throughput.TotalTokensPerS, per(total, r.DurationS))
		if total != nil {
			r.a.Source.Extra["total_num_tokens"] = *total
			if mean := per(total, r.Requests.Completed); mean != nil {
				r.size("total_tokens", *mean)
			}
		}
		return r.single()
	},
}

// vllmLatency reads the result of vllm bench latency, which runs one batch again
// and again.
var vllmLatency = Reader{
	Name:     "vllm_latency",
	Tool:     "vllm bench latency",
	Versions: "2024 to 2026; no version in the file",
	Reads:    "the latency of every iteration, of which mean, spread and percentiles are computed",
	Differences: []Difference{
		{"a latency is that of a whole batch through the engine, without a server and HTTP; how many requests a batch has is not in the file", "延迟是整个批次通过引擎的时间，没有服务端与 HTTP；批次大小不在文件中"},
		{"neither model nor date stands in the file", "文件中既没有模型名，也没有日期"},
	},
	Sniff: func(h *Head) bool { return h.has("avg_latency") && h.hasAny("latencies", "percentiles") },
	Read: func(in Input) ([]Draft, error) {
		n, err := in.document()
		if err != nil {
			return nil, err
		}
		n.need(object)
		r := newLoadRun("vllm bench latency", "vllm-latency", n)
		r.offline(n)
		var values []float64
		if l := n.at("latencies"); l.is(list) {
			for _, item := range l.items {
				if f := item.positive(); f != nil {
					values = append(values, *f)
				}
			}
		}
		r.Latency.E2E = spread(func(figure string) *node {
			switch figure {
			case "mean":
				return n.at("avg_latency")
			case "std":
				return n.at("std_latency")
			case "min", "max", "p95":
				return nil
			}
			return n.at("percentiles").at(figure[1:])
		}, second, nil, "linear", false)
		complete(&r.Latency.E2E, values)
		if whole := valued(values); whole != nil {
			r.identity("e2e_s.mean", r.Latency.E2E.Mean, whole.Mean)
			r.identity("e2e_s.p50", r.Latency.E2E.P50, whole.P50)
			r.identity("e2e_s.p99", r.Latency.E2E.P99, whole.P99)
		}
		return r.single()
	},
}

// offline states what a test inside the engine has in common: nothing of the
// protocol but that it is one.
func (r *loadRun) offline(n *node) {
	r.a.Subject.Engine = ptr("vLLM")
	r.p.set("arrival", "offline")
	r.p.set("streaming", false)
	if m := first(n, "model", "model_id").text(); m != nil {
		r.served(m)
	}
	if d := n.at("date"); d.known() {
		r.vllmDate(d)
	}
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking")
}

// single is the run of a file that holds one.
func (r *loadRun) single() ([]Draft, error) {
	d := r.draft()
	if r.n.doc.fault != nil {
		return nil, r.n.doc.fault
	}
	return []Draft{d}, nil
}

// rounded is the relative error of a figure that a tool rounded to some decimals.
func rounded(n *node, decimals int) float64 {
	f := n.float()
	if f == nil || *f == 0 {
		return 0
	}
	return 0.5 * math.Pow10(-decimals) / math.Abs(*f)
}

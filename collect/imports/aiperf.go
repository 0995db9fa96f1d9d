package imports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// aiPerf reads the exports of AIPerf: the summary of a run, with the records
// beside it, records alone, and the aggregate of several runs.
var aiPerf = Reader{
	Name:     "aiperf",
	Tool:     "AIPerf",
	Versions: "schema absent, 1.1, 1.2 (0.3 to 0.8)",
	Reads: "profile_export_aiperf.json: requests, errors by type, duration, tokens, throughput, TTFT, TPOT, chunk gaps, end-to-end latency, goodput, concurrency or rate, sizes, sampling extras, model, command line, GPU names and power; " +
		"profile_export.jsonl beside it or alone: every request; profile_export_aiperf_aggregate.json: the mean over runs",
	Unseen: "aggregate of several runs",
	Differences: []Difference{
		{"inter_token_latency is (end-to-end − TTFT) / (tokens − 1), which is our TPOT and stands there; inter_chunk_latency is our ICL, and there is no ITL",
			"inter_token_latency 为（端到端 − TTFT）/（token 数 − 1），即本站的 TPOT，记在 TPOT；inter_chunk_latency 即本站的 ICL；没有 ITL"},
		{"duration runs from the first request to the last response of all requests; a request that failed counts as offered", "时长从首个请求到全部请求的最后一个响应；失败的请求计入总数"},
		{"tokens are counted by the client's tokenizer unless use_server_token_count is set", "除非设置 use_server_token_count，token 数由客户端分词器统计"},
		{"power is the mean of all GPUs whose telemetry was on, whether or not they served; std divides by n", "功率为开启遥测的全部 GPU 的平均功率之和，不论其是否参与服务；标准差除以 n"},
		{"the start is that of the first request; without it, a time without a zone of which only the day is used", "开始时间取首个请求；若没有，则取不带时区的时间，只采用日期"},
	},
	Sniff: func(h *Head) bool {
		if h.has("metadata", "metrics") {
			return h.mentions("request_start_ns") || h.mentions("aggregation_type") || h.mentions("t_critical")
		}
		return h.has("request_latency") && h.hasAny("aiperf_version", "benchmark_duration", "min_request_timestamp", "schema_version") && !h.has("profile_export_file")
	},
	Read: readAIPerf,
}

// genAIPerf reads the summary of genai-perf, the forerunner of AIPerf.
var genAIPerf = Reader{
	Name:     "genai_perf",
	Tool:     "genai-perf",
	Versions: "2024 to 2025; no version in the file",
	Reads:    "throughput, TTFT and TPOT of streamed runs, end-to-end latency, mean token counts, goodput; concurrency or rate, sizes, model, streaming",
	Unseen:   "streamed runs, session and telemetry blocks",
	Differences: []Difference{
		{"without streaming the tool repeats the latency as time to first token; it is left out", "非流式时该工具把延迟重复写作首 token 延迟，此时不采用"},
		{"inter_token_latency is (end-to-end − TTFT) / (tokens − 1) rounded to nanoseconds, which is our TPOT", "inter_token_latency 为（端到端 − TTFT）/（token 数 − 1），取整到纳秒，即本站的 TPOT"},
		{"tokens are counted by the client's tokenizer from the text", "token 数由客户端分词器从文本统计"},
		{"the file holds no count of requests, no duration and no date", "文件中没有请求数、时长与日期"},
	},
	Sniff: func(h *Head) bool {
		return h.has("request_latency") && h.mentions("unit") && h.hasAny("request_throughput", "output_token_throughput", "output_token_throughput_per_request") && !h.hasAny("aiperf_version", "benchmark_duration")
	},
	Read: func(in Input) ([]Draft, error) {
		n, err := in.document()
		if err != nil {
			return nil, err
		}
		n.need(object)
		r := newLoadRun("genai-perf", "genai-perf", n)
		r.aiFigures(n, r.aiConfig(n.at("input_config")))
		return r.single()
	},
}

func readAIPerf(in Input) ([]Draft, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	if h.has("metadata", "metrics") && h.mentions("request_start_ns") {
		if main := strings.TrimSuffix(in.Name, ".jsonl") + "_aiperf.json"; main != in.Name && in.beside(main) {
			return nil, &unknownForm{"is read with " + main + ", which lies beside it"}
		}
		return readAIRecords(in)
	}
	n, err := in.document()
	if err != nil {
		return nil, err
	}
	n.need(object)
	if n.at("metrics").kind == object {
		return readAIAggregate(in, n)
	}
	r := newLoadRun("AIPerf", "aiperf", n)
	r.a.Source.ToolVersion = n.at("aiperf_version").text()
	r.aiFigures(n, r.aiConfig(n.at("input_config")))
	r.aiTelemetry(n.at("telemetry_data").done())
	r.aiErrors(n.at("error_summary"))
	if c := n.at("was_cancelled").flag(); c != nil && *c {
		r.a.Status, r.a.StatusReason = artifact.StatusInterrupted, ptr("was_cancelled in the file")
	}
	n.at("warmup_metrics").done()
	n.at("schema_version")
	companion, err := r.aiCompanion(in)
	if err != nil {
		return nil, err
	}
	drafts, err := r.single()
	if err == nil && companion != "" {
		drafts[0].Companions = []string{companion}
	}
	return drafts, err
}

// aiUnits are the units of latencies, in seconds.
var aiUnits = map[string]float64{"ms": 1e-3, "s": 1, "sec": 1, "seconds": 1, "ns": 1e-9, "us": 1e-6, "µs": 1e-6}

// aiSpread is a metric {unit, avg, p50, …} in seconds.
func aiSpread(n *node, count *int64, signed bool) *distribution {
	if n.kind != object {
		n.is(object)
		return nil
	}
	unit, name := milli, n.at("unit").text()
	if name != nil {
		known, ok := aiUnits[strings.ToLower(*name)]
		if !ok {
			n.at("unit").fail(fmt.Sprintf("expected a unit of time, found %.20q", *name))
			return nil
		}
		unit = known
	}
	if c := n.at("count").count(); c != nil {
		count = c
	}
	for _, p := range []string{"p1", "p5", "p10", "p25", "p75", "sum"} {
		n.at(p)
	}
	return spread(func(figure string) *node {
		if figure == "mean" {
			return n.at("avg")
		}
		return n.at(figure)
	}, unit, count, "linear", signed)
}

// aiCount is a count that the tool writes as a mean.
func aiCount(n *node) *int64 {
	for _, f := range []*node{n.at("avg"), n.at("sum"), n.at("value")} {
		if v := f.positive(); v != nil {
			return whole(*v)
		}
	}
	return nil
}

func aiMean(n *node) *float64 {
	if n.kind != object {
		return n.positive()
	}
	n.at("unit")
	return n.at("avg").positive()
}

// aiFigures reads the metrics of a run. streaming is nil where it is not known.
func (r *loadRun) aiFigures(n *node, streaming *bool) {
	r.Requests.Completed = aiCount(n.at("request_count"))
	failed := n.at("error_request_count")
	if r.Requests.Failed = aiCount(failed); r.Requests.Failed == nil && r.Requests.Completed != nil {
		r.Requests.Failed = ptr(int64(0)) // the tool leaves the metric out when there was none
	}
	r.Requests.Offered = sum(r.Requests.Completed, r.Requests.Failed)
	r.DurationS = aiMean(n.at("benchmark_duration"))
	r.Tokens.Prompt = aiCount(n.at("total_isl"))
	r.Tokens.Output = aiCount(first(n, "total_osl", "total_output_tokens"))
	r.Tokens.Reasoning = aiCount(n.at("total_reasoning_tokens"))
	t := &r.Throughput
	t.RequestsPerS, t.OutputTokensPerS = aiMean(n.at("request_throughput")), aiMean(n.at("output_token_throughput"))
	t.PromptTokensPerS, t.TotalTokensPerS = aiMean(n.at("input_token_throughput")), aiMean(n.at("total_token_throughput"))
	if t.PromptTokensPerS == nil {
		t.PromptTokensPerS = per(r.Tokens.Prompt, r.DurationS)
	}
	if t.TotalTokensPerS == nil {
		t.TotalTokensPerS = per(sum(r.Tokens.Prompt, r.Tokens.Output), r.DurationS)
	}
	l := &r.Latency
	l.E2E = aiSpread(n.at("request_latency"), r.Requests.Completed, false)
	l.TTFT = aiSpread(n.at("time_to_first_token"), r.Requests.Completed, false)
	l.TPOT = aiSpread(n.at("inter_token_latency"), nil, false)
	l.ICL = aiSpread(n.at("inter_chunk_latency"), nil, false)
	r.Client.DispatchLag = aiSpread(n.at("credit_to_start_latency"), nil, true)
	if streaming != nil && !*streaming {
		l.TTFT, l.TPOT, l.ICL = nil, nil, nil
	}
	switch {
	case streaming != nil:
		r.p.set("streaming", *streaming)
	case l.TTFT != nil:
		r.p.set("streaming", true)
	}
	if l.ICL != nil && l.ICL.N != nil && r.Tokens.Output != nil && r.Requests.Completed != nil && *l.ICL.N+*r.Requests.Completed > 0 {
		r.TokensPerChunk = ptr(float64(*r.Tokens.Output) / float64(*l.ICL.N+*r.Requests.Completed))
	}
	r.chunkGaps = true
	good := n.at("good_request_count")
	r.Goodput = goodRate(aiMean(n.at("goodput")))
	if met := aiCount(good); met != nil {
		if r.Goodput == nil {
			r.Goodput = &artifact.Goodput{}
		}
		r.Goodput.Met, r.Goodput.Share = met, per(met, r.Requests.Offered)
	}
	for _, l := range []struct{ name, to string }{{"input_sequence_length", "input_tokens"}, {"output_sequence_length", "output_tokens"}} {
		if mean := aiMean(n.at(l.name)); mean != nil {
			if r.a.Source.Extra[l.name+"_mean"] = *mean; r.p.known["workload"] == nil && r.p.known[l.to] == nil && r.p.known[l.to+"_about"] == nil {
				r.even(l.to, mean, n.at(l.name, "std").float())
			}
		}
		n.at(l.name).done()
	}
	r.aiStart(n)
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
}

// aiStart is the time of the first request, else the time without a zone that
// the tool writes.
func (r *loadRun) aiStart(n *node) {
	start := n.at("start_time")
	first := n.at("min_request_timestamp")
	if ns := first.at("avg").float(); first.kind == object && ns != nil && epoch(*ns*1e-9) {
		r.a.StartedAt = fromEpoch(math.Floor(*ns * 1e-9))
	} else if start.known() {
		r.vllmDate(start)
	}
	first.done()
	n.at("max_response_timestamp").done()
	n.at("end_time")
}

// aiErrors counts the failures by their type.
func (r *loadRun) aiErrors(n *node) {
	if !n.is(list) {
		return
	}
	by := map[string]int64{}
	for _, e := range n.items {
		count := e.at("count").count()
		name := first(e.at("error_details"), "type", "code", "message").literal()
		if count == nil || name == nil || len(by) >= 50 {
			continue
		}
		by[cut(*name, 60)] += *count
	}
	if len(by) > 0 {
		r.Requests.ByError = by
	}
}

// aiTelemetry takes the names of the GPUs and their mean power.
func (r *loadRun) aiTelemetry(n *node) {
	if !n.is(object) {
		return
	}
	var names []string
	total, known := 0.0, false
	endpoints := n.at("endpoints")
	for _, e := range endpoints.keys {
		gpus := endpoints.at(e, "gpus")
		for _, g := range gpus.keys {
			gpu := gpus.at(g)
			if name := gpu.at("gpu_name").text(); name != nil {
				names = append(names, *name)
				r.a.Environment.Accelerators = append(r.a.Environment.Accelerators, artifact.Accelerator{Index: gpu.at("gpu_index").count(), Name: *name})
			}
			if w := gpu.at("metrics", "gpu_power_usage", "avg").positive(); w != nil {
				total, known = total+*w, true
			}
		}
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(names))); len(unique) == 1 {
		r.a.Subject.Accelerator = &unique[0]
	}
	if known {
		r.Power = &artifact.Power{MeanW: &total}
	}
}

package imports

import (
	"fmt"
	"math"

	"benchsite/collect/artifact"
)

// inferencePerf reads the lifecycle reports of inference-perf: of a stage, of
// all stages together, and of every request.
var inferencePerf = Reader{
	Name:     "inference_perf",
	Tool:     "inference-perf",
	Versions: "0.1 to 0.5; no version in the file",
	Reads: "stage_N and summary lifecycle metrics: requests, failures by label, duration where it stands, tokens, throughput, TTFT, TPOT, end-to-end latency, delay of sending; requested rate or concurrency; " +
		"per_request lifecycle metrics: every request",
	Unseen: "per-request report, concurrency stages, goodput block",
	Differences: []Difference{
		{"its inter_token_latency gives all tokens of a chunk the chunk's time, so that most gaps are 0: it is neither our ITL nor our ICL and stays in source.extra; so does normalized_time_per_output_token, which is end-to-end / tokens",
			"inter_token_latency 让同一 chunk 内的所有 token 取同一时刻，大多数间隔为 0，既不是本站的 ITL，也不是 ICL，只保留在 source.extra；normalized_time_per_output_token 为端到端 / token 数，同样只保留在 source.extra"},
		{"tokens are counted by the client's tokenizer unless use_server_output_tokens is set", "除非设置 use_server_output_tokens，token 数由客户端分词器统计"},
		{"end-to-end latency runs to the end of the body", "端到端延迟计到响应体结束"},
		{"latency is from sending; schedule_delay, the wait before it, stands as dispatch lag", "延迟从发出算起；发出之前的等待 schedule_delay 记为派发延迟"},
		{"duration and rates are over all requests, failed ones too; the summary mixes all stages", "时长与速率按全部请求计，含失败请求；summary 混合了所有阶段"},
		{"neither model nor date stands in the file", "文件中既没有模型名，也没有日期"},
	},
	Sniff: func(h *Head) bool {
		return h.has("load_summary", "successes", "failures") || h.has("request", "info") && h.mentions("output_token_times") || h.has("start_time", "end_time", "request", "response")
	},
	Read: readInferencePerf,
}

func readInferencePerf(in Input) ([]Draft, error) {
	h, err := in.head()
	if err != nil {
		return nil, err
	}
	if !h.has("load_summary") {
		return readInferenceRequests(in)
	}
	n, err := in.document()
	if err != nil {
		return nil, err
	}
	n.need(object)
	if !n.at("successes", "latency").known() && n.at("successes", "rate").known() {
		return nil, &unknownForm{"is what Prometheus saw of the server (prometheus_metrics), telemetry without a run; give the lifecycle report of the same stage"}
	}
	r := newLoadRun("inference-perf", "inference-perf", n)
	load, good, bad := n.at("load_summary"), n.at("successes"), n.at("failures")
	good.need(object)
	r.Requests.Completed, r.Requests.Failed = good.at("count").count(), bad.at("count").count()
	r.Requests.Offered = sum(r.Requests.Completed, r.Requests.Failed)
	if planned := load.at("count").count(); planned != nil && r.Requests.Offered != nil {
		r.identity("requests.offered", ptr(float64(*planned)), ptr(float64(*r.Requests.Offered)))
	}
	r.inferenceFailures(bad)
	r.DurationS = n.at("benchmark_time_seconds").positive()
	r.Tokens.Prompt, r.Tokens.Output = r.inferenceTokens(good, "prompt_tokens", "prompt_len"), r.inferenceTokens(good, "output_tokens", "output_len")
	if cached := good.at("prompt_tokens", "cached").positive(); cached != nil {
		r.Tokens.Cached = whole(*cached)
	}
	t := good.at("throughput")
	r.Throughput = artifact.Throughput{RequestsPerS: t.at("requests_per_sec").positive(), PromptTokensPerS: t.at("input_tokens_per_sec").positive(),
		OutputTokensPerS: t.at("output_tokens_per_sec").positive(), TotalTokensPerS: t.at("total_tokens_per_sec").positive()}
	if r.DurationS == nil {
		// Without a duration the rates must agree with each other.
		r.identity("output_tokens_per_s", r.Throughput.OutputTokensPerS, times(r.Throughput.RequestsPerS, good.at("output_len", "mean").positive()))
		r.identity("prompt_tokens_per_s", r.Throughput.PromptTokensPerS, times(r.Throughput.RequestsPerS, good.at("prompt_len", "mean").positive()))
	}
	l := good.at("latency")
	r.Latency.TTFT, r.Latency.TPOT = inferenceSpread(l.at("time_to_first_token"), r.Requests.Completed, false), inferenceSpread(l.at("time_per_output_token"), nil, false)
	r.Latency.E2E = inferenceSpread(l.at("request_latency"), r.Requests.Completed, false)
	r.Client.DispatchLag = inferenceSpread(load.at("schedule_delay").done(), load.at("count").count(), true)
	for _, name := range []string{"inter_token_latency", "normalized_time_per_output_token"} {
		if d := inferenceSpread(l.at(name).done(), nil, true); d != nil && d.Mean != nil {
			kept := map[string]any{"mean": *d.Mean}
			for k, v := range map[string]*float64{"median": d.P50, "p90": d.P90, "p99": d.P99, "min": d.Min, "max": d.Max} {
				if v != nil {
					kept[k] = *v
				}
			}
			r.a.Source.Extra[name] = kept
		}
	}
	r.inferenceLoad(load)
	r.even("input_tokens", good.at("prompt_len", "mean").float(), width(good.at("prompt_len")))
	r.even("output_tokens", good.at("output_len", "mean").float(), width(good.at("output_len")))
	for _, name := range []string{"prompt_len", "output_len", "prompt_tokens", "output_tokens", "latency"} {
		good.at(name).done()
	}
	return r.single()
}

// width is how far the values of a distribution lie apart.
func width(n *node) *float64 {
	lo, hi := n.at("min").float(), n.at("max").float()
	if lo == nil || hi == nil {
		return nil
	}
	return ptr(*hi - *lo)
}

func times(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return ptr(*a * *b)
}

// inferenceLoad is how the stage was driven. A summary has no rate: it mixes
// stages, which no other run may be compared with in silence.
func (r *loadRun) inferenceLoad(load *node) {
	rate, achieved := load.at("requested_rate"), load.at("achieved_rate").positive()
	if achieved != nil {
		r.a.Source.Extra["achieved_rate"] = *achieved
	}
	if s := load.at("send_duration").positive(); s != nil {
		r.a.Source.Extra["send_duration_s"] = *s
	}
	concurrency := load.at("concurrency").numberOrInf()
	switch {
	case concurrency != nil && *concurrency > 0 && whole(*concurrency) != nil:
		r.arrival("", nil, whole(*concurrency), nil)
	case rate.kind == numeral:
		r.arrival("", rate.rate(), nil, nil) // constant or Poisson: the report does not say
	default:
		r.p.set("arrival", nil)
		r.p.set("stages", "all")
	}
	if r.Latency.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.unsaid("arrival", "workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
}

func (r *loadRun) inferenceFailures(bad *node) {
	labels := bad.at("by_label")
	if labels.kind == object && len(labels.keys) > 0 {
		by := map[string]int64{}
		for i, label := range labels.keys {
			if count := labels.at(label, "count").count(); count != nil && i < 50 {
				by[cut(label, 60)] = *count
			}
		}
		r.Requests.ByError = by
	}
	labels.done()
	bad.at("request_latency").done()
	bad.at("prompt_len").done()
}

// inferenceTokens is the sum of tokens, as newer reports have it, else mean ×
// count.
func (r *loadRun) inferenceTokens(good *node, sum, lengths string) *int64 {
	if f := good.at(sum, "total").positive(); f != nil {
		return whole(*f)
	}
	return total(good.at(lengths, "mean").positive(), r.Requests.Completed)
}

func inferenceSpread(n *node, count *int64, signed bool) *distribution {
	if !n.is(object) {
		return nil
	}
	return spread(func(figure string) *node {
		switch figure {
		case "p50":
			return first(n, "median", "p50")
		case "std":
			return first(n, "std", "stddev")
		}
		return n.at(figure)
	}, second, count, "linear", signed)
}

// readInferenceRequests computes a run from the report of every request.
func readInferenceRequests(in Input) ([]Draft, error) {
	empty, _ := parse(in.Name, []byte("{}"))
	r := newLoadRun("inference-perf", "inference-perf", empty)
	var ttft, tpot, e2e []float64
	var good, bad, prompt, output int64
	begin, end, count := math.Inf(1), math.Inf(-1), 0
	torn, err := in.values(func(_ int, n *node) error {
		n.need(object)
		start, stop := n.at("start_time").float(), n.at("end_time").float()
		n.at("start_time").need(numeral)
		if start == nil || stop == nil {
			return nil
		}
		if *stop < *start {
			n.at("end_time").fail("lies before start_time")
			return nil
		}
		begin, end = math.Min(begin, *start), math.Max(end, *stop)
		count++
		info := n.at("info")
		rec := artifact.LoadRecord{RequestID: fmt.Sprint(count), SentS: start, EndS: stop, ScheduledS: n.at("scheduled_time").float(),
			PromptTokens: info.at("input_tokens").count(), OutputTokens: info.at("output_tokens").count()}
		if fault := n.at("error"); fault.known() {
			bad++
			class := first(fault, "error_type", "type").literal()
			if class == nil {
				class = ptr("unknown")
			}
			rec.Error, rec.OutputTokens = ptr(cut(*class, 60)), nil
		} else {
			good++
			e2e = append(e2e, *stop-*start)
			if rec.PromptTokens != nil {
				prompt += *rec.PromptTokens
			}
			if rec.OutputTokens != nil {
				output += *rec.OutputTokens
			}
			if times := info.at("output_token_times"); times.kind == list && len(times.items) > 0 {
				rec.FirstS, rec.LastS = times.items[0].float(), times.items[len(times.items)-1].float()
				if rec.FirstS != nil && rec.LastS != nil {
					ttft = append(ttft, *rec.FirstS-*start)
					if rec.OutputTokens != nil && *rec.OutputTokens > 1 {
						tpot = append(tpot, (*rec.LastS-*rec.FirstS)/float64(*rec.OutputTokens-1))
					}
				}
			}
		}
		if len(r.records) < maxRecords {
			r.records = append(r.records, rec)
		}
		return nil
	}, sink{path: "request"}, sink{path: "response"})
	if err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, &Refusal{File: in.Name, Message: "holds no request"}
	}
	for i := range r.records {
		rec := &r.records[i]
		for _, t := range []**float64{&rec.SentS, &rec.ScheduledS, &rec.FirstS, &rec.LastS, &rec.EndS} {
			if *t != nil {
				*t = ptr(**t - begin)
			}
		}
	}
	if count > maxRecords {
		r.a.Source.Extra["records_left_out"], r.records = int64(count), nil
	}
	r.Requests = artifact.Requests{Offered: ptr(good + bad), Completed: &good, Failed: &bad}
	if r.DurationS = ptr(end - begin); epoch(begin) {
		r.a.StartedAt = fromEpoch(begin)
	}
	r.Tokens.Prompt, r.Tokens.Output = &prompt, &output
	r.Throughput = artifact.Throughput{RequestsPerS: per(&good, r.DurationS), PromptTokensPerS: per(&prompt, r.DurationS),
		OutputTokensPerS: per(&output, r.DurationS), TotalTokensPerS: per(sum(&prompt, &output), r.DurationS)}
	r.Latency.TTFT, r.Latency.TPOT, r.Latency.E2E = valued(ttft), valued(tpot), valued(e2e)
	r.p.set("stages", "all")
	r.inferenceLoad(empty)
	drafts, err := r.single()
	return parts(drafts, torn), err
}

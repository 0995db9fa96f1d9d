package imports

import (
	"strings"

	"benchsite/collect/artifact"
)

// vllmWrapped is a result in a wrapper that says what was measured: {hw, model,
// framework, precision, tp, ep, isl, osl, conc, image, ts, metrics, gpu}.
func vllmWrapped(n, m *node) Draft {
	r := newLoadRun("vllm bench serve", "vllm-bench", n)
	r.chunkGaps = true
	r.served(first(n, "model", "model_id").text())
	s := &r.a.Subject
	s.Accelerator, s.Engine = n.at("hw").text(), engineName(n.at("framework").text())
	if p := n.at("precision").text(); p != nil {
		s.Precision = ptr(strings.ToUpper(*p))
	}
	s.Parallel = artifact.Parallel{TP: n.at("tp").count(), EP: n.at("ep").count(), PP: n.at("pp").count(), DP: n.at("dp").count()}
	if ts := n.at("ts").text(); ts != nil && !r.zoned(*ts) {
		r.vllmDate(n.at("ts"))
	}
	if r.a.StartedAt == "" {
		r.vllmDate(first(n, "date", "timestamp"))
	}
	r.Requests.Completed = first(m, "successful_requests", "completed").count()
	r.Requests.Failed = first(m, "failed_requests", "failed").count()
	r.Requests.Offered = first(m, "num_prompts", "total_requests").count()
	r.DurationS = first(m, "duration", "benchmark_duration").positive()
	r.Tokens.Prompt, r.Tokens.Output = m.at("total_input_tokens").count(), m.at("total_output_tokens").count()
	r.vllmFigures(m)
	r.p.set("arrival", "closed")
	r.p.set("concurrency", first(n, "conc", "concurrency", "max_concurrency").count())
	for from, to := range map[string]string{"isl": "input_tokens", "osl": "output_tokens"} {
		if v := n.at(from).count(); v != nil {
			r.p.set(to, *v)
		}
	}
	if gpu := n.at("gpu"); gpu.is(object) {
		s.AcceleratorCount = gpu.at("n_gpus").count()
		if w := gpu.at("total_avg_power_w").positive(); w != nil {
			r.Power = &artifact.Power{MeanW: w}
		}
	}
	if r.Latency.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	return r.draft()
}

// engineName writes the engines that are known as they write themselves, so that
// one engine is not two.
func engineName(name *string) *string {
	if name == nil {
		return nil
	}
	for _, known := range []string{"vLLM", "SGLang", "TensorRT-LLM", "LMDeploy", "TGI"} {
		if strings.EqualFold(*name, known) {
			return &known
		}
	}
	if lower := strings.ToLower(*name); lower == "trt" || lower == "trtllm" || lower == "trt-llm" {
		return ptr("TensorRT-LLM")
	}
	return name
}

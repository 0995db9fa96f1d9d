package imports

import "strings"

// loadReaders lists the readers of load tests in the order in which they are
// asked.
func loadReaders() []Reader {
	return []Reader{benchOpenAI, vllmServe, sglangServing, vllmThroughput, vllmLatency, guideLLM, aiPerf, genAIPerf, inferencePerf, evalScopePerf, llmPerf}
}

// loadAsides are files that lie beside results of load tests.
var loadAsides = []aside{
	{func(h *Head) bool { return h.has("timestamp_ns", "telemetry_data") || h.has("dcgm_url") },
		"is GPU telemetry without a run; give profile_export_aiperf.json of the same run, which has its summary"},
	{func(h *Head) bool {
		return h.has("experiments") && h.hasAny("version", "service_kind") && !h.has("benchmarks")
	},
		"is the raw export of perf_analyzer; give profile_export_genai_perf.json beside it"},
	{func(h *Head) bool { return h.Name == "inputs.json" && h.has("data") && h.mentions("payloads") },
		"holds the prompts of an AIPerf run, no result"},
	{func(h *Head) bool {
		return h.mentions("Percentiles") && h.mentions("Latency (s)") && !h.hasAny("Total requests", "Total Requests")
	},
		"holds percentiles of evalscope perf; give benchmark_summary.json beside it, which reads them"},
	{func(h *Head) bool { return h.Name == "benchmark_args.json" && h.has("model") },
		"holds arguments of evalscope perf; give benchmark_summary.json beside it, which reads them"},
	{func(h *Head) bool {
		return h.has("benchmark", "model", "metric") && h.mentions("benchmark_values") || strings.HasSuffix(h.Name, ".pytorch.json")
	},
		"repeats a result of vllm bench for the PyTorch dashboard; give the result beside it"},
	{func(h *Head) bool { return strings.HasSuffix(h.Name, ".failure.json") },
		"says why a point of a sweep failed; it holds no run"},
}

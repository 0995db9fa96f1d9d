package imports

import (
	"benchsite/collect/artifact"
)

// sglangServing reads the JSON lines of sglang.bench_serving, which appends a
// line for each run.
var sglangServing = Reader{
	Name:     "sglang",
	Tool:     "sglang.bench_serving",
	Versions: "2024 to 2026; no version in the file but that of the server",
	Reads: "requests completed, duration, tokens, throughput, TTFT, TPOT, ITL or chunk gaps, end-to-end latency; request rate, concurrency, dataset and lengths; " +
		"model, parallelism, quantization and about 20 arguments from server_info; with --output-details every request's figures; every line of the file",
	Unseen: "--output-details, request_rate \"trace\", p90 and p95 of all metrics",
	Differences: []Difference{
		{"with the native backend (sglang) the ITL is the gap of a chunk divided by its tokens, once for each token; with the others it is the gap between chunks and stands as ICL",
			"使用原生后端（sglang）时，ITL 为 chunk 间隔除以其 token 数，每个 token 计一次；其他后端为 chunk 间隔，记为 ICL"},
		{"latency and TPOT run to the end of the stream with [DONE]", "延迟与 TPOT 计到流结束（含 [DONE]）"},
		{"every request opens a connection, so that TTFT has the set-up of TCP and TLS in it", "每个请求新建连接，TTFT 含 TCP 与 TLS 建连时间"},
		{"without usage from the server the requested output length counts as its tokens", "服务端未返回 usage 时，以请求的输出长度作为 token 数"},
		{"an open loop sleeps between sends, so that its rate falls behind by what sending takes", "开环在两次发送之间休眠，实际速率会因发送耗时而偏低"},
		{"the file holds no count of failed requests and no date", "文件中没有失败请求数，也没有日期"},
	},
	Sniff: func(h *Head) bool {
		return h.has("duration", "completed", "request_throughput") && h.hasAny("server_info", "total_throughput", "total_output_tokens_retokenized", "mean_e2e_latency_ms")
	},
	Read: readSGLang,
}

func readSGLang(in Input) ([]Draft, error) {
	requests := &vllmRequests{}
	var drafts []Draft
	torn, err := in.values(func(_ int, n *node) error {
		detail := requests
		requests = &vllmRequests{}
		n.need(object)
		drafts = append(drafts, sglangRun(n, detail))
		return nil
	}, vllmSinks(&requests)...)
	if err != nil {
		return nil, err
	}
	return parts(drafts, torn), nil
}

func sglangRun(n *node, detail *vllmRequests) Draft {
	r := newLoadRun("sglang.bench_serving", "sglang-bench", n)
	n.at("completed").need(numeral)
	r.Requests.Offered, r.Requests.Completed, r.Requests.Failed = n.at("num_prompts").count(), n.at("completed").count(), n.at("failed").count()
	r.DurationS = n.at("duration").positive()
	r.Tokens.Prompt, r.Tokens.Output = n.at("total_input_tokens").count(), n.at("total_output_tokens").count()
	r.vllmFigures(n)
	r.Latency.E2E = vllmSpread(n, "e2e_latency", r.Requests.Completed)
	backend := n.at("backend").text()
	if backend != nil && *backend == "sglang" {
		r.Latency.ITL, r.Latency.ICL = r.Latency.ICL, nil
	} else {
		r.chunkGaps = true
	}
	if m := n.at("max_itl_ms").positive(); m != nil {
		for _, d := range []*distribution{r.Latency.ITL, r.Latency.ICL} {
			if d != nil {
				d.Max = ptr(inUnit(*m, milli))
			}
		}
	}
	r.p.sent("backend", backend)
	if rate := n.at("request_rate"); rate.kind == text && rate.scalar == "trace" {
		r.p.set("arrival", "trace")
	} else {
		r.arrival("poisson", rate.rate(), n.at("max_concurrency").count(), r.Requests.Completed)
	}
	if d := n.at("dataset_name").text(); d != nil {
		r.p.set("workload", *d)
		if *d == "random" || *d == "random-ids" {
			r.p.sent("input_tokens", n.at("random_input_len").count())
			r.p.sent("output_tokens", n.at("random_output_len").count())
			r.p.sent("random_range_ratio", n.at("random_range_ratio").float())
		}
	}
	if r.Latency.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.sglangServer(n.at("server_info").done())
	if m := first(n, "model", "model_id").text(); m != nil && r.a.Subject.Model == "" {
		r.served(m)
	}
	if d := n.at("date"); d.known() {
		r.vllmDate(d)
	}
	detail.fill(r)
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	return r.draft()
}

// sglangArgs are the arguments of the server that are kept: those that change
// what it can do.
var sglangArgs = []string{
	"dtype", "mem_fraction_static", "max_total_tokens", "chunked_prefill_size", "max_prefill_tokens", "schedule_policy", "page_size", "stream_interval",
	"enable_dp_attention", "moe_a2a_backend", "deepep_mode", "moe_runner_backend", "sampling_backend", "disaggregation_mode", "enable_hierarchical_cache", "enable_lmcache",
	"cuda_graph_max_bs", "disable_overlap_schedule", "enable_torch_compile", "speculative_num_steps", "speculative_eagle_topk", "speculative_num_draft_tokens", "nnodes",
}

// sglangServer takes the subject and the server's arguments from server_info.
// Where prefill and decode run apart only what both say alike is taken.
func (r *loadRun) sglangServer(info *node) {
	if !info.is(object) {
		return
	}
	servers := []*node{info}
	if prefill, decode := info.at("prefill"), info.at("decode"); prefill.kind == list && decode.kind == list {
		servers = append(append([]*node{}, prefill.items...), decode.items...)
		serverOf(r.a).Args = map[string]any{"prefill_servers": int64(len(prefill.items)), "decode_servers": int64(len(decode.items))}
	}
	same := func(names ...string) *node {
		var found *node
		for _, server := range servers {
			if server.kind != object {
				return info.at("")
			}
			f := first(server, names...)
			if found != nil && (f.kind != found.kind || f.scalar != found.scalar || f.truth != found.truth) {
				return info.at("") // they differ
			}
			found = f
		}
		if found == nil {
			return info.at("")
		}
		return found
	}
	s, env := &r.a.Subject, serverOf(r.a)
	s.Engine = ptr("SGLang")
	s.EngineVersion = same("version").text()
	if s.EngineVersion == nil {
		s.EngineVersion = info.at("version").text()
	}
	r.served(same("served_model_name", "model_path").text())
	s.ModelRevision = same("revision").text()
	s.Quantization = same("quantization").text()
	if kv := same("kv_cache_dtype").text(); kv != nil && *kv != "auto" {
		s.KVCacheDtype = kv
	}
	s.Parallel = artifact.Parallel{TP: same("tp_size").count(), PP: same("pp_size").count(), DP: same("dp_size").count(), EP: same("ep_size").count()}
	s.MaxModelLen = same("context_length").count()
	env.MaxNumSeqs = same("max_running_requests").count()
	env.KVCacheTokens = same("max_total_num_tokens").count()
	env.AttentionBackend = same("attention_backend").text()
	env.Speculative = same("speculative_algorithm").text()
	if off := same("disable_radix_cache").flag(); off != nil {
		env.PrefixCaching = ptr(!*off)
	}
	if off := same("disable_cuda_graph").flag(); off != nil {
		env.EnforceEager = off
	}
	for _, name := range sglangArgs {
		if v := same(name); v.known() && v.kind != list && v.kind != object {
			if env.Args == nil {
				env.Args = map[string]any{}
			}
			env.Args[name] = v.plain()
		}
	}
}

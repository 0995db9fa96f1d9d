package imports

import (
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"
)

// vllmServe reads the results of vllm bench serve and of what came from it: the
// older benchmark_serving.py, its forks, the client in Rust, and the sweeps that
// run it many times.
var vllmServe = Reader{
	Name:     "vllm_serve",
	Tool:     "vllm bench serve",
	Versions: "benchmark_serving.py of 2024 to 0.25.1; InferenceX fork; vllm-bench (Rust)",
	Reads: "requests, duration, tokens, throughput, goodput as a rate, TTFT, TPOT, chunk gaps and end-to-end latency with the percentiles chosen; request rate, burstiness, concurrency; " +
		"with --save-detailed every request; with --append-result and in sweeps every run of the file; the steady window of the Rust client; the wrapper {hw, model, …, metrics}",
	Unseen: "steady window and multi-turn result of the Rust client, failed_requests, ramp-up, speculative decoding",
	Differences: []Difference{
		{"the tool's ITL is the gap between chunks, so it stands as ICL; ITL is left empty. Mean gap / mean TPOT tells how many tokens came in one chunk",
			"该工具的 ITL 实为 chunk 间隔，故记为 ICL，ITL 留空；平均间隔 / 平均 TPOT 即每个 chunk 的 token 数"},
		{"the first token is the first chunk with choices, even if it carries a role and no text; a chunk with the finish reason counts as a gap",
			"首 token 取第一个带 choices 的 chunk，即使其中只有角色而没有文本；带结束原因的 chunk 也计为一个间隔"},
		{"duration runs from before the first dispatch to the last result; std divides by n", "时长从首次派发之前算到最后一个结果；标准差除以 n"},
		{"latency is from sending: the wait of a request for a free slot (max_concurrency) is not in it", "延迟从发出算起，请求等待并发名额（max_concurrency）的时间不在其中"},
		{"goodput is good requests per second; its limits are not in the file", "有效吞吐为每秒达标请求数，文件中没有写明阈值"},
		{"date is local time without a zone, written at the end of the run; only its day is used", "日期为不带时区的本地时间，在测试结束时写入，只采用其中的日期"},
	},
	Sniff: func(h *Head) bool {
		return h.has("duration", "completed", "request_throughput") && (h.has("model_id") || h.has("tokenizer_id")) && !h.has("server_info") ||
			h.has("metrics", "model") && h.hasAny("hw", "framework", "conc") && h.mentions("request_throughput")
	},
	Read: readVLLMServe,
}

func readVLLMServe(in Input) ([]Draft, error) {
	if message, ok := in.sweepSummary(); ok {
		return nil, &unknownForm{message}
	}
	requests := &vllmRequests{}
	var drafts []Draft
	torn, err := in.values(func(_ int, n *node) error {
		detail := requests
		requests = &vllmRequests{}
		n.need(object)
		if m := n.at("metrics"); m.kind == object {
			drafts = append(drafts, vllmWrapped(n, m))
		} else {
			drafts = append(drafts, vllmFlat(n, detail))
		}
		return nil
	}, vllmSinks(&requests)...)
	if err != nil {
		return nil, err
	}
	return parts(drafts, torn), nil
}

// sweepSummary reports whether the file repeats the runs that lie beside it, as
// summary.json of a sweep does.
func (in Input) sweepSummary() (string, bool) {
	if in.Name != "summary.json" {
		return "", false
	}
	for _, pattern := range []string{"run=*.json", "*/run=*.json"} {
		if found, err := fs.Glob(in.FS, pattern); err == nil && len(found) > 0 {
			return "repeats the runs of a sweep that lie beside it, such as " + found[0] + "; give those", true
		}
	}
	return "", false
}

// vllmFlat is one flat result.
func vllmFlat(n *node, detail *vllmRequests) Draft {
	r := newLoadRun("vllm bench serve", "vllm-bench", n)
	r.chunkGaps = true
	r.served(n.at("model_id").text())
	r.vllmDate(n.at("date"))
	r.Requests.Offered, r.Requests.Completed, r.Requests.Failed = n.at("num_prompts").count(), n.at("completed").count(), n.at("failed").count()
	n.at("completed").need(numeral)
	if n.at("mode").literal(); n.at("num_conversations").known() {
		r.turns(n)
	}
	if o, c := r.Requests.Offered, r.Requests.Completed; r.Requests.Failed == nil && o != nil && c != nil && *o >= *c {
		r.Requests.Failed = ptr(*o - *c) // whatever was not completed has failed: the tool waits for all
	}
	r.DurationS = n.at("duration").positive()
	r.Tokens.Prompt, r.Tokens.Output = n.at("total_input_tokens").count(), n.at("total_output_tokens").count()
	r.vllmFigures(n)

	rate := n.at("request_rate")
	requestRate := rate.rate()
	burstiness := n.at("burstiness").numberOrInf()
	process := "poisson"
	switch {
	case burstiness == nil:
		process = ""
	case math.IsInf(*burstiness, 1):
		process = "constant"
	case *burstiness != 1 && requestRate != nil:
		process = "gamma"
		r.p.set("burstiness", *burstiness)
	}
	if n.at("ramp_up_strategy").known() {
		for _, name := range []string{"ramp_up_strategy", "ramp_up_start_rps", "ramp_up_end_rps"} {
			if v := n.at(name).plain(); v != nil {
				r.p.set(name, v)
			}
		}
		r.p.set("arrival", process)
	} else if _, there := r.p.known["concurrency"]; !there {
		r.arrival(process, requestRate, n.at("max_concurrency").count(), r.Requests.Offered)
	}
	if g := first(n, "request_goodput", "request_goodput:"); g != nil && g.known() {
		r.Goodput = goodRate(g.positive())
	}
	if r.Latency.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.steady(n.at("steady_state"))
	if v := n.at("max_model_len").count(); v != nil {
		r.a.Subject.MaxModelLen = v
	}
	r.inlined(n)
	detail.fill(r)
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	if b := first(n, "endpoint_type", "backend").text(); b != nil {
		r.p.set("backend", *b) // completions or chat: other tokens go out
	}
	n.at("backend")
	n.at("tokenizer_id") // says no more than the model
	return r.draft()
}

// vllmFigures reads throughput and latencies, which the fork in seconds names
// without _ms.
func (r *loadRun) vllmFigures(n *node) {
	t := &r.Throughput
	t.RequestsPerS, t.OutputTokensPerS = n.at("request_throughput").positive(), first(n, "output_throughput", "output_token_throughput").positive()
	t.PromptTokensPerS, t.TotalTokensPerS = n.at("input_throughput").positive(), first(n, "total_token_throughput", "total_throughput").positive()
	if t.PromptTokensPerS == nil {
		t.PromptTokensPerS = per(r.Tokens.Prompt, r.DurationS)
	}
	l := &r.Latency
	l.TTFT, l.TPOT = vllmSpread(n, "ttft", r.Requests.Completed), vllmSpread(n, "tpot", nil)
	l.ICL, l.E2E = vllmSpread(n, "itl", nil), vllmSpread(n, "e2el", r.Requests.Completed)
}

// vllmSpread is mean_ttft_ms, median_ttft_ms, p99_ttft_ms … or the same without
// _ms in seconds.
func vllmSpread(n *node, metric string, count *int64) *distribution {
	unit, suffix := milli, "_ms"
	if !slices.ContainsFunc(n.keys, func(k string) bool { return strings.HasSuffix(k, "_"+metric+"_ms") }) {
		unit, suffix = second, ""
	}
	return spread(func(figure string) *node {
		if figure == "p50" {
			if d := n.fields["p50_"+metric+suffix]; d != nil {
				d.seen = true
			}
			figure = "median"
		}
		return n.at(figure + "_" + metric + suffix)
	}, unit, count, "linear", false)
}

// vllmDate takes the day of a date without a zone, as 20260428-095035.
func (r *loadRun) vllmDate(n *node) {
	text := n.text()
	if text == nil {
		return
	}
	for _, form := range []string{"20060102-150405", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999", "2006-01-02"} {
		if t, err := time.Parse(form, *text); err == nil {
			r.a.StartedAt = t.Format(time.DateOnly)
			if form != "2006-01-02" {
				r.a.Source.LocalTime = text
			}
			return
		}
	}
	r.zoned(*text)
}

// zoned takes a time that names its zone.
func (r *loadRun) zoned(text string) bool {
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(text, " ", "T", 1))
	if err != nil {
		return false
	}
	r.a.StartedAt = t.UTC().Truncate(time.Second).Format(time.RFC3339)
	return true
}

// inlined keeps what a sweep wrote into each of its results: the parameters
// that it varied. Which of them are the server's is not said; those of the
// workload are known by name.
func (r *loadRun) inlined(n *node) {
	if !n.at("run_number").known() {
		return
	}
	r.a.Source.Extra["run_number"] = n.at("run_number").plain()
	for from, to := range map[string]string{"random_input_len": "input_tokens", "random_output_len": "output_tokens", "dataset_name": "workload", "seed": "seed", "temperature": "temperature", "ignore_eos": "ignore_eos"} {
		if v := n.at(from); v.known() {
			r.p.set(to, v.plain())
		}
	}
	for _, key := range n.keys {
		field := n.fields[key]
		if field.seen || field.kind == list || field.kind == object || !field.known() || slices.Contains(vllmKnown, key) || vllmMetric.MatchString(key) {
			continue
		}
		field.seen = true
		if s := serverOf(r.a); key == "max_num_seqs" {
			s.MaxNumSeqs = field.count()
		} else if s.Args == nil {
			s.Args = map[string]any{key: field.plain()}
		} else {
			s.Args[key] = field.plain()
		}
	}
}

// steady is the window of the Rust client in which the concurrency was reached.
// It counts chunks for tokens, so that its token rate holds only where one chunk
// is one token.
func (r *loadRun) steady(n *node) {
	if !n.is(object) {
		return
	}
	w := n.at("window")
	r.Steady = &steadyWindow{
		StartS: w.at("start_s").positive(), EndS: w.at("end_s").positive(),
		Requests: w.at("requests_completed_in_window").count(), RequestsPerS: n.at("request_throughput").positive(),
	}
	ratio := 1.0
	if icl, tpot := r.Latency.ICL, r.Latency.TPOT; icl != nil && tpot != nil {
		if v := per(icl.Mean, tpot.Mean); v != nil {
			ratio = *v
		}
	}
	if rate := n.at("output_throughput"); ratio < 1.05 {
		r.Steady.OutputTokensPerS = rate.positive()
	} else {
		rate.seen = false
	}
}

// turns is the result of a test with conversations of several turns.
func (r *loadRun) turns(n *node) {
	r.p.set("arrival", "closed")
	r.p.set("concurrency", n.at("multi_turn_concurrency").count())
	r.p.set("turns", n.at("turns_per_conversation").count())
	r.p.set("workload", "multi-turn")
	if delay := n.at("inter_turn_delay_ms").positive(); delay != nil && *delay > 0 {
		r.p.set("think_time_s", inUnit(*delay, milli))
	}
	r.Requests.Offered = sum(r.Requests.Completed, r.Requests.Failed)
	n.at("num_conversations")
}

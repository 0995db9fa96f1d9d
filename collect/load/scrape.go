package load

import (
	"bytes"
	"strconv"
	"strings"
)

// gauge and counter names as engines print them: vLLM (also its older ones),
// SGLang, llama.cpp and TGI. The first name that a page has counts.
var (
	runningNames  = []string{"vllm:num_requests_running", "sglang:num_running_reqs", "llamacpp:requests_processing", "tgi_batch_current_size"}
	waitingNames  = []string{"vllm:num_requests_waiting", "sglang:num_queue_reqs", "llamacpp:requests_deferred", "tgi_queue_size"}
	kvNames       = []string{"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", "sglang:token_usage", "llamacpp:kv_cache_usage_ratio"}
	hitRateNames  = []string{"sglang:cache_hit_rate"}
	preemptNames  = []string{"vllm:num_preemptions_total", "sglang:num_retracted_reqs_total"}
	queryNames    = []string{"vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total"}
	hitNames      = []string{"vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total"}
	promptNames   = []string{"vllm:prompt_tokens_total", "sglang:prompt_tokens_total", "llamacpp:prompt_tokens_total"}
	outputNames   = []string{"vllm:generation_tokens_total", "sglang:generation_tokens_total", "llamacpp:tokens_predicted_total"}
	draftNames    = []string{"vllm:spec_decode_num_draft_tokens_total"}
	acceptedNames = []string{"vllm:spec_decode_num_accepted_tokens_total"}
)

// wanted are all names, so that the rest of a page is passed over.
var wanted = func() map[string]bool {
	m := map[string]bool{}
	for _, names := range [][]string{runningNames, waitingNames, kvNames, hitRateNames, preemptNames, queryNames, hitNames, promptNames, outputNames, draftNames, acceptedNames} {
		for _, n := range names {
			m[n] = true
		}
	}
	return m
}()

// page holds the wanted series of one look at a server's metrics.
type page map[string][]series

// series is one sample: its value and the model that its labels name.
type series struct {
	model string // "" when no label names one
	value float64
}

// readPage reads the text form of Prometheus as far as it is wanted here: lines
// of name, labels, value and perhaps a time. A line of another form is passed
// over, since a page must not fail for one metric.
func readPage(text []byte) page {
	p := page{}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		end := bytes.IndexAny(line, "{ \t")
		if end < 0 || !wanted[string(line[:end])] {
			continue
		}
		name, rest := string(line[:end]), line[end:]
		model := ""
		if rest[0] == '{' {
			var ok bool
			if model, rest, ok = modelLabel(rest[1:]); !ok {
				continue
			}
		}
		fields := bytes.Fields(rest)
		if len(fields) == 0 {
			continue
		}
		v, err := strconv.ParseFloat(string(fields[0]), 64)
		if err != nil || v != v {
			continue
		}
		p[name] = append(p[name], series{model, v})
	}
	return p
}

// modelLabel reads labels up to the closing brace and returns the value of
// model_name or model.
func modelLabel(b []byte) (model string, rest []byte, ok bool) {
	for {
		b = bytes.TrimLeft(b, ", \t")
		if len(b) > 0 && b[0] == '}' {
			return model, b[1:], true
		}
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return "", nil, false
		}
		key := strings.TrimSpace(string(b[:eq]))
		b = bytes.TrimLeft(b[eq+1:], " \t")
		if len(b) == 0 || b[0] != '"' {
			return "", nil, false
		}
		var value []byte
		i := 1
		for ; i < len(b) && b[i] != '"'; i++ {
			if b[i] == '\\' && i+1 < len(b) {
				i++
			}
			value = append(value, b[i])
		}
		if i >= len(b) {
			return "", nil, false
		}
		b = b[i+1:]
		if key == "model_name" || key == "model" {
			model = string(value)
		}
	}
}

// only leaves the series of one model where the page tells several apart.
func (p page) only(model string) page {
	told := false
	for _, all := range p {
		for _, s := range all {
			told = told || s.model == model
		}
	}
	if !told {
		return p
	}
	out := page{}
	for name, all := range p {
		for _, s := range all {
			if s.model == model || s.model == "" {
				out[name] = append(out[name], s)
			}
		}
	}
	return out
}

// sum adds up the series of the first known name: the engines of one server
// count apart. It is nil when the page has none.
func (p page) sum(names []string) *float64 {
	return p.fold(names, func(a, b float64) float64 { return a + b })
}

// top is the highest of them.
func (p page) top(names []string) *float64 {
	return p.fold(names, func(a, b float64) float64 { return max(a, b) })
}

func (p page) fold(names []string, f func(a, b float64) float64) *float64 {
	for _, name := range names {
		all := p[name]
		if len(all) == 0 {
			continue
		}
		v := all[0].value
		for _, s := range all[1:] {
			v = f(v, s.value)
		}
		return &v
	}
	return nil
}

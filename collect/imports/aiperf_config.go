package imports

import (
	"strings"
)

// aiConfig reads the settings of a run: input_config as AIPerf nests it, and
// flat as genai-perf has it. It returns whether answers were streamed.
func (r *loadRun) aiConfig(c *node) *bool {
	if !c.is(object) {
		r.arrival("", nil, nil, nil)
		return nil
	}
	endpoint, input, load := c, c, c
	if c.at("endpoint").kind == object {
		endpoint = c.at("endpoint")
	}
	if c.at("input").kind == object {
		input = c.at("input")
	}
	if c.at("loadgen").kind == object {
		load = c.at("loadgen")
	}
	for _, name := range []string{"model_names", "model"} {
		switch m := endpoint.at(name); m.kind {
		case list:
			var names []string
			for _, item := range m.items {
				if s := item.text(); s != nil {
					names = append(names, *s)
				}
			}
			if r.a.Subject.Model == "" {
				r.served(ptr(strings.Join(names, ", ")))
			}
		case text:
			if r.a.Subject.Model == "" {
				r.served(m.text())
			}
		}
	}
	r.aiArrival(load)
	r.aiInput(input)
	if cli := c.at("cli_command").text(); cli != nil {
		r.a.Source.Command = shellWords(*cli)
	}
	if e := endpoint.at("custom_endpoint").text(); e != nil {
		r.a.Source.Extra["endpoint"] = *e
	}
	streaming := endpoint.at("streaming")
	return streaming.flag()
}

func (r *loadRun) aiArrival(load *node) {
	rate := first(load, "request_rate", "user_centric_rate").rate()
	concurrency := load.at("concurrency").count()
	process := ""
	if p := first(load, "arrival_pattern", "request_rate_mode").text(); p != nil {
		switch strings.ToLower(*p) {
		case "poisson", "constant", "gamma":
			process = strings.ToLower(*p)
		}
	} else if rate != nil {
		process = "poisson" // the tool's default
	}
	if b := first(load, "arrival_smoothness", "burstiness").float(); b != nil && process == "gamma" {
		r.p.set("burstiness", *b)
	}
	if s := load.at("fixed_schedule").flag(); s != nil && *s {
		r.p.set("arrival", "trace")
	} else {
		r.arrival(process, rate, concurrency, nil)
	}
	for from, to := range map[string]string{"request_rate_ramp_duration": "ramp_s", "concurrency_ramp_duration": "ramp_s", "prefill_concurrency": "prefill_concurrency"} {
		if v := load.at(from).positive(); v != nil && *v > 0 {
			r.p.set(to, *v)
		}
	}
}

// aiInput is the workload: a public data set, or synthetic prompts of a size.
func (r *loadRun) aiInput(input *node) {
	sizes := map[string]*node{"input_tokens": first(input.at("prompt", "input_tokens"), "mean"), "output_tokens": first(input.at("prompt", "output_tokens"), "mean")}
	if f := input.at("synthetic_input_tokens_mean"); f.known() {
		sizes["input_tokens"] = f
	}
	if f := input.at("output_tokens_mean"); f.known() {
		sizes["output_tokens"] = f
	}
	synthetic := false
	for name, n := range sizes {
		if f := n.float(); f != nil && *f > 0 {
			r.size(name, *f)
			synthetic = synthetic || name == "input_tokens"
		}
	}
	if d := first(input, "public_dataset", "custom_dataset_type").text(); d != nil {
		r.p.set("workload", *d)
	} else if synthetic {
		r.p.set("workload", "synthetic")
	}
	for _, pair := range input.at("extra").items {
		if pair.kind == list && len(pair.items) == 2 {
			if name := pair.items[0].text(); name != nil {
				r.aiExtra(*name, pair.items[1])
			}
		}
	}
	for _, extra := range []*node{input.at("extra_inputs_parsed"), input.at("extra_inputs"), input.at("extra")} {
		if extra.kind != object {
			continue
		}
		for _, name := range extra.keys {
			r.aiExtra(name, extra.at(name))
		}
	}
}

// aiExtra is one field that was sent with every request.
func (r *loadRun) aiExtra(name string, v *node) {
	if v.kind == list || v.kind == object || !v.known() || secret.MatchString(name) {
		return
	}
	switch name {
	case "ignore_eos", "min_tokens", "temperature", "top_p", "top_k", "seed", "max_tokens":
		r.p.set(name, v.plain())
	case "max_completion_tokens":
		r.p.set("max_tokens", v.plain())
	default:
		r.p.set("extra."+cut(name, 60), v.plain())
	}
}

// shellWords splits a command as a shell does, as far as quotes go.
func shellWords(s string) []string {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, c := range s {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if open || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(c)
		}
	}
	if open || word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}

package server

import (
	"maps"
	"slices"
	"strings"

	"benchsite/collect/artifact"
)

// maxSamples bounds the statistics lines that an artifact keeps; of a longer
// log every nth stands. The maxima are over all lines.
const maxSamples = 1440

// Serves reports whether the log is of a server of this model. A log that names
// no model serves any.
func (f *LogFacts) Serves(model string) bool {
	return len(f.Models) == 0 || slices.ContainsFunc(f.Models, func(m string) bool {
		return m == model || artifact.ModelName(m) == artifact.ModelName(model)
	})
}

// Apply writes what the log says into a, where a does not know it yet.
func (f *LogFacts) Apply(a *artifact.Artifact) {
	s := &a.Subject
	fill(&s.Engine, artifact.Ptr("vllm"))
	if f.Version != "" {
		fill(&s.EngineVersion, artifact.Ptr(f.Version))
	}
	fill(&s.Quantization, f.text("quantization"))
	fill(&s.KVCacheDtype, f.text("kv_cache_dtype"))
	fill(&s.MaxModelLen, f.whole("max_seq_len"))
	fill(&s.Parallel.TP, f.whole("tensor_parallel_size"))
	fill(&s.Parallel.PP, f.whole("pipeline_parallel_size"))
	fill(&s.Parallel.DP, f.whole("data_parallel_size"))

	if a.Environment.Server == nil {
		a.Environment.Server = &artifact.Server{}
	}
	e := a.Environment.Server
	if e.Args == nil {
		e.Args = maps.Clone(f.Args) // one log may serve several runs
	}
	fill(&e.WeightsGiB, f.WeightsGiB)
	fill(&e.KVCacheTokens, f.KVCacheTokens)
	fill(&e.MaxNumSeqs, f.whole("max_num_seqs"))
	if f.AttentionBackend != "" {
		fill(&e.AttentionBackend, artifact.Ptr(f.AttentionBackend))
	}
	fill(&e.EnforceEager, f.flag("enforce_eager"))
	fill(&e.PrefixCaching, f.flag("enable_prefix_caching"))
	fill(&e.Speculative, f.text("speculative_config"))

	if a.Source.Extra == nil {
		a.Source.Extra = map[string]any{}
	}
	if _, there := a.Source.Extra["server_log"]; !there {
		a.Source.Extra["server_log"] = f.rest()
	}
	if a.Load != nil && a.Load.ServerMetrics == nil && len(f.Samples) > 0 {
		a.Load.ServerMetrics = f.metrics()
	}
}

// rest is what has no field of its own.
func (f *LogFacts) rest() map[string]any {
	out := map[string]any{}
	if f.Started != "" {
		out["started"] = f.Started
	}
	if d := f.text("dtype"); d != nil {
		out["dtype"] = strings.TrimPrefix(*d, "torch.")
	}
	if f.KVCacheGiB != nil {
		out["kv_cache_gib"] = *f.KVCacheGiB
	}
	chunked := f.ChunkedPrefill
	fill(&chunked, f.flag("enable_chunked_prefill"))
	if chunked != nil {
		out["chunked_prefill"] = *chunked
	}
	if seed := f.whole("seed"); seed != nil {
		out["seed"] = *seed
	}
	return out
}

func (f *LogFacts) metrics() *artifact.ServerMetrics {
	m := &artifact.ServerMetrics{Source: artifact.Ptr("log")}
	for _, s := range f.Samples {
		top(&m.KVCacheUsageMax, s.KVCacheUsage)
		top(&m.RunningMax, s.Running)
		top(&m.WaitingMax, s.Waiting)
		if s.PrefixCacheHitRate != nil { // the last one: it covers the whole life of the server
			m.PrefixCacheHitRate = s.PrefixCacheHitRate
		}
	}
	step := (len(f.Samples) + maxSamples - 1) / maxSamples
	for i := 0; i < len(f.Samples); i += step {
		m.Samples = append(m.Samples, f.Samples[i])
	}
	return m
}

// setting looks a name up among the non-default arguments, then in the engine's
// configuration.
func (f *LogFacts) setting(name string) any {
	if v, ok := f.Args[name]; ok && v != nil {
		return v
	}
	return f.config[name]
}

func (f *LogFacts) text(name string) *string {
	if s, ok := f.setting(name).(string); ok && s != "" {
		return &s
	}
	return nil
}

func (f *LogFacts) whole(name string) *int64 {
	if n, ok := f.setting(name).(int64); ok {
		return &n
	}
	return nil
}

func (f *LogFacts) flag(name string) *bool {
	if b, ok := f.setting(name).(bool); ok {
		return &b
	}
	return nil
}

// fill sets what is not known yet.
func fill[T any](to **T, v *T) {
	if *to == nil {
		*to = v
	}
}

func top(to **float64, v *float64) {
	if v != nil && (*to == nil || **to < *v) {
		*to = v
	}
}

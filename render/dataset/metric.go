package dataset

import (
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// metric is one figure of a load test that two runs can be compared in.
type metric struct {
	path   string
	term   string
	part   string
	kind   Kind
	better Direction
	get    func(r *Run) *float64
}

// loadMetrics are the compared figures in the order of tables: throughput,
// then latencies from the first token to the last.
var loadMetrics = func() []metric {
	throughput := func(field, term string, kind Kind, get func(*artifact.Throughput) *float64) metric {
		return metric{"load.throughput." + field, term, "", kind, Higher, func(r *Run) *float64 { return get(&r.Load.Throughput) }}
	}
	out := []metric{
		throughput("output_tokens_per_s", "output-throughput", KindThroughput, func(t *artifact.Throughput) *float64 { return t.OutputTokensPerS }),
		throughput("requests_per_s", "request-throughput", KindRate, func(t *artifact.Throughput) *float64 { return t.RequestsPerS }),
		throughput("prompt_tokens_per_s", "prompt-throughput", KindThroughput, func(t *artifact.Throughput) *float64 { return t.PromptTokensPerS }),
		throughput("total_tokens_per_s", "total-throughput", KindThroughput, func(t *artifact.Throughput) *float64 { return t.TotalTokensPerS }),
		{"load.goodput.share", "slo-share", "", KindShare, Higher, func(r *Run) *float64 {
			if r.Load.Goodput == nil {
				return nil
			}
			return r.Load.Goodput.Share
		}},
	}
	for _, d := range []struct {
		field, term string
		kind        Kind
		get         func(*artifact.Latency) *artifact.Distribution
	}{
		{"ttft_s", "ttft", KindSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.TTFT }},
		{"ttft_scheduled_s", "ttft-scheduled", KindSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.TTFTScheduled }},
		{"tpot_s", "tpot", KindTokenSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.TPOT }},
		{"itl_s", "itl", KindTokenSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.ITL }},
		{"icl_s", "icl", KindTokenSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.ICL }},
		{"e2e_s", "e2e", KindSeconds, func(l *artifact.Latency) *artifact.Distribution { return l.E2E }},
	} {
		path := "load.latency." + d.field
		out = append(out, metric{path + ".mean", d.term, "mean", d.kind, Lower, func(r *Run) *float64 {
			if x := d.get(&r.Load.Latency); x != nil {
				return x.Mean
			}
			return nil
		}})
		for _, p := range []int{50, 90, 95, 99} {
			part := "p" + strconv.Itoa(p)
			out = append(out, metric{path + "." + part, d.term, part, d.kind, Lower, func(r *Run) *float64 {
				return r.Shown(d.get(&r.Load.Latency), p)
			}})
		}
	}
	return out
}()

func metricAt(path string) *metric {
	for i := range loadMetrics {
		if loadMetrics[i].path == path {
			return &loadMetrics[i]
		}
	}
	return nil
}

// LoadMetricName is the short name of a compared figure of a load test on the
// command line: ttft_p95 for load.latency.ttft_s.p95.
func LoadMetricName(path string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(path, "load.throughput."), "load.")
	if field, part, ok := strings.Cut(strings.TrimPrefix(name, "latency."), "_s."); ok {
		return field + "_" + part
	}
	return strings.ReplaceAll(name, ".", "_")
}

// LoadMetric is the path of the figure with the short name, or with the path
// itself; "" when there is none.
func LoadMetric(name string) string {
	for _, m := range loadMetrics {
		if name == m.path || name == LoadMetricName(m.path) {
			return m.path
		}
	}
	return ""
}

// LoadMetricNames lists the short names in the order of tables.
func LoadMetricNames() []string {
	var out []string
	for _, m := range loadMetrics {
		out = append(out, LoadMetricName(m.path))
	}
	return out
}

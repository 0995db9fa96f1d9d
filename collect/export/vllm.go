package export

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"benchsite/collect/artifact"
)

// field is one of a JSON object that keeps its order.
type field struct {
	name  string
	value any
}

func encode(fields []field) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteString(": ")
		b.Write(value)
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// vllmBench is a load test as vllm bench serve writes it: one object on a line,
// so that several appended are what --append-result makes. Times are
// milliseconds; its ITL is the gap between chunks, which is our ICL.
func vllmBench(a *artifact.Artifact) (data []byte, lost []string, err error) {
	l := a.Load
	rate, burstiness, inFlight := vllmArrival(a)
	fields := []field{
		{"date", vllmDate(a)}, {"endpoint_type", nil}, {"backend", nil}, {"label", a.ID},
		{"model_id", a.Subject.Model}, {"tokenizer_id", nil},
		{"num_prompts", l.Requests.Offered}, {"request_rate", rate}, {"burstiness", burstiness}, {"max_concurrency", inFlight},
		{"duration", l.DurationS}, {"completed", l.Requests.Completed}, {"failed", l.Requests.Failed},
		{"total_input_tokens", l.Tokens.Prompt}, {"total_output_tokens", l.Tokens.Output},
		{"request_throughput", l.Throughput.RequestsPerS},
	}
	if g := l.Goodput; g != nil && g.RequestsPerS != nil {
		fields = append(fields, field{"request_goodput", g.RequestsPerS})
		if g.SLO != nil {
			lost = append(lost, "the limits of the goodput")
		}
	}
	fields = append(fields, field{"output_throughput", l.Throughput.OutputTokensPerS}, field{"total_token_throughput", l.Throughput.TotalTokensPerS})
	for _, m := range []struct {
		name string
		d    *artifact.Distribution
	}{{"ttft", l.Latency.TTFT}, {"tpot", l.Latency.TPOT}, {"itl", l.Latency.ICL}, {"e2el", l.Latency.E2E}} {
		fields = append(fields, vllmSpread(m.name, m.d)...)
		if m.d != nil && m.d.Method != nil && *m.d.Method != "linear" {
			lost = append(lost, "that percentiles are by another method ("+*m.d.Method+")")
		}
	}
	if l.Latency.TTFTScheduled != nil {
		lost = append(lost, "TTFT from the scheduled time")
	}
	if l.Latency.ITL != nil {
		lost = append(lost, "ITL by token")
	}
	if l.Steady != nil {
		lost = append(lost, "the steady window")
	}
	if l.Timeline != nil || l.ServerMetrics != nil || l.Power != nil {
		lost = append(lost, "timeline, server metrics and power")
	}
	lost = append(lost, "subject, environment and protocol beyond model, rate and concurrency")
	data, err = encode(fields)
	return data, lost, err
}

// vllmDate is the start in the tool's form, which has no zone; of a bare day the
// day.
func vllmDate(a *artifact.Artifact) string {
	if t, err := time.Parse(time.RFC3339Nano, a.StartedAt); err == nil {
		return t.UTC().Format("20060102-150405")
	}
	return a.StartedAt
}

// vllmArrival is the arrival of a protocol in the tool's words. "inf" is a rate
// without bound: the concurrency, or nothing, holds requests back then.
func vllmArrival(a *artifact.Artifact) (rate, burstiness, inFlight any) {
	p := a.Protocol.Parameters
	inFlight = p["concurrency"]
	if inFlight == nil {
		inFlight = p["max_in_flight"]
	}
	if p["rate"] == nil {
		return "inf", 1.0, inFlight
	}
	switch p["arrival"] {
	case "poisson":
		burstiness = 1.0
	case "constant":
		burstiness = "inf"
	case "gamma":
		burstiness = p["burstiness"]
	}
	return p["rate"], burstiness, inFlight
}

// vllmSpread is a distribution in the tool's names. It writes neither the least
// nor the largest value; they are added in the same manner.
func vllmSpread(name string, d *artifact.Distribution) (out []field) {
	if d == nil {
		return nil
	}
	for _, f := range []struct {
		name string
		v    *float64
	}{{"mean", d.Mean}, {"median", d.P50}, {"std", d.Std}, {"p50", d.P50}, {"p90", d.P90}, {"p95", d.P95}, {"p99", d.P99}, {"min", d.Min}, {"max", d.Max}} {
		if f.v != nil {
			out = append(out, field{f.name + "_" + name + "_ms", millis(*f.v)})
		}
	}
	return out
}

// millis is the milliseconds of seconds, chosen among the neighbours so that a
// thousandth of it is the very same number of seconds again, by division or by
// multiplication. Where there is none, it is off by the last bit.
func millis(s float64) float64 {
	ms := s * 1e3
	for _, c := range []float64{ms, math.Nextafter(ms, math.Inf(1)), math.Nextafter(ms, math.Inf(-1))} {
		if c/1e3 == s || c*1e-3 == s {
			return c
		}
	}
	return ms
}

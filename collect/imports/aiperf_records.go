package imports

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"benchsite/collect/artifact"
)

// beside reports whether a file lies in the folder.
func (in Input) beside(name string) bool {
	info, err := fs.Stat(in.FS, name)
	return err == nil && info.Mode().IsRegular()
}

// aiRecords are the requests of profile_export.jsonl.
type aiRecords struct {
	records                  []artifact.LoadRecord
	ttft, tpot, e2e          []float64
	pooled                   []float64
	tooMany, cancelled       bool
	n, good, bad             int64
	gaps                     int64
	chunks                   []float64 // gaps of the request at hand
	prompt, output           int64
	promptKnown, outputKnown int64
	begin, end               int64   // nanoseconds since 1970
	sent                     []int64 // of the records
	torn                     bool
	by                       map[string]int64
}

func (in Input) aiRecords() (*aiRecords, error) {
	q := &aiRecords{by: map[string]int64{}}
	torn, err := in.values(func(_ int, n *node) error {
		n.need(object)
		n.at("metadata").need(object)
		q.add(n)
		q.chunks = q.chunks[:0]
		return nil
	}, sink{"metrics.inter_chunk_latency.value[]", func(n *node) error {
		if f := n.positive(); f != nil {
			q.chunks = append(q.chunks, inUnit(*f, milli))
		}
		return nil
	}})
	q.torn = torn
	if err != nil {
		return nil, err
	}
	for i := range q.records {
		q.records[i] = q.times(q.records[i], q.sent[i])
	}
	return q, nil
}

func (q *aiRecords) add(n *node) {
	meta, m := n.at("metadata"), n.at("metrics")
	if phase := meta.at("benchmark_phase").text(); phase != nil && *phase != "profiling" {
		return
	}
	ms := func(name string) *float64 {
		v := m.at(name)
		f := v.at("value").positive()
		if f == nil || v.kind != object {
			return nil
		}
		unit := milli
		if u := v.at("unit").text(); u != nil {
			known, ok := aiUnits[strings.ToLower(*u)]
			if !ok {
				v.at("unit").fail(fmt.Sprintf("expected a unit of time, found %.20q", *u))
				return nil
			}
			unit = known
		}
		return ptr(inUnit(*f, unit))
	}
	q.n++
	rec := artifact.LoadRecord{PromptTokens: m.at("input_sequence_length", "value").count(), OutputTokens: m.at("output_sequence_length", "value").count()}
	if id := meta.at("x_request_id").text(); id != nil {
		rec.RequestID = *id
	} else {
		rec.RequestID = fmt.Sprint(q.n)
	}
	sent, end := nanoseconds(meta.at("request_start_ns")), nanoseconds(meta.at("request_end_ns"))
	if sent > 0 && (q.begin == 0 || sent < q.begin) {
		q.begin = sent
	}
	if q.end = max(q.end, end); sent > 0 && end > sent {
		rec.EndS = ptr(float64(end-sent) / 1e9)
	}
	fault := n.at("error")
	cancelled := meta.at("was_cancelled").flag()
	if fault.known() || cancelled != nil && *cancelled {
		q.fail(&rec, fault)
	} else {
		q.pass(&rec, m, ms)
	}
	if len(q.records) < maxRecords {
		q.records, q.sent = append(q.records, rec), append(q.sent, sent)
	}
}

func (q *aiRecords) fail(rec *artifact.LoadRecord, fault *node) {
	q.bad++
	class := "cancelled"
	if fault.kind == object {
		class = "unknown"
		if t := first(fault, "type", "code").literal(); t != nil {
			class = cut(*t, 60)
		}
		if m := fault.at("message").text(); m != nil {
			rec.Message = ptr(cut(*m, 500))
		}
	} else if fault.kind == text {
		class, rec.Message = "unknown", ptr(cut(fault.scalar, 500))
	}
	rec.Error, rec.OutputTokens = &class, nil
	if len(q.by) < 50 || q.by[class] > 0 {
		q.by[class]++
	}
}

func (q *aiRecords) pass(rec *artifact.LoadRecord, m *node, ms func(string) *float64) {
	q.good++
	if rec.PromptTokens != nil {
		q.prompt, q.promptKnown = q.prompt+*rec.PromptTokens, q.promptKnown+1
	}
	if rec.OutputTokens != nil {
		q.output, q.outputKnown = q.output+*rec.OutputTokens, q.outputKnown+1
	}
	ttft, e2e := ms("time_to_first_token"), ms("request_latency")
	for _, v := range []struct {
		value *float64
		to    *[]float64
	}{{ttft, &q.ttft}, {e2e, &q.e2e}, {ms("inter_token_latency"), &q.tpot}} {
		if v.value != nil {
			*v.to = append(*v.to, *v.value)
		}
	}
	gaps := m.at("inter_chunk_latency", "value")
	if gaps.kind == list {
		rec.Chunks = ptr(int64(len(q.chunks)) + 1)
		q.gaps += int64(len(q.chunks))
		if !q.tooMany {
			q.pooled = append(q.pooled, q.chunks...)
		}
		if len(q.pooled) > maxPooled {
			q.pooled, q.tooMany = nil, true
		}
	}
	rec.FirstS, rec.FirstAnswerS, rec.LastS = ttft, ms("time_to_first_output_token"), e2e
}

// nanoseconds is a time since 1970 as the tool writes it, which no float64
// holds; 0 for one that is none.
func nanoseconds(n *node) int64 {
	if !n.is(numeral) {
		return 0
	}
	ns, err := strconv.ParseInt(n.scalar, 10, 64)
	if err != nil || !epoch(float64(ns)*1e-9) {
		return 0
	}
	return ns
}

// times turns seconds after sending into seconds after the first request was
// sent. Without a time of sending none is known.
func (q *aiRecords) times(r artifact.LoadRecord, sent int64) artifact.LoadRecord {
	for _, t := range []**float64{&r.FirstS, &r.FirstAnswerS, &r.LastS, &r.EndS} {
		if *t == nil {
			continue
		}
		if sent == 0 {
			*t = nil
			continue
		}
		*t = ptr(math.Round(float64(sent-q.begin)+**t*1e9) / 1e9)
	}
	if sent > 0 {
		r.SentS = ptr(float64(sent-q.begin) / 1e9)
	}
	return r
}

// keep hands the records to the run, or says that they are too many.
func (q *aiRecords) keep(r *loadRun) {
	if q.torn {
		r.a.Source.Extra["torn"] = true
	}
	if q.n > maxRecords {
		r.a.Source.Extra["records_left_out"] = q.n
		return
	}
	r.records = q.records
}

// aiCompanion reads the records that lie beside a summary, and returns their
// file.
func (r *loadRun) aiCompanion(in Input) (string, error) {
	base, ok := strings.CutSuffix(in.Name, "_aiperf.json")
	name := base + ".jsonl"
	if !ok || !in.beside(name) {
		return "", nil
	}
	q, err := Input{FS: in.FS, Name: name}.aiRecords()
	if err != nil {
		return "", err
	}
	if r.Requests.Completed != nil {
		r.identity("requests.completed", ptr(float64(*r.Requests.Completed)), ptr(float64(q.good)))
	}
	q.keep(r)
	return name, nil
}

// readAIRecords computes a run from its records alone.
func readAIRecords(in Input) ([]Draft, error) {
	q, err := in.aiRecords()
	if err != nil {
		return nil, err
	}
	empty, _ := parse(in.Name, []byte("{}"))
	r := newLoadRun("AIPerf", "aiperf", empty)
	r.Requests = artifact.Requests{Offered: ptr(q.good + q.bad), Completed: &q.good, Failed: &q.bad}
	if len(q.by) > 0 {
		r.Requests.ByError = q.by
	}
	if q.good+q.bad == 0 {
		return nil, &Refusal{File: in.Name, Message: "holds no request of the profiling phase"}
	}
	if q.begin > 0 {
		r.a.StartedAt = fromEpoch(float64(q.begin / 1e9))
		if q.end > q.begin {
			r.DurationS = ptr(float64(q.end-q.begin) / 1e9)
		}
	}
	if q.promptKnown == q.good {
		r.Tokens.Prompt = &q.prompt
	}
	if q.outputKnown == q.good {
		r.Tokens.Output = &q.output
	}
	r.Throughput = artifact.Throughput{RequestsPerS: per(&q.good, r.DurationS), PromptTokensPerS: per(r.Tokens.Prompt, r.DurationS),
		OutputTokensPerS: per(r.Tokens.Output, r.DurationS), TotalTokensPerS: per(sum(r.Tokens.Prompt, r.Tokens.Output), r.DurationS)}
	l := &r.Latency
	l.TTFT, l.TPOT, l.E2E = valued(q.ttft), valued(q.tpot), valued(q.e2e)
	if !q.tooMany {
		l.ICL = valued(q.pooled)
	}
	if q.gaps > 0 && r.Tokens.Output != nil {
		r.TokensPerChunk = ptr(float64(q.output) / float64(q.gaps+q.good))
	}
	if l.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.arrival("", nil, nil, nil)
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	q.keep(r)
	return r.single()
}

// readAIAggregate is the mean over several runs: every figure is the mean of
// that figure, which no pooled percentile is.
func readAIAggregate(in Input, n *node) ([]Draft, error) {
	meta, m := n.at("metadata"), n.at("metrics")
	for _, pattern := range []string{"../profile_runs/*/profile_export_aiperf.json", "profile_runs/*/profile_export_aiperf.json"} {
		if found, err := fs.Glob(in.FS, pattern); err == nil && len(found) > 0 {
			return nil, &unknownForm{"is the mean of runs that lie beside it, such as " + found[0] + "; give those"}
		}
	}
	r := newLoadRun("AIPerf", "aiperf-aggregate", n)
	r.a.Source.ToolVersion = first(n, "aiperf_version").text()
	runs := first(meta, "num_successful_runs", "num_runs", "num_profile_runs").count()
	r.p.sent("runs", runs)
	mean := func(names ...string) *node { return first(m, names...).at("mean") }
	r.Throughput = artifact.Throughput{
		RequestsPerS: mean("request_throughput_avg", "request_throughput").positive(), OutputTokensPerS: mean("output_token_throughput_avg", "output_token_throughput").positive(),
		TotalTokensPerS: mean("total_token_throughput_avg", "total_token_throughput").positive(),
	}
	for _, l := range []struct {
		tag string
		at  **distribution
	}{{"time_to_first_token", &r.Latency.TTFT}, {"inter_token_latency", &r.Latency.TPOT}, {"inter_chunk_latency", &r.Latency.ICL}, {"request_latency", &r.Latency.E2E}} {
		unit := milli
		*l.at = spread(func(figure string) *node {
			if figure == "mean" {
				figure = "avg"
			}
			metric := m.at(l.tag + "_" + figure)
			if u := metric.at("unit").text(); u != nil && aiUnits[*u] > 0 {
				unit = aiUnits[*u]
			}
			return metric.at("mean")
		}, 1, nil, "mean of runs", false)
		if d := *l.at; d != nil {
			for _, f := range []**float64{&d.Mean, &d.Std, &d.Min, &d.Max, &d.P50, &d.P90, &d.P95, &d.P99} {
				if *f != nil {
					*f = ptr(inUnit(**f, unit))
				}
			}
		}
	}
	r.aiConfig(n.at("input_config"))
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
	return r.single()
}

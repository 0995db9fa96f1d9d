package imports

import (
	"fmt"
	"math"
	"strings"

	"benchsite/collect/artifact"
)

// guideProtocol is how the requests arrived and what they were.
func (r *loadRun) guideProtocol(root, b *node) {
	strategy := firstAt(b, root, "config.strategy", "args.strategy")
	kind := first(strategy, "type_", "kind").text()
	switch {
	case kind == nil:
		r.arrival("", nil, nil, nil)
	case *kind == "synchronous":
		r.arrival("closed", nil, ptr(int64(1)), nil)
	case *kind == "concurrent":
		r.arrival("closed", nil, first(strategy, "streams", "max_concurrency").count(), nil)
	case *kind == "throughput":
		r.arrival("closed", nil, strategy.at("max_concurrency").count(), r.Requests.Offered)
	case *kind == "constant" || *kind == "poisson" || strings.HasPrefix(*kind, "async_"):
		r.arrival(strings.TrimPrefix(*kind, "async_"), strategy.at("rate").rate(), nil, nil)
	case *kind == "replay" || *kind == "trace":
		r.p.set("arrival", "trace")
	default:
		r.p.set("arrival", *kind)
	}
	if ramp := strategy.at("rampup_duration").positive(); ramp != nil && *ramp > 0 {
		r.p.set("ramp_s", *ramp)
	}
	if strategy.kind == object {
		strategy.done()
	}
	r.guideData(root, b)
	if stream := firstAt(b, root, "config.backend", "config.spec.backend").at("stream").flag(); stream != nil {
		r.p.set("streaming", *stream)
	} else if r.Latency.TTFT != nil {
		r.p.set("streaming", true)
	}
	r.unsaid("workload", "workload_sha256", "prompts", "max_tokens", "min_tokens", "ignore_eos", "temperature", "top_p", "top_k", "seed", "thinking", "streaming")
}

// guideData takes the sizes of synthetic prompts, which stand in one text or in
// an object.
func (r *loadRun) guideData(root, b *node) {
	sizes := map[string]string{}
	for _, n := range []*node{b.at("request_loader", "data"), root.at("args", "data"), root.at("config", "spec", "data")} {
		items := []*node{n}
		if n.kind == list {
			items = n.items
		}
		for _, item := range items {
			switch item.kind {
			case text:
				for _, pair := range strings.Split(item.scalar, ",") {
					if k, v, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
						sizes[k] = v
					}
				}
			case object:
				for _, k := range []string{"prompt_tokens", "output_tokens", "turns"} {
					if v := item.at(k); v.kind == numeral {
						sizes[k] = v.scalar
					}
				}
			}
		}
	}
	found := false
	for from, to := range map[string]string{"prompt_tokens": "input_tokens", "output_tokens": "output_tokens", "turns": "turns"} {
		if f := finite(sizes[from]); f != nil && *f > 0 && *f == math.Trunc(*f) && !(to == "turns" && *f == 1) {
			r.p.set(to, int64(*f))
			found = found || to != "turns"
		}
	}
	if found {
		r.p.set("workload", "synthetic")
	}
}

// guideRecords writes the records of a report that holds every request, and
// recomputes what the tool weights where the answers are of uneven length.
func (r *loadRun) guideRecords(requests []guideRequest, uneven bool) {
	var good int64
	for _, q := range requests {
		if q.ok {
			good++
		}
	}
	if r.Requests.Completed == nil || good == 0 || good != *r.Requests.Completed {
		return
	}
	var tpot []float64
	begin := math.Inf(1)
	for _, q := range requests {
		if q.sent != nil {
			begin = math.Min(begin, *q.sent)
		}
		if q.ok && q.first != nil && q.last != nil && q.output != nil && *q.output > 1 && *q.last >= *q.first {
			tpot = append(tpot, (*q.last-*q.first)/float64(*q.output-1))
		}
	}
	if int64(len(tpot)) == good && uneven {
		r.Latency.TPOT = valued(tpot) // the tool's is weighted by tokens
	}
	if len(requests) > maxRecords {
		r.a.Source.Extra["records_left_out"] = int64(len(requests))
		return
	}
	at := func(t *float64) *float64 {
		if t == nil || math.IsInf(begin, 0) {
			return nil
		}
		return ptr(*t - begin)
	}
	for i, q := range requests {
		rec := artifact.LoadRecord{RequestID: q.id, SentS: at(q.sent), FirstS: at(q.first), LastS: at(q.last), EndS: at(q.end),
			ScheduledS: at(q.targeted), PromptTokens: q.prompt, OutputTokens: q.output, Chunks: q.chunks}
		if rec.RequestID == "" {
			rec.RequestID = fmt.Sprint(i)
		}
		if !q.ok {
			rec.Error, rec.Message = ptr("unknown"), q.message
		}
		r.records = append(r.records, rec)
	}
}

// guideRequest is one request of a report. Times are seconds since 1970.
type guideRequest struct {
	id                               string
	ok                               bool
	targeted, sent, first, last, end *float64
	prompt, output, chunks           *int64
	message                          *string
}

// guideSinks take the requests off each benchmark as they go by; texts are
// passed over.
func guideSinks(of map[*node][]guideRequest) []sink {
	var out []sink
	for _, outcome := range []string{"successful", "errored"} {
		at := "benchmarks[].requests." + outcome + "[]"
		out = append(out, sink{at, func(n *node) error {
			if n.kind == object && n.up != nil && n.up.up != nil {
				benchmark := n.up.up.up
				of[benchmark] = append(of[benchmark], newGuideRequest(n, outcome == "successful"))
			}
			return nil
		}})
		for _, text := range []string{"prompt", "output", "request_args"} {
			out = append(out, sink{path: at + "." + text})
		}
	}
	for _, name := range []string{"requests.incomplete", "requests.total", "request_samples"} {
		out = append(out, sink{path: "benchmarks[]." + name})
	}
	return out
}

func newGuideRequest(n *node, ok bool) guideRequest {
	q := guideRequest{ok: ok}
	if id := n.at("request_id").literal(); id != nil {
		q.id = *id
	}
	info := first(n, "info", "scheduler_info")
	times := info.at("timings")
	q.targeted = pick(times.at("targeted_start"), info.at("targeted_start_time"))
	q.sent = pick(times.at("request_start"), n.at("request_start_time"), n.at("start_time"), info.at("request_start"))
	q.first = pick(times.at("first_token_iteration"), times.at("first_iteration"), n.at("first_token_time"))
	q.last = pick(times.at("last_token_iteration"), times.at("last_iteration"), n.at("last_token_time"))
	q.end = pick(times.at("request_end"), n.at("request_end_time"), n.at("end_time"))
	q.prompt, q.output = n.at("prompt_tokens").count(), n.at("output_tokens").count()
	q.chunks = times.at("token_iterations").count()
	if e := first(info, "error").text(); e != nil {
		q.message = ptr(cut(*e, 500))
	} else if e := n.at("error").text(); e != nil {
		q.message = ptr(cut(*e, 500))
	}
	return q
}

// pick is the first number that is known.
func pick(from ...*node) *float64 {
	for _, n := range from {
		if f := n.float(); f != nil {
			return f
		}
	}
	return nil
}

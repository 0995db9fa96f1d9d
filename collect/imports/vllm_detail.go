package imports

import (
	"fmt"
	"math"
	"regexp"

	"benchsite/collect/artifact"
)

type (
	distribution = artifact.Distribution
	steadyWindow = artifact.Steady
)

// vllmRequests gathers the lists that --save-detailed writes, a value for each
// request, while the file goes by.
type vllmRequests struct {
	inputs, outputs         []float64
	ttfts, starts, latency  []float64
	gaps                    []gaps
	errors                  []string
	pooled                  []float64
	tooMany                 bool
	hasErrors, hasLatencies bool
}

// gaps are those between the chunks of one answer.
type gaps struct {
	n   int64
	sum float64
}

// Bounds of what is kept of a file that holds every request: records beside the
// artifact, and chunk gaps for percentiles.
const (
	maxRecords = 200_000
	maxPooled  = 4 << 20
)

var vllmMetric = regexp.MustCompile(`^(mean|median|std|min|max|p\d+(\.\d+)?)_(ttft|tpot|itl|e2el)(_ms)?$`)

// vllmKnown are the fields of a result that are no swept parameters.
var vllmKnown = []string{"endpoint_type", "backend", "label", "tokenizer_id", "best_of", "max_output_tokens_per_s", "max_concurrent_requests", "rtfx",
	"request_goodput", "request_goodput:", "good_completed", "timestamp"}

// vllmSinks lists what is taken off a result as it is read. What is pointed to
// changes with each result of the file.
func vllmSinks(at **vllmRequests) []sink {
	numbers := func(path string, to func(*vllmRequests) *[]float64) sink {
		return sink{path + "[]", func(n *node) error {
			value := math.NaN()
			if f := n.float(); f != nil {
				value = *f
			}
			list := to(*at)
			*list = append(*list, value)
			return nil
		}}
	}
	return []sink{
		numbers("input_lens", func(q *vllmRequests) *[]float64 { return &q.inputs }),
		numbers("output_lens", func(q *vllmRequests) *[]float64 { return &q.outputs }),
		numbers("ttfts", func(q *vllmRequests) *[]float64 { return &q.ttfts }),
		numbers("start_times", func(q *vllmRequests) *[]float64 { return &q.starts }),
		numbers("latencies", func(q *vllmRequests) *[]float64 { return &q.latency }),
		{"errors[]", func(n *node) error {
			message := ""
			if n.kind == text {
				message = n.scalar
			}
			(*at).errors = append((*at).errors, cut(message, 500))
			return nil
		}},
		{"itls[][]", func(n *node) error {
			q := *at
			for request := n.up.place; len(q.gaps) <= request; { // an answer in one chunk has no gap
				q.gaps = append(q.gaps, gaps{})
			}
			if f := n.float(); f != nil {
				g := &q.gaps[n.up.place]
				g.n, g.sum = g.n+1, g.sum+*f
				if q.pooled = append(q.pooled, *f); len(q.pooled) > maxPooled {
					q.pooled, q.tooMany = q.pooled[:0], true
				}
			}
			return nil
		}},
		{path: "generated_texts"}, {path: "queue_times"}, {path: "prompts"}, {path: "failed_requests"}, {path: "per_turn"},
	}
}

// fill adds what the lists tell beyond the summary: percentiles that it leaves
// out, how many tokens came in a chunk, and the record of every request.
func (q *vllmRequests) fill(r *loadRun) {
	n := len(q.outputs)
	if n == 0 || len(q.ttfts) != n {
		return
	}
	for len(q.gaps) > 0 && len(q.gaps) < n {
		q.gaps = append(q.gaps, gaps{})
	}
	ok := func(i int) bool {
		if len(q.errors) == n {
			return q.errors[i] == ""
		}
		return q.outputs[i] > 0
	}
	var ttft, tpot, e2e []float64
	var chunks, tokens float64
	for i := range n {
		if !ok(i) {
			continue
		}
		ttft = append(ttft, q.ttfts[i])
		if len(q.gaps) != n {
			continue
		}
		total := q.ttfts[i] + q.gaps[i].sum
		if len(q.latency) == n {
			total = q.latency[i]
		}
		e2e = append(e2e, total)
		if q.outputs[i] > 1 {
			tpot = append(tpot, (total-q.ttfts[i])/(q.outputs[i]-1))
		}
		chunks += float64(q.gaps[i].n) + 1
		tokens += q.outputs[i]
	}
	if r.Requests.Completed != nil && int64(len(ttft)) != *r.Requests.Completed {
		r.breaks = append(r.breaks, map[string]any{"figure": "requests.completed", "file": float64(*r.Requests.Completed), "computed": float64(len(ttft))})
		return
	}
	complete(&r.Latency.TTFT, ttft)
	complete(&r.Latency.TPOT, tpot)
	complete(&r.Latency.E2E, e2e)
	if !q.tooMany {
		complete(&r.Latency.ICL, q.pooled)
	}
	if chunks > 0 && tokens > 0 {
		r.TokensPerChunk = ptr(tokens / chunks)
	}
	if m := r.Latency.TTFT; m != nil && len(ttft) > 0 {
		r.identity("ttft_s.mean", m.Mean, valued(ttft).Mean)
	}
	q.record(r, ok)
}

// complete fills the figures of a distribution that the summary lacks with those
// of its values.
func complete(at **artifact.Distribution, values []float64) {
	whole := valued(values)
	if whole == nil {
		return
	}
	if *at == nil {
		*at = whole
		return
	}
	d := *at
	d.N = whole.N
	for _, p := range []struct{ have, want **float64 }{
		{&d.Mean, &whole.Mean}, {&d.Std, &whole.Std}, {&d.Min, &whole.Min}, {&d.Max, &whole.Max},
		{&d.P50, &whole.P50}, {&d.P90, &whole.P90}, {&d.P95, &whole.P95}, {&d.P99, &whole.P99},
	} {
		if *p.have == nil {
			*p.have = *p.want
		}
	}
}

// record writes a record for each request. Without start times only the first
// and last token after sending are known, and no record is written.
func (q *vllmRequests) record(r *loadRun, ok func(int) bool) {
	n := len(q.outputs)
	if len(q.starts) != n || len(q.gaps) != n {
		return
	}
	if n > maxRecords {
		r.a.Source.Extra["records_left_out"] = int64(n)
		return
	}
	begin := math.Inf(1)
	for _, s := range q.starts {
		begin = math.Min(begin, s)
	}
	for i := range n {
		rec := artifact.LoadRecord{RequestID: fmt.Sprint(i)}
		if len(q.inputs) == n {
			rec.PromptTokens = whole(q.inputs[i])
		}
		if s := q.starts[i] - begin; !math.IsNaN(s) && !math.IsInf(s, 0) {
			rec.SentS = &s
			if last := s + q.ttfts[i] + q.gaps[i].sum; ok(i) && !math.IsNaN(last) && !math.IsInf(last, 0) {
				rec.FirstS, rec.LastS = ptr(s+q.ttfts[i]), &last
				rec.Chunks, rec.OutputTokens = ptr(q.gaps[i].n+1), whole(q.outputs[i])
			}
		}
		if !ok(i) {
			rec.Error = ptr("unknown")
			if len(q.errors) == n && q.errors[i] != "" {
				rec.Message = ptr(q.errors[i])
			}
		}
		r.records = append(r.records, rec)
	}
}

func whole(f float64) *int64 {
	if f != math.Trunc(f) || f < 0 || f > 1<<53 {
		return nil
	}
	return ptr(int64(f))
}

// cut shortens a text of the file to n bytes, between letters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

package page

import (
	"math"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
	"benchsite/render/stats"
)

// measure is a figure of a load test that charts of reports show.
type measure struct {
	path  string
	term  string
	kind  dataset.Kind
	pick  func(*dataset.Run) *float64
	title func(*Edition) string
	lower bool // lower is better
}

var (
	outputThroughput = measure{
		"load.throughput.output_tokens_per_s", "output-throughput", dataset.KindThroughput,
		func(r *dataset.Run) *float64 { return r.Load.Throughput.OutputTokensPerS },
		func(e *Edition) string { return e.L.Text("metric.output") }, false,
	}
	promptThroughput = measure{
		"load.throughput.prompt_tokens_per_s", "prompt-throughput", dataset.KindThroughput,
		func(r *dataset.Run) *float64 { return r.Load.Throughput.PromptTokensPerS },
		func(e *Edition) string { return e.L.Text("metric.prompt") }, false,
	}
	requestThroughput = measure{
		"load.throughput.requests_per_s", "request-throughput", dataset.KindRate,
		func(r *dataset.Run) *float64 { return r.Load.Throughput.RequestsPerS },
		func(e *Edition) string { return e.L.Text("metric.requests") }, false,
	}
	latencyP50 = measure{
		"load.latency.e2e_s.p50", "e2e", dataset.KindSeconds,
		func(r *dataset.Run) *float64 { return percentile(r, 50) },
		func(e *Edition) string { return e.L.Fill("metric.e2e", locale.Slots{"percentile": "p50"}) }, true,
	}
	latencyP95 = measure{
		"load.latency.e2e_s.p95", "e2e", dataset.KindSeconds,
		func(r *dataset.Run) *float64 { return percentile(r, 95) },
		func(e *Edition) string { return e.L.Fill("metric.e2e", locale.Slots{"percentile": "p95"}) }, true,
	}
	weights = measure{
		"environment.server.weights_gib", "gpu-memory", dataset.KindGiB,
		func(r *dataset.Run) *float64 {
			if s := r.Environment.Server; s != nil {
				return s.WeightsGiB
			}
			return nil
		},
		func(e *Edition) string { return e.L.Text("metric.weights") }, true,
	}
	cacheTokens = measure{
		"environment.server.kv_cache_tokens", "kv-cache", dataset.KindTokens,
		func(r *dataset.Run) *float64 {
			if s := r.Environment.Server; s != nil && s.KVCacheTokens != nil {
				return artifact.Ptr(float64(*s.KVCacheTokens))
			}
			return nil
		},
		func(e *Edition) string { return e.L.Text("metric.kv") }, false,
	}
)

func percentile(r *dataset.Run, p int) *float64 {
	d := r.Load.Latency.E2E
	if d == nil {
		return nil
	}
	if p == 50 {
		return d.P50
	}
	return r.Shown(d, p)
}

// figureOf is a measure of a subject: the median of its repeats with their range
// or interval, or the value of its only run. ok is false when it is unknown.
func figureOf(t *dataset.Topic, r *dataset.Run, m measure) (rep stats.Repeats, ok bool) {
	var values []float64
	for _, x := range t.Repeats[r] {
		if v := m.pick(x); v != nil && x.Load != nil {
			values = append(values, *v)
		}
	}
	rep = stats.NewRepeats(values)
	return rep, rep.N > 0
}

// known reports whether a measure is known of every subject of a topic.
func known(t *dataset.Topic, m measure) bool {
	for _, r := range t.Runs {
		if _, ok := figureOf(t, r, m); !ok {
			return false
		}
	}
	return true
}

// unit prints the values of a measure alike, for a column or an axis.
func (w *writer) unit(t *dataset.Topic, m measure) (print func(float64) string, unit string, factor float64) {
	var values []float64
	for _, r := range t.Runs {
		if rep, ok := figureOf(t, r, m); ok {
			values = append(values, rep.Median)
		}
	}
	switch m.kind {
	case dataset.KindSeconds:
		s := w.L.TimeScale(values...)
		return s.Number, s.Unit(), s.Factor()
	case dataset.KindThroughput:
		s := w.L.ThroughputScale(values...)
		return s.Number, s.Unit(), 1
	case dataset.KindRate:
		s := w.L.RateScale(values...)
		return s.Number, s.Unit(), 1
	case dataset.KindGiB:
		return func(v float64) string { return w.L.GiB(v).Number }, "GiB", 1
	case dataset.KindShare:
		return w.L.Percent, "", 1
	}
	return func(v float64) string { return w.L.Count(int(math.Round(v))) }, "tokens", 1
}

// row is the row of one subject for one measure. A value that is not known is a
// dash with its reason.
func (w *writer) row(t *dataset.Topic, r *dataset.Run, m measure) ChartSeries {
	print, unit, factor := w.unit(t, m)
	name := w.name(r)
	s := w.seriesOf(name, r)
	s.Second = t.Scaling && r == t.Baseline // one subject on fewer devices
	rep, ok := figureOf(t, r, m)
	if !ok {
		s.Points = []ChartPoint{{Missing: true, Text: locale.Unknown, Tip: w.L.Label(name, w.L.Text("word.unknown"))}}
		return s
	}
	pt := ChartPoint{Value: rep.Median * factor, Text: print(rep.Median)}
	pt.Tip = w.L.Label(w.L.Clauses(name, m.title(w.Edition)), strings.TrimSpace(pt.Text+" "+unit))
	if rep.N > 1 {
		pt.Interval, pt.Lo, pt.Hi = true, rep.Lo*factor, rep.Hi*factor
		pt.Range = w.L.NumberRange(print(rep.Lo), print(rep.Hi))
	}
	s.Points = []ChartPoint{pt}
	return s
}

// panel has a row per subject of the topic.
func (w *writer) panel(t *dataset.Topic, m measure) ChartPanel {
	_, unit, _ := w.unit(t, m)
	p := ChartPanel{Title: m.title(w.Edition), Sub: unit, X: ChartAxis{Unit: unit, FromZero: true}}
	for _, r := range t.Runs {
		p.Series = append(p.Series, w.row(t, r, m))
	}
	return p
}

// ratioTo is the ratio of a subject to the baseline of the topic; ok is false
// for the baseline itself and when either is unknown.
func ratioTo(t *dataset.Topic, r *dataset.Run, m measure) (ratio float64, ok bool) {
	if t.Baseline == nil || r == t.Baseline {
		return 0, false
	}
	a, okA := figureOf(t, t.Baseline, m)
	b, okB := figureOf(t, r, m)
	if !okA || !okB || a.Median == 0 {
		return 0, false
	}
	return b.Median / a.Median, true
}

// best orders subjects other than the baseline by how far they are from it in a
// measure, the farthest first.
func best(t *dataset.Topic, m measure) []*dataset.Run {
	var out []*dataset.Run
	far := func(r *dataset.Run) float64 { v, _ := ratioTo(t, r, m); return math.Abs(math.Log(v)) }
	for _, r := range t.Runs {
		if v, ok := ratioTo(t, r, m); !ok || v <= 0 {
			continue
		}
		at := len(out)
		for at > 0 && far(out[at-1]) < far(r) {
			at--
		}
		out = append(out[:at], append([]*dataset.Run{r}, out[at:]...)...)
	}
	return out
}

// repeatsNote says how often was measured: once gives no interval.
func (w *writer) repeatsNote(t *dataset.Topic) string {
	most := 0
	for _, r := range t.Runs {
		most = max(most, len(t.Repeats[r]))
	}
	switch {
	case most < 2:
		return w.L.Text("fig.note-once")
	case most < stats.MinIntervalRepeats:
		return w.L.Text("fig.note-range")
	}
	return w.L.Text("fig.note-interval")
}

func (w *writer) protocolNote(t *dataset.Topic) string {
	return w.L.Fill("fig.note-protocol", locale.Slots{"id": "`" + t.Protocol.ID + "`"})
}

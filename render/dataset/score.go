package dataset

import (
	"math"
	"slices"
	"strings"

	"benchsite/collect/artifact"
	"benchsite/render/stats"
)

// Score is the primary figure of one task of an evaluation.
type Score struct {
	Task     string
	Metric   string
	Filter   string  // "" when there is none
	Value    float64 // 0 to 1 for shares
	N        int     // items that the value rests on; 0 when unknown
	Of       int     // items of the whole suite; 0 when unknown
	Correct  int     // −1 when the value is no count out of N
	Part     Part    // which of the suite's items were asked
	Clusters int     // independent units where items share a stem; 0 = every item is one
	Lo, Hi   float64 // 95 % interval: Wilson when Correct is known and items are independent, else value ± t standard errors
	Interval bool    // Lo and Hi are known
	Stderr   *float64
	Better   Direction
	Scorer   *artifact.Scorer
	Info     *artifact.Task
}

// Part says which items of a suite a score rests on. Only a score of all of them
// is that of the benchmark.
type Part string

// The parts.
const (
	Whole  Part = ""       // all items, as far as is known
	First  Part = "first"  // the first of the suite, as other tools limit it
	Sample Part = "sample" // a stratified sample
	Some   Part = "some"   // those that were there or answered
)

// part reads off an artifact which items of a task were asked.
func part(a *artifact.Artifact, t *artifact.Task, s Score) Part {
	switch {
	case s.N <= 0 || s.Of <= s.N:
		return Whole
	case a.Source.Tool != "benchsite":
		return First
	case a.Status != artifact.StatusComplete:
		return Some
	case a.Source.Extra["sample"] == "stratified":
		return Sample
	}
	return Some
}

// Figure is the one number that stands for a run in lists. For an evaluation
// Score is set, for a load test Value; both are nil when there is no figure.
type Figure struct {
	Key   string // term: "output-throughput", "request-throughput", "e2e", "score"
	Value *Value
	Score *Score
}

// Figure returns the headline of the run: output throughput, else request
// throughput, else p50 of the end-to-end latency; the first score of an evaluation.
func (r *Run) Figure() Figure {
	if len(r.Scores) > 0 {
		return Figure{Key: "score", Score: &r.Scores[0]}
	}
	if r.Load == nil {
		return Figure{}
	}
	if t := r.Load.Throughput.OutputTokensPerS; t != nil {
		return Figure{Key: "output-throughput", Value: &Value{Kind: KindThroughput, Num: *t}}
	}
	if t := r.Load.Throughput.RequestsPerS; t != nil {
		return Figure{Key: "request-throughput", Value: &Value{Kind: KindRate, Num: *t}}
	}
	if d := r.Load.Latency.E2E; d != nil && d.P50 != nil {
		return Figure{Key: "e2e", Value: &Value{Kind: KindSeconds, Num: *d.P50}}
	}
	return Figure{}
}

// Score returns the score of a task, nil when the run did not do it.
func (r *Run) Score(task string) *Score {
	for i := range r.Scores {
		if r.Scores[i].Task == task {
			return &r.Scores[i]
		}
	}
	return nil
}

func scoresOf(a *artifact.Artifact) []Score {
	if a.Eval == nil {
		return nil
	}
	var out []Score
	for i := range a.Eval.Tasks {
		t := &a.Eval.Tasks[i]
		if t.Status != artifact.TaskDone {
			continue
		}
		if s, ok := scoreOf(t); ok {
			s.Part = part(a, t, s)
			out = append(out, s)
		}
	}
	return out
}

// primary is the metric that stands for a task: the one marked so, else the
// first with a value.
func primary(t *artifact.Task) *artifact.Metric {
	for i := range t.Metrics {
		if t.Metrics[i].Primary && t.Metrics[i].Value != nil {
			return &t.Metrics[i]
		}
	}
	for i := range t.Metrics {
		if t.Metrics[i].Value != nil {
			return &t.Metrics[i]
		}
	}
	return nil
}

func scoreOf(t *artifact.Task) (Score, bool) {
	s := Score{
		Task: t.Task, Of: int(deref(t.Dataset.Of)), N: int(deref(t.Dataset.Items)),
		Correct: -1, Scorer: t.Scorer, Info: t, Better: Higher,
	}
	m := primary(t)
	if m == nil {
		// A task with outcomes alone has its share of correct items.
		o := t.Outcomes
		if o == nil || o.Correct == nil || s.N == 0 {
			return Score{}, false
		}
		m = &artifact.Metric{Metric: "accuracy", Value: artifact.Ptr(float64(*o.Correct) / float64(s.N))}
	}
	s.Metric, s.Filter, s.Value, s.Stderr = m.Metric, deref(m.Filter), *m.Value, m.Stderr
	if s.Filter == "none" { // how lm-evaluation-harness says that there is none
		s.Filter = ""
	}
	if m.N != nil {
		s.N = int(*m.N)
	}
	if deref(m.Better) == string(Lower) {
		s.Better = Lower
	}
	s.Correct = countOf(t, s)
	if m.Clusters != nil && int(*m.Clusters) < s.N {
		s.Clusters = int(*m.Clusters)
	}
	switch {
	case s.Clusters > 0 && s.Stderr != nil && *s.Stderr > 0:
		s.Lo, s.Hi, s.Interval = stats.Mean{N: s.N, Units: s.Clusters, Mean: s.Value, SE: *s.Stderr}.Interval()
	case s.Correct >= 0:
		s.Lo, s.Hi = stats.Wilson(s.Correct, s.N)
		s.Interval = true
	case s.Metric == "perplexity" && s.Stderr != nil && *s.Stderr > 0 && s.Value > 0:
		// The doubt is about its logarithm, the mean over tokens.
		half := 1.96 * *s.Stderr / s.Value
		s.Lo, s.Hi = s.Value*math.Exp(-half), s.Value*math.Exp(half)
		s.Interval = true
	case s.Stderr != nil && *s.Stderr > 0: // a spread of 0 is no certainty
		s.Lo, s.Hi = s.Value-1.96**s.Stderr, s.Value+1.96**s.Stderr
		if slices.Contains(shares, s.Metric) { // which no share can leave
			s.Lo, s.Hi = max(s.Lo, 0), min(s.Hi, 1)
		}
		s.Interval = true
	}
	return s, true
}

// shares are metrics whose value is a count of items out of n. Others (bleu,
// perplexity, a mean of partial credit) are no counts even when they look so.
var shares = []string{
	"accuracy", "acc", "acc_norm", "exact_match", "correct", "pass@1", "pass_at_1", "math_verify", "extracted_answer",
	"accuracy_exact_match", "prompt_level_strict_acc", "prompt_level_loose_acc",
}

// numbers are metrics that are no share of anything, by the names that other
// tools give them as well.
var numbers = []string{
	"perplexity", "word_perplexity", "byte_perplexity", "ppl", "bits_per_byte", "bits-per-byte", "nll", "likelihood_diff", "likelihood_difference", "loss", "chars", "mse", "rmse",
}

// Number reports whether the score is a number of its own and no share, such as
// a perplexity, or one that no share can be.
func (s *Score) Number() bool { return isNumber(s.Metric, s.Value) }

func isNumber(metric string, value float64) bool {
	metric, _, _ = strings.Cut(metric, ",")
	return slices.Contains(numbers, metric) || value < 0 || value > 1
}

// Kind is the kind of the value of the score.
func (s *Score) Kind() Kind {
	if s.Number() {
		return KindFigure
	}
	return KindShare
}

// countOf returns the number of correct items that the value stands for, −1
// when it stands for none: several repeats, another metric, or a value that no
// whole number out of n gives.
func countOf(t *artifact.Task, s Score) int {
	if s.N <= 0 || deref(t.Repeats) > 1 {
		return -1
	}
	if o := t.Outcomes; o != nil && o.Correct != nil && math.Abs(float64(*o.Correct)/float64(s.N)-s.Value) < 1e-6 {
		return int(*o.Correct)
	}
	if !slices.Contains(shares, s.Metric) {
		return -1
	}
	k := math.Round(s.Value * float64(s.N))
	if k < 0 || k > float64(s.N) || math.Abs(k/float64(s.N)-s.Value) > 1e-6 {
		return -1
	}
	return int(k)
}

// ReplyChars returns the median length of the replies to a task in characters,
// thinking and outer space removed; ok is false without records.
func (r *Run) ReplyChars(task string) (median float64, ok bool) {
	items, err := r.Items()
	if err != nil {
		return 0, false
	}
	var lengths []float64
	for _, it := range items {
		if it.Task == task && it.HasOutput && !it.Open {
			lengths = append(lengths, float64(it.Chars))
		}
	}
	return stats.Summarize(lengths).Median()
}

// Shown returns a percentile (50, 90, 95 or 99) that may be shown: nil when it
// is unknown, when p99 rests on fewer than 100 requests, or p95 on fewer than 20.
func (r *Run) Shown(d *artifact.Distribution, p int) *float64 {
	if d == nil {
		return nil
	}
	v := map[int]*float64{50: d.P50, 90: d.P90, 95: d.P95, 99: d.P99}[p]
	n := d.N
	if n == nil && r.Load != nil {
		n = r.Load.Requests.Completed
	}
	if v == nil || n != nil && *n < int64(neededFor(p)) {
		return nil
	}
	return v
}

// neededFor is the smallest number of requests that a tail percentile may rest
// on.
func neededFor(p int) int {
	switch {
	case p >= 99:
		return 100
	case p >= 95:
		return 20
	}
	return 0
}

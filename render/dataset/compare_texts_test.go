package dataset

import (
	"fmt"
	"math"
	"testing"

	"benchsite/collect/artifact"
)

// textRun is a run over texts: nats of each window, ten tokens each, two windows
// a text.
func textRun(precision string, nats ...float64) artifact.Bundle {
	b := evalRun(precision, "texts", "perplexity", "+")
	b.Eval = nil
	sum := 0.0
	for i, v := range nats {
		sum += v
		b.Eval = append(b.Eval, artifact.EvalRecord{
			Task: "texts", Item: fmt.Sprint(i), ItemHash: ptr(fmt.Sprint("w", i)), Stem: ptr(fmt.Sprint("text", i/2)),
			Likelihood: &artifact.Likelihood{NLL: v, Tokens: 10, Bytes: 40},
		})
	}
	tokens := int64(10 * len(nats))
	t := &b.Artifact.Eval.Tasks[0]
	t.Outcomes = nil
	mean := sum / float64(tokens)
	n, lower := int64(len(nats)), ptr("lower")
	t.Metrics = []artifact.Metric{
		{Metric: "perplexity", Value: ptr(math.Exp(mean)), Stderr: ptr(0.05 * math.Exp(mean)), N: &n, Better: lower, Primary: true},
		{Metric: "nll", Value: &mean, N: &n, Better: lower},
	}
	t.Text = &artifact.TaskText{Tokens: tokens, Bytes: 4 * tokens}
	b.Artifact.Protocol.Parameters = map[string]any{"task": "texts", "scorer": "perplexity v1", "tokens": tokens, "window_bytes": 64}
	return b
}

// Perplexities are compared window by window: the ratio is exp of the mean
// difference over tokens, its interval rests on the texts.
func TestTextsArePaired(t *testing.T) {
	f := newFixture(t)
	base := []float64{20, 21, 25, 24, 18, 19, 30, 28}
	worse := make([]float64, len(base))
	for i, v := range base {
		worse[i] = v + 0.3 + 0.02*float64(i/2) // 0.30, 0.32, 0.34, 0.36 nats a window of ten tokens
	}
	f.put(textRun("BF16", base...))
	f.put(textRun("FP8", worse...))
	s := f.clean()
	family := Family(s.Standing)
	if len(family) != 1 {
		t.Fatal(len(family))
	}
	x := family[0].Task("texts")
	if x == nil || x.Texts == nil || x.Paired != nil || !x.Comparable {
		t.Fatalf("%+v", x)
	}
	r := x.Texts
	// Four texts: 0.030 to 0.036 nats a token, mean 0.033; sums of deviations over
	// 20 tokens are −0.06, −0.02, 0.02, 0.06.
	se := math.Sqrt(4.0/3*2*(0.0036+0.0004)) / 80
	half := 3.182446305284 * se
	if !near(r.Ratio, math.Exp(0.033), 1e-12) || !near(r.Lo, math.Exp(0.033-half), 1e-9) || !near(r.Hi, math.Exp(0.033+half), 1e-9) || !r.Found || r.N != 8 || r.Apart != 0 || r.Tokens != 80 {
		t.Errorf("%+v, want %v to %v", r, math.Exp(0.033-half), math.Exp(0.033+half))
	}
	score := s.Standing[0].Score("texts")
	if !score.Number() || score.Better != Lower || !score.Interval || score.Correct >= 0 || !near(math.Log(score.Hi/score.Value), 1.96*0.05, 1e-12) {
		t.Errorf("%+v", score)
	}
	for _, r := range s.Runs {
		if notice(r.Notices, "small-n") != nil {
			t.Error("a few windows are called a few items")
		}
	}
	topic := s.Topics()[0]
	if len(topic.Findings) < 3 || topic.Findings[0].Template != "texts-higher" || topic.Findings[1].Template != "perplexity" {
		t.Errorf("%+v", topic.Findings)
	}
}

// Another number of tokens is another protocol: nothing is compared.
func TestOtherTokensAreNotCompared(t *testing.T) {
	f := newFixture(t)
	f.put(textRun("BF16", 20, 21, 25, 24))
	b := textRun("FP8", 20, 21, 25, 24)
	b.Artifact.Protocol.Parameters["tokens"] = 41
	b.Eval[0].Likelihood.Tokens = 11
	f.put(b)
	s := f.clean()
	c := Pair(s.Runs[0], s.Runs[1])
	if x := c.Task("texts"); x == nil || x.Comparable || x.Texts != nil || c.Comparable {
		t.Errorf("%+v", x)
	}
	// Under one protocol a window that was cut otherwise is left out.
	b.Artifact.Protocol.Parameters["tokens"] = 40
	f = newFixture(t)
	f.put(textRun("BF16", 20, 21, 25, 24))
	f.put(b)
	s = f.clean()
	if x := Pair(s.Runs[0], s.Runs[1]).Task("texts").Texts; x == nil || x.N != 3 || x.Apart != 1 {
		t.Errorf("%+v", x)
	}
}

func TestNumbersAreNoShares(t *testing.T) {
	for _, c := range []struct {
		metric string
		value  float64
		number bool
	}{
		{"accuracy", 0.8, false}, {"perplexity", 7.5, true}, {"perplexity,none", 0.9, true}, {"bits_per_byte", 0.7, true}, {"ppl", 1, true},
		{"bleu", 27.3, true}, {"exact_match", 1, false}, {"match-rate", 0, false}, {"delta", -0.1, true},
	} {
		if s := (Score{Metric: c.metric, Value: c.value}); s.Number() != c.number {
			t.Errorf("%s %v is a number: %v", c.metric, c.value, s.Number())
		}
	}
}

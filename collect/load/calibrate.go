package load

import (
	"context"
	"math"

	"benchsite/collect/endpoint"
)

// calibrate makes the prompts of a workload as long as they are meant to be on
// this server. It returns what it found for the artifact, nil when the workload
// needs none. Where the server counts no tokens, the workload stays a guess and
// the map says so.
func calibrate(ctx context.Context, client *endpoint.Client, spec Spec) (Workload, map[string]any) {
	w, ok := spec.Workload.(Calibrated)
	if !ok || w.Target() <= 0 || ctx.Err() != nil {
		return spec.Workload, nil
	}
	method := "tokenize"
	count := func(seed uint64, words int) (float64, bool) {
		messages := w.Probe(seed, words)
		if method == "tokenize" {
			if n, ok := client.CountTokens(ctx, spec.Model, messages); ok {
				return float64(n), true
			}
			method = "usage"
		}
		x := client.Do(ctx, &endpoint.Request{ID: "calibration", Model: spec.Model, Messages: messages, MaxTokens: 1})
		x.Decode()
		if !x.OK() || x.Usage == nil {
			return 0, false
		}
		return float64(x.Usage.Prompt), true
	}
	const short = 32
	long := max(w.Target(), 4*short)
	a, ok1 := count(1, short)
	b, ok2 := count(2, long)
	if !ok1 || !ok2 || !(b > a) {
		return w, map[string]any{"method": "none", "target_tokens": w.Target()}
	}
	f := Fit{PerWord: (b - a) / float64(long-short)}
	f.Overhead = a - f.PerWord*short
	words := f.words(w.Target())
	got, ok := count(3, words)
	out := map[string]any{"method": method, "target_tokens": w.Target(), "overhead_tokens": places(f.Overhead, 3), "tokens_per_word": places(f.PerWord, 4)}
	if ok { // the last probe is the length that matters
		f.Overhead += got - (f.Overhead + f.PerWord*float64(words))
		out["probe_tokens"], out["overhead_tokens"] = int(math.Round(got)), places(f.Overhead, 3)
	}
	return w.With(f), out
}

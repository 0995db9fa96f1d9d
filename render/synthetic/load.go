package synthetic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"benchsite/collect/artifact"
)

// loadRun is a load test: a point of the sweep (place 0 to 6), a repeat of 16
// at once (7 to 10), or a rate of an open loop (11 and 12).
func (c campaign) loadRun(i, place int) (*artifact.Artifact, []artifact.LoadRecord) {
	r := rng(i)
	at, open := 16, false
	switch {
	case place < len(sweep):
		at = sweep[place]
	case place > 10:
		at, open = 2<<(place-11), true
	}
	name := fmt.Sprintf("c%d-n128", at)
	parameters := map[string]any{
		"concurrency": float64(at), "max_tokens": 256.0, "temperature": 0.0, "workload": "synthetic", "input_tokens": 512.0, "workload_seed": 7.0,
	}
	if open {
		name = fmt.Sprintf("r%d-n128", at)
		delete(parameters, "concurrency")
		parameters["rate"], parameters["arrival"] = float64(at), "poisson"
	}
	a := c.frame(i, artifact.KindLoad, name)
	a.Protocol.Parameters = parameters
	const offered = 128
	failed := 0
	if r.IntN(12) == 0 {
		failed = 1 + r.IntN(4)
	}
	width := float64(at)
	if open {
		width = float64(at) * 3
	}
	// Throughput saturates with the load; every run differs by about 2 percent.
	output := c.speed * 4200 * width / (width + 22) * (1 + .02*r.NormFloat64())
	done := offered - failed
	duration := float64(done) * 256 / output
	e2e := 256 * width / output
	ttft := .04 + .0021*width
	records := make([]artifact.LoadRecord, 0, offered)
	for n := range offered {
		sent := duration * float64(n) / offered
		rec := artifact.LoadRecord{RequestID: fmt.Sprintf("s%d-%d", i, n), ScheduledS: num(round(sent)), SentS: num(round(sent)), PromptTokens: count(512)}
		if n < failed {
			rec.Error, rec.EndS = artifact.Ptr("timeout"), num(round(sent+30))
			records = append(records, rec)
			continue
		}
		t, e := ttft*(1+.3*math.Abs(r.NormFloat64())), e2e*(1+.05*r.NormFloat64())
		rec.FirstS, rec.FirstAnswerS, rec.LastS, rec.EndS = num(round(sent+t)), num(round(sent+t)), num(round(sent+e)), num(round(sent+e))
		rec.OutputTokens, rec.Chunks, rec.FinishReason = count(256), count(256), artifact.Ptr("length")
		records = append(records, rec)
	}
	a.DurationS = num(round(duration + 3))
	a.Load = &artifact.Load{
		Requests:  artifact.Requests{Offered: count(offered), Completed: count(done), Failed: count(failed), ByError: map[string]int64{}},
		DurationS: num(round(duration)), Tokens: artifact.LoadTokens{Prompt: count(512 * done), Output: count(256 * done)},
		Throughput: artifact.Throughput{
			RequestsPerS: num(round(output / 256)), OutputTokensPerS: num(round(output)), PromptTokensPerS: num(round(output * 2)), TotalTokensPerS: num(round(output * 3)),
		},
		Latency: artifact.Latency{
			TTFT: spread(r, done, ttft, .3), TPOT: spread(r, done, (e2e-ttft)/255, .05), ICL: spread(r, done*255, (e2e-ttft)/255, .2), E2E: spread(r, done, e2e, .05),
		},
		FinishReasons: map[string]int64{"length": int64(done)}, Timeline: timeline(r, duration, width, output),
		ServerMetrics: &artifact.ServerMetrics{Source: artifact.Ptr("metrics"), PrefixCacheHitRate: num(.02), KVCacheUsageMax: num(round(math.Min(.97, width/80))), RunningMax: num(width), WaitingMax: num(0)},
		Client:        artifact.LoadClient{DispatchLag: spread(r, offered, .0004, .5), CPU: num(round(.05 + width/400)), Bound: artifact.Ptr(false)},
	}
	if failed > 0 {
		a.Load.Requests.ByError["timeout"] = int64(failed)
	}
	return a, records
}

// spread is a distribution around a middle, the tail wider than the rest.
func spread(r *rand.Rand, n int, mid, width float64) *artifact.Distribution {
	mid *= 1 + .01*r.NormFloat64()
	at := func(sigma float64) *float64 { return num(round(mid * (1 + width*math.Max(-.9, sigma)))) }
	return &artifact.Distribution{
		N: count(n), Mean: at(.1), Std: num(round(mid * width)), Min: at(-1.5), Max: at(4), P50: at(0), P90: at(1.3), P95: at(1.7), P99: at(2.6), Method: artifact.Ptr("linear"),
	}
}

// timeline has a value a second, at most sixty.
func timeline(r *rand.Rand, duration, width, output float64) *artifact.Timeline {
	t := &artifact.Timeline{StepS: num(1)}
	for range min(max(int(duration), 2), 60) {
		t.Running = append(t.Running, width)
		t.OutputTokensPerS = append(t.OutputTokensPerS, round(output*(1+.04*r.NormFloat64())))
		t.Completed = append(t.Completed, math.Round(output/256))
		t.Failed = append(t.Failed, 0)
	}
	t.Running[len(t.Running)-1] = 0
	t.OutputTokensPerS = slices.Clip(t.OutputTokensPerS)
	return t
}

// round keeps six significant digits, as a measurement would.
func round(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/journal"
)

// Setting is what Run needs beside the Spec.
type Setting struct {
	Client     *endpoint.Client
	Base       artifact.Artifact // subject, environment and source; Run fills the rest
	JournalDir string            // such as artifacts/.state/journal
	Progress   func(Snapshot)    // nil = none; called from one goroutine
	SelfTests  string            // folder of the last self-test of this machine, "" = none
}

// Result is a measured point: a whole artifact that is not yet stored, its
// records, and the journal to remove once it is.
type Result struct {
	Bundle  artifact.Bundle
	Journal *journal.File
	Warning error // the journal could not be written; the result stands
}

// Run measures one point. When ctx is done no further request is sent, those in
// flight are awaited, and the result is marked interrupted. The error is an
// *endpoint.Error when the server took no load at all because address, key or
// model are wrong; then there is no result. Other failures are in the artifact.
func Run(ctx context.Context, spec Spec, set Setting) (*Result, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	count := &counts{}
	count.begin(PhaseWarmup, spec.Warmup, 0)
	stopReport := count.report(set.Progress)
	defer func() { stopReport() }()
	begun := time.Now()
	run := fmt.Sprintf("%s-%s", begun.UTC().Format("20060102-150405.000000"), spec.Slug())
	var calibration map[string]any
	spec.Workload, calibration = calibrate(ctx, set.Client, spec)
	warmup, err := warm(ctx, spec, set.Client, run, count)
	if err != nil {
		return nil, err
	}
	a := set.Base
	a.Schema, a.Kind, a.Name = artifact.Schema, artifact.KindLoad, cmp.Or(spec.Name, spec.Slug())
	a.Protocol = artifact.Protocol{Parameters: spec.Protocol()}
	a.Source.Extra = withPlan(a.Source.Extra, spec, warmup)
	if calibration != nil {
		a.Source.Extra["calibration"] = calibration
	}
	started := time.Now()
	a.StartedAt = started.UTC().Format("2006-01-02T15:04:05.000Z")
	h := head{Journal: 1, Slug: spec.Slug(), shape: spec.shape(), KeepChunks: spec.KeepChunks, Artifact: &a}
	kept, err := journal.Create(filepath.Join(set.JournalDir, run+".jsonl"), h)
	if err != nil {
		return nil, err
	}
	finished := make(chan done, 4*max(spec.Concurrency, ahead))
	l := &loop{client: set.Client, spec: spec, arrival: spec.Arrival, workload: spec.Workload, prefix: run, slots: spec.Concurrency,
		requests: spec.Requests, duration: spec.Duration, finished: finished, count: count}
	count.begin(PhaseMeasure, spec.planned(), spec.Duration)
	c := &collector{start: started, journal: kept, count: count, limit: rawLimit, protocols: map[string]bool{}}
	collected := make(chan struct{})
	around := watch(ctx, set, spec.Model)
	used := startMeter()
	go func() { defer close(collected); c.collect(finished) }()
	stopped := l.run(ctx)
	use := used.stop()
	seen := around.stop()
	close(finished)
	<-collected
	warning := kept.Close()
	if c.refused != nil {
		return nil, errors.Join(c.refused, kept.Remove())
	}
	use.timed(c.settle)
	obs := c.obs
	slices.SortFunc(obs, func(x, y Observation) int { return cmp.Compare(*x.Record.SentS, *y.Record.SentS) })
	a.Load = summarize(obs, spec.shape())
	a.Load.Client = selfCheck(obs, a.Load.Latency, use)
	c.told(&a.Load.Client)
	seen(a.Load)
	a.Load.Client.SelfTest = set.selfTest(a.Load)
	a.DurationS = round(time.Since(begun).Seconds())
	for p := range c.protocols { // one only: the transport speaks nothing else
		a.Environment.Client = withKey(a.Environment.Client, "protocol", p)
	}
	examples := map[string]any{} // what the first failure of each class said
	resent := 0
	for _, o := range slices.Backward(obs) {
		resent += o.Resent
		if !o.completed() {
			examples[*o.Record.Error] = *o.Record.Message
		}
	}
	if len(examples) > 0 {
		a.Source.Extra["error_examples"] = examples
	}
	if _, ok := spec.Workload.(Dialogue); ok {
		a.Source.Extra["turns"] = byTurn(obs)
	}
	a.Status, a.StatusReason = verdict(a.Load, stopped, obs)
	a.Source.Extra["resent"], a.Source.Extra["connections_opened"] = resent, c.opened
	return &Result{Bundle: artifact.Bundle{Artifact: &a, Load: records(obs, spec.KeepChunks), Slug: spec.Slug()}, Journal: kept, Warning: warning}, nil
}

// warm sends the warm-up wave, which opens the connections. It returns what
// became of it, and an error when the server refused all of it for address,
// key or model.
func warm(ctx context.Context, spec Spec, client *endpoint.Client, run string, count *counts) (map[string]any, error) {
	if spec.Warmup <= 0 || ctx.Err() != nil {
		return map[string]any{"requests": 0}, nil
	}
	out := make(chan done, spec.Warmup)
	l := &loop{client: client, spec: spec, workload: warmupOf(spec.Workload), prefix: run + "-warmup",
		slots: warmSlots(spec), requests: spec.Warmup, finished: out, count: count}
	begun := time.Now()
	l.run(ctx)
	close(out)
	sent, failed := 0, 0
	var refused *endpoint.Error
	for d := range out {
		sent++
		if d.x.Err != nil {
			failed++
			if d.x.Err.Unsent() {
				refused = d.x.Err
			}
		}
	}
	if refused != nil && failed == sent {
		return nil, refused
	}
	return map[string]any{"requests": sent, "failed": failed, "duration_s": *round(time.Since(begun).Seconds())}, nil
}

// warmSlots is how many warm-up requests are in flight: as many as a closed loop
// will have, all at once for an open one, whose number is not known.
func warmSlots(spec Spec) int {
	if spec.Arrival.Open() {
		return spec.Warmup
	}
	return min(spec.Concurrency, spec.Warmup)
}

// withPlan adds what the protocol leaves out: limits and warm-up.
func withPlan(extra map[string]any, spec Spec, warmup map[string]any) map[string]any {
	out := map[string]any{"warmup": warmup}
	for k, v := range extra {
		out[k] = v
	}
	if spec.Requests > 0 {
		out["requests"] = spec.Requests
	}
	if spec.Duration > 0 {
		out["duration_s"] = spec.Duration.Seconds()
	}
	if s, ok := spec.Workload.(interface{ seed() uint64 }); ok {
		out["prompt_seed"] = fmt.Sprint(s.seed()) // 64 bits do not fit a JSON number
		out["first_prompt"] = spec.FirstPrompt
	}
	if spec.Arrival.Open() && spec.Arrival.Process != Trace {
		out["arrival_seed"] = fmt.Sprint(spec.Arrival.Seed)
	}
	return out
}

func withKey(m map[string]string, k, v string) map[string]string {
	out := map[string]string{k: v}
	for key, value := range m {
		out[key] = value
	}
	return out
}

// verdict says how the point ended.
func verdict(l *artifact.Load, stopped string, obs []Observation) (artifact.Status, *string) {
	switch {
	case *l.Requests.Completed == 0 && *l.Requests.Offered == 0:
		return artifact.StatusInterrupted, artifact.Ptr("interrupted before the first request")
	case *l.Requests.Completed == 0 && stopped != "interrupted":
		reason := fmt.Sprintf("all %d requests failed, the first with %s: %s", len(obs), *obs[0].Record.Error, *obs[0].Record.Message)
		return artifact.StatusFailed, &reason
	case stopped != "":
		return artifact.StatusInterrupted, &stopped
	}
	return artifact.StatusComplete, nil
}

// records returns what is published of each request.
func records(obs []Observation, keepChunks bool) []artifact.LoadRecord {
	out := make([]artifact.LoadRecord, len(obs))
	for i, o := range obs {
		out[i] = o.Record
		if !keepChunks {
			out[i].ChunkS = nil
		}
	}
	return out
}

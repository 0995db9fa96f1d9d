package load

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
)

func openPoint(a Arrival, n int) Spec {
	s := point(n, 0)
	s.Arrival = a
	return s
}

// TestOpenLoop: each process sends on its schedule, whatever the answers take,
// and says so in records and protocol.
func TestOpenLoop(t *testing.T) {
	for _, a := range []Arrival{{Process: Constant, Rate: 250}, {Process: Poisson, Rate: 250, Seed: 5}, {Process: Gamma, Rate: 250, Burstiness: 0.5, Seed: 5},
		{Process: Constant, Rate: 250, Ramp: 80 * time.Millisecond},
		{Process: Trace, Times: []time.Duration{time.Second, 1050 * time.Millisecond, 1200 * time.Millisecond, 1200 * time.Millisecond}}} {
		t.Run(a.String(), func(t *testing.T) {
			t.Parallel()
			s := endpointtest.New(t, endpointtest.Good(3, 150*time.Millisecond, 10*time.Millisecond))
			spec := openPoint(a, 40)
			spec.SLO = SLO{TTFT: 3}
			spec.Warmup = 8
			r, err := Run(context.Background(), spec, setting(t, s, 64))
			if err != nil {
				t.Fatal(err)
			}
			n, got := a.Count(40, 0), r.Bundle.Artifact
			if got.Status != artifact.StatusComplete || *got.Load.Requests.Completed != int64(n) || got.Protocol.Parameters["arrival"] != string(a.Process) {
				t.Fatalf("%v: %s %+v", a, got.Status, got.Load.Requests)
			}
			want := slices.Collect(a.Schedule(40, 0))
			records := slices.Clone(r.Bundle.Load)
			slices.SortFunc(records, func(x, y artifact.LoadRecord) int { return int(1e6 * (*x.ScheduledS - *y.ScheduledS)) })
			for i, rec := range records {
				if off := *rec.ScheduledS - *records[0].ScheduledS - want[i].Seconds(); math.Abs(off) > 2e-6 {
					t.Fatalf("%v: request %d is scheduled %v s off", a, i, off)
				}
				if *rec.SentS < *rec.ScheduledS {
					t.Fatalf("%v: request %d was sent before its time", a, i)
				}
			}
			l := got.Load
			if l.Latency.TTFTScheduled == nil || *l.Latency.TTFTScheduled.Mean < *l.Latency.TTFT.Mean || *l.Goodput.Share != 1 {
				t.Errorf("%v: %+v %+v", a, l.Latency.TTFTScheduled, l.Goodput)
			}
			if a.Process != Trace && (l.Steady == nil || math.Abs(*l.Steady.EndS-*l.Steady.StartS-(a.Span(40, 0)-a.Ramp).Seconds()) > 1e-5) {
				t.Errorf("%v: steady %+v", a, l.Steady)
			}
			if s.Peak() < 4 {
				t.Errorf("%v: at most %d in flight: it waited for answers", a, s.Peak())
			}
			if _, err := artifact.Open(t.TempDir()).Put(r.Bundle); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOpenLoopKeepsItsTime: what cannot be sent in time waits, keeps its
// scheduled time, and fails an SLO that a clock started at the send would pass.
func TestOpenLoopKeepsItsTime(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(2, 50*time.Millisecond, 0))
	spec := openPoint(Arrival{Process: Constant, Rate: 100, MaxInFlight: 1}, 20)
	spec.SLO = SLO{TTFT: 0.25}
	r, err := Run(context.Background(), spec, setting(t, s, 1))
	if err != nil {
		t.Fatal(err)
	}
	l := r.Bundle.Artifact.Load
	if s.Peak() != 1 {
		t.Errorf("%d in flight", s.Peak())
	}
	if *l.Latency.TTFTScheduled.Max < 0.7 || *l.Goodput.Share > 0.5 || *l.Client.DispatchLag.Max < 0.6 {
		t.Errorf("ttft at most %v, from schedule %v, share %v", *l.Latency.TTFT.Max, *l.Latency.TTFTScheduled.Max, *l.Goodput.Share)
	}
	if r.Bundle.Artifact.Protocol.Parameters["max_in_flight"] != 1 || r.Bundle.Slug != "constant-r100-n20" {
		t.Errorf("%v %s", r.Bundle.Artifact.Protocol.Parameters, r.Bundle.Slug)
	}
}

// TestOpenLoopLimits: time, an interruption, and too many failures.
func TestOpenLoopLimits(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(2, 20*time.Millisecond, 0))
	spec := openPoint(Arrival{Process: Poisson, Rate: 50}, 0)
	spec.Duration = 400 * time.Millisecond
	r, err := Run(context.Background(), spec, setting(t, s, 16))
	if err != nil || *r.Bundle.Artifact.Load.Requests.Offered != 20 || r.Bundle.Artifact.Status != artifact.StatusComplete {
		t.Fatalf("%v %+v", err, r.Bundle.Artifact.Load.Requests)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(200*time.Millisecond, cancel)
	r, err = Run(ctx, openPoint(Arrival{Process: Constant, Rate: 50}, 1000), setting(t, s, 16))
	if err != nil || r.Bundle.Artifact.Status != artifact.StatusInterrupted || *r.Bundle.Artifact.Load.Requests.Failed != 0 || *r.Bundle.Artifact.Load.Requests.Completed > 40 {
		t.Fatalf("%v %s %+v", err, r.Bundle.Artifact.Status, r.Bundle.Artifact.Load.Requests)
	}
	bad := endpointtest.New(t, endpointtest.Good(2, 0, 0), func(w *endpointtest.Wire) { w.JSON(503, `{}`) })
	r, err = Run(context.Background(), openPoint(Arrival{Process: Constant, Rate: 200}, 2000), setting(t, bad, 16))
	if err != nil || *r.Bundle.Artifact.Load.Requests.Offered > 1000 || !strings.Contains(*r.Bundle.Artifact.StatusReason, "the last 50 requests") {
		t.Fatalf("%v %v %+v", err, *r.Bundle.Artifact.StatusReason, r.Bundle.Artifact.Load.Requests)
	}
}

// TestStopOnErrorShare: a share of failures above the limit ends the point
// before its time and says why.
func TestStopOnErrorShare(t *testing.T) {
	t.Parallel()
	good, bad := endpointtest.Good(1, 0, 0), func(w *endpointtest.Wire) { w.JSON(500, `{}`) }
	var mixed []endpointtest.Reply
	for i := range 400 {
		if mixed = append(mixed, good); i%3 == 0 {
			mixed[i] = bad
		}
	}
	spec := point(400, 2)
	spec.StopErrorShare = 0.2
	r, err := Run(context.Background(), spec, setting(t, endpointtest.New(t, mixed...), 2))
	if err != nil {
		t.Fatal(err)
	}
	a := r.Bundle.Artifact
	if a.Status != artifact.StatusInterrupted || *a.Load.Requests.Offered > 30 || !strings.Contains(*a.StatusReason, "more than the share of 0.2") {
		t.Errorf("%s %v %+v", a.Status, *a.StatusReason, a.Load.Requests)
	}
	spec.StopErrorShare = 0.5
	if r, err = Run(context.Background(), spec, setting(t, endpointtest.New(t, mixed...), 2)); err != nil || r.Bundle.Artifact.Status != artifact.StatusComplete {
		t.Errorf("%v %v", err, r.Bundle.Artifact.Status)
	}
}

// TestThinkAndRamp: a pause between answer and next request, slots that begin
// one after the other.
func TestThinkAndRamp(t *testing.T) {
	t.Parallel()
	s := endpointtest.New(t, endpointtest.Good(1, 10*time.Millisecond, 0))
	spec := point(12, 3)
	spec.Arrival = Arrival{Think: 50 * time.Millisecond, Ramp: 200 * time.Millisecond}
	r, err := Run(context.Background(), spec, setting(t, s, 3))
	if err != nil {
		t.Fatal(err)
	}
	p := r.Bundle.Artifact.Protocol.Parameters
	if p["think_time_s"] != 0.05 || p["ramp_s"] != 0.2 || p["arrival"] != "closed" || p["concurrency"] != 3 {
		t.Errorf("%v", p)
	}
	var due []float64
	for _, rec := range r.Bundle.Load {
		due = append(due, *rec.ScheduledS)
	}
	slices.Sort(due)
	for _, at := range []float64{0.1, 0.2} { // when the other two slots begin
		if !slices.ContainsFunc(due, func(d float64) bool { return math.Abs(d-due[0]-at) < 1e-5 }) {
			t.Errorf("no slot begins after %v s: %v", at, due)
		}
	}
	for i, d := range due { // each slot rests 50 ms: no more than three begin within that time
		if i >= 3 && d-due[i-3] < 0.05 {
			t.Errorf("four requests within %v s", d-due[i-3])
		}
	}
	if in := s.Received(); s.Peak() > 3 || len(in) != 12 {
		t.Errorf("%d received, peak %d", len(in), s.Peak())
	}
}

// BenchmarkOpenLoop2000 measures what an open loop of 2,000 requests a second
// keeps of its schedule: dispatch lag and rate error.
func BenchmarkOpenLoop2000(b *testing.B) {
	s := endpointtest.New(b, endpointtest.Good(1, 0, 0))
	for b.Loop() {
		spec := openPoint(Arrival{Process: Poisson, Rate: 2000, Seed: 1}, 6000)
		spec.Warmup = 64
		r, err := Run(context.Background(), spec, setting(b, s, 1024))
		if err != nil {
			b.Fatal(err)
		}
		l := r.Bundle.Artifact.Load
		first, last := math.Inf(1), 0.0
		for _, rec := range r.Bundle.Load {
			first, last = min(first, *rec.SentS), max(last, *rec.SentS)
		}
		b.ReportMetric(*l.Client.DispatchLag.P50*1e3, "lag-p50-ms")
		b.ReportMetric(*l.Client.DispatchLag.P99*1e3, "lag-p99-ms")
		b.ReportMetric(*l.Client.DispatchLag.Max*1e3, "lag-max-ms")
		b.ReportMetric(100*math.Abs(float64(len(r.Bundle.Load)-1)/(last-first)/2000-1), "rate-error-%")
		b.ReportMetric(*l.Client.CPU, "cores")
	}
}

package load

import (
	"runtime"
	"time"

	"benchsite/collect/artifact"
)

// The client counts as the bottleneck of a point when it used more than
// boundCPU of the cores it may use, or when the 99th percentile of its dispatch
// lag (sent − scheduled) exceeds both boundLag and a tenth of the median TTFT
// (of E2E when answers were not streamed).
const (
	boundCPU   = 0.85
	boundLag   = 0.005 // seconds
	boundShare = 0.1
)

// meter measures the processor time of this process over a window.
type meter struct {
	cpu  float64
	wall time.Time
	ok   bool
}

func startMeter() meter {
	cpu, ok := processCPU()
	return meter{cpu, time.Now(), ok}
}

// cores returns how many cores were busy on average since the start.
func (m meter) cores() (float64, bool) {
	cpu, ok := processCPU()
	wall := time.Since(m.wall).Seconds()
	if !ok || !m.ok || wall <= 0 {
		return 0, false
	}
	return (cpu - m.cpu) / wall, true
}

// selfCheck says whether the client may have been the bottleneck. Reason holds
// the codes cpu and dispatch-lag.
func selfCheck(obs []Observation, l artifact.Latency, cores float64, known bool) artifact.LoadClient {
	var lag []float64
	for _, o := range obs {
		lag = append(lag, *o.Record.SentS-*o.Record.ScheduledS)
	}
	c := artifact.LoadClient{DispatchLag: Distribution(lag), Bound: artifact.Ptr(false)}
	reason := ""
	if known {
		c.CPU = artifact.Ptr(places(cores, 3))
		if cores > boundCPU*float64(runtime.GOMAXPROCS(0)) {
			reason = "cpu"
		}
	}
	typical := l.TTFT
	if typical == nil {
		typical = l.E2E
	}
	if c.DispatchLag != nil && typical != nil && *c.DispatchLag.P99 > max(boundLag, boundShare**typical.P50) {
		if reason != "" {
			reason += ", "
		}
		reason += "dispatch-lag"
	}
	if reason != "" {
		c.Bound, c.Reason = artifact.Ptr(true), &reason
	}
	return c
}

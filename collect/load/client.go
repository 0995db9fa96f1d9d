package load

import (
	"strings"

	"benchsite/collect/artifact"
)

// The client counts as the bottleneck of a point (bound) when one of these holds;
// the code in brackets is the reason that the artifact gives.
//
//	cpu           it used more than boundCPU of the cores it may use
//	dispatch-lag  the 99th percentile of sent − scheduled exceeds both boundLag
//	              and boundShare of the median TTFT (of E2E when not streamed)
//	read-delay    the 99th percentile of the time from a stream being ready to
//	              its reader running exceeds both boundDelay and boundShare of
//	              the median gap between chunks (of E2E when not streamed)
//	gc-pause      a pause of the garbage collector was longer than both
//	              boundLag and boundShare of the same gap
const (
	boundCPU   = 0.85
	boundLag   = 0.005 // seconds
	boundDelay = 0.002 // seconds
	boundShare = 0.1
)

// selfCheck says whether the client may have been the bottleneck. A nil use is
// not known, as of a process that was killed.
func selfCheck(obs []Observation, l artifact.Latency, use *usage) artifact.LoadClient {
	var lag []float64
	for _, o := range obs {
		lag = append(lag, *o.Record.SentS-*o.Record.ScheduledS)
	}
	c := artifact.LoadClient{DispatchLag: Distribution(lag), Bound: artifact.Ptr(false)}
	if use != nil {
		use.fill(&c)
	}
	first, gap := l.TTFT, l.ICL
	if first == nil {
		first = l.E2E
	}
	if gap == nil {
		gap = l.E2E
	}
	over := func(v *float64, floor float64, typical *artifact.Distribution) bool {
		return v != nil && typical != nil && *v > max(floor, boundShare**typical.P50)
	}
	p99 := func(d *artifact.Distribution) *float64 {
		if d == nil {
			return nil
		}
		return d.P99
	}
	var reasons []string
	if c.CPU != nil && c.Cores != nil && *c.CPU > boundCPU*float64(*c.Cores) {
		reasons = append(reasons, "cpu")
	}
	if over(p99(c.DispatchLag), boundLag, first) {
		reasons = append(reasons, "dispatch-lag")
	}
	if over(p99(c.ReadDelay), boundDelay, gap) {
		reasons = append(reasons, "read-delay")
	}
	if c.GCPause != nil && over(c.GCPause.Max, boundLag, gap) {
		reasons = append(reasons, "gc-pause")
	}
	if len(reasons) > 0 {
		c.Bound, c.Reason = artifact.Ptr(true), artifact.Ptr(strings.Join(reasons, ", "))
	}
	return c
}

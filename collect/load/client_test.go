package load

import (
	"testing"
	"time"

	"benchsite/collect/artifact"
)

// TestBoundRule: each reason alone, and none.
func TestBoundRule(t *testing.T) {
	obs := []Observation{at(0, 4, 0.5, 0.52, 0.54, 0.56), at(0, 4, 0.5, 0.52, 0.54, 0.56)}
	l := Summarize(obs, 2, SLO{}).Latency // TTFT 500 ms, gaps 20 ms
	one := func(v float64) *artifact.Distribution {
		return &artifact.Distribution{P50: &v, P99: &v, Max: &v}
	}
	for name, c := range map[string]struct {
		use    *usage
		lag    float64
		reason string
	}{
		"fine":               {&usage{cpu: 0.1, wall: 1, cpuKnown: true, delay: one(0.0019), pause: one(0.0049)}, 0.049, ""},
		"not known":          {nil, 0, ""},
		"cpu":                {&usage{cpu: 1000, wall: 1, cpuKnown: true}, 0, "cpu"},
		"cpu is not known":   {&usage{cpu: 1000, wall: 1}, 0, ""},
		"dispatch lag":       {&usage{}, 0.051, "dispatch-lag"},
		"read delay":         {&usage{delay: one(0.0021)}, 0, "read-delay"},
		"pause":              {&usage{pause: one(0.0051)}, 0, "gc-pause"},
		"two reasons":        {&usage{cpu: 1000, wall: 1, cpuKnown: true, delay: one(1)}, 0, "cpu, read-delay"},
		"lag below the TTFT": {&usage{}, 0.006, ""},
	} {
		late := []Observation{obs[0], obs[1]}
		for i := range late {
			late[i].Record.ScheduledS = artifact.Ptr(*late[i].Record.SentS - c.lag)
		}
		got := selfCheck(late, l, c.use)
		reason := ""
		if got.Reason != nil {
			reason = *got.Reason
		}
		if reason != c.reason || *got.Bound != (c.reason != "") {
			t.Errorf("%s: bound %v, reason %q, want %q", name, *got.Bound, reason, c.reason)
		}
	}
}

// TestMeter: a busy window uses about one core and its goroutines wait.
func TestMeter(t *testing.T) {
	m := startMeter()
	stop := time.Now().Add(100 * time.Millisecond)
	for range 2 {
		go func() {
			for time.Now().Before(stop) {
			}
		}()
	}
	// The runtime samples one wake-up in eight: many hand-overs, however busy
	// the machine is.
	ping, pong := make(chan int), make(chan int)
	go func() {
		for n := range ping {
			pong <- n
		}
		close(pong)
	}()
	for n := range 5000 {
		ping <- n
		<-pong
	}
	close(ping)
	<-pong
	for time.Now().Before(stop) {
		time.Sleep(time.Millisecond)
	}
	u := m.stop()
	u.timed(func() {})
	var c artifact.LoadClient
	u.fill(&c)
	if c.CPU == nil || *c.CPU <= 0 || c.CPUSeconds == nil || c.MemoryBytes == nil || *c.MemoryBytes < 1<<20 || *c.Cores < 1 || c.DecodeSeconds == nil {
		t.Errorf("%+v", c)
	}
	if d := c.ReadDelay; d == nil || *d.N == 0 || *d.P50 > *d.P99 || *d.P99 > *d.Max || *d.Method != "histogram" {
		t.Errorf("read delay %+v", d)
	}
}

package load

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"

	"benchsite/collect/artifact"
)

// What the Go runtime measures of itself. A latency is the time that a
// goroutine waited to run once it could: for the reader of a stream, whose read
// had come back, that is what lies between the bytes and their time stamp.
const (
	latencyMetric = "/sched/latencies:seconds"
	pauseMetric   = "/sched/pauses/total/gc:seconds"
)

// meter measures this process over a window.
type meter struct {
	cpu             float64
	cpuKnown        bool
	wall            time.Time
	latency, pauses []uint64 // counts by bucket
}

func startMeter() meter {
	m := meter{wall: time.Now()}
	m.cpu, m.cpuKnown = processCPU()
	m.latency, _ = histogram(latencyMetric)
	m.pauses, _ = histogram(pauseMetric)
	return m
}

// usage is what the process used in a window.
type usage struct {
	cpu, wall    float64 // seconds
	cpuKnown     bool
	delay, pause *artifact.Distribution
	decode       *float64 // processor seconds after the window
	memory       int64    // bytes, 0 = not known
}

// stop ends the window.
func (m meter) stop() *usage {
	u := &usage{wall: time.Since(m.wall).Seconds()}
	cpu, known := processCPU()
	u.cpu, u.cpuKnown = cpu-m.cpu, known && m.cpuKnown && u.wall > 0
	u.delay = spreadOf(latencyMetric, m.latency)
	u.pause = spreadOf(pauseMetric, m.pauses)
	u.memory, _ = peakMemory()
	return u
}

// timed runs work and notes its processor time as that of decoding.
func (u *usage) timed(work func()) {
	before, known := processCPU()
	work()
	if after, _ := processCPU(); known {
		u.decode = round(after - before)
	}
}

func (u *usage) fill(c *artifact.LoadClient) {
	c.Cores = artifact.Ptr(int64(runtime.GOMAXPROCS(0)))
	c.ReadDelay, c.GCPause, c.DecodeSeconds = u.delay, u.pause, u.decode
	if u.cpuKnown {
		c.CPU, c.CPUSeconds = artifact.Ptr(places(u.cpu/u.wall, 3)), round(u.cpu)
	}
	if u.memory > 0 {
		c.MemoryBytes = &u.memory
	}
}

// histogram reads counts and bounds of a runtime histogram.
func histogram(name string) (counts []uint64, bounds []float64) {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil, nil
	}
	h := sample[0].Value.Float64Histogram()
	return h.Counts, h.Buckets
}

// spreadOf is the distribution of what a runtime histogram has counted since
// before. Within a bucket values are taken as spread evenly; mean and standard
// deviation are not known.
func spreadOf(name string, before []uint64) *artifact.Distribution {
	now, bounds := histogram(name)
	if len(now) != len(before) || len(bounds) != len(now)+1 {
		return nil
	}
	counts, n := make([]uint64, len(now)), uint64(0)
	for i := range now {
		counts[i] = now[i] - before[i]
		n += counts[i]
	}
	if n == 0 {
		return nil
	}
	edge := func(i int) float64 { // the outer buckets are open
		v := bounds[i]
		switch {
		case math.IsInf(v, -1):
			v = 0
		case math.IsInf(v, 1):
			v = bounds[i-1]
		}
		return max(v, 0)
	}
	at := func(p float64) *float64 {
		left := p / 100 * float64(n)
		for i, c := range counts {
			if c > 0 && left <= float64(c) {
				return round(edge(i) + (edge(i+1)-edge(i))*left/float64(c))
			}
			left -= float64(c)
		}
		return round(edge(len(counts)))
	}
	return &artifact.Distribution{N: artifact.Ptr(int64(n)), Min: at(0), Max: at(100), P50: at(50), P90: at(90), P95: at(95), P99: at(99),
		Method: artifact.Ptr("histogram")}
}

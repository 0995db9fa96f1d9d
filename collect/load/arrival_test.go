package load

import (
	"math"
	"slices"
	"testing"
	"time"
)

// distance is the Kolmogorov–Smirnov statistic of a sample against a
// distribution function.
func distance(sample []float64, cdf func(float64) float64) float64 {
	s := slices.Clone(sample)
	slices.Sort(s)
	d, n := 0.0, float64(len(s))
	for i, x := range s {
		f := cdf(x)
		d = max(d, f-float64(i)/n, float64(i+1)/n-f)
	}
	return d
}

// gapsOf returns the gaps of a schedule on the clock of its rate, so that each
// process has gaps of mean 1 with or without a ramp.
func gapsOf(a Arrival, n int) []float64 {
	var gaps []float64
	last, first := 0.0, true
	for due := range a.Schedule(n, 0) {
		at := a.expected(due.Seconds())
		if !first {
			gaps = append(gaps, at-last)
		}
		last, first = at, false
	}
	return gaps
}

// TestGoodnessOfFit holds each process' gaps against the distribution it
// claims, at the 1 % level, and against its neighbors, which must be refused.
func TestGoodnessOfFit(t *testing.T) {
	exponential := func(x float64) float64 { return 1 - math.Exp(-x) }
	bursty := func(x float64) float64 { return math.Erf(math.Sqrt(x / 2)) }       // shape 1/2, mean 1
	even := func(x float64) float64 { return 1 - math.Exp(-2*x)*(1+2*x) }         // shape 2, mean 1
	more := func(x float64) float64 { return 1 - math.Exp(-3*x)*(1+3*x+4.5*x*x) } // shape 3, mean 1
	cdfs := map[string]func(float64) float64{"exponential": exponential, "gamma 0.5": bursty, "gamma 2": even, "gamma 3": more}
	const n = 5001
	limit := 1.628 / math.Sqrt(n-1) // 1 % of samples of a true distribution lie beyond
	for _, c := range []struct {
		fits string
		a    Arrival
	}{
		{"exponential", Arrival{Process: Poisson, Rate: 7}},
		{"exponential", Arrival{Process: Poisson, Rate: 0.25, Ramp: 3 * time.Hour}},
		{"exponential", Arrival{Process: Gamma, Rate: 7, Burstiness: 1}},
		{"gamma 0.5", Arrival{Process: Gamma, Rate: 7, Burstiness: 0.5}},
		{"gamma 2", Arrival{Process: Gamma, Rate: 7, Burstiness: 2}},
		{"gamma 3", Arrival{Process: Gamma, Rate: 7, Burstiness: 3, Ramp: 60 * time.Second}},
	} {
		for seed := range uint64(3) {
			c.a.Seed = seed
			gaps := gapsOf(c.a, n)
			if len(gaps) != n-1 {
				t.Fatalf("%v: %d gaps", c.a, len(gaps))
			}
			for name, cdf := range cdfs {
				d := distance(gaps, cdf)
				if name == c.fits && d > limit {
					t.Errorf("%v, seed %d: distance %.4f to %s, limit %.4f", c.a, seed, d, name, limit)
				}
				if name != c.fits && d < 2*limit {
					t.Errorf("%v, seed %d: distance %.4f to %s, which it is not", c.a, seed, d, name)
				}
			}
			if r := serial(gaps); math.Abs(r) > 2.58/math.Sqrt(n) {
				t.Errorf("%v, seed %d: a gap tells the next (correlation %.3f)", c.a, seed, r)
			}
		}
	}
	for _, a := range []Arrival{{Process: Constant, Rate: 7}, {Process: Constant, Rate: 3, Ramp: 40 * time.Second}} {
		for i, g := range gapsOf(a, n) {
			if math.Abs(g-1) > 1e-6 {
				t.Fatalf("%v: gap %d is %v", a, i, g)
			}
		}
	}
}

// serial is the correlation of each value with the next.
func serial(v []float64) float64 {
	mean := 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	top, bottom := 0.0, 0.0
	for i, x := range v {
		bottom += (x - mean) * (x - mean)
		if i > 0 {
			top += (x - mean) * (v[i-1] - mean)
		}
	}
	return top / bottom
}

// TestScheduleKeepsItsRate: however the gaps fall, n requests take what the
// rate says, and the count within a time is what the rate brings.
func TestScheduleKeepsItsRate(t *testing.T) {
	for _, a := range []Arrival{{Process: Poisson, Rate: 20}, {Process: Gamma, Rate: 20, Burstiness: 0.3}, {Process: Constant, Rate: 20}} {
		all := slices.Collect(a.Schedule(101, 0))
		if len(all) != 101 || all[0] != 0 || (all[100]-5*time.Second).Abs() > time.Microsecond || !slices.IsSorted(all) {
			t.Errorf("%v: %d requests from %v to %v", a, len(all), all[0], all[100])
		}
		if again := slices.Collect(a.Schedule(101, 0)); !slices.Equal(all, again) {
			t.Errorf("%v: the same value gave two schedules", a)
		}
		if n := a.Count(0, 3*time.Second); n != 60 || a.Count(10, 3*time.Second) != 10 || a.Count(100, 3*time.Second) != 60 {
			t.Errorf("%v: %d requests in 3 s", a, n)
		}
		in := slices.Collect(a.Schedule(0, 3*time.Second))
		if last := in[len(in)-1]; last > 3*time.Second || a.Span(0, 3*time.Second) != 2950*time.Millisecond {
			t.Errorf("%v: the last is due at %v, span %v", a, last, a.Span(0, 3*time.Second))
		}
		a.Ramp = 4 * time.Second // half of the rate on average, so 40 of 80
		if n := a.Count(0, 4*time.Second); n != 40 || a.Count(0, 5*time.Second) != 60 {
			t.Errorf("%v: %d requests in 4 s", a, n)
		}
		if other := a; a.Process != Constant {
			other.Seed++
			if slices.Equal(slices.Collect(a.Schedule(101, 0)), slices.Collect(other.Schedule(101, 0))) {
				t.Errorf("%v: two seeds gave one schedule", a)
			}
		}
	}
}

func TestTraceSchedule(t *testing.T) {
	a := Arrival{Process: Trace, Times: []time.Duration{5 * time.Second, 5 * time.Second, 7 * time.Second, 11 * time.Second}, Speed: 2}
	want := []time.Duration{0, 0, time.Second, 3 * time.Second}
	if got := slices.Collect(a.Schedule(0, 0)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := slices.Collect(a.Schedule(0, 2*time.Second)); !slices.Equal(got, want[:3]) {
		t.Errorf("within 2 s: %v", got)
	}
	if a.Count(2, 0) != 2 || a.Span(0, 0) != 3*time.Second {
		t.Errorf("count %d, span %v", a.Count(2, 0), a.Span(0, 0))
	}
}

func TestConcurrencyRamp(t *testing.T) {
	a := Arrival{Ramp: 9 * time.Second}
	if a.slotStart(0, 10) != 0 || a.slotStart(9, 10) != 9*time.Second || a.slotStart(3, 10) != 3*time.Second || a.slotStart(0, 1) != 0 {
		t.Error("slots do not begin evenly")
	}
	if (Arrival{}).slotStart(5, 10) != 0 {
		t.Error("without a ramp all begin at once")
	}
}

func TestArrivalInProtocol(t *testing.T) {
	for _, c := range []struct {
		a     Arrival
		key   string
		value any
		slug  string
	}{
		{Arrival{}, "concurrency", 4, "c4"},
		{Arrival{Think: time.Second}, "think_time_s", 1.0, "c4"},
		{Arrival{Process: Poisson, Rate: 2.5}, "rate", 2.5, "poisson-r2.5"},
		{Arrival{Process: Gamma, Rate: 2, Burstiness: 0.5}, "burstiness", 0.5, "gamma-r2"},
		{Arrival{Process: Constant, Rate: 2, Ramp: 3 * time.Second}, "ramp_s", 3.0, "constant-r2"},
		{Arrival{Process: Trace, Speed: 2}, "speed", 2.0, "trace"},
		{Arrival{Process: Poisson, Rate: 1, MaxInFlight: 8}, "max_in_flight", 8, "poisson-r1"},
	} {
		p := map[string]any{}
		c.a.describe(p, 4)
		if p[c.key] != c.value || p["arrival"] != string(c.a.process()) || c.a.slug(4) != c.slug {
			t.Errorf("%v: %v %s", c.a, p, c.a.slug(4))
		}
		if _, ok := p["concurrency"]; ok == c.a.Open() {
			t.Errorf("%v: %v", c.a, p)
		}
	}
}

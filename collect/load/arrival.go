package load

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"time"
)

// Process names how requests arrive.
type Process string

// The processes. The words stand in the protocol of artifacts.
const (
	Closed   Process = "closed"   // a fixed number in flight; the next follows an answer
	Constant Process = "constant" // equal gaps
	Poisson  Process = "poisson"  // independent exponential gaps
	Gamma    Process = "gamma"    // independent gamma gaps: more or less bursty than Poisson
	Trace    Process = "trace"    // at recorded times
)

// Processes lists all of them.
func Processes() []Process { return []Process{Closed, Constant, Poisson, Gamma, Trace} }

// Arrival says when requests arrive. It is a pure value: nothing in it reads a
// clock or sleeps, and the same value always gives the same schedule.
//
// In a closed loop the number in flight is the load and a request follows the
// answer before it. In an open loop the clock is the load: each request is due
// at a time that no answer can move, so that a slow server cannot slow down the
// questions it is judged by.
type Arrival struct {
	Process     Process         // "" = Closed
	Rate        float64         // requests a second of an open loop that follows no trace
	Burstiness  float64         // shape of the gaps of Gamma: 1 is Poisson, below 1 burstier, above 1 more even
	Seed        uint64          // of the gaps
	Ramp        time.Duration   // the rate rises evenly from 0, or the slots of a closed loop from 1, within this time
	Think       time.Duration   // pause of a closed loop between an answer and the next request
	Times       []time.Duration // of Trace, sorted, from the start
	Speed       float64         // of Trace: 2 replays in half the time; 0 = 1
	MaxInFlight int             // of an open loop: what is due beyond it waits and keeps its scheduled time; 0 = DefaultMaxInFlight
}

// DefaultMaxInFlight bounds what an overloaded server lets pile up. It is far
// above what one client can time well.
const DefaultMaxInFlight = 16384

// Open reports whether requests are due by the clock.
func (a Arrival) Open() bool { return a.process() != Closed }

func (a Arrival) process() Process {
	if a.Process == "" {
		return Closed
	}
	return a.Process
}

func (a Arrival) speed() float64 {
	if a.Speed > 0 {
		return a.Speed
	}
	return 1
}

func (a Arrival) maxInFlight() int {
	if a.MaxInFlight > 0 {
		return a.MaxInFlight
	}
	return DefaultMaxInFlight
}

// Count returns how many requests an open loop makes within its limits, of
// which 0 means none; at least one must be set unless a trace ends it.
func (a Arrival) Count(requests int, duration time.Duration) int {
	n := math.MaxInt
	if a.Process == Trace {
		n = len(a.Times)
		if duration > 0 {
			for n > 0 && a.replayed(n-1) > duration {
				n--
			}
		}
	} else if duration > 0 {
		n = int(math.Floor(a.expected(duration.Seconds()) + 1e-9))
		n = max(n, 1)
	}
	if requests > 0 {
		n = min(n, requests)
	}
	return n
}

// Schedule yields when each request of an open loop is due, from the start of
// the loop. The first is due at once. Random gaps are scaled so that the whole
// takes what its rate says: n requests at rate r span (n−1)/r seconds, however
// the gaps fell. Without that, one in three runs of 100 Poisson arrivals would
// miss its rate by more than 10 %, and two runs at one rate would differ so.
func (a Arrival) Schedule(requests int, duration time.Duration) iter.Seq[time.Duration] {
	n := a.Count(requests, duration)
	if a.Process == Trace {
		return func(yield func(time.Duration) bool) {
			for i := range n {
				if !yield(a.replayed(i)) {
					return
				}
			}
		}
	}
	return func(yield func(time.Duration) bool) {
		scale := 1.0
		if a.Process != Constant && n > 1 {
			sum, gap := 0.0, a.gaps()
			for range n - 1 {
				sum += gap()
			}
			scale = float64(n-1) / sum
		}
		// Gaps of mean 1 run on a clock that ticks as fast as the rate.
		at, gap := 0.0, a.gaps()
		for i := range n {
			if i > 0 {
				at += gap() * scale
			}
			if !yield(time.Duration(math.Round(a.when(at) * 1e9))) {
				return
			}
		}
	}
}

// Span returns how long sending takes within the limits.
func (a Arrival) Span(requests int, duration time.Duration) time.Duration {
	n := a.Count(requests, duration)
	if n <= 0 {
		return 0
	}
	if a.Process == Trace {
		return a.replayed(n - 1)
	}
	return time.Duration(a.when(float64(n-1)) * 1e9)
}

func (a Arrival) replayed(i int) time.Duration {
	return time.Duration(float64(a.Times[i]-a.Times[0]) / a.speed())
}

// gaps returns a source of gaps of mean 1.
func (a Arrival) gaps() func() float64 {
	r := rand.New(rand.NewPCG(a.Seed, 0xa771fa1))
	switch a.Process {
	case Poisson:
		return r.ExpFloat64
	case Gamma:
		return func() float64 { return gamma(r, a.Burstiness) / a.Burstiness }
	}
	return func() float64 { return 1 }
}

// expected is how many arrivals t seconds bring on average.
func (a Arrival) expected(t float64) float64 {
	ramp := a.Ramp.Seconds()
	if t < ramp {
		return a.Rate * t * t / (2 * ramp)
	}
	return a.Rate * (t - ramp/2)
}

// when is the inverse of expected.
func (a Arrival) when(n float64) float64 {
	ramp := a.Ramp.Seconds()
	if n < a.Rate*ramp/2 {
		return math.Sqrt(2 * ramp * n / a.Rate)
	}
	return n/a.Rate + ramp/2
}

// slotStart is when slot k of a closed loop of n begins.
func (a Arrival) slotStart(k, n int) time.Duration {
	if n <= 1 {
		return 0
	}
	return time.Duration(float64(a.Ramp) * float64(k) / float64(n-1))
}

// gamma draws from the gamma distribution of that shape and scale 1: Marsaglia
// and Tsang, A simple method for generating gamma variables, 2000.
func gamma(r *rand.Rand, shape float64) float64 {
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(1-r.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return boost * d * v
		}
	}
}

// describe adds what makes two loads comparable to the parameters of a
// protocol. concurrency is that of a closed loop.
func (a Arrival) describe(p map[string]any, concurrency int) {
	p["arrival"] = string(a.process())
	switch a.process() {
	case Closed:
		p["concurrency"] = concurrency
		if a.Think > 0 {
			p["think_time_s"] = a.Think.Seconds()
		}
	case Trace:
		if a.speed() != 1 {
			p["speed"] = a.speed()
		}
	default:
		p["rate"] = a.Rate
		if a.Process == Gamma {
			p["burstiness"] = a.Burstiness
		}
	}
	if a.Ramp > 0 {
		p["ramp_s"] = a.Ramp.Seconds()
	}
	if a.Open() && a.MaxInFlight > 0 {
		p["max_in_flight"] = a.MaxInFlight
	}
}

// slug is the short form of the load level, such as c16 or poisson-r2.5.
func (a Arrival) slug(concurrency int) string {
	switch a.process() {
	case Closed:
		return fmt.Sprintf("c%d", concurrency)
	case Trace:
		return "trace"
	}
	return fmt.Sprintf("%s-r%v", a.Process, a.Rate)
}

// String says the process in words, for people.
func (a Arrival) String() string {
	s := ""
	switch a.process() {
	case Closed:
		s = "closed loop"
		if a.Think > 0 {
			s += fmt.Sprintf(", %v to think", a.Think)
		}
	case Trace:
		s = "trace"
		if a.speed() != 1 {
			s += fmt.Sprintf(" at %v times its speed", a.speed())
		}
	case Gamma:
		s = fmt.Sprintf("gamma arrivals at %v/s, burstiness %v", a.Rate, a.Burstiness)
	default:
		s = fmt.Sprintf("%s arrivals at %v/s", a.Process, a.Rate)
	}
	if a.Ramp > 0 {
		s += fmt.Sprintf(", rising within %v", a.Ramp)
	}
	return s
}

package collect

import (
	"math"
	"time"

	"benchsite/collect/load"
	"benchsite/collect/simulate"
)

// What an estimate takes for a server that was never measured. They are round
// figures for the dry run to say, not results.
const (
	AssumedFirst = 500 * time.Millisecond // to the first token
	AssumedToken = 40 * time.Millisecond  // for each token after it
	assumedOut   = 256                    // tokens of an answer without a limit
)

// Estimate is about how long the point takes. firm is false where it rests on
// what was assumed of the server; the simulated endpoint tells its speed.
func (p Point) Estimate() (d time.Duration, firm bool) {
	l, limit := p.Load, time.Duration(p.Load.Duration)
	if p.Searches() { // as if every trial were at the middle of the range
		one := p
		one.Rate, one.Repeat = math.Sqrt(l.Find.Low*l.Find.High), 1
		d, firm = one.Estimate()
		return d * time.Duration(p.Trials()), false
	}
	a := p.arrival(0)
	answer, firm := p.answer(max(p.Concurrency, 1))
	rounds := func(n, at int) time.Duration {
		return time.Duration(math.Ceil(float64(n)/float64(max(at, 1)))) * (answer + time.Duration(l.ThinkTime))
	}
	if a.Open() {
		return rounds(p.Warmup(), p.Warmup()) + a.Span(l.Requests, limit) + answer, firm || a.Span(l.Requests, limit) > 4*answer
	}
	warmup := rounds(p.Warmup(), p.Concurrency)
	measured := rounds(l.Requests, p.Concurrency) + time.Duration(l.Ramp)
	if limit > 0 && (l.Requests == 0 || limit < measured) {
		return warmup + limit + answer, firm || limit > 4*answer
	}
	return warmup + measured, firm
}

// answer is about how long one answer takes with so many in flight.
func (p Point) answer(inFlight int) (d time.Duration, firm bool) {
	tokens := p.Load.MaxTokens
	if tokens <= 0 {
		tokens = assumedOut
	}
	profile, options, simulated, err := simulate.Parse(p.Subject.Endpoint)
	if !simulated || err != nil {
		return AssumedFirst + time.Duration(tokens)*AssumedToken, false
	}
	if options.MaxNumSeqs > 0 {
		profile.MaxNumSeqs = options.MaxNumSeqs
	}
	step := profile.StepBase + time.Duration(min(inFlight, profile.MaxNumSeqs))*profile.StepPerSeq
	input := p.Load.Workload.InputTokens
	if input == 0 {
		input = load.DefaultInputTokens
	}
	prefill := time.Duration(float64(input*min(inFlight, profile.MaxNumSeqs)) / profile.PrefillRate * float64(time.Second))
	queue := math.Ceil(float64(inFlight) / float64(profile.MaxNumSeqs))
	d = time.Duration(queue * float64(prefill+time.Duration(tokens)*step))
	if options.Clock > 0 {
		d = time.Duration(float64(d) / options.Clock)
	}
	return d, true
}

// Estimate is about how long the plan takes; firm is false where any point
// rests on an assumption.
func (p Plan) Estimate() (d time.Duration, firm bool) {
	firm = true
	for _, point := range p.Points {
		one, sure := point.Estimate()
		d += one
		firm = firm && sure
	}
	return d, firm
}

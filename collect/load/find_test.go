package load

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// hunt plays a search against a server whose share follows from the rate.
func hunt(s Search, repeats int, share func(rate float64) float64) []Trial {
	var trials []Trial
	for {
		rate, ok := s.Next(trials)
		if !ok {
			return trials
		}
		t := Trial{Rate: rate}
		for range repeats {
			t.Shares = append(t.Shares, share(rate))
		}
		trials = append(trials, t)
	}
}

func TestSearch(t *testing.T) {
	s := Search{Low: 1, High: 64, Share: 0.95}
	cliff := func(limit float64) func(float64) float64 {
		return func(rate float64) float64 {
			if rate <= limit {
				return 1
			}
			return 0.4
		}
	}
	for _, limit := range []float64{1, 1.7, 8, 23.4, 63} {
		trials := hunt(s, 3, cliff(limit))
		f := s.Result(trials)
		if f.Rate == nil || *f.Rate > limit || *f.To <= limit || *f.From != *f.Rate || *f.To > *f.Rate*1.06 || len(trials) > DefaultPoints {
			t.Errorf("limit %v: %+v after %d trials", limit, f, len(trials))
		}
	}
	if trials := hunt(s, 2, cliff(0.5)); len(trials) != 1 || s.Result(trials).Rate != nil || !strings.Contains(s.Say(trials), "not even 1 req/s") {
		t.Errorf("too slow a server: %v %s", trials, s.Say(trials))
	}
	trials := hunt(s, 2, cliff(100))
	if f := s.Result(trials); len(trials) != 2 || *f.Rate != 64 || f.To != nil || !strings.Contains(s.Say(trials), "highest rate that was tried") {
		t.Errorf("too fast a server: %v %s", trials, s.Say(trials))
	}
	few := Search{Low: 1, High: 64, Share: 0.95, Points: 4}
	if trials := hunt(few, 1, cliff(23)); len(trials) != 4 {
		t.Errorf("%d trials of 4", len(trials))
	}
	exact := Search{Low: 10, High: 10.2, Share: 0.9}
	if trials := hunt(exact, 1, cliff(10.1)); len(trials) != 2 {
		t.Errorf("rates closer than the tolerance: %v", trials)
	}
}

// TestSearchInDoubt: repeats that disagree widen the answer instead of hiding
// in it, and the answer covers the truth.
func TestSearchInDoubt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := Search{Low: 1, High: 64, Share: 0.95, Tolerance: 0.02}
	inside := 0
	for range 200 {
		const limit = 20
		trials := hunt(s, 5, func(rate float64) float64 { // passes by chance near the limit
			return 0.95 + 0.5*(1-rate/limit) + 0.05*r.NormFloat64()
		})
		f := s.Result(trials)
		if f.From != nil && f.To != nil && *f.From <= limit && *f.To >= limit {
			inside++
		}
		if f.Rate == nil || *f.Rate < 10 || *f.Rate > 40 {
			t.Fatalf("%+v", f)
		}
	}
	if inside < 180 {
		t.Errorf("the range held the limit in %d of 200 searches", inside)
	}
	bound := []Trial{{Rate: 1, Shares: []float64{0.5, 1}, Bound: 1}}
	if text := s.Say(bound); !strings.Contains(text, "in 1 of 2 measurements the client may have been the bottleneck") || s.Extra(bound)["trials"].([]any)[0].(map[string]any)["client_bound"] != 1 {
		t.Errorf("%s", text)
	}
	mixed := []Trial{{Rate: 1, Shares: []float64{1, 1, 1}}, {Rate: 8, Shares: []float64{0, 0, 0}}, {Rate: 3, Shares: []float64{1, 0.9, 1}}, {Rate: 5, Shares: []float64{0.9, 1, 0.5}}}
	f := s.Result(mixed)
	if *f.Rate != 3 || *f.From != 1 || *f.To != 8 {
		t.Errorf("%v %v %v", *f.Rate, *f.From, *f.To)
	}
	if x := s.Extra(mixed); x["rate"] != 3.0 || x["from"] != 1.0 || x["to"] != 8.0 || len(x["trials"].([]any)) != 4 {
		t.Errorf("%v", x)
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]float64{12.3456: 12.3, 0.0123456: 0.0123, 1234.5: 1230, 0: 0, 2.8284: 2.83, 100: 100} {
		if got := digits(v, 3); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v becomes %v", v, got)
		}
	}
}

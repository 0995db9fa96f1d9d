package chart

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"benchsite/render/page"
)

func labels(ts []Tick) string {
	s := make([]string, len(ts))
	for i, t := range ts {
		s[i] = t.Label
	}
	return strings.Join(s, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		s    Scale
		px   float64
		f    page.TickFormat
		want string
	}{
		{Scale{0, 606.47, false}, 440, page.TickNumber, "0 100 200 300 400 500 600"},
		{Scale{0, 606.47, false}, 150, page.TickNumber, "0 200 400 600"},
		{Scale{0, 12.71, false}, 200, page.TickNumber, "0 2 4 6 8 10 12"},
		{Scale{.66, 1, false}, 380, page.TickPercent, "70% 75% 80% 85% 90% 95% 100%"},
		{Scale{-.25, .25, false}, 380, page.TickSigned, "−0.2 −0.1 0 +0.1 +0.2"},
		{Scale{-120, 200, false}, 200, page.TickP50, "−100 p50 +100 +200"},
		{Scale{.16, 4.7, true}, 400, page.TickRatio, "¼× ½× 1× 2× 4×"},
		{Scale{.9, 1.1, true}, 400, page.TickRatio, "0.90× 0.95× 1.00× 1.05× 1.10×"},
		{Scale{.09, 12, true}, 300, page.TickNumber, "0.1 0.2 0.5 1 2 5 10"},
		{Scale{220, 15500, true}, 470, page.TickNumber, "500 1,000 2,000 5,000 10,000"},
		{Scale{0, 3e7, false}, 400, page.TickNumber, "0 10,000,000 20,000,000 30,000,000"},
	} {
		if got := labels(Ticks(c.s, c.px, c.f)); got != c.want {
			t.Errorf("%v on %v px: %s, want %s", c.s, c.px, got, c.want)
		}
	}
}

// TestTicksAreNice: three to seven ticks within the domain, sorted, with different labels that do not touch, for 2,000 domains.
func TestTicksAreNice(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lo, span := (r.Float64()-.5)*math.Pow(10, float64(r.IntN(8)-3)), math.Pow(10, r.Float64()*8-3)
		s := Scale{Min: lo, Max: lo + span}
		if r.IntN(3) == 0 {
			s = Scale{Min: math.Pow(10, r.Float64()*4-3), Log: true}
			s.Max = s.Min * (1.6 + math.Pow(10, r.Float64()*5))
		}
		ts := Ticks(s, 520, page.TickNumber)
		if len(ts) < 3 || len(ts) > 7 {
			t.Errorf("%+v: %d ticks: %s", s, len(ts), labels(ts))
		}
		seen := map[string]bool{}
		for i, k := range ts {
			if k.Value < s.Min-span*1e-9 || k.Value > s.Max+span*1e-9 || i > 0 && k.Value <= ts[i-1].Value || seen[k.Label] {
				t.Errorf("%+v: %s", s, labels(ts))
				break
			}
			seen[k.Label] = true
		}
		if !fits(ts, s, 520) {
			t.Errorf("%+v: labels touch: %s", s, labels(ts))
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		d    int
		want string
	}{{1234567, 0, "1,234,567"}, {-1000, 0, "−1,000"}, {999, 0, "999"}, {.5, 1, "0.5"}, {1234.5, 1, "1,234.5"}, {2e9, 0, "2e9"}, {1e-7, 7, "1e−7"}} {
		if got := number(c.v, c.d); got != c.want {
			t.Errorf("number(%v, %d) = %s, want %s", c.v, c.d, got, c.want)
		}
	}
}

func TestBarsStartAtZero(t *testing.T) {
	for seed := range uint64(200) {
		c := random(seed)
		if c.Kind != page.ChartBars && c.Kind != page.ChartCompare {
			continue
		}
		fs, _ := Frames(c, Wide)
		for _, f := range fs {
			if f.X.Min != 0 {
				t.Errorf("seed %d: bars start at %v", seed, f.X.Min)
			}
		}
	}
}

func TestFitEndsWithinRoom(t *testing.T) {
	for _, s := range []string{"Output throughput", "端到端延迟 p50 与 p95", "a", "", "🙂🙂🙂🙂"} {
		for room := 0.0; room < 150; room += 7 {
			if got := style("b").fit(s, room); style("b").width(got) > room+.01 && got != "" {
				t.Errorf("fit(%q, %v) = %q, %.1f px wide", s, room, got, style("b").width(got))
			}
		}
	}
}

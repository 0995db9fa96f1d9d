package dataset

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func near(a, b, eps float64) bool { return math.Abs(a-b) <= eps }

func TestPairOfLoads(t *testing.T) {
	f := newFixture(t)
	a := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322.0868)))
	b := f.put(bundle(loadRun("NVFP4", 1, "2025-12-22", 606.4682)))
	s := f.clean()
	c := Pair(s.Run(a), s.Run(b))
	if !c.Comparable || c.AsRecorded || len(c.Differing()) != 0 {
		t.Fatalf("comparable %v, differing %v", c.Comparable, c.Differing())
	}
	m := c.Metric("load.throughput.output_tokens_per_s")
	if m == nil || !near(m.Ratio, 1.8829, 1e-4) || m.Better != Higher || m.Kind != KindThroughput || m.Tested {
		t.Errorf("throughput %+v", m)
	}
	if m := c.Metric("load.latency.e2e_s.p50"); m == nil || !near(m.Relative, 322.0868/606.4682-1, 1e-9) || m.Better != Lower {
		t.Errorf("latency %+v", m)
	}
	if c.Metric("load.latency.itl_s.p50") != nil {
		t.Error("a metric that neither side has is compared")
	}
	if len(c.Notices) != 0 {
		t.Errorf("notices %v", codes(c.Notices))
	}
	if back := Pair(s.Run(b), s.Run(a)).Metric("load.throughput.output_tokens_per_s"); !near(back.Ratio*m.Ratio, 1, 1e-12) {
		t.Errorf("the other way round: %v", back.Ratio)
	}
}

func TestPairOfDifferentProtocolsHasNoRatio(t *testing.T) {
	f := newFixture(t)
	a := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 322)))
	other := loadRun("NVFP4", 1, "2025-12-22", 606)
	other.Protocol.Parameters["max_tokens"], other.Protocol.Parameters["thinking"] = 1024, true
	other.Protocol.Unknown = []string{"temperature"}
	delete(other.Protocol.Parameters, "temperature")
	b := f.put(bundle(other))
	s := f.clean()
	c := Pair(s.Run(a), s.Run(b))
	if c.Comparable {
		t.Fatal("different protocols compare")
	}
	var names []string
	for _, f := range c.Protocol {
		names = append(names, f.Name+" "+string(f.Verdict))
	}
	want := []string{"max_tokens differs", "thinking differs", "temperature unknown"}
	if !slices.Equal(names[:3], want) || slices.ContainsFunc(names[3:], func(n string) bool { return !strings.HasSuffix(n, " same") }) {
		t.Errorf("fields %v", names)
	}
	for _, m := range c.Load {
		if !math.IsNaN(m.Ratio) || !math.IsNaN(m.Relative) || m.Tested {
			t.Errorf("%s has a ratio over different protocols", m.Path)
		}
	}
	n := notice(c.Notices, "protocol-mismatch")
	if n == nil || !reflect.DeepEqual(n.Slots["fields"], []string{"max_tokens", "thinking"}) || n.Fields[0].A != 256.0 || n.Fields[0].B != 1024.0 {
		t.Errorf("notice %+v", n)
	}
	sim := loadRun("BF16", 1, "2025-12-22", 322)
	sim.Simulated = true
	if c := Pair(s.Run(a), f.at(bundle(sim))); c.Comparable || c.Protocol[0].Name != "simulated" {
		t.Error("a simulated run compares with a measured one")
	}
}

func TestSameAsFarAsRecorded(t *testing.T) {
	f := newFixture(t)
	runs := map[string]*artifact.Artifact{"BF16": loadRun("BF16", 1, "2025-12-22", 322), "FP8": loadRun("FP8", 1, "2025-12-22", 381)}
	for _, a := range runs {
		a.Protocol.Unknown = []string{"seed"}
	}
	a, b := f.put(bundle(runs["BF16"])), f.put(bundle(runs["FP8"]))
	s := f.clean()
	c := Pair(s.Run(a), s.Run(b))
	if !c.Comparable || !c.AsRecorded || c.Protocol[0].Name != "seed" || c.Protocol[0].Verdict != Unknown {
		t.Errorf("comparable %v, as recorded %v, %+v", c.Comparable, c.AsRecorded, c.Protocol[0])
	}
	if notice(c.Notices, "unknown-parameters") == nil || notice(c.Notices, "protocol-mismatch") != nil {
		t.Errorf("notices %v", codes(c.Notices))
	}
}

func TestRepeatsOfTwoSides(t *testing.T) {
	f := newFixture(t)
	side := func(p string, values ...float64) []*Run {
		var ids []string
		for i, v := range values {
			ids = append(ids, f.put(bundle(loadRun(p, 1, "2025-12-0"+string(rune('1'+i)), v))))
		}
		s := f.clean()
		var out []*Run
		for _, id := range slices.Backward(ids) {
			out = append(out, s.Run(id))
		}
		return out
	}
	c := Compare(side("BF16", 100, 101, 102, 103), side("FP8", 201, 203, 202, 204))
	m := c.Metric("load.throughput.output_tokens_per_s")
	if m.A != 101.5 || m.B != 202.5 || !near(m.Ratio, 202.5/101.5, 1e-12) {
		t.Errorf("medians %v and %v, ratio %v", m.A, m.B, m.Ratio)
	}
	// Four against four wholly apart: p = 2/70.
	if !m.Tested || !near(m.P, 2.0/70, 1e-12) || m.SpreadA.N != 4 || m.SpreadA.Lo != 100 || m.SpreadA.Hi != 103 {
		t.Errorf("p %v, spread %+v", m.P, m.SpreadA)
	}
}

func TestPairOfEvaluations(t *testing.T) {
	f := newFixture(t)
	// 100 items; 28 and 27 right, 4 and 3 flips.
	a := f.put(evalRun("BF16", "math", "boxed", strings.Repeat("+", 24)+"+++----"+strings.Repeat("-", 69)))
	b := f.put(evalRun("NVFP4", "math", "boxed", strings.Repeat("+", 24)+"---++++"+strings.Repeat("-", 69)))
	s := f.clean()
	c := Pair(s.Run(a), s.Run(b))
	task := c.Task("math")
	if task == nil || !task.Comparable || task.Paired == nil || task.Unpaired != nil {
		t.Fatalf("task %+v", task)
	}
	p := task.Paired
	if p.N != 100 || p.OnlyA != 3 || p.OnlyB != 4 || p.RightA() != 27 || p.RightB() != 28 || !near(p.P, 1, 1e-9) || p.Found {
		t.Errorf("paired %+v", p)
	}
	if !near(p.Difference, 0.01, 1e-12) || !near(p.Lo, -0.047, 5e-4) || !near(p.Hi, 0.067, 5e-4) {
		t.Errorf("difference %v, %v to %v; want 1.0 points, −4.7 to +6.7", p.Difference, p.Lo, p.Hi)
	}
	if !p.DetectableOK || p.Detectable != 0.078 || p.DetectableItems != 8 {
		t.Errorf("could have seen %v (%d items), want 7.8 points (8 items)", p.Detectable, p.DetectableItems)
	}
	if len(p.Flips) != 7 || p.Flips[0].Item != "024" || !p.Flips[0].RightA || p.Flips[3].RightA || p.Flips[0].OutcomeB != "wrong" ||
		p.Flips[0].Expected != "42" || p.Flips[0].ExtractedB != "41" {
		t.Errorf("flips %+v", p.Flips)
	}
	// Only what both had right is the same text here.
	if p.Identical != 24 || p.Outputs != 100 || notice(c.Notices, "identical-outputs") != nil {
		t.Errorf("identical %d of %d, notices %v", p.Identical, p.Outputs, codes(c.Notices))
	}
}

func TestPairingByHash(t *testing.T) {
	f := newFixture(t)
	left := evalRun("BF16", "math", "boxed", "+-+-")
	right := evalRun("FP8", "math", "boxed", "-+-+")
	slices.Reverse(right.Eval) // another order, and one item that only this side has
	right.Eval[0].ItemHash = ptr("hash-9")
	left.Eval[3].Outcome = nil // not known: cannot be paired
	a, b := f.put(left), f.put(right)
	s := f.clean()
	p := Pair(s.Run(a), s.Run(b)).Task("math").Paired
	if p == nil || p.N != 3 || p.OnlyA != 2 || p.OnlyB != 1 || p.MissingA != 1 || p.MissingB != 0 {
		t.Errorf("paired %+v", p)
	}
}

func TestUnpaired(t *testing.T) {
	f := newFixture(t)
	strip := func(b artifact.Bundle) artifact.Bundle { b.Eval = nil; return b }
	a := f.put(strip(evalRun("BF16", "gsm8k", "exact", strings.Repeat("+", 117)+strings.Repeat("-", 83))))
	b := f.put(strip(evalRun("NVFP4", "gsm8k", "exact", strings.Repeat("+", 75)+strings.Repeat("-", 125))))
	s := f.clean()
	task := Pair(s.Run(a), s.Run(b)).Task("gsm8k")
	if task.Paired != nil || task.Unpaired == nil {
		t.Fatalf("task %+v", task)
	}
	u := task.Unpaired
	if !near(u.Difference, -0.21, 1e-9) || !near(u.Lo, -0.302, 5e-4) || !near(u.Hi, -0.112, 5e-4) || !u.Found {
		t.Errorf("unpaired %+v; want −21.0 points, −30.2 to −11.2", u)
	}
}

func TestRepeatedItemsAreNotPaired(t *testing.T) {
	f := newFixture(t)
	twice := func(p string) string {
		b := evalRun(p, "math", "boxed", "+-")
		again := slices.Clone(b.Eval)
		for i := range again {
			again[i].Repeat = 1
		}
		b.Eval = append(b.Eval, again...)
		b.Artifact.Eval.Tasks[0].Repeats = ptr(int64(2))
		return f.put(b)
	}
	a, b := twice("BF16"), twice("FP8")
	s := f.clean()
	if task := Pair(s.Run(a), s.Run(b)).Task("math"); task.Paired != nil || task.Unpaired != nil {
		t.Errorf("repeats of one item counted as independent: %+v", task)
	}
}

func TestFamilyCorrectsByHolm(t *testing.T) {
	f := newFixture(t)
	base := strings.Repeat("-", 40)
	for p, v := range map[string]string{
		"BF16": base + "----------", "FP8": base + "++++++++--", "NVFP4": base + "+++++++---",
	} {
		f.put(evalRun(p, "math", "boxed", v))
	}
	s := f.clean()
	family := Family(s.Standing)
	var names []string
	for _, c := range family {
		names = append(names, c.B.Who.Precision+"-"+c.A.Who.Precision)
	}
	if want := []string{"FP8-BF16", "NVFP4-BF16", "NVFP4-FP8"}; !slices.Equal(names, want) {
		t.Fatalf("pairs %v, want %v", names, want)
	}
	// 8 and 7 flips one way: 2/2⁸ and 2/2⁷; 1 flip: p = 1.
	want := [][2]float64{{1.0 / 128, 3.0 / 128}, {1.0 / 64, 2.0 / 64}, {1, 1}}
	for i, c := range family {
		p := c.Task("math").Paired
		if !near(p.P, want[i][0], 1e-12) || !near(p.Holm, want[i][1], 1e-12) || p.Family != 3 || p.Found != (p.Holm < 0.05) {
			t.Errorf("%s: p %v, corrected %v, family %d, found %v", names[i], p.P, p.Holm, p.Family, p.Found)
		}
	}
	if p := Pair(family[0].A, family[0].B).Task("math").Paired; p.Family != 1 || p.Holm != p.P {
		t.Errorf("a pair alone is a family of one, got %d", p.Family)
	}
}

func TestComparisonNotices(t *testing.T) {
	type change = func(b *artifact.Bundle)
	load := func() artifact.Bundle { return bundle(loadRun("FP8", 1, "2025-12-22", 381)) }
	suite := func() artifact.Bundle { return evalRun("FP8", "suite", "exact", "++--") }
	for _, c := range []struct {
		code     string
		severity Severity
		base     artifact.Bundle
		with     artifact.Bundle
		trips    change
		close    change // a difference that must not raise it
		slots    map[string]any
	}{
		{"server-args-differ", Warn, load(), load(), func(b *artifact.Bundle) {
			b.Artifact.Environment.Server.MaxNumSeqs, b.Artifact.Environment.Server.EnforceEager = ptr(int64(64)), ptr(true)
		}, func(b *artifact.Bundle) { b.Artifact.Environment.Server.Args["host"] = "0.0.0.0" },
			map[string]any{"fields": []string{"enforce_eager", "max_num_seqs"}}},
		{"engine-version-differs", Warn, load(), load(), func(b *artifact.Bundle) { b.Artifact.Subject.EngineVersion = ptr("0.14.0") },
			func(b *artifact.Bundle) { b.Artifact.Subject.EngineVersion = nil }, map[string]any{"engine": "vLLM", "va": "0.14.0", "vb": "0.13.0"}},
		{"environment-differs", Warn, load(), load(), func(b *artifact.Bundle) { b.Artifact.Environment.Driver = ptr("590.2") },
			func(b *artifact.Bundle) { b.Artifact.Environment.Driver = nil }, map[string]any{"fields": []string{"driver"}}},
		{"tool-differs", Warn, load(), load(), func(b *artifact.Bundle) { b.Artifact.Source.Tool = "other" }, nil,
			map[string]any{"tool_a": "other", "tool_b": "benchsite"}},
		{"scorer-differs", Invalid, suite(), suite(), func(b *artifact.Bundle) {
			b.Artifact.Eval.Tasks[0].Scorer.Name = "contains"
			b.Artifact.Protocol.Parameters["scorer"] = "contains v1"
		}, nil, map[string]any{"scorer_a": "contains v1", "scorer_b": "exact v1"}},
		{"identical-outputs", Info, evalRun("BF16", "suite", "exact", "++--"), suite(), nil, func(b *artifact.Bundle) {
			for i := range b.Eval[:3] {
				b.Eval[i].Output = ptr("another text")
			}
		}, map[string]any{"same": 2, "n": 4}},
		{"filter-changes-ranking", Warn, filteredRun("BF16", 0.585, 0.755), filteredRun("NVFP4", 0.375, 0.780), nil, func(b *artifact.Bundle) {
			b.Artifact.Eval.Tasks[0].Metrics[1].Value = ptr(0.7)
		}, map[string]any{"filter_a": "strict-match", "first_a": "Small-1B BF16", "filter_b": "flexible-extract", "first_b": "Small-1B NVFP4"}},
	} {
		t.Run(c.code, func(t *testing.T) {
			compare := func(ch change) []Notice {
				f := newFixture(t)
				b := artifact.Bundle{Artifact: clone(t, c.with.Artifact), Eval: slices.Clone(c.with.Eval)}
				b.Artifact.StartedAt = "2025-12-24"
				if ch != nil {
					ch(&b)
				}
				x, y := f.put(c.base), f.put(b)
				s := f.clean()
				return Pair(s.Run(x), s.Run(y)).Notices
			}
			got := compare(c.trips)
			n := notice(got, c.code)
			if n == nil {
				t.Fatalf("not raised; there are %v", codes(got))
			}
			if n.Severity != c.severity {
				t.Errorf("severity %s", n.Severity)
			}
			for k, v := range c.slots {
				if !reflect.DeepEqual(n.Slots[k], v) {
					t.Errorf("slot %s is %v, want %v", k, n.Slots[k], v)
				}
			}
			if n := notice(compare(c.close), c.code); n != nil && (c.close != nil || c.trips != nil) {
				t.Errorf("raised without cause: %v", n.Slots)
			}
		})
	}
}

// filteredRun is an evaluation with one metric under two filters.
func filteredRun(precision string, strict, flexible float64) artifact.Bundle {
	b := evalRun(precision, "gsm8k", "exact_match", strings.Repeat("+", 200))
	b.Eval = nil
	m := func(filter string, v float64, primary bool) artifact.Metric {
		return artifact.Metric{Metric: "exact_match", Filter: &filter, Value: &v, N: ptr(int64(200)), Better: ptr("higher"), Primary: primary}
	}
	b.Artifact.Eval.Tasks[0].Metrics = []artifact.Metric{m("strict-match", strict, true), m("flexible-extract", flexible, false)}
	return b
}

func clone(t *testing.T, a *artifact.Artifact) *artifact.Artifact {
	t.Helper()
	data, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, data)
}

// A setting that was recorded on one side only differs when it was given by
// hand, or when the other side's list of arguments is known to lack it.
func TestArgumentsOfOneSide(t *testing.T) {
	f := newFixture(t)
	bare := func(day string, set map[string]string, seqs *int64) *Run {
		a := loadRun("FP8", 1, day, 260)
		a.Environment.Server, a.Source.Set = nil, set
		if seqs != nil {
			a.Environment.Server = &artifact.Server{MaxNumSeqs: seqs}
		}
		return f.at(bundle(a))
	}
	plain := bare("2025-12-22", nil, nil)
	named := bare("2025-12-23", map[string]string{"server.max_num_seqs": "32"}, ptr(int64(32)))
	logged := bare("2025-12-24", nil, ptr(int64(32)))
	find := func(c *Comparison) Verdict {
		for _, f := range c.Arguments {
			if f.Name == "max_num_seqs" {
				return f.Verdict
			}
		}
		return ""
	}
	if c := Pair(plain, named); find(c) != Differs || notice(c.Notices, "server-args-differ") == nil {
		t.Errorf("given by hand on one side: %q, notices %v", find(c), codes(c.Notices))
	}
	if c := Pair(plain, logged); find(c) != Unknown || notice(c.Notices, "server-args-differ") != nil {
		t.Errorf("recorded on one side: %q, notices %v", find(c), codes(c.Notices))
	}
}

package dataset

import (
	"slices"
	"testing"

	"benchsite/collect/artifact"
)

func TestSuiteScorerStands(t *testing.T) {
	f := newFixture(t)
	parent := f.put(evalRun("BF16", "accuracy-suite-v1", "legacy-2025", "++--"))
	lenient := f.put(f.rescored(parent, "decidable-lenient", "++++"))
	own := f.put(f.rescored(parent, "decidable", "+++-"))
	s := f.clean()
	if len(s.Standing) != 1 || s.Standing[0].ID != own {
		t.Fatalf("standing %v, want the suite's own scorer alone", s.Standing)
	}
	p, l := s.Run(parent), s.Run(lenient)
	if p.Standing || p.Replacer != s.Run(own) || p.Rival {
		t.Errorf("parent: standing %v, replaced by %v", p.Standing, p.Replacer)
	}
	if l.Standing || !l.Rival {
		t.Error("the other scorer's result must stand beside, as a rival")
	}
	var alt []string
	for _, r := range s.Run(own).Alternatives() {
		alt = append(alt, r.ID)
	}
	if !slices.Equal(alt, []string{parent, lenient}) {
		t.Errorf("alternatives %v", alt)
	}
	if s.Run(own).Origin() != p {
		t.Error("the origin is the parent")
	}
}

func TestLineage(t *testing.T) {
	for _, c := range []struct {
		name     string
		task     string
		parent   string   // scorer of the parent
		children []string // scorers of the rescores
		want     string   // scorer that stands
	}{
		{"a single rescore replaces", "own-suite", "exact", []string{"contains"}, "contains"},
		{"of several without the suite's own the parent stays", "own-suite", "exact", []string{"contains", "number"}, "exact"},
		{"the suite's own parent stays", "accuracy-suite-v1", "decidable", []string{"decidable-lenient"}, "decidable"},
		{"repeated published verdicts replace nothing", "accuracy-suite-v1", "exact", []string{"legacy-2025"}, "exact"},
		{"maths stand by boxed", "hendrycks_math500", "exact_match", []string{"contains", "boxed"}, "boxed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			parent := f.put(evalRun("BF16", c.task, c.parent, "+-"))
			for _, sc := range c.children {
				f.put(f.rescored(parent, sc, "++"))
			}
			s := f.clean()
			if len(s.Standing) != 1 || s.Standing[0].Scores[0].Scorer.Name != c.want {
				t.Errorf("standing %d with %q, want %q", len(s.Standing), s.Standing[0].Scores[0].Scorer.Name, c.want)
			}
		})
	}
}

func TestReimportReplacesDownTheLine(t *testing.T) {
	f := newFixture(t)
	derive := func(parent string, throughput float64) string {
		_, raw, err := f.store.Read(parent)
		if err != nil {
			t.Fatal(err)
		}
		a := loadRun("BF16", 1, "2025-12-22", throughput)
		a.DerivedFrom = []artifact.DerivedFrom{{ID: parent, SHA256: artifact.SHA256(raw), How: artifact.HowReimport}}
		return f.put(bundle(a))
	}
	first := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 300)))
	second := derive(first, 310)
	third := derive(second, 320)
	s := f.clean()
	if len(s.Standing) != 1 || s.Standing[0].ID != third {
		t.Fatalf("standing %v, want the last of the line", s.Standing)
	}
	if s.Run(first).Replacer.ID != third || s.Run(second).Replacer.ID != third {
		t.Error("every run of the line is replaced by its last")
	}
	if len(s.Run(third).Parents) != 1 || len(s.Run(first).Children) != 1 {
		t.Error("parents and children are linked")
	}
}

func TestWithdrawn(t *testing.T) {
	f := newFixture(t)
	bad := f.put(bundle(loadRun("BF16", 1, "2025-12-22", 300)))
	good := f.put(bundle(loadRun("FP8", 1, "2025-12-22", 381)))
	f.write("withdrawn.toml", `
[[withdrawn]]
id = "`+bad+`"
date = "2026-01-05"
reason = { zh = "显卡降频", en = "The card was throttled." }
`)
	s := f.clean()
	r := s.Run(bad)
	if r.Withdrawn == nil || r.Withdrawn.Reason.In("en") != "The card was throttled." || r.Standing {
		t.Fatalf("withdrawn run: %+v, standing %v", r.Withdrawn, r.Standing)
	}
	if n := notice(r.Notices, "withdrawn"); n == nil || n.Severity != Invalid || n.Slots["date"] != "2026-01-05" {
		t.Errorf("notice %+v", n)
	}
	if notice(s.Run(good).Notices, "withdrawn") != nil {
		t.Error("the other run was not withdrawn")
	}
	if _, err := s.Match("precision=BF16"); err == nil {
		t.Error("a filter must not find a withdrawn run")
	}

	f.write("withdrawn.toml", "[[withdrawn]]\nid = \"2025-01-01/none.00000000\"\ndate = \"soon\"\nreason = { zh = \"无\" }\n")
	s = f.load()
	if len(s.Problems) != 1 || s.Problems[0].Line != 2 || s.Problems[0].Advice != AdviceEditWithdrawn {
		t.Errorf("problems %+v", s.Problems)
	}
	f.write("withdrawn.toml", "[[withdrawn]]\nids = \"x\"\n")
	if s = f.load(); len(s.Problems) != 1 || s.Problems[0].Field != "withdrawn.ids" || s.Problems[0].Line != 2 {
		t.Errorf("problems %+v", s.Problems)
	}
}

func TestWithdrawnChildGivesTheParentBack(t *testing.T) {
	f := newFixture(t)
	parent := f.put(evalRun("BF16", "hendrycks_math500", "exact_match", "+-"))
	child := f.put(f.rescored(parent, "boxed", "++"))
	f.write("withdrawn.toml", "[[withdrawn]]\nid = \""+child+"\"\ndate = \"2026-01-05\"\nreason = \"wrong rule\"\n")
	s := f.clean()
	if len(s.Standing) != 1 || s.Standing[0].ID != parent || s.Run(parent).Replacer != nil {
		t.Errorf("standing %v, want the parent again", s.Standing)
	}
}

package eval

import (
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

const (
	yes     = artifact.OutcomeCorrect
	no      = artifact.OutcomeWrong
	nothing = artifact.OutcomeUnparsed
	cut     = artifact.OutcomeTruncated
	failed  = artifact.OutcomeError
)

// off is what a server with thinking switched off puts before its answer.
const off = "<think>\n\n</think>\n\n"

func TestThreeRulesOnRealReplies(t *testing.T) {
	for _, c := range []struct {
		kind, expected, output     string
		legacy, decidable, lenient artifact.Outcome
	}{
		{"number", "703", off + "703", yes, yes, yes},
		{"number", "1024", off + "1024", no, yes, yes},    // read as 102 and 4
		{"number", "19134", off + "91334", no, no, no},    // the fault hides wrong arithmetic
		{"number", "999999", off + "123999", yes, no, no}, // and passes what it should not
		{"number", "0.125", off + "0.125", yes, yes, yes},
		{"number", "0.5", "0.50", yes, yes, yes},
		{"number", "-3", "-3.0", yes, yes, yes},
		{"number", "90", "90 minutes", yes, nothing, nothing},
		{"number", "7", "seven", nothing, nothing, nothing},
		{"number", "8", "<think>2, 3, 5, 7, 8", yes, cut, cut},
		{"number", "8", "…so it is the 8th.</think>\n8", yes, yes, yes},
		{"exact", "是", off + "是", yes, yes, yes},
		{"exact", ",", off + ",", yes, yes, yes},
		{"exact", ",", off + "。", yes, no, no}, // all punctuation is one to the old rule
		{"exact", "a|b|c", "a,b,c", yes, no, no},
		{"exact", "2025/12/23", "20251223", yes, no, no},
		{"exact", "12345", off + `"12345"`, yes, no, yes},
		{"exact", "12345", off + "“12345”", yes, no, yes},
		{"exact", `{"a":1,"b":2}`, off + "```json\n{\"a\":1,\"b\":2}\n```", no, no, yes},
		{"exact", "MIG", "mig", no, no, no},
		{"exact", "x", off, no, nothing, nothing},
		{"contains", "192.168.1.10", off + "192.168.1.10", yes, yes, yes},
		{"contains", "192.168.1.10", "It is 192.168.1.10.", yes, yes, yes},
		{"contains", "192.168.1.10", "1192.168.1.105", yes, no, no},
		{"contains", "192.168.1.10", "192.168.1.10.5", yes, no, no},
		{"contains", "是", "答案是对的", yes, yes, yes},
		{"choice", "A", "A", failed, failed, failed},
	} {
		for name, want := range map[string]artifact.Outcome{"legacy-2025": c.legacy, "decidable": c.decidable, "decidable-lenient": c.lenient} {
			s, err := ScorerByName(name)
			if err != nil {
				t.Fatal(err)
			}
			got := s.Score(Reply{Type: c.kind, Expected: c.expected, Output: c.output})
			if got.Outcome != want {
				t.Errorf("%s: %s, key %q, reply %q: %s (%s), want %s", name, c.kind, c.expected, c.output, got.Outcome, got.Detail, want)
			}
		}
	}
}

func TestBoxedOnRealReplies(t *testing.T) {
	s, err := ScorerByName("boxed@1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		expected, output string
		want             artifact.Outcome
		detail           string
	}{
		{`90^\circ`, "$$\n\\boxed{90^\\circ}\n$$", yes, "equal"},
		{`90^\circ`, "$$\n\\boxed{90}\n$$", no, "undecided"}, // no rule about units
		{`90^\circ`, "90", yes, "lm-eval"},                   // the harness drops ° and accepted it
		{`\sqrt{51}`, "$$\n\\sqrt{51}\n$$", yes, "equal"},
		{`x^5 - x^4 + x^3 - x^2 + x - 1`, "$$\nx^5 - x^4 + x^3 - x^2 + x - 1\n$$", yes, "equal"},
		{"-1", "$$\n-1\n$$", yes, "equal"},
		{"3", `$\boxed{3}$`, yes, "equal"},
		{"3", "First $n$ is 2.\n\n$$4 \\cdot 6 = 24$$\n\n**Answer:** $ \\boxed{3} $", yes, "equal"},
		{`\left( 3, \frac{\pi}{2} \right)`, `$(3, \frac{\pi}{2})$`, yes, "lm-eval"},
		{`\frac{3}{2}`, "3/2", yes, "lm-eval"},
		{`11\sqrt2`, `$11\sqrt{2}$`, yes, "lm-eval"},
		{"46", "$ x = 46 $", no, "undecided"},
		{`\cot x`, `$\frac{a}{b} = \cot x$` + "\n\n**Answer:** $\\cot x$", no, "undecided"},
		{"-125", "$$\n\\boxed{-625}\n$$", no, "different"},
		{"12", "12 cm", no, "undecided"},
		{"78", `$54$ cookies … Answer: $\$78$`, no, "undecided"},
		{"3, 5, 7", "3, 7, 5", no, "undecided"},
		{"225", "$$\n5 \\times 45 = 225\n$$", no, "undecided"},
		{"2", `\boxed{1} or rather \boxed{2}`, yes, "equal"},
		{"2", `\boxed{2`, no, "undecided"},
		{`\{1,2\}`, `\boxed{\{1,\,2\}}`, yes, "equal"},
		{"33", "<think>\\boxed{33}", cut, "think"},
		{"33", "", nothing, "no answer"},
	} {
		got := s.Score(Reply{Expected: c.expected, Output: c.output})
		if got.Outcome != c.want || !strings.Contains(got.Detail, c.detail) {
			t.Errorf("key %q, reply %q: %s (%s), want %s (%s)", c.expected, c.output, got.Outcome, got.Detail, c.want, c.detail)
		}
	}
}

func TestTokenLimitIsTruncation(t *testing.T) {
	for _, s := range Scorers() {
		if slices.Contains([]string{"legacy-2025", "choice", "judge", "perplexity"}, s.Name) || slices.Equal(s.Types, codeTypes) {
			continue // one does not know finish reasons, one no such keys, and the others leave it to a judge
		}
		got := s.Score(Reply{Type: "number", Expected: "7", Output: "6", FinishReason: "length"})
		if got.Outcome != cut {
			t.Errorf("%s: a cut reply is %s", s, got.Outcome)
		}
		got = s.Score(Reply{Type: "number", Expected: "7", Output: "7", FinishReason: "length"})
		if got.Outcome != yes {
			t.Errorf("%s: a right answer at the limit is %s", s, got.Outcome)
		}
	}
}

func TestScorerByName(t *testing.T) {
	for _, ref := range []string{"decidable", "decidable@1", "decidable v1", " decidable "} {
		if s, err := ScorerByName(ref); err != nil || s.String() != "decidable v1" {
			t.Errorf("%q: %v, %v", ref, s, err)
		}
	}
	_, err := ScorerByName("decideable")
	if err == nil || !strings.Contains(err.Error(), "did you mean decidable?") {
		t.Errorf("got %v", err)
	}
	if _, err = ScorerByName("decidable@9"); err == nil || !strings.Contains(err.Error(), "decidable@1") {
		t.Errorf("got %v", err)
	}
}

func TestSplitThink(t *testing.T) {
	for _, c := range []struct {
		text, answer, thought string
		open                  bool
	}{
		{"42", "42", "", false},
		{off + "42", "\n\n42", "\n\n", false},
		{"long thought</think>42", "42", "long thought", false},
		{"<think>a</think>b<think>c</think>d", "bd", "ac", false},
		{"<think>a<think>b</think>c</think>d", "d", "a<think>bc", false},
		{"x<think>never closed", "x", "never closed", true},
		{"", "", "", false},
	} {
		a, th, open := SplitThink(c.text)
		if a != c.answer || th != c.thought || open != c.open {
			t.Errorf("%q: answer %q, thought %q, open %v", c.text, a, th, open)
		}
	}
}

func TestMathText(t *testing.T) {
	for in, want := range map[string]string{
		`\left( 3, \frac{\pi}{2} \right)`: `\left(3,\frac{\pi}{2}\right)`,
		`\cot x`:                          `\cot x`,
		`\cot\ x`:                         `\cot x`,
		`2\,000~\quad k`:                  `2000k`,
		`a \\ b`:                          `a\\b`,
		`tail\`:                           `tail\`,
	} {
		if got := mathText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if again := mathText(want); again != want {
			t.Errorf("%q is not stable: %q", want, again)
		}
	}
}

func FuzzSplitThink(f *testing.F) {
	for _, s := range []string{"", off + "1", "a</think>b", "<think>a", "<think><think></think></think>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, th, open := SplitThink(s)
		removed := len(s) - len(a) - len(th)
		if removed < 0 || !open && removed == 0 && a != s {
			t.Fatalf("%q gives %q and %q", s, a, th)
		}
		if _, _, again := SplitThink(a); again {
			t.Fatalf("%q leaves an open thought in %q", s, a)
		}
	})
}

func FuzzScorers(f *testing.F) {
	for _, s := range []string{"1024", `$\boxed{3}$`, "```\nx\n```", `"x"`, `\boxed{\`, "$$", "<think>", `\frac12 \sqrt3`} {
		f.Add("exact", "x", s)
		f.Add("number", s, s)
	}
	f.Fuzz(func(t *testing.T, kind, key, reply string) {
		for _, s := range Scorers() {
			v := s.Score(Reply{Type: kind, Expected: key, Output: reply})
			switch v.Outcome {
			case yes, no:
				if v.Extracted == nil {
					t.Fatalf("%s: %s without an answer", s, v.Outcome)
				}
			case nothing, cut, failed:
			case "":
				if !s.Judged {
					t.Fatalf("%s decides nothing", s)
				}
			default:
				t.Fatalf("%s: outcome %q", s, v.Outcome)
			}
			if again := s.Score(Reply{Type: kind, Expected: key, Output: reply}); again.Outcome != v.Outcome {
				t.Fatalf("%s is not a function of the reply", s)
			}
		}
	})
}

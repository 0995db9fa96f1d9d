package eval

import (
	"os"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// No pair of different answers may count as equal; few may stay undecided.
func TestBoxedPairs(t *testing.T) {
	data, err := os.ReadFile("testdata/boxed-pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	n, undecided := 0, 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, " ; ")
		if len(part) != 3 {
			t.Fatalf("not a pair: %s", line)
		}
		n++
		want := equalMath
		if part[0] == "!" {
			want = differentMath
		}
		for _, pair := range [][2]string{{part[1], part[2]}, {part[2], part[1]}} {
			switch got := compareMath(pair[0], pair[1]); {
			case got == undecidedMath:
				undecided++
				t.Logf("undecided: %s", line)
			case got != want:
				t.Errorf("%s and %s: %s, want %s", pair[0], pair[1], got, want)
			}
		}
	}
	if n < 150 || undecided > 2*n/20 {
		t.Errorf("%d pairs, %d of %d comparisons undecided", n, undecided, 2*n)
	}
}

// What the rules cannot know is undecided, never equal.
func TestBoxedUndecided(t *testing.T) {
	for _, p := range [][2]string{
		{`\sin 2x`, `2\sin x\cos x`}, {`\ln 4`, `2\ln 2`}, {`5 \text{ cm}`, `5 \text{ m}`}, {`90^\circ`, `\frac{\pi}{2}`},
		{`i^2`, `-1`}, {`52_8`, `52`}, {`2:3`, `4:6`}, {`\text{if } x`, `x`}, {`\sqrt{-1}`, `1`}, {`\frac{1}{0}`, `2`}, {strings.Repeat("(", 90), "1"}, {"", "1"},
	} {
		if got := compareMath(p[0], p[1]); got != undecidedMath {
			t.Errorf("%s and %s: %s", p[0], p[1], got)
		}
	}
}

func FuzzCompareMath(f *testing.F) {
	f.Add(`\frac{1}{2}`, "0.5")
	f.Add(`\begin{pmatrix} 1 & 2 \end{pmatrix}`, `\{1,\pm 2\}`)
	f.Add(`2^{2^{2^{2^2}}}`, `(x+1)^{500}!`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 400 {
			return
		}
		if x, y := compareMath(a, b), compareMath(b, a); x != y {
			t.Errorf("%q and %q: %s, the other way %s", a, b, x, y)
		}
	})
}

func TestBoxed2Replies(t *testing.T) {
	for _, c := range []struct {
		expected, output string
		want             artifact.Outcome
		detail           string
	}{
		{`90^\circ`, "$$\n\\boxed{90}\n$$", yes, "equal"},
		{"46", "$ x = 46 $", yes, "equal"},
		{"225", "$$\n5 \\times 45 = 225\n$$", yes, "equal"},
		{"12", "12 cm", yes, "equal"},
		{"78", `$54$ cookies … Answer: $\$78$`, yes, "equal"},
		{"3, 5, 7", "3, 7, 5", yes, "equal"},
		{`\cot x`, `$\frac{a}{b} = \cot x$` + "\n\n**Answer:** $\\cot x$", yes, "equal"},
		{"2", `\boxed{2`, nothing, ""},
		{"2", `\boxed{1} or rather \boxed{2}`, yes, "equal"},
		{"2", `\boxed{2} or rather \boxed{1}`, no, "different"},
		{"2", `$2$ is the first guess, but \boxed{3}`, no, "different"},
		{"5", `so \boxed 5.`, yes, "equal"},
		{"5", `\fbox{5}`, yes, "equal"},
		{"33", "<think>\\boxed{33}", cut, "think"},
		{"33", "I am not able to solve this problem, since the statement is not complete and a figure is missing.", nothing, "no final answer"},
		{`\sin 2x`, `\boxed{2\sin x\cos x}`, no, "undecided"},
	} {
		got := scoreBoxed2(Reply{Expected: c.expected, Output: c.output})
		if got.Outcome != c.want || !strings.Contains(got.Detail, c.detail) {
			t.Errorf("key %q, reply %q: %s (%s, read %q), want %s (%s)", c.expected, c.output, got.Outcome, got.Detail, text(got.Extracted), c.want, c.detail)
		}
	}
}

package eval

import (
	"os"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// The forms in which models reply, each with the outcome that a person would
// give it. Exact and contains are read by their lenient forms.
func TestReplyForms(t *testing.T) {
	data, err := os.ReadFile("testdata/replies.txt")
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]artifact.Outcome{"+": yes, "-": no, "?": nothing, "/": cut}
	plain := strings.NewReplacer(`\\`, `\`, `\n`, "\n")
	n := 0
	seen := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, " ¦ ")
		if len(part) != 4 || seen[line] {
			t.Fatalf("not a reply, or there twice: %s", line)
		}
		seen[line] = true
		n++
		r := Reply{Type: part[1], Expected: plain.Replace(part[2]), Output: plain.Replace(part[3])}
		mark, limit := strings.CutSuffix(part[0], "L")
		if limit {
			r.FinishReason = "length"
		}
		if got := scoreTypedLenient(r); got.Outcome != outcomes[mark] {
			t.Errorf("%s: %s (%s, read %q)", line, got.Outcome, got.Detail, text(got.Extracted))
		}
	}
	if n < 300 {
		t.Errorf("%d reply forms, want 300", n)
	}
}

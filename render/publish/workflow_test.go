package publish

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// The workflow of this repository and the one for others hold to what GitHub
// accepts, name every action by its commit, and differ only in where benchsite
// comes from.
func TestWorkflowsAreValid(t *testing.T) {
	own, err := os.ReadFile("../../.github/workflows/site.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{"site.yml": string(own), "workflow.yml": Workflow()} {
		var said bytes.Buffer
		linter, err := actionlint.NewLinter(&said, &actionlint.LinterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		faults, err := linter.Lint(name, []byte(source), nil)
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v\n%s", name, err, &said)
		}
		pinned := regexp.MustCompile(`uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
		for line := range strings.SplitSeq(source, "\n") {
			if strings.Contains(line, "uses:") && !pinned.MatchString(line) {
				t.Errorf("%s: not by its commit: %s", name, strings.TrimSpace(line))
			}
		}
	}
	// The check itself works.
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if faults, err := linter.Lint("x.yml", []byte(strings.Replace(Workflow(), "runs-on: ubuntu-latest", "run-on: ubuntu-latest", 1)), nil); err != nil || len(faults) == 0 {
		t.Errorf("a fault is not found: %v %v", faults, err)
	}

	same := func(s string) string {
		s = s[strings.Index(s, "name: site"):]
		s = regexp.MustCompile(`(?s)      - uses: actions/setup-go.*?cmd/benchsite\n(        working-directory: [^\n]*\n)?`).ReplaceAllString(s, "BUILD\n")
		return regexp.MustCompile(`(?s)      - uses: actions/checkout@\S+ # \S+\n        with:\n          repository:.*?BUILD`).ReplaceAllString(s, "BUILD")
	}
	if a, b := same(string(own)), same(Workflow()); a != b {
		t.Errorf("the workflows drifted apart:\n%s\n---\n%s", a, b)
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

func TestParseRule(t *testing.T) {
	for text, want := range map[string]rule{
		"ttft_p95 > +10 % significant": {metric: "ttft_p95", above: true, limit: .1, unit: "%", significant: true},
		"ttft_p95>10%":                 {metric: "ttft_p95", above: true, limit: .1, unit: "%"},
		"output_tokens_per_s < -5.5 %": {metric: "output_tokens_per_s", limit: -.055, unit: "%"},
		"output_tokens_per_s < 0.95x":  {metric: "output_tokens_per_s", limit: .95, unit: "x"},
		"e2e_mean > 1.2× significant":  {metric: "e2e_mean", above: true, limit: 1.2, unit: "x", significant: true},
		"score < -2 points":            {metric: "score", limit: -.02, unit: "points"},
		"score:aime24 < −1 point":      {metric: "score", task: "aime24", limit: -.01, unit: "points"},
		"load.latency.e2e_s.p50 > 3 %": {metric: "load.latency.e2e_s.p50", above: true, limit: .03, unit: "%"},
		"regression":                   {},
	} {
		got, err := parseRule(text)
		want.text = text
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"":                               "is no rule",
		"ttft_p95":                       "is no rule",
		"ttft_p95 >= 10 %":               "is no rule",
		"ttft_p95 > 10":                  "is no rule",
		"ttft_p95 > 10 % significantly":  "is no rule",
		"ttft_p95 > 10 % significant x":  "is no rule",
		"ttft_p59 > 10 %":                "no metric",
		"score < -2 %":                   "changes by points",
		"ttft_p95 < -2 points":           "only a score",
		"ttft_p95:aime24 > 1 %":          "only a score has a task",
		"output_tokens_per_s < 0x":       "above 0",
		"regressions":                    "is no rule",
		"ttft_p95 > 1 %; score < 1 poin": "is no rule",
	} {
		if _, err := parseRule(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}

// repeats puts n load tests of a day into the store, with the output throughput
// around the given one.
func repeats(t *testing.T, store *artifact.Store, day string, n int, output float64) (ids []string) {
	t.Helper()
	for i := range n {
		v := output + float64(i)
		count := int64(64)
		a := &artifact.Artifact{
			Kind: artifact.KindLoad, Name: "c16-n64", Status: artifact.StatusComplete, StartedAt: fmt.Sprintf("%sT10:%02d:00Z", day, i),
			Subject:  artifact.Subject{Name: "m", Model: "m"},
			Protocol: artifact.Protocol{Parameters: map[string]any{"concurrency": 16.0, "max_tokens": 256.0, "workload": "w"}},
			Source:   artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured},
			Load:     &artifact.Load{Requests: artifact.Requests{Offered: &count, Completed: &count}, Throughput: artifact.Throughput{OutputTokensPerS: &v}},
		}
		r, err := store.Put(artifact.Bundle{Artifact: a, Slug: "c16-n64"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

// inProcess runs the command line in process.
func inProcess(args ...string) (code int, out, said string) {
	var o, e strings.Builder
	code = run(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

func TestFailOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "artifacts")
	store := artifact.Open(dir)
	repeats(t, store, "2026-01-01", 5, 1000)
	slower := repeats(t, store, "2026-01-02", 5, 900)
	few := repeats(t, store, "2026-01-03", 2, 700)
	compare := func(args ...string) (int, string, string) {
		t.Helper()
		return inProcess(append([]string{"compare", "--artifacts", dir}, args...)...)
	}
	for _, c := range []struct {
		rule string
		b    string
		code int
		says string
	}{
		{"output_tokens_per_s < -5 %", "2026-01-02", 1, "HIT (−10.0%, Mann-Whitney p = 0.008)"},
		{"output_tokens_per_s < -5 % significant", "2026-01-02", 1, "HIT"},
		{"output_tokens_per_s < -20 %", "2026-01-02", 0, "no hit"},
		{"output_tokens_per_s < 0.95x", "2026-01-02", 1, "HIT"},
		{"output_tokens_per_s > 1.05x", "2026-01-02", 0, "no hit"},
		{"regression", "2026-01-02", 1, "HIT (output_tokens_per_s −10.0%"},
		{"output_tokens_per_s < -5 %", "2026-01-03", 1, "HIT"},
		{"output_tokens_per_s < -5 % significant", "2026-01-03", 0, "too few repeats for a test (5 and 2"},
		{"regression", "2026-01-03", 0, "nothing could be tested"},
		{"ttft_p95 > 1 %", "2026-01-02", 2, "not known on both sides"},
		{"score < -1 points", "2026-01-02", 2, "share no task"},
	} {
		code, out, said := compare("--fail-on", c.rule, "date=2026-01-01", "date="+c.b)
		if code != c.code || !strings.Contains(out+said, c.says) {
			t.Errorf("%s against %s: code %d, want %d with %q:\n%s%s", c.rule, c.b, code, c.code, c.says, out, said)
		}
	}

	// What a pull request adds follows what was there before it.
	files := func(ids []string) (out []string) {
		for _, id := range ids {
			out = append(out, filepath.Join(dir, filepath.FromSlash(id)+".json"))
		}
		return out
	}
	code, out, said := compare(append([]string{"--previous", "--format", "markdown", "--fail-on", "regression"}, files(slower)...)...)
	if code != 1 || strings.Count(out, "### m → m") != 1 || !strings.Contains(out, "| A | `2026-01-01/") || !strings.Contains(out, "| output throughput | 1,002.0 tokens/s | 902.00 tokens/s |") || !strings.Contains(out, "- Rule `regression`: **hit**") {
		t.Errorf("previous: code %d\n%s%s", code, out, said)
	}
	code, out, _ = compare(append([]string{"--previous", "--json"}, files(few)...)...)
	var machine []struct {
		A, B []string
		Why  string
	}
	if err := json.Unmarshal([]byte(out), &machine); code != 0 || err != nil || len(machine) != 1 || len(machine[0].B) != 2 || len(machine[0].A) != 5 || !strings.HasPrefix(machine[0].A[0], "2026-01-02/") || machine[0].Why != "previous" {
		t.Errorf("previous as JSON: code %d, %v, %+v", code, err, machine)
	}
	if code, out, _ = compare("--previous", "--fail-on", "score < -1 points", "date=2026-01-01"); code != 0 || !strings.Contains(out, "no earlier run") {
		t.Errorf("the first runs: code %d\n%s", code, out)
	}
	if code, _, said = compare("--previous", "--fail-on", "score < -1 points", "date=2026-01-02"); code != 0 || !strings.Contains(said, "cannot be judged") {
		t.Errorf("a rule of another kind: code %d\n%s", code, said)
	}
	for _, args := range [][]string{{"--previous"}, {"--previous", "no-such"}, {"--format", "html", "a", "b"}, {"--fail-on", "x", "a", "b"}} {
		if code, out, said := compare(args...); code != 2 || out != "" || said == "" {
			t.Errorf("%q: code %d, %q, %q", args, code, out, said)
		}
	}
}

// A score is judged by its items.
func TestFailOnScores(t *testing.T) {
	if _, err := os.Stat("../../artifacts/2025-12-24"); err != nil {
		t.Skip("SKIP: no recorded artifacts here: ", err)
	}
	for rule, want := range map[string]int{
		"score < -1 points": 1, "score < -1 points significant": 0, "score:hendrycks_math500 < -1 points": 1, "score > +1 points": 0, "regression": 0,
		"score:aime24 < -1 points": 2,
	} {
		code, out, said := inProcess("compare", "--artifacts", "../../artifacts", "--config", "../../config.toml", "--fail-on", rule, "precision=BF16,task=hendrycks_math500", "precision=FP8,task=hendrycks_math500")
		if code != want {
			t.Errorf("%s: code %d, want %d\n%s%s", rule, code, want, out, said)
		}
	}
}

// A name out of a file forges no Markdown.
func TestMarkdownOfStrangers(t *testing.T) {
	got := mdText("a|b`c*d_e[f](g)<h>&#1\n@user")
	if got != "a\\|b\\`c\\*d\\_e\\[f\\](g)&lt;h&gt;&amp;\\#1 @\u200buser" {
		t.Errorf("%q", got)
	}
}

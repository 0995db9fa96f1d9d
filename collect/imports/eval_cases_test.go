package imports

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// told is what an evaluation says, a line for each task: name, version, items of
// all, shots, metrics with stderr and n (the primary one starred), outcomes,
// groups. "?" is unknown.
func told(a *artifact.Artifact) string {
	number := func(f *float64) string {
		if f == nil {
			return "?"
		}
		return fmt.Sprintf("%.10g", *f)
	}
	count := func(n *int64) string {
		if n == nil {
			return "?"
		}
		return fmt.Sprint(*n)
	}
	var b strings.Builder
	for _, t := range a.Eval.Tasks {
		fmt.Fprintf(&b, "%s", t.Task)
		if t.Version != nil {
			fmt.Fprintf(&b, " v%s", *t.Version)
		}
		fmt.Fprintf(&b, " %s/%s", count(t.Dataset.Items), count(t.Dataset.Of))
		if t.NShot != nil {
			fmt.Fprintf(&b, " %d-shot", *t.NShot)
		}
		if t.Status != artifact.TaskDone {
			fmt.Fprintf(&b, " %s", t.Status)
		}
		for _, m := range t.Metrics {
			b.WriteString("; ")
			if m.Primary {
				b.WriteString("*")
			}
			b.WriteString(m.Metric)
			if m.Filter != nil {
				fmt.Fprintf(&b, "[%s]", *m.Filter)
			}
			fmt.Fprintf(&b, " %s ± %s n %s", number(m.Value), number(m.Stderr), count(m.N))
			if deref(m.Better) == "lower" {
				b.WriteString(" ↓")
			}
		}
		if o := t.Outcomes; o != nil {
			fmt.Fprintf(&b, "; %s right %s wrong %s unparsed %s truncated %s error", count(o.Correct), count(o.Wrong), count(o.Unparsed), count(o.Truncated), count(o.Error))
		}
		for _, g := range t.Groups {
			fmt.Fprintf(&b, "; %s %s (%s)", g.Name, number(g.Value), count(g.N))
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// TestEvalForms states what each of our own small files becomes.
func TestEvalForms(t *testing.T) {
	for _, c := range []struct {
		file  string
		set   string // --set model, for files that name none
		model string
		begun string
		want  string
	}{
		{"lm_eval/group.json", "", "acme/tiny-7b", "2025-01-02T03:03:04Z", `
quiz v2 6/60; *acc[none] 0.8333333333 ± 0.1 n 6; quiz_a 0.6666666667 (3); quiz_b 1 (3)
quiz_a v2 3/30 0-shot; *acc[none] 0.6666666667 ± 0.27 n 3
quiz_b v2 3/30 0-shot; *acc[none] 1 ± ? n 3`},
		{"lm_eval/odd.json", "", "acme/tiny", "2024-06-01T12:00:00Z", `
mix v1 50/200; *acc[none] 0.5 ± ? n 50; acc_norm[none] ? ± ? n 50; mix_a ? (25); mix_b 0.5 (25)
mix_a v1 25/100 2-shot; acc[none] ? ± ? n 25; *word_perplexity[none] 9.5 ± ? n 25 ↓
mix_b v1 25/100 2-shot; *acc[none] 0.5 ± 0.1 n 25; inst_level_strict_acc[none] 0.6 ± ? n ?`},
		{"lm_eval/indented.json", "", "acme/tiny", "2024-01-01", `
top ?/? 5-shot; *acc[none] 0.4 ± 0.01 n ?; inner 0.45 (?); left 0.3 (?)
alone vYaml ?/? 5-shot; *acc[none] 0.9 ± 0.03 n ?
inner ?/? 5-shot; *acc[none] 0.45 ± 0.02 n ?; deep_a 0.4 (?); deep_b 0.5 (?)
left vYaml ?/? 5-shot; *acc[none] 0.3 ± 0.03 n ?
deep_a vYaml ?/? 5-shot; *acc[none] 0.4 ± 0.03 n ?
deep_b vYaml ?/? 5-shot; *acc[none] 0.5 ± 0.03 n ?`},
		{"inspect/two-scorers.json", "", "acme/tiny", "2025-05-01T08:00:00Z", `
sums v3 2/10; *accuracy[match] 0.5 ± 0.5 n 2; accuracy[match pass_at_2] 0.5 ± 0.5 n 2; mean[length] 12.5 ± ? n 2; std[length] ? ± ? n 2; 1 right 0 wrong 1 unparsed 1 truncated 1 error`},
		{"inspect/unfinished.json", "", "tiny", "2025-05-01T10:00:00Z", `
sums 2/3; *accuracy 0.5 ± ? n 2; 1 right 1 wrong ? unparsed 0 truncated 0 error`},
		{"inspect/failed.json", "", "acme/tiny", "2025-05-01", `sums ?/3 not_run`},
		{"evalscope_report/v1.json", "", "Tiny-1B", "2024-01-01", `
gsm8k 10/?; *AverageAccuracy 0.6 ± ? n 10; AverageAccuracy[macro] 0.55 ± ? n 10; main 0.75 (8); socratic 0 (2)`},
		{"evalscope_report/v2.json", "", "acme/tiny", "2024-01-01", `
words 20/?; parse_status 0.9 ± ? n 20; wer[level=word] 0.25 ± ? n 20 ↓; *points 0.85 ± ? n 20; ? right ? wrong ? unparsed ? truncated 2 error`},
		{"lighteval/results.json", "", "acme/tiny", "2024-01-01", `
sums v1 50/200 5-shot; *extractive_match 0.62 ± 0.0693 n 50
arc:challenge v0 50/? 25-shot; *acc 0.5 ± ? n 50; acc_norm 0.54 ± 0.0712 n 50`},
		{"nemo_skills/metrics.json", "acme/tiny", "acme/tiny", "2024-01-01", `
aime-like 30/?; *symbolic_correct[pass@1[avg-of-4]] 0.7958 ± ? n 30; no_answer[pass@1[avg-of-4]] 0.025 ± ? n 30 ↓; symbolic_correct[majority@4] 0.8667 ± ? n 30; no_answer[majority@4] 0 ± ? n 30 ↓; symbolic_correct[pass@4] 0.9 ± ? n 30; no_answer[pass@4] 0 ± ? n 30 ↓
sums 40/?; *symbolic_correct[pass@1] 0.85 ± ? n 40; no_answer[pass@1] 0.05 ± ? n 40 ↓; 34 right 4 wrong 2 unparsed ? truncated ? error`},
		{"evalplus/list.json", "acme/coder", "acme/coder", "2024-06-01", `
humaneval_plus 4/?; *pass@1[plus] 0.25 ± ? n 4; pass@1[base] 0.5 ± ? n 4; 1 right 3 wrong ? unparsed ? truncated ? error`},
		{"evalplus/old.json", "acme/coder", "acme/coder", "2023-06-01", `
mbpp_plus 2/?; *pass@1[plus] 0.5 ± ? n 2; pass@1[base] 0.75 ± ? n 2; 2 right 2 wrong ? unparsed ? truncated ? error`},
		{"bigcode/evaluation_results.json", "", "acme/coder", "2024-01-01", `
humaneval ?/?; *pass@1 0.335 ± ? n ?; pass@10 0.52 ± ? n ?
mbpp ?/?; *pass@1 0.41 ± ? n ?`},
		{"simple_evals/metrics.json", "acme/tiny", "acme/tiny", "2024-01-01", `
mmlu ?/?; *score 0.86 ± ? n ?; stem 0.8 ± ? n ?; humanities 0.9 ± ? n ?; chars 1200.5 ± ? n ?`},
		{"simple_evals/allresults.json", "acme/tiny", "acme/tiny", "2024-01-01", `simple-evals 2/?; *score 0.5 ± ? n 2; chars 12.5 ± ? n 2`},
		{"livecodebench/eval_all.json", "acme/coder", "acme/coder", "2024-01-01", `
livecodebench v2024-08-03..2025-01-19 2/?; *pass@1 0.25 ± ? n 2; 1 right 1 wrong 1 unparsed ? truncated 1 error; easy 0.5 (1); hard 0 (1)`},
		{"nemo_evaluator/results.yml", "", "acme/tiny", "2024-01-01", `
sums 10/?; *score[micro] 0.7 ± 0.15 n 10; score[macro] ? ± ? n 10
aime-like 30/?; *symbolic_correct[pass@1[avg-of-4]] 0.625 ± ? n 30; no_answer[pass@1[avg-of-4]] 0.1 ± ? n 30 ↓; symbolic_correct_statistics_std_err_across_runs[pass@1[avg-of-4]] 0.012 ± ? n 30`},
		{"nemo_evaluator/service.json", "acme/tiny", "acme/tiny", "2025-04-01T10:00:00Z", `sums 4/?; *accuracy 0.5 ± 0.28 n 4`},
		{"eval_codegen_pass1/four.json", "", "acme/coder", "2024-01-01", `
acme/code 4/?; *pass@1 0.25 ± ? n 4; 1 right 1 wrong ? unparsed ? truncated 2 error`},
	} {
		t.Run(c.file, func(t *testing.T) {
			o := Options{Date: "2024-01-01"}
			if c.set != "" {
				o.Set = map[string]string{"model": c.set}
			}
			a := importAll(t, artifact.Open(t.TempDir()), o, filepath.Join("testdata", filepath.FromSlash(c.file)))[0]
			if got := told(a); got != strings.TrimSpace(c.want) {
				t.Errorf("says\n%s\nwant\n%s", got, strings.TrimSpace(c.want))
			}
			if a.Subject.Model != c.model || a.StartedAt != c.begun {
				t.Errorf("model %q, started %s; want %q, %s", a.Subject.Model, a.StartedAt, c.model, c.begun)
			}
			if a.Source.Extra[differencesKey] == nil {
				t.Error("the differences of the tool's definitions are not in the source")
			}
		})
	}
}

// TestSeveralRunsInOneFile are files of which each holds more than one run.
func TestSeveralRunsInOneFile(t *testing.T) {
	for _, c := range []struct {
		file string
		want []string // model, day, then what it tells
	}{
		{"livebench/judgment.jsonl", []string{
			"tiny 2025-08-12T10:13:12Z\nlive_bench/reasoning/spatial 2/?; *score 1 ± ? n 2; 2 right 0 wrong ? unparsed ? truncated ? error\nlive_bench/language/typos 1/?; *score 0.5 ± ? n 1",
			"large 2025-08-12T10:13:15Z\nlive_bench/reasoning/spatial 1/?; *score 1 ± ? n 1; 1 right 0 wrong ? unparsed ? truncated ? error",
		}},
		{"perplexity/two.json", []string{
			"acme/tiny 2024-01-01\nperplexity/overall ?/?; *ppl 1.4191 ± ? n ? ↓; nll 0.35 ± ? n ? ↓; score_bf16_100 100 ± ? n ?; perplexity/words_test 1.6487 (20); perplexity/chat_test 1.3499 (25)\n" +
				"perplexity/words_test 20/?; *ppl 1.6487 ± ? n 20 ↓; nll 0.5 ± ? n 20 ↓\nperplexity/chat_test 25/?; *ppl 1.3499 ± ? n 25 ↓; nll 0.3 ± ? n 25 ↓",
			"/models/tiny-NVFP4 2024-01-01\nperplexity/overall ?/?; *ppl 1.4369 ± ? n ? ↓; nll 0.3625 ± ? n ? ↓; score_bf16_100 98.758 ± ? n ?; perplexity/words_test 1.682 (20); perplexity/chat_test 1.3634 (25)\n" +
				"perplexity/words_test 20/?; *ppl 1.682 ± ? n 20 ↓; nll 0.52 ± ? n 20 ↓\nperplexity/chat_test 25/?; *ppl 1.3634 ± ? n 25 ↓; nll 0.31 ± ? n 25 ↓",
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			st := artifact.Open(t.TempDir())
			path := filepath.Join("testdata", filepath.FromSlash(c.file))
			all := importAll(t, st, Options{Date: "2024-01-01"}, path)
			if len(all) != len(c.want) {
				t.Fatalf("%d runs, want %d", len(all), len(c.want))
			}
			for i, a := range all {
				if got := a.Subject.Model + " " + a.StartedAt + "\n" + told(a); got != c.want[i] {
					t.Errorf("run %d says\n%s\nwant\n%s", i, got, c.want[i])
				}
			}
			if all[0].Protocol.ID != all[1].Protocol.ID && c.file == "perplexity/two.json" {
				t.Error("two formats of one file have two protocols")
			}
		})
	}
}

package imports

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"benchsite/collect/artifact"
)

// sampleCase is what a real file must become: the model, the day, some of its
// tasks as [told] writes them, and how many there are; or why it is refused.
type sampleCase struct {
	file    string
	model   string
	begun   string
	tasks   int
	want    []string
	status  artifact.Status
	refused string
}

// noModel and noDay stand for what such a file does not say and the test gives.
const (
	noModel = "acme/unnamed"
	noDay   = "2024-01-01"
)

var sampleCases = []sampleCase{
	{file: "lm-eval/v0.0-minimal_arithmetic_2ds.json", model: noModel, begun: noDay, tasks: 1, want: []string{
		"arithmetic_2ds v0 ?/?; *acc 0 ± 0 n ?",
	}},
	{file: "lm-eval/v0.2-pythia-1.4b-5shot_66tasks.json", model: noModel, begun: noDay, tasks: 66, want: []string{
		"hendrycksTest-econometrics v0 ?/?; *acc 0.2719298246 ± 0.04185774424 n ?; acc_norm 0.2280701754 ± 0.03947152783 n ?",
		"wikitext v1 ?/?; *word_perplexity 18.02022443 ± ? n ? ↓; byte_perplexity 1.717249639 ± ? n ? ↓; bits_per_byte 0.7800997813 ± ? n ? ↓",
	}},
	{file: "lm-eval/v0.3-bias_crows_pairs.json", model: noModel, begun: noDay, tasks: 29, want: []string{
		"sciq v0 ?/?; *acc 0.871 ± 0.01060525678 n ?; acc_norm 0.795 ± 0.0127725541 n ?",
		"crows_pairs_french_age v0 ?/?; *likelihood_difference 2.889236111 ± 0.2751298501 n ? ↓; pct_stereotype 0.5111111111 ± 0.05298680599 n ?",
	}},
	{file: "lm-eval/v0.4.0-mGPT_eus_exams_group30.json", model: "ai-forever/mGPT-13B", begun: noDay, tasks: 30, want: []string{
		"eus_exams_eu_ejadministrari vYaml ?/? 5-shot; *acc[none] 0.2284482759 ± 0.01592516949 n ?; acc_norm[none] 0.2284482759 ± 0.01592516949 n ?",
	}},
	{file: "lm-eval/v0.4.0pre-latxa13b_no_nshot_no_alias.json", model: "global_step1000", begun: noDay, tasks: 1, want: []string{
		"xstorycloze_eu vYaml ?/? 0-shot; *acc[none] 0.6585043018 ± 0.01220347324 n ?",
	}},
	{file: "lm-eval/v0.4.12-gemma4_gsm8k.json", model: "google/gemma-4-26B-A4B-it", begun: "2026-06-09T04:43:46Z", tasks: 1, want: []string{
		"gsm8k v3.0 600/1319 5-shot; *exact_match[strict-match] 0.9516666667 ± 0.008762991521 n 600; exact_match[flexible-extract] 0.95 ± 0.008904989129 n 600",
	}},
	{file: "lm-eval/v0.4.12-gemma4_ifeval_NA.json", model: "google/gemma-4-26B-A4B-it", begun: "2026-06-09T04:46:45Z", tasks: 1, want: []string{
		"ifeval v4.0 541/541 0-shot; *prompt_level_strict_acc[none] 0.8946395564 ± 0.01321192086 n 541; inst_level_strict_acc[none] 0.9292565947 ± ? n ?; prompt_level_loose_acc[none] 0.9075785582 ± 0.01246325851 n 541; inst_level_loose_acc[none] 0.9388489209 ± ? n ?",
	}},
	{file: "lm-eval/v0.4.12-qwen3.6-27b_bf16_mmlu_pro_group.json", model: "Qwen/Qwen3.6-27B", begun: "2026-06-08T19:10:23Z", tasks: 15, want: []string{
		"mmlu_pro_biology v3.1 50/717 5-shot; *exact_match[custom-extract] 0.98 ± 0.02 n 50",
	}},
	{file: "lm-eval/v0.4.12-qwen3.6-27b_fp8_mmlu_pro_group.json", model: "Qwen/Qwen3.6-27B-FP8", begun: "2026-06-08T20:40:10Z", tasks: 15, want: []string{
		"mmlu_pro_business v3.1 50/789 5-shot; *exact_match[custom-extract] 0.86 ± 0.04956957592 n 50",
	}},
	{file: "lm-eval/v0.4.5-api_model_no_tokenizer_fields.json", model: "gpt-4o", begun: "2024-11-18T01:13:24Z", tasks: 1, want: []string{
		"bbh_cot_fewshot_boolean_expressions v3.0 3/250 3-shot; *exact_match[get-answer] 0 ± 0 n 3",
	}},
	{file: "lm-eval/v0.4.5-kmmlu_45subjects.json", model: "llama3.1-pro16-0827-Inst_241016", begun: "2024-11-05T08:31:08Z", tasks: 45, want: []string{
		"kmmlu_direct_accounting v2.0 100/100 5-shot; *exact_match[none] 0.43 ± 0.0497569852 n 100",
	}},
	{file: "lm-eval/v0.4.5-math_group_blank_metric_key.json", model: "upstage/SOLAR-10.7B-Instruct-v1.0", begun: "2024-11-14T02:23:12Z", tasks: 7, want: []string{
		"leaderboard_math_algebra_hard v1.0 307/307 4-shot; *exact_match[none] 0 ± 0 n 307",
	}},
	{file: "lm-eval/v0.4.7-acc_none.json", model: "llama3.1-pro16-0827-Inst-nc-chat_241016", begun: "2024-12-23T04:17:03Z", tasks: 1, want: []string{
		"winogrande v1.0 10/1267 5-shot; *acc[none] 0.7 ± 0.1527525232 n 10",
	}},
	{file: "lm-eval/v0.4.9.2-qwen3-32b_bf16_aime24_think.json", model: "Qwen/Qwen3-32B", begun: "2025-12-24T04:08:20Z", tasks: 1, want: []string{
		"aime24 v0.0 30/30 0-shot; *exact_match[none] 0 ± 0 n 30",
	}},
	{file: "lm-eval/v0.4.9.2-qwen3-32b_fp8_aime24_think.json", model: "Qwen/Qwen3-32B-FP8", begun: "2025-12-24T04:24:37Z", tasks: 1, want: []string{
		"aime24 v0.0 30/30 0-shot; *exact_match[none] 0 ± 0 n 30",
	}},
	{file: "lm-eval/v0.4.9.2-samples_bf16_aime24_think.jsonl", refused: "holds samples of lm-evaluation-harness; give the results file beside it"},
	{file: "lm-eval/v0.4.9.2-samples_fp8_aime24_think.jsonl", refused: "holds samples of lm-evaluation-harness; give the results file beside it"},

	{file: "inspect_ai/2024-08-29T15-11-17+00-00_popularity_5EAmX6wjMFqea6WY7XHzZp.json", model: "mockllm/model", begun: "2024-08-29T15:11:08Z", tasks: 1, want: []string{
		"popularity 1/100; *accuracy 0 ± 0 n 1",
	}},
	{file: "inspect_ai/2025-05-12T20-28-13-04-00_no-samples.json", model: "openai/gpt-4o-mini", begun: "2025-05-13T00:28:13Z", tasks: 1, status: artifact.StatusInterrupted, want: []string{
		"testtaskname 3/100; *accuracy 0.6666666667 ± 0.3333333333 n 3; 2 right 1 wrong ? unparsed ? truncated ? error",
	}},
	{file: "inspect_ai/2025-05-12T20-28-13-04-00_popularity.json", model: "openai/gpt-4o-mini", begun: "2025-05-13T00:28:13Z", tasks: 1, status: artifact.StatusInterrupted, want: []string{
		"popularity 3/100; *accuracy 0.6666666667 ± 0.3333333333 n 3; 2 right 1 wrong ? unparsed 0 truncated 0 error",
	}},
	{file: "inspect_ai/log_formats.eval", model: "llama3.1", begun: "2024-10-15T16:53:13Z", tasks: 1, want: []string{
		"popularity 1/100; *accuracy 0 ± 0 n 1; 0 right 1 wrong ? unparsed 0 truncated 0 error",
	}},
	{file: "inspect_ai/log_streaming.eval", model: "azureai/Meta-Llama-3-1-405B-Instruct-jqf", begun: "2024-11-05T20:04:20Z", tasks: 1, want: []string{
		"popularity 2/100; *accuracy 0.75 ± 0.25 n 2; 3 right 1 wrong ? unparsed 0 truncated 0 error",
	}},
	{file: "inspect_ai/mmlu-summary-choices.eval", model: "openai/gpt-4o", begun: "2025-12-19T12:37:50Z", tasks: 1, want: []string{
		"inspect_evals/mmlu_0_shot 1/14042; *accuracy 0 ± 0 n 1; 0 right 1 wrong ? unparsed 0 truncated 0 error",
	}},

	{file: "evalscope/report-real-single-sample.json", model: "qwen-plus", begun: noDay, tasks: 2, want: []string{
		"general_mcq 1/?; *accuracy 1 ± ? n 1", "iquiz ?/? not_run",
	}},
	{file: "evalscope/golden_samples.json", refused: "is a table of how EvalScope shows numbers, not a report"},
	{file: "lighteval/case_avg_at_k.json", refused: "is a table of test cases for a metric (lighteval)"},
	{file: "lighteval/case_gpqa_instruct_metric.json", refused: "is a table of test cases for a metric (lighteval)"},
	{file: "lighteval/case_maj_at_k.json", refused: "is a table of test cases for a metric (lighteval)"},
	{file: "lighteval/case_pass_at_k.json", refused: "is a table of test cases for a metric (lighteval)"},
	{file: "bigcode/humaneval_eval_gens.json", refused: "nothing in it is judged"},
	{file: "bigcode/humaneval_gen_refs.json", refused: "it holds no score"},
	{file: "index.tsv", refused: "is not JSON"},
}

// TestRealEvalFiles states for each real file what it becomes or why it is
// refused. A file without a line here is a failure.
func TestRealEvalFiles(t *testing.T) {
	root := shared(t, "samples", "eval")
	covered := map[string]bool{}
	for _, c := range sampleCases {
		covered[c.file] = true
		t.Run(c.file, func(t *testing.T) {
			path := filepath.Join(root, filepath.FromSlash(c.file))
			if c.refused != "" {
				refused(t, Options{Date: noDay, Set: map[string]string{"model": noModel}}, path, c.refused)
				return
			}
			o := Options{Date: noDay}
			if c.model == noModel {
				refused(t, o, path, "does not name the model")
				o.Set = map[string]string{"model": noModel}
			}
			st := artifact.Open(t.TempDir())
			a := importAll(t, st, o, path)[0]
			if a.Subject.Model != c.model && !strings.HasSuffix(a.Subject.Model, "/"+c.model) || a.StartedAt != c.begun || len(a.Eval.Tasks) != c.tasks {
				t.Errorf("model %q, started %s, %d tasks; want %q, %s, %d", a.Subject.Model, a.StartedAt, len(a.Eval.Tasks), c.model, c.begun, c.tasks)
			}
			if c.status == "" {
				c.status = artifact.StatusComplete
			}
			if a.Status != c.status {
				t.Errorf("status %s, want %s", a.Status, c.status)
			}
			lines := strings.Split(told(a), "\n")
			for _, want := range c.want {
				if !slices.Contains(lines, want) {
					t.Errorf("does not say\n%s\nbut\n%s", want, strings.Join(lines[:min(len(lines), 5)], "\n"))
				}
			}
			records, err := st.EvalRecords(a)
			if err != nil {
				t.Error(err)
			}
			for _, r := range records {
				if r.Outcome == nil {
					t.Errorf("item %s has no outcome", r.Item)
				}
			}
		})
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if !covered[filepath.ToSlash(rel)] {
			t.Errorf("%s: the table says nothing of it", rel)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestRealGroupIsAMeanOfEqualParts: a limit for each subject makes the mean of a
// group another figure than the benchmark's. The group says both sizes.
func TestRealGroupIsAMeanOfEqualParts(t *testing.T) {
	a := importAll(t, artifact.Open(t.TempDir()), Options{}, shared(t, "samples", "eval", "lm-eval", "v0.4.12-qwen3.6-27b_bf16_mmlu_pro_group.json"))[0]
	g := a.Eval.Tasks[0]
	equal(t, "items", g.Dataset.Items, 700)
	equal(t, "of", g.Dataset.Of, 12032)
	equal(t, "value", g.Metrics[0].Value, 0.8557142857142858)
	equal(t, "stderr", g.Metrics[0].Stderr, 0.012995690183618753)
	equal(t, "n", g.Metrics[0].N, 700)
	if g.Task != "mmlu_pro" || len(g.Groups) != 14 || *g.Groups[0].N != 50 || *g.Groups[0].Value != 0.98 {
		t.Errorf("%s %+v", g.Task, g.Groups)
	}
	tasks := a.Protocol.Parameters["tasks"].(map[string]any)
	if tasks["mmlu_pro"].(map[string]any)["limit"] != 50.0 {
		t.Errorf("%+v", tasks["mmlu_pro"])
	}
}

// TestRealFolderAtOnce imports all of them by one command.
func TestRealFolderAtOnce(t *testing.T) {
	root := shared(t, "samples", "eval")
	st := artifact.Open(t.TempDir())
	o := Options{Store: st, Date: noDay, Set: map[string]string{"model": noModel}, Recursive: true}
	results, err := Import(context.Background(), o, []string{root}, nil)
	if err != nil || ExitCode(results) != 0 {
		t.Fatal(err, ExitCode(results))
	}
	states := map[State]int{}
	for _, r := range results {
		states[r.State]++
	}
	left := 0
	for _, c := range sampleCases {
		if c.refused != "" {
			left++
		}
	}
	if states[Imported] != len(sampleCases)-left || states[Left] != left {
		t.Errorf("%v, want %d in and %d left", states, len(sampleCases)-left, left)
	}
}

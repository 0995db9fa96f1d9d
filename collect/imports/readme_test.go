package imports

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write README.md anew")

const readmeHead = `# Readers of other tools' results

Generated from the readers' own definitions (` + "`go test ./collect/imports -run Readme -update`" + `); do not edit.

A file says what it says and nothing is added: what a tool does not record is null in the artifact and "not recorded" on
the page. Bare ` + "`NaN`" + ` and ` + "`Infinity`" + ` become null. Required are the model and the date; ` + "`--set`" + ` and ` + "`--date`" + ` give what a file lacks.

| ` + "`--format`" + ` | tool | versions | what is read | how its definitions differ from ours |
|---|---|---|---|---|
`

const readmeTail = `
Beside results lie files that are none: telemetry, prompts, what Prometheus saw of the server. They are left, and it is said
why. A file of several runs gives an artifact for each. Fields that no reader knows are kept in ` + "`source.extra`" + `, at most 128 of
them and 16 KB. Gzip, byte order marks, UTF-16, bare words, appended objects and a last line that is cut off are taken as they
come; trailing commas are not. Files are read as a stream: of a file of 1 GB no more than 512 MB is held. Beyond 200,000 requests
the records are left out (` + "`source.extra.records_left_out`" + `); the figures are of all. Rates are checked against the counts and the duration
of the same file to 1e-6; one that breaks this stays, and the notice ` + "`import-contradicts`" + ` shows both numbers.

## Pages checked by hand

Each figure was read from the file and compared with the page of the run; ` + "`testdata/samples_load.tsv`" + ` holds 90 runs to theirs.

| file | what it says | what the page says |
|---|---|---|
| vLLM 0.25.1 ` + "`bench serve`" + `, 8 requests | output_throughput 82.893, request_throughput 5.181, median_ttft_ms 55.681, median_itl_ms 10.493, p99_ttft_ms 734.4 | 82.89 tokens/s, 5.18 req/s, TTFT p50 55.7 ms, ICL p50 10.5 ms, no ITL; p99 of 8 requests not shown |
| the same, all requests failed | every latency 0.0 | no latency, status failed, notice ` + "`zero-latency-import`" + ` |
| InferenceX gpt-oss-120b, c = 128 | output_throughput 8368.28, median_e2el_ms 15410.8, p99_ttft_ms 1515.17, p99_itl_ms 18.65 | 8,368.3 tokens/s, E2E p50 15.41 s, TTFT p99 1,515 ms, ICL p99 18.7 ms |
| InferenceX fork in seconds, GLM-5, c = 16 | median_ttft 3.138, p99_e2el 30.150, median_tpot 0.1411 | TTFT p50 3.14 s, E2E p99 30.15 s, TPOT p50 141 ms |
| wrapped DeepSeek-R1, c = 16 | output_token_throughput 1068.15, median_itl_ms 99.07, median_tpot_ms 13.30 | 1,068.2 tokens/s, ICL p50 99.1 ms, TPOT p50 13.3 ms, notice ` + "`chunks-are-not-tokens`" + ` |
| SGLang Qwen2.5-3B, c = 32, native backend | output_throughput 3190.94, median_itl_ms 3.917, p99_itl_ms 41.317 | 3,190.9 tokens/s, ITL p50 3.92 ms, p99 41.32 ms |
| GuideLLM 0.2, synchronous | 46 successful in 29.997 s, requests_per_second 1.548, inter_token_latency p50 4.924 ms, time_per_output_token 4.886 ms | 1.53 req/s, TPOT p50 4.92 ms, notice with 1.548 against 1.533 |
| AIPerf Qwen3-0.6B, c = 2 | output_token_throughput 100.65, inter_token_latency p50 18.52 ms, inter_chunk_latency p99 21.81 ms, request_latency p95 4098 ms | 100.65 tokens/s, TPOT p50 18.5 ms, ICL p95 20.5 ms (p99 of 64 requests not shown), E2E p95 4.10 s |
| inference-perf stage 1, 37.97 req/s asked | requests_per_sec 37.676, TTFT p99 0.04573 s, time_per_output_token median 0.00409 s, inter_token_latency median 0.0000366 s | 37.68 req/s, TTFT p99 45.7 ms, TPOT p50 4.09 ms, no ITL and no ICL |
| llmperf Llama-3-8B, c = 16 | mean_output_throughput 276.30, 94.66 requests a minute, ttft p50 1.153 s | 276.30 tokens/s, 1.58 req/s, TTFT p50 1.15 s, no TPOT |
| genai-perf, not streamed | output_token_throughput 12277.7, request_latency p50 4355.9 ms, time_to_first_token the same | 12,278 tokens/s, E2E p50 4.36 s, no TTFT |
| EvalScope perf, c = 10 | Output token throughput 259.5567, Average latency 39.4105 s, Average time per output token 0.0374 s | 259.56 tokens/s, E2E mean 39.41 s, TPOT mean 37.4 ms |
| lm-eval 0.4.12, GSM8K, Gemma 4 26B | exact_match,strict-match 0.95167, stderr 0.0087630; flexible-extract 0.95; sample_len 600, original 1319 | 95.2 % (571/600), first 600 of 1,319 items, 93.1–96.6 %; 0.9517 ± 0.0088 and 0.9500 ± 0.0089, each beside its filter |
| lm-eval 0.4.12, IFEval, Gemma 4 26B | prompt_level_strict_acc 0.89464, stderr 0.013212; inst_level_strict_acc 0.92926, stderr "N/A"; 541 prompts | 89.5 % (484/541); 0.8946 ± 0.0132; inst_level_strict_acc 0.9293, stderr and n unknown |
| lm-eval 0.4.12, MMLU-Pro group, Qwen3.6 27B, limit 50 | mmlu_pro 0.855714, stderr 0.0129957, sample_count 700; biology 0.98 of 50 | 85.6 % (599/700), first 700 of 12,032 items, notice ` + "`macro-mean-of-limit`" + `; biology 0.9800 ± 0.0200, n 50 |
| lm-eval 0.4.0, EusExams group, mGPT 13B | eus_exams_eu acc,none 0.257250, stderr 0.0298818, no n | 25.7 %, 19.9–31.6 % from the stderr, n unknown; 29 subjects below it |
| lm-eval 0.2, 66 tasks, Pythia 1.4B | wikitext word_perplexity 18.02022, byte_perplexity 1.717250, bits_per_byte 0.780100 | 18.020, a number and no percentage, no interval; the other two beside it |
| lm-eval 0.3, CrowS-Pairs, Pythia | crows_pairs_french_age likelihood_difference 2.889236, stderr 0.275130 | 2.889, 2.350–3.428; pct_stereotype 0.5111 ± 0.0530 beside it |
| lm-eval 0.4.9.2, AIME 2024 thinking, Qwen3 32B | exact_match,none 0.0, stderr 0.0, 30 of 30 | 0.0 % (0/30), 0.0–11.4 % by Wilson: a stderr of 0 is no certainty |
| inspect 0.3.95, popularity, GPT-4o mini | status cancelled; accuracy 0.66667, stderr 0.33333; 3 samples of 100, C C I, all stop | 66.7 % (2/3), first 3 of 100, 20.8–93.9 %, interrupted; 2 right, 1 wrong, 0 truncated, unparsed unknown |
| inspect 0.3.42 .eval, 2 epochs, Llama 3.1 405B | accuracy 0.75, stderr 0.25; total_samples 4, reduced 0.5 and 1.0 | 75.0 %, n 2 (items, not samples), 26.0–100.0 % from the stderr; 3 right and 1 wrong of 4 replies |
| EvalScope report v2, Qwen-Plus | general_mcq score 1.0, num 1; iquiz: no metrics | 100.0 % (1/1), 20.7–100.0 %; iquiz N/A: the report holds no metric |
`

func readme() string {
	var b strings.Builder
	b.WriteString(readmeHead)
	cell := func(s string) string {
		return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(s)
	}
	for _, r := range Readers() {
		var differences []string
		for _, d := range r.Differences {
			differences = append(differences, cell(d.EN)+" · "+cell(d.ZH))
		}
		versions := cell(r.Versions)
		if r.Unseen != "" {
			versions += "<br>*form read from documentation, no real file seen:* " + cell(r.Unseen)
		}
		b.WriteString("| `" + r.Name + "` | " + r.Tool + " | " + versions + " | " + cell(r.Reads) + " | " + strings.Join(differences, "<br>") + " |\n")
	}
	b.WriteString(readmeTail)
	b.WriteString("\n`--set` takes: `" + strings.Join(SetKeys(), "`, `") + "`.\n")
	return b.String()
}

func TestReadme(t *testing.T) {
	want := readme()
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil || string(got) != want {
		t.Errorf("README.md is not what the readers say (%v); run this test with -update", err)
	}
	for _, r := range Readers() {
		for _, d := range r.Differences {
			if d.EN == "" || d.ZH == "" {
				t.Errorf("%s: a difference in one language only: %+v", r.Name, d)
			}
		}
	}
}

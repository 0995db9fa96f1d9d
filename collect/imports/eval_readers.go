package imports

import (
	"bytes"
	"regexp"
)

// evalReaders lists the readers of evaluations in the order in which they are
// asked: the forms that say most of themselves first, lm-evaluation-harness, whose
// old files say next to nothing, last.
func evalReaders() []Reader {
	return []Reader{
		evalOpenAI, pass1, perplexity, inspectLog, evalscopeReport, lightEval, nemoSkills, evalPlus, bigCode, simpleEvals,
		liveCodeBench, liveBench, nemoEvaluator, lmEval,
	}
}

// listOf is the beginning of a list of texts, or of lists of texts.
var (
	listOfTexts = regexp.MustCompile(`^\s*\[\s*"`)
	listOfLists = regexp.MustCompile(`^\s*\[\s*\[\s*"`)
)

// evalAsides are files that lie beside results of evaluations.
var evalAsides = []aside{{
	func(h *Head) bool { return h.has("doc_id", "resps") },
	"holds samples of lm-evaluation-harness; give the results file beside it, which reads them",
}, {
	func(h *Head) bool { return listOfLists.Match(h.Bytes) },
	"is a list of lists of texts, as bigcode-evaluation-harness saves what a model generated: nothing in it is judged; give its evaluation_results.json",
}, {
	func(h *Head) bool { return listOfTexts.Match(h.Bytes) },
	"is a list of texts, as bigcode-evaluation-harness saves its references: it holds no score; give its evaluation_results.json",
}, {
	func(h *Head) bool {
		return h.has("test_cases") && (h.mentions("metric_class") || h.mentions("expected_output"))
	},
	"is a table of test cases for a metric (lighteval), not the result of a run",
}, {
	func(h *Head) bool { return h.has("semantics", "samples") && h.mentions("display_kind") },
	"is a table of how EvalScope shows numbers, not a report; reports lie in reports/<model>/",
}, {
	func(h *Head) bool { return h.has("index", "sample_score") || h.has("index", "model_output") },
	"holds predictions or reviews of EvalScope; give the report, reports/<model>/<dataset>.json",
}, {
	func(h *Head) bool { return bytes.HasPrefix(h.Bytes, []byte("PAR1")) },
	"is Parquet, as lighteval keeps its items; give the results_*.json of the run",
}, {
	func(h *Head) bool { return h.has("question_id", "answer_id", "choices") },
	"holds answers of LiveBench, not judgments; give model_judgment/*.jsonl",
}, {
	func(h *Head) bool { return h.has("pass@1", "detail") },
	"holds pass@k of LiveCodeBench by index; give the _eval_all.json beside it, which says which problem is which",
}, {
	func(h *Head) bool {
		return h.has("generation", "predicted_answer") || h.has("generation", "expected_answer")
	},
	"holds replies of NeMo-Skills; give the metrics.json of the run",
}, {
	func(h *Head) bool {
		return h.has("task_id") && h.hasAny("solution", "completion") && !h.has("base_status")
	},
	"holds solutions that were not run yet; give the _eval_results.json of EvalPlus",
}}

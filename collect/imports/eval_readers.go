package imports

// evalReaders lists the readers of evaluations in the order in which they are
// asked.
func evalReaders() []Reader {
	return []Reader{evalOpenAI, lmEval}
}

// evalAsides are files that lie beside results of evaluations.
var evalAsides = []aside{{
	func(h *Head) bool { return h.has("doc_id", "resps") },
	"holds samples of lm-evaluation-harness; give the results file beside it, which reads them",
}}

package dataset

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// Severity says how a notice weighs on a figure.
type Severity string

// The severities, the weightiest first: do not use the figure, read with care,
// read on.
const (
	Invalid Severity = "invalid"
	Warn    Severity = "warn"
	Info    Severity = "info"
)

func (s Severity) rank() int {
	return slices.Index([]Severity{Invalid, Warn, Info}, s)
}

// Notice is a known trap found in the data of one run or of a comparison.
//
// Slots holds raw figures by the slot names of the catalogue of words: int,
// float64 (seconds, shares), string, []string. A slot whose figure is unknown
// is nil. Fields names what differs in a comparison, with both values.
type Notice struct {
	Code     string
	Severity Severity
	Slots    map[string]any
	Task     string   // the task of an evaluation that it is about, or ""
	Runs     []*Run   // the runs it is about
	Fields   []Field  // differing fields of comparison notices
	More     []Notice // of [Merge]: the same code and task with other figures
}

// Gather puts the notices of several runs into one list: equal ones (code,
// task and figures) become one with all their runs. The weightiest come first, then the
// order in which the rules are listed.
func Gather(lists ...[]Notice) []Notice {
	var out []Notice
	at := map[string][]int{} // code -> places in out
	for _, list := range lists {
	next:
		for _, n := range list {
			for _, i := range at[n.Code] {
				if out[i].Task == n.Task && reflect.DeepEqual(out[i].Slots, n.Slots) && reflect.DeepEqual(out[i].Fields, n.Fields) {
					for _, r := range n.Runs {
						if !slices.Contains(out[i].Runs, r) {
							out[i].Runs = append(out[i].Runs, r)
						}
					}
					continue next
				}
			}
			n.Runs = slices.Clone(n.Runs)
			at[n.Code] = append(at[n.Code], len(out))
			out = append(out, n)
		}
	}
	sortNotices(out)
	return out
}

// Merge is [Gather] with one notice for each code and task: the first keeps its
// figures and takes all runs, those with other figures follow in its More.
func Merge(lists ...[]Notice) []Notice {
	var out []Notice
	for _, n := range Gather(lists...) {
		i := slices.IndexFunc(out, func(o Notice) bool { return o.Code == n.Code && o.Task == n.Task && o.Severity == n.Severity })
		if i < 0 {
			out = append(out, n)
			continue
		}
		out[i].More = append(out[i].More, n)
		for _, r := range n.Runs {
			if !slices.Contains(out[i].Runs, r) {
				out[i].Runs = append(out[i].Runs, r)
			}
		}
	}
	return out
}

func sortNotices(list []Notice) {
	slices.SortStableFunc(list, func(a, b Notice) int {
		return cmp.Or(
			cmp.Compare(a.Severity.rank(), b.Severity.rank()),
			cmp.Compare(codeOrder(a.Code), codeOrder(b.Code)),
			cmp.Compare(a.Task, b.Task),
			cmp.Compare(fmt.Sprint(a.Slots), fmt.Sprint(b.Slots)), // fmt sorts map keys
		)
	})
}

// Codes lists every code that a rule of this package can raise, in the order in
// which notices of one severity are shown.
var Codes = []string{
	"withdrawn", "interrupted", "client-bound", "scorer-differs", "zero-latency-import",
	"simulated", "no-isolation", "protocol-mismatch", "server-args-differ", "engine-version-differs", "environment-differs", "tool-differs",
	"as-published-scorer", "answer-only", "truncated-answers", "think-not-closed", "unparsed-answers", "judge-undecided", "judge-is-subject", "small-n",
	"filter-changes-ranking", "macro-mean-of-limit", "failed-requests", "rate-not-reached", "identical-prompts",
	"prefix-cache-hot", "single-repeat", "start-burst", "few-requests", "chunks-are-not-tokens", "import-contradicts", "no-environment",
	"not-streamed", "output-capped", "identical-outputs", "unknown-parameters", "imported-no-raw",
}

func codeOrder(code string) int {
	if i := slices.Index(Codes, code); i >= 0 {
		return i
	}
	return len(Codes)
}

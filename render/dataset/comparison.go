package dataset

import "benchsite/render/stats"

// Verdict says whether two values agree.
type Verdict string

// The verdicts. Unknown on either side is never "same".
const (
	Same    Verdict = "same"
	Differs Verdict = "differs"
	Unknown Verdict = "unknown"
)

// Field is one setting of two runs. A and B are JSON values, nil when unknown
// or not set.
type Field struct {
	Name    string
	A, B    any
	Verdict Verdict
}

// Comparison relates B to the baseline A: ratios are B / A, differences B − A.
type Comparison struct {
	A, B       *Run   // the newest of each side
	RunsA      []*Run // all repeats of each side, newest first
	RunsB      []*Run
	Comparable bool // protocols agree as far as recorded; without it there is no ratio and no test
	AsRecorded bool // comparable, with parameters that were not recorded on at least one side

	Protocol    []Field // differing first, then unknown, then same; by name within each
	Arguments   []Field // server arguments and parallelism
	Environment []Field // host, accelerators, driver, CUDA, topology
	Subject     []Field // subject fields: precision, engine_version …

	Load    []MetricPair // load tests: metrics that both sides have
	Tasks   []TaskPair   // evaluations: tasks that both sides did
	Notices []Notice
}

// Differing returns the names of the protocol parameters that differ.
func (c *Comparison) Differing() []Field { return differing(c.Protocol) }

func differing(fields []Field) []Field {
	var out []Field
	for _, f := range fields {
		if f.Verdict == Differs {
			out = append(out, f)
		}
	}
	return out
}

// MetricPair is one metric of a load test on both sides. With repeats A and B
// are medians. Ratio and Relative are NaN when the runs do not compare or A is
// zero.
type MetricPair struct {
	Path     string // into the artifact
	Term     string // key of the metric
	Part     string // "p50", "mean" … of a latency, else ""
	Kind     Kind
	A, B     float64
	SpreadA  stats.Repeats
	SpreadB  stats.Repeats
	Ratio    float64 // B / A
	Relative float64 // (B − A) / A
	Better   Direction
	P        float64 // Mann–Whitney over the repeats
	Tested   bool    // P is known: at least 4 repeats on each side
}

// TaskPair is one task on both sides.
type TaskPair struct {
	Task       string
	RunA, RunB *Run
	A, B       *Score
	Comparable bool // same items, protocol and scorer as far as recorded
	ScorerSame bool

	Paired   *PairedResult   // by item records of both sides, each item asked once; nil without them
	Means    *MeanPair       // in its place where items were asked several times or share a stem
	Unpaired *UnpairedResult // from the totals, when there are no records
	Texts    *TextsResult    // of perplexity, window by window
}

// TextsResult compares how probable two models find the same windows of texts.
// Ratio is perplexity of B / perplexity of A: above 1, B likes them less.
type TextsResult struct {
	N      int // windows rated on both sides with the same number of tokens
	Apart  int // windows left out: rated on one side only, or cut into other tokens
	Tokens int64
	Ratio  float64
	Lo, Hi float64 // 95 % interval of Ratio: Student's t on the paired differences, texts as units
	Known  bool    // Lo and Hi are known
	Found  bool    // the interval leaves out 1
}

// Tested reports whether a test of the task was made, and whether it found a
// difference.
func (t *TaskPair) Tested() (found, ok bool) {
	switch {
	case t.Paired != nil:
		return t.Paired.Found, true
	case t.Means != nil:
		return t.Means.Found, t.Means.Interval
	case t.Unpaired != nil:
		return t.Unpaired.Found, true
	}
	return false, false
}

// MeanPair compares the mean of each item on both sides. Its figures are of the
// differences B − A, one for each item; items that share a stem are one unit.
type MeanPair struct {
	stats.Mean
	Lo, Hi   float64 // by Student's t over the units
	Interval bool    // Lo and Hi are known: the differences are not all the same
	P        float64 // of the t test, where Interval is true
	Holm     float64
	Family   int
	Found    bool
	Repeats  int // the most that an item was asked on either side
}

// Pooled is a comparison over several tasks that ask the same questions, such as
// one suite in two languages: its units are the questions, not the answers.
type Pooled struct {
	A, B  *Run // of the first task
	Tasks []string
	MeanPair
}

// PairedResult compares the same items. Figures are of B − A. When the task
// pair is not comparable only the counts and flips are meant for readers.
type PairedResult struct {
	stats.Paired         // counts: OnlyA, OnlyB, Both, Neither, N
	Difference   float64 // share of B − share of A
	Lo, Hi       float64 // Newcombe paired interval of Difference
	P            float64 // exact two-sided McNemar test
	Holm         float64 // P corrected over the family; P when Family is 1
	Family       int     // number of tests in the family, this one included
	Found        bool    // Holm < 0.05

	Detectable      float64 // smallest difference the test could have seen, a share
	DetectableItems int
	DetectableOK    bool // false: no difference could have been seen with so few items

	Flips     []Flip // items that exactly one side has right, by item
	Identical int    // items whose outputs are the same text
	Outputs   int    // items with an output on both sides
	MissingA  int    // items that only B has
	MissingB  int    // items that only A has
}

// Flip is an item that exactly one side answered correctly.
type Flip struct {
	Task               string
	Item               string
	Hash               string
	Expected           string
	ExtractedA         string
	ExtractedB         string
	OutcomeA, OutcomeB string
	RightA             bool // right with A only; false: with B only
}

// UnpairedResult compares two shares without item records.
type UnpairedResult struct {
	CorrectA, NA int
	CorrectB, NB int
	Difference   float64 // B − A
	Lo, Hi       float64 // Newcombe interval
	Found        bool    // the interval leaves out 0
}

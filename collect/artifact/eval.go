package artifact

// Eval holds the scores of an evaluation: one entry per task.
type Eval struct {
	Tasks     []Task      `json:"tasks"`
	Tokens    *EvalTokens `json:"tokens"`
	DurationS *float64    `json:"duration_s"`
}

// EvalTokens sums tokens over all items.
type EvalTokens struct {
	Prompt    *int64 `json:"prompt,omitempty"`
	Output    *int64 `json:"output,omitempty"`
	Reasoning *int64 `json:"reasoning,omitempty"`
}

// TaskStatus says whether a task was asked at all.
type TaskStatus string

// The task statuses of schema 1.
const (
	TaskDone   TaskStatus = "done"
	TaskNotRun TaskStatus = "not_run"
)

// Task is one suite with its settings inside an evaluation.
type Task struct {
	Task     string     `json:"task"`
	Version  *string    `json:"version"`
	Status   TaskStatus `json:"status"`
	Reason   *string    `json:"reason"`                // why it was not run
	Why      *string    `json:"reason_code,omitempty"` // the kind of reason: gated, offline, missing, broken, changed …
	Dataset  Dataset    `json:"dataset"`
	Scorer   *Scorer    `json:"scorer"`
	NShot    *int64     `json:"n_shot"`
	Repeats  *int64     `json:"repeats"`
	Metrics  []Metric   `json:"metrics"`
	Outcomes *Outcomes  `json:"outcomes"`
	Groups   []Group    `json:"groups"`
	Judge    *TaskJudge `json:"judge,omitempty"` // of outcomes that a model decided
	Text     *TaskText  `json:"text,omitempty"`  // of perplexity
}

// Dataset names where the items come from. Items were asked, of Of in all.
type Dataset struct {
	Name     *string `json:"name"`
	Revision *string `json:"revision"`
	SHA256   *string `json:"sha256"`
	Split    *string `json:"split"`
	Items    *int64  `json:"items"`
	Of       *int64  `json:"of"`
}

// Scorer is the versioned rule that decided the outcomes.
type Scorer struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Metric is one figure of a task. Better is "higher" or "lower".
type Metric struct {
	Metric  string   `json:"metric"`
	Filter  *string  `json:"filter"`
	Value   *float64 `json:"value"`
	Stderr  *float64 `json:"stderr"`
	N       *int64   `json:"n"`
	Better  *string  `json:"better"`
	Primary bool     `json:"primary"`

	Clusters *int64 `json:"clusters,omitempty"` // independent units among the n, where items share a stem
}

// Outcomes counts items by what became of them. A count that the source cannot
// know is null.
type Outcomes struct {
	Correct   *int64 `json:"correct"`
	Wrong     *int64 `json:"wrong"`
	Unparsed  *int64 `json:"unparsed"`
	Truncated *int64 `json:"truncated"`
	Error     *int64 `json:"error"`
}

// Group is the score of one category of a task, or of one value of the label By.
type Group struct {
	Name    string   `json:"name"`
	By      string   `json:"by,omitempty"`
	N       *int64   `json:"n,omitempty"`
	Correct *int64   `json:"correct,omitempty"`
	Value   *float64 `json:"value,omitempty"`
	Tokens  *int64   `json:"tokens,omitempty"` // of perplexity: rated
	Bytes   *int64   `json:"bytes,omitempty"`  // likewise
	NLL     *float64 `json:"nll,omitempty"`    // likewise: nats a token
}

// Outcome is what became of one item.
type Outcome string

// The five outcomes. Only OutcomeCorrect counts as correct; none is guessed.
const (
	OutcomeCorrect   Outcome = "correct"
	OutcomeWrong     Outcome = "wrong"
	OutcomeUnparsed  Outcome = "unparsed"
	OutcomeTruncated Outcome = "truncated"
	OutcomeError     Outcome = "error"
)

// EvalRecord is one reply to one item. Question texts are never stored.
type EvalRecord struct {
	Task         string   `json:"task"`
	Item         string   `json:"item"`
	ItemHash     *string  `json:"item_hash"`
	PromptHash   *string  `json:"prompt_hash"`
	Repeat       int64    `json:"repeat"` // from 0
	Outcome      *Outcome `json:"outcome"`
	Extracted    *string  `json:"extracted"`
	Expected     *string  `json:"expected"`
	Output       *string  `json:"output"`
	Reasoning    *string  `json:"reasoning"`
	FinishReason *string  `json:"finish_reason"`
	PromptTokens *int64   `json:"prompt_tokens"`
	OutputTokens *int64   `json:"output_tokens"`
	LatencyS     *float64 `json:"latency_s"`
	Type         *string  `json:"type,omitempty"` // number, exact, contains … of suites that mix them
	Category     *string  `json:"category,omitempty"`
	Stem         *string  `json:"stem,omitempty"`   // items of one stem are one question in several forms
	Detail       *string  `json:"detail,omitempty"` // the scorer's own words on its verdict
	Code         *CodeRun `json:"code,omitempty"`   // of items that ask for a program

	// Labels put the item into further groups beside its category: platform.
	Labels map[string]string `json:"labels,omitempty"`

	Confidence *float64    `json:"confidence,omitempty"` // that the reply states for its answer, 0 to 1
	Judge      *Judgement  `json:"judge,omitempty"`      // on which the outcome rests
	Likelihood *Likelihood `json:"likelihood,omitempty"` // of a text, which has no reply
}

// Verdict is what became of a program.
type Verdict string

// The verdicts on a program. Only Passed counts as correct; HarnessError says that
// no verdict was reached through no fault of the program.
const (
	Passed       Verdict = "passed"
	WrongAnswer  Verdict = "wrong answer"
	RuntimeError Verdict = "runtime error"
	TimeOut      Verdict = "time-out"
	OutOfMemory  Verdict = "memory"
	OutputLimit  Verdict = "output limit"
	Killed       Verdict = "killed"
	HarnessError Verdict = "harness error"
)

// Verdicts lists all, the one that counts first.
func Verdicts() []Verdict {
	return []Verdict{Passed, WrongAnswer, RuntimeError, TimeOut, OutOfMemory, OutputLimit, Killed, HarnessError}
}

// CodeRun is what became of the program of a record when it was run on the tests
// of its item. The lists hold a value for each process that ran, in the order of
// the tests; tests after the first that fails are not run.
type CodeRun struct {
	Verdict     Verdict     `json:"verdict"`
	Tests       int64       `json:"tests"`
	Passed      int64       `json:"passed"`
	WallS       []float64   `json:"wall_s,omitempty"`
	CPUS        []float64   `json:"cpu_s,omitempty"`
	MemoryBytes []int64     `json:"memory_bytes,omitempty"` // the largest resident size
	Failed      *FailedTest `json:"failed,omitempty"`
}

// FailedTest is the first test that a program failed. Texts are cut to 2,000
// bytes.
type FailedTest struct {
	Test     int64  `json:"test"` // from 1; 0 = before any test
	Input    string `json:"input,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
}

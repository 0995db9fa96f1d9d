package collect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/eval"
	"benchsite/collect/simulate"
)

// Eval is one suite to ask of the subjects: the keys of [[eval]].
type Eval struct {
	Name        string         `toml:"name"`
	Subjects    []string       `toml:"subjects"` // none = all
	Suite       string         `toml:"suite"`    // a name, or a file that ends in .jsonl
	Data        string         `toml:"data"`     // folder with the published files of a standard suite; "" = the Hub
	Limit       int            `toml:"limit"`    // items of a stratified sample; 0 = all
	Repeats     int            `toml:"repeats"`  // 0 = 1
	Concurrency int            `toml:"concurrency"`
	MaxTokens   int64          `toml:"max_tokens"` // 0 = what the suite needs
	Temperature *float64       `toml:"temperature"`
	TopP        *float64       `toml:"top_p"`
	TopK        *int64         `toml:"top_k"`
	Seed        *int64         `toml:"seed"`
	Thinking    *bool          `toml:"thinking"`
	System      string         `toml:"system"` // system instruction before each item
	Scorer      string         `toml:"scorer"` // "" = the suite's own
	Isolation                  // of suites that ask for programs
	Timeout     Duration       `toml:"timeout"`
	ExtraBody   map[string]any `toml:"extra_body"`
	Judge       EvalJudge      `toml:"judge"`
	Window      int            `toml:"window"` // bytes of a text that are read at once; 0 = 8192
	Stride      int            `toml:"stride"` // bytes by which windows advance; 0 = window
}

// EvalKeys lists the keys of [[eval]] and of the table in it.
func EvalKeys() []string {
	keys := append(keysOf(reflect.TypeFor[Eval]()), keysOf(reflect.TypeFor[EvalJudge]())...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// defaultEvalTimeout bounds one answer; thoughts take their time.
const defaultEvalTimeout = 30 * time.Minute

// EvalPoint is one suite of one subject.
type EvalPoint struct {
	Subject Subject
	Eval    Eval
}

// String names the point for people: forty, sim-bf16.
func (p EvalPoint) String() string {
	name := p.Eval.Name
	if name == "" {
		name = p.Eval.Suite
	}
	if p.Subject.Name != "" {
		name += ", " + p.Subject.Name
	}
	return name
}

// Simulated reports whether the point is of the embedded endpoint.
func (p EvalPoint) Simulated() bool {
	_, _, ok, _ := simulate.Parse(p.Subject.Endpoint)
	return ok
}

// PlanEvals lays out the evaluations of a configuration, suite by suite.
func PlanEvals(subjects []Subject, evals []Eval) []EvalPoint {
	var out []EvalPoint
	for _, e := range evals {
		for _, s := range subjects {
			if len(e.Subjects) == 0 || slices.Contains(e.Subjects, s.Name) {
				out = append(out, EvalPoint{s, e})
			}
		}
	}
	return out
}

// ValidateEvals returns what is wrong with evaluations, each fault a
// *FieldError. Those of a configuration are named, one that comes from flags is
// not.
func ValidateEvals(subjects []Subject, evals []Eval, named bool) []error {
	v := &validator{}
	var subjectNames, names []string
	for _, s := range subjects {
		subjectNames = append(subjectNames, s.Name)
	}
	for i, e := range evals {
		if named {
			v.at = fmt.Sprintf("eval[%d].", i)
			v.name(e.Name, names)
			names = append(names, e.Name)
		}
		for _, s := range e.Subjects {
			if !slices.Contains(subjectNames, s) {
				v.fault("subjects", "%q is no subject; there are %s%s", s, quoted(subjectNames), nearest(s, subjectNames))
			}
		}
		e.validate(v)
	}
	return v.faults
}

func (e Eval) validate(v *validator) {
	switch {
	case e.Suite == "":
		v.fault("suite", "is missing: one of %s, or a file that ends in .jsonl or .txt", quoted(eval.SuiteNames()))
	case !eval.IsFile(e.Suite) && !e.known():
		v.fault("suite", "%q is no suite; there are %s, or a file that ends in .jsonl or .txt%s", e.Suite, quoted(eval.SuiteNames()), nearest(e.Suite, eval.SuiteNames()))
	}
	for _, n := range []struct {
		key   string
		value int64
	}{{"limit", int64(e.Limit)}, {"repeats", int64(e.Repeats)}, {"concurrency", int64(e.Concurrency)}, {"max_tokens", e.MaxTokens}, {"timeout", int64(e.Timeout)}, {"window", int64(e.Window)}, {"stride", int64(e.Stride)}} {
		if n.value < 0 {
			v.fault(n.key, "must not be negative")
		}
	}
	if e.Temperature != nil && (*e.Temperature < 0 || *e.Temperature > 2) {
		v.fault("temperature", "is %v, must be from 0 to 2", *e.Temperature)
	}
	if e.TopP != nil && (*e.TopP <= 0 || *e.TopP > 1) {
		v.fault("top_p", "is %v, must be above 0 and at most 1", *e.TopP)
	}
	if e.Scorer != "" {
		if _, err := eval.ScorerByName(e.Scorer); err != nil {
			v.fault("scorer", "%v", err)
		}
	}
	if e.Window > 0 && e.Stride > e.Window {
		v.fault("stride", "is %d, must not be above the window of %d bytes", e.Stride, e.Window)
	}
	if e.Window > 0 && e.Window < 64 {
		v.fault("window", "is %d bytes, must be at least 64", e.Window)
	}
	e.Judge.validate(v)
	e.Isolation.validate(v)
}

// SingleEval is the evaluation of one subject that come from flags, so that
// neither needs a name. Faults are *FieldError without a path.
func SingleEval(s Subject, e Eval) ([]EvalPoint, error) {
	v := &validator{}
	s.validate(v)
	e.validate(v)
	if len(v.faults) > 0 {
		return nil, errors.Join(v.faults...)
	}
	return []EvalPoint{{s, e}}, nil
}

// EvalEvent is news of running evaluations.
type EvalEvent struct {
	Kind     EventKind // EventStart, EventTick, EventDone, EventSkip, EventFail, EventNote
	Point    EvalPoint
	Index    int
	Total    int
	Snapshot eval.Snapshot
	ID       string
	Err      error
	Note     string
}

// EvalResult is what became of one point.
type EvalResult struct {
	Point    EvalPoint
	ID       string
	Artifact *artifact.Artifact // as stored; nil when skipped or not stored
	Skipped  bool
	Err      error // why there is no artifact, or why a suite was not run
	Usage    bool  // nothing was sent because the input is wrong
}

// EvalOutcome is what became of all.
type EvalOutcome struct {
	Results       []EvalResult
	Interrupted   bool
	MaxErrorShare float64
}

// ExitCode maps the outcome to the exit codes of the command line, as
// Outcome.ExitCode does.
func (o EvalOutcome) ExitCode() int {
	if o.Interrupted {
		return 130
	}
	usage, empty, faulty := 0, 0, 0
	for _, r := range o.Results {
		switch {
		case r.Usage:
			usage++
		case r.Artifact == nil && r.Err != nil, r.Artifact != nil && r.Artifact.Status == artifact.StatusFailed:
			empty++
		case r.Err != nil || r.Artifact != nil && r.short(o.MaxErrorShare):
			faulty++
		}
	}
	switch n := len(o.Results); {
	case n > 0 && usage == n:
		return 2
	case n > 0 && usage+empty == n:
		return 1
	case usage+empty+faulty > 0:
		return 3
	}
	return 0
}

// Whole reports whether every evaluation gave what was planned.
func (o EvalOutcome) Whole() bool { return !o.Interrupted && o.ExitCode() == 0 }

// short reports whether an evaluation gave less than was planned.
func (r EvalResult) short(share float64) bool {
	if r.Artifact.Status != artifact.StatusComplete {
		return true
	}
	for _, t := range r.Artifact.Eval.Tasks {
		if t.Status != artifact.TaskDone {
			return true
		}
		if t.Text != nil || t.Outcomes == nil {
			return t.Outcomes != nil && t.Outcomes.Error != nil && float64(*t.Outcomes.Error) > share*float64(*t.Dataset.Items)
		}
		var n int64
		for _, c := range []*int64{t.Outcomes.Correct, t.Outcomes.Wrong, t.Outcomes.Unparsed, t.Outcomes.Truncated, t.Outcomes.Error} {
			n += *c
		}
		if float64(*t.Outcomes.Error) > share*float64(n) {
			return true
		}
	}
	return false
}

// evalKey identifies what decides the result of a simulated evaluation.
func (p EvalPoint) key(s *eval.Suite, rule eval.Scorer) string {
	profile, options, _, _ := simulate.Parse(p.Subject.Endpoint)
	subject, e := p.Subject, p.Eval
	subject.Color, e.Subjects = "", nil
	b, err := json.Marshal([]any{"eval", subject, e, s.ItemsHash(), rule.String(), profile, options, simulate.Version})
	if err != nil { // only extra_body can hold what is not JSON, and TOML cannot write that
		b = fmt.Appendf(nil, "%v", p)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// planKey identifies the point within a plan, before its suite is loaded.
func (p EvalPoint) planKey() string {
	subject, e := p.Subject, p.Eval
	subject.Color, e.Subjects = "", nil
	b, err := json.Marshal([]any{"eval", subject, e})
	if err != nil {
		b = fmt.Appendf(nil, "%v", p)
	}
	h := sha256.Sum256(b)
	return "eval " + hex.EncodeToString(h[:8])
}

// EvalOptions is what evaluations need beside RunOptions.
type EvalOptions struct {
	RunOptions
	Source eval.Source // of the suites that are not built in; Folder is set by each evaluation
	Retry  eval.Retry
}

// RunEvals runs the points in order and stores each as it ends. A point that
// fails is a result; the error is only about the store.
func RunEvals(ctx context.Context, points []EvalPoint, store *artifact.Store, progress func(EvalEvent), o EvalOptions) (out EvalOutcome, faulty error) {
	if progress == nil {
		progress = func(EvalEvent) {}
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if len(o.Only) > 0 {
		points = slices.DeleteFunc(slices.Clone(points), func(p EvalPoint) bool {
			return !slices.Contains(o.Only, p.Eval.Name) && !slices.Contains(o.Only, p.Subject.Name)
		})
	}
	if o.Source.Cache == "" {
		o.Source.Cache = filepath.Join(store.StateDir(), "datasets")
	}
	r := &evalRunner{store: store, options: o, suites: map[string]*eval.Suite{}, workshops: map[Isolation]workshop{}}
	var err error
	if r.done, err = r.collected(points); err != nil {
		return EvalOutcome{}, err
	}
	defer func() { faulty = errors.Join(faulty, r.closeWorkshops()) }()
	out = EvalOutcome{MaxErrorShare: o.MaxErrorShare}
	for i, p := range points {
		if ctx.Err() != nil {
			break
		}
		tell := func(kind EventKind, change func(*EvalEvent)) {
			e := EvalEvent{Kind: kind, Point: p, Index: i, Total: len(points)}
			change(&e)
			progress(e)
		}
		res, err := r.point(ctx, p, tell)
		if res != nil {
			out.Results = append(out.Results, *res)
		}
		if err != nil {
			return out, err
		}
	}
	out.Interrupted = ctx.Err() != nil
	return out, nil
}

// refusedEval tells a faulty input from a failure.
func refusedEval(err error) bool {
	var fault *artifact.Fault
	var unfit *eval.Unfit
	var e *endpoint.Error
	return errors.As(err, &fault) || errors.As(err, &unfit) || errors.As(err, &e) && e.Unsent()
}

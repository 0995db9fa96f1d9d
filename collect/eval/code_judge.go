package eval

import (
	"context"
	"runtime"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/collect/eval/code"
)

// CodeType is the type of items that ask for a program.
const CodeType = "code"

// codeRule is a rule whose verdicts come from running the program; see CodeJudge.
func codeRule(Reply) Verdict {
	return Verdict{Outcome: artifact.OutcomeError, Detail: "a program is run, not read"}
}

// Runs reports whether the rule leaves items of the type code to be run.
func (s Scorer) Runs() bool {
	return slices.Equal(s.Types, codeTypes) || s.Name == "typed" || s.Name == "typed-lenient"
}

// CodeJudge runs the programs of items of the type code.
type CodeJudge struct {
	judge *code.Judge
	kind  string
}

// NewCodeJudge takes a box that has passed its self-test. kind is its kind of
// isolation.
func NewCodeJudge(box code.Box, kind string) *CodeJudge {
	return &CodeJudge{&code.Judge{Box: box}, kind}
}

// Width is one program for each core.
func (*CodeJudge) Width() int { return runtime.NumCPU() }

// Protocol holds the isolation only where there is none: a program that nothing
// held back is not measured alike.
func (c *CodeJudge) Protocol() map[string]any {
	if c.kind == "none" {
		return map[string]any{"sandbox": c.kind}
	}
	return nil
}

// Judge finds the program in the reply and runs it.
func (c *CodeJudge) Judge(ctx context.Context, it Item, rec *artifact.EvalRecord) error {
	if it.Code == nil {
		rec.Outcome, rec.Detail = artifact.Ptr(artifact.OutcomeError), artifact.Ptr("the item has no tests")
		return nil
	}
	program, how := programOf(text(rec.Output), it.Code)
	rec.Code, rec.Detail, rec.Extracted = nil, nil, nil
	set := func(o artifact.Outcome, detail string) {
		if text(rec.FinishReason) == "length" && o != artifact.OutcomeCorrect && o != artifact.OutcomeError {
			o = artifact.OutcomeTruncated
		}
		rec.Outcome = &o
		if detail != "" {
			rec.Detail = &detail
		}
	}
	switch {
	case how == code.FoundNone:
		set(artifact.OutcomeUnparsed, "no program")
		return nil
	case how == code.FoundUnfinished && text(rec.FinishReason) != "stop":
		set(artifact.OutcomeTruncated, "the program is not finished")
		return nil
	}
	problem := *it.Code
	if it.Before != nil {
		problem.Preamble = it.Before(it.Earlier)
	}
	run, err := c.judge.Run(ctx, &problem, program)
	if err != nil {
		return err
	}
	rec.Extracted, rec.Code = &program, run
	detail := string(run.Verdict)
	switch run.Verdict {
	case artifact.Passed:
		set(artifact.OutcomeCorrect, "")
	case artifact.HarnessError:
		if run.Failed != nil && run.Failed.Got != "" {
			detail += ": " + run.Failed.Got
		}
		set(artifact.OutcomeError, detail)
	default:
		set(artifact.OutcomeWrong, detail)
	}
	return nil
}

// programOf is the program in a reply, thoughts left out.
func programOf(output string, p *code.Problem) (string, code.Found) {
	answer, _, open := SplitThink(output)
	if open {
		return "", code.FoundNone
	}
	return code.Extract(answer, p.Names()...)
}

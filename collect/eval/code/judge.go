package code

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/sandbox"
)

// Box runs programs; *sandbox.Box is one.
type Box interface {
	Run(ctx context.Context, p sandbox.Program) (sandbox.Result, error)
	Python() string
}

// Judge runs programs on the tests of problems. It is safe for use by several
// goroutines; the box bounds how many programs run at a time.
type Judge struct {
	Box Box
}

const (
	defaultSeconds = 10
	defaultMemory  = 1 << 30
	maxText        = 2000 // of an input, an expected value and what came, in bytes
)

// Run runs a program on all tests up to the first that fails. The error is the
// context's: the program was not judged.
func (j *Judge) Run(ctx context.Context, p *Problem, program string) (*artifact.CodeRun, error) {
	harness := func(err error) (*artifact.CodeRun, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return &artifact.CodeRun{Verdict: artifact.HarnessError, Failed: &artifact.FailedTest{Got: Bound(err.Error())}}, nil
	}
	if p.Needs != "" {
		return harness(errors.New(p.Needs))
	}
	tests, err := p.tests()
	if err != nil {
		return harness(err)
	}
	if len(tests) == 0 {
		return harness(errors.New("the item has no tests"))
	}
	if p.Preamble != "" && p.Form != Stdin {
		program = completed(p, program)
	}
	r := &artifact.CodeRun{Tests: int64(len(tests))}
	if p.Form == Assert {
		err = j.assert(ctx, p, tests, program, r)
	} else {
		err = j.each(ctx, p, tests, program, r)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return harness(err)
	}
	return r, nil
}

// completed puts the preamble before a program. A program that does not define
// what is asked for goes on where the preamble ends.
func completed(p *Problem, program string) string {
	return strings.TrimRight(p.Preamble, "\n") + "\n" + program + "\n"
}

// each runs the tests of the forms Stdin and Call, a process a test.
func (j *Judge) each(ctx context.Context, p *Problem, tests []Test, program string, r *artifact.CodeRun) error {
	for i, t := range tests {
		run := j.stdin
		if p.Form == Call {
			run = j.call
		}
		verdict, got, err := run(ctx, p, t, program, r)
		if err != nil {
			return err
		}
		if r.Verdict = verdict; verdict != artifact.Passed {
			r.Failed = &artifact.FailedTest{Test: int64(i + 1), Input: Bound(t.Input), Expected: Bound(t.Output), Got: Bound(got)}
			return nil
		}
		r.Passed++
	}
	return nil
}

func (j *Judge) limits(p *Problem) sandbox.Limits {
	wall := time.Duration(cmp.Or(p.Seconds, defaultSeconds) * float64(time.Second))
	return sandbox.Limits{Wall: wall, CPU: wall, MemoryBytes: cmp.Or(p.Memory, defaultMemory)}
}

func (j *Judge) stdin(ctx context.Context, p *Problem, t Test, program string, r *artifact.CodeRun) (artifact.Verdict, string, error) {
	limits := j.limits(p)
	limits.OutputBytes = 4<<20 + 2*int64(len(t.Output))
	res, err := j.Box.Run(ctx, sandbox.Program{
		Files: map[string][]byte{"run.py": script("stdin"), "program.py": []byte(program), "prelude.py": []byte(p.prelude())},
		Argv:  []string{j.Box.Python(), "-I", "-B", "/box/run.py"}, Stdin: []byte(t.Input), Limits: limits,
	})
	if err != nil {
		return "", "", err
	}
	note(r, res)
	switch verdict := ended(res); {
	case verdict != artifact.Passed:
		return verdict, fault(res), nil
	case !SameOutput(strings.ToValidUTF8(string(res.Stdout), "\ufffd"), t.Output):
		return artifact.WrongAnswer, string(res.Stdout), nil
	}
	return artifact.Passed, "", nil
}

// ended is the verdict that the end of a process alone allows: Passed means that
// nothing speaks against the program yet.
func ended(res sandbox.Result) artifact.Verdict {
	switch res.End {
	case sandbox.Exited, sandbox.Stopped:
		if res.ExitCode > 0 {
			return artifact.RuntimeError
		}
		return artifact.Passed
	case sandbox.TimeOut:
		return artifact.TimeOut
	case sandbox.Memory:
		return artifact.OutOfMemory
	case sandbox.OutputLimit:
		return artifact.OutputLimit
	case sandbox.Killed:
		return artifact.Killed
	}
	return artifact.HarnessError
}

// fault is what a program said when it failed: the last lines of its errors.
func fault(res sandbox.Result) string {
	text := strings.TrimSpace(string(res.Stderr))
	if len(text) > maxText {
		text = "…" + text[len(text)-maxText+10:]
	}
	switch {
	case text != "":
		return text
	case res.ExitCode < 0 && res.Signal == "":
		return fmt.Sprintf("stopped after %.1f s", res.Wall.Seconds())
	case res.Signal != "":
		return "ended by " + res.Signal
	}
	return fmt.Sprintf("ended with code %d", res.ExitCode)
}

// note keeps what a process used.
func note(r *artifact.CodeRun, res sandbox.Result) {
	round := func(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
	r.WallS, r.CPUS = append(r.WallS, round(res.Wall)), append(r.CPUS, round(res.CPU))
	if res.MaxRSSBytes > 0 {
		r.MemoryBytes = append(r.MemoryBytes, res.MaxRSSBytes)
	}
}

// call runs one test of the form Call: the arguments go in and the value comes out
// over the channel, and the value is compared here.
func (j *Judge) call(ctx context.Context, p *Problem, t Test, program string, r *artifact.CodeRun) (artifact.Verdict, string, error) {
	var args []json.RawMessage
	for line := range strings.Lines(t.Input) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !json.Valid([]byte(line)) {
			return "", "", fmt.Errorf("the argument %s is no JSON", Bound(line))
		}
		arg, err := taggedJSON([]byte(line))
		if err != nil {
			return "", "", err
		}
		args = append(args, arg)
	}
	request, err := json.Marshal(map[string]any{"q": "load", "entry": p.Entry, "args": args, "prelude": p.prelude()})
	if err != nil {
		return "", "", err
	}
	var answer []byte
	res, err := j.Box.Run(ctx, sandbox.Program{
		Files: map[string][]byte{"run.py": script("peer", "science", "call"), "program.py": []byte(program)},
		Argv:  []string{j.Box.Python(), "-I", "-B", "/box/run.py"}, Limits: j.limits(p),
		Control: func(ctx context.Context, rw Channel) error {
			err := writeFrame(rw, request)
			if err == nil {
				answer, err = readFrame(rw)
			}
			return err
		},
	})
	if err != nil {
		return "", "", err
	}
	note(r, res)
	var m reply
	if answer == nil || json.Unmarshal(answer, &m) != nil {
		return unanswered(res)
	}
	if m.Error != nil {
		return thrown(m.Error), m.Error.String(), nil
	}
	ok, err := SameValue(m.Value, t.Output)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return artifact.WrongAnswer, readable(m.Value), nil
	}
	return artifact.Passed, "", nil
}

// unanswered is the verdict on a program that ended without a value.
func unanswered(res sandbox.Result) (artifact.Verdict, string, error) {
	if v := ended(res); v != artifact.Passed {
		return v, fault(res), nil
	}
	return artifact.RuntimeError, "the program ended before it returned a value", nil
}

// thrown is the verdict on an exception of the program.
func thrown(e *exception) artifact.Verdict {
	if e.Type == "MemoryError" {
		return artifact.OutOfMemory
	}
	return artifact.RuntimeError
}

// Bound cuts a text to what a record may keep.
func Bound(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText/2], "") + "\n…\n" + strings.ToValidUTF8(s[len(s)-maxText/2+8:], "")
}

// readable shows a value of the channel to people: plain JSON where it is that.
func readable(raw json.RawMessage) string {
	var b bytes.Buffer
	if v, err := decodeJSON(raw); err == nil {
		if plain, err := json.Marshal(plainOf(unpack1(v))); err == nil {
			return string(plain)
		}
	}
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

package code

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/sandbox"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sentence is the last message of the box that holds the tests.
type sentence struct {
	Verdict  artifact.Verdict `json:"verdict"`
	Tests    int64            `json:"tests"` // that passed
	Input    string           `json:"input"`
	Expected string           `json:"expected"`
	Got      string           `json:"got"`
}

// side is one of the two boxes.
type side struct {
	channel chan Channel  // once, when the program is there
	release chan struct{} // closed when the channel is no longer needed
	done    chan struct{} // closed when the program has ended
	result  sandbox.Result
	err     error
}

// start runs a program in the background and hands out its channel.
func (j *Judge) start(ctx context.Context, p sandbox.Program) *side {
	s := &side{channel: make(chan Channel, 1), release: make(chan struct{}), done: make(chan struct{})}
	p.Argv = []string{j.Box.Python(), "-I", "-B", "/box/run.py"}
	p.Control = func(ctx context.Context, rw Channel) error {
		s.channel <- rw
		select {
		case <-s.release:
		case <-ctx.Done():
		}
		return nil
	}
	go func() {
		defer close(s.done)
		s.result, s.err = j.Box.Run(ctx, p)
	}()
	return s
}

// open waits until the program is there; nil when it never came.
func (s *side) open() Channel {
	select {
	case c := <-s.channel:
		return c
	case <-s.done:
		return nil
	}
}

// assert runs the tests in one box and the program in another, and carries the
// messages between them. Only the box of the tests can say the verdict.
func (j *Judge) assert(ctx context.Context, p *Problem, tests []Test, program string, r *artifact.CodeRun) error {
	task := map[string]any{"entry": p.Entry, "setup": p.Setup, "prelude": p.prelude(), "depth": 10000, "science": p.Step != ""}
	var sources []string
	for _, t := range tests {
		sources = append(sources, t.Source)
	}
	task["tests"] = sources
	holder := sandbox.Program{Limits: j.limits(p), ReadOnly: map[string]string{}}
	if p.Step != "" {
		task["targets"] = p.Step
		holder.ReadOnly["test_data.h5"] = p.TargetsFile
	}
	data, err := json.Marshal(task)
	if err != nil {
		return err
	}
	holder.Files = map[string][]byte{"run.py": script("peer", "science", "targets", "check"), "tests.json": data}
	// The tests have no limit of their own to come up to before the program's.
	holder.Limits.Wall, holder.Limits.CPU = 2*holder.Limits.Wall+30*time.Second, 2*holder.Limits.CPU+30*time.Second
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	// The box of the tests has the turn, and the program runs on it: one of the two
	// waits while the other works.
	tester := j.start(ctx, holder)
	asks := tester.open()
	candidate := j.start(ctx, sandbox.Program{
		Files: map[string][]byte{"run.py": script("peer", "science", "serve"), "program.py": []byte(program)}, Limits: j.limits(p), Companion: true,
	})
	answers := candidate.open()
	var said *sentence
	var lost error
	heard := 0 // messages of the program
	if asks != nil && answers != nil {
		said, heard, lost = relay(asks, answers)
	}
	close(candidate.release)
	<-candidate.done
	close(tester.release)
	<-tester.done
	if candidate.err == nil {
		note(r, candidate.result)
	}
	if said == nil {
		return j.broken(tester, candidate, heard, lost, r)
	}
	r.Verdict, r.Passed = said.Verdict, min(said.Tests, int64(len(tests)))
	switch said.Verdict {
	case artifact.Passed:
		r.Passed = int64(len(tests))
		return nil
	case artifact.HarnessError:
		return errors.New(said.Got)
	}
	if said.Verdict == artifact.RuntimeError && (len(said.Got) >= 11 && said.Got[:11] == "MemoryError") {
		r.Verdict = artifact.OutOfMemory
	}
	r.Failed = &artifact.FailedTest{Test: r.Passed + 1, Input: Bound(said.Input), Expected: Bound(said.Expected), Got: Bound(said.Got)}
	return nil
}

var errProgramGone = errors.New("the program is gone")

// relay carries messages, in turn, until the tests have spoken. heard is how many
// came from the program.
func relay(tests, program Channel) (said *sentence, heard int, err error) {
	for ; ; heard++ {
		m, err := readFrame(tests)
		if err != nil {
			return nil, heard, err
		}
		if bytes.HasPrefix(m, []byte(`{"verdict"`)) {
			var s sentence
			if err := json.Unmarshal(m, &s); err != nil {
				return nil, heard, err
			}
			return &s, heard, nil
		}
		if writeFrame(program, m) != nil {
			return nil, heard, errProgramGone
		}
		if m, err = readFrame(program); err != nil {
			return nil, heard, errors.Join(errProgramGone, err)
		}
		if err := writeFrame(tests, m); err != nil {
			return nil, heard + 1, err
		}
	}
}

// broken is the verdict when the tests were not heard to their end. Once the
// program has sent anything it may be what ended them, with a value that takes all
// their memory or time, and is not excused.
func (j *Judge) broken(tester, candidate *side, heard int, lost error, r *artifact.CodeRun) error {
	if err := cmp.Or(candidate.err, tester.err); err != nil {
		return err
	}
	verdict := ended(candidate.result)
	got := fault(candidate.result)
	switch {
	case errors.Is(lost, errFrame):
		verdict, got = artifact.OutputLimit, "a value is too large to hand over"
	case !errors.Is(lost, errProgramGone) && verdict == artifact.Passed && tester.result.End == sandbox.TimeOut:
		verdict, got = artifact.TimeOut, "the tests did not come to an end"
	case !errors.Is(lost, errProgramGone) && verdict == artifact.Passed && heard > 0:
		verdict, got = artifact.RuntimeError, "the tests ended on what the program sent: "+fault(tester.result)
	case !errors.Is(lost, errProgramGone) && verdict == artifact.Passed:
		return errors.New("the tests ended without a verdict: " + fault(tester.result))
	case verdict == artifact.Passed:
		verdict, got = artifact.RuntimeError, "the program ended before the tests were done"
	}
	r.Verdict = verdict
	r.Failed = &artifact.FailedTest{Test: r.Passed + 1, Got: Bound(got)}
	return nil
}

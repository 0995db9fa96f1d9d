package sandbox

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
)

// The kinds of isolation.
const (
	Bubblewrap = "bwrap"
	None       = "none" // none at all: only with Options.Confirmed, and marked in Facts
)

// inside is the user and group of a program in the box: "nobody".
const inside = 65534

// Options choose the isolation and the interpreter.
type Options struct {
	Kind      string // "bwrap" (also "") or "none"
	Confirmed bool   // kind "none" is wanted in full knowledge
	// Python is the interpreter: a path (of the system or of a virtual
	// environment); "" takes /usr/bin/python3, then the first one in PATH.
	Python   string
	Packages []string // distributions whose versions Facts records
	// Parallel is how many programs run at a time; 0 means one for each core.
	Parallel int
}

// Refused says why no program can be run and what to do about it. It is no
// failure of a program: what needed the sandbox was not run.
type Refused struct {
	Reason string // a clause without a full stop
	Remedy string // a sentence
}

func (r *Refused) Error() string {
	return "no isolation for programs: " + r.Reason + ". " + r.Remedy
}

// turn waits until the program may run and returns what gives the turn back.
type turn func(context.Context) (done func(), err error)

// runner is one kind of isolation.
type runner interface {
	// run takes its turn, which waits, when all else stands ready.
	run(ctx context.Context, p Program, slot int, turn turn) (Result, error)
	facts() map[string]any
	io.Closer
}

// Box runs programs. It is safe for use by several goroutines.
type Box struct {
	runner runner
	gate   *gate
	python python
	facts  map[string]any
}

// Open finds what is needed and tests it by running hostile probes; see the
// package comment. The error is a *Refused unless the context ended or the
// options make no sense.
func Open(ctx context.Context, o Options) (*Box, error) {
	if o.Parallel <= 0 {
		o.Parallel = runtime.NumCPU()
	}
	var open func(python, int) (runner, error)
	switch o.Kind {
	case "", Bubblewrap:
		o.Kind, open = Bubblewrap, openBubblewrap
	case None:
		if !o.Confirmed {
			return nil, &Refused{
				Reason: `kind "none" runs programs nobody has read with all rights of this user, and was not confirmed`,
				Remedy: "Use bubblewrap; or confirm with the second flag, on a machine that holds nothing of worth.",
			}
		}
		open = openNone
	default:
		return nil, fmt.Errorf("sandbox: kind %q is not known: %q or %q", o.Kind, Bubblewrap, None)
	}
	py, err := findPython(ctx, o.Python)
	if err != nil {
		return nil, err
	}
	r, err := open(py, slotsFor(o.Parallel))
	if err != nil {
		return nil, err
	}
	b := &Box{runner: r, gate: newGate(o.Parallel), python: py}
	if err := b.test(ctx, o); err != nil {
		r.Close()
		return nil, err
	}
	return b, nil
}

// Run runs one program to its end. It waits for a free core first, so that any
// number of calls may be made at once. The error is nil whenever the program
// ran, whatever it did; else End is HarnessError.
func (b *Box) Run(ctx context.Context, p Program) (Result, error) {
	if err := p.check(); err != nil {
		return Result{End: HarnessError, ExitCode: -1}, err
	}
	p.Limits = p.Limits.orDefault()
	slot, leave, err := b.gate.enter(ctx, p.Companion)
	if err != nil {
		return Result{End: HarnessError, ExitCode: -1}, err
	}
	defer leave()
	return b.runner.run(ctx, p, slot, func(ctx context.Context) (func(), error) {
		if p.Companion {
			return func() {}, nil
		}
		return b.gate.turn(ctx, p.Limits.MemoryBytes)
	})
}

// Python is the interpreter, as a path inside the box, for Argv[0].
func (b *Box) Python() string { return b.python.Executable }

// Facts describes the isolation for the artifact: kind, versions, namespaces,
// limits, Python and the packages asked for. The values are plain JSON values;
// the map is the caller's.
func (b *Box) Facts() map[string]any { return maps.Clone(b.facts) }

// Close removes what Open made on the host. No program may run any more.
func (b *Box) Close() error { return b.runner.Close() }

// hostMemory is a share of the memory that is free now; 0 when unknown.
func hostMemory() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	var name, unit string
	var kib int64
	for {
		if n, err := fmt.Fscanf(f, "%s %d %s\n", &name, &kib, &unit); n < 2 || err != nil {
			return 0
		}
		if name == "MemAvailable:" {
			return kib * 1024 / 4 * 3
		}
	}
}

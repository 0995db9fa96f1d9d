package sandbox

import (
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"
)

// classify sets End, ExitCode and Signal from the exit status of a program that
// we did not end ourselves. Codes above 128 are signals by the convention of
// the shell, which bwrap follows.
func classify(r *Result, code int, outOfMemory bool, l Limits) {
	r.End, r.ExitCode = Exited, code
	if code > 128 && code <= 128+64 {
		r.End, r.ExitCode, r.Signal = Killed, -1, signalName(code-128)
	}
	switch {
	case outOfMemory && code != 0:
		r.End = Memory
	case r.Signal == "SIGXCPU", r.Signal == "SIGKILL" && r.CPU >= l.CPU-50*time.Millisecond:
		r.End = TimeOut
	case code != 0 && memoryError.MatchString(lastLine(r.Stderr)):
		r.End = Memory
	}
}

// memoryError is how Python and NumPy say that memory ran out.
var memoryError = regexp.MustCompile(`^([\w.]*\.)?_?\w*MemoryError\b`)

// signals are the names for numbers that are the same on every Linux we know.
var signals = map[int]string{
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
	10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
}

func signalName(n int) string {
	if name, known := signals[n]; known {
		return name
	}
	return fmt.Sprintf("signal %d", n)
}

func linesOf(text []byte) iter.Seq[string] { return strings.Lines(string(text)) }

func fieldsOf(line string) []string { return strings.Fields(line) }

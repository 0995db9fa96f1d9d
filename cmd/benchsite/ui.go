package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"benchsite/collect/artifact"
)

// Messages. Words for people go to the error stream, results to the output
// stream, so that results can be piped. A message is one line, lower case,
// without a final stop; a hint says what to do next. Errors begin with
// "benchsite: ". Only the functions of this file print.

// Exit codes, decided in one place.
const (
	exitOK          = 0   // done
	exitFailed      = 1   // tried and failed
	exitUsage       = 2   // nothing sent or written: flags, config or an input file are wrong
	exitPartial     = 3   // finished, but a part failed
	exitInterrupted = 130 // after Ctrl-C
)

// exitError carries the exit code with which a command ends. A nil cause ends
// in silence: what there was to say has been said.
type exitError struct {
	code  int
	cause error
	hint  string
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

func usageErr(format string, args ...any) error {
	return &exitError{code: exitUsage, cause: fmt.Errorf(format, args...)}
}

func failErr(err error) error { return &exitError{code: exitFailed, cause: err} }

func withHint(err error, format string, args ...any) error {
	hint := fmt.Sprintf(format, args...)
	var e *exitError
	if errors.As(err, &e) {
		return &exitError{code: e.code, cause: e.cause, hint: hint}
	}
	return &exitError{code: exitFailed, cause: err, hint: hint}
}

func endWith(code int) error {
	if code == exitOK {
		return nil
	}
	return &exitError{code: code}
}

type ui struct {
	out, err io.Writer
	quiet    bool
	json     bool
}

// fail prints the error, if there is one to print, and returns the exit code.
func (u *ui) fail(err error) int {
	if err == nil {
		return exitOK
	}
	var e *exitError
	var fault *artifact.Fault
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.Canceled):
		e = &exitError{code: exitInterrupted, cause: errors.New("interrupted")}
	case errors.As(err, &fault):
		e = &exitError{code: exitUsage, cause: err}
	default:
		e = &exitError{code: exitFailed, cause: err}
	}
	for _, cause := range unjoin(e.cause) {
		fmt.Fprintln(u.err, "benchsite: "+oneLine(cause.Error()))
	}
	if e.hint != "" {
		fmt.Fprintln(u.err, "  "+oneLine(e.hint))
	}
	return e.code
}

// unjoin splits joined errors, so that each gets its own line.
func unjoin(err error) []error {
	var e *exitError
	if errors.As(err, &e) {
		err = e.cause
	}
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// note says something to a person unless --quiet was given.
func (u *ui) note(format string, args ...any) {
	if !u.quiet {
		fmt.Fprintln(u.err, oneLine(fmt.Sprintf(format, args...)))
	}
}

// warn says something that must not be missed, --quiet or not.
func (u *ui) warn(format string, args ...any) {
	fmt.Fprintln(u.err, "benchsite: "+oneLine(fmt.Sprintf(format, args...)))
}

// println writes finished lines; printf takes the line ends from the format
// alone, so that a name with a line end in it forges no line.
func (u *ui) println(s string) {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = harmless(lines[i])
	}
	fmt.Fprintln(u.out, strings.Join(lines, "\n"))
}

func (u *ui) printf(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = harmless(s)
		}
	}
	fmt.Fprintf(u.out, format, args...)
}

// printJSON writes v for machines.
func (u *ui) printJSON(v any) error {
	enc := json.NewEncoder(u.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// oneLine keeps text from outside from breaking a message or driving the
// terminal.
func oneLine(s string) string { return harmless(strings.TrimSpace(s)) }

// harmless is oneLine for text whose outer space is layout.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// isTerminal says whether w is a terminal, where a bar can be redrawn.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// progress shows one line of the state of long work: redrawn on a terminal, a
// plain line every few seconds elsewhere.
type progress struct {
	u        *ui
	terminal bool
	last     time.Time
	drawn    bool
}

func (u *ui) progress() *progress { return &progress{u: u, terminal: isTerminal(u.err)} }

// show takes a function, since most calls print nothing.
func (p *progress) show(line func() string) {
	if p.u.quiet {
		return
	}
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	now := time.Now()
	if p.last.IsZero() {
		p.last = now
		if !p.terminal {
			return
		}
	} else if now.Sub(p.last) < every {
		return
	}
	p.last = now
	if p.terminal {
		fmt.Fprintf(p.u.err, "\r\x1b[2K%s", oneLine(line()))
		p.drawn = true
		return
	}
	fmt.Fprintln(p.u.err, oneLine(line()))
}

// clear removes the line before another is printed; the next may come soon.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.u.err, "\r\x1b[2K")
		p.drawn = false
	}
}

// done removes the line.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprint(p.u.err, "\r\x1b[2K")
		p.drawn = false
	}
	p.last = time.Time{}
}

// Package code judges programs that a model wrote: it finds the program in a
// reply, runs it on tests in a sandbox, and says what became of it.
//
// A verdict cannot be forged by the program. What a test expects is never in the
// box that the program runs in: outputs and returned values come out as data
// and are compared here, and tests that are written as Python statements run in
// a box of their own, which calls the program's functions over a channel that
// carries values and nothing else. An exit code alone never decides.
package code

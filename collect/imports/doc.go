// Package imports reads result files of other tools and turns each run in them
// into an artifact.
//
// A [Reader] is one tool: it recognises its files by their head, reads them, and
// states where the tool's definitions differ from ours. A reader says only what
// its file says; everything else is null. [Import] does what is the same for all
// of them: the date, --set, the server log, identity, and the store.
//
// Nothing is ever read out of a file name, with one exception that carries no
// value: lm-evaluation-harness writes scores and samples apart, and only the
// task and the time stamp in their names say that they belong together.
package imports

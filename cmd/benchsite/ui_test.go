package main

import (
	"strings"
	"testing"
)

// Names come out of files that strangers wrote.
func TestResultsDoNotDriveTheTerminal(t *testing.T) {
	var out strings.Builder
	u := &ui{out: &out}
	u.printf("A  %s  %s\n", "x\x1b[31m\nB  forged\u202e", "  padded  ")
	u.println("  one\x1b]0;title\x07\n  two\u2066")
	if got, want := out.String(), "A  x[31m B  forged    padded  \n  one]0;title\n  two\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

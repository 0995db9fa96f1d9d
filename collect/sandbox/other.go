//go:build !linux

package sandbox

import "runtime"

// openBubblewrap: bubblewrap uses the namespaces of Linux.
func openBubblewrap(python, int) (runner, error) {
	return nil, &Refused{
		Reason: "bubblewrap isolates on Linux only, not on " + runtime.GOOS,
		Remedy: "Run code evaluations on Linux (a virtual machine will do), or import results scored elsewhere.",
	}
}

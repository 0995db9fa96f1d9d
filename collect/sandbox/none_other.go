//go:build !unix

package sandbox

import "runtime"

func openNone(python, int) (runner, error) {
	return nil, &Refused{
		Reason: "programs are run on Unix only, not on " + runtime.GOOS,
		Remedy: "Run code evaluations on Linux (a virtual machine will do), or import results scored elsewhere.",
	}
}

//go:build !unix

package eval

import "os"

// lock cannot be had here; two processes must not run the same evaluation
// at once on such a system.
func lock(*os.File) bool { return true }

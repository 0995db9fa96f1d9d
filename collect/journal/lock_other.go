//go:build !unix

package journal

import "os"

// lock cannot be had here; journals of running processes must not be recovered
// by hand on such a system.
func lock(*os.File) bool { return true }

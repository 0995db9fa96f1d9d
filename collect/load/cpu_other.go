//go:build !unix

package load

// processCPU is not known on this system; the artifact says null.
func processCPU() (float64, bool) { return 0, false }

// peakMemory is not known on this system.
func peakMemory() (int64, bool) { return 0, false }

//go:build unix && !linux

package server

import "syscall"

// endWithUs: only Linux ends a child with its parent; elsewhere a killed
// collector leaves its server, and the next start says that its address answers.
func endWithUs(*syscall.SysProcAttr) {}

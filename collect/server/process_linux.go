package server

import "syscall"

// endWithUs asks the kernel to end the server when the collector dies.
func endWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGTERM }

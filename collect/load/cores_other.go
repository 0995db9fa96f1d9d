//go:build !linux

package load

import "os/exec"

// splitCores cannot be done on this system.
func splitCores() (one, others any) { return nil, nil }

func startOn(_ any, cmd *exec.Cmd) error { return cmd.Start() }

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The second Ctrl-C leaves at once with the exit code of the first, so that a
// caller which is no shell sees a code too; the next start keeps what there was.
func TestSecondInterruptLeavesAtOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIP: interrupts cannot be sent here")
	}
	dir := t.TempDir()
	link := program(t, dir)
	var said strings.Builder
	var err error
	cmd := exec.Command(link, "load", "--url", "simulate:bf16", "--model", "", "-c", "2", "-n", "500", "--warmup", "0", "--max-tokens", "256")
	cmd.Dir, cmd.Stderr = dir, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if found, _ := filepath.Glob(filepath.Join(dir, "artifacts", ".state", "journal", "*.jsonl")); len(found) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the run did not begin: %s", said.String())
		}
	}
	for range 2 {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("still running 5 s after the second interrupt")
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("%v, want exit code %d; it said %q", err, exitInterrupted, said.String())
	}
	if !strings.Contains(said.String(), "Ctrl-C again leaves at once") {
		t.Errorf("it said %q", said.String())
	}
}

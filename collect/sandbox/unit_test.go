package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestClassify(t *testing.T) {
	limits := Limits{CPU: time.Second}
	for _, c := range []struct {
		name        string
		code        int
		outOfMemory bool
		cpu         time.Duration
		stderr      string
		end         End
		exit        int
		signal      string
	}{
		{"success", 0, false, 0, "", Exited, 0, ""},
		{"success although a child ran out", 0, true, 0, "", Exited, 0, ""},
		{"exception", 1, false, 0, "ValueError: x", Exited, 1, ""},
		{"out of memory, by the kernel", 137, true, 0, "", Memory, -1, "SIGKILL"},
		{"out of memory, in Python", 1, false, 0, "Traceback\nMemoryError\n", Memory, 1, ""},
		{"out of memory, in NumPy", 1, false, 0, "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB\n", Memory, 1, ""},
		{"speaks of memory", 1, false, 0, "ValueError: not a MemoryError\n", Exited, 1, ""},
		{"CPU, soft", 128 + 24, false, time.Second, "", TimeOut, -1, "SIGXCPU"},
		{"CPU, hard", 137, false, 2 * time.Second, "", TimeOut, -1, "SIGKILL"},
		{"killed early", 137, false, 0, "", Killed, -1, "SIGKILL"},
		{"filter", 128 + 31, false, 0, "", Killed, -1, "SIGSYS"},
		{"real-time signal", 128 + 40, false, 0, "", Killed, -1, "signal 40"},
		{"a code that is no signal", 255, false, 0, "", Exited, 255, ""},
		{"the border", 128, false, 0, "", Exited, 128, ""},
	} {
		r := Result{CPU: c.cpu, Stderr: []byte(c.stderr)}
		classify(&r, c.code, c.outOfMemory, limits)
		if r.End != c.end || r.ExitCode != c.exit || r.Signal != c.signal {
			t.Errorf("%s: %s, %d, %q; want %s, %d, %q", c.name, r.End, r.ExitCode, r.Signal, c.end, c.exit, c.signal)
		}
	}
}

func TestGate(t *testing.T) {
	ctx := context.Background()
	g := newGate(2)
	g.total, g.memory = 100, 100
	doneA, _ := g.turn(ctx, 60)
	late, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := g.turn(late, 60); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("60 and 60 of 100 bytes were promised: %v", err)
	}
	doneB, err := g.turn(ctx, 40)
	if err != nil {
		t.Error(err)
	}
	got := make(chan func())
	go func() {
		done, _ := g.turn(ctx, 1000) // more than all: runs alone
		got <- done
	}()
	doneA()
	select {
	case <-got:
		t.Error("a program larger than what is free was let in beside another")
	case <-time.After(20 * time.Millisecond):
	}
	doneB()
	(<-got)()
	if g.turns != 2 || g.memory != 100 || len(g.waiting) != 0 {
		t.Errorf("%d turns, %d bytes, %d waiting at the end", g.turns, g.memory, len(g.waiting))
	}
	// One that gives up at the head lets those behind it in.
	doneA, _ = g.turn(ctx, 60)
	gone, cancel := context.WithCancel(ctx)
	first := make(chan error)
	go func() { _, err := g.turn(gone, 60); first <- err }()
	for waiting := 0; waiting != 1; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		waiting = len(g.waiting)
		g.mu.Unlock()
	}
	second := make(chan func())
	go func() { done, _ := g.turn(ctx, 10); second <- done }()
	cancel()
	<-first
	(<-second)()
	doneA()

	seen := map[int]bool{}
	for i := range slotsFor(2) {
		slot, _, err := g.enter(ctx, i >= 4)
		if err != nil || seen[slot] {
			t.Errorf("slot %d, %v", slot, err)
		}
		seen[slot] = true
	}
	if _, _, err := g.enter(gone, false); err == nil {
		t.Error("more boxes than slots")
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"a": true, "a/b.py": true, "..a": true, "a..": true, "é": true,
		"": false, ".": false, "..": false, "/a": false, "../a": false, "a/../b": false, "a//b": false, "a/": false, "./a": false, "a\x00": false,
	} {
		if (checkName(name) == nil) != good {
			t.Errorf("%q: %v", name, checkName(name))
		}
	}
}

// A virtual environment shows itself and the interpreter it is made of; nobody
// gets a whole home folder.
func TestPythonFolders(t *testing.T) {
	dir := t.TempDir()
	base, venv := filepath.Join(dir, "base"), filepath.Join(dir, "venv")
	for _, d := range []string{base + "/bin", base + "/lib/python3.11", venv + "/bin", venv + "/lib/python3.11/site-packages"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(base+"/bin/python3.11", nil, 0o755)
	os.Symlink("python3.11", base+"/bin/python3")
	os.Symlink(base+"/bin/python3", venv+"/bin/python")
	p := python{
		Executable: venv + "/bin/python", Prefixes: []string{venv, base, venv, base},
		Path: []string{base + "/lib/python3.11", venv + "/lib/python3.11/site-packages", "/usr/lib/python3", dir + "/none"},
	}
	if got, err := p.outside(); err != nil || !slices.Equal(got, []string{base, venv}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := (python{Executable: "/usr/bin/python3", Prefixes: []string{"/usr"}, Path: []string{"/usr/lib/python3.11"}}).outside(); err != nil || len(got) != 0 {
		t.Errorf("the system's: %v, %v", got, err)
	}
	t.Setenv("HOME", dir)
	p.Prefixes = append(p.Prefixes, dir)
	if got, err := p.outside(); err == nil {
		t.Errorf("a home folder is shown as a whole: %v", got)
	}
}

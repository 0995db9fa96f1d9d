//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// python runs a text of Python in a box.
func runPython(t *testing.T, b *Box, text string, change func(*Program)) Result {
	t.Helper()
	p := Program{
		Files: map[string][]byte{"main.py": []byte(text)}, Argv: []string{b.Python(), "-I", "-B", Dir + "/main.py"},
		Limits: Limits{Wall: 20 * time.Second},
	}
	if change != nil {
		change(&p)
	}
	r, err := b.Run(context.Background(), p)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.Stderr)
	}
	return r
}

// TestProgram runs the ordinary cases as root and as an ordinary user.
func TestProgram(t *testing.T) {
	if os.Getenv(asUser) == "" && os.Geteuid() == 0 {
		t.Run("as an ordinary user", func(t *testing.T) { again(t, "TestProgram") })
	}
	b := openBox(t, Options{})
	for _, c := range []struct {
		name, text string
		change     func(*Program)
		end        End
		code       int
		signal     string
		stdout     string // exact
		stderr     string // contained
	}{
		{name: "input and output", text: "import sys; print(sys.stdin.read().upper(), end=''); print('e', file=sys.stderr)",
			change: func(p *Program) { p.Stdin = []byte("grüße\n") }, end: Exited, stdout: "GRÜSSE\n", stderr: "e\n"},
		{name: "no input", text: "import sys; print(repr(sys.stdin.read()))", end: Exited, stdout: "''\n"},
		{name: "exit code", text: "raise SystemExit(7)", end: Exited, code: 7},
		{name: "exception", text: "1/0", end: Exited, code: 1, stderr: "ZeroDivisionError"},
		{name: "signal", text: "import os; os.abort()", end: Killed, code: -1, signal: "SIGABRT"},
		{name: "wall", text: "import time; time.sleep(60)", change: func(p *Program) { p.Limits.Wall = 100 * time.Millisecond }, end: TimeOut, code: -1},
		{name: "CPU", text: "while True: pass", change: func(p *Program) { p.Limits.CPU = time.Millisecond /* rounded up to a second */ }, end: TimeOut, code: -1, signal: "SIGXCPU"},
		{name: "memory kept", text: "x = bytearray(300 << 20)\nimport time; time.sleep(60)",
			change: func(p *Program) { p.Limits.MemoryBytes = 64 << 20 }, end: Memory, code: -1},
		{name: "memory asked for", text: "bytearray(1 << 40)", end: Memory, code: 1, stderr: "MemoryError"},
		{name: "memory error caught", text: "try: bytearray(1 << 40)\nexcept MemoryError: print('caught')", end: Exited, stdout: "caught\n"},
		{name: "arguments", text: "import sys; print(sys.argv[1:])", change: func(p *Program) { p.Argv = append(p.Argv, "", "a b", "$HOME;", "é") },
			end: Exited, stdout: "['', 'a b', '$HOME;', 'é']\n"},
		{name: "environment", text: "import os; print(os.environ['WORD'], os.environ['HOME'], os.getcwd(), os.environ['BOX'], 'SECRET' in os.environ)",
			change: func(p *Program) { p.Env = map[string]string{"WORD": "a=b c"} }, end: Exited, stdout: "a=b c /tmp /tmp /box False\n"},
		{name: "files", text: "print(open('/box/d/e/data.txt').read(), open('/box/empty').read(), sorted(__import__('os').listdir('/box')))",
			change: func(p *Program) { p.Files["d/e/data.txt"], p.Files["empty"] = []byte("x"), nil }, end: Exited, stdout: "x  ['d', 'empty', 'main.py']\n"},
		{name: "not there", change: func(p *Program) { p.Argv = []string{"/box/none"} }, end: Exited, code: 127, stderr: "/box/none"},
		{name: "temporary files", text: "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x'); print(f.name is not None)", end: Exited, stdout: "True\n"},
		{name: "threads and processes", text: `
import concurrent.futures, multiprocessing, subprocess
def square(n): return n * n
if __name__ == '__main__':
    with concurrent.futures.ThreadPoolExecutor(4) as pool: print(list(pool.map(square, range(4))))
    with multiprocessing.Pool(2) as pool: print(pool.map(square, range(4)))
    print(subprocess.run(['/bin/echo', 'hi'], capture_output=True).stdout)
    import asyncio
    async def one(): return 1
    print(asyncio.run(one()))
`, end: Exited, stdout: "[0, 1, 4, 9]\n[0, 1, 4, 9]\nb'hi\\n'\n1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := runPython(t, b, c.text, c.change)
			if r.End != c.end || r.ExitCode != c.code || r.Signal != "" && c.signal != "" && r.Signal != c.signal {
				t.Errorf("ended with %s, code %d, %q; want %s, %d, %q\n%s", r.End, r.ExitCode, r.Signal, c.end, c.code, c.signal, r.Stderr)
			}
			if string(r.Stdout) != c.stdout {
				t.Errorf("stdout %q, want %q\n%s", r.Stdout, c.stdout, r.Stderr)
			}
			if !strings.Contains(string(r.Stderr), c.stderr) {
				t.Errorf("stderr %q, want %q in it", r.Stderr, c.stderr)
			}
		})
	}
}

func TestOutputIsCut(t *testing.T) {
	b := openBox(t, Options{})
	r := runPython(t, b, "import os\nwhile True: os.write(1, b'abcdefgh')", func(p *Program) { p.Limits.OutputBytes = 1003 })
	if r.End != OutputLimit || !r.OutputCut || len(r.Stdout) != 1003 || !bytes.HasPrefix(r.Stdout, []byte("abcdefghab")) {
		t.Errorf("%s, cut %v, %d bytes", r.End, r.OutputCut, len(r.Stdout))
	}
	r = runPython(t, b, "print('x' * 1002)", func(p *Program) { p.Limits.OutputBytes = 1003 })
	if r.End != Exited || r.OutputCut || len(r.Stdout) != 1003 {
		t.Errorf("output of exactly the limit: %s, cut %v, %d bytes", r.End, r.OutputCut, len(r.Stdout))
	}
}

func TestFiguresOfUse(t *testing.T) {
	if os.Getenv(asUser) == "" && os.Geteuid() == 0 {
		t.Run("as an ordinary user", func(t *testing.T) { again(t, "TestFiguresOfUse") })
	}
	b := openBox(t, Options{})
	r := runPython(t, b, "import time\nx = bytearray(100 << 20)\nwhile time.process_time() < 0.4: pass\ntime.sleep(0.2)", nil)
	if r.CPU < 390*time.Millisecond || r.CPU > 3*time.Second || r.Wall < 600*time.Millisecond {
		t.Errorf("CPU %v, wall %v of 0.4 s of work and 0.2 s of sleep", r.CPU, r.Wall)
	}
	if r.MaxRSSBytes < 100<<20 || r.MaxRSSBytes > 200<<20 {
		t.Errorf("%d MiB in memory of 100", r.MaxRSSBytes>>20)
	}
}

// A full temporary folder of the host is not taken for the program's.
func TestHostTmpIsNotCounted(t *testing.T) {
	b := openBox(t, Options{})
	for range 30 {
		r := runPython(t, b, "", func(p *Program) { p.Limits.TmpFiles = 2 })
		if r.End != Exited {
			t.Fatalf("%s", r.End)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Runs must leave nothing in this process either, in the good case and in bad ones.
func TestNothingLeaks(t *testing.T) {
	b := openBox(t, Options{})
	runPython(t, b, "", nil)
	before := openFiles(t)
	for range 5 {
		runPython(t, b, "print(1)", func(p *Program) {
			p.Control = func(context.Context, io.ReadWriter) error { return nil }
		})
		if _, err := b.Run(context.Background(), Program{Argv: []string{b.Python()}, ReadOnly: map[string]string{"x": "/does/not/exist"}}); err == nil {
			t.Error("a file that does not exist was bound")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		if r, err := b.Run(ctx, Program{Argv: []string{b.Python(), "-c", "while True: pass"}}); !errors.Is(err, context.DeadlineExceeded) || r.End != HarnessError {
			t.Errorf("a call whose context ended gives %s, %v", r.End, err)
		}
		cancel()
	}
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, %d before", after, before)
	}
}

func TestReadOnly(t *testing.T) {
	b := openBox(t, Options{})
	dir := t.TempDir()
	// Only its owner may reach it; the box shows it all the same.
	os.Chmod(dir, 0o700)
	os.WriteFile(filepath.Join(dir, "data"), []byte("targets"), 0o600)
	r := runPython(t, b, `
print(open("/box/d/data").read(), open("/box/one").read())
for path in "/box/one", "/box/d/data", "/box/d/new":
    try: open(path, "w"); print("wrote", path)
    except OSError: pass
`, func(p *Program) { p.ReadOnly = map[string]string{"d": dir, "one": filepath.Join(dir, "data")} })
	if string(r.Stdout) != "targets targets\n" {
		t.Errorf("%q\n%s", r.Stdout, r.Stderr)
	}
}

// As many programs as cores run at a time, each under a user of its own as
// root, and the others wait without being lost.
func TestParallel(t *testing.T) {
	b := openBox(t, Options{Parallel: 3})
	var running, most atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	outputs := map[string]bool{}
	for i := range 12 {
		wg.Go(func() {
			r := runPython(t, b, fmt.Sprintf("print(%d)", i), func(p *Program) {
				p.Control = func(context.Context, io.ReadWriter) error {
					n := running.Add(1)
					mu.Lock()
					most.Store(max(most.Load(), n))
					mu.Unlock()
					time.Sleep(20 * time.Millisecond)
					running.Add(-1)
					return nil
				}
			})
			mu.Lock()
			outputs[string(r.Stdout)] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	if most.Load() > 3 || len(outputs) != 12 {
		t.Errorf("%d ran at a time, %d outputs", most.Load(), len(outputs))
	}
}

func TestProgramsThatMakeNoSense(t *testing.T) {
	b := openBox(t, Options{})
	for name, p := range map[string]Program{
		"no arguments":    {},
		"relative":        {Argv: []string{"python3"}},
		"leaves the box":  {Argv: []string{b.Python()}, Files: map[string][]byte{"../x": nil}},
		"absolute":        {Argv: []string{b.Python()}, Files: map[string][]byte{"/etc/x": nil}},
		"not clean":       {Argv: []string{b.Python()}, Files: map[string][]byte{"a/../../x": nil}},
		"empty":           {Argv: []string{b.Python()}, Files: map[string][]byte{"": nil}},
		"an option":       {Argv: []string{b.Python(), "a\x00--bind\x00/\x00/"}},
		"in the name":     {Argv: []string{b.Python()}, Files: map[string][]byte{"a\x00b": nil}},
		"in a variable":   {Argv: []string{b.Python()}, Env: map[string]string{"A": "x\x00--bind\x00/\x00/"}},
		"not a variable":  {Argv: []string{b.Python()}, Env: map[string]string{"A=B": "x"}},
		"bound and given": {Argv: []string{b.Python()}, Files: map[string][]byte{"x": nil}, ReadOnly: map[string]string{"x": "/usr"}},
	} {
		if r, err := b.Run(context.Background(), p); err == nil || r.End != HarnessError {
			t.Errorf("%s: %s, %v", name, r.End, err)
		}
	}
}

// A box must not outlive this process, however that ends.
func TestDiesWithUs(t *testing.T) {
	if os.Getenv("SANDBOX_TEST_ORPHAN") != "" {
		b, err := Open(context.Background(), Options{})
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		b.Run(context.Background(), Program{
			Argv:   []string{b.Python(), "-c", "import os, time\nos.fork(); os.setsid() if os.getpid() != 2 else 0\nos.write(3, b'x'); time.sleep(60)", os.Getenv("SANDBOX_TEST_ORPHAN")},
			Limits: Limits{Wall: time.Minute},
			Control: func(_ context.Context, rw io.ReadWriter) error {
				io.ReadFull(rw, make([]byte, 2)) // both run
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				return nil
			},
		})
		return
	}
	openBox(t, Options{}) // skips where there is none
	marker := fmt.Sprintf("orphan-%d-%d", os.Getpid(), time.Now().UnixNano())
	cmd := testCommand("TestDiesWithUs", "SANDBOX_TEST_ORPHAN="+marker)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process did not kill itself: %v\n%s", err, out)
	}
	deadline := time.Now().Add(10 * time.Second)
	for len(survivors(marker)) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if left := survivors(marker); len(left) > 0 {
		t.Errorf("these live on: %q", left)
	}
	// The next one clears up after it.
	next, err := Open(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	next.Close()
	if left := cgroupsOf(cmd.ProcessState.Pid()); len(left) > 0 {
		t.Errorf("cgroups left: %v", left)
	}
}

func TestFacts(t *testing.T) {
	b := openBox(t, Options{Packages: []string{"pip-that-is-not-there"}})
	f := b.Facts()
	python, _ := f["python"].(map[string]any)
	packages, _ := python["packages"].(map[string]any)
	version, _ := python["version"].(string)
	if f["kind"] != Bubblewrap || f["isolated"] != true || !strings.HasPrefix(version, "3.") || packages["pip-that-is-not-there"] != nil || len(packages) != 1 {
		t.Errorf("%v", f)
	}
	if v, _ := f["version"].(string); !strings.HasPrefix(v, "0.") && !strings.HasPrefix(v, "1.") {
		t.Errorf("version %q", v)
	}
	if !slices.Contains(f["namespaces"].([]string), "net") {
		t.Errorf("%v", f["namespaces"])
	}
}

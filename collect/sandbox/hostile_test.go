//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The corpus is compiled in, so that the test can be run again as another user
// who may not reach this folder.
//
//go:embed testdata/attack.py testdata/hostile
var corpus embed.FS

// attack is one program of the corpus with what its head says about it.
type attack struct {
	name, tries string
	code        []byte
	ends        []End
	anyCode     bool // its exit code means nothing
	alone       bool // without isolation it succeeds, which shows that it can
	limits      Limits
}

func readCorpus(t *testing.T) []attack {
	t.Helper()
	entries, err := corpus.ReadDir("testdata/hostile")
	if err != nil {
		t.Fatal(err)
	}
	var all []attack
	for _, entry := range entries {
		a := attack{name: strings.TrimSuffix(entry.Name(), ".py"), ends: []End{Exited}}
		a.code, _ = corpus.ReadFile("testdata/hostile/" + entry.Name())
		a.limits = Limits{Wall: 4 * time.Second, CPU: 4 * time.Second, MemoryBytes: 256 << 20, OutputBytes: 1 << 20,
			TmpBytes: 16 << 20, TmpFiles: 500, Processes: 32, OpenFiles: 128}
		for line := range strings.Lines(string(a.code)) {
			name, value, found := strings.Cut(strings.TrimPrefix(line, "# "), ": ")
			if !strings.HasPrefix(line, "# ") || !found {
				break
			}
			value = strings.TrimSpace(value)
			switch name {
			case "Tries":
				a.tries = value
			case "Ends":
				a.ends = nil
				for _, end := range strings.Split(value, ", ") {
					a.ends = append(a.ends, End(end))
				}
			case "Code":
				a.anyCode = value == "any"
			case "Alone":
				a.alone = value == "escapes"
			case "Limits":
				if a.limits.Wall, err = time.ParseDuration(strings.TrimPrefix(value, "wall=")); err != nil {
					t.Fatalf("%s: %v", a.name, err)
				}
			}
		}
		if a.tries == "" {
			t.Errorf("%s does not say what it tries", a.name)
		}
		if slices.Contains(a.ends, TimeOut) {
			a.limits.Wall = 600 * time.Millisecond
		}
		all = append(all, a)
	}
	if len(all) < 60 {
		t.Fatalf("the corpus has only %d programs", len(all))
	}
	return all
}

// host is what the programs go for, and what is looked at afterwards.
type host struct {
	marker, dir, canary string
	facts               []byte
	connections         atomic.Int64 // to any of the listeners
	remove              func()
}

// secrets stand in the environment of the tester.
const secretName, secretValue = "SANDBOX_TEST_SECRET", "hf_thisIsNoRealTokenButLooksLikeOne"

func openHost(t *testing.T) *host {
	t.Helper()
	t.Setenv(secretName, secretValue)
	h := &host{marker: "sbx-" + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(time.Now().UnixNano()%1e9, 36)}
	var err error
	// Everybody may read and write here: what keeps a program out is the box.
	if h.dir, err = os.MkdirTemp("", "benchsite-hostile-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(h.dir) })
	os.Chmod(h.dir, 0o777)
	h.canary = filepath.Join(h.dir, "canary")
	if err := os.WriteFile(h.canary, []byte(secretValue), 0o666); err != nil {
		t.Fatal(err)
	}
	os.Chmod(h.canary, 0o666)
	count := func(l net.Listener, err error) net.Listener {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				h.connections.Add(1)
				c.Close()
			}
		}()
		return l
	}
	tcp := count(net.Listen("tcp", "127.0.0.1:0"))
	file := filepath.Join(h.dir, "socket")
	count(net.Listen("unix", file))
	os.Chmod(file, 0o777)
	count(net.Listen("unix", "@"+h.marker))
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { udp.Close() })
	go func() {
		for {
			if _, _, err := udp.ReadFrom(make([]byte, 10)); err != nil {
				return
			}
			h.connections.Add(1)
		}
	}()
	home, _ := os.UserHomeDir()
	work, _ := os.Getwd()
	h.facts, _ = json.Marshal(map[string]any{
		"marker": h.marker, "canary": h.canary, "canary_dir": h.dir, "tcp": tcp.Addr().(*net.TCPAddr).Port,
		"udp": udp.LocalAddr().(*net.UDPAddr).Port, "unix": file, "abstract": h.marker, "pid": os.Getpid(), "ppid": os.Getppid(),
		"home": home, "cwd": work, "secrets": []string{secretValue},
	})
	return h
}

func (h *host) program(b *Box, a attack) Program {
	helper, _ := corpus.ReadFile("testdata/attack.py")
	return Program{
		Files: map[string][]byte{a.name + ".py": a.code, "attack.py": helper, "facts.json": h.facts},
		// The marker is in the command line, by which a survivor is found.
		Argv:  []string{b.Python(), "-B", Dir + "/" + a.name + ".py", h.marker},
		Stdin: []byte("input\n"), Limits: a.limits,
	}
}

// state is what of the host a program must not have changed.
func state(t *testing.T) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, path := range []string{"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe",
		"/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/sysrq", "/proc/self/mountinfo", "/proc/self/limits", "/proc/self/uid_map"} {
		if text, err := os.ReadFile(path); err == nil {
			got[path] = string(text)
		}
	}
	return got
}

// survivors finds processes of boxes: by the marker in the command line, and by
// the user ids that boxes have when we are root.
func survivors(marker string) (found []string) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	own, _ := os.Readlink("/proc/self/ns/pid")
	for _, dir := range dirs {
		line, _ := os.ReadFile(dir + "/cmdline")
		var s syscall.Stat_t
		foreign := false
		if syscall.Stat(dir, &s) == nil && os.Geteuid() == 0 && s.Uid >= firstUID && s.Uid < firstUID+64 {
			space, _ := os.Readlink(dir + "/ns/pid")
			foreign = space != own && bytes.Contains(line, []byte(marker))
		}
		if foreign || bytes.Contains(line, []byte(marker)) && filepath.Base(dir) != strconv.Itoa(os.Getpid()) {
			found = append(found, filepath.Base(dir)+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// leftovers finds files on the host that carry the marker.
func leftovers(h *host) (found []string) {
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue", "/", "/usr", h.dir, "."} {
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			if strings.Contains(entry.Name(), h.marker) {
				found = append(found, filepath.Join(dir, entry.Name()))
			}
		}
	}
	for _, kind := range []string{"shm", "sem", "msg"} {
		text, _ := os.ReadFile("/proc/sysvipc/" + kind)
		for line := range strings.Lines(string(text)) {
			for _, field := range strings.Fields(line) {
				if n, err := strconv.Atoi(field); err == nil && n >= firstUID && n < firstUID+64 {
					found = append(found, "System V "+kind+": "+line)
				}
			}
		}
	}
	return found
}

var escape = regexp.MustCompile(`(?m)^ESCAPED:.*$`)

// TestHostile runs the corpus. Each program must be stopped in all that it
// tries, end in the way its head says, and leave nothing: no process, no file,
// no setting, no connection. The host must stay usable meanwhile.
func TestHostile(t *testing.T) {
	if os.Getenv(asUser) == "" && os.Geteuid() == 0 {
		t.Run("as an ordinary user", func(t *testing.T) { again(t, "TestHostile") })
	}
	// More at a time than there are cores: many of them only wait.
	b := openBox(t, Options{Parallel: 8})
	h := openHost(t)
	before := state(t)
	slowest := responsive(t)

	var wg sync.WaitGroup
	for _, a := range readCorpus(t) {
		wg.Go(func() {
			r, err := b.Run(context.Background(), h.program(b, a))
			if err != nil {
				t.Errorf("%s: %v", a.name, err)
				return
			}
			report := func(format string, args ...any) {
				t.Errorf("%s, which tries %s\n%s\nended with %s, code %d, %s after %v\nstdout: %.2000s\nstderr: %.2000s", a.name, a.tries,
					fmt.Sprintf(format, args...), r.End, r.ExitCode, r.Signal, r.Wall, r.Stdout, r.Stderr)
			}
			out := escape.FindAll(append(slices.Clone(r.Stdout), r.Stderr...), 5)
			switch {
			case len(out) > 0:
				report("%s", bytes.Join(out, []byte("\n")))
			case !slices.Contains(a.ends, r.End):
				report("must end with one of %v", a.ends)
			case r.End == Exited && !a.anyCode && r.ExitCode != 0:
				report("broke off before it had tried all")
			case r.End == Exited && !a.anyCode && !bytes.Contains(r.Stdout, []byte("held")):
				report("does not say that it tried anything")
			case int64(len(r.Stdout)) > a.limits.OutputBytes || int64(len(r.Stderr)) > a.limits.OutputBytes:
				report("kept more output than the limit")
			case (r.End == OutputLimit) != r.OutputCut && !slices.Contains([]string{"many_small_files", "many_folders", "many_links"}, a.name):
				report("OutputCut is %v", r.OutputCut)
			}
		})
	}
	wg.Wait()
	slowest()

	if left := survivors(h.marker); len(left) > 0 {
		t.Errorf("these live on: %q", left)
	}
	if left := leftovers(h); len(left) > 0 {
		t.Errorf("these were left: %q", left)
	}
	if n := h.connections.Load(); n > 0 {
		t.Errorf("%d connections got out", n)
	}
	if text, _ := os.ReadFile(h.canary); string(text) != secretValue {
		t.Errorf("the canary is now %q", text)
	}
	if entries, _ := os.ReadDir(h.dir); len(entries) != 2 { // canary and socket
		t.Errorf("beside the canary there is now %v", entries)
	}
	after := state(t)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s was\n%s\nand is now\n%s", name, was, after[name])
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if g := b.runner.(*bubblewrap).groups; g != nil {
		for _, dir := range g.dirs() {
			if _, err := os.Stat(dir); err == nil {
				t.Errorf("cgroup left: %s", dir)
			}
		}
	}
}

// TestCorpusBites runs, without isolation, those programs that then get what
// they want and harm nothing: a corpus that could not escape anywhere would
// prove nothing.
func TestCorpusBites(t *testing.T) {
	b := openBox(t, Options{Kind: None, Confirmed: true})
	n := 0
	for _, a := range readCorpus(t) {
		if !a.alone {
			continue
		}
		n++
		h := openHost(t)
		r, err := b.Run(context.Background(), h.program(b, a))
		if err != nil {
			t.Errorf("%s: %v", a.name, err)
		} else if !escape.Match(r.Stdout) {
			t.Errorf("%s does not even escape where nothing holds it:\n%s\n%s", a.name, r.Stdout, r.Stderr)
		}
	}
	if n < 8 {
		t.Errorf("only %d programs can be shown to bite", n)
	}
}

// responsive starts a program of the host again and again and returns what
// fails the test if one of them took too long to be called responsive.
func responsive(t *testing.T) (stop func()) {
	t.Helper()
	path, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var slowest time.Duration
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
			started := time.Now()
			if err := exec.Command(path).Run(); err != nil {
				t.Errorf("the host cannot start a program any more: %v", err)
			}
			slowest = max(slowest, time.Since(started))
		}
	})
	return func() {
		close(done)
		wg.Wait()
		// A bound that a busy machine keeps as well; a machine whose memory or
		// process table is used up does not.
		if slowest > 10*time.Second {
			t.Errorf("a program of the host took %v to start and end", slowest)
		}
		t.Logf("slowest program of the host: %v", slowest)
	}
}

func cgroupsOf(pid int) (left []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), fmt.Sprintf("benchsite-%d-", pid)) {
			left = append(left, path)
		}
		return nil
	})
	return left
}

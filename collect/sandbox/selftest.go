package sandbox

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

//go:embed selftest.py
var selfTestProgram []byte

// probe is what the program of the self-test is told to try.
type probe struct {
	Nonce     string   `json:"nonce"`
	Isolated  bool     `json:"isolated"`
	Addresses [][]any  `json:"addresses"` // host and port
	Secrets   []string `json:"secrets"`
	Folders   []string `json:"folders"`
	Packages  []string `json:"packages"`
}

// found is what it says came of it.
type found struct {
	Nonce       string             `json:"nonce"`
	Reached     [][]any            `json:"reached"`
	Read        []string           `json:"read"`
	Wrote       []string           `json:"wrote"`
	Uid         string             // of /proc/self/status
	CapEff      string             //
	NoNewPrivs  string             //
	Seccomp     string             //
	Environ     string             `json:"environ"` // of process 1
	Descriptors []int              `json:"descriptors"`
	Namespace   bool               `json:"namespace"` // a nested user namespace could be had
	Python      string             `json:"python"`
	Packages    map[string]*string `json:"packages"`
}

// test proves the isolation by trying to break it, and fills the facts. Without
// isolation it proves that programs run and end.
func (b *Box) test(ctx context.Context, o Options) error {
	isolated := o.Kind == Bubblewrap
	p := probe{Nonce: "benchsite-" + rand.Text(), Isolated: isolated, Addresses: [][]any{}, Secrets: []string{}, Folders: []string{}, Packages: o.Packages}
	if p.Packages == nil {
		p.Packages = []string{}
	}
	var connections atomic.Int64
	if isolated {
		lures, err := lay(&p, &connections)
		if err != nil {
			return &Refused{Reason: "the self-test could not be set up (" + clause(err) + ")", Remedy: "Make the temporary folder writable and the loopback interface usable."}
		}
		defer lures()
	}
	input, err := json.Marshal(p)
	if err != nil {
		return err
	}
	limits := DefaultLimits()
	limits.Wall = 30 * time.Second // a cold disk and a busy machine are no breach
	r, err := b.Run(ctx, Program{
		Files: map[string][]byte{"selftest.py": selfTestProgram}, Argv: []string{b.Python(), "-I", "-B", Dir + "/selftest.py"},
		Stdin: input, Limits: limits,
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return refusal(err)
	}
	var f found
	if r.End != Exited || r.ExitCode != 0 || json.Unmarshal(r.Stdout, &f) != nil || f.Nonce != p.Nonce {
		said := lastLine(r.Stderr)
		if said == "" {
			said = "it said nothing"
		}
		return &Refused{Reason: fmt.Sprintf("the self-test did not run: Python ended with %s, exit code %d (%s)", r.End, r.ExitCode, said), Remedy: remedy(said)}
	}
	if isolated {
		if leaks := breaches(f, connections.Load()); len(leaks) > 0 {
			return &Refused{Reason: "the self-test got out: " + strings.Join(leaks, "; "), Remedy: "Do not run code here. Report this with the versions of the kernel and of bubblewrap."}
		}
	}
	if err := b.testTime(ctx); err != nil {
		return err
	}
	if isolated {
		if err := b.testMemory(ctx); err != nil {
			return err
		}
	}
	b.facts = b.runner.facts()
	packages := map[string]any{}
	for name, version := range f.Packages {
		if packages[name] = nil; version != nil {
			packages[name] = *version
		}
	}
	b.facts["python"] = map[string]any{"executable": b.python.Executable, "version": f.Python, "packages": packages}
	b.facts["limits"] = DefaultLimits().facts()
	return nil
}

// testTime wants an endless program to be ended on time. On time is generous:
// what is tested is that it ends, on a busy machine as well.
func (b *Box) testTime(ctx context.Context) error {
	r, err := b.Run(ctx, Program{
		Argv:   []string{b.Python(), "-I", "-B", "-S", "-c", "while True: pass"},
		Limits: Limits{Wall: 200 * time.Millisecond, CPU: 10 * time.Second},
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return refusal(err)
	case r.End != TimeOut || r.Wall > 10*time.Second:
		return &Refused{Reason: fmt.Sprintf("an endless program ended with %s after %.1f s instead of being stopped after 0.2 s", r.End, r.Wall.Seconds()),
			Remedy: "Do not run code here. Report this with the versions of the kernel and of bubblewrap."}
	}
	return nil
}

// testMemory wants a program that keeps more memory than it may to be ended:
// by its cgroup, or by us, who may not be allowed to look at it.
func (b *Box) testMemory(ctx context.Context) error {
	r, err := b.Run(ctx, Program{
		Argv:   []string{b.Python(), "-I", "-B", "-S", "-c", "x = bytearray(256 << 20)\nimport time\ntime.sleep(30)"},
		Limits: Limits{Wall: 20 * time.Second, MemoryBytes: 32 << 20},
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return refusal(err)
	case r.End != Memory:
		return &Refused{Reason: fmt.Sprintf("a program that kept eight times the memory it may have ended with %s instead of being stopped", r.End),
			Remedy: "Run as root or under systemd-run --user --scope -p Delegate=yes, so that a cgroup holds the memory; or report this with the version of the kernel."}
	}
	return nil
}

// lay sets out what the probe goes for: a port that listens, on both loopback
// addresses where there are two, and a file that anyone may read.
func lay(p *probe, connections *atomic.Int64) (remove func(), err error) {
	dir, err := os.MkdirTemp("", "benchsite-canary-")
	if err != nil {
		return nil, err
	}
	var listeners []net.Listener
	remove = func() {
		for _, l := range listeners {
			l.Close()
		}
		os.RemoveAll(dir)
	}
	canary := filepath.Join(dir, "canary")
	if err = os.WriteFile(canary, []byte(p.Nonce), 0o644); err == nil {
		err = os.Chmod(dir, 0o755)
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		l, listenErr := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if listenErr != nil {
			if host == "127.0.0.1" {
				err = listenErr
			}
			continue
		}
		listeners = append(listeners, l)
		p.Addresses = append(p.Addresses, []any{host, l.Addr().(*net.TCPAddr).Port})
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				connections.Add(1)
				c.Close()
			}
		}()
	}
	if err != nil {
		remove()
		return nil, err
	}
	home, _ := os.UserHomeDir()
	work, _ := os.Getwd()
	p.Secrets = []string{canary, "/etc/passwd", "/etc/hostname", "/proc/kcore", "/dev/mem"}
	p.Folders = []string{"/", "/usr", "/usr/bin", "/usr/local", Dir, "/dev", "/etc", "/var/tmp", "/run", "/sys", "/proc", "/proc/sys/kernel", dir, home, work}
	p.Folders = slices.DeleteFunc(p.Folders, func(dir string) bool { return dir == "" || dir == "/tmp" })
	return remove, nil
}

// breaches names what the probe should not have managed.
func breaches(f found, connections int64) (leaks []string) {
	if n := len(f.Reached); n > 0 || connections > 0 {
		leaks = append(leaks, "it reached a port of this machine")
	}
	if len(f.Read) > 0 {
		leaks = append(leaks, "it read "+strings.Join(f.Read, ", "))
	}
	if len(f.Wrote) > 0 {
		leaks = append(leaks, "it wrote to "+strings.Join(f.Wrote, ", "))
	}
	if f.Uid != fmt.Sprint(inside) {
		leaks = append(leaks, "its user is "+f.Uid)
	}
	if strings.Trim(f.CapEff, "0") != "" || f.CapEff == "" {
		leaks = append(leaks, "it has capabilities "+f.CapEff)
	}
	if f.NoNewPrivs != "1" {
		leaks = append(leaks, "it may gain privileges")
	}
	if f.Seccomp != "2" {
		leaks = append(leaks, "no system-call filter is on")
	}
	if f.Environ != "" {
		leaks = append(leaks, "it read an environment")
	}
	// 3 is the folder it lists.
	if slices.ContainsFunc(f.Descriptors, func(n int) bool { return n > 3 }) {
		leaks = append(leaks, "it holds files of ours")
	}
	if f.Namespace {
		leaks = append(leaks, "it made a user namespace")
	}
	return leaks
}

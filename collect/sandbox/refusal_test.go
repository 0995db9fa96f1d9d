//go:build linux

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A machine that cannot isolate is played by a bwrap that says what the real
// one says there. Each must end in a refusal whose remedy fits.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, script   string
		reason, remedy string
	}{
		{"user namespaces forbidden", `echo "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'." >&2; exit 1`,
			"No permissions to creat", "kernel.unprivileged_userns_clone"},
		{"AppArmor of Ubuntu 24.04", `echo "bwrap: setting up uid map: Permission denied" >&2; exit 1`, "uid map", "kernel.apparmor_restrict_unprivileged_userns"},
		{"AppArmor, with network", `echo "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted" >&2; exit 1`, "RTM_NEWADDR", "kernel.apparmor_restrict_unprivileged_userns"},
		{"namespaces used up", `echo "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)" >&2; exit 1`, "ENOSPC", "user.max_user_namespaces"},
		{"a container without a new /proc", `echo "bwrap: Can't mount proc on /newroot/proc: Operation not permitted" >&2; exit 1`, "mount proc", "In a container"},
		{"silent", "exit 1", "did not set up a box", "apt install bubblewrap"},
		{"killed", "kill -9 $$", "did not set up a box", "apt install bubblewrap"},
		{"too old", "", "too old", "0.8.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			help := "--disable-userns --size --perms --block-fd --info-fd --seccomp"
			if c.script == "" {
				help = "--perms --block-fd --info-fd --seccomp"
			}
			putBwrap(t, fmt.Sprintf("#!/bin/sh\ncase $1 in --help) echo '%s'; exit;; --version) echo 'bubblewrap 0.8.0'; exit;; esac\n%s\n", help, c.script))
			wantRefused(t, Options{}, c.reason, c.remedy)
		})
	}
}

// A bubblewrap that isolates less than it is told to must not get past the
// self-test: each of these leaves one thing out of, or adds one to, what the
// real one is asked for.
func TestWeakIsolation(t *testing.T) {
	openBox(t, Options{}) // skips where there is none
	real, err := exec.LookPath("bwrap")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, edit, reason string }{
		{"with the network", `drop("--unshare-all"); drop("--seccomp", 1); options[:0] = ["--unshare-pid", "--unshare-ipc", "--unshare-uts"]`, "it reached a port"},
		{"without a filter", `drop("--seccomp", 1)`, "no system-call filter"},
		{"with /etc", `options[-6:-6] = ["--ro-bind", "/etc", "/etc"]`, "/etc/passwd"},
		{"with a writable root", `options.insert(0, ""); del options[0]; i = len(options) - 1 - options[::-1].index("--remount-ro"); del options[i:i+2]`, "it wrote to /"},
		{"with nested namespaces", `drop("--disable-userns"); drop("--seccomp", 1)`, "it made a user namespace"},
	} {
		t.Run(c.name, func(t *testing.T) {
			putBwrap(t, fmt.Sprintf(`#!/usr/bin/python3 -I
import os, sys
if sys.argv[1] != "--args":
    os.execv(%[1]q, sys.argv)
with os.fdopen(int(sys.argv[2]), "rb") as f:
    options = f.read().decode().split("\0")[:-1]
def drop(name, values=0):
    i = options.index(name)
    del options[i:i + 1 + values]
%[2]s
fd = os.memfd_create("args", 0)
os.write(fd, "".join(o + "\0" for o in options).encode())
os.lseek(fd, 0, 0)
os.execv(%[1]q, ["bwrap", "--args", str(fd)] + sys.argv[3:])
`, real, c.edit))
			wantRefused(t, Options{}, c.reason, "Do not run code here")
		})
	}
}

// Not played: in a user namespace that may have no others inside, bubblewrap
// itself says so.
func TestRefusedByTheKernel(t *testing.T) {
	if os.Getenv("SANDBOX_TEST_NO_NAMESPACES") != "" {
		if err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, Options{}, "ENOSPC", "user.max_user_namespaces")
		return
	}
	openBox(t, Options{}) // skips where there is none
	if os.Geteuid() != 0 {
		t.Skip("SKIP: only root can make a user namespace with several users in it")
	}
	cmd := testCommand("TestRefusedByTheKernel", "SANDBOX_TEST_NO_NAMESPACES=1")
	same := []syscall.SysProcIDMap{{Size: 65536}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: same, GidMappings: same, GidMappingsEnableSetgroups: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// And where there is no other user to become.
	cmd = testCommand("TestRefusedForOneUser", "SANDBOX_TEST_ONE_USER=1")
	one := []syscall.SysProcIDMap{{Size: 1}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: one, GidMappings: one}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestRefusedForOneUser does its work when started by the test before.
func TestRefusedForOneUser(t *testing.T) {
	if os.Getenv("SANDBOX_TEST_ONE_USER") == "" {
		return
	}
	wantRefused(t, Options{}, "starting bwrap", "as an ordinary user")
}

// putBwrap puts a program of this text first in PATH under the name of bwrap.
func putBwrap(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bwrap"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	// Another user runs it, when we are root.
	os.Chmod(filepath.Dir(dir), 0o755)
	os.Chmod(dir, 0o755)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func wantRefused(t *testing.T, o Options, reason, remedy string) {
	t.Helper()
	b, err := Open(context.Background(), o)
	if err == nil {
		b.Close()
		t.Fatal("it was not refused")
	}
	var refused *Refused
	if !errors.As(err, &refused) {
		t.Fatalf("not a refusal: %v", err)
	}
	if !strings.Contains(refused.Reason, reason) || !strings.Contains(refused.Remedy, remedy) {
		t.Errorf("reason %q, remedy %q; want %q and %q in them", refused.Reason, refused.Remedy, reason, remedy)
	}
	if strings.HasSuffix(refused.Reason, ".") || !strings.HasSuffix(refused.Remedy, ".") || strings.Contains(refused.Remedy, "\n") {
		t.Errorf("not of the form reason and remedy: %q, %q", refused.Reason, refused.Remedy)
	}
}

func TestRefusedBefore(t *testing.T) {
	t.Run("no bubblewrap", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		wantRefused(t, Options{}, "not installed", "apt install bubblewrap")
	})
	t.Run("none without the second flag", func(t *testing.T) {
		wantRefused(t, Options{Kind: None}, "was not confirmed", "bubblewrap")
	})
	t.Run("no such Python", func(t *testing.T) {
		wantRefused(t, Options{Python: "/does/not/exist"}, "/does/not/exist", "Correct the path")
	})
	t.Run("not a Python", func(t *testing.T) {
		wantRefused(t, Options{Python: "/bin/false"}, "/bin/false", "Correct the path")
	})
	t.Run("no Python at all", func(t *testing.T) {
		if _, err := os.Stat("/usr/bin/python3"); err == nil {
			t.Skip("SKIP: this machine has /usr/bin/python3")
		}
		t.Setenv("PATH", t.TempDir())
		wantRefused(t, Options{}, "no Python", "apt install python3")
	})
	if _, err := Open(context.Background(), Options{Kind: "docker"}); err == nil || !strings.Contains(err.Error(), `"docker"`) {
		t.Errorf("an unknown kind gives %v", err)
	}
}

// Each breach alone is enough to refuse.
func TestBreaches(t *testing.T) {
	good := found{Uid: "65534", CapEff: "0000000000000000", NoNewPrivs: "1", Seccomp: "2", Descriptors: []int{0, 1, 2, 3}}
	if leaks := breaches(good, 0); len(leaks) > 0 {
		t.Errorf("a tight box: %q", leaks)
	}
	for name, change := range map[string]func(*found){
		"reached":     func(f *found) { f.Reached = [][]any{{"127.0.0.1", 1}} },
		"read":        func(f *found) { f.Read = []string{"/etc/passwd"} },
		"wrote":       func(f *found) { f.Wrote = []string{"/usr"} },
		"root":        func(f *found) { f.Uid = "0" },
		"capability":  func(f *found) { f.CapEff = "0000000000200000" },
		"no status":   func(f *found) { f.CapEff = "" },
		"privileges":  func(f *found) { f.NoNewPrivs = "0" },
		"filter":      func(f *found) { f.Seccomp = "0" },
		"environment": func(f *found) { f.Environ = "HF_TOKEN=x\x00" },
		"descriptors": func(f *found) { f.Descriptors = []int{0, 1, 2, 3, 10} },
		"namespace":   func(f *found) { f.Namespace = true },
	} {
		f := good
		change(&f)
		if leaks := breaches(f, 0); len(leaks) != 1 {
			t.Errorf("%s: %q", name, leaks)
		}
	}
	if leaks := breaches(good, 1); len(leaks) != 1 {
		t.Errorf("a connection that was seen here: %q", leaks)
	}
}

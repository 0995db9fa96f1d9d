//go:build linux

package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// asUser is set in the environment of a test binary that root has started again
// as an ordinary user.
const asUser = "SANDBOX_TEST_AS_USER"

// ordinary is the user for that. It is none of those that boxes get.
const ordinary = 65532

// openBox opens a box for a test. Where bubblewrap cannot isolate, the test is
// skipped and says so; under CI=true that is a failure.
func openBox(t testing.TB, o Options) *Box {
	t.Helper()
	plain := o.Kind == "" && o.Parallel == 0 && o.Python == "" && len(o.Packages) == 0
	var b *Box
	var err error
	if plain {
		b, err = shared()
	} else {
		b, err = Open(context.Background(), o)
	}
	var refused *Refused
	if errors.As(err, &refused) && os.Getenv("CI") != "true" {
		t.Skipf("SKIP: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !plain {
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return b
}

// common is the box of shared, where a test has asked for it.
var common *Box

// shared opens the box with default options, once for all tests.
var shared = sync.OnceValues(func() (*Box, error) {
	var err error
	common, err = Open(context.Background(), Options{})
	return common, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if common != nil {
		common.Close()
	}
	os.Exit(code)
}

// testCommand is this test binary, to run one test again with more in its environment.
func testCommand(name string, env ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "-test.run", "^"+name+"$")
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// again runs one test of this binary as an ordinary user, who may not reach the
// folders of root: the binary is copied to where everybody may run it.
func again(t *testing.T, name string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "benchsite-sandbox-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755)
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	binary := filepath.Join(dir, "sandbox.test")
	to, err := os.OpenFile(binary, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	args := []string{"-test.run", "^" + name + "$"}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + dir, asUser + "=1", "CI=" + os.Getenv("CI")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary, Groups: []uint32{}}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as user %d: %v\n%s", ordinary, err, out)
	} else if testing.Verbose() || strings.Contains(string(out), "SKIP") {
		t.Logf("as user %d:\n%s", ordinary, out)
	}
}

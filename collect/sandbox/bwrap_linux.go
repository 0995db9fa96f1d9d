package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// firstUID is the first of the user ids that boxes have on the host when we are
// root, one for each slot: a process limit does not bind uid 0, and two boxes
// that share an id would share what the kernel counts per user.
const firstUID = 60000

// bubblewrap runs programs under bwrap.
type bubblewrap struct {
	bwrap, prlimit string
	version        string
	root           bool
	filter         []byte
	system         []string // arguments that every program gets
	trees          []string // folders of the interpreter outside /usr
	stage          *stage
	closed         sync.Once
	groups         *groups // nil where no cgroup is to be had
	groupsReason   string
}

// openBubblewrap finds the programs and the cgroups; whether they isolate is
// for the self-test to find out.
func openBubblewrap(py python, slots int) (runner, error) {
	w := &bubblewrap{root: os.Geteuid() == 0, trees: py.binds}
	var err error
	if w.bwrap, err = exec.LookPath("bwrap"); err != nil {
		return nil, &Refused{Reason: "bubblewrap is not installed (no bwrap in PATH)", Remedy: "Install it: apt install bubblewrap."}
	}
	if w.prlimit, err = exec.LookPath("prlimit"); err == nil {
		w.prlimit, err = filepath.EvalSymlinks(w.prlimit)
	}
	if err != nil || !within(w.prlimit, "/usr") {
		return nil, &Refused{Reason: "prlimit is not installed below /usr", Remedy: "Install it: apt install util-linux."}
	}
	if err := w.probeVersion(); err != nil {
		return nil, err
	}
	if w.filter, err = seccompFilter(); err != nil {
		return nil, &Refused{Reason: "no system-call filter for this processor: " + clause(err), Remedy: "Run on amd64 or arm64."}
	}
	if w.root {
		for _, dir := range w.trees {
			if closed := closedTo(dir); closed != "" {
				return nil, &Refused{
					Reason: fmt.Sprintf("Python %s lies below %s, which only root may enter, and programs do not run as root", py.Executable, closed),
					Remedy: "Name a Python that every user may read, such as /usr/bin/python3 or a virtual environment below /opt; or run as an ordinary user.",
				}
			}
		}
	}
	w.stage = &stage{copies: w.root}
	closeInherited()
	w.system = systemArgs()
	w.groups, err = openGroups(slots)
	if err != nil {
		w.groupsReason = clause(err)
	}
	reap(1)
	return w, nil
}

// closeInherited keeps the descriptors that this process got from its parent,
// such as a shell's, from being handed on: bwrap passes on what it inherits.
// Go marks all files that it opens itself in this way.
func closeInherited() {
	open, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range open {
		if n, err := strconv.Atoi(entry.Name()); err == nil && n > 2 {
			unix.CloseOnExec(n)
		}
	}
}

// probeVersion wants 0.8.0, the first with --disable-userns and --size.
func (w *bubblewrap) probeVersion() error {
	help := exec.Command(w.bwrap, "--help")
	help.Env = []string{}
	text, _ := help.CombinedOutput() // some versions exit 1 for --help
	version := exec.Command(w.bwrap, "--version")
	version.Env = []string{}
	out, err := version.Output()
	if err != nil {
		return &Refused{Reason: fmt.Sprintf("%s does not run (%s)", w.bwrap, clause(err)), Remedy: "Install bubblewrap again: apt install bubblewrap."}
	}
	w.version = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(out)), "bubblewrap"))
	for _, option := range []string{"--disable-userns", "--size", "--perms", "--block-fd", "--info-fd", "--seccomp"} {
		if !bytes.Contains(text, []byte(option)) {
			return &Refused{Reason: fmt.Sprintf("bubblewrap %s is too old: it lacks %s", w.version, option), Remedy: "Install bubblewrap 0.8.0 or later."}
		}
	}
	return nil
}

// systemArgs is the part of bwrap's arguments that no program changes: all
// namespaces, and of the host only /usr and what the dynamic linker needs.
func systemArgs() []string {
	args := []string{
		"--unshare-all", "--unshare-user", "--unshare-cgroup", "--disable-userns",
		"--die-with-parent", "--new-session",
		"--uid", strconv.Itoa(inside), "--gid", strconv.Itoa(inside), "--hostname", "box", "--clearenv",
		"--ro-bind", "/usr", "/usr",
	}
	for _, dir := range []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"} {
		if target, err := os.Readlink(dir); err == nil {
			args = append(args, "--symlink", target, dir)
		} else if _, err := os.Stat(dir); err == nil {
			args = append(args, "--ro-bind", dir, dir)
		}
	}
	// The BLAS library of Debian is a link through /etc/alternatives.
	for _, file := range []string{"/etc/alternatives", "/etc/ld.so.cache"} {
		if _, err := os.Stat(file); err == nil {
			args = append(args, "--ro-bind", file, file)
		}
	}
	return args
}

// command is the argument list after bwrap's own: prlimit sets the limits of
// processes inside, where a process count starts anew, and becomes the program.
func (w *bubblewrap) command(p Program) []string {
	l := p.Limits
	cpu := int64(math.Ceil(l.CPU.Seconds()))
	args := []string{
		w.prlimit,
		fmt.Sprintf("--as=%d", l.MemoryBytes+AddressSpaceRoom),
		fmt.Sprintf("--cpu=%d:%d", cpu, cpu+1),
		fmt.Sprintf("--fsize=%d", l.FileBytes),
		fmt.Sprintf("--nofile=%d", l.OpenFiles),
		fmt.Sprintf("--nproc=%d", w.processLimit(l.Processes)),
		"--core=0", "--memlock=0", "--msgqueue=0", "--rtprio=0", "--sigpending=256",
		"--",
	}
	return append(args, p.Argv...)
}

// processLimit: since Linux 5.14 processes are counted for each user
// namespace, so the limit holds for the box alone. Before, the kernel counts
// all processes of the user, so what runs already comes on top.
func (w *bubblewrap) processLimit(n int) int {
	// One more each for bwrap's own process 1 and for prlimit before it becomes
	// the program.
	n += 2
	if w.root || kernelAtLeast(5, 14) {
		return n
	}
	return n + threadsOf(os.Getuid())
}

// kernelAtLeast compares with the running kernel.
func kernelAtLeast(major, minor int) bool {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return false
	}
	m := regexp.MustCompile(`^(\d+)\.(\d+)`).FindStringSubmatch(unix.ByteSliceToString(u.Release[:]))
	if m == nil {
		return false
	}
	a, _ := strconv.Atoi(m[1])
	b, _ := strconv.Atoi(m[2])
	return a > major || a == major && b >= minor
}

// threadsOf counts the threads of a user on the host.
func threadsOf(uid int) int {
	n := 0
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		var s unix.Stat_t
		if unix.Stat(dir, &s) == nil && int(s.Uid) == uid {
			tasks, _ := os.ReadDir(dir + "/task")
			n += len(tasks)
		}
	}
	return n
}

// facts for the artifact.
func (w *bubblewrap) facts() map[string]any {
	f := map[string]any{
		"kind": Bubblewrap, "version": w.version, "isolated": true,
		"namespaces":       []string{"user", "pid", "net", "ipc", "uts", "cgroup", "mount"},
		"network":          false,
		"no_new_privs":     true,
		"nested_userns":    false,
		"system_calls":     fmt.Sprintf("allow list of %d", len(allowed)),
		"uid_inside":       inside,
		"cgroup":           "none",
		"supervised_every": watchEvery.Seconds(),
	}
	if w.root {
		f["uid_outside"] = "one for each running program, none of them root"
	} else {
		f["uid_outside"] = "the user's own"
	}
	if w.groups != nil {
		f["cgroup"] = w.groups.kind()
	} else if w.groupsReason != "" {
		f["cgroup_reason"] = w.groupsReason
	}
	return f
}

// Close removes the cgroups and the copies.
func (w *bubblewrap) Close() error {
	w.closed.Do(func() { reap(-1) })
	return errors.Join(w.groups.Close(), w.stage.Close())
}

// boxArgs is what differs between programs: the sizes, the files and the
// environment. What is bound comes after the empty folders, so that a virtual
// environment below /tmp stays visible.
func (w *bubblewrap) boxArgs(p Program, fds *descriptors) ([]string, error) {
	l := p.Limits
	size := func(n int64) string { return strconv.FormatInt(max(n, 4096), 10) }
	args := append(slices.Clone(w.system),
		"--dev", "/dev", "--size", size(l.TmpBytes/4), "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
		"--proc", "/proc",
		"--size", size(l.TmpBytes), "--tmpfs", "/tmp", "--dir", Dir)
	for _, dir := range w.trees {
		args = append(args, "--ro-bind", dir, dir)
	}
	for _, name := range sortedKeys(p.Files) {
		fd, err := fds.data(p.Files[name])
		if err != nil {
			return nil, err
		}
		args = append(args, "--perms", "0444", "--file", fd, Dir+"/"+name)
	}
	for _, name := range sortedKeys(p.ReadOnly) {
		from, err := w.stage.reachable(p.ReadOnly[name])
		if err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
		args = append(args, "--ro-bind", from, Dir+"/"+name)
	}
	env := p.environ(Dir, "/tmp")
	for _, name := range sortedKeys(env) {
		args = append(args, "--setenv", name, env[name])
	}
	return append(args, "--chdir", "/tmp", "--remount-ro", "/"), nil
}

// timeToSetUp is how long bwrap may take to build a box.
const timeToSetUp = 20 * time.Second

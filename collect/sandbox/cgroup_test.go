//go:build linux

package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHierarchy(t *testing.T) {
	const (
		one = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`
		two       = "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		container = "30 22 0:26 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup cgroup rw,memory\n"
	)
	for _, c := range []struct{ name, mounts, own, controller, want string }{
		{"version 1", one, "9:name=systemd:/\n4:memory:/a/b\n8:pids:/\n0::/\n", "memory", "/sys/fs/cgroup/memory/a/b"},
		{"version 1, at the root", one, "4:memory:/a/b\n8:pids:/\n", "pids", "/sys/fs/cgroup/pids"},
		{"version 1, shared", one, "2:cpu,cpuacct:/x\n", "cpuacct", "/sys/fs/cgroup/cpu,cpuacct/x"},
		{"version 1, absent", one, "2:cpu,cpuacct:/x\n", "memory", ""},
		{"version 2", two, "0::/user.slice/user-1000.slice/a.scope\n", "", "/sys/fs/cgroup/user.slice/user-1000.slice/a.scope"},
		{"version 2 has no single controllers", two, "0::/x\n", "memory", ""},
		{"a part is mounted", container, "4:memory:/docker/abc/d\n", "memory", "/sys/fs/cgroup/d"},
		{"none", "22 1 0:5 / / rw - ext4 /dev/vda rw\n", "0::/\n", "", ""},
	} {
		if got := hierarchy(c.mounts, c.own, c.controller); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Version 2 is played by a folder: what is written there, and what is read.
func TestGroupOfVersion2(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("memory.events", "low 0\noom 4\noom_kill 3\noom_group_kill 0\n")
	put("cpu.stat", "usage_usec 1000000\nuser_usec 900000\n")
	for _, name := range []string{"memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cgroup.procs"} {
		put(name, "")
	}
	g := &group{unified: true, memory: dir, pids: dir}
	if err := g.prepare(Limits{MemoryBytes: 1 << 20, Processes: 10}); err != nil {
		t.Fatal(err)
	}
	if err := g.add(4321); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"memory.max": "1048576", "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "12", "cgroup.procs": "4321"} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if g.killed() || g.cpu() != 0 {
		t.Errorf("killed %v, CPU %v before it began", g.killed(), g.cpu())
	}
	put("memory.events", "oom_kill 4\n")
	put("cpu.stat", "usage_usec 1500000\n")
	if !g.killed() || g.cpu() != 500*time.Millisecond {
		t.Errorf("killed %v, CPU %v", g.killed(), g.cpu())
	}
}

// What a killed process of ours left is removed, and nothing else.
func TestStaleGroups(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"benchsite-999999999-1/0", "benchsite-999999999-1/1", "benchsite-1-1/0", "benchsite-x-1/0", "other/0"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	removeStale(dir)
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if !slices.Equal(left, []string{"benchsite-1-1", "benchsite-x-1", "other"}) {
		t.Errorf("left: %s", strings.Join(left, " "))
	}
}

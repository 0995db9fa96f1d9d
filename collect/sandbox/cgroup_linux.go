package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// groups are the cgroups of a Box, one for each slot, below the cgroup that this
// process is in. They hold all processes of a program to one limit of memory
// and count, which a limit of each process cannot.
type groups struct {
	unified bool   // version 2
	memory  string // our folder in the hierarchy of the memory controller
	pids    string // the same for pids; equal to memory in version 2
	cpuacct string // the same for CPU time in version 1; "" without
	slots   []*group
}

// group is the cgroup of one slot. A nil group stands for none and does nothing.
type group struct {
	unified      bool
	memory, pids string
	cpuacct      string        // only version 1, and only where it can be had
	kills        int64         // of the out-of-memory killer, when the program started
	used         time.Duration // CPU time, then
}

// openGroups makes the folders, or says why that cannot be done here. As an
// ordinary user it needs a delegated cgroup, such as systemd-run --user gives.
func openGroups(slots int) (*groups, error) {
	g, err := findHierarchies()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("benchsite-%d-%d", os.Getpid(), time.Now().UnixNano()%1e6)
	for _, dir := range []*string{&g.memory, &g.pids, &g.cpuacct} {
		if *dir != "" {
			removeStale(*dir)
			*dir = filepath.Join(*dir, name)
		}
	}
	for _, dir := range g.dirs() {
		if err := os.Mkdir(dir, 0o755); err != nil {
			g.Close()
			return nil, err
		}
	}
	if g.unified {
		// The folder itself holds no process, so it may hand its controllers on.
		if err := os.WriteFile(filepath.Join(g.memory, "cgroup.subtree_control"), []byte("+memory +pids"), 0); err != nil {
			g.Close()
			return nil, err
		}
	}
	for i := range slots {
		n := strconv.Itoa(i)
		s := &group{unified: g.unified, memory: filepath.Join(g.memory, n), pids: filepath.Join(g.pids, n)}
		if g.cpuacct != "" {
			s.cpuacct = filepath.Join(g.cpuacct, n)
		}
		g.slots = append(g.slots, s)
		for _, dir := range s.dirs() {
			if err := os.Mkdir(dir, 0o755); err != nil {
				g.Close()
				return nil, err
			}
		}
		if err := s.prepare(DefaultLimits()); err != nil {
			g.Close()
			return nil, err
		}
	}
	return g, nil
}

// findHierarchies finds the cgroup of this process where memory and pids are
// controlled: both in version 2, or each in its hierarchy of version 1.
func findHierarchies() (*groups, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	memory, pids := hierarchy(string(mounts), string(own), "memory"), hierarchy(string(mounts), string(own), "pids")
	if memory != "" && pids != "" {
		return &groups{memory: memory, pids: pids, cpuacct: hierarchy(string(mounts), string(own), "cpuacct")}, nil
	}
	unified := hierarchy(string(mounts), string(own), "")
	if unified == "" {
		return nil, errors.New("no cgroup with memory and pids is mounted")
	}
	// The nearest folder upwards that hands both controllers to its children.
	for dir := unified; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "cgroup.subtree_control"))
		if err != nil {
			return nil, errors.New("no cgroup above this process hands memory and pids on")
		}
		if has := strings.Fields(string(text)); slices.Contains(has, "memory") && slices.Contains(has, "pids") {
			return &groups{unified: true, memory: dir, pids: dir}, nil
		}
	}
}

// hierarchy is the folder of our own cgroup for a controller of version 1, or
// of version 2 for "". Form: proc_pid_mountinfo(5) and cgroups(7).
func hierarchy(mounts, own, controller string) string {
	path := ""
	for line := range strings.Lines(own) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && slices.Contains(strings.Split(parts[1], ","), controller) {
			path = parts[2]
		}
	}
	if path == "" {
		return ""
	}
	for line := range strings.Lines(mounts) {
		before, after, _ := strings.Cut(strings.TrimSpace(line), " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(kind) < 3 {
			continue
		}
		v2 := controller == "" && kind[0] == "cgroup2"
		v1 := controller != "" && kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), controller)
		if !v1 && !v2 {
			continue
		}
		if rel, err := filepath.Rel(fields[3], path); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.Join(fields[4], rel)
		}
		return fields[4]
	}
	return ""
}

// removeStale removes what a killed process of ours has left. Only empty
// folders of processes that are gone go.
func removeStale(parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, "benchsite-*"))
	for _, dir := range left {
		pid, err := strconv.Atoi(strings.Split(filepath.Base(dir), "-")[1])
		if err != nil {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); errors.Is(err, fs.ErrNotExist) {
			slots, _ := filepath.Glob(filepath.Join(dir, "[0-9]*"))
			for _, slot := range slots {
				os.Remove(slot)
			}
			os.Remove(dir)
		}
	}
}

func (g *groups) dirs() []string { return distinct(g.memory, g.pids, g.cpuacct) }

func (s *group) dirs() []string { return distinct(s.memory, s.pids, s.cpuacct) }

// distinct lists the folders once each: controllers can share a hierarchy.
func distinct(dirs ...string) []string {
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	return slices.DeleteFunc(dirs, func(dir string) bool { return dir == "" })
}

func (g *groups) kind() string {
	if g.unified {
		return "v2: memory, pids"
	}
	return "v1: memory, pids"
}

func (g *groups) slot(n int) *group {
	if g == nil {
		return nil
	}
	return g.slots[n]
}

// Close removes the folders. A process that was just killed may hold its folder
// for a moment.
func (g *groups) Close() error {
	if g == nil {
		return nil
	}
	var dirs []string
	for _, s := range g.slots {
		dirs = append(dirs, s.dirs()...)
	}
	var errs []error
	for _, dir := range append(dirs, g.dirs()...) {
		err := os.Remove(dir)
		for try := 0; err != nil && !errors.Is(err, fs.ErrNotExist) && try < 50; try++ {
			time.Sleep(10 * time.Millisecond)
			err = os.Remove(dir)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// prepare sets the limits for the next program and starts its counts anew.
func (s *group) prepare(l Limits) error {
	if s == nil {
		return nil
	}
	write := func(dir, name string, value int64) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(strconv.FormatInt(value, 10)), 0)
	}
	// Process 1 of the box counts, and prlimit before it becomes the program.
	err := write(s.pids, "pids.max", int64(l.Processes)+2)
	if s.unified {
		err = errors.Join(err, write(s.memory, "memory.max", l.MemoryBytes))
		write(s.memory, "memory.swap.max", 0) // absent without swap accounting
		write(s.memory, "memory.oom.group", 1)
	} else {
		// The limit with swap may never lie below the one without.
		write(s.memory, "memory.memsw.limit_in_bytes", -1)
		err = errors.Join(err, write(s.memory, "memory.limit_in_bytes", l.MemoryBytes))
		write(s.memory, "memory.memsw.limit_in_bytes", l.MemoryBytes)
		write(s.memory, "memory.max_usage_in_bytes", 0)
	}
	s.kills, s.used = s.oomKills(), s.cpuTotal()
	return err
}

// add puts a process in; its children follow.
func (s *group) add(pid int) error {
	if s == nil {
		return nil
	}
	for _, dir := range s.dirs() {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			return err
		}
	}
	return nil
}

// counts says whether the kernel holds the box to its memory.
func (s *group) counts() bool { return s != nil }

// killed says whether memory ran out since prepare.
func (s *group) killed() bool { return s != nil && s.oomKills() > s.kills }

func (s *group) oomKills() int64 {
	if s.unified {
		return number(s.memory, "memory.events", "oom_kill")
	}
	return number(s.memory, "memory.oom_control", "oom_kill")
}

// peak is the most that the group held since prepare; 0 when unknown. Version 2
// cannot start that count anew on most kernels, so it is not used there.
func (s *group) peak() int64 {
	if s == nil || s.unified {
		return 0
	}
	return number(s.memory, "memory.max_usage_in_bytes", "")
}

// cpu is the CPU time since prepare; 0 when unknown.
func (s *group) cpu() time.Duration {
	if s == nil {
		return 0
	}
	return s.cpuTotal() - s.used
}

func (s *group) cpuTotal() time.Duration {
	if s.unified {
		return time.Duration(number(s.memory, "cpu.stat", "usage_usec")) * time.Microsecond
	}
	if s.cpuacct == "" {
		return 0
	}
	return time.Duration(number(s.cpuacct, "cpuacct.usage", ""))
}

// number reads "name value" from a line of a file, or its only number.
func number(dir, file, name string) int64 {
	text, _ := os.ReadFile(filepath.Join(dir, file))
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 1 && name == "" || len(fields) == 2 && fields[0] == name {
			n, _ := strconv.ParseInt(fields[len(fields)-1], 10, 64)
			return n
		}
	}
	return 0
}

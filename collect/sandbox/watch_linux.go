package sandbox

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// watchEvery is how often a running box is looked at. Between two looks a
// program can take more than its limit; how much more, its speed decides.
const watchEvery = 25 * time.Millisecond

// sizes remembers what was seen where no cgroup counts: the largest resident
// size of a process, and the CPU time of each at the last look at it.
type sizes struct {
	mu   sync.Mutex
	most int64
	used map[int]time.Duration
}

func (s *sizes) see(pid int, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(s.most, size)
	// The clock of another process, as clock_getcpuclockid(3) numbers it.
	var t unix.Timespec
	if unix.ClockGettime(int32(^pid<<3|2), &t) == nil {
		if s.used == nil {
			s.used = map[int]time.Duration{}
		}
		s.used[pid] = time.Duration(t.Nano())
	}
}

func (s *sizes) largest() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

func (s *sizes) cpu() (sum time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.used {
		sum += d
	}
	return sum
}

// watch ends the program at its wall limit, with the caller's context, or when
// it keeps more memory or files than it may where no cgroup holds it to that.
// (The CPU limit and the sizes of single files are the kernel's to hold.) It
// returns when the program began: bwrap takes some milliseconds to build the
// box, during which the file systems are still the host's and the time is ours.
func (l *launch) watch(ctx context.Context, group *group, seen *sizes) (started time.Time) {
	if !l.awaitStart(ctx) {
		return time.Now()
	}
	started = time.Now()
	limits := l.program.Limits
	wall := time.NewTimer(limits.Wall)
	defer wall.Stop()
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			l.end(HarnessError) // the caller gave up
			return started
		case <-wall.C:
			l.end(TimeOut)
			return started
		case <-l.ended:
			return started
		case <-look.C:
		}
		root := fmt.Sprintf("/proc/%d/root", l.child)
		files, kept := tmpfsUse(root+"/tmp", root+"/dev/shm")
		if files > limits.TmpFiles {
			l.end(OutputLimit)
			return started
		}
		if group.counts() {
			// The kernel may have taken a child only; the program is over all the same.
			if group.killed() {
				l.end(Memory)
				return started
			}
			continue
		}
		for _, pid := range l.processes() {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if err != nil {
				continue
			}
			kept += statusField(text, "RssAnon:") + statusField(text, "RssShmem:")
			seen.see(pid, statusField(text, "VmHWM:"))
		}
		if kept > limits.MemoryBytes {
			l.end(Memory)
			return started
		}
	}
}

// awaitStart waits until process 1 of the box goes on to the program.
func (l *launch) awaitStart(ctx context.Context) bool {
	late := time.NewTimer(timeToSetUp)
	defer late.Stop()
	look := time.NewTicker(500 * time.Microsecond)
	defer look.Stop()
	for !l.released() {
		select {
		case <-ctx.Done():
			l.end(HarnessError)
			return false
		case <-late.C:
			l.end(HarnessError)
			return false
		case <-l.ended:
			return false
		case <-look.C:
		}
	}
	return true
}

// tmpfsUse counts the files in the box's own file systems and what they hold.
func tmpfsUse(dirs ...string) (files, bytes int64) {
	for _, dir := range dirs {
		var s unix.Statfs_t
		if unix.Statfs(dir, &s) == nil {
			files += int64(s.Files - s.Ffree)
			bytes += int64(s.Blocks-s.Bfree) * s.Bsize
		}
	}
	return files, bytes
}

// processes lists the box: process 1 and all that descends from it. Orphans go
// to process 1, so walking down finds everyone.
func (l *launch) processes() []int {
	found := []int{l.child}
	for i := 0; i < len(found); i++ {
		tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", found[i]))
		for _, task := range tasks {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", found[i], task.Name()))
			for _, field := range fieldsOf(string(text)) {
				if pid, err := strconv.Atoi(field); err == nil {
					found = append(found, pid)
				}
			}
		}
	}
	return found
}

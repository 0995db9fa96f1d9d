//go:build unix

package server

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ownGroup puts the server into a process group of its own, so that a Ctrl-C
// for the collector does not reach it: it is stopped when its last point is in.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithUs(cmd.SysProcAttr)
}

func ask(pid int) { syscall.Kill(-pid, syscall.SIGTERM) }

// end kills what is left of the group, and of the family that it had: an engine
// may put its workers into groups of their own.
func end(pid int, family []int) {
	syscall.Kill(-pid, syscall.SIGKILL)
	for _, p := range family {
		if parentOf(p) != 0 { // still there; its number was not given away within the grace
			syscall.Kill(p, syscall.SIGKILL)
		}
	}
	for range 50 { // what is killed is gone in a moment
		if syscall.Kill(-pid, 0) == syscall.ESRCH {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// family lists the descendants of a process, where /proc tells.
func family(pid int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			if parent := parentOf(n); parent > 0 {
				children[parent] = append(children[parent], n)
			}
		}
	}
	var out []int
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		out = append(out, children[queue[0]]...)
		queue = append(queue, children[queue[0]]...)
	}
	return out
}

// parentOf reads the parent of a process, 0 when it is gone.
func parentOf(pid int) int {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	// The name stands in brackets and may hold anything; state and parent follow.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 2 || fields[0] == "Z" {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

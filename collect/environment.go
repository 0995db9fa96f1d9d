package collect

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// clientFacts describes the machine on which the load generator runs.
func clientFacts(version string) map[string]string {
	m := hostFacts()
	m["tool"] = "benchsite"
	m["go"] = runtime.Version()
	m["gomaxprocs"] = strconv.Itoa(runtime.GOMAXPROCS(0))
	if version != "" {
		m["version"] = version
	}
	return m
}

// hostFacts describes this machine as far as the system says it; it is the
// server's host only for the embedded endpoint. A host name is not among them.
func hostFacts() map[string]string {
	m := map[string]string{"os": runtime.GOOS, "arch": runtime.GOARCH, "cores": strconv.Itoa(runtime.NumCPU())}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m["kernel"] = strings.TrimSpace(string(b))
	}
	if v := procField("/proc/cpuinfo", "model name"); v != "" {
		m["cpu"] = v
	}
	if kb, err := strconv.ParseFloat(strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB"), 64); err == nil {
		m["memory_gb"] = strconv.FormatFloat(kb*1024/1e9, 'f', 1, 64)
	}
	return m
}

// procField returns the first value of a "name : value" file.
func procField(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if k, v, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

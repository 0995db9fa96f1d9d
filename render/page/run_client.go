package page

import (
	"maps"
	"slices"

	"benchsite/collect/artifact"
	"benchsite/render/dataset"
	"benchsite/render/locale"
)

// machineKeys are what host and client are recorded alike; they tell whether
// both are one machine.
var machineKeys = []string{"os", "kernel", "arch", "cpu", "cores", "memory_gb"}

// sameMachine reports whether the test tool saw its own machine as the host of
// the server: then the lines of the host say nothing new.
func sameMachine(env artifact.Environment) bool {
	known := false
	for _, k := range machineKeys {
		if env.Host[k] != env.Client[k] {
			return false
		}
		known = known || env.Host[k] != ""
	}
	return known
}

// clientParts is the machine and the tool that sent the requests, in one line:
// the tool, what it spoke, its machine, then all else that was noted.
func (e *Edition) clientParts(r *dataset.Run) []string {
	c := r.Environment.Client
	done := map[string]bool{"tool": true, "version": true}
	var out []string
	if c["tool"] != "" {
		tool := Cut(c["tool"], CutCell)
		if v := c["version"]; v != "" {
			tool += " " + Cut(v, CutCell)
		}
		if r.Artifact.Simulated && sameMachine(r.Environment) {
			tool = e.L.Fill("env.client-same-host", locale.Slots{"client": tool})
		}
		out = append(out, tool)
	}
	add := func(k string) {
		if done[k] || c[k] == "" {
			return
		}
		done[k] = true
		out = append(out, e.clientPart(k, hostValue(k, c[k])))
	}
	add("protocol")
	for _, k := range machineKeys {
		add(k)
	}
	for _, k := range slices.Sorted(maps.Keys(c)) {
		add(k)
	}
	return out
}

// clientPart writes one noted thing; what speaks for itself goes without name.
func (e *Edition) clientPart(k, value string) string {
	switch k {
	case "protocol", "os", "cpu", "arch", "go":
		return value
	case "gomaxprocs":
		return "GOMAXPROCS " + value
	}
	return lowerFirst(e.L.Param(Cut(k, CutCell))) + " " + value
}

// hostValue adds the unit that the name of a noted thing holds.
func hostValue(k, value string) string {
	value = Cut(value, CutValue)
	if k == "memory_gb" {
		value += "\u00a0GB"
	}
	return value
}

package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// python is an interpreter and the folders that it needs.
type python struct {
	Executable string   `json:"executable"`
	Version    string   `json:"version"`
	Prefixes   []string `json:"prefixes"` // sys.prefix, sys.base_prefix, sys.exec_prefix
	Path       []string `json:"path"`     // sys.path without "" and the zip

	binds []string // what lies outside /usr, to be bound read-only
}

// askPython makes the interpreter describe itself. A name such as python3 may
// be a script that chooses among several, so its own word counts, not its path.
const askPython = `import sys, json, platform
print(json.dumps({"executable": sys.executable, "version": platform.python_version(),
 "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix], "path": [p for p in sys.path if p]}))`

// findPython asks the interpreter, which is the user's own and trusted, where
// its parts are.
func findPython(ctx context.Context, name string) (python, error) {
	var p python
	given := name
	if name == "" {
		name = "/usr/bin/python3"
		if _, err := os.Stat(name); err != nil {
			name = "python3"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, "-I", "-B", "-c", askPython).Output()
	if err == nil {
		err = json.Unmarshal(out, &p)
	}
	if err != nil {
		if given == "" {
			return p, &Refused{Reason: "no Python 3 was found (" + clause(err) + ")",
				Remedy: "Install it (apt install python3), or name an interpreter in the configuration."}
		}
		return p, &Refused{Reason: fmt.Sprintf("the Python named in the configuration, %s, does not run (%s)", given, clause(err)),
			Remedy: "Correct the path; it must be a Python 3 interpreter of the system or of a virtual environment."}
	}
	p.binds, err = p.outside()
	return p, err
}

// clause is an error as part of a sentence, with what the program itself said.
func clause(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return lastLine(exit.Stderr)
	}
	return strings.TrimSuffix(err.Error(), ".")
}

// lastLine is the last line that is not blank.
func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// outside lists the folders of the interpreter that the system's /usr does not
// hold, each once, outermost first. A folder that would show far more than an
// interpreter is refused.
func (p python) outside() ([]string, error) {
	home, _ := os.UserHomeDir()
	broad := []string{"/", "/home", "/root", "/etc", "/var", "/tmp", "/opt", "/srv", "/mnt", home}
	var found []string
	candidates := slices.Concat(p.Prefixes, p.Path)
	// A virtual environment holds a chain of links to the real interpreter.
	for link := p.Executable; ; {
		if bin := filepath.Dir(link); bin != "/bin" {
			candidates = append(candidates, filepath.Dir(bin))
		}
		next, err := os.Readlink(link)
		if err != nil {
			break
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(link), next)
		}
		link = next
	}
	for _, dir := range candidates {
		dir = filepath.Clean(dir)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() || within(dir, "/usr") {
			continue
		}
		if slices.Contains(broad, dir) {
			return nil, &Refused{Reason: fmt.Sprintf("the folder %s belongs to the Python %s and would be readable in the box as a whole", dir, p.Executable),
				Remedy: "Use a Python with a folder of its own: the system's or a virtual environment."}
		}
		found = append(found, dir)
	}
	slices.Sort(found)
	var outer []string
	for _, dir := range found {
		if !slices.ContainsFunc(outer, func(o string) bool { return within(dir, o) }) {
			outer = append(outer, dir)
		}
	}
	return outer, nil
}

// within says whether dir is parent or lies below it.
func within(dir, parent string) bool {
	return dir == parent || strings.HasPrefix(dir, strings.TrimSuffix(parent, "/")+"/")
}

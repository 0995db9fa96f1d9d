package main

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The preview from its start to Ctrl-C: a change of a report is seen, a fault in
// one leaves the page of before, and nothing is left behind.
func TestServeUntilInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIP: interrupts cannot be sent here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "benchsite") // the name under which the test binary is the program
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "artifacts"), os.DirFS("../../artifacts")); err != nil {
		t.Fatal(err)
	}
	body := filepath.Join(dir, "artifacts", "reports", "qwen3-32b-40-questions", "en.md")
	source, err := os.ReadFile(body)
	if err != nil {
		t.Fatal(err)
	}
	write := func(more string) {
		t.Helper()
		if err := os.WriteFile(body+"~", []byte(string(source)+more), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(body+"~", body); err != nil { // as editors save
			t.Fatal(err)
		}
	}
	tmp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(tmp, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, "serve", "--addr", "127.0.0.1:0")
	var said strings.Builder
	cmd.Dir, cmd.Stderr, cmd.Env = dir, &said, append(os.Environ(), "TMPDIR="+tmp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v; it said %q", err, said.String())
	}
	url = strings.TrimSpace(url)
	page := func(want string, has bool) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			r, err := http.Get(url + "en/reports/qwen3-32b-40-questions/")
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if r.StatusCode == http.StatusOK && strings.Contains(string(text), want) == has {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%q on the page is not %v", want, has)
			}
		}
	}
	page("<h1", true)
	write("\nA freshly written sentence.\n")
	page("A freshly written sentence.", true)

	events, err := http.Get(url + ".benchsite/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	write("\n{{value \"nothing.like.it\"}}\n")
	for lines := bufio.NewScanner(events.Body); lines.Scan(); {
		if strings.Contains(lines.Text(), "en.md") {
			break
		}
	}
	page("A freshly written sentence.", true) // the page of before
	write("\nMended.\n")
	page("Mended.", true)

	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("%v, want exit code %d; it said %q", err, exitInterrupted, said.String())
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "artifacts", ".state", "site", "*")); len(left) > 0 {
		t.Errorf("remembered for a folder that is gone: %v", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "site")); err == nil {
		t.Error("site/ was made")
	}
	for _, want := range []string{"rendered", "en.md", "nothing.like.it", "pages of before"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it did not say %q: %s", want, said.String())
		}
	}
}

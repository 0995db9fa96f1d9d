package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
)

// program is the test binary under the name that makes it the program.
func program(t *testing.T, dir string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "benchsite")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// writeSuite writes a suite whose items ask for their number.
func writeSuite(t *testing.T, path string, n int) {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"id\": \"q%d\", \"prompt\": \"say %d\", \"expected\": %d, \"type\": \"number\"}\n", i, 1000+i, 1000+i)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func promptsOf(received []endpointtest.Received) map[string]int {
	out := map[string]int{}
	for _, r := range received {
		out[r.Body["messages"].([]any)[0].(map[string]any)["content"].(string)]++
	}
	return out
}

// A process that is killed while item 18 of 40 is in flight: the next command
// says what it left, whatever it does itself keeps that as a run marked
// interrupted, and the same command asks exactly the 23 others.
func TestKilledEvaluation(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIP: a process cannot be killed like that here")
	}
	dir := t.TempDir()
	bin := program(t, dir)
	writeSuite(t, filepath.Join(dir, "forty.jsonl"), 40)
	writeSuite(t, filepath.Join(dir, "two.jsonl"), 2)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	var said *endpointtest.Server
	said = endpointtest.New(t, func(w *endpointtest.Wire) {
		if len(said.Received()) == 18 {
			<-hang
			return
		}
		m := w.Body["messages"].([]any)
		w.JSON(200, endpointtest.Whole(strings.TrimPrefix(m[0].(map[string]any)["content"].(string), "say "), 5, 3))
	})
	start := func(suite string) (*exec.Cmd, *strings.Builder) {
		out := &strings.Builder{}
		cmd := exec.Command(bin, "eval", "--url", said.URL, "--model", "m", "--suite", suite)
		cmd.Dir, cmd.Stderr, cmd.Stdout = dir, out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd, out
	}
	cmd, out := start("forty.jsonl")
	for deadline := time.Now().Add(20 * time.Second); len(said.Received()) < 18; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d requests: %s", len(said.Received()), out)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	store := artifact.Open(filepath.Join(dir, "artifacts"))
	if ids, err := store.List(); err != nil || len(ids) != 0 {
		t.Fatalf("%v: a killed run left %v", err, ids)
	}

	cmd, out = start("two.jsonl")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"forty of m, 17 of 40 answers are there", "evaluation of forty is kept as"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it did not say %q: %s", want, out)
		}
	}
	part := only(t, store, "forty", artifact.StatusInterrupted)
	if *part.Eval.Tasks[0].Outcomes.Correct != 17 || !strings.Contains(*part.StatusReason, "17 of 40 answers are there: the process ended") {
		t.Errorf("%+v %s", part.Eval.Tasks[0].Outcomes, *part.StatusReason)
	}

	before := len(said.Received())
	cmd, out = start("forty.jsonl")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	rest := promptsOf(said.Received()[before:])
	if len(rest) != 23 || len(said.Received())-before != 23 {
		t.Errorf("%d requests for %d items, want 23", len(said.Received())-before, len(rest))
	}
	for i := range 40 {
		if got := rest[fmt.Sprintf("say %d", 1000+i)]; i < 17 && got != 0 || i >= 17 && got != 1 {
			t.Errorf("item %d was asked %d times", i, got)
		}
	}
	whole := only(t, store, "forty", artifact.StatusComplete)
	if *whole.Eval.Tasks[0].Outcomes.Correct != 40 || len(whole.DerivedFrom) != 1 || whole.DerivedFrom[0].ID != part.ID || whole.DerivedFrom[0].How != artifact.HowResume {
		t.Errorf("%+v %+v", whole.Eval.Tasks[0].Outcomes, whole.DerivedFrom)
	}
	if left, _ := filepath.Glob(filepath.Join(store.StateDir(), "journal", "eval", "*")); len(left) != 0 {
		t.Errorf("journals left: %v", left)
	}
}

// only is the one artifact of a task with this status.
func only(t *testing.T, st *artifact.Store, task string, status artifact.Status) *artifact.Artifact {
	t.Helper()
	ids, err := st.List()
	if err != nil {
		t.Fatal(err)
	}
	var found []*artifact.Artifact
	for _, id := range ids {
		a, _, err := st.Read(id)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status == status && a.Eval != nil && a.Eval.Tasks[0].Task == task {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d artifacts of %s are %s, want 1", len(found), task, status)
	}
	return found[0]
}

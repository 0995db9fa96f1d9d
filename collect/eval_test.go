package collect

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/eval"
)

// A server that answers 429 for a while loses nothing (exit code 0); one that
// dies leaves a valid partial artifact (3), and the same plan completes it.
func TestEvalsOfAnUnwellServer(t *testing.T) {
	var n atomic.Int32
	var dying atomic.Bool
	s := endpointtest.New(t, func(w *endpointtest.Wire) {
		switch i := n.Add(1); {
		case i <= 8:
			w.JSON(429, `{"error":{"message":"slow down"}}`, "Retry-After: 0.01")
		case dying.Load() && i > 13:
			w.Reset()
		default:
			m := w.Body["messages"].([]any)
			w.JSON(200, endpointtest.Whole(strings.TrimPrefix(m[0].(map[string]any)["content"].(string), "say "), 5, 3))
		}
	})
	dir := t.TempDir()
	suite := filepath.Join(dir, "ten.jsonl")
	var b strings.Builder
	for _, c := range "0123456789" {
		b.WriteString(`{"id": "q` + string(c) + `", "prompt": "say 1` + string(c) + `", "expected": 1` + string(c) + `, "type": "number"}` + "\n")
	}
	if err := os.WriteFile(suite, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	points, err := SingleEval(Subject{Endpoint: s.URL, Model: "m"}, Eval{Suite: suite, Concurrency: 2})
	if err != nil {
		t.Fatal(err)
	}
	run := func(store *artifact.Store) EvalOutcome {
		t.Helper()
		out, err := RunEvals(context.Background(), points, store, nil, EvalOptions{Retry: eval.Retry{Attempts: 3, First: time.Millisecond, Most: 2 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	dying.Store(true)
	store := artifact.Open(filepath.Join(dir, "artifacts"))
	out := run(store)
	a := out.Results[0].Artifact
	if out.ExitCode() != 3 || a == nil || a.Status != artifact.StatusInterrupted || *a.Eval.Tasks[0].Outcomes.Correct < 4 || *a.Eval.Tasks[0].Outcomes.Error != 0 {
		t.Fatalf("exit code %d, %+v", out.ExitCode(), a)
	}
	if stored, _, err := store.Read(a.ID); err != nil || stored.Status != artifact.StatusInterrupted {
		t.Errorf("the partial artifact: %v", err)
	}
	dying.Store(false)
	out = run(store)
	if a := out.Results[0].Artifact; out.ExitCode() != 0 || a.Status != artifact.StatusComplete || *a.Eval.Tasks[0].Outcomes.Correct != 10 || len(a.DerivedFrom) != 1 {
		t.Errorf("exit code %d, %+v", out.ExitCode(), a.Eval.Tasks[0].Outcomes)
	}
	asked := map[string]int{}
	for _, r := range s.Received() {
		asked[r.Body["messages"].([]any)[0].(map[string]any)["content"].(string)]++
	}
	if len(asked) != 10 {
		t.Errorf("%d items were asked, want 10", len(asked))
	}
}

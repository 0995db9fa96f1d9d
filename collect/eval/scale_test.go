//go:build unix

package eval

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/endpoint/endpointtest"
	"benchsite/collect/simulate"
)

// role makes the test program the simulated endpoint of a measurement, so that
// its processor time is not the client's.
const role = "BENCHSITE_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) != "simulate" {
		os.Exit(m.Run())
	}
	p, o, _, err := simulate.Parse("simulate:bf16?clock=1000")
	if err == nil {
		var s *simulate.Server
		if s, err = simulate.Start("127.0.0.1:0", p, o); err == nil {
			fmt.Println(s.URL())
			_, _ = io.Copy(io.Discard, os.Stdin) // until the measurement closes it
			err = s.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// mmluPro is how many questions the largest suite has.
const mmluPro = 12032

// many is a suite with questions of the size of MMLU-Pro's.
func many(n int) *Suite {
	s := &Suite{Name: "many", Of: n}
	filler := strings.Repeat("Which of these statements about the orbit of a comet holds? ", 18)
	for i := range n {
		s.Items = append(s.Items, Item{ID: fmt.Sprint(i), Type: "choice", Expected: "C", Category: fmt.Sprint("c", i%14),
			Messages: endpoint.User(fmt.Sprintf("%d: %s", i, filler))})
	}
	return s
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// What is held does not grow with what is answered: not while asking, not while
// storing. The replies of this run come to 48 MB.
func TestMemoryIsFlat(t *testing.T) {
	thought := strings.Repeat("The comet is nearest to the sun here, so B fails. ", 80)
	body, err := json.Marshal("<think>" + thought + "</think>\nAnswer: C")
	if err != nil {
		t.Fatal(err)
	}
	reply := fmt.Appendf(nil, `{"object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}]}`, body)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, endpointtest.ModelList("m"))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply)
	}))
	defer s.Close()
	c, err := endpoint.Dial(t.Context(), endpoint.Options{URL: s.URL, Concurrency: 64, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var n atomic.Int64
	var early, late int64
	client := clientFunc(func(ctx context.Context, q *endpoint.Request) *endpoint.Exchange {
		switch n.Add(1) {
		case 1000:
			early = heap()
		case mmluPro:
			late = heap()
		}
		return c.Do(ctx, q)
	})
	rule, err := ScorerByName("choice")
	if err != nil {
		t.Fatal(err)
	}
	st := artifact.Open(t.TempDir())
	r, err := Run(t.Context(), Spec{Suite: many(mmluPro), Model: "m", Concurrency: 64, MaxTokens: 2048, Scorer: rule},
		Setting{Client: client, StateDir: st.StateDir(), Base: artifact.Artifact{Subject: artifact.Subject{Model: "m"}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured}}})
	if err != nil {
		t.Fatal(err)
	}
	var storing int64
	inner, seen := r.Bundle.EvalFrom, 0
	r.Bundle.EvalFrom = func(yield func(artifact.EvalRecord, error) bool) {
		for rec, err := range inner {
			if seen++; seen%mmluPro == mmluPro-1 { // near the end of each pass
				storing = max(storing, heap())
			}
			if !yield(rec, err) {
				return
			}
		}
	}
	a := put(t, st, r)
	if a.Status != artifact.StatusComplete || *a.Eval.Tasks[0].Outcomes.Correct != mmluPro || len(a.Eval.Tasks[0].Groups) != 14 {
		t.Errorf("%s, %d correct, %d groups", a.Status, *a.Eval.Tasks[0].Outcomes.Correct, len(a.Eval.Tasks[0].Groups))
	}
	const room = 4 << 20
	t.Logf("heap after 1,000 items %.1f MB, after 12,032 %.1f MB, while storing %.1f MB", float64(early)/1e6, float64(late)/1e6, float64(storing)/1e6)
	if late-early > room || storing-early > room {
		t.Errorf("heap after 1,000 items %d bytes, after 12,032 %d, while storing %d", early, late, storing)
	}
}

// BenchmarkItem is the client's own processor time for an item, at 64 in flight,
// with everything from the question to the stored artifact. The simulated
// endpoint is a process of its own.
func BenchmarkItem(b *testing.B) {
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), role+"=simulate")
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer server.Wait()
	defer in.Close()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	c, err := endpoint.Dial(b.Context(), endpoint.Options{URL: strings.TrimSpace(url), Concurrency: 64, Timeout: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	model, err := c.Pick("")
	if err != nil {
		b.Fatal(err)
	}
	rule, err := ScorerByName("choice")
	if err != nil {
		b.Fatal(err)
	}
	suite, st := many(b.N), artifact.Open(b.TempDir())
	b.ResetTimer()
	used := own(b)
	r, err := Run(b.Context(), Spec{Suite: suite, Model: model.ID, Concurrency: 64, MaxTokens: 256, Scorer: rule},
		Setting{Client: c, StateDir: st.StateDir(), Base: artifact.Artifact{Subject: artifact.Subject{Model: model.ID}, Source: artifact.Source{Tool: "benchsite", Mode: artifact.ModeMeasured}}})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := st.Put(r.Bundle); err != nil || r.Bundle.Artifact.Status != artifact.StatusComplete {
		b.Fatal(err, text(r.Bundle.Artifact.StatusReason))
	}
	b.ReportMetric((own(b)-used).Seconds()*1000/float64(b.N), "cpu-ms/item")
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}

// own is the processor time that this process has used.
func own(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

package simulate_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"benchsite/collect/endpoint"
	"benchsite/collect/simulate"
)

// TestExact: every event leaves at its moment, the log is the truth, and a
// client sees what the log says.
func TestExact(t *testing.T) {
	timing := simulate.Timing{TTFT: 60 * time.Millisecond, Gap: 10 * time.Millisecond, Events: 10}
	s, err := simulate.StartExact("127.0.0.1:0", timing)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL(), Concurrency: 16, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]*endpoint.Exchange{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for k := range 16 {
		all.Go(func() {
			for n := range 2 {
				x := c.Do(context.Background(), &endpoint.Request{ID: fmt.Sprint(k, "-", n), Model: simulate.ExactModel, Messages: endpoint.User("x"), Stream: true})
				mu.Lock()
				seen[x.RequestID] = x
				mu.Unlock()
			}
		})
	}
	all.Wait()
	truth := s.Truth()
	if len(truth) != 32 {
		t.Fatalf("%d requests in the log", len(truth))
	}
	var late []float64
	for _, tr := range truth {
		x := seen[tr.RequestID]
		x.Decode()
		if x.Err != nil || x.Chunks != 10 || x.Usage == nil || x.Usage.Output != 10 || x.FinishReason != "length" {
			t.Fatalf("%s: %v, %d chunks, %+v", tr.RequestID, x.Err, x.Chunks, x.Usage)
		}
		total := tr.TTFT
		for _, g := range tr.Gaps {
			total += g
		}
		if tr.TTFT < timing.TTFT || total < timing.TTFT+9*timing.Gap || len(tr.Gaps) != 9 {
			t.Errorf("%s: first after %v, last after %v: earlier than its moment", tr.RequestID, tr.TTFT, total)
		}
		if x.First < tr.TTFT || x.Last < total {
			t.Errorf("%s: the client saw %v and %v, before the server wrote at %v and %v", tr.RequestID, x.First, x.Last, tr.TTFT, total)
		}
		late = append(late, math.Abs((x.Last - total).Seconds()))
	}
	if slices.Sort(late); late[len(late)/2] > 0.02 {
		t.Errorf("the client is %v s behind in the median", late[len(late)/2])
	}
}

// TestExactFullSpeed: without a gap all events come, whatever the batch.
func TestExactFullSpeed(t *testing.T) {
	for _, batch := range []int{0, 1, 7, 32, 100, 500} {
		s, err := simulate.StartExact("127.0.0.1:0", simulate.Timing{Events: 100, Batch: batch})
		if err != nil {
			t.Fatal(err)
		}
		c, err := endpoint.Dial(context.Background(), endpoint.Options{URL: s.URL(), Concurrency: 1})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			x := c.Do(context.Background(), &endpoint.Request{Model: simulate.ExactModel, Messages: endpoint.User("x"), Stream: true})
			if x.Err != nil || x.Chunks != 100 {
				t.Errorf("batch %d: %v, %d chunks", batch, x.Err, x.Chunks)
			}
		}
		s.Close()
	}
	if _, err := simulate.StartExact("127.0.0.1:0", simulate.Timing{}); err == nil {
		t.Error("a server without events starts")
	}
}

package load

import (
	"context"
	"slices"
	"testing"
	"time"
)

// TestAlarm: waits end at their moment and not before, and a context ends them.
func TestAlarm(t *testing.T) {
	a := newAlarm()
	defer a.close()
	var late []time.Duration
	at := time.Now()
	for range 200 {
		at = at.Add(500 * time.Microsecond)
		if !a.until(context.Background(), at) {
			t.Fatal("ended before its moment")
		}
		late = append(late, time.Since(at))
	}
	slices.Sort(late)
	t.Logf("late by %v (median), %v (p90)", late[100], late[180])
	if late[0] < 0 || late[100] > 2*time.Millisecond {
		t.Errorf("late by %v at least, %v in the median", late[0], late[100])
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	begun := time.Now()
	if a.until(ctx, begun.Add(time.Minute)) || time.Since(begun) > 10*time.Second {
		t.Error("a context that is done did not end the wait")
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"benchsite/collect/load"
	"benchsite/collect/simulate"
)

// selfTestTiming is what the exact server does in a self-test.
var selfTestTiming = simulate.Timing{TTFT: 200 * time.Millisecond, Gap: 20 * time.Millisecond, Events: 50}

// selfTest measures the client's own error on this machine, level by level. The
// server and the client of each level are this program again, in processes of
// their own.
func selfTest(ctx context.Context, u *ui, f *flags) error {
	self, err := os.Executable()
	if err != nil {
		return failErr(err)
	}
	bench := load.Bench{
		Server: func() *exec.Cmd { return exec.Command(self, "load", "--self-test-part", "server") },
		Client: func(url string, l load.Level) *exec.Cmd {
			return exec.Command(self, "load", "--self-test-part", fmt.Sprintf("client %s %d %d", url, l.Streams, l.Waves))
		},
	}
	var rows []*load.Clock
	for i, l := range load.SelfTestLevels {
		u.note("self-test %d of %d: %d streams", i+1, len(load.SelfTestLevels), l.Streams)
		c, err := bench.Measure(ctx, l)
		if ctx.Err() != nil {
			return &exitError{code: exitInterrupted}
		}
		if err != nil {
			return failErr(err)
		}
		rows = append(rows, c)
	}
	store, err := f.store()
	if err != nil {
		return err
	}
	if err := load.SaveSelfTest(store.StateDir(), load.Rows(rows)); err != nil {
		return failErr(fmt.Errorf("the self-test cannot be kept: %w", err))
	}
	if u.json {
		enc := json.NewEncoder(u.out)
		enc.SetIndent("", "  ")
		return enc.Encode(load.Rows(rows))
	}
	if err := load.ClockTable(u.out, rows); err != nil {
		return failErr(err)
	}
	u.note("over = the client's percentile minus the server's true one; runs on this machine carry the row that fits")
	return nil
}

// selfTestPart is one of the two processes of a level.
func selfTestPart(ctx context.Context, u *ui, part string) error {
	if part == "server" {
		// One core, but more threads: the one that writes must not hold up
		// those that read requests while it waits for the next moment.
		runtime.GOMAXPROCS(4)
		s, err := simulate.StartExact("127.0.0.1:0", selfTestTiming)
		if err != nil {
			return failErr(err)
		}
		u.println(s.URL())
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has ended
		return s.Close()
	}
	var url string
	var l load.Level
	if _, err := fmt.Sscanf(part, "client %s %d %d", &url, &l.Streams, &l.Waves); err != nil {
		return usageErr("load: --self-test-part is for the self-test alone")
	}
	c, err := load.MeasureClock(ctx, url, l)
	if err != nil {
		return failErr(err)
	}
	return json.NewEncoder(u.out).Encode(c)
}

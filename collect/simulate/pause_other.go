//go:build !linux

package simulate

import (
	"runtime"
	"time"
)

func pause(d time.Duration) { time.Sleep(d) }

func yield() { runtime.Gosched() }

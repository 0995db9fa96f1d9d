//go:build !linux

package simulate

import "time"

func pause(d time.Duration) { time.Sleep(d) }

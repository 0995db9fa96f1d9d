//go:build !linux

package load

import (
	"context"
	"time"
)

// alarm wakes one goroutine at a moment, as exactly as the runtime's timers do.
type alarm struct{}

func newAlarm() *alarm { return &alarm{} }

// until waits for a moment on the monotonic clock. It is false when ctx was
// done before.
func (*alarm) until(ctx context.Context, at time.Time) bool { return sleepUntil(ctx, at) }

func (*alarm) close() {}

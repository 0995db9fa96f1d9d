package load

import (
	"context"
	"encoding/json"
	"time"

	"benchsite/collect/endpoint"
)

// How many requests are built before they are sent, so that building them takes
// no part in when they are sent: ahead of them, or what fits aheadBytes.
const (
	ahead      = 256
	aheadBytes = 64 << 20

	builtAtOnce = 16 // requests that are built without a rest
	builderRest = 200 * time.Microsecond
)

// build makes the requests of a closed loop ahead and in order, so that a seed
// fixes the sequence of prompts, whichever slot sends them. It returns when the
// first wave is made. The channel is closed after the last, or when ctx is done.
func (l *loop) build(ctx context.Context) <-chan *endpoint.Request {
	ready := make(chan *endpoint.Request, l.room(max(ahead, 2*l.slots)))
	wave := min(l.slots, cap(ready))
	made := make(chan struct{})
	go func() {
		n := 0
		defer func() {
			if n < wave {
				close(made)
			}
			close(ready)
		}()
		for l.requests <= 0 || n < l.requests {
			r := l.request(n, n)
			l.client.Prepare(r)
			select {
			case ready <- r:
			case <-ctx.Done():
				return
			}
			if n++; n == wave {
				close(made)
			}
			// When many slots take a request at once, streams are being read
			// too, and a run of building would hold up their readers.
			if n > wave && n%builtAtOnce == 0 && len(ready) > 0 {
				time.Sleep(builderRest)
			}
		}
	}()
	<-made
	return ready
}

// room is how many requests of the loop may wait to be sent, at most most.
func (l *loop) room(most int) int {
	r := l.request(0, 0)
	if talk, ok := l.workload.(Dialogue); ok {
		r.Messages = talk.Turn(l.spec.FirstPrompt, 0)
	}
	data, err := json.Marshal(r.Messages)
	if err != nil || len(data) == 0 {
		return most
	}
	return max(min(most, aheadBytes/(2*len(data))), 4) // as messages and as a body
}

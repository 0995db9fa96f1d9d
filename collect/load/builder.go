package load

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"benchsite/collect/endpoint"
)

// How many requests are built before they are sent, so that building them takes
// no part in when they are sent: ahead of them, or what fits aheadBytes.
const (
	ahead      = 256
	aheadBytes = 64 << 20
)

// builder makes the requests of a loop ahead. Each index is built once, so that
// a loop of n requests sends the first n prompts, in whatever order its slots
// take them.
type builder struct {
	loop  *loop
	ready chan *endpoint.Request
	limit int // requests in all, 0 = no end

	mu   sync.Mutex
	next int
}

// build starts a builder for a closed loop and waits until the first wave is
// made. It ends with ctx.
func (l *loop) build(ctx context.Context) *builder {
	b := &builder{loop: l, ready: make(chan *endpoint.Request, l.room(max(ahead, 2*l.slots))), limit: l.requests}
	wave := min(l.slots, cap(b.ready))
	if b.limit > 0 {
		wave = min(wave, b.limit)
	}
	made := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			if n == wave {
				close(made)
			}
			i, ok := b.index()
			if !ok {
				return
			}
			select {
			case b.ready <- b.one(i):
			case <-ctx.Done():
				if n < wave {
					close(made)
				}
				return
			}
			// When many slots take a request at once, streams are being read
			// too, and a run of building would hold up their readers.
			if n > wave && n%batch == 0 {
				time.Sleep(rest)
			}
		}
	}()
	<-made
	return b
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

func (b *builder) index() (int, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit > 0 && b.next >= b.limit {
		return 0, false
	}
	b.next++
	return b.next - 1, true
}

func (b *builder) one(i int) *endpoint.Request {
	r := b.loop.request(i, i)
	b.loop.client.Prepare(r)
	return r
}

// take returns a request that is ready, or builds one rather than wait for it.
// It is nil when ctx was done first.
func (b *builder) take(ctx context.Context) *endpoint.Request {
	select {
	case r := <-b.ready:
		return r
	default:
	}
	if i, ok := b.index(); ok {
		return b.one(i)
	}
	select { // the last ones are being built
	case r := <-b.ready:
		return r
	case <-ctx.Done():
		return nil
	}
}

package sandbox

import (
	"context"
	"sync"
)

// gate lets as many programs run as there are slots, and as their memory
// limits fit into the memory of the host together: a limit that is promised
// eight times must be there eight times. A program whose limit is larger than
// all of it runs alone.
type gate struct {
	mu      sync.Mutex
	free    []int // slots
	memory  int64 // bytes not promised; meaningless when total is 0
	total   int64
	waiting []*ticket // first come, first served
}

// ticket is one program that waits.
type ticket struct {
	bytes int64
	slot  chan int
}

func newGate(slots int) *gate {
	g := &gate{total: hostMemory()}
	g.memory = g.total
	for slot := slots - 1; slot >= 0; slot-- {
		g.free = append(g.free, slot)
	}
	return g
}

// enter waits for a slot and for memory.
func (g *gate) enter(ctx context.Context, bytes int64) (slot int, leave func(), err error) {
	if g.total > 0 {
		bytes = min(bytes, g.total)
	} else {
		bytes = 0
	}
	t := &ticket{bytes: bytes, slot: make(chan int, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, t)
	g.admit()
	g.mu.Unlock()
	select {
	case slot = <-t.slot:
		return slot, func() { g.give(slot, bytes) }, nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	for i, other := range g.waiting {
		if other == t {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			break
		}
	}
	g.admit() // one behind it may fit now
	g.mu.Unlock()
	select {
	case slot = <-t.slot: // admitted at the same moment
		g.give(slot, bytes)
	default:
	}
	return 0, nil, ctx.Err()
}

// give takes back a slot and its memory.
func (g *gate) give(slot int, bytes int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free = append(g.free, slot)
	g.memory += bytes
	g.admit()
}

// admit lets in from the head of the queue. The lock is held.
func (g *gate) admit() {
	for len(g.waiting) > 0 && len(g.free) > 0 && g.waiting[0].bytes <= g.memory {
		t := g.waiting[0]
		g.waiting = g.waiting[1:]
		last := len(g.free) - 1
		slot := g.free[last]
		g.free = g.free[:last]
		g.memory -= t.bytes
		t.slot <- slot
	}
}

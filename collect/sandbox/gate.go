package sandbox

import (
	"context"
	"sync"
)

// gate is the queue before the boxes, in two steps. A box is set up ahead of
// its turn, twice as many as may run: setting up is mostly waiting for the
// kernel, and done on a program's own turn it would leave a core idle. Then as
// many programs run as there are turns, and as their memory limits fit into the
// memory of the host together: a limit that is promised eight times must be
// there eight times. A program whose limit is larger than all of it runs alone.
type gate struct {
	slots  chan int // free ones, for boxes that stand
	beside chan int // the same for companions, one for each program that runs

	mu      sync.Mutex
	turns   int   // free ones, for programs that run
	memory  int64 // bytes not promised; meaningless when total is 0
	total   int64
	waiting []*ticket // first come, first served
}

// ticket is one program that waits for its turn.
type ticket struct {
	bytes int64
	turn  chan struct{}
}

// slotsFor is how many boxes may stand for so many programs at a time: two for
// each, and a companion.
func slotsFor(parallel int) int { return 3 * parallel }

func newGate(parallel int) *gate {
	g := &gate{total: hostMemory(), turns: parallel, slots: make(chan int, 2*parallel), beside: make(chan int, parallel)}
	g.memory = g.total
	for slot := range slotsFor(parallel) {
		if slot < 2*parallel {
			g.slots <- slot
		} else {
			g.beside <- slot
		}
	}
	return g
}

// enter waits for a slot to set up a box in.
func (g *gate) enter(ctx context.Context, companion bool) (slot int, leave func(), err error) {
	slots := g.slots
	if companion {
		slots = g.beside
	}
	select {
	case slot = <-slots:
		return slot, func() { slots <- slot }, nil
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	}
}

// turn waits until a program with this memory limit may run.
func (g *gate) turn(ctx context.Context, bytes int64) (done func(), err error) {
	if g.total > 0 {
		bytes = min(bytes, g.total)
	} else {
		bytes = 0
	}
	t := &ticket{bytes: bytes, turn: make(chan struct{}, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, t)
	g.admit()
	g.mu.Unlock()
	select {
	case <-t.turn:
		return func() { g.give(bytes) }, nil
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
	case <-t.turn: // admitted at the same moment
		g.give(bytes)
	default:
	}
	return nil, ctx.Err()
}

// give takes back a turn and its memory.
func (g *gate) give(bytes int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turns++
	g.memory += bytes
	g.admit()
}

// admit lets in from the head of the queue. The lock is held.
func (g *gate) admit() {
	for len(g.waiting) > 0 && g.turns > 0 && g.waiting[0].bytes <= g.memory {
		t := g.waiting[0]
		g.waiting = g.waiting[1:]
		g.turns--
		g.memory -= t.bytes
		t.turn <- struct{}{}
	}
}

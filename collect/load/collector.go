package load

import (
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/journal"
)

// rawLimit bounds the bytes that wait to be decoded after the window. Past it
// they are decoded while load is running, which the artifact then says.
const rawLimit = 64 << 20

// collector turns finished exchanges into observations while load is running.
// It does as little as the journal allows; settle does the rest afterwards.
type collector struct {
	start   time.Time
	journal *journal.File
	count   *counts
	limit   int // of waiting raw bytes

	obs       []Observation
	line      []byte // of the journal
	waiting   int    // raw bytes in obs
	settled   int    // obs before this one are decoded
	inWindow  bool
	refused   *endpoint.Error // set while every request was refused for its address, key or model
	protocols map[string]bool
	opened    int // connections, in the measured window
}

// batch exchanges are taken, then the collector rests, unless the channel fills
// up. Streams that began together end together, and that is when their readers
// need the processor; what is to be noted of them can wait.
const (
	batch = 8
	rest  = time.Millisecond
)

// collect takes exchanges until the channel is closed. It is the only goroutine
// that touches c until then.
func (c *collector) collect(finished <-chan done) {
	n := 0
	for d := range finished {
		c.take(d)
		if len(finished) == 0 { // a process that is killed loses what is not written
			c.journal.Flush()
		}
		if n++; n%batch == 0 && 2*len(finished) < cap(finished) {
			time.Sleep(rest)
		}
	}
}

func (c *collector) take(d done) {
	o := observe(d.x, d.scheduled, c.start)
	// By hand: reflection over fifty times a request costs more than reading them did.
	c.line = o.appendJSON(c.line[:0])
	c.journal.Append(c.line)
	c.count.figures(o)
	c.obs = append(c.obs, o)
	if c.waiting += o.weight(); c.waiting > c.limit {
		c.inWindow = true
		c.settle()
	}
	if d.x.Protocol != "" {
		if !c.protocols[d.x.Protocol] {
			c.protocols[d.x.Protocol] = true
		}
		if !d.x.Reused {
			c.opened++
		}
	}
	if len(c.obs) == 1 && d.x.Err != nil && d.x.Err.Unsent() {
		c.refused = d.x.Err
	} else if d.x.Err == nil || !d.x.Err.Unsent() {
		c.refused = nil
	}
}

// settle decodes all that waits.
func (c *collector) settle() {
	for ; c.settled < len(c.obs); c.settled++ {
		c.obs[c.settled].settle()
	}
	c.waiting = 0
}

// told is what the collector adds to the client block.
func (c *collector) told(out *artifact.LoadClient) {
	if c.inWindow {
		out.DecodedInWindow = artifact.Ptr(true)
	}
}

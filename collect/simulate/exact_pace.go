package simulate

import (
	"runtime"
	"time"
)

// pace writes every event of every stream, alone on its thread, so that writes
// wait for nothing but the deadline and the write before.
//
// The streams that are past their first event stand in a queue. What is taken
// from it goes back one gap later, and new streams join in the order of their
// deadlines, so the queue stays sorted by itself.
func (s *Exact) pace() {
	runtime.LockOSThread()
	var going queue
	written := 0
	for {
		f := s.first()
		if f == nil || going.len() > 0 && !f.due.Before(going.head().due) {
			f = nil
			if going.len() > 0 {
				f = going.head()
			}
		}
		if f == nil {
			select {
			case <-s.wake:
				continue
			case <-s.stop:
				return
			}
		}
		if wait := time.Until(f.due); wait > 0 {
			// A new request is due TTFT after it came at the earliest.
			pause(min(wait, s.timing.TTFT))
			if time.Now().Before(f.due) {
				continue
			}
		}
		if len(f.writes) == 0 {
			s.mu.Lock()
			s.firsts = s.firsts[1:]
			s.mu.Unlock()
		} else {
			going.pop()
		}
		if s.write(f) {
			f.due = f.due.Add(s.timing.Gap)
			going.push(f)
		}
		// Requests that have come are stamped by other threads, perhaps on this
		// core: a run of writes must not keep them from it.
		if written++; written%8 == 0 {
			yield()
		}
	}
}

// first returns the stream that waits longest for its first event.
func (s *Exact) first() *flow {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.firsts) == 0 {
		return nil
	}
	return s.firsts[0]
}

// write sends the next event of f and reports whether more follow.
func (s *Exact) write(f *flow) bool {
	b := s.answer.middle
	switch len(f.writes) {
	case 0:
		b = s.answer.first
	case s.timing.Events - 1:
		b = s.answer.last
	}
	f.writes = append(f.writes, time.Now())
	_, err := f.conn.Write(b)
	if err == nil && len(f.writes) < s.timing.Events {
		return true
	}
	if err == nil {
		t := Truth{RequestID: f.id, TTFT: f.writes[0].Sub(f.read)}
		for i := 1; i < len(f.writes); i++ {
			t.Gaps = append(t.Gaps, f.writes[i].Sub(f.writes[i-1]))
		}
		s.mu.Lock()
		s.truth = append(s.truth, t)
		s.mu.Unlock()
	} else {
		f.conn.Close()
	}
	f.done <- struct{}{}
	return false
}

// queue is a ring of flows.
type queue struct {
	ring []*flow
	from int
	n    int
}

func (q *queue) len() int    { return q.n }
func (q *queue) head() *flow { return q.ring[q.from] }

func (q *queue) pop() {
	q.ring[q.from] = nil
	q.from = (q.from + 1) % len(q.ring)
	q.n--
}

func (q *queue) push(f *flow) {
	if q.n == len(q.ring) {
		ring := make([]*flow, max(64, 2*q.n))
		for i := range q.n {
			ring[i] = q.ring[(q.from+i)%len(q.ring)]
		}
		q.ring, q.from = ring, 0
	}
	q.ring[(q.from+q.n)%len(q.ring)] = f
	q.n++
}

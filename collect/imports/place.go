package imports

import (
	"fmt"

	"benchsite/collect/artifact"
)

// writers is how many runs are written to the disk at once. Writing one is
// mostly waiting for the disk to have it.
const writers = 8

// pending is a result that may not be known yet.
type pending struct {
	Result
	ready chan struct{} // closed when it is known; nil when it is
	err   error         // of the store
}

// queue reports results in the order of the files, whichever is known first.
type queue struct {
	report  func(Result)
	waiting []*pending
	results []Result
}

func (q *queue) push(p *pending) error {
	q.waiting = append(q.waiting, p)
	for len(q.waiting) > writers {
		if err := q.next(); err != nil {
			return err
		}
	}
	return q.flush(false)
}

// flush reports what is known, and waits for the rest when all is wanted. After
// a fault of the store it waits for what is under way and reports no more.
func (q *queue) flush(all bool) (err error) {
	for len(q.waiting) > 0 {
		if !all && !q.waiting[0].known() {
			return nil
		}
		if fault := q.next(); fault != nil {
			if err = fault; !all {
				return err
			}
		}
	}
	return err
}

// next waits for the first result and reports it.
func (q *queue) next() error {
	p := q.waiting[0]
	if q.waiting = q.waiting[1:]; p.ready != nil {
		<-p.ready
	}
	if p.err != nil {
		return p.err
	}
	q.results = append(q.results, p.Result)
	if q.report != nil {
		q.report(p.Result)
	}
	return nil
}

func (p *pending) known() bool {
	if p.ready == nil {
		return true
	}
	select {
	case <-p.ready:
		return true
	default:
		return false
	}
}

// place finds out whether the run is there already, and stores it. The error is
// the store's.
func (im *importer) place(b artifact.Bundle, r Result, refuse func(error) error) error {
	a := b.Artifact
	if there := im.index.same[identity(a)]; there != nil {
		r.State, r.ID = Exists, there.name()
		return im.done(r)
	}
	if old := im.index.latest(mainFile(a)); old != nil {
		if !im.Again {
			return refuse(&Refusal{File: a.Source.Files[0].Name, Message: fmt.Sprintf("was imported before as %s with other %s", old.name(), old.differs(a)),
				Advice: "to correct it, add --again"})
		}
		sum, err := old.sum(im.Store)
		if err != nil {
			return err
		}
		a.DerivedFrom = []artifact.DerivedFrom{{ID: old.name(), SHA256: sum, How: artifact.HowReimport}}
		r.Replaces = old.name()
	}
	if im.DryRun {
		id, err := im.Store.Name(b)
		if err != nil {
			return refuse(unfit(a, err))
		}
		r.State, r.ID = Planned, id
		im.index.add(&entry{id: id, a: a})
		return im.done(r)
	}
	p := &pending{Result: r, ready: make(chan struct{})}
	im.index.add(&entry{a: a, of: p})
	go func() {
		defer close(p.ready)
		receipt, err := im.Store.Put(b)
		if err == nil {
			if p.State, p.ID = Imported, receipt.ID; receipt.Existed {
				p.State = Exists
			}
			return
		}
		if _, fault := im.Store.Name(b); fault == nil {
			p.err = err
			return
		}
		// What the store cannot hold whatever the disk is the file's fault.
		p.State, p.Reason = Refused, reason(a.Source.Files[0].Name, unfit(a, err))
	}()
	return im.queue.push(p)
}

func unfit(a *artifact.Artifact, err error) error {
	return &Refusal{File: a.Source.Files[0].Name, Message: "cannot become an artifact: " + err.Error()}
}

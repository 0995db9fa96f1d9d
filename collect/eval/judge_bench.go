package eval

import (
	"context"
	"fmt"
	"sync"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// Judge decides outcomes that take more than reading the reply: it runs code, or
// asks another model.
type Judge interface {
	// Width is how many items are judged at once.
	Width() int
	// Judge gives rec, which holds a reply with an answer in it, its outcome. An
	// error means that nothing was decided: the item stays answered, and the next
	// run of the plan has it judged without asking again. ctx does not end at the
	// first interrupt, so that what is being judged is finished.
	Judge(ctx context.Context, it Item, rec *artifact.EvalRecord) error
	// Protocol is what two results must share to be compared, such as the judge's
	// name and the digest of its prompt.
	Protocol() map[string]any
}

// bench is a judge with the answered items that wait for it: positions only, for
// the answers lie in the journal.
type bench struct {
	judge   Judge
	mu      sync.Mutex
	more    *sync.Cond
	waiting []int
	closed  bool // nothing more comes
	left    bool // what waits stays without a verdict
}

func newBench(j Judge, waiting []int) *bench {
	b := &bench{judge: j, waiting: waiting}
	b.more = sync.NewCond(&b.mu)
	return b
}

func (b *bench) push(pos int) {
	b.mu.Lock()
	if !b.left {
		b.waiting = append(b.waiting, pos)
	}
	b.mu.Unlock()
	b.more.Signal()
}

// close lets the workers end when nothing waits any more, or at once.
func (b *bench) close(now bool) {
	b.mu.Lock()
	b.closed = true
	if now {
		b.left, b.waiting = true, nil
	}
	b.mu.Unlock()
	b.more.Broadcast()
}

func (b *bench) next() (pos int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waiting) == 0 && !b.closed {
		b.more.Wait()
	}
	if len(b.waiting) == 0 {
		return 0, false
	}
	pos = b.waiting[0]
	b.waiting = b.waiting[1:]
	return pos, true
}

// openBenches starts the judges, who work beside the asking and wait for nothing
// but answers. The function that it returns awaits their last verdict.
func (r *run) openBenches(ctx context.Context, waiting []int) (finish func()) {
	items := r.spec.Suite.Items
	r.judges = map[string]*bench{}
	var wait sync.WaitGroup
	for kind, j := range r.spec.Judges {
		var of []int
		for _, pos := range waiting {
			if items[pos%len(items)].Type == kind {
				of = append(of, pos)
			}
		}
		b := newBench(j, of)
		r.judges[kind] = b
		context.AfterFunc(ctx, func() { b.close(true) })
		for range max(j.Width(), 1) {
			wait.Go(func() {
				for pos, ok := b.next(); ok; pos, ok = b.next() {
					if err := r.judge(ctx, b.judge, pos); err != nil {
						r.unjudged(err)
						b.close(true)
					}
				}
			})
		}
	}
	return func() {
		for _, b := range r.judges {
			b.close(false)
		}
		wait.Wait()
	}
}

func (r *run) judge(ctx context.Context, j Judge, pos int) error {
	rec, ok, err := r.at(pos)
	if err != nil || !ok {
		return err
	}
	it := r.spec.Suite.Items[pos%len(r.spec.Suite.Items)]
	if it.Before != nil {
		if it.Earlier, err = r.earlier(pos); err != nil {
			return err
		}
	}
	if err := j.Judge(context.WithoutCancel(ctx), it, &rec); err != nil {
		return err
	}
	if rec.Outcome == nil {
		return fmt.Errorf("BUG: the judge of %s gave item %s no outcome", it.Type, it.ID)
	}
	r.count.judged()
	r.keep(pos, &rec)
	return nil
}

// unjudged notes why answers stay without a verdict. Asking goes on: an answer
// that is kept need not be paid for again.
func (r *run) unjudged(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost == nil {
		r.lost = fmt.Errorf("answers wait for their verdict: %w", why)
	}
}

// thread is the positions of one repeat that are asked one after another: the
// items of a chain, or one item alone.
type thread []int

// threads are all that is not done, in the order of the suite.
func (r *run) threads(done []bool) []thread {
	items := r.spec.Suite.Items
	var out []thread
	for repeat := range r.spec.repeats() {
		chains := map[string]int{} // of this repeat: index in out
		for i, it := range items {
			pos := repeat*len(items) + i
			if done[pos] {
				continue
			}
			if at, ok := chains[it.Chain]; ok && it.Chain != "" {
				out[at] = append(out[at], pos)
				continue
			}
			chains[it.Chain] = len(out)
			out = append(out, thread{pos})
		}
	}
	return out
}

// follow asks the items of a thread. One that could not be asked ends it: those
// after it may rest on its answer.
func (r *run) follow(ctx context.Context, t thread) error {
	for _, pos := range t {
		if ctx.Err() != nil {
			return nil
		}
		messages, err := r.messages(pos)
		if err != nil {
			r.lose(err)
			return nil
		}
		if err := r.one(ctx, pos, messages); err != nil {
			return err
		}
		if len(t) > 1 && !r.has(pos) {
			return nil
		}
	}
	return nil
}

// messages is what is sent at a position. An item that is made late is given
// the records of the items before it in its chain.
func (r *run) messages(pos int) ([]endpoint.Message, error) {
	items := r.spec.Suite.Items
	it := items[pos%len(items)]
	if it.Late == nil {
		return r.spec.messages(it.Messages), nil
	}
	earlier, err := r.earlier(pos)
	if err != nil {
		return nil, err
	}
	return r.spec.messages(it.Late(earlier)), nil
}

// earlier are the records of the items before a position in its chain and
// repeat.
func (r *run) earlier(pos int) (out []artifact.EvalRecord, err error) {
	items := r.spec.Suite.Items
	i := pos % len(items)
	for k, other := range items[:i] {
		if other.Chain != items[i].Chain {
			continue
		}
		rec, ok, err := r.at(pos - i + k)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, rec)
		}
	}
	return out, nil
}

package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
)

// Client asks a server; *endpoint.Client is one.
type Client interface {
	Do(ctx context.Context, r *endpoint.Request) *endpoint.Exchange
}

// Setting is what Run needs beside the Spec.
type Setting struct {
	Client   Client
	Server   string            // address, part of what a resumed run must share
	Base     artifact.Artifact // subject, environment and source; Run fills the rest
	StateDir string            // such as artifacts/.state
	Again    bool              // forget the items that an unfinished run of this plan has done
	Progress func(Snapshot)    // nil = none; calls do not overlap
}

// Result is an evaluation that is not yet stored. Close it with Stored or Keep.
type Result struct {
	Bundle  artifact.Bundle
	Resumed int   // items that an earlier run had done
	Lost    error // why the run ended early; nil when it did not
	Warning error // the journal could not be written; the result stands

	journal *journal
	plan    string
	dir     string
}

// run is an evaluation in progress.
type run struct {
	spec    Spec
	client  Client
	journal *journal
	count   *counter
	begun   time.Time
	name    string
	sending context.Context    // of the requests: ends when the server is lost
	stop    context.CancelFunc // ends sending

	mu      sync.Mutex
	records []artifact.EvalRecord
	lost    error
}

// question is one item of one repeat.
type question struct {
	item   int
	repeat int
}

// Run asks every item of the suite that no earlier session of the same plan has
// finished, and scores the answers. When ctx is done, or the server is lost,
// nothing more is sent and the result holds what is finished, marked
// interrupted; the journal keeps it for the next run. The error is about the
// plan or the journal, or an *endpoint.Error when the server refused the first
// request because address, key or model are wrong.
func Run(ctx context.Context, spec Spec, set Setting) (*Result, error) {
	if len(spec.Suite.Items) == 0 {
		return nil, fmt.Errorf("suite %s holds no item", spec.Suite.Name)
	}
	plan := hashOf(spec.Protocol(), spec.Model, set.Server, set.Base.Subject.Key(), spec.repeats(), spec.Sampling.Seed, set.Base.Source.Set)[:16]
	dir := filepath.Join(set.StateDir, "journal", "eval")
	j, h, err := openJournal(dir, plan, set.Again)
	if err != nil {
		return nil, err
	}
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	asking, quit := context.WithCancel(ctx)
	defer quit()
	context.AfterFunc(sending, quit)
	r := &run{sending: sending, spec: spec, client: set.Client, journal: j, begun: time.Now(), name: plan, stop: stop, count: newCounter(spec, set.Progress)}
	left := r.adopt(h.records)
	resumed := len(r.records)
	r.count.begin(resumed, r.records)
	refused := r.askAll(asking, left)
	r.count.end()
	warning := j.close()
	if refused != nil && len(r.records) == 0 {
		return nil, errors.Join(refused, removeJournal(j.path))
	}
	out := &Result{Resumed: resumed, Lost: r.lost, Warning: warning, journal: j, plan: plan, dir: dir}
	if ctx.Err() != nil {
		out.Lost = ctx.Err()
	}
	out.Bundle = r.bundle(set.Base, h, out.Lost, time.Since(r.begun).Seconds())
	return out, nil
}

// adopt takes the finished items of earlier sessions and returns what is left
// to ask. Items that failed then are asked again.
func (r *run) adopt(earlier []artifact.EvalRecord) []question {
	done := map[recordKey]bool{}
	byID := map[string]int{}
	for i, it := range r.spec.Suite.Items {
		byID[it.ID] = i
	}
	for _, rec := range earlier {
		i, known := byID[rec.Item]
		k := keyOf(rec)
		if !known || done[k] || rec.Outcome == nil || *rec.Outcome == artifact.OutcomeError || text(rec.ItemHash) != r.spec.Suite.Items[i].Hash() {
			continue
		}
		done[k] = true
		r.records = append(r.records, rec)
	}
	var left []question
	for repeat := range r.spec.repeats() {
		for i, it := range r.spec.Suite.Items {
			if !done[recordKey{r.spec.Suite.Name, it.ID, int64(repeat)}] {
				left = append(left, question{i, repeat})
			}
		}
	}
	return left
}

// askAll keeps the wanted number of requests in flight until all are answered.
// It returns the refusal when the server refused the very first answer to
// arrive because address, key or model are wrong.
func (r *run) askAll(ctx context.Context, left []question) (refused error) {
	todo := make(chan question)
	var wait sync.WaitGroup
	var once sync.Once
	for range min(max(r.spec.Concurrency, 1), max(len(left), 1)) {
		wait.Go(func() {
			for q := range todo {
				if err := r.one(ctx, q); err != nil {
					once.Do(func() {
						refused = err
						r.stop()
					})
				}
			}
		})
	}
	for _, q := range left {
		if ctx.Err() != nil {
			break
		}
		select {
		case todo <- q:
		case <-ctx.Done():
		}
	}
	close(todo)
	wait.Wait()
	return refused
}

// one asks one question and keeps the answer. The error is a refusal that will
// meet every question alike.
func (r *run) one(ctx context.Context, q question) error {
	it := r.spec.Suite.Items[q.item]
	sampling := r.spec.Sampling
	sampling.Seed = r.spec.seed(q.repeat)
	r.count.sent(1)
	x, err := r.ask(ctx, &endpoint.Request{
		ID:    fmt.Sprintf("%s-%s-%d", r.name, artifact.Slug(it.ID), q.repeat),
		Model: r.spec.Model, Messages: r.spec.messages(it), MaxTokens: r.spec.MaxTokens,
		Sampling: sampling, Extra: r.spec.body(), KeepText: true,
	})
	r.count.sent(-1)
	if err != nil { // interrupted or lost: not finished, asked again next time
		return nil
	}
	if x.Err != nil && x.Err.Class != endpoint.ClassNoToken && x.Err.Unsent() {
		return x.Err
	}
	rec := r.record(it, q.repeat, x)
	r.mu.Lock()
	r.records = append(r.records, rec)
	r.mu.Unlock()
	r.journal.append(entry{Record: &rec, At: time.Since(r.begun).Seconds()})
	r.count.finished(rec)
	return nil
}

// record scores an answer.
func (r *run) record(it Item, repeat int, x *endpoint.Exchange) artifact.EvalRecord {
	p := artifact.Ptr[string]
	rec := artifact.EvalRecord{
		Task: r.spec.Suite.Name, Item: it.ID, ItemHash: p(it.Hash()), PromptHash: p(hashOf(r.spec.messages(it))),
		Repeat: int64(repeat), Expected: p(it.Expected), Type: p(it.Type), LatencyS: artifact.Ptr(x.End.Seconds()),
	}
	if it.Category != "" {
		rec.Category = p(it.Category)
	}
	if x.Err != nil && x.Err.Class != endpoint.ClassNoToken {
		rec.Outcome, rec.Detail = artifact.Ptr(artifact.OutcomeError), p(string(x.Err.Class)+": "+x.Err.Message)
		return rec
	}
	if u := x.Usage; u != nil {
		rec.PromptTokens, rec.OutputTokens = &u.Prompt, &u.Output
	}
	if x.FinishReason != "" {
		rec.FinishReason = p(x.FinishReason)
	}
	rec.Output = p(x.Text)
	if x.Reasoning != "" {
		rec.Reasoning = p(x.Reasoning)
	}
	v := r.spec.Scorer.Score(Reply{Type: it.Type, Expected: it.Expected, Output: x.Text, FinishReason: x.FinishReason})
	rec.Outcome, rec.Extracted = &v.Outcome, v.Extracted
	if v.Detail != "" {
		rec.Detail = &v.Detail
	}
	return rec
}

// lose ends the run: the server has gone.
func (r *run) lose(why *endpoint.Error) {
	r.mu.Lock()
	if r.lost == nil {
		r.lost = fmt.Errorf("%w: %w", errGone, why)
	}
	r.mu.Unlock()
	r.stop()
}

// sortRecords puts records into the order of the suite, repeat by repeat.
func (r *run) sortRecords() {
	at := map[string]int{}
	for i, it := range r.spec.Suite.Items {
		at[it.ID] = i
	}
	slices.SortFunc(r.records, func(a, b artifact.EvalRecord) int {
		return cmp.Or(cmp.Compare(a.Repeat, b.Repeat), cmp.Compare(at[a.Item], at[b.Item]))
	})
}

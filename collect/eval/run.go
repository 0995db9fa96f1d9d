package eval

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/endpoint"
	"benchsite/collect/journal"
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

// Result is an evaluation that is not yet stored. The records of its bundle lie
// in the journal: store it, then call Stored, or Close to leave it there.
type Result struct {
	Bundle  artifact.Bundle
	Kept    int   // items that are answered, those of earlier runs included
	Resumed int   // items that an earlier run had done
	Lost    error // why the run ended early; nil when it did not

	journal *journal.File
}

// run is an evaluation in progress.
type run struct {
	spec    Spec
	client  Client
	journal *journal.File
	count   *counter
	begun   time.Time
	name    string
	sending context.Context    // of the requests: ends when the server is lost
	stop    context.CancelFunc // ends sending
	judges  map[string]*bench

	mu    sync.Mutex
	tally *tally
	lost  error
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
	spec.wait()
	plan := hashOf(spec.Protocol(), spec.Model, set.Server, set.Base.Subject.Key(), spec.repeats(), spec.Sampling.Seed, set.Base.Source.Set)[:16]
	now := headOf(spec, plan, set.Base)
	now.Answers = answersOf(spec, set)
	j, past, err := openJournal(journalDir(set.StateDir), now, spec.Judges, set.Again)
	if err != nil {
		return nil, err
	}
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	asking, quit := context.WithCancel(ctx)
	defer quit()
	context.AfterFunc(sending, quit)
	r := &run{sending: sending, spec: spec, client: set.Client, journal: j, begun: time.Now(), name: plan, stop: stop,
		tally: newTally(len(spec.Suite.Items), spec.repeats()), count: newCounter(spec, set.Progress)}
	threads, waiting, err := r.adopt(past)
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	resumed := r.tally.kept
	r.count.begin(r.tally)
	refused := r.work(ctx, asking, threads, waiting)
	r.count.end()
	if refused != nil && r.tally.kept == 0 {
		return nil, errors.Join(refused, j.Remove())
	}
	if refused != nil {
		r.lose(refused)
	}
	if err := j.Sync(); err != nil {
		r.lose(err)
	}
	out := &Result{Kept: r.tally.kept, Resumed: resumed, Lost: r.lost, journal: j}
	if ctx.Err() != nil {
		out.Lost = ctx.Err()
	}
	if n := r.count.retries(); n > 0 {
		now.Artifact.Source.Extra["retries"] = n
	}
	out.Bundle = now.finish(r.tally, past, time.Since(r.begun).Seconds(), j, reasonOf(out.Lost))
	return out, nil
}

// adopt takes the finished items of earlier sessions. It returns what is left to
// ask, and the positions that are answered and wait for a verdict. Items that
// failed are asked again.
func (r *run) adopt(past history) (left []thread, waiting []int, err error) {
	items := r.spec.Suite.Items
	byID := map[string]int{}
	for i, it := range items {
		byID[it.ID] = i
	}
	done := make([]bool, len(items)*r.spec.repeats())
	for _, p := range past.places {
		if p.length == 0 {
			continue
		}
		rec, err := readRecord(r.journal, p)
		if err != nil {
			return nil, nil, err
		}
		i, known := byID[rec.Item]
		pos := int(rec.Repeat)*len(items) + i
		if !known || pos < 0 || pos >= len(done) || done[pos] || text(rec.ItemHash) != items[i].Hash() {
			continue
		}
		if rec.Outcome != nil && *rec.Outcome == artifact.OutcomeError {
			if rec.Output == nil || r.spec.Judges[items[i].Type] == nil {
				continue // asked again
			}
			if p, err = r.unjudge(pos, &rec); err != nil { // it was answered, and its judge failed
				return nil, nil, err
			}
		}
		if rec.Outcome == nil && rec.Likelihood == nil {
			if r.spec.Judges[items[i].Type] == nil {
				continue
			}
			waiting = append(waiting, pos)
		}
		done[pos] = true
		r.tally.add(pos, p, &rec)
	}
	return r.threads(done), waiting, nil
}

// work asks all that is left and has it judged. It returns the refusal when the
// server refused the very first answer to arrive because address, key or model
// are wrong.
func (r *run) work(judging, ctx context.Context, left []thread, waiting []int) (refused error) {
	verdicts := r.openBenches(judging, waiting)
	todo := make(chan thread)
	var wait sync.WaitGroup
	var once sync.Once
	for range min(max(r.spec.Concurrency, 1), max(len(left), 1)) {
		wait.Go(func() {
			for t := range todo {
				if err := r.follow(ctx, t); err != nil {
					once.Do(func() {
						refused = err
						r.stop()
					})
				}
			}
		})
	}
	for _, t := range left {
		if ctx.Err() != nil {
			break
		}
		select {
		case todo <- t:
		case <-ctx.Done():
		}
	}
	close(todo)
	wait.Wait()
	verdicts()
	return refused
}

// one asks the question at a position and keeps the answer. The error is a
// refusal that will meet every question alike.
func (r *run) one(ctx context.Context, pos int, messages []endpoint.Message) error {
	items := r.spec.Suite.Items
	it, repeat := items[pos%len(items)], pos/len(items)
	if it.Type == typeText {
		return r.read(ctx, pos, it)
	}
	sampling := r.spec.Sampling
	sampling.Seed = r.spec.seed(repeat)
	r.count.sent(1)
	x, err := r.ask(ctx, &endpoint.Request{
		ID:    fmt.Sprintf("%s-%s-%d", r.name, artifact.Slug(it.ID), repeat),
		Model: r.spec.Model, Messages: messages, MaxTokens: r.spec.MaxTokens,
		Sampling: sampling, Extra: r.spec.body(), KeepText: true,
	})
	r.count.sent(-1)
	if err != nil { // interrupted or lost: not finished, asked again next time
		return nil
	}
	if x.Err != nil && x.Err.Class != endpoint.ClassNoToken && x.Err.Unsent() {
		return x.Err
	}
	rec := r.record(it, repeat, messages, x)
	r.keep(pos, &rec)
	if rec.Outcome == nil {
		r.judges[it.Type].push(pos)
	}
	return nil
}

// keep notes an item: in the journal, which a killed process leaves behind, and
// in the figures.
func (r *run) keep(pos int, rec *artifact.EvalRecord) {
	line, err := appendRecord(nil, pos, time.Since(r.begun).Seconds(), rec)
	if err != nil {
		r.lose(err)
		return
	}
	at := r.journal.Append(line)
	r.journal.Flush() // a killed process must not lose an item that was paid for
	if err := r.journal.Err(); err != nil {
		r.lose(err)
		return
	}
	r.mu.Lock()
	r.tally.add(pos, place{at, int32(len(line))}, rec)
	r.mu.Unlock()
	r.count.kept(rec)
}

// has reports whether there is a record at a position.
func (r *run) has(pos int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tally.places[pos].length > 0
}

// at reads the record at a position; ok is false where there is none.
func (r *run) at(pos int) (rec artifact.EvalRecord, ok bool, err error) {
	r.mu.Lock()
	p := r.tally.places[pos]
	r.mu.Unlock()
	if p.length == 0 {
		return rec, false, nil
	}
	rec, err = readRecord(r.journal, p)
	return rec, err == nil, err
}

// record scores an answer. One for a judge is left without an outcome.
func (r *run) record(it Item, repeat int, messages []endpoint.Message, x *endpoint.Exchange) artifact.EvalRecord {
	p := artifact.Ptr[string]
	rec := artifact.EvalRecord{
		Task: r.spec.Suite.Name, Item: it.ID, ItemHash: p(it.Hash()), PromptHash: p(hashOf(messages)),
		Repeat: int64(repeat), Expected: p(it.Expected), Type: p(it.Type), LatencyS: artifact.Ptr(x.End.Seconds()),
	}
	if it.Category != "" {
		rec.Category = p(it.Category)
	}
	if it.Stem != "" {
		rec.Stem = p(it.Stem)
	}
	rec.Labels = it.Labels
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
	if r.spec.Suite.Sure {
		if share, ok := Confidence(x.Text); ok {
			rec.Confidence = &share
		}
	}
	if x.Reasoning != "" {
		rec.Reasoning = p(x.Reasoning)
	}
	reply := Reply{Type: it.Type, Expected: it.Expected, Output: x.Text, FinishReason: x.FinishReason}
	var v Verdict
	if r.judges[it.Type] == nil {
		v = r.spec.Scorer.Score(reply)
	} else if _, settled := answerOf(reply); settled != nil {
		v = *settled // there is nothing to judge
	} else {
		return rec
	}
	rec.Outcome, rec.Extracted = &v.Outcome, v.Extracted
	if v.Detail != "" {
		rec.Detail = &v.Detail
	}
	return rec
}

// lose ends the run: the server has gone, or what it says cannot be kept.
func (r *run) lose(why error) {
	r.mu.Lock()
	if r.lost == nil {
		r.lost = why
	}
	r.mu.Unlock()
	r.stop()
}

package dataset

import (
	"cmp"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"benchsite/collect/artifact"
	"benchsite/render/cache"
)

// Run is one artifact with its place among the others.
type Run struct {
	*artifact.Artifact
	SHA256 string // of the file
	Hash8  string // last part of the id
	Day    string // YYYY-MM-DD
	Month  string // YYYY-MM

	Who       *Subject  // subject group
	How       *Protocol // protocol group
	Standing  bool      // counts in indexes, findings and comparisons
	Parents   []*Run    // of derived_from, as far as they are in the set
	Children  []*Run    // newest first
	Replacer  *Run      // the run that stands instead of it, or nil
	Rival     bool      // a rescore beside which another scorer's result stands
	Withdrawn *Withdrawal
	Scores    []Score   // one per task that was done, in the order of the artifact
	Notices   []Notice  // weightiest first
	Reports   []*Report // reports that show it

	store Store
	start time.Time
	once  sync.Once
	items []Item
	err   error

	broken []string // paths of attachments that are missing or not what the artifact says

	own       []Notice               // those that follow from the run alone
	recalled  bool                   // out of the index
	keptItems string                 // items as the index keeps them
	seen      map[string]cache.Stamp // attachments by path, as they looked before they were read
}

// Intact reports whether the attachment is there and is what the artifact says
// of it. Another must not be published.
func (r *Run) Intact(a artifact.Attachment) bool { return !slices.Contains(r.broken, a.Path) }

// Withdrawal is an entry of withdrawn.toml.
type Withdrawal struct {
	ID     string
	Date   string
	Reason Text
}

// Item is what pages and comparisons need of one reply, without the text.
type Item struct {
	Task      string
	ID        string
	Hash      string // item_hash, or "" when not recorded
	Stem      string // shared by the forms of one question; "" = its own
	Repeat    int
	Outcome   artifact.Outcome // "" when not recorded
	Expected  string
	Extracted string
	Output    uint64 // hash of output and reasoning; equal outputs have equal hashes
	HasOutput bool
	Chars     int    // characters of the reply after thinking, outer space removed
	Open      bool   // <think> is opened and never closed
	Finish    string // finish reason, "" when not recorded
	Category  string // "" = none

	Program       bool             // it asks for a program; Expected and Extracted are then left out, which are long
	Verdict       artifact.Verdict // on the program; "" = there was none to run
	Tests, Passed int              // of the item, and before the first that the program failed

	Likelihood *artifact.Likelihood // of a window of a text; nil for a reply
}

// Correct reports whether the item counts as correct.
func (i Item) Correct() bool { return i.Outcome == artifact.OutcomeCorrect }

func newRun(store Store, id string, a *artifact.Artifact, sum string) (*Run, error) {
	if a.ID != id {
		return nil, &artifact.Fault{File: id + ".json", Field: "id", Message: "is " + a.ID + ", the file lies at " + id}
	}
	day, err := artifact.StartDay(a.StartedAt)
	if err != nil {
		return nil, &artifact.Fault{File: id + ".json", Field: "started_at", Message: err.Error()}
	}
	stem := path.Base(id)
	r := &Run{
		Artifact: a, SHA256: sum,
		Hash8: stem[strings.LastIndexByte(stem, '.')+1:], Day: day, Month: day[:7], store: store,
	}
	if r.start, err = time.Parse(time.RFC3339Nano, a.StartedAt); err != nil {
		r.start, _ = time.Parse(time.DateOnly, day)
	}
	r.Scores = scoresOf(a)
	return r, nil
}

// newestFirst orders by start, newest first; runs of one moment by id.
func newestFirst(a, b *Run) int {
	return cmp.Or(b.start.Compare(a.start), cmp.Compare(a.ID, b.ID))
}

func (r *Run) hasRecords() bool {
	for _, at := range r.Attachments {
		if at.Kind == artifact.AttachSamples {
			return true
		}
	}
	return false
}

// Items returns the replies of an evaluation in the order of its records, nil
// when none are stored. They are read once and kept.
func (r *Run) Items() ([]Item, error) {
	r.once.Do(func() {
		if r.Kind != artifact.KindEval || !r.hasRecords() {
			return
		}
		if r.keptItems != "" {
			in := cache.Read(r.keptItems)
			if in.Value(&r.items); in.Done() {
				return
			}
			r.items = nil
		}
		records, err := r.store.EvalRecords(r.Artifact)
		if err != nil {
			r.err = err
			return
		}
		r.items = make([]Item, len(records))
		for i, rec := range records {
			r.items[i] = newItem(rec)
		}
	})
	return r.items, r.err
}

func newItem(rec artifact.EvalRecord) Item {
	it := Item{
		Task: rec.Task, ID: rec.Item, Hash: deref(rec.ItemHash), Stem: deref(rec.Stem), Repeat: int(rec.Repeat), Outcome: deref(rec.Outcome),
		Expected: deref(rec.Expected), Extracted: deref(rec.Extracted), Finish: deref(rec.FinishReason),
		Category: deref(rec.Category), Likelihood: rec.Likelihood,
	}
	if deref(rec.Type) == "code" {
		it.Program, it.Expected, it.Extracted = true, "", ""
	}
	if c := rec.Code; c != nil {
		it.Verdict, it.Tests, it.Passed = c.Verdict, int(c.Tests), int(c.Passed)
	}
	if rec.Output == nil && rec.Reasoning == nil {
		return it
	}
	out := deref(rec.Output)
	h := fnv.New64a()
	h.Write([]byte(deref(rec.Reasoning) + "\x00" + out))
	it.Output, it.HasOutput = h.Sum64(), true
	answer, open := afterThinking(out)
	it.Open, it.Chars = open, utf8.RuneCountInString(answer)
	return it
}

// afterThinking returns the reply without its thinking; open reports thinking
// that never ends, which leaves no reply.
func afterThinking(out string) (answer string, open bool) {
	const from, to = "<think>", "</think>"
	if i := strings.LastIndex(out, to); i >= 0 {
		return strings.TrimSpace(out[i+len(to):]), false
	}
	if strings.Contains(out, from) {
		return "", true
	}
	return strings.TrimSpace(out), false
}

// Records returns the full records of an evaluation. They are read on every
// call: outputs can be large.
func (r *Run) Records() ([]artifact.EvalRecord, error) {
	if r.Kind != artifact.KindEval || !r.hasRecords() {
		return nil, nil
	}
	return r.store.EvalRecords(r.Artifact)
}

// LoadRecords returns the requests of a load test, nil when none are stored.
func (r *Run) LoadRecords() ([]artifact.LoadRecord, error) {
	if r.Kind != artifact.KindLoad || !r.hasRecords() {
		return nil, nil
	}
	return r.store.LoadRecords(r.Artifact)
}

// ServerLog returns the redacted log of the server, nil when none is stored.
func (r *Run) ServerLog() ([]byte, error) {
	for _, at := range r.Attachments {
		if at.Kind == artifact.AttachServerLog {
			return r.store.Attachment(r.Artifact, at.Kind)
		}
	}
	return nil, nil
}

// Devices is the number of accelerators that served the run: accelerator_count,
// else the product of the parallel sizes that are known; 0 when neither is.
func (r *Run) Devices() int {
	s := r.Artifact.Subject
	if s.AcceleratorCount != nil {
		return int(*s.AcceleratorCount)
	}
	n, known := int64(1), false
	for _, p := range []*int64{s.Parallel.TP, s.Parallel.PP, s.Parallel.DP} {
		if p != nil {
			n, known = n*max(*p, 1), true
		}
	}
	if !known {
		return 0
	}
	return int(n)
}

// MIG reports whether the devices are MIG instances, by the name of the
// accelerator or the environment.
func (r *Run) MIG() bool {
	for _, a := range r.Environment.Accelerators {
		if a.MIG != nil && *a.MIG != "" {
			return true
		}
	}
	return strings.Contains(strings.ToUpper(deref(r.Artifact.Subject.Accelerator)), "MIG ")
}

// Unisolated reports whether programs that the model wrote ran without isolation.
func (r *Run) Unisolated() bool {
	if box, ok := r.Source.Extra["sandbox"].(map[string]any); ok && box["kind"] == "none" {
		return true
	}
	return r.Artifact.Protocol.Parameters["sandbox"] == "none"
}

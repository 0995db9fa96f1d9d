package eval

import (
	"encoding/json"
	"fmt"
	"os"

	"benchsite/collect/artifact"
	"benchsite/collect/journal"
)

// Recovered is an evaluation whose process ended before it did, and whose
// answers no artifact holds yet.
type Recovered struct {
	Journal string
	Task    string
	Subject string // as the artifact names it
	Done    int    // answers with an outcome
	Of      int
	ID      string // of the interrupted artifact; "" when none was made
	Err     error  // the journal could not be read or stored; it is kept
}

// Unfinished lists the evaluations that ended with their process, and changes
// nothing.
func Unfinished(st *artifact.Store) []Recovered { return look(st, false) }

// Recover stores the answers of evaluations that ended with their process as
// artifacts marked interrupted. Their journals stay, so that the same command
// still asks only the rest; one without an answer is removed.
func Recover(st *artifact.Store) []Recovered { return look(st, true) }

func look(st *artifact.Store, store bool) []Recovered {
	var out []Recovered
	at := map[string]int{}
	for _, left := range journal.Left(journalDir(st.StateDir()), func(path string, f *os.File) (keep bool, err error) {
		past, whole, err := readHistory(f)
		if err != nil {
			return true, fmt.Errorf("%w; remove it if it is not needed", err)
		}
		if whole == 0 {
			return !store, nil
		}
		r, err := past.recover(st, f, whole, store)
		r.Journal = path
		if r.Of > 0 {
			at[path] = len(out)
			out = append(out, r)
		}
		return len(past.stored) > 0 || r.Of > 0 || !store, err
	}) {
		if i, ok := at[left.Path]; ok {
			out[i].Err = left.Err
		} else if left.Err != nil {
			out = append(out, Recovered{Journal: left.Path, Err: left.Err})
		}
	}
	return out
}

// recover looks at what no artifact holds, and stores it where asked to. Nothing
// to store is a zero Of.
func (h history) recover(st *artifact.Store, f *os.File, whole int64, store bool) (Recovered, error) {
	t := newTally(h.head.Items, h.head.Repeats)
	for pos, p := range h.places {
		if p.length == 0 {
			continue
		}
		rec, err := readRecord(f, p)
		if err != nil {
			return Recovered{}, err
		}
		t.add(pos, p, &rec)
	}
	if h.unsaved == 0 || t.kept == 0 {
		return Recovered{}, nil
	}
	b := h.head.finish(t, h, 0, f, "the process ended before the run did")
	r := Recovered{Task: b.Artifact.Eval.Tasks[0].Task, Subject: artifact.SubjectName(b.Artifact.Subject), Done: t.final, Of: t.items * t.repeats}
	if !store {
		return r, nil
	}
	receipt, err := st.Put(b)
	if err != nil {
		return r, err
	}
	_, raw, err := st.Read(receipt.ID)
	if err != nil {
		return r, err
	}
	r.ID = receipt.ID
	line, err := json.Marshal(entry{Stored: &artifact.DerivedFrom{ID: receipt.ID, SHA256: artifact.SHA256(raw), How: artifact.HowResume}})
	if err == nil {
		err = f.Truncate(whole) // a line that was cut off
	}
	if err == nil {
		_, err = f.Write(append(line, '\n'))
	}
	return r, err
}

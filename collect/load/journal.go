package load

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"benchsite/collect/artifact"
	"benchsite/collect/journal"
)

// head is the first line of a journal: all of the artifact that is known before
// the first request, and what Summarize needs besides the observations. A line
// for each finished request follows.
type head struct {
	Journal int    `json:"journal"` // form of the file
	Slug    string `json:"slug"`
	shape
	KeepChunks bool               `json:"keep_chunks"`
	Artifact   *artifact.Artifact `json:"artifact"`
}

// readJournal reads a journal. A last line that was cut off by a crash is left
// out.
func readJournal(r io.Reader) (head, []Observation, error) {
	var h head
	var obs []Observation
	whole, err := journal.Lines(r, func(l journal.Line) error {
		if l.Number == 1 {
			if err := json.Unmarshal(l.Text, &h); err != nil {
				return err
			}
			if h.Journal != 1 || h.Artifact == nil {
				return errors.New("it is no plan of form 1")
			}
			return nil
		}
		var o Observation
		if err := json.Unmarshal(l.Text, &o); err != nil {
			return err
		}
		if r := o.Record; r.SentS == nil || r.EndS == nil || r.ScheduledS == nil || r.Error == nil && r.LastS == nil {
			return errors.New("times are missing")
		}
		o.settle()
		obs = append(obs, o)
		return nil
	})
	if err == nil && whole == 0 {
		err = errors.New("the first line is not whole")
	}
	return h, obs, err
}

// Recovered is what Recover made of one journal.
type Recovered struct {
	Journal string
	ID      string // "" when the journal held no finished request
	Err     error  // the journal could not be read or stored; it is kept
}

// Recover turns the journals in dir that no running process holds into
// artifacts marked interrupted, and removes them. A journal that cannot be read
// is left where it is and reported.
func Recover(dir string, store *artifact.Store) []Recovered {
	var out []Recovered
	ids := map[string]string{}
	for _, l := range journal.Left(dir, func(path string, f *os.File) (keep bool, err error) {
		ids[path], err = adopt(f, store)
		return false, err
	}) {
		out = append(out, Recovered{Journal: l.Path, ID: ids[l.Path], Err: l.Err})
	}
	return out
}

func adopt(r io.Reader, store *artifact.Store) (string, error) {
	h, obs, err := readJournal(r)
	if err != nil || len(obs) == 0 {
		return "", err
	}
	a := h.Artifact
	a.Status, a.StatusReason = artifact.StatusInterrupted, artifact.Ptr("the process ended before the run did")
	a.Load = summarize(obs, h.shape)
	a.Load.Client = selfCheck(obs, a.Load.Latency, nil)
	if *a.Load.Requests.Completed == 0 {
		a.Status = artifact.StatusFailed
	}
	receipt, err := store.Put(artifact.Bundle{Artifact: a, Load: records(obs, h.KeepChunks), Slug: h.Slug})
	return receipt.ID, err
}

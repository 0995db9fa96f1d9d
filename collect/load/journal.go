package load

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"benchsite/collect/artifact"
)

// syncEvery is how often a journal is forced to the disk. A crash of the
// machine loses at most so much; a killed process loses nothing that was
// written.
const syncEvery = time.Second

// head is the first line of a journal: all of the artifact that is known before
// the first request, and what Summarize needs besides the observations.
type head struct {
	Journal int    `json:"journal"` // form of the file
	Slug    string `json:"slug"`
	shape
	KeepChunks bool               `json:"keep_chunks"`
	Artifact   *artifact.Artifact `json:"artifact"`
}

// Journal keeps the finished requests of a running point on disk, a line each.
type Journal struct {
	path  string
	mu    sync.Mutex
	file  *os.File
	out   *bufio.Writer
	line  []byte
	fault error // the first failure to write
	quit  chan struct{}
	gone  chan struct{}
}

// createJournal starts a journal in dir, such as artifacts/.state/journal.
func createJournal(dir, name string, h head) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name+".jsonl"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{path: f.Name(), file: f, out: bufio.NewWriterSize(f, 64<<10), quit: make(chan struct{}), gone: make(chan struct{})}
	if !lock(f) {
		f.Close()
		return nil, fmt.Errorf("journal %s is in use by another process", j.path)
	}
	j.append(h)
	if err := j.sync(); err != nil {
		f.Close()
		return nil, err
	}
	go j.keepSynced()
	return j, nil
}

func (j *Journal) append(v any) {
	line, err := json.Marshal(v)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
}

// observe appends a finished request. It is called while load is running, so
// the line is written by hand: reflection over fifty times a request costs more
// than reading them did.
func (j *Journal) observe(o *Observation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.line = append(o.appendJSON(j.line[:0]), '\n')
	if _, err := j.out.Write(j.line); err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
}

// flush hands what was appended to the system, so that it outlives the process.
func (j *Journal) flush() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.out.Flush(); err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
}

func (j *Journal) sync() error {
	j.mu.Lock()
	err := j.out.Flush()
	j.mu.Unlock()
	if err == nil {
		err = j.file.Sync() // outside the lock: records must not wait for a disk
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
	return j.fault
}

func (j *Journal) keepSynced() {
	defer close(j.gone)
	t := time.NewTicker(syncEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			_ = j.sync() // kept in fault
		case <-j.quit:
			return
		}
	}
}

// close ends the journal and returns the first failure to write it.
func (j *Journal) close() error {
	close(j.quit)
	<-j.gone
	err := j.sync()
	if e := j.file.Close(); err == nil {
		err = e
	}
	return err
}

// Discard removes the journal of a point whose artifact is stored.
func (j *Journal) Discard() error { return os.Remove(j.path) }

// Path returns the file.
func (j *Journal) Path() string { return j.path }

// readJournal reads a journal. A last line that was cut off by a crash is left
// out.
func readJournal(r io.Reader) (head, []Observation, error) {
	var h head
	in := bufio.NewReader(r)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return h, nil, errors.New("the first line is not whole")
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return h, nil, fmt.Errorf("the first line: %v", err)
	}
	if h.Journal != 1 || h.Artifact == nil {
		return h, nil, errors.New("the first line is no plan of form 1")
	}
	var obs []Observation
	for n := 2; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return h, obs, nil
		}
		if err != nil {
			return h, nil, err
		}
		var o Observation
		if err := json.Unmarshal(line, &o); err != nil {
			if _, more := in.Peek(1); more == io.EOF {
				return h, obs, nil
			}
			return h, nil, fmt.Errorf("line %d: %v", n, err)
		}
		if r := o.Record; r.SentS == nil || r.EndS == nil || r.ScheduledS == nil || r.Error == nil && r.LastS == nil {
			return h, nil, fmt.Errorf("line %d: times are missing", n)
		}
		o.settle()
		obs = append(obs, o)
	}
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
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	var out []Recovered
	for _, path := range files {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			out = append(out, Recovered{Journal: path, Err: err})
			continue
		}
		if !lock(f) { // its run is still going on
			f.Close()
			continue
		}
		r := Recovered{Journal: path}
		var data []byte
		if data, r.Err = io.ReadAll(f); r.Err == nil {
			r.ID, r.Err = adopt(data, store)
		}
		f.Close()
		if r.Err == nil {
			r.Err = os.Remove(path)
		} else {
			r.Err = fmt.Errorf("journal %s: %w", filepath.Base(path), r.Err)
		}
		out = append(out, r)
	}
	return out
}

func adopt(data []byte, store *artifact.Store) (string, error) {
	h, obs, err := readJournal(bytes.NewReader(data))
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

package eval

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

// syncEvery is how often a journal is forced to the disk.
const syncEvery = time.Second

// ErrBusy says that another process runs the same evaluation.
var ErrBusy = errors.New("another process is running the same evaluation")

// journal keeps the finished items of an evaluation on disk, a line each, until
// a complete artifact is stored. Its name follows from the plan, so that the
// same plan finds it again.
type journal struct {
	path  string
	file  *os.File
	mu    sync.Mutex
	out   *bufio.Writer
	fault error // the first failure to write
	quit  chan struct{}
	gone  chan struct{}
}

// entry is one line of a journal: the plan, a finished item, or a partial
// artifact that was stored of it.
type entry struct {
	Journal string                `json:"journal,omitempty"` // of the first line: the form of the file
	Plan    string                `json:"plan,omitempty"`
	Started string                `json:"started,omitempty"` // of a session
	Record  *artifact.EvalRecord  `json:"record,omitempty"`
	At      float64               `json:"at,omitempty"` // seconds into the session
	Stored  *artifact.DerivedFrom `json:"stored,omitempty"`
}

const journalForm = "eval/1"

// history is what earlier sessions of the same plan left.
type history struct {
	records []artifact.EvalRecord
	stored  []artifact.DerivedFrom
	started string  // of the first session
	seconds float64 // wall time of the earlier sessions, to their last item
}

// openJournal begins the journal of a plan or goes on with it. again forgets
// what is there.
func openJournal(dir, plan string, again bool) (*journal, history, error) {
	var h history
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, h, fmt.Errorf("journal: %w", err)
	}
	path := filepath.Join(dir, plan+".jsonl")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, h, fmt.Errorf("journal: %w", err)
	}
	fail := func(err error) (*journal, history, error) {
		f.Close()
		return nil, history{}, err
	}
	if !lock(f) {
		return fail(ErrBusy)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return fail(fmt.Errorf("journal: %w", err))
	}
	if again {
		data = nil
	}
	h, whole, err := readJournal(data, plan)
	if err != nil {
		return fail(fmt.Errorf("journal %s: %w; remove it to begin anew", path, err))
	}
	if err := f.Truncate(int64(whole)); err != nil {
		return fail(fmt.Errorf("journal: %w", err))
	}
	if _, err := f.Seek(int64(whole), io.SeekStart); err != nil {
		return fail(fmt.Errorf("journal: %w", err))
	}
	j := &journal{path: path, file: f, out: bufio.NewWriter(f), quit: make(chan struct{}), gone: make(chan struct{})}
	begin := entry{Started: time.Now().UTC().Format(timeForm)}
	if whole == 0 {
		begin.Journal, begin.Plan = journalForm, plan
	}
	if h.started == "" {
		h.started = begin.Started
	}
	j.append(begin)
	if err := j.sync(); err != nil {
		return fail(err)
	}
	go j.keepSynced()
	return j, h, nil
}

const timeForm = "2006-01-02T15:04:05.000Z"

// readJournal reads what is there and how many bytes of it are whole lines: a
// crash may have cut the last one off.
func readJournal(data []byte, plan string) (h history, whole int, err error) {
	last := 0.0
	for line := range bytes.Lines(data) {
		if line[len(line)-1] != '\n' {
			break
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			if whole+len(line) == len(data) {
				break
			}
			return h, 0, fmt.Errorf("byte %d: %v", whole, err)
		}
		if whole == 0 && (e.Journal != journalForm || e.Plan != plan) {
			return h, 0, errors.New("the first line is of another plan or form")
		}
		whole += len(line)
		if e.Started != "" {
			h.seconds, last = h.seconds+last, 0
			if h.started == "" {
				h.started = e.Started
			}
		}
		if e.Record != nil {
			h.records = append(h.records, *e.Record)
			last = max(last, e.At)
		}
		if e.Stored != nil {
			h.stored = append(h.stored, *e.Stored)
		}
	}
	h.seconds += last
	return h, whole, nil
}

func (j *journal) append(e entry) {
	line, err := json.Marshal(e)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err == nil {
		err = j.out.Flush() // a killed process must not lose an item that was paid for
	}
	if err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
}

func (j *journal) sync() error {
	err := j.file.Sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.fault == nil {
		j.fault = fmt.Errorf("journal: %w", err)
	}
	return j.fault
}

func (j *journal) keepSynced() {
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

// close ends the session and returns the first failure to write.
func (j *journal) close() error {
	close(j.quit)
	<-j.gone
	err := j.sync()
	if e := j.file.Close(); err == nil {
		err = e
	}
	return err
}

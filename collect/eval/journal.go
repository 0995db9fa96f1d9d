package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"benchsite/collect/artifact"
	"benchsite/collect/journal"
)

// The journal of an evaluation holds its finished items until a complete
// artifact is stored. Its name follows from the plan, so that the same plan finds
// it again; its head holds what an artifact needs, so that others can make one.

const journalForm = "eval/2"

const timeForm = "2006-01-02T15:04:05.000Z"

// head is the first line: all of the artifact that is known before the first
// request.
type head struct {
	Journal  string             `json:"journal"` // form of the file
	Plan     string             `json:"plan"`
	Items    int                `json:"items"`
	Repeats  int                `json:"repeats"`
	Private  bool               `json:"private,omitempty"` // texts must not be published
	Answers  string             `json:"answers,omitempty"` // plans that differ in their judges alone share it
	Match    bool               `json:"match,omitempty"`   // a rule stands where the suite wants a judge
	Artifact *artifact.Artifact `json:"artifact"`
}

// entry is any other line: the begin of a session, an item, or a partial
// artifact that was stored of all before it. An item that is answered and waits
// for its verdict has no outcome, and comes again with one.
type entry struct {
	Started string                `json:"started,omitempty"`
	Pos     int                   `json:"pos,omitempty"` // of the item: repeat by repeat in the order of the suite
	At      float64               `json:"at,omitempty"`  // seconds into the session
	Record  *artifact.EvalRecord  `json:"record,omitempty"`
	Stored  *artifact.DerivedFrom `json:"stored,omitempty"`
}

// appendRecord is the line of an item, by hand: the record is written as in the
// samples file and only once.
func appendRecord(line []byte, pos int, at float64, rec *artifact.EvalRecord) ([]byte, error) {
	text, err := artifact.EncodeRecord(rec)
	if err != nil {
		return line, err
	}
	line = append(line, `{"pos":`...)
	line = strconv.AppendInt(line, int64(pos), 10)
	line = append(line, `,"at":`...)
	line = strconv.AppendFloat(line, at, 'g', 6, 64)
	line = append(line, `,"record":`...)
	line = append(line, bytes.TrimSuffix(text, []byte("\n"))...)
	return append(line, '}'), nil
}

// place is where the last line of an item lies in the journal; none when
// length is 0.
type place struct {
	at     int64
	length int32
}

// readRecord reads the record that lies at p.
func readRecord(from io.ReaderAt, p place) (artifact.EvalRecord, error) {
	line := make([]byte, p.length)
	var e entry
	if _, err := from.ReadAt(line, p.at); err != nil {
		return artifact.EvalRecord{}, fmt.Errorf("journal: %w", err)
	}
	if err := json.Unmarshal(line, &e); err != nil || e.Record == nil {
		return artifact.EvalRecord{}, fmt.Errorf("journal: byte %d holds no record", p.at)
	}
	return *e.Record, nil
}

// records are those at places, read one by one when they are wanted.
func records(from io.ReaderAt, places []place) artifact.Records {
	return func(yield func(artifact.EvalRecord, error) bool) {
		for _, p := range places {
			if p.length == 0 {
				continue
			}
			if rec, err := readRecord(from, p); !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// history is what earlier sessions of a plan left.
type history struct {
	head    head
	places  []place // by position
	stored  []artifact.DerivedFrom
	unsaved int     // items that no stored artifact holds
	started string  // of the first session
	seconds float64 // wall time of the earlier sessions, to their last item
}

// readHistory reads a journal, a line at a time, and returns how many bytes of
// it stand: a crash may have cut the last line off.
func readHistory(r io.Reader) (h history, whole int64, err error) {
	last := 0.0
	whole, err = journal.Lines(r, func(l journal.Line) error {
		if l.Number == 1 {
			if err := json.Unmarshal(l.Text, &h.head); err != nil || h.head.Journal != journalForm || h.head.Artifact == nil || h.head.Items < 1 || h.head.Repeats < 1 {
				return fmt.Errorf("it is no plan of the form %s", journalForm)
			}
			h.places = make([]place, h.head.Items*h.head.Repeats)
			return nil
		}
		var e entry
		if err := json.Unmarshal(l.Text, &e); err != nil {
			return err
		}
		if e.Started != "" {
			h.seconds, last = h.seconds+last, 0
			if h.started == "" {
				h.started = e.Started
			}
		}
		if e.Record != nil {
			if e.Pos < 0 || e.Pos >= len(h.places) {
				return fmt.Errorf("there is no position %d", e.Pos)
			}
			h.places[e.Pos] = place{l.At, int32(len(l.Text))}
			h.unsaved++
			last = max(last, e.At)
		}
		if e.Stored != nil {
			h.stored, h.unsaved = append(h.stored, *e.Stored), 0
		}
		return nil
	})
	h.seconds += last
	return h, whole, err
}

func journalDir(state string) string { return filepath.Join(state, "journal", "eval") }

// openJournal begins the journal of a plan or goes on with it. again forgets
// what is there. A new one takes the answers over that only wait for other judges.
func openJournal(dir string, now head, judges map[string]Judge, again bool) (*journal.File, history, error) {
	var h history
	read := func(f *os.File) (whole int64, err error) {
		if h, whole, err = readHistory(f); err == nil && whole > 0 && h.head.Plan != now.Plan {
			err = errors.New("it is of another plan")
		}
		if err != nil {
			err = fmt.Errorf("%w; remove it to begin anew", err)
		}
		return whole, err
	}
	if again {
		read = nil
	}
	j, err := journal.Open(filepath.Join(dir, now.Plan+".jsonl"), read)
	if errors.Is(err, journal.ErrBusy) {
		return nil, h, fmt.Errorf("the same evaluation is running already: %w", err)
	}
	if err != nil {
		return nil, h, err
	}
	begin := time.Now().UTC().Format(timeForm)
	if h.head.Journal == "" {
		j.AppendJSON(now)
		if now.Answers != "" && !again {
			err = inherit(dir, now, j, judges)
			j.Flush()
			if err == nil {
				h, _, err = readHistory(io.NewSectionReader(j, 0, 1<<62))
			}
			if err != nil {
				_ = j.Close()
				return nil, h, err
			}
		}
	}
	if h.started == "" {
		h.started = begin
	}
	j.AppendJSON(entry{Started: begin})
	if err := j.Sync(); err != nil {
		_ = j.Close()
		return nil, h, err
	}
	return j, h, nil
}

package endpoint

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"
)

// readSize is how much of a stream is read at once, in bytes.
const readSize = 8 << 10

// maxLine bounds one line of a stream, so that a server that never ends a line
// cannot fill the memory.
const maxLine = 8 << 20

// maxOdd bounds how many faulty, unreadable or empty events of one stream are
// kept.
const maxOdd = 16

var errLongLine = errors.New("a line of the stream is longer than 8 MiB")

// Event is one event of a stream as it arrived.
type Event struct {
	At        time.Duration // since Exchange.Sent, taken at the read from the socket
	Completed int32         // completion tokens reported so far, -1 when not reported
	Kind      Kind
}

// stream reads server-sent events and stamps them. All events that were
// complete in one read share its time: that is when they reached the program.
type stream struct {
	events   []Event
	kept     [][]byte // raw events worth decoding later, in order
	rolling  []byte   // the latest token-bearing event with usage, not yet in kept
	keepAll  bool
	done     bool // [DONE] was seen
	seen     Kind // every kind so far
	frame    mold
	partial  []byte
	odd      int  // events that were neither tokens nor an end
	named    bool // the event was named "error" by its event: line
	comments int
}

var readBuffers = sync.Pool{New: func() any { b := make([]byte, readSize); return &b }}

// read takes events from body until it ends or says [DONE]. since gives the
// time to stamp. afterDone is called once when [DONE] arrives.
func (st *stream) read(body io.Reader, since func() time.Duration, afterDone func()) error {
	p := readBuffers.Get().(*[]byte)
	defer readBuffers.Put(p)
	buf := *p
	var rest []byte // an unfinished line of earlier reads
	for {
		n, err := body.Read(buf)
		at := since()
		data := buf[:n]
		if len(rest) > 0 {
			ended := err != nil || rest[len(rest)-1] == '\r' || bytes.ContainsAny(data, "\r\n")
			rest = append(rest, data...)
			if !ended && len(rest) <= maxLine {
				continue // a long line must not be searched again with every read
			}
			data = rest
		}
		used := st.lines(data, at, err != nil)
		if st.done {
			afterDone()
			for err == nil { // to the end, so that the connection can serve again
				_, err = body.Read(buf)
			}
			return nil
		}
		rest = append(rest[:0], data[used:]...)
		if err == io.EOF {
			st.flush(at)
			return nil
		}
		if err != nil {
			return err
		}
		if len(rest) > maxLine {
			return errLongLine
		}
	}
}

// lines handles the whole lines of data and returns how many bytes they took.
// last says that nothing follows, so that what is left is a line too.
func (st *stream) lines(data []byte, at time.Duration, last bool) int {
	used := 0
	for used < len(data) && !st.done {
		line, n := cutLine(data[used:], last)
		if n == 0 {
			break
		}
		used += n
		st.line(line, at)
	}
	return used
}

// cutLine returns the first line of b and the bytes it takes with its end: LF,
// CR LF or CR. A CR at the very end of b may have its LF still to come.
func cutLine(b []byte, last bool) (line []byte, n int) {
	end := bytes.IndexByte(b, '\n')
	head := b
	if end >= 0 {
		head = b[:end]
	}
	if cr := bytes.IndexByte(head, '\r'); cr >= 0 {
		switch {
		case cr == end-1:
			return b[:cr], end + 1
		case cr+1 < len(b) || last:
			return b[:cr], cr + 1
		}
		return nil, 0
	}
	if end >= 0 {
		return head, end + 1
	}
	if last {
		return b, len(b)
	}
	return nil, 0
}

var (
	dataField  = []byte("data:")
	eventField = []byte("event:")
	doneMark   = []byte("[DONE]")
)

func (st *stream) line(line []byte, at time.Duration) {
	switch {
	case len(line) == 0:
		st.flush(at)
		st.named = false
	case line[0] == ':':
		st.comments++
	case bytes.HasPrefix(line, dataField):
		st.data(bytes.TrimPrefix(line[len(dataField):], []byte(" ")), at)
	case bytes.HasPrefix(line, eventField):
		st.named = bytes.Equal(bytes.TrimSpace(line[len(eventField):]), []byte("error"))
	case line[0] == '{':
		st.data(line, at) // an error object written into the stream without a field name
	}
}

// data takes the payload of one data line. A payload that is no whole JSON
// object may go on in the next data line of the same event.
func (st *stream) data(payload []byte, at time.Duration) {
	if len(st.partial) > 0 {
		payload = append(append(st.partial, '\n'), payload...)
		st.partial = nil
	}
	trimmed := bytes.TrimSpace(payload)
	if len(trimmed) == 0 {
		return
	}
	if bytes.Equal(trimmed, doneMark) {
		st.done = true
		return
	}
	kind, completed, ok := st.frame.scan(payload)
	if !ok && !st.named {
		st.partial = append([]byte(nil), payload...)
		return
	}
	if st.named {
		kind |= Fault
	}
	st.add(Event{At: at, Completed: completed, Kind: kind}, payload)
}

// flush ends an event whose payload never became whole.
func (st *stream) flush(at time.Duration) {
	if len(st.partial) == 0 {
		return
	}
	payload := st.partial
	st.partial = nil
	st.add(Event{At: at, Completed: -1, Kind: Unread}, payload)
}

// add notes an event. Raw bytes are kept of the first (it names the model) and
// of those that hold more than tokens: how the answer ended, token counts,
// errors, and what the pass could not class. They are chosen by kind and not by
// place because servers differ in what they send last.
func (st *stream) add(e Event, payload []byte) {
	st.events = append(st.events, e)
	st.seen |= e.Kind
	switch {
	case st.keepAll, len(st.events) == 1, e.Kind&Finish != 0, e.Kind&UsageInfo != 0 && !e.Kind.Tokens():
		st.kept = append(st.kept, bytes.Clone(payload))
	case e.Kind == 0 || e.Kind&(Fault|Unread) != 0:
		if st.odd++; st.odd <= maxOdd {
			st.kept = append(st.kept, bytes.Clone(payload))
		}
	case e.Kind&UsageInfo != 0: // usage in every chunk: only the latest counts
		st.rolling = append(st.rolling[:0], payload...)
	}
}

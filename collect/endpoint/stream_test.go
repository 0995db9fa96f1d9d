package endpoint

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// readAll feeds body to a stream whose clock counts the reads.
func readAll(t testing.TB, body io.Reader) *stream {
	t.Helper()
	var tick time.Duration
	st := &stream{}
	if err := st.read(body, func() time.Duration { tick++; return tick }, func() {}); err != nil {
		t.Fatal(err)
	}
	return st
}

const (
	one   = `{"choices":[{"delta":{"content":"一"}}]}`
	two   = `{"choices":[{"delta":{"content":"two"}}]}`
	ended = `{"choices":[{"delta":{},"finish_reason":"stop"}]}`
)

// TestStreamForms reads the same three events in every form in which servers
// write them, whole, byte by byte, and in halves.
func TestStreamForms(t *testing.T) {
	for name, body := range map[string]string{
		"plain":            "data: " + one + "\n\ndata: " + two + "\n\ndata: " + ended + "\n\ndata: [DONE]\n\n",
		"crlf":             "data: " + one + "\r\n\r\ndata: " + two + "\r\n\r\ndata: " + ended + "\r\n\r\ndata: [DONE]\r\n\r\n",
		"cr":               "data: " + one + "\r\rdata: " + two + "\r\rdata: " + ended + "\r\rdata: [DONE]\r\r",
		"no space":         "data:" + one + "\n\ndata:" + two + "\n\ndata:" + ended + "\n\ndata:[DONE]\n\n",
		"comments":         ": hello\n\ndata: " + one + "\n\n:\n\n: keep-alive\n\ndata: " + two + "\n\ndata: " + ended + "\n\ndata: [DONE]\n\n",
		"single newline":   "data: " + one + "\ndata: " + two + "\ndata: " + ended + "\ndata: [DONE]\n",
		"no final newline": "data: " + one + "\n\ndata: " + two + "\n\ndata: " + ended,
		"event and id":     "id: 1\nevent: message\ndata: " + one + "\n\ndata: " + two + "\nretry: 10\n\ndata: " + ended + "\n\n",
		"payload in two":   "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"一\"}}]}\n\ndata: " + two + "\n\ndata: " + ended + "\n\n",
		"empty data":       "data:\n\ndata: \n\ndata: " + one + "\n\ndata: " + two + "\n\ndata: " + ended + "\n\n",
	} {
		for how, r := range map[string]io.Reader{
			"whole":  strings.NewReader(body),
			"bytes":  iotest.OneByteReader(strings.NewReader(body)),
			"halves": iotest.HalfReader(strings.NewReader(body)),
			"eof":    iotest.DataErrReader(strings.NewReader(body)),
		} {
			st := readAll(t, r)
			var kinds []Kind
			for _, e := range st.events {
				kinds = append(kinds, e.Kind)
			}
			if len(kinds) != 3 || kinds[0] != Content || kinds[1] != Content || kinds[2] != Finish {
				t.Errorf("%s, %s: kinds %b", name, how, kinds)
			}
		}
	}
}

func TestStreamStampsAtTheRead(t *testing.T) {
	r := io.MultiReader(strings.NewReader("data: "+one+"\n\ndata: "+two+"\n\nda"), strings.NewReader("ta: "+ended+"\n\n"))
	st := readAll(t, r)
	if len(st.events) != 3 || st.events[0].At != 1 || st.events[1].At != 1 || st.events[2].At != 2 {
		t.Fatalf("events %+v: want two at the first read and one at the second", st.events)
	}
}

func TestStreamNamedError(t *testing.T) {
	st := readAll(t, strings.NewReader("event: error\ndata: out of memory\n\n"))
	if st.seen != Fault {
		t.Fatalf("seen %b, want an error", st.seen)
	}
}

func TestStreamUnreadable(t *testing.T) {
	st := readAll(t, strings.NewReader("data: {\"choices\": [\n\ndata: "+one+"\n\n"))
	if len(st.events) != 2 || st.events[0].Kind != Unread || st.events[1].Kind != Content {
		t.Fatalf("events %+v", st.events)
	}
}

func TestStreamEndlessLine(t *testing.T) {
	endless := io.LimitReader(zeros{}, 4*maxLine)
	err := (&stream{}).read(endless, func() time.Duration { return 1 }, func() {})
	if err != errLongLine {
		t.Fatalf("a line without end: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// BenchmarkStream reads 10,000 events of about 215 bytes, 32 in each read, as
// a server at full speed sends them. ns/event is the figure to watch.
func BenchmarkStream(b *testing.B) {
	event := `data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1766400000,"model":"Qwen/Qwen3-32B","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	const events = 10000
	body := []byte(strings.Repeat(event, events))
	start := time.Now()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		st := &stream{events: make([]Event, 0, events)}
		r := &batches{body: body, size: 32 * len(event)}
		if err := st.read(r, func() time.Duration { return time.Since(start) }, func() {}); err != nil || len(st.events) != events {
			b.Fatal(err, len(st.events))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
}

// batches gives size bytes a read, as far as the buffer takes them.
type batches struct {
	body []byte
	size int
}

func (r *batches) Read(p []byte) (int, error) {
	if len(r.body) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.size)], r.body)
	r.body = r.body[n:]
	return n, nil
}

func TestCutLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		last bool
		line string
		n    int
	}{
		{"a\nb", false, "a", 2},
		{"a\r\nb", false, "a", 3},
		{"a\rb", false, "a", 2},
		{"a\r", false, "", 0},
		{"a\r", true, "a", 2},
		{"a", false, "", 0},
		{"a", true, "a", 1},
		{"\n", false, "", 1},
	} {
		line, n := cutLine([]byte(c.in), c.last)
		if !bytes.Equal(line, []byte(c.line)) || n != c.n {
			t.Errorf("cutLine(%q, %v) = %q, %d", c.in, c.last, line, n)
		}
	}
}

package endpoint

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Options says how to reach a server.
type Options struct {
	URL         string        // with or without /v1
	Model       string        // tried by one request of one token where nothing else tells that the API is there
	APIKey      string        // sent as a bearer token; "" = none
	Concurrency int           // requests in flight, as many idle connections are kept
	Timeout     time.Duration // for one request, 0 = DefaultTimeout
	Header      http.Header   // further headers of every request
}

// DefaultTimeout bounds one request when Options names no limit.
const DefaultTimeout = 10 * time.Minute

// doneGrace is how long a server may take to end the body after [DONE] before
// its connection is given up. The answer is whole by then.
const doneGrace = time.Second

// eventRoom bounds the events for which room is made before a stream begins;
// more of them at thousands of streams would be memory that few answers use.
const eventRoom = 256

// maxBody bounds an answer that is not a stream, in bytes.
const maxBody = 64 << 20

// Client sends requests to one API. It is safe for concurrent use.
type Client struct {
	base      string // such as http://host:8000/v1, no slash at the end
	header    http.Header
	transport *http.Transport
	timeout   time.Duration
	models    []Model
	dialect   dialect
}

// BaseURL returns the address under which the API was found, without a slash.
func (c *Client) BaseURL() string { return c.base }

// Close drops the idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Do sends r and reads the answer to its end. Failures are in Exchange.Err.
func (c *Client) Do(ctx context.Context, r *Request) *Exchange {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	resent := 0
	for {
		known := c.dialect.snapshot()
		body, err := c.encode(r, known)
		if err != nil {
			return &Exchange{RequestID: r.ID, Sent: time.Now(), Err: &Error{Class: ClassBadReply, Message: err.Error()}}
		}
		x, died := c.once(ctx, cancel, r, body)
		x.Resent = resent
		switch {
		case died && resent == 0:
			// The server had closed an idle connection; nothing of the answer
			// had come. One more try, on the clock of the first.
			resent++
			first := x.Sent
			x, _ = c.once(ctx, cancel, r, body)
			x.Resent = resent
			x.shift(first)
		case x.Err != nil && (c.dialect.learn(r, x.Err) || c.dialect.snapshot() != known):
			continue // refused in this form, not worked on
		}
		return x
	}
}

// shift moves the zero of x's times back to an earlier send.
func (x *Exchange) shift(first time.Time) {
	d := x.Sent.Sub(first)
	x.Sent = first
	for _, t := range []*time.Duration{&x.Headers, &x.First, &x.Answer, &x.Last, &x.End} {
		if *t != 0 {
			*t += d
		}
	}
	for i := range x.Events {
		x.Events[i].At += d
	}
}

// once sends the request a single time. died reports that a reused connection
// was lost before the first byte of an answer. cancel ends ctx.
func (c *Client) once(ctx context.Context, cancel func(), r *Request, body []byte) (x *Exchange, died bool) {
	x = &Exchange{RequestID: r.ID}
	var reused, began atomic.Bool
	trace := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(i httptrace.GotConnInfo) { reused.Store(i.Reused) },
		GotFirstResponseByte: func() { began.Store(true) },
	})
	req, err := http.NewRequestWithContext(trace, http.MethodPost, c.base+r.path(), bytes.NewReader(body))
	if err != nil {
		x.Sent = time.Now()
		x.Err = &Error{Class: ClassURL, Message: err.Error()}
		return x, false
	}
	req.GetBody = nil // sending again is ours to decide and to count
	for k, v := range c.header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", "application/json")
	if r.ID != "" {
		req.Header.Set("X-Request-Id", r.ID)
	}
	if r.Stream {
		req.Header.Set("Accept", "text/event-stream")
	} else {
		req.Header.Set("Accept", "application/json")
	}

	x.Sent = time.Now()
	since := func() time.Duration { return time.Since(x.Sent) }
	resp, err := c.transport.RoundTrip(req)
	x.Headers = since()
	x.Reused = reused.Load()
	if err != nil {
		x.End, x.Headers = x.Headers, 0
		x.Err = transportError(ctx, err, false)
		return x, x.Reused && !began.Load() && x.Err.Class == ClassReset
	}
	defer resp.Body.Close()
	x.Status, x.Protocol = resp.StatusCode, resp.Proto
	kind := mediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.StatusCode != http.StatusOK:
		answer, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		x.End = since()
		x.Err = statusError(resp, kind, answer)
	case kind == "text/html":
		x.End = since()
		x.Err = &Error{Class: ClassHTML, Status: resp.StatusCode, Message: "a web page answered, not an OpenAI-compatible API"}
	case r.Stream && kind != "application/json":
		x.Streamed = true
		st := &stream{keepAll: r.KeepText, events: make([]Event, 0, min(r.MaxTokens, eventRoom)+4)}
		var grace *time.Timer
		err := st.read(resp.Body, since, func() { x.End = since(); grace = time.AfterFunc(doneGrace, cancel) })
		if grace != nil {
			grace.Stop()
		}
		if x.End == 0 {
			x.End = since()
		}
		var lost *Error
		switch {
		case err == errLongLine:
			lost = &Error{Class: ClassBadReply, Status: resp.StatusCode, Message: err.Error()}
		case err != nil:
			lost = transportError(ctx, err, true)
			lost.Status = resp.StatusCode
		}
		x.settle(st, lost)
	default:
		answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
		x.End = since()
		if err != nil {
			x.Err = transportError(ctx, err, true)
			return x, false
		}
		x.Last = x.End
		if r.Prompt != "" {
			x.read(answer)
		} else {
			x.whole(answer, r.Stream)
		}
	}
	return x, false
}

// mediaType returns the media type without its parameters. The usual one of a
// stream is known at sight.
func mediaType(header string) string {
	if header == "text/event-stream" || strings.HasPrefix(header, "text/event-stream;") {
		return "text/event-stream"
	}
	kind, _, _ := mime.ParseMediaType(header)
	return kind
}

// statusError words an answer whose status is not 200.
func statusError(resp *http.Response, kind string, body []byte) *Error {
	e := &Error{Class: StatusClass(resp.StatusCode), Status: resp.StatusCode, Message: "the server answered " + statusText(resp)}
	if loc := resp.Header.Get("Location"); resp.StatusCode/100 == 3 && loc != "" {
		e.Message += ": it redirects to " + loc + ", and a redirected POST is not followed"
		return e
	}
	if text := errorText(body); text != "" && kind != "text/html" {
		e.Message += ": " + text
	}
	e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"))
	return e
}

// statusText returns such as "404 Not Found".
func statusText(resp *http.Response) string {
	text := http.StatusText(resp.StatusCode)
	return strings.TrimSpace(strconv.Itoa(resp.StatusCode) + " " + text)
}

// retryAfter reads the header's form in seconds; the form with a date is left
// alone because it compares two clocks.
func retryAfter(v string) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || s <= 0 || s > 86400 {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

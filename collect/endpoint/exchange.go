package endpoint

import (
	"slices"
	"time"
)

// Usage is what the server counted, in tokens.
type Usage struct {
	Prompt    int64
	Output    int64
	Reasoning *int64 // part of Output; nil when not reported
	Cached    *int64 // part of Prompt; nil when not reported
}

// Exchange is one request and what came of it. All times are since Sent, on
// the monotonic clock; 0 means that it did not happen.
type Exchange struct {
	RequestID string
	Sent      time.Time     // just before the request is handed to the transport
	Headers   time.Duration // response headers were read
	First     time.Duration // first token-bearing event: content, reasoning or tool call
	Answer    time.Duration // first event with content or a tool call
	Last      time.Duration // last token-bearing event; end of the body when not streamed
	End       time.Duration // end of stream, or when the failure was seen
	Events    []Event       // of a stream, in order
	Chunks    int           // token-bearing events

	Status   int    // HTTP status, 0 when none came
	Protocol string // HTTP/1.1
	Reused   bool   // sent on a connection that had served before
	Resent   int    // times it was sent again because a reused connection had died
	Streamed bool   // the answer was a stream

	Err *Error // nil when the answer is whole

	Likelihood *Likelihood // of the Prompt of a request that has one

	// Known after Decode. Text, Reasoning and ToolCalls only with
	// Request.KeepText or when the answer was not streamed.
	Reading

	raw      [][]byte
	keepText bool
	decoded  bool
}

// OK reports whether the answer is whole.
func (x *Exchange) OK() bool { return x.Err == nil }

// settle derives times and failure of a finished stream from its events.
func (x *Exchange) settle(st *stream, readErr *Error) {
	x.Events, x.raw, x.keepText = st.events, st.kept, st.keepAll
	if len(st.rolling) > 0 {
		// Before the finish and usage events, which count more.
		x.raw = slices.Insert(x.raw, min(1, len(x.raw)), st.rolling)
	}
	for _, e := range st.events {
		if !e.Kind.Tokens() {
			continue
		}
		x.Chunks++
		if x.First == 0 {
			x.First = e.At
		}
		if x.Answer == 0 && e.Kind&(Content|Tool) != 0 {
			x.Answer = e.At
		}
		x.Last = e.At
	}
	ended := st.done || st.seen&Finish != 0
	switch {
	case st.seen&Fault != 0:
		x.Err = &Error{Class: ClassErrorObject, Status: x.Status, Message: faultMessage(st.kept)}
	case readErr != nil && !ended:
		x.Err = readErr
	case !ended:
		x.Err = &Error{Class: ClassNoEnd, Status: x.Status,
			Message: "the stream ended with neither [DONE] nor a finish reason" + afterChunks(x.Chunks)}
	case x.Chunks == 0 && st.seen&Unread != 0:
		x.Err = &Error{Class: ClassBadReply, Status: x.Status,
			Message: "the stream held events that are not JSON and no token"}
	case x.Chunks == 0:
		x.Err = &Error{Class: ClassNoToken, Status: x.Status, Message: "the stream ended without a token"}
	}
}

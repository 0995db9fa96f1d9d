package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Class names a kind of failure. Classes are the keys of by_error in a load
// artifact, so they are never renamed. A status other than 200 has the class
// http-<status>, see StatusClass.
type Class string

// The failure classes. The first group is about the address and means that no
// load was sent; the second is about one request.
const (
	ClassURL      Class = "url"       // cannot be parsed, or no such API there
	ClassNotFound Class = "not-found" // 404 on every known path
	ClassHTML     Class = "html"      // a web page answered
	ClassModel    Class = "model"     // the model is not served

	ClassConnect     Class = "connect"       // no connection: closed port, no such host, TLS
	ClassTimeout     Class = "timeout"       // over the time limit of one request
	ClassReset       Class = "reset"         // connection lost before an answer began
	ClassCut         Class = "stream-cut"    // connection lost in the middle of an answer
	ClassNoEnd       Class = "stream-no-end" // ended with neither [DONE] nor a finish reason
	ClassNoToken     Class = "no-token"      // ended well but held no token
	ClassErrorObject Class = "error-object"  // an error object inside a 200 answer
	ClassNotStreamed Class = "not-streamed"  // one JSON object where a stream was asked for
	ClassBadReply    Class = "bad-reply"     // not JSON, or not a chat completion
	ClassNoLogprobs  Class = "no-logprobs"   // the answer rates no token of the prompt
	ClassCanceled    Class = "canceled"      // given up by the client itself
)

// StatusClass returns the class of an answer with an HTTP status other than 200.
func StatusClass(status int) Class { return Class("http-" + strconv.Itoa(status)) }

// Error is a failure to reach the API or to complete one request.
type Error struct {
	Class      Class
	Status     int           // HTTP status, 0 when none came
	Message    string        // one sentence for people
	RetryAfter time.Duration // what a 429 or 503 asked for, else 0
}

func (e *Error) Error() string { return e.Message }

// Unsent reports whether the failure means that address, key or model are
// wrong, so that no load can have been taken by the server.
func (e *Error) Unsent() bool {
	switch e.Class {
	case ClassURL, ClassNotFound, ClassHTML, ClassModel:
		return true
	}
	return e.Status == 401 || e.Status == 403 || e.Status == 404
}

// transportError turns an error of the transport into one with a class. began
// says whether an answer had begun.
func transportError(ctx context.Context, err error, began bool) *Error {
	var dns *net.DNSError
	var op *net.OpError
	var netErr net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Class: ClassCanceled, Message: "canceled by the client"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout() && began:
		return &Error{Class: ClassTimeout, Message: "no complete answer within the time limit"}
	case began:
		return &Error{Class: ClassCut, Message: "the connection was lost in the middle of the answer: " + plain(err)}
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial", strings.Contains(err.Error(), "tls:"),
		strings.Contains(err.Error(), "x509:"), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return &Error{Class: ClassConnect, Message: "cannot connect: " + plain(err)}
	case errors.As(err, &netErr) && netErr.Timeout():
		return &Error{Class: ClassTimeout, Message: "no answer within the time limit"}
	}
	return &Error{Class: ClassReset, Message: "the connection was lost before an answer came: " + plain(err)}
}

// plain shortens an error of the net packages to its cause.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		if op.Addr != nil && op.Op == "dial" {
			return fmt.Sprintf("%s: %s", op.Addr, trimSyscall(op.Err.Error()))
		}
		return trimSyscall(op.Err.Error())
	}
	return err.Error()
}

func trimSyscall(s string) string {
	for _, p := range []string{"connect: ", "read: ", "write: "} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}

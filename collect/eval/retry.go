package eval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"benchsite/collect/endpoint"
)

// fate says what a failure means for the item and for the run.
type fate int

const (
	fatal fate = iota // sending it again changes nothing
	again             // a few more attempts
	busy              // the server asks to come back later
	gone              // the server does not answer at all
)

func fateOf(e *endpoint.Error) fate {
	switch {
	case e.Status == 429 || e.Status == 503 || e.Status == 529:
		return busy
	case e.Status == 408 || e.Status == 425 || e.Status/100 == 5:
		return again
	case e.Class == endpoint.ClassConnect || e.Class == endpoint.ClassReset:
		return gone
	case e.Class == endpoint.ClassTimeout || e.Class == endpoint.ClassCut || e.Class == endpoint.ClassNoEnd || e.Class == endpoint.ClassErrorObject:
		return again
	}
	return fatal
}

// errGone ends a run: the server was lost and did not come back.
var errGone = errors.New("the server stopped answering")

// ask sends one request until it is answered, refused for good, or given up. The
// run ends when the server is lost.
func (r *run) ask(ctx context.Context, q *endpoint.Request) (*endpoint.Exchange, error) {
	x, err := send(ctx, r.sending, r.client, q, r.spec.Retry, r.count.retried)
	if errors.Is(err, errGone) {
		r.lose(err)
	}
	return x, err
}

// send sends one request until it is answered, refused for good, or given up.
// When ctx is done, what is in flight is awaited and nothing is sent again;
// sending ends what is in flight as well. retried is told of each further attempt.
func send(ctx, sending context.Context, c Client, q *endpoint.Request, retry Retry, retried func()) (*endpoint.Exchange, error) {
	retry = retry.filled()
	begun := time.Now()
	wait := retry.First
	for attempt := 1; ; attempt++ {
		x := c.Do(sending, q)
		x.Decode()
		if x.Err == nil || x.Err.Class == endpoint.ClassNoToken && x.FinishReason != "" { // an empty answer is an answer
			return x, nil
		}
		if sending.Err() != nil {
			return nil, sending.Err()
		}
		f := fateOf(x.Err)
		tired := attempt >= retry.Attempts
		if f == busy {
			tired = time.Since(begun) > retry.Patience
		}
		switch {
		case f == fatal, tired && f != gone:
			return x, nil
		case tired:
			return nil, fmt.Errorf("%w: %w", errGone, x.Err)
		}
		pause := time.Duration(float64(wait) * (0.5 + rand.Float64()/2)) // apart, so that all do not come back at once
		if x.Err.RetryAfter > 0 {
			pause = x.Err.RetryAfter
		}
		wait = min(2*wait, retry.Most)
		retried()
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		}
	}
}

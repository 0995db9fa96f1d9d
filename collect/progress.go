package collect

import "benchsite/collect/load"

// EventKind says what an Event tells.
type EventKind int

// The kinds of events. A point has one EventStart, any number of EventTick and
// EventNote, and one of EventDone, EventSkip and EventFail.
const (
	EventStart EventKind = iota // the point begins
	EventTick                   // how far it is: Snapshot
	EventDone                   // stored: ID
	EventSkip                   // not collected again: ID is the run that is there, Note why
	EventFail                   // nothing stored: Err
	EventNote                   // something to know: Note
	EventFound                  // what a search or a sweep found: Note
)

// Event is news of a running plan.
type Event struct {
	Kind     EventKind
	Point    Point
	Index    int // of the point, from 0
	Total    int // points of the plan; a search counts as many as it may make
	Snapshot load.Snapshot
	ID       string
	Err      error
	Note     string
}

// Progress takes events. Calls do not overlap. A nil Progress takes none.
type Progress func(Event)

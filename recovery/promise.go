package recovery

import "time"

// Promise is what a record remembers of one ask: that a play asks for an action,
// and by when. A merged action has one for each play. Records carry promises from
// decision to decision, because what was given before decides what counts later.
type Promise struct {
	Action string // the id of the action
	Type   string
	Play   string // playbook/play
	Since  string // the field that its clock follows; empty: none

	GivenAt time.Time // when the play first gave the action
	// Base is the time from which its clock counts; zero while it waits for its
	// field. Any says that events before the base count as well.
	Base time.Time
	Any  bool
	// NotBefore and DueAt are the times that stand, and SetAt the decision that set
	// them. DoneAt is when it was done; zero: it is open.
	NotBefore, DueAt, SetAt, DoneAt time.Time
	// Cancelled is set on an ask that the decision does not give any more.
	Cancelled bool
}

// PlayBase is what the actions of a play count from that have no time of their own.
type PlayBase struct {
	Play string // playbook/play
	Base time.Time
}

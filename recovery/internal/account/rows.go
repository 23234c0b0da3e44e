package account

import (
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// NotReported is the outcome of a promise of a type that nobody ever reports: whether it was kept is
// not known.
const NotReported recovery.PromiseOutcome = "not-reported"

// Row is what every row has.
type Row struct {
	Incident string
	Decision string // the id of the decision that it is of; empty where there is none
	Latest   bool   // the decision stands
	// Fields are the fields of the incident that were asked for, each as JSON; nil where it has none.
	Fields [][]byte
}

// Decision is a decision, or one that makes a choice.
type Decision struct {
	Row
	Is *recovery.Decision
}

// Action is an action of a decision. One that a choice has taken back since is not Latest.
type Action struct {
	Row
	Is        *recovery.Action
	DecidedAt time.Time
	Chosen    bool // the decision makes a choice
	// Service and Failure are those of the incident.
	Service, Failure string
	// DoneAt is when it was done: of what stands as it is known now, else as the decision said.
	DoneAt time.Time
	// Reported is how much was reported given under it by now; unset where nothing was, and on
	// rows of what does not stand.
	Reported recovery.Money
}

// Promise is a promise, and what became of it.
type Promise struct {
	Row
	Is               recovery.Promised
	Owner            string
	Service, Failure string
	// Once is set on one row of a promise that several plays ask for.
	Once bool
}

// Choice is a choice that a decision left to somebody.
type Choice struct {
	Row
	Is               *recovery.Choice
	Service, Failure string
	LeftAt           time.Time // when the decision was made that left it
	// State says whether it is open, pending, made, or lapsed: the incident was decided again without it.
	State ChoiceState
	// Made, MadeAt and MadeIn are set on one that was made: MadeIn is the decision that makes it.
	Made   *recovery.Made
	MadeAt time.Time
	MadeIn string
}

// ChoiceState says what became of a choice.
type ChoiceState string

// The states of choices.
const (
	ChoiceOpen    ChoiceState = "open"
	ChoicePending ChoiceState = "pending" // something was proposed, and another person has to agree
	ChoiceMade    ChoiceState = "made"
	ChoiceLapsed  ChoiceState = "lapsed"
)

// Report is what somebody said of an action. Its decision is the last one before it that lists the
// action.
type Report struct {
	Row
	Is               recovery.Report
	Type             string // of the action; empty where it is not known
	Service, Failure string
	Counts           bool // no later report on the same effect has taken its place
}

// Refusal is an incident that was refused. It is Latest when nothing was decided on the incident since.
type Refusal struct {
	Row
	Is *recovery.Refusal
}

// Incident is an incident as its latest decision knows it.
type Incident struct {
	Row
	Is recovery.Incident
	// SourceTold is set where somebody told the source; else it is the default.
	SourceTold bool
	// FirstAt and LatestAt are when it was first and last decided, and Decisions how often, choices
	// included.
	FirstAt, LatestAt time.Time
	Decisions         int
	Last              *recovery.Decision // nil: it was only ever refused
	Answered          bool               // a play answers it
	Refused           bool               // it was refused since the latest decision
	Missed            int                // promises that were broken or late by now
}

// Rows are called with the rows that somebody wants; the others may be nil. What a row leads to is good until
// the call returns, apart from texts. A text may hold the whole decision in memory: clone texts that you keep
// in numbers.
type Rows struct {
	// Set gets each set that the ledger has archived, in order, before the first row. One that does not load
	// any more is as far as it loads.
	Set func(*playbook.Set)
	// Expect is told, before the first row, how many incidents there are at most, and how many were erased. The
	// namespace of those is not known any more.
	Expect   func(incidents int, erased int64)
	Decision func(*Decision) error
	Action   func(*Action) error
	Promise  func(*Promise) error
	Choice   func(*Choice) error
	Report   func(*Report) error
	Refusal  func(*Refusal) error
	Incident func(*Incident) error
}

package store

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Report is the host's word about what came of an action.
type Report struct {
	Incident string
	Action   string  // its id
	Outcome  Outcome // empty: done
	// Amount is what this effect gave; unset: the whole of it.
	Amount value.Money
	At     time.Time
	Note   string
}

// Outcome says what came of an effect.
type Outcome string

// The outcomes. The zero value stands for OutcomeDone.
const (
	OutcomeDone   Outcome = "done"
	OutcomeFailed Outcome = "failed"
	OutcomeUndone Outcome = "undone" // it was done, and taken back since
)

// Same reports whether two reports say the same. A store keeps such a report once, however often it
// comes. The zone of the time makes no difference.
func (r Report) Same(other Report) bool {
	return r.Incident == other.Incident && r.Action == other.Action && r.Outcome == other.Outcome && r.Amount == other.Amount &&
		r.At.Equal(other.At) && r.Note == other.Note
}

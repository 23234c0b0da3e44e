package store

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Query asks a store for the inputs of a decision. The incident itself does not
// count in facts and use.
type Query struct {
	// Namespace is the tenant's whose incidents are meant, and nobody else's; empty: those of no tenant.
	Namespace  string
	Incident   string // whose previous decision, choices and reports are wanted
	Choice     string // where Incident is empty: the incident on which a decision left the choice with this id to somebody
	Set        string // the digest of the set by which the decision is to be made; empty: nobody asks
	Facts      []FactQuery
	Use        []UseQuery
	Precedents []PrecedentQuery
}

// Key is a field of incidents and the text of the value wanted.
type Key struct {
	Path string
	Text string
}

// FactQuery asks about the latest decision of each incident, with the choices
// made on it: how many incidents, how many actions of a type, or how much they
// gave. Cancelled actions and those in if_late do not count, and neither does an
// action that a choice made on the decision, or after the choice that gave it,
// lists as cancelled.
type FactQuery struct {
	Namespace string // of the incidents that count
	Name      string
	Count     string     // "incidents", or an action's type; else empty
	Sum       string     // an action's type, or "incident." and the path of a field; else empty
	Of        value.Kind // of the field that Sum names: int, double, duration or money; else invalid
	Currency  string     // of Sum, where it is money
	Same      []Key      // the incidents that count have these
	From      time.Time  // what lies at From or later counts
	// Occurred says that actions and amounts lie where their incident occurred. Otherwise an action
	// lies where it was given, and each part of an amount where that part was. Incidents always lie
	// where they occurred.
	Occurred bool
	// Matters is set when a limit counts this fact: a commit conflicts when its
	// value has changed.
	Matters bool
}

// UseQuery asks how many units of a partner other incidents have reserved in a
// window of time, From included and Until not.
type UseQuery struct {
	Namespace   string // of the incidents that count
	Partner     string
	Direction   string // outbound or inbound
	From, Until time.Time
}

// PrecedentQuery asks for earlier choices of a play in comparable cases. Choices on this incident do not
// count.
type PrecedentQuery struct {
	Namespace  string // of the incidents that count
	Play       string
	Comparable []Key
}

// Chosen is one earlier choice: the decision that made it and its reason, with
// the actions that were chosen, those that were withheld as zero included.
type Chosen struct {
	Decision string
	Reason   string
	Actions  []ChosenAction
}

// ChosenAction is an action that was chosen; Amount is unset where it has none.
type ChosenAction struct {
	Type   string
	Amount value.Money
}

// Reserve is the use of a partner.
type Reserve struct {
	Namespace string // of the incident
	Partner   string
	Direction string
	Units     int64
	At        time.Time
}

// counts reports whether a reserve counts in the answer.
func (q *UseQuery) counts(r *Reserve) bool {
	return r.Namespace == q.Namespace && r.Partner == q.Partner && r.Direction == q.Direction && !r.At.Before(q.From) && r.At.Before(q.Until)
}

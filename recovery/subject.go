package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/worktime"
)

// subject is an incident that fits: what a decision is made about. It lives in a
// workspace.
type subject struct {
	rules     *ruleset
	workspace *workspace
	now       time.Time
	id        string
	input     *policy.Input
	applying  []*policy.Playbook // in the order of the program
	canonical []byte             // the record: canonical JSON
	rest      map[string]any     // what is not declared
	allKeys   map[string]string  // the record's fields as text; see keys
	pauses    []worktime.Pause
	facts     []*policy.Fact // those that a decision lists, in the order of declaration
	query     Query          // what was asked of the store; set by needs, like facts

	occurredAt                          time.Time
	reportedAt, respondedAt, resolvedAt time.Time
	informedAt, expectedAt              time.Time
	phase, provider                     string
	language                            string // of the incident, else of the customer
}

// inbound reports whether a partner's service failed, not ours.
func (s *subject) inbound() bool { return s.provider != "" }

func (s *subject) direction() string {
	if s.inbound() {
		return "inbound"
	}
	return "outbound"
}

// signal reports whether the failure has not reached the customer, and it is
// known when it will.
func (s *subject) signal() bool { return s.phase == "signal" && !s.expectedAt.IsZero() }

// fulfilledAt is when an action of a type was done, as far as the incident
// itself says; zero when it was not.
func fulfilledAt(kind string, responded, informed, resolved time.Time) time.Time {
	switch kind {
	case "acknowledge", "respond":
		return responded
	case "inform":
		return informed
	case "resolve":
		return resolved
	}
	return time.Time{}
}

package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// subject is an incident that fits the fields of a set: what a decision is made
// about.
type subject struct {
	id        string
	now       time.Time
	input     *policy.Input      // the values of its fields
	applying  []*policy.Playbook // in the order of the program
	canonical []byte             // the record: canonical JSON
	pauses    []worktime.Pause

	occurredAt                          time.Time
	reportedAt, respondedAt, resolvedAt time.Time
	informedAt, expectedAt              time.Time
	reopened, updatedAt                 time.Time
	phase, provider                     string
	languages                           policy.Languages // of the incident, then of the customer

	taken *intake.Intake // the keys of the record
	// facts are those that a decision lists, in the order of declaration, and query
	// is what is asked of the store; needs sets them.
	facts []*policy.Fact
	query Query
}

// key is the text of a field by which stores tell incidents apart; empty when
// the incident has none.
func (s *subject) key(f *policy.Field) string { return s.taken.Key(f) }

// keys are the fields of the record as text, by path: see [Record.Keys].
func (s *subject) keys() map[string]string { return s.taken.Keys() }

func (s *subject) keysOf(fields []*policy.Field) []Key {
	out := make([]Key, 0, len(fields))
	for _, f := range fields {
		out = append(out, Key{Path: f.Name, Text: s.key(f)})
	}
	return out
}

// or returns the error of the context where that has ended an evaluation, and else
// the given one: what came of the conditions then has no meaning.
func (s *subject) or(err error) error {
	if stopped := s.input.Interrupted(); stopped != nil {
		return stopped
	}
	return err
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

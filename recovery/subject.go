package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
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

// key is the text of a field by which stores tell incidents apart; empty when
// the incident has none.
func (s *subject) key(f *policy.Field) string {
	// What is not declared may stand where a field of another playbook would.
	if s.rest == nil && s.allKeys == nil {
		return s.workspace.values.cells[f.Slot].key()
	}
	return s.keys()[f.Name]
}

// keys are the fields of the record as text, by path: see [Record.Keys].
func (s *subject) keys() map[string]string {
	if s.allKeys != nil {
		return s.allKeys
	}
	v := &s.workspace.values
	s.allKeys = map[string]string{}
	v.each(func(f *recordField) {
		if f.slot < 0 {
			return
		}
		if text := v.cells[f.slot].key(); text != "" {
			s.allKeys[f.path] = text
		}
	})
	leaves(s.rest, "", s.restKey)
	return s.allKeys
}

// restKey gives an undeclared value a key: facts of another set may compare it.
func (s *subject) restKey(path string, val any) {
	switch x := val.(type) {
	case []any, map[string]any:
	case string:
		if x != "" {
			s.allKeys[path] = x
		}
	default:
		if text := value.Show(val); text != "" {
			s.allKeys[path] = text
		} else {
			s.allKeys[path] = shown(val)
		}
	}
}

package store

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Report is the host's word about what came of an action. Of one effect the report with the latest
// time counts, and of equal times the one that came last.
type Report struct {
	Namespace string // the engine's; it sets it
	Incident  string
	Action    string  // its id
	Outcome   Outcome // empty: done
	// Amount is what this effect gave, or what was taken back of it; unset: the whole of it.
	Amount value.Money
	At     time.Time
	Note   string
	// Key is that of the effect that the report means. The engine finds it when the report
	// comes. It is empty for an action without an amount.
	Key string
}

// reportJSON is the JSON of a report.
type reportJSON struct {
	Namespace string       `json:"namespace,omitempty"`
	Incident  string       `json:"incident"`
	Action    string       `json:"action,omitempty"`
	Outcome   Outcome      `json:"outcome,omitempty"`
	Amount    *value.Money `json:"amount,omitempty"` // zero is an amount, and none is not
	At        time.Time    `json:"at,omitzero"`
	Note      string       `json:"note,omitempty"`
	Key       string       `json:"key,omitempty"`
}

// MarshalJSON writes the report with the names of its fields in small letters, without those that are empty.
func (r Report) MarshalJSON() ([]byte, error) {
	out := reportJSON{r.Namespace, r.Incident, r.Action, r.Outcome, nil, r.At, r.Note, r.Key}
	if r.Amount.IsSet() {
		out.Amount = &r.Amount
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Report) UnmarshalJSON(data []byte) error {
	var in reportJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = Report{Namespace: in.Namespace, Incident: in.Incident, Action: in.Action, Outcome: in.Outcome, At: in.At, Note: in.Note, Key: in.Key}
	if in.Amount != nil {
		r.Amount = *in.Amount
	}
	return nil
}

// Outcome says what came of an effect.
type Outcome string

// The outcomes. The zero value stands for OutcomeDone.
const (
	OutcomeDone   Outcome = "done"
	OutcomeFailed Outcome = "failed"
	OutcomeUndone Outcome = "undone" // it was done, and taken back since
)

// Same reports whether a host has said the same with two reports. A store keeps such a report once,
// however often it comes. The zone of the time makes no difference. A report without a key, on an action, is
// the same as one that means an effect of the action, but for its words.
func (r Report) Same(other Report) bool {
	return r.Namespace == other.Namespace && r.Incident == other.Incident && r.Action == other.Action && r.At.Equal(other.At) && r.Note == other.Note &&
		cmp.Or(r.Outcome, OutcomeDone) == cmp.Or(other.Outcome, OutcomeDone) && r.Amount == other.Amount && sameKey(r.Key, other.Key)
}

func sameKey(a, b string) bool {
	return a == b || a == "" && !IsWords(b) || b == "" && !IsWords(a)
}

// IsWords reports whether a key is that of words, which say nothing of the deed.
func IsWords(key string) bool { return strings.HasPrefix(key, "say_") }

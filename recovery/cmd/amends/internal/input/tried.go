package input

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Tried is what stands beside an incident in an object such as amends prove writes: {"incident": {…}, "now":
// TIME, "given": {…}}.
type Tried struct {
	Now   time.Time // zero: it does not say
	Given []byte    // what the decision is given in place of what a store knows; nil: nothing
}

// unwrapped is an item whose object has an incident in it, with that incident as its text. Any other item
// stays as it is.
func (it Item) unwrapped() Item {
	if it.Err != nil || !bytes.Contains(it.Raw, []byte(`"incident"`)) {
		return it
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(it.Raw, &members) != nil {
		return it
	}
	incident := bytes.TrimSpace(members["incident"])
	if len(incident) == 0 || incident[0] != '{' {
		return it
	}
	for name := range members {
		if name != "incident" && name != "now" && name != "given" {
			return it
		}
	}
	out := it
	out.Raw, out.Tried = incident, &Tried{}
	if given := members["given"]; len(given) > 0 && string(given) != "null" {
		out.Tried.Given = given
	}
	if now := members["now"]; len(now) > 0 && string(now) != "null" {
		var text string
		err := json.Unmarshal(now, &text)
		if err == nil {
			out.Tried.Now, err = value.ParseTimestamp(text)
		}
		if err != nil {
			out.Err = fmt.Errorf("`now` is a time such as 2026-03-02T10:00:00Z, not %s", now)
		}
	}
	return out
}

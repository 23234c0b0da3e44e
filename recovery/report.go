package recovery

import (
	"context"
	"fmt"
	"time"
)

// UnknownActionError reports an action that neither the latest decision of the
// incident nor a choice made on it has given.
type UnknownActionError struct {
	Incident, Action string
}

func (e *UnknownActionError) Error() string {
	return fmt.Sprintf("the latest decision on incident %s, and the choices made on it, give no action %s", shown(e.Incident), shown(e.Action))
}

// Report says that an action of an incident was done at a time; the zero time
// stands for now. It is kept by the store; saying it again changes nothing. The error is an
// *[UnknownActionError], or the store's.
func (e *Engine) Report(ctx context.Context, incident, action string, at time.Time, note string, options ...CallOption) error {
	store := e.storeFor(options)
	given, version, err := store.Read(ctx, Query{Incident: incident})
	if err != nil {
		return err
	}
	if !gives(given, action) {
		return &UnknownActionError{Incident: incident, Action: action}
	}
	if at.IsZero() {
		at = e.now()
	}
	report := Report{Incident: incident, Action: action, At: at.UTC().Round(0), Note: note}
	return store.Commit(ctx, Commit{Reports: []Report{report}, Reads: Query{Incident: incident}, Given: given, Version: version})
}

func gives(given Given, action string) bool {
	if given.Previous != nil && hasAction(given.Previous.Decision.Actions, action) {
		return true
	}
	for _, m := range given.Made {
		if hasAction(m.Decision.Actions, action) {
			return true
		}
	}
	return false
}

// hasAction looks into if_late too: what is owed because of lateness is done
// like anything else.
func hasAction(actions []Action, id string) bool {
	for _, a := range actions {
		if a.ID == id || hasAction(a.IfLate, id) {
			return true
		}
	}
	return false
}

package recovery

import (
	"context"
	"fmt"
)

// UnknownActionError reports an action that neither the latest decision of the
// incident nor a choice made on it has given.
type UnknownActionError struct {
	Incident, Action string
}

func (e *UnknownActionError) Error() string {
	return fmt.Sprintf("the latest decision on incident %s, and the choices made on it, give no action %s", shown(e.Incident), shown(e.Action))
}

// Report says that an action of an incident was done; a report without a time
// stands for now. It is kept by the store; saying it again changes nothing. The error
// is an *[UnknownActionError], or the store's.
func (e *Engine) Report(ctx context.Context, r Report, options ...CallOption) error {
	store := e.storeFor(options)
	reads := Query{Incident: r.Incident}
	given, version, err := store.Read(ctx, reads)
	if err != nil {
		return err
	}
	if !gives(given, r.Action) {
		return &UnknownActionError{Incident: r.Incident, Action: r.Action}
	}
	if r.At.IsZero() {
		r.At = e.now()
	}
	r.At = r.At.UTC().Round(0)
	return store.Commit(ctx, Commit{Reports: []Report{r}, Reads: reads, Given: given, Version: version})
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

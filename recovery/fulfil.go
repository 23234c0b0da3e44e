package recovery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// UnknownActionError reports an action that neither the latest decision of the
// incident nor a choice made on it has given.
type UnknownActionError struct {
	Incident, Action string
}

func (e *UnknownActionError) Error() string {
	return fmt.Sprintf("the latest decision on incident %s, and the choices made on it, give no action %s", intake.Shown(e.Incident), intake.Shown(e.Action))
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

// overtaken reports whether an action is not needed any more because the
// incident is resolved: it is open, and of those that keep the customer waiting
// no longer.
func (c *conclusion) overtaken(a *Action) bool {
	if c.resolvedAt.IsZero() {
		return false
	}
	switch a.Type {
	case "inform":
		return true
	case "acknowledge", "respond":
		return c.respondedAt.IsZero() && !c.reported(a.ID)
	}
	return false
}

func (c *conclusion) reported(action string) bool {
	return slices.ContainsFunc(c.given.Reports, func(r Report) bool { return r.Action == action })
}

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

// doneAt is when an action was done; zero when it was not.
func (a *agenda) doneAt(x Action) time.Time {
	t := fulfilledAt(x.Type, a.incident.RespondedAt, a.incident.InformedAt, a.incident.ResolvedAt)
	if r, ok := a.done[x.ID]; ok && (t.IsZero() || r.Before(t)) {
		t = r
	}
	return t
}

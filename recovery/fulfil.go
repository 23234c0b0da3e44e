package recovery

import (
	"slices"
	"time"
)

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

package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy"
)

// firstBase is what deadlines of the incident count from: it stays what it was at
// the first decision, which is the report of the failure, else that decision.
func (c *conclusion) firstBase() time.Time {
	switch prev := c.given.Previous; {
	case prev != nil:
		return prev.Base
	case !c.reportedAt.IsZero():
		return c.reportedAt
	}
	return c.now
}

// baseOf is what the deadline of an action counts from: its since field where it
// has one, else the given base. It is zero as long as that field is absent.
func (c *conclusion) baseOf(a *policy.Action, base time.Time) time.Time {
	if a.Since == nil {
		return base
	}
	return c.time(a.Since)
}

// toldBase is what an action counts from by a decision that was read from JSON,
// which does not hold the base.
func (a *agenda) toldBase() time.Time {
	switch {
	case !a.decision.base.IsZero():
		return a.decision.base
	case !a.incident.ReportedAt.IsZero():
		return a.incident.ReportedAt
	}
	return a.decision.DecidedAt
}

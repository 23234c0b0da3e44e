package agenda

import (
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Came is the first time since the latest decision on an incident at which something has fallen
// due: a deadline, a step, the end of a wait or of a pause, an event that was told ahead of its
// time. Something that is owed is also looked at again each time the period every has passed,
// unless it is 0. The result is zero where nothing has come by now.
func Came(g *recovery.Given, now time.Time, every time.Duration) (time.Time, error) {
	list, err := Of(g, now)
	if err != nil || g.Previous == nil {
		return time.Time{}, err
	}
	var in recovery.Incident
	if err := in.UnmarshalJSON(g.Previous.Incident); err != nil {
		return time.Time{}, err
	}
	first, decided := time.Time{}, g.Previous.Decision.DecidedAt
	see := func(t time.Time) {
		if t.After(decided) && !t.After(now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for i := range list {
		// What falls due at the very time of the decision was still in time then.
		if list[i].DueAt.Equal(decided) && now.After(decided) {
			first = decided
		}
		see(list[i].DueAt)
		see(list[i].NotBefore)
	}
	for _, p := range in.Paused {
		see(p.From)
		see(p.Until)
	}
	for _, t := range []time.Time{in.ReportedAt, in.RespondedAt, in.InformedAt, in.ResolvedAt, in.ReopenedAt, in.WaitingSince} {
		see(t)
	}
	if every > 0 && len(list) > 0 {
		see(decided.Add(every))
	}
	return first, nil
}

package prove

import (
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// timed is how long an action may take, counted from the base of its decision.
type timed struct {
	span     value.Span
	ends     worktime.Ends
	calendar *worktime.Calendar
	zone     *time.Location
}

// timedOf is how long an action of a play may take; ok is false where that is not the same for every
// incident, or where it counts from a field.
func timedOf(p *policy.Play, a *policy.Action) (t timed, ok bool) {
	t.zone = p.Playbook.Zone
	if t.calendar, ok = a.Calendar.Always(); !ok || a.Since != nil {
		return t, false
	}
	if a.Type.Name == policy.ActionInform {
		return t.everySo(a)
	}
	if t.span, ok = a.Within.Written(); !ok {
		return t, false
	}
	t.ends = a.Within.Ends
	if a.After == nil {
		return t, true
	}
	after, ok := a.After.Written()
	if !ok || t.calendar != nil || after.OfCalendar() || t.span.OfCalendar() {
		return t, false
	}
	t.span.Duration += after.Duration
	return t, t.span.Duration >= after.Duration
}

// everySo is how long it may take until somebody is informed first.
func (t timed) everySo(a *policy.Action) (timed, bool) {
	if a.After != nil {
		return t, false
	}
	for _, p := range a.Params {
		if p.Name() != "every" {
			continue
		}
		switch v, _ := p.Fixed(); x := v.(type) {
		case time.Duration:
			t.span = value.Span{Duration: x}
			return t, true
		case value.Span:
			t.span = x
			return t, true
		}
	}
	return t, false
}

// inTime reports whether whatever ends like t, counted from any base, ends no later than a deadline of a
// guarantee that is counted from it. false: that is not known.
func (t timed) inTime(g *policy.Guarantee) bool {
	limit, ok := g.Within.Written()
	if !ok {
		return false
	}
	switch {
	case t.calendar != nil && t.calendar == g.Calendar:
		return t.ends == worktime.EndsExactly && !t.span.OfCalendar() && !limit.OfCalendar() && sameUnit(t.span, limit) &&
			t.span.WorkingDays <= limit.WorkingDays && t.span.Duration <= limit.Duration
	case t.calendar != nil:
		return false
	case g.Calendar != nil:
		// Working time passes no faster than the clock.
		return t.ends == worktime.EndsExactly && !t.span.OfCalendar() && !limit.OfCalendar() && limit.WorkingDays == 0 && t.span.Duration <= limit.Duration
	}
	span := t.span
	switch t.ends {
	case worktime.EndsExactly:
	case worktime.EndsDay:
		span.Days++ // the end of a day comes before the same time of the next
	default:
		return false
	}
	if !span.OfCalendar() && !limit.OfCalendar() {
		return span.Duration <= limit.Duration
	}
	if t.zone.String() == g.Scope.Zone.String() && t.ends == worktime.EndsExactly &&
		months(span) <= months(limit) && span.Days <= limit.Days && span.Duration <= limit.Duration {
		return true
	}
	if t.zone.String() == g.Scope.Zone.String() && t.ends == worktime.EndsDay && t.span.Duration == 0 &&
		months(span) <= months(limit) && span.Days <= limit.Days {
		return true
	}
	return longest(span) <= shortest(limit)
}

func sameUnit(a, b value.Span) bool { return (a.WorkingDays > 0) == (b.WorkingDays > 0) }

func months(s value.Span) int { return 12*s.Years + s.Months }

// offsets is how much the clocks of a zone are ever moved: from 12 hours behind to 14 ahead.
const offsets = 26 * time.Hour

// mostDays bounds the spans that are compared in hours.
const mostDays = 36_500

// longest is no less than what a span takes in hours, in any zone; shortest is no more.
func longest(s value.Span) time.Duration {
	days := 31*months(s) + s.Days
	if days > mostDays {
		days = mostDays
	}
	return time.Duration(days)*24*time.Hour + offsets + s.Duration
}

func shortest(s value.Span) time.Duration {
	days := 28*months(s) + s.Days
	if !s.OfCalendar() {
		return s.Duration
	}
	if days > mostDays {
		return 0
	}
	return time.Duration(days)*24*time.Hour - offsets + s.Duration
}

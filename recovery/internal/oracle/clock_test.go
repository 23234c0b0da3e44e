package oracle

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oSpan is a length of time as playbooks write it: calendar units, working days, and the rest.
type oSpan struct {
	months, days, workdays int
	rest                   time.Duration
}

var spanPart = regexp.MustCompile(`([0-9]+)(mo|wd|[ywdhms])`)

func spanOf(text string) (s oSpan) {
	for _, part := range spanPart.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(part[1])
		switch part[2] {
		case "y":
			s.months += 12 * n
		case "mo":
			s.months += n
		case "w":
			s.days += 7 * n
		case "d":
			s.days += n
		case "wd":
			s.workdays += n
		case "h":
			s.rest += time.Duration(n) * time.Hour
		case "m":
			s.rest += time.Duration(n) * time.Minute
		case "s":
			s.rest += time.Duration(n) * time.Second
		}
	}
	return s
}

// times is the same length n times over.
func (s oSpan) times(n int) oSpan {
	return oSpan{n * s.months, n * s.days, n * s.workdays, time.Duration(n) * s.rest}
}

// oClock counts time for one action.
type oClock struct {
	minutes *oMinutes // nil: absolute
	zone    *time.Location
	pauses  []recovery.Pause // nil: it never stops
	ends    string
}

func pausedAt(pauses []recovery.Pause, t time.Time) bool {
	return slices.ContainsFunc(pauses, func(p recovery.Pause) bool {
		return !t.Before(p.From) && (p.Until.IsZero() || t.Before(p.Until))
	})
}

func (c oClock) runs(t time.Time) bool {
	return (c.minutes == nil || c.minutes.open[index(t)]) && !pausedAt(c.pauses, t)
}

// add is the earliest instant at which the clock has run for d, counted minute by minute; false
// when that is never.
func (c oClock) add(t time.Time, d time.Duration) (time.Time, bool) {
	if c.minutes == nil && len(c.pauses) == 0 {
		return t.Add(d), true
	}
	for d > 0 {
		if !t.Before(minutesUntil) {
			return t, false
		}
		next := t.Truncate(time.Minute).Add(time.Minute)
		if c.runs(t) {
			if part := next.Sub(t); d > part {
				d -= part
			} else {
				return t.Add(d), true
			}
		}
		t = next
	}
	return t, true
}

// back is the latest instant from which the clock runs for d until t.
func (c oClock) back(t time.Time, d time.Duration) time.Time {
	if c.minutes == nil && len(c.pauses) == 0 {
		return t.Add(-d)
	}
	for d > 0 && t.After(minutesFrom.Add(time.Minute)) {
		before := t.Add(-time.Nanosecond).Truncate(time.Minute)
		if c.runs(before) {
			if part := t.Sub(before); d > part {
				d -= part
			} else {
				return t.Add(-d)
			}
		}
		t = before
	}
	return t
}

// ran is how long the clock runs between two instants.
func (c oClock) ran(from, to time.Time) (d time.Duration) {
	if c.minutes == nil && len(c.pauses) == 0 {
		return to.Sub(from)
	}
	for t := from; t.Before(to); {
		next := t.Truncate(time.Minute).Add(time.Minute)
		if next.After(to) {
			next = to
		}
		if c.runs(t) {
			d += next.Sub(t)
		}
		t = next
	}
	return d
}

// span adds a length of time to a base; false when the clock never gets there. With pauses, as
// much unpaused time runs as lies between the base and what would be the deadline without them.
func (c oClock) span(base time.Time, s oSpan) (time.Time, bool) {
	free := c
	free.pauses = nil
	t := calendarDays(base, s, c.zone)
	if c.minutes != nil && len(c.pauses) > 0 && !t.Equal(base) { // days pass at night too
		days := oClock{pauses: c.pauses}
		at, ok := days.add(base, t.Sub(base))
		if !ok {
			return at, false
		}
		return c.add(at, s.rest)
	}
	if s.workdays > 0 {
		var ok bool
		if t, ok = free.addWorkdays(base, s.workdays); !ok {
			return t, false
		}
	}
	t, ok := free.add(t, s.rest)
	if !ok || len(c.pauses) == 0 {
		return t, ok
	}
	at, ok := c.add(base, free.ran(base, t))
	if at.Before(t) { // hours that the clocks skip
		at = t
	}
	return at, ok
}

// calendarDays is the same wall time so many months and days later: a month without such a day
// gives its last, a skipped time the instant after the gap, a repeated one its first occurrence.
func calendarDays(t time.Time, s oSpan, zone *time.Location) time.Time {
	if s.months == 0 && s.days == 0 {
		return t
	}
	wall := t.In(zone)
	first := time.Date(wall.Year(), wall.Month()+time.Month(s.months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	day := time.Date(first.Year(), first.Month(), min(wall.Day(), last)+s.days, 0, 0, 0, 0, time.UTC)
	at, _ := wallInstants(day, wall.Hour()*60+wall.Minute(), zone)
	if shownMinute(at, zone) == wall.Hour()*60+wall.Minute() {
		at = at.Add(time.Duration(wall.Second())*time.Second + time.Duration(wall.Nanosecond()))
	}
	return at
}

func shownMinute(t time.Time, zone *time.Location) int {
	wall := t.In(zone)
	return wall.Hour()*60 + wall.Minute()
}

// addWorkdays is the closing of the n-th working day after the day of t.
func (c oClock) addWorkdays(t time.Time, n int) (time.Time, bool) {
	day := c.workdayOf(t)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if !day.Before(minutesUntil.AddDate(0, 0, -2)) {
			return t, false
		}
		if _, ok := c.closing(day); ok {
			n--
		}
	}
	end, _ := c.closing(day)
	return end, true
}

// closing is when the calendar closes on a day; false when the day is no working day.
func (c oClock) closing(day time.Time) (time.Time, bool) {
	hours := c.minutes.hours(day.Format(time.DateOnly))
	if len(hours) == 0 {
		return time.Time{}, false
	}
	_, end := wallInstants(day, hours[len(hours)-1][1], c.minutes.zone)
	return end, true
}

// dayOf is the day of an instant in a zone, as a midnight in UTC.
func dayOf(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// workdayOf is the day on which the shift begins in which t lies, else the day that the clocks show.
func (c oClock) workdayOf(t time.Time) time.Time {
	today := dayOf(t, c.minutes.zone)
	for _, day := range []time.Time{today, today.AddDate(0, 0, -1)} {
		for _, span := range c.minutes.hours(day.Format(time.DateOnly)) {
			open, _ := wallInstants(day, span[0], c.minutes.zone)
			_, end := wallInstants(day, span[1], c.minutes.zone)
			if !t.Before(open) && t.Before(end) {
				return day
			}
		}
	}
	return today
}

// end is rule 5: where a deadline moves to that would be at t.
func (c oClock) end(t, base time.Time) time.Time {
	switch c.ends {
	case "day":
		end, _ := wallInstants(dayOf(t, c.zone), 24*60, c.zone)
		return end
	case "working-day":
		for day := c.workdayOf(t); ; day = day.AddDate(0, 0, 1) {
			if end, ok := c.closing(day); ok && !end.Before(base) {
				return end
			}
		}
	}
	return t
}

// opening is t, or the next minute at which the calendar is open.
func (c oClock) opening(t time.Time) time.Time {
	if c.minutes == nil || c.minutes.open[index(t)] {
		return t
	}
	t = t.Truncate(time.Minute)
	for !c.minutes.open[index(t)] {
		t = t.Add(time.Minute)
	}
	return t
}

// running is t, or the next minute in which the clock runs; t when that is never.
func (c oClock) running(t time.Time) time.Time {
	for at := t; at.Before(minutesUntil); at = at.Truncate(time.Minute).Add(time.Minute) {
		if c.runs(at) {
			return at
		}
	}
	return t
}

// deadline is when an action may be done and when it is due: not_before and due_at, zero where
// there is none or where the clock does not get there.
func (c oClock) deadline(base time.Time, after, within string) (notBefore, due time.Time) {
	from := base
	if after != "" {
		t, ok := c.span(base, spanOf(after))
		if !ok {
			return notBefore, due
		}
		notBefore = c.opening(t)
		from = notBefore
	}
	if within == "" {
		return notBefore, due
	}
	length := spanOf(within)
	if a := spanOf(after); a.workdays > 0 && length.workdays > 0 { // rule 6: as (A+B)wd from the base
		from, length = base, oSpan{workdays: a.workdays + length.workdays}
	}
	t, ok := c.span(from, length)
	if !ok { // it waits
		return time.Time{}, due
	}
	return notBefore, c.end(t, base)
}

package value

import "time"

// Instants returns the first and the last instant at which the clocks of a zone show
// a wall time. The wall time is given by the year to the second of a time in UTC.
//
// Nearly always the two are one. A wall time that occurs twice, when clocks are put
// back, has two. One that clocks skip, when they are put forward, has none: then
// both results are the instant after the gap.
//
// time.Date would not do: for such times it promises no more than one of the answers.
func Instants(wall time.Time, zone *time.Location) (first, last time.Time) {
	local := wall.Unix() // the seconds since 1970 that a clock without a zone counts
	offset, start, end := Offset(time.Unix(local, 0), zone)
	if isInside(local, start, end) {
		t := time.Unix(local-int64(offset), 0).In(zone)
		return t, t
	}
	return searchInstants(local, zone)
}

// isInside reports whether a wall time, in seconds since 1970, has one instant alone, which lies in a
// stretch of constant offset. Offsets from UTC stay below a day. So that is certain when the offset does
// not change within a day of the same seconds in UTC.
func isInside(wall int64, start, end time.Time) bool {
	return (start.IsZero() || wall-start.Unix() > secondsPerDay) && (end.IsZero() || end.Unix()-wall > secondsPerDay)
}

// searchInstants looks at every stretch of constant offset near the wall time.
func searchInstants(local int64, zone *time.Location) (first, last time.Time) {
	found := false
	for at := time.Unix(local-secondsPerDay, 0); ; {
		offset, start, end := Offset(at, zone)
		t := time.Unix(local-int64(offset), 0).In(zone)
		switch {
		case !start.IsZero() && t.Before(start):
			if !found { // the stretch begins with a later wall time: it was skipped
				return start, start
			}
			return first, last
		case end.IsZero() || t.Before(end):
			if !found {
				first, found = t, true
			}
			last = t
		}
		if end.IsZero() || end.Unix() > local+secondsPerDay {
			return first, last
		}
		at = end
	}
}

// Offset returns how many seconds a zone is east of UTC at an instant, and a time around
// the instant, from start (inclusive) to end (exclusive), in which it stays so: the zero
// time where there is no bound. The bounds may be narrower than need be.
//
// It is time.ZoneBounds without two mistakes of it, both in the years for which a zone
// has only a rule: the end may lie in the past, and the start before the zone's last
// change that did not follow the rule.
func Offset(t time.Time, zone *time.Location) (seconds int, start, end time.Time) {
	local := t.In(zone)
	_, seconds = local.Zone()
	start, end = local.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		// Go ends a year of daylight saving after 365 days: this is the last day of a
		// leap year (golang.org/issue/81583). Nothing changes in what is left of it.
		end = t.Truncate(day).Add(day).In(zone)
	}
	if _, before := start.Zone(); !start.IsZero() && before != seconds {
		start = lastChange(start, t, seconds)
	}
	return seconds, start, end
}

// lastChange finds the instant from which on a zone has had an offset that it has at
// after and did not have at before.
func lastChange(before, after time.Time, offset int) time.Time {
	low, high := before.Unix(), after.Unix()
	for high-low > 1 {
		middle := low + (high-low)/2
		if _, seconds := time.Unix(middle, 0).In(before.Location()).Zone(); seconds == offset {
			high = middle
		} else {
			low = middle
		}
	}
	return time.Unix(high, 0).In(before.Location())
}

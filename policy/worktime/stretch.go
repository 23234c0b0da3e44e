package worktime

import (
	"math"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// stretch is a time during which a zone keeps one offset from UTC. Answers about a few
// days nearly always lie within one, so that the zone's rules are asked once and not for
// each day. A stretch moves on by itself when it is asked about another time.
type stretch struct {
	zone       *time.Location
	offset     int64 // seconds east of UTC
	start, end int64 // Unix seconds
}

// unbounded is far from any time, and from overflow when a day is added.
const unbounded = math.MaxInt64 / 2

// stretchAt returns the stretch of a zone that t lies in.
func stretchAt(t time.Time, zone *time.Location) stretch {
	offset, start, end := value.Offset(t, zone)
	s := stretch{zone, int64(offset), -unbounded, unbounded}
	if !start.IsZero() {
		s.start = start.Unix()
	}
	if !end.IsZero() {
		s.end = end.Unix()
	}
	return s
}

// dayOf returns the day that t falls on.
func (s *stretch) dayOf(t time.Time) dayNumber {
	seconds := t.Unix()
	if seconds < s.start || seconds >= s.end {
		*s = stretchAt(t, s.zone)
	}
	seconds += s.offset
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day-- // division rounds towards 1970
	}
	return dayNumber(day)
}

// plainDays returns the first day of the stretch, and the day after the last, on which no
// change of clocks can be felt: the day of a change is left out, and the days around it, whose
// hours may begin or end in what the change repeats or skips, on the next day too.
func (s *stretch) plainDays() (first, end dayNumber) {
	// An offset is less than a day, so two days from the change in UTC suffice, and one for midnight.
	return dayNumber(s.start/secondsPerDay) + 4, dayNumber(s.end/secondsPerDay) - 3
}

// instants returns the first and the last instant at which the zone's clocks show a
// minute of a day, as [value.Instants].
func (s *stretch) instants(day dayNumber, minute int) (first, last time.Time) {
	// As in value.Instants: a day away from the changes in UTC, only one offset counts.
	wall := int64(day)*secondsPerDay + int64(minute)*60
	if wall > s.start+secondsPerDay && wall < s.end-secondsPerDay {
		at := time.Unix(wall-s.offset, 0).In(s.zone)
		return at, at
	}
	first, last = value.Instants(day.wall(minute), s.zone)
	*s = stretchAt(last, s.zone)
	return first, last
}

// shift returns when a shift of a day opens and when it closes.
func (s *stretch) shift(day dayNumber, shift Shift) (opens, closes time.Time) {
	opens, _ = s.instants(day, shift.From)
	_, closes = s.instants(day, shift.Until)
	return opens, closes
}

package value

import (
	"fmt"
	"time"
)

// MostMonths is more months than there are from the year 1 to the year 9999.
const MostMonths = 9999 * 12

// AddMonths returns the date so many months later, or earlier where months is negative. A day that
// the month does not have becomes its last one. The error says that the result is outside the years
// 0001 to 9999.
func (d Date) AddMonths(months int) (Date, error) {
	if months >= -MostMonths && months <= MostMonths {
		if moved, ok := inMonth(d.months()+months, d.Day()); ok {
			return moved, nil
		}
	}
	return Date{}, fmt.Errorf("%s plus %d months lies outside the years 0001 to 9999: %w", d, months, ErrOverflow)
}

// months counts the months before that of the date, from the year 0 on.
func (d Date) months() int { return d.Year()*12 + int(d.Month()) - 1 }

// inMonth returns a day of a month, or the last one where the month is shorter.
func inMonth(months, day int) (Date, bool) {
	if months < 12 || months >= 10000*12 {
		return Date{}, false
	}
	year, month := months/12, time.Month(months%12+1)
	d, err := NewDate(year, month, min(day, daysIn(year, month)))
	return d, err == nil
}

// MonthsUntil returns the largest n with d plus n months <= other. It is negative when other is the
// earlier.
func (d Date) MonthsUntil(other Date) int {
	n := other.months() - d.months()
	if min(d.Day(), daysIn(other.Year(), other.Month())) > other.Day() {
		n--
	}
	return n
}

// AddMonths moves an instant by months on the calendar of a zone: the date moves as [Date.AddMonths]
// has it, and the clock shows the same time. A time that the clocks skip is the instant after the gap;
// of one that occurs twice, it is the first. The error says that the result is outside the years 0001
// to 9999.
func AddMonths(t time.Time, months int, zone *time.Location) (time.Time, error) {
	local := t.In(zone)
	if year := local.Year(); year >= 1 && year <= 9999 {
		if date, err := DateOf(local).AddMonths(months); err == nil {
			if moved := OnDate(date, t, zone); moved.Year() >= 1 && moved.Year() <= 9999 {
				return moved, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%s plus %d months lies outside the years 0001 to 9999: %w", FormatTimestamp(t), months, ErrOverflow)
}

// OnDate returns the first instant, in UTC, at which the clocks of a zone show on a date what they show
// at t. A wall time that they skip on that date is the instant after the gap.
func OnDate(date Date, t time.Time, zone *time.Location) time.Time {
	offset, start, end := Offset(t, zone)
	ofDay := (t.Unix() + int64(offset)) % secondsPerDay
	if ofDay < 0 {
		ofDay += secondsPerDay // division rounds towards 1970
	}
	wall := date.utc().Unix() + ofDay
	// Nearly always both dates lie in one stretch of constant offset. To ask the zone for each part of
	// a date and a time would take most of the time of a deadline, in the years for which it has a rule.
	if isInside(wall, start, end) {
		return time.Unix(wall-int64(offset), int64(t.Nanosecond())).UTC()
	}
	first, _ := Instants(time.Unix(wall, 0).UTC(), zone)
	if _, shown := first.Zone(); first.Unix()+int64(shown) == wall {
		first = first.Add(time.Duration(t.Nanosecond())) // a gap ends on a full second
	}
	return first.UTC()
}

// MonthsBetween returns the largest n with a plus n months <= b, as [AddMonths] counts in a zone. It
// is negative when b is the earlier.
func MonthsBetween(a, b time.Time, zone *time.Location) int {
	local, until := a.In(zone), b.In(zone)
	n := until.Year()*12 + int(until.Month()) - local.Year()*12 - int(local.Month()) + 1
	for ; n > -2*MostMonths; n-- {
		months := local.Year()*12 + int(local.Month()) - 1 + n
		date, ok := inMonth(months, local.Day())
		if !ok { // what lies before all years is early enough
			if months < 12 {
				break
			}
			continue
		}
		if !OnDate(date, a, zone).After(b) {
			break
		}
	}
	return n
}

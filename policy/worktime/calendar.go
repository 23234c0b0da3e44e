package worktime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Calendar is the working hours of a week in a zone, and the days that differ. It is
// immutable and safe for concurrent use; make one with [New].
type Calendar struct {
	zone *time.Location
	week [7][]Shift // by time.Weekday, each sorted and without overlap

	perWeek int           // working days in an ordinary week
	worked  time.Duration // working time in an ordinary week without a change of clocks

	special []specialDay // sorted by day
}

// specialDay is a date with hours of its own.
type specialDay struct {
	day    dayNumber
	shifts []Shift // empty: closed
	more   int     // how many more working days the special days up to and with this one make
}

// New makes a calendar. week holds the hours of each day by time.Weekday, holidays those
// of single dates instead: none for a day off, some for a short day. Hours may be
// given in any order; the arguments are copied.
//
// The error says which hours are impossible or overlap, or that no day of the week has any.
func New(zone *time.Location, week [7][]Shift, holidays map[value.Date][]Shift) (*Calendar, error) {
	if zone == nil {
		return nil, errors.New("a calendar needs a time zone")
	}
	c := &Calendar{zone: zone}
	for day, given := range week {
		shifts, err := sortedShifts(given)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", time.Weekday(day), err)
		}
		c.week[day] = shifts
		c.worked += length(shifts)
		if len(shifts) > 0 {
			c.perWeek++
		}
	}
	if c.perWeek == 0 {
		return nil, errors.New("a calendar needs hours on at least one day of the week")
	}
	if err := c.addSpecialDays(holidays); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Calendar) addSpecialDays(holidays map[value.Date][]Shift) error {
	byDay := make(map[dayNumber][]Shift, len(holidays))
	for _, date := range slices.SortedFunc(maps.Keys(holidays), value.Date.Compare) {
		shifts, err := sortedShifts(holidays[date])
		if err != nil {
			return fmt.Errorf("%s: %w", date, err)
		}
		byDay[numberOf(date)] = shifts
	}
	for _, day := range skippedDays(c.zone) {
		byDay[day] = nil
	}
	for day, shifts := range byDay {
		c.special = append(c.special, specialDay{day: day, shifts: shifts})
	}
	slices.SortFunc(c.special, func(a, b specialDay) int { return cmp.Compare(a.day, b.day) })
	more := 0
	for i := range c.special {
		s := &c.special[i]
		more += oneIf(len(s.shifts) > 0) - oneIf(len(c.week[s.day.weekday()]) > 0)
		s.more = more
	}
	return nil
}

func oneIf(condition bool) int {
	if condition {
		return 1
	}
	return 0
}

// sortedShifts returns a sorted copy of a day's hours, or what is wrong with them.
func sortedShifts(given []Shift) ([]Shift, error) {
	shifts := slices.SortedFunc(slices.Values(given), func(a, b Shift) int { return cmp.Compare(a.From, b.From) })
	for i, shift := range shifts {
		if shift.From < 0 || shift.Until > minutesPerDay || shift.Until <= shift.From {
			return nil, fmt.Errorf("the hours %s are none within a day", shift)
		}
		if i > 0 && shift.From < shifts[i-1].Until {
			return nil, fmt.Errorf("the hours %s and %s overlap", shifts[i-1], shift)
		}
	}
	return shifts, nil
}

func length(shifts []Shift) time.Duration {
	minutes := 0
	for _, shift := range shifts {
		minutes += shift.Until - shift.From
	}
	return time.Duration(minutes) * time.Minute
}

// Zone returns the calendar's zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// hours returns the hours of a day, holidays considered.
func (c *Calendar) hours(day dayNumber) []Shift {
	if i, ok := c.findSpecial(day); ok {
		return c.special[i].shifts
	}
	return c.week[day.weekday()]
}

// findSpecial returns where in the list of special days a day stands, or would stand.
func (c *Calendar) findSpecial(day dayNumber) (int, bool) {
	return slices.BinarySearchFunc(c.special, day, func(s specialDay, d dayNumber) int { return cmp.Compare(s.day, d) })
}

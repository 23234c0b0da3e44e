package worktime

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Calendar is working hours in a zone: those of a week, of seasons and versions, and of
// the days that differ. It is immutable and safe for concurrent use; make one with [New].
type Calendar struct {
	zone     *time.Location
	versions []version  // by from; the first one has no beginning
	fixed    []fixedDay // dates and ranges, by day and without overlap
	yearly   []yearlyDay
}

// Rules are what a calendar is made of.
type Rules struct {
	Zone     *time.Location
	Versions []Version // each from its day on, in this order
	Holidays []Holiday // in any order
}

// Week is the hours of each day, by time.Weekday. A shift belongs to the day on which it begins.
type Week = [7][]Shift

// Version is the hours from a day on, until the next version begins.
type Version struct {
	From    value.Date // the first version holds before it too, and needs none
	Week    Week
	Seasons []Season // without overlap
	Cutoff  int      // minutes since 00:00 after which a day counts as the next working day; 0: none
}

// Season is a part of each year with a week of its own.
type Season struct {
	From, Until MonthDay // both included; From after Until goes around the end of the year
	Week        Week
}

// version and season are the same, as they are looked up.
type version struct {
	from    dayNumber
	week    *week
	seasons []season
	cutoff  int
}

type season struct {
	from, until MonthDay
	week        *week
}

// New makes a calendar. The arguments are copied.
//
// The error says which hours are impossible or overlap, which seasons overlap, which
// holidays disagree, or that there are never any hours.
func New(rules Rules) (*Calendar, error) {
	if rules.Zone == nil {
		return nil, errors.New("a calendar needs a time zone")
	}
	if len(rules.Versions) == 0 {
		return nil, errNoHours
	}
	c := &Calendar{zone: rules.Zone}
	for i, given := range rules.Versions {
		v, err := newVersion(given)
		if i == 0 {
			v.from = -unbounded
		} else if err == nil && v.from <= c.versions[i-1].from {
			err = errors.New("it does not begin after the version before it")
		}
		if err != nil && len(rules.Versions) > 1 {
			err = fmt.Errorf("version %d: %w", i+1, err)
		}
		if err != nil {
			return nil, err
		}
		c.versions = append(c.versions, v)
	}
	if err := c.addHolidays(rules.Holidays); err != nil {
		return nil, err
	}
	return c, nil
}

var errNoHours = errors.New("a calendar needs hours on at least one day of the week")

func newVersion(given Version) (version, error) {
	v := version{cutoff: given.Cutoff}
	if !given.From.IsZero() {
		v.from = numberOf(given.From)
	}
	if v.cutoff < 0 || v.cutoff > minutesPerDay {
		return v, fmt.Errorf("the cut-off lies %d minutes after midnight, which is no time of a day", v.cutoff)
	}
	var err error
	if v.week, err = newWeek(given.Week); err != nil {
		return v, err
	}
	for i, s := range given.Seasons {
		if !s.From.valid() || !s.Until.valid() {
			return v, fmt.Errorf("season %d: no such day of the year", i+1)
		}
		for _, other := range given.Seasons[:i] {
			if SeasonsOverlap(s, other) {
				return v, fmt.Errorf("the seasons %s to %s and %s to %s overlap", other.From, other.Until, s.From, s.Until)
			}
		}
		w, err := newWeek(s.Week)
		if err != nil {
			return v, fmt.Errorf("season %d: %w", i+1, err)
		}
		v.seasons = append(v.seasons, season{s.From, s.Until, w})
	}
	// The order says nothing, since seasons do not overlap.
	slices.SortFunc(v.seasons, func(a, b season) int { return a.from.compare(b.from) })
	if !v.opens() {
		return v, errNoHours
	}
	return v, nil
}

// opens reports whether there is a day with hours in each year.
func (v *version) opens() bool {
	for day := numberOf(leapYear); day < numberOf(leapYear)+366; day++ {
		_, md := day.civil()
		if v.weekOn(md).workdays > 0 && md != (MonthDay{2, 29}) {
			return true
		}
	}
	return false
}

// weekOn returns the week that holds on a day of the year.
func (v *version) weekOn(md MonthDay) *week {
	for i := range v.seasons {
		if s := &v.seasons[i]; within(s.from, s.until, md) {
			return s.week
		}
	}
	return v.week
}

// within reports whether a day of the year lies in a season.
func within(from, until, md MonthDay) bool {
	if from.compare(until) <= 0 {
		return from.compare(md) <= 0 && md.compare(until) <= 0
	}
	return from.compare(md) <= 0 || md.compare(until) <= 0
}

// SeasonsOverlap reports whether two seasons have a day in common.
func SeasonsOverlap(a, b Season) bool {
	return within(a.From, a.Until, b.From) || within(b.From, b.Until, a.From)
}

// week is the hours of a week.
type week struct {
	days     [7][]Shift    // by time.Weekday, each sorted and without overlap
	workdays int           // how many of the days have hours
	worked   time.Duration // working time of one week after the other, without a change of clocks
}

// closed is the week of a day off.
var closed = &week{}

func newWeek(given Week) (*week, error) {
	w := &week{}
	for day, hours := range given {
		shifts, err := sortedShifts(hours)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", time.Weekday(day), err)
		}
		w.days[day] = shifts
	}
	w.measure()
	return w, nil
}

// sameEachDay is the week of a holiday: whatever day it falls on, it has these hours.
func sameEachDay(given []Shift) (*week, error) {
	if len(given) == 0 {
		return closed, nil
	}
	shifts, err := sortedShifts(given)
	if err != nil {
		return nil, err
	}
	w := &week{}
	for day := range w.days {
		w.days[day] = shifts
	}
	w.measure()
	return w, nil
}

// measure counts days and time. Shifts over midnight may overlap those of the next day, around the
// end of the week too, so the first of two weeks is only there to begin the second as it ends.
func (w *week) measure() {
	reached, minutes := 0, 0
	for day := range 14 {
		shifts := w.days[day%7]
		for _, shift := range shifts {
			from, until := day*minutesPerDay+shift.From, day*minutesPerDay+shift.Until
			if from = max(from, reached); until > from {
				reached = until
				if day >= 7 {
					minutes += until - from
				}
			}
		}
		if day >= 7 && len(shifts) > 0 {
			w.workdays++
		}
	}
	w.worked = time.Duration(minutes) * time.Minute
}

// count returns how many days from one on, and before another, have hours.
func (w *week) count(from, end dayNumber) int {
	if end <= from {
		return 0
	}
	n := int((end-from)/7) * w.workdays
	for day := end - (end-from)%7; day < end; day++ {
		if len(w.days[day.weekday()]) > 0 {
			n++
		}
	}
	return n
}

// sortedShifts returns a sorted copy of a day's hours, or what is wrong with them.
func sortedShifts(given []Shift) ([]Shift, error) {
	shifts := slices.SortedFunc(slices.Values(given), func(a, b Shift) int { return cmp.Compare(a.From, b.From) })
	for i, shift := range shifts {
		if shift.From < 0 || shift.From >= minutesPerDay || shift.Until <= shift.From || shift.Until >= shift.From+minutesPerDay && shift != wholeDay {
			return nil, fmt.Errorf("the hours %s are none of a day", shift)
		}
		if i > 0 && shift.From < shifts[i-1].Until {
			return nil, fmt.Errorf("the hours %s and %s overlap", shifts[i-1], shift)
		}
	}
	return shifts, nil
}

// Zone returns the calendar's zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

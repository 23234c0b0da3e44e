package worktime

import (
	"cmp"
	"slices"
)

// days walks through the days of a calendar. It remembers the days around the last one that
// have the hours of the same week, since most questions are about neighbours.
type days struct {
	calendar  *Calendar
	from, end dayNumber // end is not included
	week      *week
}

func (c *Calendar) days() days { return days{calendar: c} }

// hours returns the hours of a day, holidays considered.
func (d *days) hours(day dayNumber) []Shift {
	d.move(day)
	return d.week.days[day.weekday()]
}

// move finds the days around a day that follow one week.
func (d *days) move(day dayNumber) {
	if day >= d.from && day < d.end {
		return
	}
	c := d.calendar
	d.from, d.end = -unbounded, unbounded
	next, _ := slices.BinarySearchFunc(c.fixed, day, func(f fixedDay, day dayNumber) int { return cmp.Compare(f.until, day) })
	if next < len(c.fixed) {
		if f := &c.fixed[next]; f.from <= day {
			d.from, d.end, d.week = f.from, f.until+1, f.week
			return
		}
		d.end = c.fixed[next].from
	}
	if next > 0 {
		d.from = c.fixed[next-1].until + 1
	}
	v := c.versionOn(day)
	d.from = max(d.from, c.versions[v].from)
	if v+1 < len(c.versions) {
		d.end = min(d.end, c.versions[v+1].from)
	}
	d.week = c.versions[v].week
	if len(c.yearly) > 0 || len(c.versions[v].seasons) > 0 {
		d.narrow(day, &c.versions[v])
	}
}

// versionOn returns which version holds on a day.
func (c *Calendar) versionOn(day dayNumber) int {
	after, _ := slices.BinarySearchFunc(c.versions, day+1, func(v version, day dayNumber) int { return cmp.Compare(v.from, day) })
	return max(after-1, 0)
}

// narrow looks at what comes in each year.
func (d *days) narrow(day dayNumber, v *version) {
	year, md := day.civil()
	d.between(day, dayOfYear(year, 1, 1))
	d.between(day, dayOfYear(year+1, 1, 1))
	d.week = v.weekOn(md)
	for i := range v.seasons {
		first, _ := v.seasons[i].from.in(year)
		d.between(day, first)
		d.between(day, v.seasons[i].until.after(year))
	}
	var easter [2]dayNumber
	var known [2]bool
	found := false
	for i := range d.calendar.yearly {
		y := &d.calendar.yearly[i]
		on, exists := dayNumber(0), true
		if y.byEaster {
			church := boolRank(y.orthodox)
			if !known[church] {
				easter[church], known[church] = easterOf(year, y.orthodox), true
			}
			on = easter[church] + dayNumber(y.easter)
		} else {
			on, exists = y.every.in(year)
		}
		if !exists {
			continue
		}
		if on == day && !found { // the first one decides
			d.week, found = y.week, true
		}
		d.between(day, on)
		d.between(day, on+1)
	}
}

// between narrows the days by one on which something begins.
func (d *days) between(day, begins dayNumber) {
	if begins <= day {
		d.from = max(d.from, begins)
	} else {
		d.end = min(d.end, begins)
	}
}

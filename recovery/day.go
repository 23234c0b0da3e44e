package recovery

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// day is a day in a zone, from its first instant until that of the next.
type day struct {
	zone        *time.Location
	date        value.Date
	from, until time.Time
}

func dayOf(t time.Time, zone *time.Location) day {
	date := value.DateOf(t.In(zone))
	d := day{zone, date, date.In(zone), shifted(date, 1).In(zone)}
	if value.DateOf(d.from.In(zone)) != date { // midnight comes twice, with an hour of the day before between
		d.until = d.from
	}
	return d
}

func (d *day) holds(t time.Time) bool { return !t.Before(d.from) && t.Before(d.until) }

// today is the day on which the decision is made, in a zone. Decisions of one day after
// another share it.
func (c *conclusion) today(zone *time.Location) value.Date {
	d := &c.workspace.today
	if d.zone != zone || !d.holds(c.now) {
		*d = dayOf(c.now, zone)
	}
	return d.date
}

// window is the calendar hour, day or week (from Monday) around a time.
func window(per string, now time.Time, zone *time.Location) (from, until time.Time) {
	t := now.In(zone)
	if per == "hour" {
		// Counted in elapsed time: an hour that daylight saving repeats is two.
		into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		from = t.Add(-into)
		return from.UTC(), from.Add(time.Hour).UTC()
	}
	first, days := value.DateOf(t), 1
	if per == "week" {
		first, days = shifted(first, -(int(t.Weekday())+6)%7), 7
	}
	return first.In(zone).UTC(), shifted(first, days).In(zone).UTC()
}

// shifted moves a day; at the ends of the calendar it stays.
func shifted(d value.Date, days int) value.Date {
	moved, err := d.AddDays(days)
	if err != nil {
		return d
	}
	return moved
}

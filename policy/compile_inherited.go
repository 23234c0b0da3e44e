package policy

import (
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// sharedRounding finds how amounts are rounded in the whole set.
func (c *compiler) sharedRounding(docs []*playbook.Document) value.Rounding {
	first := playbook.Text{}
	for _, d := range docs {
		t := d.Rounding
		if t.IsSet() && first.IsSet() && first.Value != t.Value {
			c.errorf(t.Range, "duplicate-rounding", "", "the shared rounding is %s already, at %s:%d", first.Value, first.Range.File, first.Range.Start.Line)
		} else if t.IsSet() {
			first = t
		}
	}
	return rounding(first, value.RoundHalfEven)
}

// rounding is what a document says, else the other one.
func rounding(t playbook.Text, otherwise value.Rounding) value.Rounding {
	if t.IsSet() {
		return value.Rounding(t.Value)
	}
	return otherwise
}

// sharedYear finds the day on which the years of the whole set start.
func (c *compiler) sharedYear(s *scope, docs []*playbook.Document) {
	s.yearStarts = worktime.MonthDay{Month: time.January, Day: 1}
	first := playbook.Text{}
	for _, d := range docs {
		t := d.YearStarts
		if t.IsSet() && first.IsSet() && first.Value != t.Value {
			c.errorf(t.Range, "duplicate-year", "", "the shared years start on %s already, at %s:%d", first.Value, first.Range.File, first.Range.Start.Line)
		} else if t.IsSet() {
			first = t
			s.yearStarts = c.yearStart(t, s.yearStarts)
		}
	}
}

// yearStart reads the day on which years start. It returns the other one if none is written, or a
// wrong one.
func (c *compiler) yearStart(t playbook.Text, otherwise worktime.MonthDay) worktime.MonthDay {
	if !t.IsSet() {
		return otherwise
	}
	day, err := worktime.ParseMonthDay(t.Value)
	switch {
	case err != nil:
		c.mendf(t.Range, "bad-date", meantMonthDay(t), "`year_starts`: %s", err)
	case day == worktime.MonthDay{Month: time.February, Day: 29}:
		c.errorf(t.Range, "bad-date", "write `02-28` or `03-01`", "`year_starts`: most years have no 29 February")
	default:
		return day
	}
	return otherwise
}

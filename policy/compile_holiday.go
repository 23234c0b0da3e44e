package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// holidays compiles the days off and the short days of a calendar, and says which of them name a
// day twice. ok tells whether all is well, before and here.
func (s *scope) holidays(list []*playbook.Holiday, ok bool) ([]worktime.Holiday, bool) {
	var out []worktime.Holiday
	var from []*playbook.Holiday // where each of them stands
	for _, d := range list {
		s.checkLength(d.Spans)
		h, fine := s.holiday(d)
		if !fine {
			ok = false
			continue
		}
		out, from = append(out, h), append(from, d)
	}
	for _, clash := range worktime.Clashes(out) {
		first, second := out[clash.First], out[clash.Second]
		at, before := headOf(from[clash.Second]), headOf(from[clash.First])
		if clash.Agree {
			s.warnf(at, "holiday-twice", "remove one of them", "%s is there already, as %s in line %d", daysOf(second), daysOf(first), before.Start.Line)
			continue
		}
		s.errorf(at, "holidays-disagree", "remove one of them, or give both the same hours",
			"%s and %s (line %d) have a day in common, and different hours", daysOf(second), daysOf(first), before.Start.Line)
		ok = false
	}
	return out, ok
}

func headOf(d *playbook.Holiday) playbook.Range {
	for _, t := range []playbook.Text{d.Date, d.From, d.Every, d.Easter} {
		if t.IsSet() {
			return t.Range
		}
	}
	return d.Range
}

// daysOf names the days of a holiday.
func daysOf(h worktime.Holiday) string {
	switch h.Kind {
	case worktime.OnRange:
		return fmt.Sprintf("%s to %s", h.From, h.Until)
	case worktime.OnEvery:
		return h.Every.String() + " of every year"
	case worktime.OnEaster:
		church := "Easter"
		if h.Orthodox {
			church = "orthodox Easter"
		}
		switch {
		case h.Easter < 0:
			return fmt.Sprintf("day %d before %s", -h.Easter, church)
		case h.Easter > 0:
			return fmt.Sprintf("day %d after %s", h.Easter, church)
		}
		return church
	}
	return h.From.String()
}

// LastHoliday returns the last day among the holidays of a calendar that have dates, and where it stands; the
// zero date where none has. What comes back each year does not run out.
func LastHoliday(c *playbook.Calendar) (last value.Date, at Position) {
	for _, h := range c.Holidays {
		for _, t := range []playbook.Text{h.Date, h.Until} {
			if day, err := value.ParseDate(t.Value); err == nil && (last.IsZero() || day.Compare(last) > 0) {
				last, at = day, t.Range
			}
		}
	}
	return last, at
}

func (s *scope) holiday(d *playbook.Holiday) (h worktime.Holiday, ok bool) {
	h.Hours = shifts(d.Spans)
	if d.Short && len(h.Hours) == 0 {
		return h, false // the reader has said what is wrong
	}
	switch {
	case d.From.IsSet() || d.Until.IsSet():
		h.Kind = worktime.OnRange
		h.From, h.Until = s.date(d.From), s.date(d.Until)
		ok = !h.From.IsZero() && !h.Until.IsZero()
		if ok && h.Until.Compare(h.From) < 0 {
			s.errorf(d.Until.Range, "bad-holiday", "write the earlier day under `from`", "this holiday ends on %s, before it begins on %s", h.Until, h.From)
			return h, false
		}
		return h, ok
	case d.Every.IsSet():
		h.Kind = worktime.OnEvery
		h.Every, ok = s.monthDay(d.Every)
		return h, ok
	case d.Easter.IsSet():
		n, err := strconv.Atoi(d.Easter.Value)
		h.Kind, h.Easter, h.Orthodox = worktime.OnEaster, n, d.Church.Value == "orthodox"
		return h, err == nil && n >= worktime.MinEaster && n <= worktime.MaxEaster
	}
	h.From = s.date(d.Date)
	return h, !h.From.IsZero()
}

// meantMonthDay is how a day of the year is written that is there in another way: as a date, in
// words, or with the day first.
func meantMonthDay(t playbook.Text) remedy {
	text := strings.TrimSpace(t.Value)
	if _, err := value.ParseDate(text); err == nil {
		return instead(t, text[len("2026-"):])
	}
	for _, layout := range []string{"1-2", "01/02", "1/2", "January 2", "Jan 2", "2 January", "2 Jan", "2. January", "02-01", "02/01", "2/1", "2.1.", "02.01."} {
		if at, err := time.Parse(layout, text); err == nil {
			return instead(t, at.Format("01-02"))
		}
	}
	return remedy{}
}

package policy

import (
	"maps"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// calendar compiles a calendar in the zone of the scope, unless it has its own.
// The shape of days and spans was checked when the set was read.
func (s *scope) calendar(d *playbook.Calendar) *worktime.Calendar {
	zone := s.zone
	if d.Zone.IsSet() {
		zone = s.compiler.zone(d.Zone, s.zone)
	}
	key := calendarKey{d, zone.String()}
	cal, known := s.wholeSet.calendars[key]
	if !known {
		cal = s.newCalendar(d, zone)
		s.wholeSet.calendars[key] = cal
	}
	return cal
}

// calendarKey tells apart what one declaration means in several zones.
type calendarKey struct {
	def  *playbook.Calendar
	zone string
}

func (s *scope) newCalendar(d *playbook.Calendar, zone *time.Location) *worktime.Calendar {
	var week worktime.Week
	for _, h := range d.Hours {
		days, err := worktime.ParseDays(h.Days.Value)
		if err != nil {
			return nil
		}
		for _, day := range days {
			week[day] = append(week[day], shifts(h.Spans)...)
		}
	}
	rules := worktime.Rules{Zone: zone, Versions: []worktime.Version{{Week: week}}}
	if d.Cutoff.IsSet() {
		cutoff, err := worktime.ParseWallTime(d.Cutoff.Value)
		if err != nil {
			return nil
		}
		rules.Versions[0].Cutoff = cutoff
	}
	listed := map[value.Date]bool{}
	for _, h := range d.Holidays {
		day, err := value.ParseDate(h.Date.Value)
		if err != nil {
			s.mendf(h.Date.Range, "bad-date", meantDate(h.Date), "%s", err)
			continue
		}
		if listed[day] {
			s.errorf(h.Date.Range, "duplicate-value", "", "%s is listed twice", day)
			continue
		}
		listed[day] = true
		rules.Holidays = append(rules.Holidays, worktime.Holiday{From: day, Hours: shifts(h.Spans)})
	}
	// Days without hours, spans that overlap: the reader has said all of that.
	cal, err := worktime.New(rules)
	if err != nil {
		return nil
	}
	return cal
}

func shifts(spans []playbook.Text) []worktime.Shift {
	var out []worktime.Shift
	for _, t := range spans {
		if sh, err := worktime.ParseShift(t.Value); err == nil {
			out = append(out, sh)
		}
	}
	return out
}

// calendarNamed finds the calendar of an action or a choice; nil for none.
func (s *scope) calendarNamed(name playbook.Text) *worktime.Calendar {
	if !name.IsSet() {
		return nil
	}
	def, ok := s.calDefs[name.Value]
	if !ok {
		known := slices.Sorted(maps.Keys(s.calDefs))
		s.mendf(name.Range, "unknown-calendar", near(name, known), "there is no calendar `%s`", name.Value)
		return nil
	}
	s.used[def] = true
	return s.calendars[name.Value]
}

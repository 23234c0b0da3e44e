package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// calendar compiles a calendar in the zone of the scope, unless it has its own. It returns nil for one
// whose zone is read from the incident; see zonedCalendar.
// The shape of days and spans was checked when the set was read.
func (s *scope) calendar(d *playbook.Calendar) *worktime.Calendar {
	if d.Zone.Picks() {
		return nil
	}
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

// newCalendar compiles what one declaration means in a zone; nil when something is wrong with it.
func (s *scope) newCalendar(d *playbook.Calendar, zone *time.Location) *worktime.Calendar {
	rules, ok := worktime.Rules{Zone: zone}, true
	for i, v := range d.Versions {
		version, fine := s.calendarVersion(v)
		rules.Versions, ok = append(rules.Versions, version), ok && fine
		if fine && i > 0 && ok && version.From.Compare(rules.Versions[i-1].From) <= 0 {
			s.errorf(v.From.Range, "version-order", "put the versions in the order of their days",
				"this version begins on %s, which is not after %s", version.From, rules.Versions[i-1].From)
			ok = false
		}
	}
	rules.Holidays, ok = s.holidays(d.Holidays, ok)
	if !ok {
		return nil
	}
	// Days without hours, spans that overlap: the reader has said all of that.
	cal, err := worktime.New(rules)
	if err != nil {
		if len(d.Versions) > 0 && len(d.Versions[0].Hours) > 0 {
			s.errorf(d.Name.Range, "no-hours", "give a season or a day of the week hours", "calendar `%s` is never open: %s", d.Name.Value, err)
		}
		return nil
	}
	return cal
}

func (s *scope) calendarVersion(d *playbook.CalendarVersion) (v worktime.Version, ok bool) {
	ok = true
	if d.From.IsSet() {
		v.From = s.date(d.From)
		ok = !v.From.IsZero()
	}
	if d.Cutoff.IsSet() {
		var err error
		v.Cutoff, err = worktime.ParseWallTime(d.Cutoff.Value)
		ok = ok && err == nil
	}
	v.Week = s.week(d.Hours)
	for _, season := range d.Seasons {
		from, fromOK := s.monthDay(season.From)
		until, untilOK := s.monthDay(season.Until)
		if !fromOK || !untilOK {
			ok = false
			continue
		}
		next := worktime.Season{From: from, Until: until, Week: s.week(season.Hours)}
		for _, other := range v.Seasons {
			if worktime.SeasonsOverlap(next, other) {
				s.errorf(season.From.Range, "seasons-overlap", "let each season end before the next one begins; both days are part of it",
					"the season from %s to %s has a day in common with that from %s to %s", from, until, other.From, other.Until)
				ok = false
			}
		}
		v.Seasons = append(v.Seasons, next)
	}
	return v, ok
}

// week compiles the hours of a week, and warns of a shift that is more likely a slip.
func (s *scope) week(hours []*playbook.DayHours) (week worktime.Week) {
	for _, h := range hours {
		s.checkLength(h.Spans)
		days, err := worktime.ParseDays(h.Days.Value)
		if err != nil {
			continue // the reader has said so
		}
		for _, day := range days {
			week[day] = append(week[day], shifts(h.Spans)...)
		}
	}
	return week
}

// longestNight is the longest shift over midnight that is taken for one: from closing to opening.
const longestNight = 16 * 60

// checkLength warns of hours over midnight that are longer than any night, such as 09:00-05:00.
func (s *scope) checkLength(spans []playbook.Text) {
	for _, t := range spans {
		shift, err := worktime.ParseShift(t.Value)
		if err != nil || shift.Until <= 24*60 || shift.Until-shift.From <= longestNight {
			continue
		}
		hint := "write hours that long as two spans, if they are meant"
		if until := shift.Until - 12*60; until <= 24*60 && until > shift.From {
			hint = "write `" + worktime.Shift{From: shift.From, Until: until}.String() + "`, if hours of the same day are meant"
		}
		minutes := shift.Until - shift.From
		s.warnf(t.Range, "long-shift", hint, "`%s` goes on until the next day, for %s", t.Value, value.FormatDuration(time.Duration(minutes)*time.Minute))
	}
}

// monthDay reads a day of the year, or says how it is written.
func (s *scope) monthDay(t playbook.Text) (worktime.MonthDay, bool) {
	if !t.IsSet() {
		return worktime.MonthDay{}, false
	}
	day, err := worktime.ParseMonthDay(t.Value)
	if err != nil {
		s.mendf(t.Range, "bad-date", meantMonthDay(t), "%s", err)
	}
	return day, err == nil
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

// CalendarOf is the calendar that times count in: always the same one, or one that the incident picks.
type CalendarOf struct {
	fixed *worktime.Calendar
	picks *celenv.Expr // nil: fixed
}

// In returns the calendar for an incident; nil where there is none, for absolute time.
func (c *CalendarOf) In(f *Frame) (*worktime.Calendar, error) {
	switch {
	case c == nil:
		return nil, nil
	case c.picks == nil:
		return c.fixed, nil
	}
	found, err := c.picks.Calendar(f.cel)
	if err != nil {
		return nil, placed(err)
	}
	return found, nil
}

// calendarOf compiles the calendar of an action or a choice: the name of one, or an expression that
// picks one.
func (s *scope) calendarOf(src playbook.Text, known celenv.Known) *CalendarOf {
	if !src.IsSet() || s.env == nil {
		return nil
	}
	if src.Picks() {
		return s.pickedCalendar(src, 0, src.Value, known)
	}
	def, ok := s.calDefs[src.Value]
	if !ok {
		names := slices.Sorted(maps.Keys(s.calDefs))
		s.mendf(src.Range, "unknown-calendar", near(src, names), "there is no calendar `%s`", src.Value)
		return nil
	}
	s.used[def] = true
	if def.Zone.Picks() {
		return s.pickedCalendar(src, -1, celtext.Quote(src.Value), known) // the quote stands before the name
	}
	if fixed := s.calendars[src.Value]; fixed != nil {
		return &CalendarOf{fixed: fixed}
	}
	return nil
}

// pickedCalendar compiles an expression that names a calendar. It starts after offset characters of
// the text.
func (s *scope) pickedCalendar(src playbook.Text, offset int, code string, known celenv.Known) *CalendarOf {
	if s.cutByComment(src, 0, []rune(src.Value)) {
		return nil
	}
	e, issues := s.here().CompileCalendar(code)
	s.issues(src, offset, issues)
	if len(issues) > 0 || e == nil {
		return nil
	}
	e.Tag = &place{src, offset}
	s.markUses(e)
	s.note(e)
	s.issues(src, offset, e.Unguarded(known))
	return &CalendarOf{picks: e}
}

// zonedCalendar compiles a calendar whose zone an expression gives, in each zone that it can give. It
// returns nil for one that is wrong.
func (s *scope) zonedCalendar(id string, def *playbook.Calendar) *celenv.Zoned {
	if z, ok := s.zoned[id]; ok {
		return z
	}
	defer s.sees(s.outer != nil && s.outer.calDefs[id] == def)()
	if s.circle("calendars."+id, def.Zone) {
		return nil
	}
	defer s.withoutItem()()
	s.stack = append(s.stack, step{"calendars." + id, def.Zone})
	e := s.expr(def.Zone, value.Type{Kind: value.KindString})
	s.stack = s.stack[:len(s.stack)-1]
	s.zoned[id] = s.inEachZone(def, e)
	return s.zoned[id]
}

func (s *scope) inEachZone(def *playbook.Calendar, e *celenv.Expr) *celenv.Zoned {
	if e == nil || e.Broken() {
		return nil
	}
	text, names := strings.TrimSpace(def.Zone.Value), e.Texts()
	if names == nil {
		s.errorf(def.Zone.Range, "open-zone", "read a field with `one_of`, or a column of a table, whose values are names of time zones",
			"`%s` can be any text, and not only the name of a time zone", text)
		return nil
	}
	z := &celenv.Zoned{Zone: e, In: map[string]*worktime.Calendar{}}
	for _, name := range names {
		zone, err := worktime.LoadZone(name)
		if err != nil {
			hint := zoneRemedy(playbook.Text{Value: name}).hint
			s.errorf(def.Zone.Range, "unknown-zone", hint, "`%s` can be %q, which is no time zone of the IANA database", text, name)
			return nil
		}
		in := s.newCalendar(def, zone)
		if in == nil {
			return nil
		}
		z.In[name] = in
	}
	return z
}

// Always returns the calendar where it is the same for every incident; nil for absolute time.
func (c *CalendarOf) Always() (calendar *worktime.Calendar, ok bool) {
	if c == nil {
		return nil, true
	}
	return c.fixed, c.picks == nil
}

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

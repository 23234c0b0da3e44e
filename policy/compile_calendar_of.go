package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

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

package celenv

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/ast"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// takesCalendar reports whether the first argument of a function names a calendar.
func takesCalendar(name string) bool {
	switch name {
	case "open", "workday", "workdays", "worked":
		return true
	}
	return false
}

// scanCalendar resolves the calendar that the first argument names. An argument that is not written
// out is looked up when the expression runs; see checkCalendar.
func (c *compiler) scanCalendar(e ast.Expr) {
	args := e.AsCall().Args()
	if len(args) == 0 {
		return // the checker reports that an argument is missing
	}
	for _, arg := range args[1:] {
		c.scan(arg)
	}
	at := c.places.of(args[0])
	id, ok := textLiteral(args[0])
	if !ok {
		c.scan(args[0])
		all, named := c.added(), c.added()
		c.constant(all, cellib.NewCalendars(c.scope.options.Calendars), cellib.TypeCalendars, at)
		c.places.known[named.ID()], c.places.known[all.ID()] = at, at
		factory := ast.NewExprFactory()
		c.places.known[e.ID()] = c.places.of(e)
		named = factory.NewCall(named.ID(), cellib.CalendarOf, args[0], all)
		e.SetKindCase(factory.NewCall(e.ID(), e.AsCall().FunctionName(), append([]ast.Expr{named}, args[1:]...)...))
		return
	}
	switch sound, known := c.useCalendar(id); {
	case !known:
		c.remedied(at, celtext.CodeUnknownCalendar, c.nearCalendar(id, at), "there is no calendar %s", id)
		c.breakOff(e, c.places.of(e))
	case !sound:
		c.breakOff(e, c.places.of(e))
	default:
		c.constant(args[0], cellib.NewCalendar(c.scope.options.Calendars[id]), cellib.TypeCalendar, at)
	}
}

// useCalendar notes that a calendar is used. One that is known and not sound has a mistake that is
// reported elsewhere.
func (c *compiler) useCalendar(id string) (sound, known bool) {
	calendar, known := c.scope.options.Calendars[id]
	c.need(calendarNeed(id))
	if known {
		c.calendars = append(c.calendars, id)
	}
	return calendar != nil, known
}

// nearCalendar is the remedy that writes the calendar that was meant.
func (c *compiler) nearCalendar(id string, at celtext.Span) celtext.Remedy {
	known := c.calendarIDs()
	r := c.near(at, id, known, "")
	r.Fix.Text = celtext.Quote(r.Fix.Text)
	switch {
	case r.Hint != "":
	case len(known) == 1:
		r = celtext.Write(at, celtext.Quote(known[0]))
	default:
		r = celtext.Remedy{}
	}
	return r
}

func (c *compiler) calendarIDs() []string { return slices.Sorted(maps.Keys(c.scope.options.Calendars)) }

// checkCalendar checks the values of an expression that names a calendar: each must be one.
func (k *closedCheck) checkCalendar(named ast.Expr) {
	c, at := k.c, k.c.places.of(named)
	d := k.domain(binding{named, false}, 0)
	if d.open {
		hint := "as in a field with one_of, or a column of a table, whose values are ids of calendars"
		if known := c.calendarIDs(); len(known) > 0 {
			hint = "write one of " + celtext.Or(celtext.Quoted(fewOf(known))) + ", or read a field with one_of, or a column of a table"
		}
		c.report(at, celtext.CodeBadLiteral, hint, "%s can be any text, and not only the id of a calendar", celtext.Shown(c.places.text(named)))
		return
	}
	for _, id := range d.values {
		sound, known := c.useCalendar(id)
		if !known {
			c.report(at, celtext.CodeUnknownCalendar, "", "%s can be %q, and there is no such calendar", celtext.Shown(c.places.text(named)), id)
			return
		}
		c.broken = c.broken || !sound
	}
}

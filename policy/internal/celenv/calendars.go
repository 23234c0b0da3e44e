package celenv

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/worktime"
)

// takesCalendar reports whether the first argument of a function names a calendar.
func takesCalendar(name string) bool {
	switch name {
	case "open", "workday", "workdays", "worked":
		return true
	}
	return false
}

// scanNamed scans an expression that names a calendar, and makes it one that gives the calendar.
func (c *compiler) scanNamed() {
	root := c.tree.Expr()
	if named, ok := c.calendar(root); !ok {
		c.breakOff(root, c.places.of(root))
	} else if named != root {
		c.tree = ast.NewAST(named, c.tree.SourceInfo())
	}
}

// scanCalendar resolves the calendar that the first argument names.
func (c *compiler) scanCalendar(e ast.Expr) {
	args := e.AsCall().Args()
	if len(args) == 0 {
		return // the checker reports that an argument is missing
	}
	for _, arg := range args[1:] {
		c.scan(arg)
	}
	whole := c.places.of(e)
	switch named, ok := c.calendar(args[0]); {
	case !ok:
		c.breakOff(e, whole)
	case named != args[0]:
		c.places.known[e.ID()] = whole
		e.SetKindCase(ast.NewExprFactory().NewCall(e.ID(), e.AsCall().FunctionName(), append([]ast.Expr{named}, args[1:]...)...))
	}
}

// calendar returns the node of the calendar that an expression names. An id that is not written out is
// looked up when the expression runs; see checkCalendar. Of a calendar whose zone is read from the
// incident, the node picks the one in that zone.
func (c *compiler) calendar(e ast.Expr) (node ast.Expr, ok bool) {
	at := c.places.of(e)
	id, written := textLiteral(e)
	if !written {
		c.scan(e)
		return c.calendarOf(e, at), true
	}
	switch sound, known := c.useCalendar(id); {
	case !known:
		c.remedied(at, celtext.CodeUnknownCalendar, c.nearCalendar(id, at), "there is no calendar %s", id)
		return nil, false
	case !sound:
		return nil, false
	}
	if z, _ := c.scope.zoned(id); z != nil {
		in := c.placed(at)
		c.constant(in, cellib.NewCalendars(z.In, nil), cellib.TypeCalendars, at)
		return c.called(at, cellib.CalendarIn, c.zoneOf(id, z, at), in), true
	}
	c.constant(e, cellib.NewCalendar(c.scope.options.Calendars[id]), cellib.TypeCalendar, at)
	return e, true
}

// calendarOf returns the node that looks up the calendar whose id an expression gives.
func (c *compiler) calendarOf(e ast.Expr, at celtext.Span) ast.Expr {
	zoned, zones := map[string]map[string]*worktime.Calendar{}, []ast.Expr(nil)
	for _, id := range c.calendarIDs() {
		if z, _ := c.scope.zoned(id); z != nil {
			zoned[id], zones = z.In, append(zones, c.zoneOf(id, z, at))
		}
	}
	all := c.placed(at)
	c.constant(all, cellib.NewCalendars(c.scope.options.Calendars, zoned), cellib.TypeCalendars, at)
	if zones == nil {
		return c.called(at, cellib.CalendarOf, e, all)
	}
	list := ast.NewExprFactory().NewList(c.placed(at).ID(), zones, nil)
	return c.called(at, cellib.CalendarOf, e, all, list)
}

// zoneOf returns a node that reads the zone of a calendar, which is read like a term.
func (c *compiler) zoneOf(id string, z *Zoned, at celtext.Span) ast.Expr {
	node := c.placed(at)
	r := &reference{kind: refTerm, path: varCalendars + "." + id + ".zone", at: at, term: z.Zone}
	c.replace(node, r, r.celType())
	return node
}

// placed makes a node for a place in the source.
func (c *compiler) placed(at celtext.Span) ast.Expr {
	e := c.added()
	c.places.known[e.ID()] = at
	return e
}

func (c *compiler) called(at celtext.Span, function string, args ...ast.Expr) ast.Expr {
	return ast.NewExprFactory().NewCall(c.placed(at).ID(), function, args...)
}

// useCalendar notes that a calendar is used. One that is known and not sound has a mistake that is
// reported elsewhere.
func (c *compiler) useCalendar(id string) (sound, known bool) {
	calendar, known := c.scope.options.Calendars[id]
	c.need(calendarNeed(id))
	if known {
		c.calendars = append(c.calendars, id)
	}
	if z, zoned := c.scope.zoned(id); zoned {
		return z != nil, true
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

// checkCalendar checks the values of an expression that names a calendar: each must be one. The zones
// of all others are not read.
func (k *closedCheck) checkCalendar(args []ast.Expr) {
	c, at := k.c, k.c.places.of(args[0])
	text := celtext.Shown(c.places.text(args[0]))
	d := k.domain(binding{args[0], false}, 0)
	if d.open {
		c.report(at, celtext.CodeOpenCalendar, c.calendarHint(), "%s can be any text, and not only the id of a calendar", text)
		return
	}
	for _, id := range d.values {
		sound, known := c.useCalendar(id)
		if !known {
			c.report(at, celtext.CodeUnknownCalendar, "known calendars: "+strings.Join(c.shownIDs(), ", "), "%s can be %q, and there is no such calendar", text, id)
			return
		}
		c.broken = c.broken || !sound
	}
	if len(args) > 2 {
		c.readZones(args[2].AsList().Elements(), d.values)
	}
}

// readZones lets an expression read the zones of those calendars only that it can name.
func (c *compiler) readZones(zones []ast.Expr, ids []string) {
	for _, zone := range zones {
		id := strings.TrimSuffix(strings.TrimPrefix(c.refs[zone.ID()].path, varCalendars+"."), ".zone")
		if !slices.Contains(ids, id) {
			delete(c.refs, zone.ID())
			c.become(zone, types.String(""))
		}
	}
}

// calendarHint says what may name a calendar.
func (c *compiler) calendarHint() string {
	if len(c.calendarIDs()) == 0 {
		return "read a field with one_of, or a column of a table, whose values are ids of calendars"
	}
	return "write one of " + celtext.Or(c.shownIDs()) + ", or read a field with one_of, or a column of a table"
}

// shownIDs lists calendars as they are written here.
func (c *compiler) shownIDs() []string {
	if c.names {
		return fewOf(c.calendarIDs())
	}
	return celtext.Quoted(fewOf(c.calendarIDs()))
}

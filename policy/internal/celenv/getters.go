package celenv

import (
	"strconv"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// getters reports CEL's methods that read the parts of a time: getHours() and the like. They read
// UTC, or the zone data of the machine, and nobody means that. Those of durations stay.
func (c *compiler) getters(checked *ast.AST) bool {
	g := getters{c: c, m: mismatches{c, checked}}
	c.places.info = checked.SourceInfo()
	before := len(c.issues)
	g.walk(checked.Expr(), nil)
	return len(c.issues) > before
}

type getters struct {
	c *compiler
	m mismatches
}

func (g getters) walk(e, parent ast.Expr) {
	if e.Kind() == ast.CallKind && e.AsCall().IsMemberFunction() && cellib.IsTimeAccessor(e.AsCall().FunctionName()) {
		t := g.m.typeOf(e.AsCall().Target())
		if t.Kind() == types.TimestampKind || cellib.TypeOf(t).Kind == value.KindDate {
			g.report(e, parent, t.Kind() == types.TimestampKind)
			return
		}
	}
	for _, child := range children(e) {
		g.walk(child, e)
	}
}

func (g getters) report(e, parent ast.Expr, hasTime bool) {
	name := e.AsCall().FunctionName()
	at := g.c.places.of(e)
	r := g.remedy(e, parent, name)
	if !hasTime {
		g.c.remedied(at, celtext.CodeLeftOut, r, "a date has no %s()", name)
		return
	}
	if len(e.AsCall().Args()) > 0 {
		g.c.remedied(at, celtext.CodeLeftOut, r, "%s() with a zone is not in the language: it would read the zone data of the machine", name)
		return
	}
	g.c.remedied(at, celtext.CodeLeftOut, r, "%s() is not in the language: it would read UTC", name)
}

// instead is the function that gives, in the zone of the playbook, what a method gives in UTC. The
// method counts from a lower number where less is not 0.
var insteadOfGetter = map[string]struct {
	function string
	less     int64
}{
	overloads.TimeGetFullYear: {"year", 0}, overloads.TimeGetMonth: {"month", 1}, overloads.TimeGetDate: {"day", 0}, overloads.TimeGetDayOfMonth: {"day", 1},
	overloads.TimeGetDayOfWeek: {"weekday", 0}, overloads.TimeGetHours: {"time_of_day", 0},
}

func (g getters) remedy(e, parent ast.Expr, name string) celtext.Remedy {
	target := g.c.places.of(e.AsCall().Target())
	x := g.c.places.src.Text(target.From, target.To)
	to := insteadOfGetter[name]
	call := to.function + "(" + x + ")"
	if r := g.compared(parent, e, call, name); r.Hint != "" {
		return r
	}
	const zone = ", in the playbook's zone"
	switch name {
	case overloads.TimeGetFullYear, overloads.TimeGetDate:
		r := celtext.Write(g.c.places.of(e), call)
		r.Hint += zone
		return r
	case overloads.TimeGetMonth:
		return celtext.Say("write " + call + ", from 1 to 12" + zone)
	case overloads.TimeGetDayOfMonth:
		return celtext.Say("write " + call + ", from 1 to 31" + zone)
	case overloads.TimeGetDayOfWeek:
		return celtext.Say("compare " + call + `, "mon" to "sun"` + zone)
	case overloads.TimeGetDayOfYear:
		return celtext.Say("compare month(" + x + ") and day(" + x + ")" + zone)
	}
	return celtext.Say("compare time_of_day(" + x + ") with a duration, as in time_of_day(" + x + ") >= hours(9)" + zone)
}

// compared is the remedy for a method that stands beside numbers in a comparison.
func (g getters) compared(parent, e ast.Expr, call, name string) celtext.Remedy {
	if parent == nil || parent.Kind() != ast.CallKind || len(parent.AsCall().Args()) != 2 {
		return celtext.Remedy{}
	}
	op, _ := operators.FindReverse(parent.AsCall().FunctionName())
	args := parent.AsCall().Args()
	other := args[1]
	if args[1].ID() == e.ID() {
		other, op = args[0], celtext.Mirrored(op)
	}
	if celtext.Negated(op) == "" { // it is no comparison
		return celtext.Remedy{}
	}
	if op == "in" {
		if list, ok := g.listed(other, name); ok {
			return celtext.Write(g.c.places.of(parent), call+" in "+list)
		}
		return celtext.Remedy{}
	}
	n, ok := intLiteral(other)
	if !ok {
		return celtext.Remedy{}
	}
	text := g.comparison(call, op, n, name)
	if text == "" {
		return celtext.Remedy{}
	}
	return celtext.Write(g.c.places.of(parent), text)
}

// comparison writes a comparison with a number anew; "" where it cannot be one that holds.
func (g getters) comparison(call, op string, n int64, name string) string {
	switch name {
	case overloads.TimeGetDayOfWeek:
		if day := weekdayOf(n); (op == "==" || op == "!=") && day != "" {
			return call + " " + op + " " + day
		}
		return ""
	case overloads.TimeGetHours:
		return hoursComparison(call, op, n)
	case overloads.TimeGetMinutes, overloads.TimeGetSeconds, overloads.TimeGetMilliseconds, overloads.TimeGetDayOfYear:
		return ""
	}
	return call + " " + op + " " + strconv.FormatInt(n+insteadOfGetter[name].less, 10)
}

func weekdayOf(n int64) string {
	if n < 0 || n > 6 {
		return ""
	}
	return celtext.Quote(slip.Weekday(strconv.FormatInt(n, 10)))
}

// hoursComparison compares a time of day in the place of the hour that it has begun.
func hoursComparison(call, op string, n int64) string {
	if n < 0 || n > 23 {
		return ""
	}
	hour, next := "hours("+strconv.FormatInt(n, 10)+")", "hours("+strconv.FormatInt(n+1, 10)+")"
	switch op {
	case ">=", "<":
		return call + " " + op + " " + hour
	case ">":
		return call + " >= " + next
	case "<=":
		return call + " < " + next
	case "==":
		return "(" + call + " >= " + hour + " && " + call + " < " + next + ")"
	}
	return "(" + call + " < " + hour + " || " + call + " >= " + next + ")"
}

// listed writes a list of numbers anew.
func (g getters) listed(list ast.Expr, name string) (string, bool) {
	if list.Kind() != ast.ListKind || insteadOfGetter[name].function == "" || name == overloads.TimeGetHours {
		return "", false
	}
	var out []byte
	for i, member := range list.AsList().Elements() {
		n, ok := intLiteral(member)
		text := strconv.FormatInt(n+insteadOfGetter[name].less, 10)
		if name == overloads.TimeGetDayOfWeek {
			text = weekdayOf(n)
		}
		if !ok || text == "" {
			return "", false
		}
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(out, text...)
	}
	return "[" + string(out) + "]", true
}

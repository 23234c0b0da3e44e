package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// isWeekday reports whether an operand gives a day of the week.
func (o operand) isWeekday() bool {
	return o.e != nil && o.e.Kind() == ast.CallKind && o.e.AsCall().FunctionName() == cellib.Weekday
}

// lengths has the function that makes a length of time, for the one that reads a part of a time.
var lengths = map[string]string{"day": "days", "month": "months", "year": "years"}

// wallRemedy is the remedy where the parts of a time are confused with lengths of time: day(3) for
// days(3), and months(x) for month(x).
func (m mismatches) wallRemedy(e ast.Expr, name string, arg ast.Expr) celtext.Remedy {
	t := m.typeOf(arg)
	isTime := t.Kind() == types.TimestampKind || cellib.TypeOf(t).Kind == value.KindDate
	if to := lengths[name]; to != "" && t.Kind() == types.IntKind {
		return celtext.Write(m.c.places.name(e), to)
	}
	for part, length := range lengths {
		if length == name && isTime {
			return celtext.Write(m.c.places.name(e), part)
		}
	}
	switch {
	case name == "time_of_day" && cellib.TypeOf(t).Kind == value.KindDate:
		return celtext.Say("a date has no time of day: ask a timestamp for it")
	case name == "open" && cellib.TypeOf(t).Kind == value.KindDate:
		return celtext.Say("a date has no time of day: ask whether a timestamp lies in working hours, or for workdays(…)")
	}
	return celtext.Remedy{}
}

// wallNames has what the parts of a time are called in other languages.
var wallNames = map[string]string{
	"weekday": "weekday", "dayofweek": "weekday", "getday": "weekday", "isoweekday": "weekday", "dow": "weekday", "dayname": "weekday", "getweekday": "weekday",
	"hour": "time_of_day", "minute": "time_of_day", "hourofday": "time_of_day", "gethour": "time_of_day", "gethours": "time_of_day", "timeofday": "time_of_day", "time": "time_of_day",
	"year": "year", "getyear": "year", "getfullyear": "year", "month": "month", "getmonth": "month", "monthofyear": "month",
	"day": "day", "dayofmonth": "day", "getdate": "day",
	"addmonths": "months", "plusmonths": "months", "addyears": "years", "plusyears": "years", "adddays": "days", "plusdays": "days",
	"monthsbetween": "months_between", "yearsbetween": "years_between", "isopen": "open",
}

// wallRemedyFor is the remedy for a function of other languages that reads a part of a time, or moves
// one: x is the time, y the further argument.
func (c *compiler) wallRemedyFor(whole celtext.Span, name, x, y string) celtext.Remedy {
	t, ok := c.typeOfSource(x)
	if !ok || t.Kind != value.KindTimestamp && t.Kind != value.KindDate {
		return celtext.Remedy{}
	}
	switch to := wallNames[name]; to {
	case "", "open":
	case "time_of_day":
		if t.Kind == value.KindTimestamp && y == "" {
			return celtext.Say("compare time_of_day(" + x + ") with a duration, as in time_of_day(" + x + ") >= hours(9)")
		}
	case "months", "years", "days":
		if y != "" {
			return celtext.Write(whole, x+" + "+to+"("+y+")")
		}
	case "months_between", "years_between":
		if y != "" {
			return celtext.Write(whole, to+"("+x+", "+y+")")
		}
	default:
		if y == "" {
			return celtext.Write(whole, to+"("+x+")")
		}
	}
	return celtext.Remedy{}
}

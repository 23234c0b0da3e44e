package cellib

import (
	"slices"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/value"
)

// ownFunctions declares what the language adds to CEL, and the operators that it
// replaces (arithmetic.go).
func ownFunctions() []cel.EnvOption {
	own := slices.Concat(operatorFunctions(), wallFunctions(), ratioFunctions(), sumFunctions())
	return append(own,
		cel.Function("minutes", overload("minutes_int", cel.DurationType, cel.IntType), unary(lengthOf(time.Minute))),
		cel.Function("hours", overload("hours_int", cel.DurationType, cel.IntType), unary(lengthOf(time.Hour))),
		cel.Function("days", overload("days_int", cel.DurationType, cel.IntType), unary(lengthOf(24*time.Hour))),
		cel.Function(overloads.TypeConvertDuration,
			overload(overloads.DurationToDuration, cel.DurationType, cel.DurationType),
			overload(overloads.StringToDuration, cel.DurationType, cel.StringType), unary(toDuration)),
		cel.Function("percent",
			overload("percent_int", typePercent, cel.IntType), overload("percent_double", typePercent, cel.DoubleType), unary(toPercent)),
		cel.Function("round_up", overload("round_up_money", typeMoneyC, typeMoneyC), unary(roundUp)),
		cel.Function("round_down", overload("round_down_money", typeMoneyC, typeMoneyC), unary(roundDown)),
		cel.Function("workday", overload("workday_calendar", typeDate, TypeCalendar, typeDate, cel.IntType), variadic(workday)),
		cel.Function("workdays", overload("workdays_calendar", cel.IntType, TypeCalendar, typeDate, typeDate), variadic(workdays)),
		cel.Function("worked", overload("worked_calendar", cel.DurationType, TypeCalendar, cel.TimestampType, cel.TimestampType), variadic(worked)),
		cel.Function("open", overload("open_calendar", cel.BoolType, TypeCalendar, cel.TimestampType), binary(isOpen)),
		cel.Function(CalendarOf,
			overload("calendar_of_string", TypeCalendar, cel.StringType, TypeCalendars),
			overload("calendar_of_string_zones", TypeCalendar, cel.StringType, TypeCalendars, cel.ListType(cel.StringType)), variadic(calendarOf)),
		cel.Function(CalendarIn, overload("calendar_in_string", TypeCalendar, cel.StringType, TypeCalendars), binary(calendarIn)),
		cel.Function(OrText, overload("or_text", cel.StringType, cel.OptionalType(cel.TypeParamType("A")), cel.StringType), binary(orText)),
		cel.Function("max", append(orderedOverloads("max"), variadic(ordered(+1)))...),
		cel.Function("min", append(orderedOverloads("min"), variadic(ordered(-1)))...),
	)
}

// The types of the functions' arguments. typeMoneyC is money in any one currency.
var (
	typeDate     = types.NewOpaqueType(dateName)
	typePercent  = types.NewOpaqueType(percentName)
	TypeZone     = types.NewOpaqueType(zoneName)
	TypeCalendar = types.NewOpaqueType(calendarName)
	typeMonths   = types.NewOpaqueType(monthsName)
	typeMoneyC   = types.NewOpaqueType(moneyName, types.NewTypeParamType("C"))
)

func overload(id string, result *types.Type, args ...*types.Type) cel.FunctionOpt {
	return cel.Overload(id, args, result)
}

func unary(f func(ref.Val) ref.Val) cel.FunctionOpt       { return cel.SingletonUnaryBinding(f) }
func binary(f func(a, b ref.Val) ref.Val) cel.FunctionOpt { return cel.SingletonBinaryBinding(f) }
func variadic(f func(args ...ref.Val) ref.Val) cel.FunctionOpt {
	return cel.SingletonFunctionBinding(f)
}

// orderedOverloads declares a function of two values of one type that have an order, or of a list of
// them.
func orderedOverloads(name string) []cel.FunctionOpt {
	options := []cel.FunctionOpt{}
	for _, of := range []namedType{
		{"int", cel.IntType}, {"double", cel.DoubleType}, {"duration", cel.DurationType}, {"timestamp", cel.TimestampType},
		{"date", typeDate}, {"percent", typePercent}, {"money", typeMoneyC},
	} {
		options = append(options, overload(name+"_"+of.name, of.t, of.t, of.t), overload(name+"_list_"+of.name, of.t, types.NewListType(of.t)))
	}
	return options
}

// pick returns the larger of two values for +1, the smaller for -1; the first of equals.
func pick(sign int) func(a, b ref.Val) ref.Val {
	return func(a, b ref.Val) ref.Val {
		compared := compare(besideRatio(a, b), b)
		switch {
		case types.IsError(compared):
			return compared
		case compared == order(-sign):
			return b
		}
		return a
	}
}

// lengthOf returns the function that multiplies a unit of time.
func lengthOf(unit time.Duration) func(ref.Val) ref.Val {
	return func(v ref.Val) ref.Val {
		n, ok := v.(types.Int)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		product, fits := multiply(int64(n), int64(unit))
		if !fits {
			return types.WrapErr(ErrOverflow)
		}
		return types.Duration{Duration: time.Duration(product)}
	}
}

// toDuration is [ParseDuration] for values.
func toDuration(v ref.Val) ref.Val {
	text, ok := v.(types.String)
	if !ok {
		return v
	}
	d, err := ParseDuration(string(text))
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Duration{Duration: d}
}

// ParseDuration reads a duration as playbooks write it, and as Go and CEL do.
func ParseDuration(text string) (time.Duration, error) {
	d, err := value.ParseAnyDuration(text)
	if err == nil {
		return d, nil
	}
	if d, goErr := time.ParseDuration(text); goErr == nil {
		return d, nil
	}
	return 0, err
}

func toPercent(v ref.Val) ref.Val {
	var p value.Percent
	var err error
	switch n := v.(type) {
	case types.Int:
		p, err = value.PercentOf(int64(n))
	case types.Double:
		p, err = value.PercentOf(float64(n))
	default:
		return types.MaybeNoSuchOverloadErr(v)
	}
	if err != nil {
		return types.WrapErr(err)
	}
	return percentVal{p}
}

func workday(args ...ref.Val) ref.Val {
	c, ok := args[0].(*calendarVal)
	from, isDate := args[1].(dateVal)
	n, isInt := args[2].(types.Int)
	if !ok || !isDate || !isInt {
		return types.NewErr("no such overload")
	}
	return dateOrError(c.calendar.Workday(from.date, daysOf(n)))
}

func workdays(args ...ref.Val) ref.Val {
	c, ok := args[0].(*calendarVal)
	a, isDate := args[1].(dateVal)
	b, isDateToo := args[2].(dateVal)
	if !ok || !isDate || !isDateToo {
		return types.NewErr("no such overload")
	}
	return types.Int(c.calendar.Workdays(a.date, b.date))
}

func worked(args ...ref.Val) ref.Val {
	c, ok := args[0].(*calendarVal)
	from, isTime := args[1].(types.Timestamp)
	to, isTimeToo := args[2].(types.Timestamp)
	if !ok || !isTime || !isTimeToo {
		return types.NewErr("no such overload")
	}
	return types.Duration{Duration: c.calendar.Worked(from.Time, to.Time)}
}

func isOpen(calendar, at ref.Val) ref.Val {
	c, ok := calendar.(*calendarVal)
	t, isTime := at.(types.Timestamp)
	if !ok || !isTime {
		return types.NewErr("no such overload")
	}
	return types.Bool(c.calendar.Open(t.Time))
}

package cellib

import (
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/value"
)

// Functions of what the clock and the calendar on the wall show. A source calls weekday(t); the
// compiler adds the zone and calls weekday@of, because CEL's functions know of no zone.

const zonedSuffix = "@of"

// DateOf is the function that the compiler calls for date(timestamp).
const DateOf = "date" + zonedSuffix

var zonedNames = []string{"day", "month", "months", "months_between", "time_of_day", "weekday", "year", "years", "years_between"}

// Zoned returns the function that the compiler calls, with the zone as its last argument, for a
// function that depends on the zone. It returns "" for any other function.
func Zoned(name string) string {
	if slices.Contains(zonedNames, name) {
		return name + zonedSuffix
	}
	return ""
}

// IsZoned reports whether the compiler calls a function with the zone as its last argument.
func IsZoned(name string) bool { return name == DateOf || Zoned(Spoken(name)) == name }

// Spoken returns the name by which a source calls a function.
func Spoken(name string) string { return strings.TrimSuffix(name, zonedSuffix) }

// Weekday is the function that gives one of [Weekdays].
const Weekday = "weekday" + zonedSuffix

// Weekdays returns the names of the days of the week, from Monday on.
func Weekdays() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// weekdayText is indexed by time.Weekday.
var weekdayText = [...]types.String{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func wallFunctions() []cel.EnvOption {
	options := []cel.EnvOption{
		cel.Function(DateOf, overload("date_of_timestamp", typeDate, cel.TimestampType, TypeZone), binary(dateOf)),
		cel.Function(Zoned("time_of_day"), overload("time_of_day_timestamp", cel.DurationType, cel.TimestampType, TypeZone), binary(timeOfDay)),
		cel.Function(Zoned("months"), overload("months_int", typeMonths, cel.IntType, TypeZone), binary(spanOf(1))),
		cel.Function(Zoned("years"), overload("years_int", typeMonths, cel.IntType, TypeZone), binary(spanOf(12))),
		betweenFunction("months_between", 1), betweenFunction("years_between", 12),
	}
	for _, part := range []struct {
		name   string
		result *types.Type
		of     func(value.Date) ref.Val
	}{
		{"weekday", cel.StringType, func(d value.Date) ref.Val { return weekdayText[d.Weekday()] }},
		{"year", cel.IntType, func(d value.Date) ref.Val { return types.Int(d.Year()) }},
		{"month", cel.IntType, func(d value.Date) ref.Val { return types.Int(d.Month()) }},
		{"day", cel.IntType, func(d value.Date) ref.Val { return types.Int(d.Day()) }},
	} {
		options = append(options, cel.Function(Zoned(part.name),
			overload(part.name+"_timestamp", part.result, cel.TimestampType, TypeZone),
			overload(part.name+"_date", part.result, typeDate, TypeZone), binary(partOfDay(part.of))))
	}
	return options
}

func betweenFunction(name string, unit int) cel.EnvOption {
	return cel.Function(Zoned(name),
		overload(name+"_date", cel.IntType, typeDate, typeDate, TypeZone),
		overload(name+"_timestamp", cel.IntType, cel.TimestampType, cel.TimestampType, TypeZone), variadic(between(unit)))
}

// dateOf returns the day on which an instant falls in a zone, and a date as it is.
func dateOf(at, zone ref.Val) ref.Val {
	if _, isDate := at.(dateVal); isDate {
		return at
	}
	local, ok := localTime(at, zone)
	if !ok {
		return types.MaybeNoSuchOverloadErr(at)
	}
	if year := local.Year(); year < 1 || year > 9999 {
		return types.WrapErr(ErrOverflow)
	}
	return dateVal{value.DateOf(local)}
}

func localTime(at, zone ref.Val) (time.Time, bool) {
	t, ok := at.(types.Timestamp)
	z, isZone := zone.(*zoneVal)
	if !ok || !isZone {
		return time.Time{}, false
	}
	return t.Time.In(z.zone), true
}

// partOfDay returns a function of the day on which an instant falls, or of a date.
func partOfDay(of func(value.Date) ref.Val) func(at, zone ref.Val) ref.Val {
	return func(at, zone ref.Val) ref.Val {
		d, ok := dateOf(at, zone).(dateVal)
		if !ok {
			return dateOf(at, zone)
		}
		return of(d.date)
	}
}

// timeOfDay is what the clock on the wall shows: after a change of clocks that is not the time that
// has passed since midnight.
func timeOfDay(at, zone ref.Val) ref.Val {
	local, ok := localTime(at, zone)
	if !ok {
		return types.MaybeNoSuchOverloadErr(at)
	}
	hour, minute, second := local.Clock()
	return types.Duration{Duration: time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second + time.Duration(local.Nanosecond())}
}

// monthsVal is a number of months, and the zone in which a timestamp moves by them.
type monthsVal struct {
	noConversion
	n    int64
	zone *time.Location
}

func (*monthsVal) Type() ref.Type { return runMonths }
func (m *monthsVal) Value() any   { return m.n }

func (m *monthsVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(*monthsVal)
	return types.Bool(ok && m.n == o.n)
}

// spanOf returns the function that gives so many months for each of a number.
func spanOf(months int64) func(n, zone ref.Val) ref.Val {
	return func(v, zone ref.Val) ref.Val {
		n, ok := v.(types.Int)
		z, isZone := zone.(*zoneVal)
		if !ok || !isZone {
			return types.MaybeNoSuchOverloadErr(v)
		}
		product, fits := multiply(int64(n), months)
		if !fits {
			return types.WrapErr(ErrOverflow)
		}
		return &monthsVal{n: product, zone: z.zone}
	}
}

// lengthLast puts the day or time first in months(6) + d.
func lengthLast(a, b ref.Val) (ref.Val, ref.Val) {
	switch a.(type) {
	case *monthsVal:
		return b, a
	case types.Duration:
		if _, isDate := b.(dateVal); isDate {
			return b, a
		}
	}
	return a, b
}

// shifted moves a date or a timestamp by months, forwards or back. ok is false for other operands.
func shifted(v, by ref.Val, sign int64) (moved ref.Val, ok bool) {
	m, ok := by.(*monthsVal)
	if !ok {
		return nil, false
	}
	// No more months than there are; the sign of the least number could not be turned.
	n := int(max(min(m.n, value.MostMonths+1), -value.MostMonths-1) * sign)
	switch x := v.(type) {
	case dateVal:
		return dateOrError(x.date.AddMonths(n)), true
	case types.Timestamp:
		t, err := value.AddMonths(x.Time, n, m.zone)
		if err != nil {
			return types.WrapErr(err), true
		}
		return types.Timestamp{Time: t}, true
	}
	return nil, false
}

// between returns the function that counts whole units of so many months from a to b.
func between(unit int) func(args ...ref.Val) ref.Val {
	return func(args ...ref.Val) ref.Val {
		n, ok := 0, len(args) == 3
		if ok {
			n, ok = monthsBetween(args[0], args[1], args[2])
		}
		if !ok {
			return types.NewErr("no such overload")
		}
		whole := n / unit
		if n%unit < 0 {
			whole--
		}
		return types.Int(whole)
	}
}

func monthsBetween(a, b, zone ref.Val) (int, bool) {
	switch x := a.(type) {
	case dateVal:
		if y, ok := b.(dateVal); ok {
			return x.date.MonthsUntil(y.date), true
		}
	case types.Timestamp:
		y, ok := b.(types.Timestamp)
		z, isZone := zone.(*zoneVal)
		if ok && isZone {
			return value.MonthsBetween(x.Time, y.Time, z.zone), true
		}
	}
	return 0, false
}

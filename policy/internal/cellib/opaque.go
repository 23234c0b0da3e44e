package cellib

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// The types of this package's values while an expression runs. Only the checker needs the currency
// of money.
var (
	runMoney    = types.NewOpaqueType(moneyName).WithTraits(traits.AdderType | traits.SubtractorType | traits.MultiplierType | traits.DividerType | traits.NegatorType | traits.ComparerType)
	runDate     = types.NewOpaqueType(dateName).WithTraits(traits.AdderType | traits.SubtractorType | traits.ComparerType)
	runPercent  = types.NewOpaqueType(percentName).WithTraits(traits.ComparerType)
	runCalendar = types.NewOpaqueType(calendarName)
	runMonths   = types.NewOpaqueType(monthsName)
	runZone     = types.NewOpaqueType(zoneName)
)

// noConversion has the methods of CEL's interface that convert a value. The values here cannot be
// converted.
type noConversion struct{}

func (noConversion) ConvertToNative(to reflect.Type) (any, error) {
	return nil, fmt.Errorf("no conversion to %v", to)
}

func (noConversion) ConvertToType(ref.Type) ref.Val { return types.NewErr("no such conversion") }

// order is CEL's way to write -1, 0 and +1.
func order(sign int) ref.Val {
	switch {
	case sign < 0:
		return types.IntNegOne
	case sign > 0:
		return types.IntOne
	}
	return types.IntZero
}

// dateVal is a day.
type dateVal struct {
	date value.Date
}

func (dateVal) ConvertToNative(to reflect.Type) (any, error) {
	return noConversion{}.ConvertToNative(to)
}
func (dateVal) ConvertToType(t ref.Type) ref.Val { return noConversion{}.ConvertToType(t) }
func (dateVal) Type() ref.Type                   { return runDate }
func (d dateVal) Value() any                     { return d.date }
func (d dateVal) String() string                 { return d.date.String() }

func (d dateVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(dateVal)
	return types.Bool(ok && d == o)
}

func (d dateVal) Compare(other ref.Val) ref.Val {
	if o, ok := other.(dateVal); ok {
		return order(d.date.Compare(o.date))
	}
	return types.MaybeNoSuchOverloadErr(other)
}

// Add returns the day that is so many days later. A duration is a number of whole days.
func (d dateVal) Add(other ref.Val) ref.Val {
	switch o := other.(type) {
	case types.Int:
		return dateOrError(d.date.AddDays(daysOf(o)))
	case types.Duration:
		if days, whole := WholeDays(o.Duration); whole {
			return dateOrError(d.date.AddDays(days))
		}
		return types.WrapErr(errPartOfDay)
	}
	return types.MaybeNoSuchOverloadErr(other)
}

// WholeDays returns a duration as a number of days, and whether it is one.
func WholeDays(d time.Duration) (days int, whole bool) {
	return int(d / (24 * time.Hour)), d%(24*time.Hour) == 0
}

var errPartOfDay = errors.New("a date moves by whole days")

// Subtract returns the number of days between two days, or the day that is so many days earlier.
func (d dateVal) Subtract(other ref.Val) ref.Val {
	switch o := other.(type) {
	case dateVal:
		return types.Int(d.date.Sub(o.date))
	case types.Int:
		return dateOrError(d.date.AddDays(-daysOf(o)))
	case types.Duration:
		if days, whole := WholeDays(o.Duration); whole {
			return dateOrError(d.date.AddDays(-days))
		}
		return types.WrapErr(errPartOfDay)
	}
	return types.MaybeNoSuchOverloadErr(other)
}

func dateOrError(d value.Date, err error) ref.Val {
	if err != nil {
		return types.WrapErr(err)
	}
	return dateVal{d}
}

// percentVal is a percentage.
type percentVal struct {
	percent value.Percent
}

func (percentVal) ConvertToNative(to reflect.Type) (any, error) {
	return noConversion{}.ConvertToNative(to)
}
func (percentVal) ConvertToType(t ref.Type) ref.Val { return noConversion{}.ConvertToType(t) }
func (percentVal) Type() ref.Type                   { return runPercent }
func (p percentVal) Value() any                     { return p.percent }
func (p percentVal) String() string                 { return p.percent.String() }

func (p percentVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(percentVal)
	return types.Bool(ok && p == o)
}

func (p percentVal) Compare(other ref.Val) ref.Val {
	if o, ok := other.(percentVal); ok {
		return order(p.percent.Compare(o.percent))
	}
	return types.MaybeNoSuchOverloadErr(other)
}

// calendarVal is a calendar, which a literal id stands for.
type calendarVal struct {
	noConversion
	calendar *worktime.Calendar
}

func (*calendarVal) Type() ref.Type                { return runCalendar }
func (c *calendarVal) Value() any                  { return c.calendar }
func (c *calendarVal) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(c) == other) }

// NewCalendar returns the value that stands for a calendar.
func NewCalendar(c *worktime.Calendar) ref.Val { return &calendarVal{calendar: c} }

// CalendarOf is the function that the compiler calls where text that is not written out names a
// calendar. Its second argument is the calendars that there are. A third one lists the zones that
// hold now for those whose zone is read from the incident, in the order of [NewCalendars].
const CalendarOf = "calendar@of"

// CalendarIn is the function that the compiler calls for one calendar whose zone is read from the
// incident. Its arguments are the name of the zone, and the calendar in each zone.
const CalendarIn = "calendar@in"

// TypeCalendars is the type of calendars by their ids, or of one calendar by its zones.
var TypeCalendars = types.NewOpaqueType("calendars")

// calendarsVal is the calendars that there are, by their ids, or one calendar by its zones.
type calendarsVal struct {
	noConversion
	byName map[string]ref.Val
	zoned  map[string]*calendarsVal // by id
	order  []string                 // of the ids of zoned
}

func (*calendarsVal) Type() ref.Type                { return TypeCalendars }
func (c *calendarsVal) Value() any                  { return c.byName }
func (c *calendarsVal) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(c) == other) }

// NewCalendars returns the value that stands for calendars by their names. Zoned has those that are
// several, one for each zone.
func NewCalendars(all map[string]*worktime.Calendar, zoned map[string]map[string]*worktime.Calendar) ref.Val {
	v := calendarsByName(all)
	v.order, v.zoned = slices.Sorted(maps.Keys(zoned)), make(map[string]*calendarsVal, len(zoned))
	for id, in := range zoned {
		v.zoned[id] = calendarsByName(in)
	}
	return v
}

func calendarsByName(all map[string]*worktime.Calendar) *calendarsVal {
	v := &calendarsVal{byName: make(map[string]ref.Val, len(all))}
	for name, c := range all {
		if c != nil {
			v.byName[name] = NewCalendar(c)
		}
	}
	return v
}

// calendarOf returns the calendar of an id.
func calendarOf(args ...ref.Val) ref.Val {
	id, ok := args[0].(types.String)
	all, isCalendars := args[1].(*calendarsVal)
	if !ok || !isCalendars {
		return types.NewErr("no such overload")
	}
	if c, known := all.byName[string(id)]; known {
		return c
	}
	if at := slices.Index(all.order, string(id)); at >= 0 && len(args) > 2 {
		if zones, ok := args[2].(traits.Lister); ok {
			return calendarIn(zones.Get(types.Int(at)), all.zoned[string(id)])
		}
	}
	return types.NewErr("there is no calendar %s", id)
}

// calendarIn returns the calendar in a zone.
func calendarIn(zone, in ref.Val) ref.Val {
	name, ok := zone.(types.String)
	zones, isCalendars := in.(*calendarsVal)
	if !ok || !isCalendars {
		return types.NewErr("no such overload")
	}
	if c, known := zones.byName[string(name)]; known {
		return c
	}
	return types.NewErr("this calendar has no zone %s", name)
}

// NewZone returns the value that stands for a zone.
func NewZone(in *time.Location) ref.Val { return &zoneVal{zone: in} }

// zoneVal is the zone in which a scope reads dates.
type zoneVal struct {
	noConversion
	zone *time.Location
}

func (*zoneVal) Type() ref.Type                { return runZone }
func (z *zoneVal) Value() any                  { return z.zone }
func (z *zoneVal) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(z) == other) }

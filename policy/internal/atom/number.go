package atom

import (
	"math"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// number maps a value to a pair of numbers with the same order, for all kinds but strings and
// percentages. The second number is the nanoseconds of an instant, zero for any other value.
func number(k value.Kind, v any) (n int64, nanos uint32) {
	switch x := v.(type) {
	case int64:
		return x, 0
	case float64:
		return orderedDouble(x), 0
	case bool:
		return ofBool(x), 0
	case time.Time:
		return x.Unix(), uint32(x.Nanosecond())
	case value.Date:
		return dayNumber(x), 0
	case time.Duration:
		return int64(x), 0
	case value.Money:
		return x.Units(), 0
	}
	return 0, 0
}

func ofBool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// dayNumber maps a date to a number with the same order. It does not count days.
func dayNumber(d value.Date) int64 {
	return int64(d.Year())<<9 + int64(d.Month())<<5 + int64(d.Day())
}

// orderedDouble maps finite doubles to ints of the same order; both zeros are one.
func orderedDouble(f float64) int64 {
	if f == 0 {
		return 0
	}
	n := int64(math.Float64bits(f))
	if n < 0 {
		n ^= math.MaxInt64
	}
	return n
}

// settle rewrites an ordering between an int and a double as one with a constant of the slot's
// kind. CEL compares the two as doubles and rounds the int first, which loses digits above 2^53.
func settle(c *Cond, k value.Kind) *Cond {
	switch n := c.Const.(type) {
	case int64:
		if k == value.KindDouble {
			turned := *c
			turned.Const = float64(n)
			return &turned
		}
	case float64:
		if k == value.KindInt {
			return settleInt(c, n)
		}
	}
	return c
}

// settleInt looks for the first int at which an ordering against a double changes its truth: to
// false for < and <=, to true for > and >=.
func settleInt(c *Cond, d float64) *Cond {
	rising := c.Op == Greater || c.Op == GreaterEqual
	above := func(i int64) bool { // whether i lies behind the turn
		f := float64(i)
		if c.Op == Less || c.Op == GreaterEqual {
			return f >= d
		}
		return f > d
	}
	first, found := firstInt(above)
	switch {
	case !found:
		return &Cond{Op: Fixed, Slot: c.Slot, Value: Of(!rising), Absent: c.Absent}
	case rising:
		return &Cond{Op: GreaterEqual, Slot: c.Slot, Const: first, Absent: c.Absent}
	}
	return &Cond{Op: Less, Slot: c.Slot, Const: first, Absent: c.Absent}
}

// firstInt returns the first int for which a predicate holds that holds for all larger ones.
func firstInt(holds func(int64) bool) (first int64, found bool) {
	if !holds(math.MaxInt64) {
		return 0, false
	}
	at := func(u uint64) int64 { return int64(u ^ 1<<63) }
	low, high := uint64(0), uint64(math.MaxUint64)
	for low < high {
		mid := low + (high-low)/2
		if holds(at(mid)) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return at(low), true
}

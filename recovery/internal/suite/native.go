package suite

import (
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// written writes a value as a suite would.
func written(v any) playbook.Value {
	t := playbook.Text{Kind: playbook.String}
	switch x := v.(type) {
	case playbook.Value:
		return x
	case nil:
		t.Kind, t.Value = playbook.Null, "null"
	case bool:
		t.Kind, t.Value = playbook.Bool, strconv.FormatBool(x)
	case int64:
		t.Kind, t.Value = playbook.Int, strconv.FormatInt(x, 10)
	case float64:
		t.Kind, t.Value = playbook.Float, strconv.FormatFloat(x, 'g', -1, 64)
	case []any:
		list := playbook.Value{Kind: playbook.List}
		for _, e := range x {
			list.Items = append(list.Items, written(e))
		}
		return list
	default:
		t.Value = value.Show(v)
	}
	return playbook.Value{Kind: playbook.Scalar, Text: t}
}

// below and above are the values right beside another, in steps that people
// count in: a minute, a day, the smallest unit of a currency. ok is false for
// what has no order.
func below(v any) (any, bool) { return beside(v, -1) }
func above(v any) (any, bool) { return beside(v, 1) }

func beside(v any, step int64) (any, bool) {
	switch x := v.(type) {
	case int64:
		return x + step, x+step < x == (step < 0)
	case float64:
		if x != math.Trunc(x) || math.Abs(x) >= 1<<53 {
			return x + float64(step)/100, true
		}
		return x + float64(step), true
	case time.Duration:
		unit := time.Second
		if x%time.Minute == 0 && x != 0 {
			unit = time.Minute
		}
		return x + time.Duration(step)*unit, true
	case time.Time:
		return x.Add(time.Duration(step) * time.Second), true
	case value.Date:
		d, err := x.AddDays(int(step))
		return d, err == nil
	case value.Money:
		m, err := value.NewMoney(x.Units()+step, x.Currency())
		return m, err == nil
	case value.Percent:
		tenth := new(big.Rat).SetFrac64(step, 1000)
		f, _ := new(big.Rat).Mul(new(big.Rat).Add(x.Rat(), tenth), big.NewRat(100, 1)).Float64()
		p, err := value.PercentOf(f)
		return p, err == nil
	}
	return nil, false
}

// order compares two values of one type, for a list that people read. It is 0 if the
// type has no order.
func order(a, b any) int {
	c, _ := value.Compare(a, b)
	return c
}

// another is a value that is not this one, of a field that may be closed.
func another(v any, f *policy.Field) (any, bool) {
	switch x := v.(type) {
	case string:
		if f == nil || f.OneOf == nil {
			return "not " + x, true
		}
		if s, ok := f.Default.(string); ok && s != x {
			return s, true // most likely what no play is about
		}
		for _, s := range f.OneOf {
			if s != x {
				return s, true
			}
		}
		return nil, false
	case bool:
		return !x, true
	}
	return within(v, f)
}

// within is the value above one, or where the field ends there, below it.
func within(v any, f *policy.Field) (any, bool) {
	if f != nil && f.Max != nil && order(v, f.Max) >= 0 {
		return below(v)
	}
	return above(v)
}

// sample is some value of a type, for a field that an incident must have.
func sample(t value.Type) any {
	switch t.Kind {
	case value.KindInt:
		return int64(1)
	case value.KindDouble:
		return 1.0
	case value.KindBool:
		return false
	case value.KindTimestamp:
		return time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
	case value.KindDate:
		d, _ := value.NewDate(2026, time.January, 5)
		return d
	case value.KindDuration:
		return time.Hour
	case value.KindMoney:
		currency := t.Currency
		if currency == "" {
			currency = "EUR"
		}
		m, _ := value.NewMoney(10000, currency)
		return m
	case value.KindPercent:
		p, _ := value.PercentOf(10)
		return p
	case value.KindList:
		return []any{}
	}
	return "x"
}

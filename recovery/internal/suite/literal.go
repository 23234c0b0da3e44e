package suite

import (
	"fmt"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// parse reads a value of a type as suites write it: as playbooks and incidents
// do.
func parse(t policy.Type, v playbook.Value) (any, error) {
	if t.Kind == policy.List {
		return parseList(t, v)
	}
	if v.Kind != playbook.Scalar {
		return nil, fmt.Errorf("%s is wanted, not a list or a mapping", noun(t))
	}
	s := v.Text.Value
	switch t.Kind {
	case policy.Bool:
		if v.Text.Kind == playbook.Bool {
			return s == "true", nil
		}
	case policy.Int:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
	case policy.Double:
		if f, err := strconv.ParseFloat(s, 64); err == nil && f-f == 0 {
			return f, nil
		}
	case policy.Timestamp:
		return boxed(value.ParseTimestamp(s))
	case policy.Date:
		return boxed(value.ParseDate(s))
	case policy.Duration:
		return boxed(value.ParseAnyDuration(s))
	case policy.Percent:
		return boxed(value.ParsePercent(s))
	case policy.Money:
		return boxed(value.ParseMoney(s))
	default:
		return s, nil
	}
	return nil, fmt.Errorf("%q is not %s", s, noun(t))
}

func parseList(t policy.Type, v playbook.Value) (any, error) {
	if v.Kind != playbook.List {
		return nil, fmt.Errorf("a list is wanted, such as [a, b]")
	}
	out := make([]any, 0, len(v.Items))
	for _, item := range v.Items {
		x, err := parse(policy.Type{Kind: t.Elem, Currency: t.Currency}, item)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func boxed[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func noun(t policy.Type) string {
	switch t.Kind {
	case policy.String:
		return "a text"
	case policy.Int:
		return "a whole number"
	case policy.Double:
		return "a number"
	case policy.Bool:
		return "true or false"
	}
	if t.Kind == policy.Money {
		return "an amount"
	}
	return "a " + t.String()
}

// same compares two values of one type.
func same(a, b any) bool {
	switch x := a.(type) {
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case value.Money:
		y, ok := b.(value.Money)
		return ok && x.Currency() == y.Currency() && x.Compare(y) == 0
	case value.Percent:
		y, ok := b.(value.Percent)
		return ok && x.Compare(y) == 0
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return a == b
}

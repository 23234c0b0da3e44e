package suite

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// parse reads a value of a type as suites write it: as playbooks and incidents
// do.
func parse(t value.Type, v playbook.Value) (any, error) {
	if t.Kind == value.KindList {
		return parseList(t, v)
	}
	if v.Kind != playbook.Scalar {
		return nil, fmt.Errorf("%s is wanted, not a list or a mapping", t.Noun())
	}
	s := v.Text.Value
	switch t.Kind {
	case value.KindBool:
		if v.Text.Kind == playbook.Bool {
			return s == "true", nil
		}
	case value.KindInt:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
	case value.KindDouble:
		if f, err := strconv.ParseFloat(s, 64); err == nil && f-f == 0 {
			return f, nil
		}
	case value.KindTimestamp:
		return boxed(value.ParseTimestamp(s))
	case value.KindDate:
		return boxed(value.ParseDate(s))
	case value.KindDuration:
		return boxed(value.ParseAnyDuration(s))
	case value.KindPercent:
		return boxed(value.ParsePercent(s))
	case value.KindMoney:
		return boxed(value.ParseMoney(s))
	default:
		return s, nil
	}
	return nil, fmt.Errorf("%q is not %s", s, t.Noun())
}

func parseList(t value.Type, v playbook.Value) (any, error) {
	if v.Kind != playbook.List {
		return nil, fmt.Errorf("a list is wanted, such as [a, b]")
	}
	out := make([]any, 0, len(v.Items))
	for _, item := range v.Items {
		x, err := parse(t.Member(), item)
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

// same compares two values of one type.
func same(a, b any) bool {
	if c, ordered := value.Compare(a, b); ordered {
		return c == 0
	}
	x, isList := a.([]any)
	if !isList {
		return a == b
	}
	y, isList := b.([]any)
	return isList && slices.EqualFunc(x, y, same)
}

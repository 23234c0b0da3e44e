package suite

import (
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// parse reads a value of a type as suites write it: as playbooks and incidents
// do. An amount may be in any currency; it is then compared with the one expected.
func parse(t value.Type, v playbook.Value) (any, error) {
	if t.Kind == value.KindList {
		return parseList(t, v)
	}
	if v.Kind != playbook.Scalar {
		return nil, fmt.Errorf("%s is wanted, not a list or a mapping", t.Noun())
	}
	switch t.Kind {
	case value.KindBool:
		if v.Text.Kind != playbook.Bool {
			return nil, t.Mismatch(v.Text.Value)
		}
	case value.KindDuration:
		d, err := value.ParseAnyDuration(v.Text.Value)
		if err != nil {
			return nil, err
		}
		return d, nil
	case value.KindInvalid:
		return v.Text.Value, nil
	}
	return value.Type{Kind: t.Kind}.Parse(v.Text.Value)
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

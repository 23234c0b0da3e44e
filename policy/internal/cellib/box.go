package cellib

import (
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/value"
)

// Box turns a native value into a value of expressions. It takes a string, int64 (or int), float64,
// bool, time.Time, [value.Date], time.Duration, [value.Money], [value.Percent], *[value.Item] or a
// []any of those, and returns nil for anything else, and for an infinite double or NaN.
func Box(native any) ref.Val {
	switch n := native.(type) {
	case string:
		return types.String(n)
	case int64:
		return types.Int(n)
	case int:
		return types.Int(n)
	case float64:
		if n-n != 0 {
			return nil
		}
		return types.Double(n)
	case bool:
		return types.Bool(n)
	case time.Time:
		return types.Timestamp{Time: n.UTC()}
	case time.Duration:
		return types.Duration{Duration: n}
	case value.Date:
		return dateVal{n}
	case value.Percent:
		return percentVal{n}
	case value.Money:
		return &Amount{currency: n.Currency(), units: n.Units()}
	case *value.Item:
		return newItem(n, make([]ref.Val, len(n.Values)))
	case []any:
		return boxList(n)
	}
	return nil
}

func boxList(natives []any) ref.Val {
	if items := boxItems(natives); items != nil {
		return items
	}
	members := make([]ref.Val, 0, len(natives))
	for _, n := range natives {
		if v := Box(n); v != nil {
			members = append(members, v)
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, members)
}

// Native turns a value back into what [Box] takes. It returns nil for any other value, and for an
// amount that is too large. Money is rounded half to even.
func Native(v ref.Val) any {
	switch n := v.(type) {
	case types.String:
		return string(n)
	case types.Int:
		return int64(n)
	case types.Double:
		return float64(n)
	case types.Bool:
		return bool(n)
	case types.Timestamp:
		return n.Time.UTC()
	case types.Duration:
		return n.Duration
	case dateVal:
		return n.date
	case percentVal:
		return n.percent
	case *Amount:
		if m, err := n.Round(value.RoundHalfEven); err == nil {
			return m
		}
	case *Item:
		return n.item
	case traits.Lister:
		return nativeList(n)
	}
	return nil
}

func nativeList(list traits.Lister) []any {
	size := list.Size().(types.Int)
	natives := make([]any, 0, size)
	for i := range size {
		natives = append(natives, Native(list.Get(i)))
	}
	return natives
}

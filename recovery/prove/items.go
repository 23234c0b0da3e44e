package prove

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// itemLists are lists of one and of two items, to be tried for plays that go through a list.
func itemLists(list *policy.Field) (out [][]any) {
	item := func(id string, n int) map[string]any {
		x := map[string]any{"id": id}
		for _, f := range list.Items {
			if f.Name == "id" {
				continue
			}
			if some := itemValues(f); len(some) > 0 && n >= 0 {
				x[f.Name] = plain(some[n%len(some)])
			}
		}
		return x
	}
	for n := range mostItemValues {
		out = append(out, []any{item("1", n)}, []any{item("1", n), item("2", n)})
		if n > 0 {
			out = append(out, []any{item("1", n), item("2", n-1)})
		}
	}
	return out
}

// mostItemValues bounds how many values of a field of items are tried.
const mostItemValues = 8

// itemValues are values of a field of items that read well and are far apart.
func itemValues(f *policy.Field) (out []any) {
	add := func(v any) {
		for _, bound := range []struct {
			v    any
			sign int
		}{{f.Min, -1}, {f.Max, 1}} {
			if order, ok := value.Compare(v, bound.v); ok && bound.v != nil && order*bound.sign > 0 {
				return
			}
		}
		out = append(out, v)
	}
	for _, v := range []any{f.Min, f.Max} {
		if v != nil {
			add(v)
		}
	}
	for _, v := range f.OneOf {
		add(v)
	}
	for _, n := range []int64{1000, 0, 1, 3, 10, 100} {
		switch f.Type.Kind {
		case value.KindInt:
			add(n)
		case value.KindDouble:
			add(float64(n))
		case value.KindDuration:
			add(time.Duration(n) * time.Hour)
		case value.KindMoney:
			in := f.Type.Currency
			if in == "" {
				in = "EUR"
			}
			if m, err := value.ParseMoney(fmt.Sprintf("%d %s", n, in)); err == nil {
				add(m)
			}
		case value.KindBool:
			add(n > 0)
		case value.KindString:
			if f.OneOf == nil {
				add([]string{"other", "another"}[n%2])
			}
		}
	}
	return out
}

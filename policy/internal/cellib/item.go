package cellib

import (
	"errors"
	"math/big"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/value"
)

// itemPrefix begins the names of the types of items. No source can spell it.
const itemPrefix = "item "

// ItemType returns the type of the items of a list that is known by a name.
func ItemType(name string) *types.Type { return types.NewObjectType(itemPrefix + name) }

// IsItem reports whether a type is that of an item.
func IsItem(t *types.Type) bool {
	return t != nil && t.Kind() == types.StructKind && len(t.TypeName()) > len(itemPrefix) && t.TypeName()[:len(itemPrefix)] == itemPrefix
}

// IsItems reports whether a type is that of a list of items.
func IsItems(t *types.Type) bool {
	return t != nil && t.Kind() == types.ListKind && IsItem(t.Parameters()[0])
}

var runItem = types.NewObjectType("item")

// Item is an item of a list while an expression runs. Its fields are boxed when they are first read.
type Item struct {
	noConversion
	item *value.Item
	vals []ref.Val
}

func (*Item) Type() ref.Type { return runItem }

// Value returns the item itself, whose fields [Item.Field] reads.
func (i *Item) Value() any { return i }

// Equal reports whether two items are the same one.
func (i *Item) Equal(other ref.Val) ref.Val {
	o, ok := other.(*Item)
	return types.Bool(ok && i.item == o.item)
}

// ID is the text by which the item is known.
func (i *Item) ID() string { return i.item.ID() }

// Field returns the value of a field by its place, nil where there is none.
func (i *Item) Field(at int) ref.Val {
	if at >= len(i.vals) || i.item.Values[at] == nil {
		return nil
	}
	if i.vals[at] == nil {
		i.vals[at] = Box(i.item.Values[at])
	}
	return i.vals[at]
}

// Named returns the value of a field by its name, nil where there is none. The place is where to look
// first.
func (i *Item) Named(name string, at int) ref.Val {
	if at < len(i.item.Names) && i.item.Names[at] == name {
		return i.Field(at)
	}
	for at, n := range i.item.Names {
		if n == name {
			return i.Field(at)
		}
	}
	return nil
}

func newItem(item *value.Item, vals []ref.Val) *Item { return &Item{item: item, vals: vals} }

// boxItems boxes a list of items in a few pieces of memory; nil for any other list.
func boxItems(natives []any) ref.Val {
	if len(natives) == 0 {
		return nil
	}
	first, ok := natives[0].(*value.Item)
	if !ok {
		return nil
	}
	members, room := make([]ref.Val, len(natives)), make([]Item, len(natives))
	n := len(first.Values)
	vals := make([]ref.Val, n*len(natives))
	for i, native := range natives {
		item, ok := native.(*value.Item)
		if !ok || len(item.Values) != n {
			return nil
		}
		room[i].item, room[i].vals = item, vals[i*n:(i+1)*n:(i+1)*n]
		members[i] = &room[i]
	}
	return &itemList{types.NewRefValList(types.DefaultTypeAdapter, members), room}
}

// itemList is a list of items, which ItemAt looks up without asking for a number's box.
type itemList struct {
	traits.Lister
	items []Item
}

// Fold goes through the list as expressions do.
func (l *itemList) Fold(f traits.Folder) { types.ToFoldableList(l.Lister).Fold(f) }

// ItemAt returns an item of a boxed list by its place, nil where there is none.
func ItemAt(list ref.Val, i int) *Item {
	l, ok := list.(*itemList)
	if !ok || i < 0 || i >= len(l.items) {
		return nil
	}
	return &l.items[i]
}

// SumOfMoney is the function that the compiler calls for the sum of amounts. Its second argument is
// nothing, in their currency: the sum of an empty list.
const SumOfMoney = "sum@money"

// sumFunctions declare sum of a list, and of a list whose members may be absent. Each form knows what
// the sum of nothing is; that of money is replaced when its currency is known.
func sumFunctions() []cel.EnvOption {
	var plain []cel.FunctionOpt
	of := func(id string, t *types.Type, zero ref.Val) {
		add := cel.UnaryBinding(func(list ref.Val) ref.Val { return sum(list, zero) })
		plain = append(plain, cel.Overload(id, []*types.Type{types.NewListType(t)}, t, add),
			cel.Overload(id+"_optional", []*types.Type{types.NewListType(types.NewOptionalType(t))}, t, add))
	}
	of("sum_int", types.IntType, types.Int(0))
	of("sum_double", types.DoubleType, types.Double(0))
	of("sum_duration", types.DurationType, types.Duration{})
	of("sum_money", typeMoneyC, nil)
	return []cel.EnvOption{
		cel.Function("sum", plain...),
		cel.Function(SumOfMoney,
			overload("sum_of_money", typeMoneyC, types.NewListType(typeMoneyC), typeMoneyC),
			overload("sum_of_money_optional", typeMoneyC, types.NewListType(types.NewOptionalType(typeMoneyC)), typeMoneyC), binary(sum)),
	}
}

var errNoSum = errors.New("this has no sum")

// sum adds up the members of a list, exactly, and rounds once. Members that are absent add nothing.
// zero is the sum of an empty list.
func sum(of, zero ref.Val) ref.Val {
	list, ok := of.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(of)
	}
	total := total{zero: zero}
	for i := range SizeOf(list) {
		v := list.Get(types.Int(i))
		if o, isOptional := v.(*types.Optional); isOptional {
			if !o.HasValue() {
				continue
			}
			v = o.GetValue()
		}
		if !total.add(v) {
			return types.WrapErr(errNoSum)
		}
	}
	return total.value()
}

// total is a sum in the making.
type total struct {
	zero  ref.Val // of the kind that is added
	units int64   // what was added, while 64 bits hold it
	rest  *big.Rat
}

// add adds a member. It reports false for one that is not of the kind of the sum.
func (t *total) add(v ref.Val) bool {
	ok := false
	switch x := v.(type) {
	case types.Int:
		_, ok = t.zero.(types.Int)
		t.whole(int64(x))
	case types.Duration:
		_, ok = t.zero.(types.Duration)
		t.whole(int64(x.Duration))
	case types.Double:
		_, ok = t.zero.(types.Double)
		exact, err := ratOf(x)
		if err != nil {
			return false
		}
		t.part(exact)
	case *Ratio:
		_, ok = t.zero.(types.Double)
		t.part(x.exact)
	case *Amount:
		zero, isAmount := t.zero.(*Amount)
		ok = isAmount && zero.currency == x.currency
		if x.exact == nil {
			t.whole(x.units)
		} else {
			t.part(x.exact)
		}
	}
	return ok
}

func (t *total) whole(n int64) {
	if s := t.units + n; (s > t.units) == (n > 0) {
		t.units = s
		return
	}
	t.part(new(big.Rat).SetInt64(n))
}

func (t *total) part(r *big.Rat) {
	if t.rest == nil {
		t.rest = new(big.Rat)
	}
	t.rest.Add(t.rest, r)
}

func (t *total) value() ref.Val {
	exact := new(big.Rat).SetInt64(t.units)
	if t.rest != nil {
		exact.Add(exact, t.rest)
	}
	switch zero := t.zero.(type) {
	case *Amount:
		if t.rest == nil {
			return &Amount{currency: zero.currency, units: t.units}
		}
		return zero.with(exact)
	case types.Double:
		f, _ := exact.Float64()
		return finite(f)
	case types.Duration:
		if !exact.IsInt() || !exact.Num().IsInt64() {
			return types.WrapErr(ErrOverflow)
		}
		return lengthOf(1)(types.Int(exact.Num().Int64()))
	}
	if !exact.IsInt() || !exact.Num().IsInt64() {
		return types.WrapErr(ErrOverflow)
	}
	return types.Int(exact.Num().Int64())
}

// ordered is max, for +1, or min, for -1: of two values, or of the members of a list.
func ordered(sign int) func(args ...ref.Val) ref.Val {
	pick := pick(sign)
	return func(args ...ref.Val) ref.Val {
		if len(args) == 2 {
			return pick(args[0], args[1])
		}
		list, ok := args[0].(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(args[0])
		}
		if SizeOf(list) == 0 {
			return types.NewErr("the list is empty")
		}
		best := list.Get(types.Int(0))
		for i := 1; i < SizeOf(list); i++ {
			if best = pick(best, list.Get(types.Int(i))); types.IsError(best) {
				return best
			}
		}
		return best
	}
}

// ZeroOf is nothing in a currency.
func ZeroOf(currency string) ref.Val { return &Amount{currency: currency} }

var (
	_ traits.Indexer     = (*Item)(nil)
	_ traits.FieldTester = (*Item)(nil)
)

// Get implements traits.Indexer, by which CEL reads item.?x.
func (i *Item) Get(name ref.Val) ref.Val {
	text, _ := name.(types.String)
	if v := i.Named(string(text), 0); v != nil {
		return v
	}
	return types.NewErr("there is no value")
}

// IsSet implements traits.FieldTester.
func (i *Item) IsSet(name ref.Val) ref.Val {
	text, _ := name.(types.String)
	return types.Bool(i.Named(string(text), 0) != nil)
}

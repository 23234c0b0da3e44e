package cellib

import (
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/value"
)

// The names of this package's own types inside CEL.
const (
	moneyName    = "money"
	dateName     = "date"
	percentName  = "percent"
	calendarName = "calendar"
	zoneName     = "zone"
	monthsName   = "months"
	optionalName = "optional_type" // CEL's own
)

// AnyCurrency stands for the currency of a field that declares none. It is a type of its own: CEL's
// dyn could be compared with everything.
const AnyCurrency = "?"

// MoneyType returns the type of money in a currency; empty: in any currency.
func MoneyType(currency string) *types.Type {
	if currency == "" {
		currency = AnyCurrency
	}
	return types.NewOpaqueType(moneyName, types.NewOpaqueType(currency))
}

// TypeFor returns the CEL type of a declared type, dyn for the invalid one.
func TypeFor(t value.Type) *types.Type {
	switch t.Kind {
	case value.KindString:
		return types.StringType
	case value.KindInt:
		return types.IntType
	case value.KindDouble:
		return types.DoubleType
	case value.KindBool:
		return types.BoolType
	case value.KindTimestamp:
		return types.TimestampType
	case value.KindDuration:
		return types.DurationType
	case value.KindDate:
		return types.NewOpaqueType(dateName)
	case value.KindPercent:
		return types.NewOpaqueType(percentName)
	case value.KindMoney:
		return MoneyType(t.Currency)
	case value.KindList:
		return types.NewListType(TypeFor(t.Member()))
	}
	return types.DynType
}

// TypeOf returns the type of package value for a CEL type. It returns the zero type for types that
// an expression can use but not result in: optionals, bytes, unsigned numbers, lists of lists.
func TypeOf(t *types.Type) value.Type {
	switch t.Kind() {
	case types.StringKind:
		return value.Type{Kind: value.KindString}
	case types.IntKind:
		return value.Type{Kind: value.KindInt}
	case types.DoubleKind:
		return value.Type{Kind: value.KindDouble}
	case types.BoolKind:
		return value.Type{Kind: value.KindBool}
	case types.TimestampKind:
		return value.Type{Kind: value.KindTimestamp}
	case types.DurationKind:
		return value.Type{Kind: value.KindDuration}
	case types.ListKind:
		elem := TypeOf(t.Parameters()[0])
		if elem.Kind != value.KindList && elem.Kind != value.KindInvalid {
			return value.Type{Kind: value.KindList, Elem: elem.Kind, Currency: elem.Currency}
		}
	case types.OpaqueKind:
		return opaqueTypeOf(t)
	case types.StructKind:
		if IsItem(t) {
			return value.Type{Kind: value.KindItem}
		}
	}
	return value.Type{}
}

func opaqueTypeOf(t *types.Type) value.Type {
	switch t.TypeName() {
	case dateName:
		return value.Type{Kind: value.KindDate}
	case percentName:
		return value.Type{Kind: value.KindPercent}
	case moneyName:
		if currency := CurrencyOf(t); currency != AnyCurrency {
			return value.Type{Kind: value.KindMoney, Currency: currency}
		}
		return value.Type{Kind: value.KindMoney}
	}
	return value.Type{}
}

// CurrencyOf returns the currency of a CEL money type: AnyCurrency where it is not known, empty
// where the type is not money.
func CurrencyOf(t *types.Type) string {
	if t == nil || t.Kind() != types.OpaqueKind || t.TypeName() != moneyName || len(t.Parameters()) != 1 {
		return ""
	}
	if p := t.Parameters()[0]; p.Kind() == types.OpaqueKind {
		return p.TypeName()
	}
	return AnyCurrency
}

// IsOptional, IsMoney and IsZone recognise types by their names. Only the compiler adds arguments
// that are zones.
func IsOptional(t *types.Type) bool { return isNamed(t, optionalName) }
func IsMoney(t *types.Type) bool    { return isNamed(t, moneyName) }
func IsZone(t *types.Type) bool     { return isNamed(t, zoneName) }

func isNamed(t *types.Type, name string) bool {
	return t.Kind() == types.OpaqueKind && t.TypeName() == name
}

// NameOf writes a type as a message about an expression does: string, money(EUR), [int].
func NameOf(t value.Type) string { return TextOf(TypeFor(t)) }

// TextOf writes a CEL type for people. The type need not be one of package value.
func TextOf(t *types.Type) string {
	if t == nil {
		return "anything"
	}
	switch t.Kind() {
	case types.DynKind, types.TypeParamKind, types.AnyKind, types.ErrorKind:
		return "anything"
	case types.ListKind:
		return "[" + TextOf(t.Parameters()[0]) + "]"
	case types.UintKind:
		return "uint"
	case types.BytesKind:
		return "bytes"
	case types.OpaqueKind:
		switch {
		case t.TypeName() == optionalName:
			return "optional " + TextOf(t.Parameters()[0])
		case t.TypeName() == calendarName:
			return "calendar"
		case t.TypeName() == monthsName:
			return "number of months"
		}
	}
	switch own := TypeOf(t); {
	case own.Kind == value.KindMoney && own.Currency != "":
		return "money(" + own.Currency + ")"
	case own.Kind != value.KindInvalid:
		return own.Kind.String()
	}
	return t.TypeName()
}

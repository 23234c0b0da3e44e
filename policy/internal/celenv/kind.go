package celenv

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
	optionalName = "optional_type" // CEL's own
)

// anyCurrency stands for the currency of a field that declares none. It is a type of
// its own rather than CEL's dyn, which would compare with everything.
const anyCurrency = "?"

// celMoney returns the type of money in a currency; empty: any.
func celMoney(currency string) *types.Type {
	if currency == "" {
		currency = anyCurrency
	}
	return types.NewOpaqueType(moneyName, types.NewOpaqueType(currency))
}

// celType returns the CEL type of a declared type, dyn for what is none.
func celType(t value.Type) *types.Type {
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
		return celMoney(t.Currency)
	case value.KindList:
		return types.NewListType(celType(t.Member()))
	}
	return types.DynType
}

// typeOf returns the type of values that a CEL type stands for, the zero type where it
// stands for none: for what an expression may compute on its way but not give, such as
// an optional, bytes, an unsigned number, a list of lists.
func typeOf(t *types.Type) value.Type {
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
		elem := typeOf(t.Parameters()[0])
		if elem.Kind != value.KindList && elem.Kind != value.KindInvalid {
			return value.Type{Kind: value.KindList, Elem: elem.Kind, Currency: elem.Currency}
		}
	case types.OpaqueKind:
		return opaqueTypeOf(t)
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
		if currency := currencyOf(t); currency != anyCurrency {
			return value.Type{Kind: value.KindMoney, Currency: currency}
		}
		return value.Type{Kind: value.KindMoney}
	}
	return value.Type{}
}

// currencyOf returns the currency of a CEL money type, anyCurrency where not known,
// empty where t is not money.
func currencyOf(t *types.Type) string {
	if t == nil || t.Kind() != types.OpaqueKind || t.TypeName() != moneyName || len(t.Parameters()) != 1 {
		return ""
	}
	if p := t.Parameters()[0]; p.Kind() == types.OpaqueKind {
		return p.TypeName()
	}
	return anyCurrency
}

// typeName writes a type as a message about an expression does: string, money(EUR), [int].
func typeName(t value.Type) string { return typeText(celType(t)) }

// typeText writes a CEL type for people, also one that no value of a playbook has.
func typeText(t *types.Type) string {
	if t == nil {
		return "anything"
	}
	switch t.Kind() {
	case types.DynKind, types.TypeParamKind, types.AnyKind, types.ErrorKind:
		return "anything"
	case types.ListKind:
		return "[" + typeText(t.Parameters()[0]) + "]"
	case types.UintKind:
		return "uint"
	case types.BytesKind:
		return "bytes"
	case types.OpaqueKind:
		switch {
		case t.TypeName() == optionalName:
			return "optional " + typeText(t.Parameters()[0])
		case t.TypeName() == calendarName:
			return "calendar"
		}
	}
	switch own := typeOf(t); {
	case own.Kind == value.KindMoney && own.Currency != "":
		return "money(" + own.Currency + ")"
	case own.Kind != value.KindInvalid:
		return own.Kind.String()
	}
	return t.TypeName()
}

package celenv

import (
	"github.com/google/cel-go/common/types"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values. Other is what an expression may compute on its way but not
// give: an optional, bytes, an unsigned number, a list of lists.
const (
	Invalid Kind = iota
	String
	Int
	Double
	Bool
	Timestamp
	Date
	Duration
	Money
	Percent
	List
	Other
)

var kindNames = [...]string{
	Invalid: "nothing", String: "string", Int: "int", Double: "double", Bool: "bool", Timestamp: "timestamp",
	Date: "date", Duration: "duration", Money: "money", Percent: "percent", List: "list", Other: "another type",
}

// String returns the kind's name in the playbook format.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Invalid]
}

// Type is the static type of a value. Elem is the kind of a list's members. Currency
// belongs to Money, or to a list's members of that kind; empty, it is not known
// before evaluation.
type Type struct {
	Kind     Kind
	Elem     Kind
	Currency string
}

// String writes the type as the playbook format does: string, money(EUR), [string].
func (t Type) String() string {
	switch {
	case t.Kind == List:
		return "[" + Type{Kind: t.Elem, Currency: t.Currency}.String() + "]"
	case t.Kind == Money && t.Currency != "":
		return "money(" + t.Currency + ")"
	}
	return t.Kind.String()
}

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
func celType(t Type) *types.Type {
	switch t.Kind {
	case String:
		return types.StringType
	case Int:
		return types.IntType
	case Double:
		return types.DoubleType
	case Bool:
		return types.BoolType
	case Timestamp:
		return types.TimestampType
	case Duration:
		return types.DurationType
	case Date:
		return types.NewOpaqueType(dateName)
	case Percent:
		return types.NewOpaqueType(percentName)
	case Money:
		return celMoney(t.Currency)
	case List:
		return types.NewListType(celType(Type{Kind: t.Elem, Currency: t.Currency}))
	}
	return types.DynType
}

// typeOf returns the declared type that a CEL type stands for, Other if there is none.
func typeOf(t *types.Type) Type {
	switch t.Kind() {
	case types.StringKind:
		return Type{Kind: String}
	case types.IntKind:
		return Type{Kind: Int}
	case types.DoubleKind:
		return Type{Kind: Double}
	case types.BoolKind:
		return Type{Kind: Bool}
	case types.TimestampKind:
		return Type{Kind: Timestamp}
	case types.DurationKind:
		return Type{Kind: Duration}
	case types.ListKind:
		elem := typeOf(t.Parameters()[0])
		if elem.Kind != List && elem.Kind != Other {
			return Type{Kind: List, Elem: elem.Kind, Currency: elem.Currency}
		}
	case types.OpaqueKind:
		return opaqueTypeOf(t)
	}
	return Type{Kind: Other}
}

func opaqueTypeOf(t *types.Type) Type {
	switch t.TypeName() {
	case dateName:
		return Type{Kind: Date}
	case percentName:
		return Type{Kind: Percent}
	case moneyName:
		if currency := currencyOf(t); currency != anyCurrency {
			return Type{Kind: Money, Currency: currency}
		}
		return Type{Kind: Money}
	}
	return Type{Kind: Other}
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
	if own := typeOf(t); own.Kind != Other {
		return own.String()
	}
	return t.TypeName()
}

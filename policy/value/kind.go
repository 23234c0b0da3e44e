package value

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Kind is what sort of value a field or a parameter holds. Its zero is invalid.
type Kind uint8

// The kinds of values, with the Go types that hold them.
const (
	KindInvalid   Kind = iota
	KindString         // string
	KindInt            // int64
	KindDouble         // float64
	KindBool           // bool
	KindTimestamp      // time.Time in UTC
	KindDate           // [Date]
	KindDuration       // time.Duration
	KindMoney          // [Money]
	KindPercent        // [Percent]
	KindList           // []any
	KindItem           // *[Item]; only lists hold it
)

var kindNames = [...]string{"invalid", "string", "int", "double", "bool", "timestamp", "date", "duration", "money", "percent", "list", "item"}

// String returns the kind's name in the playbook format.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindInvalid]
}

// Type is the type of a field or a parameter. Types compare with ==.
type Type struct {
	Kind Kind
	Elem Kind // of a list's members
	// Currency of money, or of a list's amounts; empty when amounts of any
	// currency fit.
	Currency string
}

// ParseType reads a type as a playbook names it: money, [string]. No name says a
// currency.
func ParseType(s string) (Type, bool) {
	if inner, isList := strings.CutPrefix(s, "["); isList {
		inner, closed := strings.CutSuffix(inner, "]")
		elem, ok := parseKind(strings.TrimSpace(inner))
		return Type{Kind: KindList, Elem: elem}, ok && closed
	}
	k, ok := parseKind(s)
	return Type{Kind: k}, ok
}

// parseKind reads the name of a kind that a list may hold: of every one but the list.
func parseKind(s string) (Kind, bool) {
	for k := KindString; k < KindList; k++ {
		if kindNames[k] == s {
			return k, true
		}
	}
	return KindInvalid, false
}

// TypeOf returns the type of a value that is held as [Kind] says, the zero Type for any
// other. The members of a list are not looked at.
func TypeOf(v any) Type {
	switch x := v.(type) {
	case string:
		return Type{Kind: KindString}
	case int64:
		return Type{Kind: KindInt}
	case float64:
		return Type{Kind: KindDouble}
	case bool:
		return Type{Kind: KindBool}
	case time.Time:
		return Type{Kind: KindTimestamp}
	case Date:
		return Type{Kind: KindDate}
	case time.Duration, Span:
		return Type{Kind: KindDuration}
	case Money:
		return Type{Kind: KindMoney, Currency: x.Currency()}
	case Percent:
		return Type{Kind: KindPercent}
	case []any:
		return Type{Kind: KindList}
	case *Item:
		return Type{Kind: KindItem}
	}
	return Type{}
}

// Member is the type of a list's members.
func (t Type) Member() Type { return Type{Kind: t.Elem, Currency: t.Currency} }

// String names the type: string, money in EUR, [string].
func (t Type) String() string {
	switch {
	case t.Kind == KindList:
		return "[" + t.Member().String() + "]"
	case t.Kind == KindMoney && t.Currency != "":
		return "money in " + t.Currency
	}
	return t.Kind.String()
}

// Noun is what a message calls a value of the type: a whole number, an amount in EUR.
func (t Type) Noun() string {
	switch t.Kind {
	case KindString:
		return "a text"
	case KindInt:
		return "a whole number"
	case KindDouble:
		return "a number"
	case KindBool:
		return "true or false"
	case KindTimestamp:
		return "a time"
	case KindMoney:
		if t.Currency != "" {
			return "an amount in " + t.Currency
		}
		return "an amount"
	case KindPercent:
		return "a percentage"
	case KindList:
		return "a list"
	case KindItem:
		return "an item"
	}
	return "a " + t.String()
}

// Compare orders two values of one kind; ok is false for kinds without an order and for
// amounts of two currencies.
func Compare(a, b any) (c int, ok bool) {
	switch x := a.(type) {
	case int64:
		y, ok := b.(int64)
		return cmp.Compare(x, y), ok
	case float64:
		y, ok := b.(float64)
		return cmp.Compare(x, y), ok
	case time.Duration:
		y, ok := b.(time.Duration)
		return cmp.Compare(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case Date:
		y, ok := b.(Date)
		return x.Compare(y), ok
	case Percent:
		y, ok := b.(Percent)
		return x.Compare(y), ok
	case Money:
		y, ok := b.(Money)
		if !ok || x.Currency() != y.Currency() {
			return 0, false
		}
		return x.Compare(y), true
	}
	return 0, false
}

// Show writes a value as a playbook or an incident would: 80h, 10.00 EUR, late. It is the
// text of records; a [Style] writes for customers.
func Show(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		return FormatTimestamp(x)
	case time.Duration:
		return FormatDuration(x)
	case Span:
		return x.String()
	case Date:
		return x.String()
	case Money:
		return x.String()
	case Percent:
		return x.String()
	case *Item:
		return x.ID()
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = Show(e)
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

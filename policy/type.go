package policy

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// Kind is what sort of value a field or a parameter holds. Its zero is invalid.
type Kind uint8

// The kinds of values. In Go they are string, int64, float64, bool, time.Time
// in UTC, value.Date, time.Duration, value.Money, value.Percent and []any.
const (
	KindInvalid Kind = iota
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
)

var kindNames = [...]string{"invalid", "string", "int", "double", "bool", "timestamp", "date", "duration", "money", "percent", "list"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Type is the type of a field or a parameter.
type Type struct {
	Kind Kind
	Elem Kind // of a List
	// Currency of Money; empty when amounts of any currency fit.
	Currency string
}

func (t Type) String() string {
	switch {
	case t.Kind == List:
		return "[" + t.Elem.String() + "]"
	case t.Kind == Money && t.Currency != "":
		return "money in " + t.Currency
	}
	return t.Kind.String()
}

// noun is what a value of the type is called in a message.
func (t Type) noun() string {
	switch t.Kind {
	case String:
		return "a text"
	case Int:
		return "a whole number"
	case Double:
		return "a number"
	case Bool:
		return "true or false"
	case Timestamp:
		return "a time"
	case Money:
		if t.Currency != "" {
			return "an amount in " + t.Currency
		}
		return "an amount"
	case Percent:
		return "a percentage"
	case List:
		return "a list"
	}
	return "a " + t.String()
}

// parseType reads a type as it is written in a playbook: money, [string].
func parseType(s string) (Type, bool) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		elem, ok := parseKind(strings.TrimSpace(strings.TrimSuffix(inner, "]")))
		return Type{Kind: List, Elem: elem}, ok
	}
	k, ok := parseKind(s)
	return Type{Kind: k}, ok
}

func parseKind(s string) (Kind, bool) {
	for k := String; k < List; k++ {
		if kindNames[k] == s {
			return k, true
		}
	}
	return KindInvalid, false
}

var toCEL = map[Kind]celenv.Kind{
	String: celenv.String, Int: celenv.Int, Double: celenv.Double, Bool: celenv.Bool,
	Timestamp: celenv.Timestamp, Date: celenv.Date, Duration: celenv.Duration,
	Money: celenv.Money, Percent: celenv.Percent, List: celenv.List,
}

func (t Type) cel() celenv.Type {
	return celenv.Type{Kind: toCEL[t.Kind], Elem: toCEL[t.Elem], Currency: t.Currency}
}

func fromCEL(t celenv.Type) Type {
	out := Type{Currency: t.Currency}
	for k, c := range toCEL {
		if c == t.Kind {
			out.Kind = k
		}
		if c == t.Elem && t.Kind == celenv.List {
			out.Elem = k
		}
	}
	return out
}

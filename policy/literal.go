package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// parseLiteral reads a value of type t as it is written in a playbook.
func parseLiteral(t Type, text playbook.Text) (any, error) {
	s := text.Value
	switch t.Kind {
	case String:
		if text.Plain && text.Kind != playbook.String {
			return nil, fmt.Errorf("%s is a %s to YAML; put it into quotes to make it a string", s, yamlKind(text.Kind))
		}
		return s, nil
	case Bool:
		if text.Kind == playbook.Bool {
			return s == "true", nil
		}
		return nil, wrong(s, "true or false")
	case Int:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || text.Kind != playbook.Int {
			return nil, wrong(s, "a whole number")
		}
		return n, nil
	case Double:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || text.Kind != playbook.Int && text.Kind != playbook.Float || f != f || f-f != 0 {
			return nil, wrong(s, "a number")
		}
		return f, nil
	case Timestamp:
		return anyOf(value.ParseTimestamp(s))
	case Date:
		return anyOf(value.ParseDate(s))
	case Duration:
		return anyOf(value.ParseDuration(s))
	case Percent:
		return anyOf(value.ParsePercent(s))
	case Money:
		m, err := value.ParseMoney(s)
		if err != nil {
			return nil, err
		}
		if t.Currency != "" && m.Currency() != t.Currency {
			return nil, wrong(s, "an amount in "+t.Currency)
		}
		return m, nil
	}
	return nil, wrong(s, t.String())
}

// anyOf boxes a result; a function of two results cannot be boxed in place.
func anyOf[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func yamlKind(k playbook.ScalarKind) string {
	switch k {
	case playbook.Bool:
		return "bool"
	case playbook.Null:
		return "null"
	}
	return "number"
}

func wrong(found, wanted string) error {
	return fmt.Errorf("%q is not %s", found, wanted)
}

// parseLiteralValue reads a literal that may be a list.
func parseLiteralValue(t Type, v playbook.Value) (any, error) {
	if t.Kind != List {
		if v.Kind != playbook.Scalar {
			return nil, fmt.Errorf("a %s is wanted here, not a list or a mapping", t)
		}
		return parseLiteral(t, v.Text)
	}
	if v.Kind != playbook.List {
		return nil, fmt.Errorf("a list is wanted here, such as [a, b]")
	}
	out := make([]any, 0, len(v.Items))
	for _, item := range v.Items {
		x, err := parseLiteralValue(Type{Kind: t.Elem, Currency: t.Currency}, item)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Texts that are meant as literals of a kind, well formed or not. What looks
// like a literal is answered as one: to tell somebody who wrote "10 EURO" about
// the syntax of expressions would not help.
var (
	looksLikeMoney    = regexp.MustCompile(`^\s*-?[0-9][0-9.,_]*\s*[A-Za-z€$£¥]+\s*$|^\s*[€$£¥]\s*[0-9][0-9.,]*\s*$`)
	looksLikeDuration = regexp.MustCompile(`^\s*-?[0-9][0-9.]*\s*[A-Za-z]+([0-9.]+[A-Za-z]+)*\s*$`)
	looksLikePercent  = regexp.MustCompile(`^\s*-?[0-9][0-9.,]*\s*%\s*$`)
	looksLikeNumber   = regexp.MustCompile(`^\s*[-+]?[0-9][0-9.,_]*\s*$`)
	looksLikeDate     = regexp.MustCompile(`^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}`)
)

// mayBeLiteral reports whether a text starts as all those do: an expression seldom
// does.
func mayBeLiteral(s string) bool {
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\f', '\r':
			continue
		case '-', '+', '€', '$', '£', '¥':
			return true
		}
		return r >= '0' && r <= '9'
	}
	return false
}

// looksLiteral reports whether a text is meant as a literal of the kind rather
// than as an expression.
func looksLiteral(k Kind, text playbook.Text) bool {
	s := text.Value
	if !mayBeLiteral(s) {
		return k == Bool && text.Kind == playbook.Bool
	}
	if looksLikeNumber.MatchString(s) {
		return true
	}
	switch k {
	case Money:
		return looksLikeMoney.MatchString(s)
	case Duration:
		return looksLikeDuration.MatchString(s)
	case Percent:
		return looksLikePercent.MatchString(s)
	case Date, Timestamp:
		return looksLikeDate.MatchString(s)
	case Bool:
		return text.Kind == playbook.Bool
	}
	return false
}

// literalKind says which kind of literal of the format a text is meant as, where
// it is one with a unit.
func literalKind(s string) Kind {
	switch {
	case !mayBeLiteral(s):
		return KindInvalid
	case looksLikePercent.MatchString(s):
		return Percent
	case looksLikeDuration.MatchString(s) && strings.ToLower(s) == s:
		return Duration
	case looksLikeMoney.MatchString(s):
		return Money
	}
	return KindInvalid
}

// guessLiteral reads a table's cell, whose type is that of its text. A quoted
// cell is a string, whatever stands in it.
func guessLiteral(text playbook.Text) (any, Type) {
	if text.Plain {
		switch text.Kind {
		case playbook.Bool:
			return text.Value == "true", Type{Kind: Bool}
		case playbook.Int:
			if n, err := strconv.ParseInt(text.Value, 10, 64); err == nil {
				return n, Type{Kind: Int}
			}
		case playbook.Float:
			if v, err := parseLiteral(Type{Kind: Double}, text); err == nil {
				return v, Type{Kind: Double}
			}
		}
		for _, k := range []Kind{Money, Percent, Duration, Date, Timestamp} {
			if v, err := parseLiteral(Type{Kind: k}, text); err == nil {
				t := Type{Kind: k}
				if m, ok := v.(value.Money); ok {
					t.Currency = m.Currency()
				}
				return v, t
			}
		}
	}
	return text.Value, Type{Kind: String}
}

// compareValues orders two values of one kind; ok is false for kinds without an
// order and for amounts of two currencies.
func compareValues(a, b any) (c int, ok bool) {
	switch x := a.(type) {
	case int64:
		y, ok := b.(int64)
		return order(x, y), ok
	case float64:
		y, ok := b.(float64)
		return order(x, y), ok
	case time.Duration:
		y, ok := b.(time.Duration)
		return order(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case value.Date:
		y, ok := b.(value.Date)
		return x.Compare(y), ok
	case value.Percent:
		y, ok := b.(value.Percent)
		return x.Compare(y), ok
	case value.Money:
		y, ok := b.(value.Money)
		if !ok || x.Currency() != y.Currency() {
			return 0, false
		}
		return x.Compare(y), true
	}
	return 0, false
}

func order[T int64 | float64 | time.Duration](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
